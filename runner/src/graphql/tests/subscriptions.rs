//! `agentEvent`, with a source that is a list.

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;

use super::*;
use crate::capacity::Capacity;
use crate::events::{AgentEvent, Events, Refused};
use crate::process::Mutations;

struct Listed;

impl Events for Listed {
    fn subscribe(&self, agent: &str) -> BoxFuture<'static, Result<BoxStream<'static, AgentEvent>, Refused>> {
        let agent = agent.to_owned();
        Box::pin(async move {
            if agent == "gone" {
                return Err(Refused::Ended { agent, status: "terminated" });
            }
            let timestamp: Timestamp = "2026-01-31T09:05:07.120999Z".parse().expect("a timestamp");
            let event = |data| AgentEvent { name: "counted".to_owned(), data, timestamp };
            Ok(stream::iter([event(Value::UInt(u64::MAX)), event(Value::Null)]).boxed())
        })
    }
}

fn responses(query: &str, variables: &str) -> Vec<String> {
    let engine = engine_with(Options::default(), |_, _| answer("null")).with_events(Arc::new(Listed));
    let variables: serde_json::Value = serde_json::from_str(variables).expect("JSON");
    let body = serde_json::json!({"query": query, "variables": variables}).to_string();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    match request::read(None, body.as_bytes()).and_then(|request| prepared(&engine, request)) {
        Ok(prepared) => runtime.block_on(engine.subscribe(prepared).collect::<Vec<_>>()),
        Err(Refusal::Invalid(errors)) => vec![super::super::body_of_errors(&errors)],
        Err(other) => panic!("{other:?}"),
    }
    .into_iter()
    .map(|body| String::from_utf8(body).expect("UTF-8"))
    .collect()
}

#[test]
fn events_are_responses() {
    let all = responses(r#"subscription {agentEvent(agentId: "a") {name data timestamp}}"#, "{}");
    let expected = |data: &str| {
        let (name, timestamp) = (r#""name":"counted""#, r#""timestamp":"2026-01-31T09:05:07.120Z""#);
        format!(r#"{{"data":{{"agentEvent":{{{name},"data":{data},{timestamp}}}}}}}"#)
    };
    assert_eq!(all, [expected("18446744073709551615"), expected("null")]);
    // The reference nulls these.
    let aliases = "subscription($id: String!) {e: agentEvent(agentId: $id) {__typename ts: timestamp ...F}} fragment F on AgentEvent {n: name}";
    let expected = r#"{"data":{"e":{"__typename":"AgentEvent","ts":"2026-01-31T09:05:07.120Z","n":"counted"}}}"#;
    assert_eq!(responses(aliases, r#"{"id": "a"}"#), [expected, expected]);
}

#[test]
fn refusals() {
    let one = responses(r#"subscription {agentEvent(agentId: "gone") {name}}"#, "{}");
    let message = "agent gone is terminated, cannot subscribe to events";
    assert_eq!(one, [format!(r#"{{"errors":[{{"message":"{message}"}}],"data":null}}"#)]);
    for (query, reason) in [
        (
            r#"subscription S {a: agentEvent(agentId: "a") {name} b: agentEvent(agentId: "b") {name}}"#,
            "S must only have one root",
        ),
        ("subscription {__typename}", "root"),
        ("subscription {agentEvent {name}}", "agentId"),
        (r#"subscription {agentEvent(agentId: "a") {nope}}"#, "nope"),
        ("subscription($id: String!) {agentEvent(agentId: $id) {name}}", "was not provided"),
    ] {
        let all = responses(query, "{}");
        assert!(all.len() == 1 && all[0].contains(reason) && !all[0].contains("data"), "{query}: {all:?}");
    }
}

#[test]
fn apps_without_agents() {
    let engine = engine_with(Options::default(), |_, _| answer("null"));
    let query = Some(r#"subscription {agentEvent(agentId: "x") {name}}"#.to_owned());
    let prepared = prepared(&engine, GraphqlRequest { query, ..GraphqlRequest::default() }).expect("it is valid");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let all = runtime.block_on(engine.subscribe(prepared).collect::<Vec<_>>());
    assert_eq!(all, [br#"{"errors":[{"message":"agent x not found"}],"data":null}"#.to_vec()]);
}

/// Never has one, and says when nobody waits any more.
struct Silent(Arc<std::sync::atomic::AtomicBool>);

impl Events for Silent {
    fn subscribe(&self, _: &str) -> BoxFuture<'static, Result<BoxStream<'static, AgentEvent>, Refused>> {
        struct Gone(Arc<std::sync::atomic::AtomicBool>);
        impl Drop for Gone {
            fn drop(&mut self) {
                self.0.store(true, std::sync::atomic::Ordering::SeqCst);
            }
        }
        let gone = Gone(Arc::clone(&self.0));
        let events = stream::pending().map(move |event: AgentEvent| {
            let _held = &gone;
            event
        });
        Box::pin(async move { Ok(events.boxed()) })
    }
}

fn subscribe(gone: &Arc<std::sync::atomic::AtomicBool>) -> (tokio::sync::watch::Sender<()>, crate::server::Body) {
    let (open, response) = subscribe_accepting(gone, "text/event-stream");
    assert_eq!(response.status(), 200);
    (open, response.into_body())
}

fn subscribe_accepting(
    gone: &Arc<std::sync::atomic::AtomicBool>,
    accept: &str,
) -> (tokio::sync::watch::Sender<()>, hyper::Response<crate::server::Body>) {
    use crate::server::{GraphqlHandler, Handler as _};
    let engine = engine_with(Options::default(), |_, _| answer("null")).with_events(Arc::new(Silent(Arc::clone(gone))));
    let (open, closing) = tokio::sync::watch::channel(());
    let endpoint = GraphqlHandler::new(Arc::new(engine), false, closing, Mutations::default(), &Capacity::default());
    let body = r#"{"query": "subscription {agentEvent(agentId: \"x\") {name}}"}"#;
    let request = hyper::Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", accept)
        .body(body.into())
        .expect("a request");
    let response = endpoint.handle(request).now_or_never().expect("the stream begins at once");
    (open, response)
}

#[tokio::test]
async fn there_is_no_subscription_without_a_stream() {
    let (_open, response) = subscribe_accepting(&Arc::default(), "application/json");
    let text = response.body().whole().map(String::from_utf8_lossy);
    assert!(
        response.status() == 400 && text.as_ref().is_some_and(|text| text.contains("text/event-stream")),
        "{text:?}"
    );
}

#[tokio::test]
async fn streams_end_with_the_server() {
    use http_body_util::BodyExt as _;
    let gone = Arc::default();
    let (open, mut body) = subscribe(&gone);
    assert!(body.frame().now_or_never().is_none(), "there are no events");
    drop(open);
    let text = body.collect().await.expect("the body is whole").to_bytes();
    assert_eq!(text, "event: complete\ndata: \n\n");
}

#[tokio::test]
async fn a_client_that_goes_away_is_unsubscribed() {
    use http_body_util::BodyExt as _;
    let gone = Arc::default();
    let (_open, mut body) = subscribe(&gone);
    assert!(body.frame().now_or_never().is_none() && !gone.load(std::sync::atomic::Ordering::SeqCst));
    drop(body);
    assert!(gone.load(std::sync::atomic::Ordering::SeqCst));
}
