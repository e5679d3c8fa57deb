//! Answers for which there is no room while others are being sent.

use std::sync::Arc;

use abi::value::Value;
use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::header::RETRY_AFTER;

use super::{Options, engine_with, value};
use crate::call::{CallFailure, Outcome};
use crate::capacity::Capacity;
use crate::process::Mutations;
use crate::server::{Body, GraphqlHandler, Handler as _};

async fn ask(endpoint: &GraphqlHandler, query: &str, accept: &str) -> Response<Body> {
    let body = serde_json::json!({ "query": query }).to_string();
    let request = hyper::Request::post("/graphql").header("content-type", "application/json").header("accept", accept);
    endpoint.handle(request.body(body.into()).expect("a request")).await
}

async fn text(response: Response<Body>) -> String {
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    String::from_utf8_lossy(&body).into_owned()
}

#[tokio::test]
async fn an_answer_without_room_is_refused_and_a_mutation_says_what_it_did() {
    let long = |name: &str, _| {
        let failure = CallFailure { message: "x".repeat(100_000), ..CallFailure::default() };
        let value = value(if name == "save" { Value::Int(1) } else { Value::String(String::new()) });
        Outcome { errors: vec![failure], ..value }
    };
    let (_open, closing) = tokio::sync::watch::channel(());
    let capacity = Capacity::default();
    capacity.limit_answers(150_000);
    let engine = Arc::new(engine_with(Options::default(), long));
    let endpoint = GraphqlHandler::new(engine, false, closing, Mutations::default(), &capacity);
    let (query, small) = (r#"{ echo(text: "") }"#, r"{ __typename }");
    let mutation = "mutation { save(n: 1) }";
    for accept in ["*/*", "text/event-stream"] {
        let held = ask(&endpoint, query, "*/*").await;
        assert_eq!(held.status(), 200);
        let events = accept != "*/*";
        let refused = ask(&endpoint, query, accept).await;
        assert_eq!(
            (refused.status().as_u16(), refused.headers().contains_key(RETRY_AFTER)),
            match events {
                true => (200, false),
                false => (503, true),
            }
        );
        let refused = text(refused).await;
        assert!(refused.contains("the memory for answers is in use (limit `answer-memory`); try again"), "{refused}");
        let untold = ask(&endpoint, mutation, accept).await;
        assert_eq!((untold.status().as_u16(), untold.headers().contains_key(RETRY_AFTER)), (200, false));
        let untold = text(untold).await;
        assert!(untold.contains("the mutation was carried out") && !untold.contains("try again"), "{untold}");
        assert!(text(ask(&endpoint, small, accept).await).await.contains("__typename"));
        drop(held);
        assert!(text(ask(&endpoint, query, accept).await).await.len() > 100_000);
    }
}
