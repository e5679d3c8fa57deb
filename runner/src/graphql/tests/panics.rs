//! Calls that panic.

use std::sync::Arc;

use http_body_util::BodyExt as _;

use super::{Options, engine_with};
use crate::capacity::Capacity;
use crate::process::Mutations;
use crate::server::{GraphqlHandler, Handler as _};

/// Status, `Content-Type` and body of the answer to an operation whose call panics.
async fn answer(query: &str, accept: &str) -> (u16, String, String) {
    let engine = engine_with(Options::default(), |_, _| panic!("on purpose"));
    let (_open, closing) = tokio::sync::watch::channel(());
    let endpoint = GraphqlHandler::new(Arc::new(engine), false, closing, Mutations::default(), &Capacity::default());
    let body = serde_json::json!({ "query": query }).to_string();
    let request = hyper::Request::post("/graphql").header("content-type", "application/json").header("accept", accept);
    let response = endpoint.handle(request.body(body.into()).expect("a request")).await;
    let (head, body) = response.into_parts();
    let kind = head.headers["content-type"].to_str().expect("text").to_owned();
    let body = body.collect().await.expect("a body").to_bytes();
    (head.status.as_u16(), kind, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_panic_is_an_answer_in_the_media_type_that_is_accepted() {
    let text = "Failed to execute GraphQL operation.";
    let error = format!(r#"{{"errors":[{{"message":"{text}"}}]}}"#);
    let graphql = "application/graphql-response+json";
    for query in ["{ max }", "{ max late }", "mutation { save(n: 1) }"] {
        let plain = (500, "text/plain; charset=utf-8".to_owned(), format!("{text}\n"));
        assert_eq!(answer(query, "*/*").await, plain, "{query}");
        assert_eq!(answer(query, graphql).await, (500, graphql.to_owned(), error.clone()), "{query}");
        let events = format!("event: next\ndata: {error}\n\nevent: complete\ndata: \n\n");
        assert_eq!(answer(query, "text/event-stream").await, (200, "text/event-stream".to_owned(), events), "{query}");
    }
}
