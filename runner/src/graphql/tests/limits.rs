//! What an operation and its response may take.

use super::super::plan::{ArgumentPlan, Operation};
use super::*;
use crate::call::CallFailure;

#[test]
fn a_variable_counts_each_time_it_is_mentioned() {
    let limits = Limits { max_depth: 9, max_values: 4, max_bytes: 10, ..Limits::default() };
    let engine = engine_with(Options::new(limits), |_, _| answer("null"));
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
    let run = |name: &str, _: CallRequest| match name {
        "trees" => answer(r#"[{"label": "aaaa"}, {"label": "bbbb"}, {"label": "cccc"}]"#),
        _ => answer("1"),
    };
    let engine = engine_with(Options::new(Limits { max_response: 80, ..Limits::default() }), run);
    assert_eq!(
        text(&ask(&engine, "{ trees { label } fail }", "")),
        r#"{"data":{"trees":[{"label":"aaaa"},{"label":"bbbb"},{"label":"cccc"}],"fail":1}}"#
    );
    let response = text(&ask(&engine, "{ trees { label longerName: label } fail }", ""));
    let message = "the response is larger than 80 bytes (limit `max-response`)";
    assert!(response.contains(message) && response.ends_with(r#""data":{"trees":null,"fail":1}}"#), "{response}");
}

/// Also of a value behind which nothing comes, and of escapes, which are longer than the text.
#[test]
fn a_response_has_a_size_at_its_end() {
    let run = |name: &str, _: CallRequest| match name {
        "number" => answer("1"),
        "trees" => answer(r#"[{"label": "a"}, {"label": "b"}]"#),
        "wave" => answer(&format!("[[\"{}\"]]", "x".repeat(1000))),
        _ => value(Value::String("\u{1}".repeat(20))),
    };
    let engine = engine_with(Options::new(Limits { max_response: 100, ..Limits::default() }), run);
    let ask = |query: &str| text(&ask(&engine, query, ""));
    let message = "the response is larger than 100 bytes (limit `max-response`)";
    for (query, rest) in [
        ("{any}", r#""data":{"any":null}}"#),
        ("{number any}", r#""data":{"number":1,"any":null}}"#),
        ("{any number}", r#""data":{"any":null,"number":1}}"#),
        ("{wave}", r#""data":null}"#),
        ("{trees {a: __typename b: __typename label c: __typename}}", r#""data":{"trees":null}}"#),
    ] {
        let response = ask(query);
        assert!(response.contains(message) && response.ends_with(rest) && response.len() < 300, "{query}: {response}");
    }
    let response = ask("{number __schema {types {name description kind}}}");
    assert!(response.contains(message) && response.ends_with(r#""path":["__schema"]}],"data":null}"#), "{response}");
    assert_eq!(ask("{number n: number}"), r#"{"data":{"number":1,"n":1}}"#);
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

/// However many there are of other fields, or were printed, the error that a field has instead of a value is told.
#[test]
fn each_field_has_its_own_error() {
    let nulls = format!("[{}]", vec![r#"{"graft": {"label": null}}"#; 5000].join(","));
    let said = |text: &str, is_own| CallFailure { message: text.to_owned(), is_own, ..CallFailure::default() };
    let engine = engine_with(Options::default(), move |name, _| match name {
        "number" => value(Value::Float(f64::NAN)),
        "max" => answer("null"),
        "fail" => {
            let errors = [vec![said("printed", false); 1500], vec![said("own", true)]].concat();
            Outcome { errors, ..Outcome::default() }
        }
        _ => answer(&nulls),
    });
    let errors = |query: &str| -> Vec<(String, String)> {
        let response: serde_json::Value = serde_json::from_slice(&ask(&engine, query, "").body).expect("JSON");
        let errors = response["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (error["path"][0].to_string(), error["message"].to_string())).collect()
    };
    let told = errors("{ fail again: fail number }");
    let count = |key: &str| told.iter().filter(|(path, _)| path == key).count();
    assert_eq!((count("\"fail\""), count("\"again\""), count("\"number\"")), (1001, 1, 1));
    assert!(told.iter().any(|(path, message)| path == "\"again\"" && message == "\"own\""), "{:?}", told.last());
    let told = errors("{ trees { graft { label } } max }");
    assert_eq!((told.len(), told.last().map(|(path, _)| path.as_str())), (1001, Some("\"max\"")));
}

#[test]
fn documents_have_named_limits() {
    let engine = engine_with(Options::default(), |_, _| value(Value::UInt(7)));
    let nested = |levels: usize| format!("{{tree(label: \"x\") {}{}}}", "{graft ".repeat(levels), "}".repeat(levels));
    let fragments = |levels: usize| {
        let one = |n: usize| format!("fragment F{n} on Tree {{...F{} ...F{}}} ", n + 1, n + 1);
        let all: String = (0..levels).map(one).collect();
        format!("{{tree(label: \"x\") {{...F0}}}} {all} fragment F{levels} on Tree {{label}}")
    };
    for (query, limit) in [
        (nested(70), "max-selection-depth"),
        (nested(100_000), "max-"),
        (format!("{{max {}}}", "@a ".repeat(10_000)), "max-tokens"),
        (format!("{{{}}}", "max ".repeat(101)), "max-root-fields"),
        (format!("{{...F ...F ...F}} fragment F on Query {{{}}}", "max ".repeat(40)), "max-root-fields"),
        (format!("{{{}}}", (0..51).map(|n| format!("a{n}: __typename ")).collect::<String>()), "max-aliases"),
        (fragments(20), "max-tokens"),
    ] {
        let response = text(&ask(&engine, &query, ""));
        assert!(response.contains(&format!("(limit `{limit}")) && response.len() < 2000, "{response}");
    }
}

#[test]
fn a_small_document_has_a_small_refusal() {
    let engine = engine_with(Options { suggestions: false, ..Options::default() }, |_, _| answer("null"));
    let refusal = text(&ask(&engine, &format!("{{max {}}}", "@aa ".repeat(10)), ""));
    let refusal: serde_json::Value = serde_json::from_str(&refusal).expect("JSON");
    assert_eq!(refusal["errors"].as_array().map(Vec::len), Some(1), "{refusal}");
    let refusal = text(&ask(&engine, "{tree(label: \"x\")}", ""));
    assert!(refusal.contains("must have a selection of subfields") && !refusal.contains("Did you mean"), "{refusal}");
}

/// What is wrong with a fragment is wrong wherever it is spread, each time with a name of half a megabyte.
#[test]
fn an_error_is_not_multiplied_by_fragments() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let name = "n".repeat(100_000);
    let fragments: String = (0..8).map(|n| format!("fragment F{n} on Tree {{...F{} ...F{}}} ", n + 1, n + 1)).collect();
    let last = format!("fragment F8 on Tree {{label @include(if: ${name})}}");
    let query = format!("query(${name}: Int) {{tree(label: \"x\") {{...F0}}}} {fragments} {last}");
    match prepared(&engine, GraphqlRequest { query: Some(query), ..GraphqlRequest::default() }) {
        Err(Refusal::Invalid(errors)) => {
            assert!(errors[0].message.contains("used in position expecting type"));
            assert_eq!(errors.len(), super::super::error::MOST_ERRORS);
        }
        other => panic!("{other:?}"),
    }
}

/// A field has all of its arguments in the plan, and each of a short text's operations is much more than its text.
#[test]
fn what_a_document_takes_when_it_is_kept() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let size = |text: &str| {
        let request = GraphqlRequest {
            query: Some(text.to_owned()),
            operation_name: Some("A0".to_owned()),
            ..GraphqlRequest::default()
        };
        prepared(&engine, request).expect("it is valid").document.size(text.len())
    };
    let many = |what: &str| (0..100).map(|n| format!("query A{n}{{{what}}}")).collect::<String>();
    // `any` has seven arguments.
    let least = 100 * (7 * size_of::<ArgumentPlan>() + size_of::<Operation>());
    assert!(size(&many("any")) > least, "{} {least}", size(&many("any")));
}

/// Of a small value, a document with many or long keys shows much.
#[test]
fn what_an_answer_weighs() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let spread = |query: &str| {
        let variables = (0..64).map(|n| (format!("v{n}"), true.into())).collect();
        let (query, variables) = (Some(query.to_owned()), Some(variables));
        let request = GraphqlRequest { query, variables, ..GraphqlRequest::default() };
        let prepared = prepared(&engine, request).expect("it is valid");
        let operation = &prepared.document.operations[prepared.operation];
        match &operation.root.entries[0].kind {
            EntryKind::Call { call, .. } => call.spread,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((spread("{max}"), spread("{trees {label height graft {nick}}}")), (1, 1));
    assert_eq!(spread("{trees {a: label b: label height}}"), 2);
    assert_eq!(spread("{trees {a: graft {a: label b: label} b: graft {nick}}}"), 3);
    assert_eq!(spread("{trees {__typename}}"), 2);
    assert_eq!(spread(&format!("{{trees {{{}: label}}}}", "n".repeat(640))), 11);
    // Each object is asked for each condition.
    let definitions: String = (0..64).map(|n| format!("$v{n}: Boolean! ")).collect();
    let conditions: String = (0..64).map(|n| format!("label @include(if: $v{n}) ")).collect();
    assert_eq!(spread(&format!("query({definitions}) {{trees {{{conditions}}}}}")), 4);
}
