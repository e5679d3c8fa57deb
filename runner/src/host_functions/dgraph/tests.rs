use abi::manifest::Manifest;

use super::*;
use crate::environment::Environment;

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

fn entry(key: &str, value: &str) -> Value {
    object([("key", text(key)), ("value", text(value))])
}

/// Members in the case of either language, null for what is not there.
#[test]
fn requests() {
    let query = object([("Query", text("q")), ("Variables", Value::List(vec![entry("$a", "1"), entry("$b", "")]))]);
    let read = request(&object([("Query", query), ("Mutations", Value::Null)]));
    let vars = [("$a".to_owned(), "1".to_owned()), ("$b".to_owned(), String::new())].into();
    assert_eq!(read, Request { query: "q".to_owned(), vars, read_only: true, ..Request::default() });

    let mutation = object([("setJson", text("{}")), ("delNquads", text("n")), ("condition", text("@if(x)"))]);
    let write = request(&object([("query", Value::Null), ("mutations", Value::List(vec![mutation]))]));
    let mutation = Mutation {
        set_json: Bytes::from_static(b"{}"),
        del_nquads: Bytes::from_static(b"n"),
        cond: "@if(x)".to_owned(),
        ..Mutation::default()
    };
    assert_eq!(write, Request { mutations: vec![mutation], commit_now: true, ..Request::default() });
    assert_eq!(request(&Value::Null), Request { read_only: true, ..Request::default() });
}

#[test]
fn requests_in_the_log() {
    let query =
        object([("query", text("{ \"q\" }")), ("variables", Value::List(vec![entry("$b", "2"), entry("$a", "1")]))]);
    let mutation = object([("setNquads", text("n")), ("condition", text(""))]);
    let given = object([("query", query), ("mutations", Value::List(vec![mutation]))]);
    let expected = r#"{"mutations":[{"setNquads":"n"}],"query":"{ \"q\" }","variables":{"$a":"1","$b":"2"}}"#;
    assert_eq!(shown(Some(&given)), expected);
    assert_eq!(shown(None), "{}");
}

#[test]
fn answers() {
    let with = |json: &[u8], uids: &[(&str, &str)]| {
        let uids = uids.iter().map(|(name, uid)| ((*name).to_owned(), (*uid).to_owned())).collect();
        answer(Response { json: json.to_vec(), uids })
    };
    assert_eq!(with(b"", &[]), Ok(object([("json", text("")), ("uids", Value::Null)])));
    let uids = Value::List(vec![entry("a", "0x1")]);
    assert_eq!(with(b"{}", &[("a", "0x1")]), Ok(object([("json", text("{}")), ("uids", uids)])));
    assert!(matches!(with(b"\xff", &[]), Err(DatabaseError::Unusable(_))));
}

#[test]
fn errors_name_the_connection() {
    assert_eq!(failed("db", &DatabaseError::Refused("no".to_owned())).message, "no");
    let lost = failed("db", &DatabaseError::Lost("gone".to_owned())).message;
    assert_eq!(lost, "dgraph connection [db]: the connection was lost: gone");
    assert_eq!(named(KIND, "db", &"[db] is not a dgraph connection"), "[db] is not a dgraph connection");
}

/// What is checked without a call: that each connection can be used, and with `connect` that somebody answers.
#[tokio::test]
async fn connections_are_checked() {
    let dgraph = |conn_string: &str, grpc_target: &str, key: &str| Connection::Dgraph {
        conn_string: conn_string.to_owned(),
        grpc_target: grpc_target.to_owned(),
        key: key.to_owned(),
    };
    let connections = [
        ("both", dgraph("dgraph://h:1", "h:1", "")),
        ("good", dgraph("dgraph://u:{{P}}@localhost:1", "", "")),
        ("keyed", dgraph("dgraph://h:1", "", "k")),
        ("local", dgraph("", "localhost:1", "{{NONE}}")),
        ("mode", dgraph("dgraph://h:1?sslmode=x", "", "")),
        ("none", dgraph("", "", "k")),
        ("secret", dgraph("", "h:1", "{{NONE}}")),
    ];
    let connections = connections.map(|(name, connection)| (name.to_owned(), connection)).into_iter().collect();
    let manifest = Arc::new(Manifest { connections, ..Manifest::default() });
    let variables = [("MODUS_GOOD_P".to_owned(), "s3cret".to_owned())].into();
    let environment = Arc::new(Environment::new(variables, None));
    let process = crate::process::Process::alone(crate::capacity::Capacity::default());
    let setup = Setup::new(manifest, environment, &process);
    let expected = [
        "dgraph connection [both] has both connString and grpcTarget (use one or the other)",
        "dgraph connection [keyed] has both connString and key (the key should be part of the connection string)",
        "dgraph connection [mode]: invalid SSL mode: x (must be one of disable, require, verify-ca)",
        "dgraph connection [none] needs either a connString or a grpcTarget",
        "failed to apply secrets for connection [secret]: secret MODUS_SECRET_NONE was not found",
    ];
    assert_eq!(Dgraph::check(&setup, false).await, expected);
    let mut tried = Dgraph::check(&setup, true).await;
    for name in ["good", "local"] {
        let start = format!("dgraph connection [{name}]: cannot connect: ");
        let found = tried.iter().position(|fault| fault.starts_with(&start));
        tried.remove(found.unwrap_or_else(|| panic!("{name}: {tried:?}")));
    }
    assert_eq!(tried, expected);
}
