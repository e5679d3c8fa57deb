//! What an operation and its response may take.

use super::*;

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

#[test]
fn millions_of_errors_are_not_told() {
    let nulls = format!("[{}]", vec![r#"{"graft": {"label": null}}"#; 5000].join(","));
    let engine = engine_with(Options::default(), move |_, _| answer(&nulls));
    let response = ask(&engine, "{ trees { graft { label } } }", "");
    let response: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    assert_eq!(response["errors"].as_array().map(Vec::len), Some(1000));
    assert_eq!(response["data"]["trees"].as_array().map(Vec::len), Some(5000));
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
        let started = std::time::Instant::now();
        let response = text(&ask(&engine, &query, ""));
        assert!(response.contains(&format!("(limit `{limit}")), "{response}");
        assert!(response.len() < 2000 && started.elapsed().as_millis() < 500, "{response}");
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

/// Of a small value, a document with many or long keys shows much.
#[test]
fn what_an_answer_weighs() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let spread = |query: &str| {
        let request = GraphqlRequest { query: Some(query.to_owned()), ..GraphqlRequest::default() };
        let prepared = engine.prepare(request).expect("it is valid");
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
}
