//! What the client accepts decides about media type and status.

use super::*;
use crate::capacity::{Admission, Capacity};

fn status(media: Media, body: &str) -> (u16, String) {
    let engine = engine_with(Options::default(), |_, _| value(Value::UInt(7)));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let response = runtime.block_on(exchange(&engine, None, body, media));
    assert!(media != Media::GraphqlResponse || text(&response).starts_with('{'), "{response:?}");
    (response.status, response.headers["content-type"].to_str().expect("text").to_owned())
}

#[test]
fn status_and_media_type() {
    let (json, own, plain) = ("application/json", "application/graphql-response+json", "text/plain; charset=utf-8");
    for (body, unstated, named, response) in [
        (r#"{"query": "{max}"}"#, (200, json), (200, json), (200, own)),
        (r#"{"query": "{max"}"#, (400, json), (200, json), (400, own)),
        (r#"{"query": "{nope}"}"#, (200, json), (200, json), (400, own)),
        (r#"{"query": "query($n: Int!) {add(a: $n)}"}"#, (200, json), (200, json), (400, own)),
        (r#"{"query": "{failHard}", "operationName": "x"}"#, (200, json), (200, json), (400, own)),
        ("[]", (400, plain), (400, plain), (400, own)),
    ] {
        for (media, (expected, kind)) in
            [(Media::Unstated, unstated), (Media::Json, named), (Media::GraphqlResponse, response)]
        {
            assert_eq!(status(media, body), (expected, kind.to_owned()), "{media:?} {body}");
        }
    }
}

#[test]
fn introspection_can_be_switched_off() {
    let engine = engine_with(Options { introspection: false, ..Options::default() }, |_, _| value(Value::UInt(7)));
    for query in ["{__schema {types {name}}}", "{max __type(name: \"Query\") {name}}"] {
        let response = text(&ask(&engine, query, ""));
        assert!(response.contains("introspection is switched off") && !response.contains("data"), "{response}");
    }
    assert_eq!(text(&ask(&engine, "{__typename}", "")), r#"{"data":{"__typename":"Query"}}"#);
}

#[test]
fn introspection_does_not_go_in_circles() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let ask = |query: &str| text(&ask(&engine, query, ""));
    let nested = |levels: usize| format!("{}name{}", "fields {type {".repeat(levels), "}}".repeat(levels));
    assert!(ask(&format!("{{__type(name: \"Tree\") {{{}}}}}", nested(2))).starts_with("{\"data\""));
    let refusal = ask(&format!("{{__schema {{types {{...F}}}}}} fragment F on __Type {{{}}}", nested(3)));
    assert!(refusal.contains("introspection is nested too deeply") && !refusal.contains("\"data\""), "{refusal}");
}

/// What graphql-js, and so most tools, ask for, with everything that can be asked for.
const USUAL: &str = "fragment Schema on __Schema {
        description queryType {name kind} mutationType {name kind} subscriptionType {name kind} types {...FullType}
        directives {name description isRepeatable locations args(includeDeprecated: true) {...InputValue}}
    }
    fragment FullType on __Type {
        kind name description specifiedByURL isOneOf
        fields(includeDeprecated: true) {
            name description args(includeDeprecated: true) {...InputValue} type {...TypeRef}
            isDeprecated deprecationReason
        }
        inputFields(includeDeprecated: true) {...InputValue}
        interfaces {...TypeRef}
        enumValues(includeDeprecated: true) {name description isDeprecated deprecationReason}
        possibleTypes {...TypeRef}
    }
    fragment InputValue on __InputValue {
        name description type {...TypeRef} defaultValue isDeprecated deprecationReason
    }";

#[test]
fn what_tools_ask_for_is_far_from_the_limit_on_introspection() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let ask = |times: usize, levels: usize| {
        let schemas: String = (0..times).map(|n| format!("s{n}: __schema {{...Schema}} ")).collect();
        let (open, close) = ("kind name ofType {".repeat(levels), "}".repeat(levels));
        let reference = format!("fragment TypeRef on __Type {{{open}kind name{close}}}");
        text(&ask(&engine, &format!("query IntrospectionQuery {{{schemas}}} {USUAL} {reference}"), ""))
    };
    for (times, levels) in [(1, 9), (4, 9), (1, 40)] {
        let answer = ask(times, levels);
        assert!(answer.starts_with(r#"{"data":{"s0":{"description""#), "{times} {levels}: {answer}");
    }
    let refusal = ask(20, 9);
    assert!(refusal.contains("(limit `introspected`)") && !refusal.contains("\"data\""), "{refusal}");
}

/// juniper resolves each spread of a fragment again, for each field that there is.
#[test]
fn fragments_do_not_multiply_introspection() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let fragments = |levels: usize| {
        let one = |n: usize| format!("fragment F{n} on __Field {{...F{} ...F{}}} ", n + 1, n + 1);
        (0..levels).map(one).collect::<String>() + &format!("fragment F{levels} on __Field {{name}}")
    };
    for (query, levels, fits) in [
        ("{__schema {types {fields {type {fields {...F0}}}}}}", 3, true),
        ("{__schema {types {fields {type {fields {...F0}}}}}}", 12, false),
        ("{__schema {types {fields {...F0}}}}", 12, false),
        ("{__type(name: \"Query\") {fields {type {fields {...F0}}}}}", 12, false),
        ("{__type(name: \"Query\") {fields {...F0}}}", 10, true),
        // One after the other, too.
        ("{a: __schema {types {fields {...F0}}} b: __schema {types {fields {...F0}}}}", 9, false),
    ] {
        let response = text(&ask(&engine, &format!("{query} {}", fragments(levels)), ""));
        assert_eq!(response.contains("(limit `introspected`)"), !fits, "{query}: {response}");
        assert_eq!(response.starts_with("{\"data\""), fits, "{query}: {response}");
    }
}

#[test]
fn an_operation_is_not_begun_without_room_for_all_of_its_calls() {
    /// Notes calls, and how many more there would be room for.
    struct Small(Capacity, Arc<Mutex<Vec<usize>>>);
    impl crate::call::Call for Small {
        fn call(&self, _: CallRequest) -> futures::future::BoxFuture<'static, Outcome> {
            let more = (1..9).take_while(|calls| self.0.admit(*calls, 0).is_ok()).count();
            self.1.lock().expect("not poisoned").push(more);
            Box::pin(async { value(Value::UInt(7)) })
        }

        fn admit(&self, calls: usize) -> Result<Admission, LimitId> {
            self.0.admit(calls, 0)
        }
    }
    let called = Arc::default();
    let calls = Small(Capacity::new(1, 2), Arc::clone(&called));
    let engine = Engine::new(Arc::new(program()), Arc::new(calls), Options::default());
    let called = || std::mem::take(&mut *called.lock().expect("not poisoned"));
    let response = ask(&engine, "{a: max b: max c: max d: max}", "");
    assert_eq!((response.status, &response.headers["retry-after"]), (503, &"1".parse().expect("a value")));
    assert!(text(&response).contains("(limit `max-waiting`)"));
    assert!(called().is_empty());
    // The room is kept until the last call is over, and no longer.
    for _ in 0..2 {
        assert_eq!(text(&ask(&engine, "{a: max b: max}", "")), r#"{"data":{"a":7,"b":7}}"#);
        assert_eq!(called(), [1, 1]);
    }
    assert_eq!(ask(&engine, "{__typename}", "").status, 200);
}
