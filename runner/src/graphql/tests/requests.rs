//! What the client accepts decides about media type and status.

use super::*;
use crate::capacity::Admission;
use crate::graphql::Media;
use crate::limits::LimitId;

fn status(media: Media, body: &str) -> (u16, &'static str) {
    let engine = engine_with(Options::default(), |_, _| value(Value::UInt(7)));
    let request = GraphqlRequest { body: body.as_bytes(), media, ..GraphqlRequest::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let response = runtime.block_on(engine.execute(request));
    assert!(media != Media::GraphqlResponse || text(&response).starts_with('{'), "{response:?}");
    (response.status, response.content_type)
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
        assert_eq!(status(Media::Unstated, body), unstated, "{body}");
        assert_eq!(status(Media::Json, body), named, "{body}");
        assert_eq!(status(Media::GraphqlResponse, body), response, "{body}");
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

#[test]
fn an_operation_is_not_begun_without_room() {
    struct Full;
    impl crate::call::Call for Full {
        fn call(&self, _: Request) -> futures::future::BoxFuture<'static, Outcome> {
            Box::pin(async { answer("null") })
        }

        fn admit(&self, _: usize) -> Result<Admission, LimitId> {
            Err(LimitId::MaxWaiting)
        }
    }
    let engine = Engine::new(Arc::new(program()), Arc::new(Full), Options::default());
    let response = ask(&engine, "{max}", "");
    assert_eq!((response.status, response.retry_after), (503, Some(1)));
    assert!(text(&response).contains("(limit `max-waiting`)"));
    assert_eq!(ask(&engine, "{__typename}", "").status, 200);
}
