//! What an operation and its response may take.

use abi::guest::Limits;

use super::*;

#[test]
fn a_variable_counts_each_time_it_is_mentioned() {
    let limits = Limits { depth: 9, values: 4, bytes: 10, ..Limits::default() };
    let engine = engine_with(Options { limits, ..Options::default() }, |_, _| answer("null"));
    let ask = |query: &str, variables: &str| text(&ask(&engine, query, variables));
    let error = |key: &str, argument: &str, reason: &str| {
        let message = format!("argument: {argument} on field: any is invalid: {reason}");
        format!(r#"{{"errors":[{{"message":"{message}","path":["{key}"]}}],"data":{{"a":null,"b":null}}}}"#)
    };
    let numbers = "query($n: Int!) { a: any(list: [$n, $n]) b: any(list: [$n, $n, $n]) }";
    let expected = error("b", "list[2]", "there are more than 4 values (limit `max-values`)");
    assert_eq!(ask(numbers, r#"{"n": 1}"#), expected);
    let texts = "query($t: String!) { a: any(text: $t) b: any(tree: {label: $t}) }";
    let expected = error("b", "tree.label", "there are more than 10 bytes of text and binary data (limit `max-bytes`)");
    assert_eq!(ask(texts, r#"{"t": "sixsix"}"#), expected);
}

#[test]
fn a_response_has_a_size() {
    let run = |name: &str, _: Request| match name {
        "trees" => answer(r#"[{"label": "aaaa"}, {"label": "bbbb"}, {"label": "cccc"}]"#),
        _ => answer("1"),
    };
    let engine = engine_with(Options { max_response: 80, ..Options::default() }, run);
    assert_eq!(
        text(&ask(&engine, "{ trees { label } fail }", "")),
        r#"{"data":{"trees":[{"label":"aaaa"},{"label":"bbbb"},{"label":"cccc"}],"fail":1}}"#
    );
    let response = text(&ask(&engine, "{ trees { label longerName: label } fail }", ""));
    let message = "the response is larger than 80 bytes (limit `max-response`)";
    assert!(response.contains(message) && response.ends_with(r#""data":{"trees":null,"fail":1}}"#), "{response}");
}

#[test]
fn millions_of_errors_are_not_told() {
    let nulls = format!("[{}]", vec![r#"{"graft": {"label": null}}"#; 5000].join(","));
    let engine = engine_with(Options::default(), move |_, _| answer(&nulls));
    let response = ask(&engine, "{ trees { graft { label } } }", "");
    let response: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    assert_eq!(response["errors"].as_array().map(Vec::len), Some(1000));
    assert_eq!(response["data"]["trees"].as_array().map(Vec::len), Some(5000));
}
