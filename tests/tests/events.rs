//! Promise: queries and subscriptions are answered as Server-Sent Events where the client wants them, as graphql-sse's
//! clients expect it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::{self, Language};
use tests::npm;
use tests::raw::Raw;
use tests::runner::{Options, Runner};

const AGENT: &str = r#"subscription { agentEvent(agentId: "x") { name data timestamp } }"#;

fn people() -> (App, Runner) {
    app::compile(&guests::build("examples/people"), app::OPEN).serve(&Options::default())
}

fn iterate(runner: &Runner, query: &str) -> Value {
    npm::run("sse.mjs", &json!({"url": format!("{}/graphql", runner.url), "request": {"query": query}}))
}

#[test]
fn the_graphql_sse_client() {
    let (_app, runner) = people();
    assert_eq!(iterate(&runner, "{ sayHello }"), json!([{"data": {"sayHello": "Hello!"}}]));
    let failed = iterate(&runner, "{ person(id: 9999) { name } }");
    assert_eq!(failed[0]["errors"][0]["message"], "no person has the id 9999");
    // What is wrong with a document is an event as well.
    for (query, reason) in [("{ nothing }", "nothing"), ("{", "Unexpected"), ("query($n: Int!) { __typename }", "$n")] {
        let results = iterate(&runner, query);
        assert!(results[0]["errors"][0]["message"].as_str().is_some_and(|text| text.contains(reason)), "{results}");
    }
    assert_eq!(iterate(&runner, AGENT), json!([{"errors": [{"message": "agent x not found"}], "data": null}]));
}

#[test]
fn the_stream_begins_before_the_answer_exists() {
    let app = app::compile(&Language::Go.guest("faults"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default());
    let mut client = Raw::connect(&runner);
    let started = Instant::now();
    client.send(Raw::post(r#"{"query": "{ sleeps(ms: 6000) }"}"#, &[("accept", "text/event-stream")]));
    let head = client.head().expect("a head").to_lowercase();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    for part in ["200 ok", "content-type: text/event-stream", "cache-control: no-cache", "transfer-encoding: chunked"] {
        assert!(head.contains(part), "{head}");
    }
    let chunk = |client: &mut Raw| client.chunk().map(|chunk| String::from_utf8(chunk).expect("UTF-8"));
    let next = chunk(&mut client).expect("an event");
    assert!(next.starts_with("event: next\ndata: {\"data\":{\"sleeps\":") && next.ends_with("}}\n\n"), "{next}");
    assert_eq!(chunk(&mut client).as_deref(), Some("event: complete\ndata: \n\n"));
    assert_eq!(chunk(&mut client), None);
}

#[test]
fn who_gets_events() {
    let (_app, runner) = people();
    let typ = |accept: &str, query: &str| {
        let mut client = Raw::connect(&runner);
        client.send(Raw::post(&json!({"query": query}).to_string(), &[("accept", accept)]));
        let answer = client.answer().expect("an answer");
        (answer.status, answer.headers["content-type"].clone(), answer.body)
    };
    // Clients that take everything get what they prefer, or the whole.
    let all = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
    assert_eq!(typ(all, "{ sayHello }").1, "application/graphql-response+json");
    assert_eq!(typ("text/event-stream, application/json;q=0.5", "{ sayHello }").1, "text/event-stream");
    assert_eq!(typ(all, AGENT).1, "text/event-stream");
    let (status, kind, body) = typ("application/json", AGENT);
    assert_eq!((status, kind.as_str()), (400, "text/plain; charset=utf-8"));
    assert!(body.starts_with("Subscriptions use SSE (Server-Sent Events)."), "{body}");

    // As a browser's EventSource asks: only for what cannot do anything.
    let get = |query: &str| {
        let mut client = Raw::connect(&runner);
        client.send(format!("GET /graphql?query={query} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n"));
        client.answer().expect("an answer")
    };
    let agent = "subscription%7BagentEvent(agentId:%22x%22)%7Bname%7D%7D";
    let answer = get(agent);
    assert_eq!((answer.status, answer.headers["content-type"].as_str()), (200, "text/event-stream"));
    assert!(answer.body.contains("agent x not found") && answer.body.ends_with("event: complete\ndata: \n\n"));
    assert_eq!(get("%7BsayHello%7D").status, 403);
}
