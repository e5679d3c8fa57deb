//! Documents that clients ask for by their hash.

use sha2::{Digest as _, Sha256};

use super::*;

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ask(engine: &Engine, members: &serde_json::Value) -> (u16, String) {
    let response = send(engine, &members.to_string());
    (response.status, text(&response))
}

#[test]
fn a_document_is_known_by_its_hash_once_it_was_sent_with_it() {
    let engine = engine_with(Options::default(), |_, _| value(Value::UInt(7)));
    let extensions = |hash: &str| serde_json::json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    let by_hash = serde_json::json!({"extensions": extensions(&hex("{max}"))});
    let unknown =
        r#"{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}"#;
    assert_eq!(ask(&engine, &by_hash), (200, unknown.to_owned()));

    // Known without a hash, which does not make it known by one.
    assert_eq!(ask(&engine, &serde_json::json!({"query": "{max}"})).0, 200);
    assert_eq!(ask(&engine, &by_hash), (200, unknown.to_owned()));
    let both = serde_json::json!({"query": "{max}", "extensions": extensions(&hex("{max}"))});
    let answer = (200, r#"{"data":{"max":7}}"#.to_owned());
    assert_eq!(ask(&engine, &both), answer);
    assert_eq!(ask(&engine, &by_hash), answer);

    // A hash of something else would let a client put its text under another one's name.
    let wrong = serde_json::json!({"query": "{max}", "extensions": extensions(&hex("{other}"))});
    assert_eq!(ask(&engine, &wrong).0, 400);
    let other = serde_json::json!({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": hex("{max}")}}});
    assert!(ask(&engine, &other).1.contains("PERSISTED_QUERY_NOT_SUPPORTED"));
    // What is not valid is not kept.
    let invalid = serde_json::json!({"query": "{nope}", "extensions": extensions(&hex("{nope}"))});
    assert!(ask(&engine, &invalid).1.contains("errors"));
    assert!(ask(&engine, &serde_json::json!({"extensions": extensions(&hex("{nope}"))})).1.contains("NotFound"));
}
