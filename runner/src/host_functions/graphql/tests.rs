use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::*;

fn log() -> LogContext {
    let text = |text: &str| std::sync::Arc::from(text);
    LogContext { plugin: text("p"), build_id: text("b"), function: text("f"), execution_id: text("e") }
}

/// What the guest gets, or the message of the log.
fn answered(status: u16, media_type: &'static str, body: &str) -> Result<String, String> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    let status = StatusCode::from_u16(status).expect("a status");
    let response = Response { status, reason: String::new(), headers, body: body.to_owned().into() };
    match answer(&log(), &response) {
        Ok(Value::String(text)) => Ok(text),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.message),
    }
}

#[test]
fn variables() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(parse_variables(text).ok().map(RawValue::get), expected, "{text}");
    };
    check("null", Some("null"));
    check(" {\"b\":1.50,\"a\":[1e400]} ", Some("{\"b\":1.50,\"a\":[1e400]}"));
    for refused in ["", "[]", "1", "\"x\"", "nul", "{} {}", "{\"a\":}", "{\"a\":1,}"] {
        check(refused, None);
    }
}

#[test]
fn text_of_the_server_is_unchanged() {
    for body in [
        r#"{ "data": {"x": 1.50, "y": 12345678901234567890} }"#,
        r#"{"data":null,"errors":[]}"#,
        r#"{"errors":[{"message":"m","path":["a","b"],"extensions":{"path":[1]}}]}"#,
        r#"{"errors":[{"message":"m","path":null},{"path":3},4]}"#,
        r#"{"errors":"none"}"#,
        "[1]",
    ] {
        assert_eq!(answered(200, "application/json", body).as_deref(), Ok(body));
    }
}

#[test]
fn indices_in_paths_are_strings() {
    let body = r#"{"data":{"n":1.50},"errors":[{"message":"a"},{"path":["x",0,"y",12],"message":"b","z":1e2}],"extensions":{"n":[1.0]}}"#;
    let expected = body.replace(r#"["x",0,"y",12]"#, r#"["x","0","y","12"]"#);
    assert_eq!(answered(200, "application/json", body), Ok(expected));
}

#[test]
fn statuses() {
    let errors = r#"{"errors":[{"message":"m"}]}"#;
    let posting = |text: &str| Err(format!("error posting GraphQL statement: HTTP error: {text}"));
    let check = |status, media_type, body: &str, expected: Result<String, String>| {
        assert_eq!(answered(status, media_type, body), expected, "{status} {media_type} {body}");
    };
    let same = || Ok(errors.to_owned());
    check(400, "application/graphql-response+json; charset=utf-8", errors, same());
    check(500, "Application/JSON", errors, same());
    check(400, "text/html", errors, posting("400 Bad Request"));
    check(400, "application/json", r#"{"errors":[]}"#, posting("400 Bad Request"));
    check(401, "application/json", r#"{"message":"who"}"#, posting("401 Unauthorized"));
    check(502, "text/html", "<html>", posting("502 Bad Gateway"));
    check(599, "text/html", "", posting("599"));
    let invalid = answered(200, "text/html", "<html>").expect_err("no JSON");
    assert!(invalid.starts_with("response from GraphQL API is not valid JSON: expected value at line 1"), "{invalid}");
    assert!(answered(200, "application/json", "{} x").is_err() && answered(200, "application/json", "").is_err());
}

#[test]
fn deep_answers_do_not_exhaust_the_stack() {
    let body = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let body = format!("{{\"data\":{body},\"errors\":[{{\"path\":[0]}}]}}");
    assert_eq!(answered(200, "application/json", &body), Ok(body.replace("[0]", "[\"0\"]")));
}
