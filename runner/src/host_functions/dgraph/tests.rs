use super::*;

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
    assert_eq!(named("db", &"[db] is not a dgraph connection"), "[db] is not a dgraph connection");
}
