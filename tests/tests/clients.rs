//! Promise: the clients that apps are built with work as they come, in development too.

use serde_json::{Value, json};
use tests::app;
use tests::runner::{Options, Runner};
use tests::{guests, npm};

/// What a client asked: method, whether it sent the document, status of the answer.
fn requests(seen: &Value, client: &str) -> Vec<(String, bool, u64)> {
    let all = seen["requests"].as_array().expect("a list");
    let shown = |request: &Value| {
        assert_eq!(request["redirected"], json!(false), "{request}");
        let method = request["method"].as_str().unwrap_or_default().to_owned();
        (method, request["query"] == json!(true), request["status"].as_u64().unwrap_or_default())
    };
    all.iter().filter(|request| request["client"] == client).map(shown).collect()
}

#[test]
fn apollo_and_urql() {
    let app = app::compile(&guests::build("examples/people"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default().env("MODUS_ENV", "dev"));
    let seen = npm::run("clients.mjs", &json!({"url": format!("{}/graphql", runner.url), "name": "Ada"}));
    // Two queries that are answered, and one with a literal of the wrong kind. A hash that is new is asked for first.
    let persisted = |retry| {
        let by_hash = ("GET", false, 200);
        vec![by_hash, (retry, true, 200), by_hash, by_hash, (retry, true, 400)]
    };
    for (client, expected) in [
        ("apollo", vec![("POST", true, 200), ("POST", true, 200), ("POST", true, 400)]),
        ("apollo persisted", persisted("POST")),
        ("urql", vec![("POST", true, 200), ("POST", true, 200), ("POST", true, 400)]),
        ("urql by GET", vec![("GET", true, 200), ("GET", true, 200), ("GET", true, 400)]),
        ("urql persisted", persisted("GET")),
    ] {
        let result = &seen["results"][client];
        let hello = json!({"sayHello": "Hello, Ada!"});
        assert_eq!(result["answers"], json!([hello, hello]), "{client}: {seen:#}");
        let wrong = result["wrong"].as_str().unwrap_or_default();
        assert!(
            wrong.ends_with("String cannot represent a non string value: an object (at name)"),
            "{client}: {wrong}"
        );
        let expected: Vec<_> =
            expected.into_iter().map(|(method, query, status)| (method.to_owned(), query, status)).collect();
        assert_eq!(requests(&seen, client), expected, "{client}");
    }
}
