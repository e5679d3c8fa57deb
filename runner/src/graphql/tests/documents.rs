use std::time::Duration;

use super::*;

fn numbers() -> Engine {
    engine_with(Options::default(), |_, request| match request.arguments.first() {
        Some(Some(first)) => value(first.clone()),
        _ => value(Value::UInt(7)),
    })
}

fn check(query: &str, variables: &str, expected: &str) {
    assert_eq!(text(&ask(&numbers(), query, variables)), expected, "{query}");
}

#[test]
fn conditions() {
    let skip = "query($s: Boolean!) {max a: add(a: 1) @skip(if: $s) ... @include(if: $s) {b: add(a: 2)}}";
    check(skip, r#"{"s": true}"#, r#"{"data":{"max":7,"b":2}}"#);
    check(skip, r#"{"s": false}"#, r#"{"data":{"max":7,"a":1}}"#);
    check("{max @skip(if: true) __typename @include(if: true)}", "", r#"{"data":{"__typename":"Query"}}"#);
    let order = "query($s: Boolean!) {a: add(a: 1) @include(if: $s) max a: add(a: 1)}";
    check(order, r#"{"s": true}"#, r#"{"data":{"a":1,"max":7}}"#);
    check(order, r#"{"s": false}"#, r#"{"data":{"max":7,"a":1}}"#);
    check("{max @skip(if: true)}", "", r#"{"data":{}}"#);
}

#[test]
fn operations() {
    let ask = |query: &str, name: Option<&str>| {
        let body = serde_json::json!({"query": query, "operationName": name}).to_string();
        let response = send(&numbers(), &body);
        (response.status, text(&response))
    };
    let both = "query A {max} query B {add(a: 5)}";
    assert_eq!(ask(both, Some("B")), (200, r#"{"data":{"add":5}}"#.into()));
    assert!(ask(both, None).1.contains("operation name is required when providing multiple operations"));
    assert!(ask(both, Some("C")).1.contains("document doesn't contain any executable operation"));
    assert_eq!(ask("{max} fragment Unused on Tree {label}", None).1, r#"{"data":{"max":7}}"#);
    let (status, body) = ask("{max", None);
    assert!(status == 400 && body.starts_with("{\"errors\":[{\"message\":") && body.contains("locations"), "{body}");
    assert_eq!(ask("{nope}", None).0, 200);
    for (key, conflict) in [
        ("a", "{a: max a: add(a: 1)}"),
        ("add", "{add(a: 1) add(a: 2)}"),
        ("add", "{add(a: 1) add(a: 1, b: 2)}"),
        ("t", "{t: tree(label: \"a\") {label} ...F} fragment F on Query {t: tree(label: \"b\") {label}}"),
        ("l", "{trees {graft {l: label} ...F}} fragment F on Tree {graft {l: nick}}"),
        ("n", "{__schema {types {fields {n: name} ...F}}} fragment F on __Type {fields {n: description}}"),
        ("n", "{__type(name: \"Tree\") {n: name ...F}} fragment F on __Type {n: kind}"),
    ] {
        let (_, body) = ask(conflict, None);
        let message = format!("differing fields for objectName '{key}' on (potentially) same type");
        assert!(body.contains(&message) && !body.contains("data"), "{body}");
    }
    // Also where juniper stops looking, because it does not like the list.
    let (_, body) = ask("{wave: any(wave: [1]) wave: any(wave: [2])}", None);
    assert!(body.contains("differing fields for objectName 'wave'"), "{body}");
    assert_eq!(ask("{add(b: 1, a: 3) ...{add(a: 3, b: 1)}}", None).1, r#"{"data":{"add":3}}"#);
}

#[test]
fn malformed_requests() {
    let batch = " A batch is not supported: send each operation as a request of its own.";
    for (body, reason) in [("", ""), ("{", ""), ("[]", batch), (r#"[{"query":"{max}"}]"#, batch)] {
        let response = send(&numbers(), body);
        assert_eq!((response.status, text(&response)), (400, format!("Failed to parse GraphQL request.{reason}\n")));
    }
    let get = |query| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        runtime.block_on(exchange(&numbers(), Some(query), "", Media::Unstated))
    };
    let response = get("query=%7Bmax%7D");
    assert_eq!(text(&response), r#"{"data":{"max":7}}"#);
    let response = get("query=mutation%7Bsave(n:1)%7D");
    assert_eq!((response.status, &response.headers["allow"]), (405, &"POST".parse().expect("a value")));
}

#[test]
fn too_many_calls() {
    let engine =
        engine_with(Options::new(Limits { max_aliases: 100, ..Limits::default() }), |_, _| value(Value::UInt(7)));
    let ask = |query: &str| text(&ask(&engine, query, ""));
    let query = |n: usize| format!("{{{}}}", (0..n).map(|i| format!("a{i}: max ")).collect::<String>());
    assert!(ask(&query(50)).contains("\"a49\":7"));
    let refusal = ask(&query(51));
    assert!(refusal.starts_with("{\"errors\":[{\"message\":\"the operation calls 51"), "{refusal}");
    assert!(refusal.contains("(limit `max-operation-calls`)"), "{refusal}");
    // Equal keys are one call.
    assert_eq!(ask(&format!("{{{}}}", "max ".repeat(60))), r#"{"data":{"max":7}}"#);
}

#[test]
fn queries_run_in_parallel_and_mutations_in_order() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&order);
    let program = Arc::new(program());
    let call = move |request: CallRequest| {
        let noted = Arc::clone(&noted);
        async move {
            let Some(Some(Value::Int(n))) = request.arguments.first().cloned() else { panic!("an argument") };
            noted.lock().expect("not poisoned").push(n);
            tokio::time::sleep(Duration::from_millis(60 - 10 * n as u64)).await;
            noted.lock().expect("not poisoned").push(-n);
            value(Value::Int(n))
        }
        .boxed()
    };
    let engine = Engine::new(program, Arc::new(call), Options::default());
    let response =
        text(&ask(&engine, "mutation {a: slow(n: 1) ...F b: save(n: 2)} fragment F on Mutation {c: save(n: 3)}", ""));
    assert_eq!(response, r#"{"data":{"a":1,"c":3,"b":2}}"#);
    assert_eq!(std::mem::take(&mut *order.lock().expect("not poisoned")), [1, -1, 3, -3, 2, -2]);

    let response = text(&ask(&engine, "{a: add(a: 1) b: add(a: 2) c: add(a: 3)}", ""));
    assert_eq!(response, r#"{"data":{"a":1,"b":2,"c":3}}"#);
    let order = order.lock().expect("not poisoned");
    assert!(order[..3].iter().all(|n| *n > 0), "all begin before one ends: {order:?}");
}

#[test]
fn introspection() {
    let all = "{__schema {queryType {name} mutationType {name} subscriptionType {name} t: types {kind name} directives {name}}}";
    let response = text(&ask(&numbers(), all, ""));
    assert!(!response.contains("\"__") || response.matches("\"__").count() == 1, "{response}");
    for part in [
        r#""queryType":{"name":"Query"},"mutationType":{"name":"Mutation"},"subscriptionType":{"name":"Subscription"}"#,
        r#"{"kind":"SCALAR","name":"ID"}"#,
        r#"{"kind":"SCALAR","name":"JSON"}"#,
        r#"{"kind":"INPUT_OBJECT","name":"TreeInput"}"#,
        r#""directives":[{"name":"deprecated"},{"name":"include"},{"name":"skip"},{"name":"specifiedBy"}]"#,
    ] {
        assert!(response.contains(part), "{part}: {response}");
    }
    check(
        "{__type(name: \"Query\") {fields {name description args {name defaultValue type {kind ofType {name}}}}} max}",
        "",
        &text(&ask(
            &numbers(),
            "{__type(name: \"Query\") {fields {name description args {name defaultValue type {kind ofType {name}}}}} max}",
            "",
        )),
    );
    let fields = "query($n: String!) {max __type(name: $n) {fields {name description args {defaultValue}}} add(a: 1)} fragment No on Tree {label}";
    let response = text(&ask(&numbers(), fields, r#"{"n": "Query"}"#));
    assert!(response.starts_with(r#"{"data":{"max":7,"__type":{"fields":[{"name":"add","description":null,"args":[{"defaultValue":null},{"defaultValue":"2"}]}"#), "{response}");
    assert!(response.contains(r#""description":"Looks one tree up.\nOr not.""#), "{response}");
    assert!(response.contains(r#"{"defaultValue":"[[1]]"}"#) && response.ends_with(r#","add":1}}"#), "{response}");
    check(
        "query($i: Boolean = true) {__type(name: \"Void\") {name @include(if: $i)}}",
        "",
        r#"{"data":{"__type":{"name":"Void"}}}"#,
    );
    check("{__type(name: \"Nope\") {name}}", "", r#"{"data":{"__type":null}}"#);
}

#[test]
fn a_schema_without_fields() {
    let mut program = program();
    program.schema = Schema::default();
    let engine =
        Engine::new(Arc::new(program), Arc::new(|_: CallRequest| async { answer("1") }.boxed()), Options::default());
    let response = text(&ask(&engine, "{__schema {queryType {name fields {name}} mutationType {name}}}", ""));
    assert_eq!(response, r#"{"data":{"__schema":{"queryType":{"name":"Query","fields":[]},"mutationType":null}}}"#);
    assert!(text(&ask(&engine, "mutation {__typename}", "")).contains("not configured for mutations"));
}

#[test]
fn dropping_the_answer_cancels_the_calls() {
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let call = move |_: CallRequest| {
        let held = Arc::clone(&held);
        async move {
            let _held = held;
            std::future::pending().await
        }
        .boxed()
    };
    let engine = Engine::new(Arc::new(program()), Arc::new(call), Options::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        for query in [r#"{"query":"{max}"}"#, r#"{"query":"{a: max b: max}"}"#] {
            let asked = exchange(&engine, None, query, Media::Unstated);
            let answer = tokio::time::timeout(Duration::from_millis(20), asked).await;
            assert!(answer.is_err());
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert_eq!(Arc::strong_count(&alive), 2);
        }
    });
}

#[test]
fn odd_documents_are_refused_or_answered() {
    let engine = numbers();
    let deep = format!("{{any(list: {}1{})}}", "[".repeat(500), "]".repeat(500));
    let spread = "{...A} fragment A on Query {...B} fragment B on Query {...A}";
    for query in [
        "",
        "\u{feff}{max}",
        "{",
        "fragment A on Query {max}",
        "query($x: Nope) {max}",
        "query($x: [Nope!] = 1) {max}",
        "query($x: Tree) {add(a: $x)}",
        "query($x: [[TreeInput!]!]!) {any(tree: $x)}",
        "query($x: TreeInput = {label: 1}) {any(tree: $x)}",
        "query($x: Int, $x: Int) {add(a: $x)}",
        "{max @skip}",
        "{max @include(if: \"x\")}",
        "{max @include(if: null)}",
        "{max @nope}",
        "{__type {name}}",
        "{__type(name: 5) {name}}",
        "{__type(name: [\"Query\"]) {name}}",
        "query($n: String) {__type(name: $n) {name}}",
        "query($n: String = null) {__type(name: $n) {name}}",
        "query($i: Boolean) {__schema {types {fields(includeDeprecated: $i) {name}}}}",
        "query($i: Boolean = null) {__schema @include(if: $i) {types {name}}}",
        "{__schema}",
        "{__schema {types}}",
        "mutation {__schema {types {name}}}",
        "{tree(label: \"a\")}",
        "{tree(label: \"a\") {}}",
        "{max {x}}",
        "{tree(label: \"a\") {...F}} fragment F on Query {max}",
        "{...F} fragment F on TreeInput {label}",
        "{any(tree: {label: \"a\", label: \"b\"})}",
        "{any(id: {a: 1})}",
        "{any(tree: [{label: \"a\"}])}",
        "subscription {agentEvent {name}}",
        "subscription A {a: agentEvent(agentId: \"1\") {name} b: agentEvent(agentId: \"1\") {name}}",
        spread,
        &deep,
        &"{".repeat(1000),
    ] {
        let response = ask(&engine, query, "{\"x\": null, \"i\": null}");
        assert!(matches!(response.status, 200 | 400) && !response.body.is_empty(), "{query}");
        if response.headers["content-type"] == "application/json" {
            serde_json::from_slice::<serde_json::Value>(&response.body).expect(query);
        }
    }
}

/// A valid document needs no more of the schema than it names; what is wrong with one, and what there is, the whole tells.
#[test]
fn the_whole_schema_is_made_when_it_is_needed() {
    let engine = numbers();
    let wanted = r#"query Q($t: TreeInput) {any(tree: $t) a: add(a: 1) tree(label: "x") {...f} __typename}
        fragment f on Tree {graft {label}}"#;
    for document in [wanted, "mutation {save(n: 1)}", "{add(a: 1) # sum\n}"] {
        let answer = text(&ask(&engine, document, ""));
        assert!(answer.starts_with(r#"{"data":{"#) || answer.contains(r#""data":"#), "{answer}");
        assert!(!engine.compiler.has_whole(), "{document}");
    }
    for document in ["{ad(a: 1)}", "{__schema {queryType {name}}}", r#"{__type(name: "Tree") {name}}"#, "{add(a: $b)}"]
    {
        let engine = numbers();
        let apart = text(&ask(&engine, document, ""));
        assert!(engine.compiler.has_whole(), "{document}");
        assert_eq!(apart, text(&ask(&engine, document, "")), "{document}");
    }
    assert!(text(&ask(&engine, "{ad(a: 1)}", "")).contains(r#"\"ad\" on type \"Query\""#));
}

/// An event loop goes on with others before it, once.
#[test]
fn long_documents_are_compiled_elsewhere() {
    let engine = numbers();
    let request = |query: &str| GraphqlRequest { query: Some(query.to_owned()), ..GraphqlRequest::default() };
    let at_once = |query: &str| engine.prepare(request(query)).now_or_never().map(|prepared| prepared.map(|_| ()));
    let long = format!("{{max # {}\n}}", "m".repeat(1100));
    assert_eq!(at_once("{max}"), Some(Ok(())));
    // Where another test has started compute threads, these may be faster than this one looks.
    let is_elsewhere = |ready: bool| !ready || crate::compute::available();
    assert!(is_elsewhere(at_once(&long).is_some()));
    assert_eq!(text(&ask(&engine, &long, "")), r#"{"data":{"max":7}}"#);
    assert_eq!(at_once(&long), Some(Ok(())));
    let introspects = prepared(&engine, request("{__schema {queryType {name}}}")).expect("it is valid");
    assert!(is_elsewhere(engine.run(introspects).now_or_never().is_some()));
}

/// Of fields that are merged, juniper compares each with each, and then with all fragments below. It refuses documents with
/// more than 100,000 pairs, which 460 fields have.
#[test]
fn merged_fields_are_not_compared_with_each_other() {
    let engine = numbers();
    let fragments: String = (0..30).map(|n| format!("fragment F{n} on Tree {{...F{}}} ", n + 1)).collect();
    let wide: String = (0..1200).map(|n| format!("fragment G{n} on Tree {{label}} ")).collect();
    let spreads: String = (0..1200).map(|n| format!("...G{n} ")).collect();
    for query in [
        format!("{{trees {{{}}}}} {fragments} fragment F30 on Tree {{label}}", "graft {...F0} ".repeat(460)),
        format!("{{trees {{{spreads}}}}} {wide}"),
    ] {
        let answer = text(&ask(&engine, &query, ""));
        assert!(answer.contains("errors") && answer.contains("Expected a list"), "{answer}");
    }
}
