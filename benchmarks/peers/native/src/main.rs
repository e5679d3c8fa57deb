//! A peer of the benchmarks: the same field as a function of this program, on juniper and hyper. The only argument is the
//! port.
//!
//! As juniper is used by itself: each request is parsed, validated and executed; there is no cache of documents.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use juniper::http::GraphQLRequest;
use juniper::{EmptyMutation, EmptySubscription, RootNode};
use tokio::net::TcpListener;

struct Query;

#[juniper::graphql_object]
impl Query {
    /// Greets the named person, or everyone.
    fn say_hello(name: Option<String>) -> String {
        name.map_or_else(|| "Hello!".to_owned(), |name| format!("Hello, {name}!"))
    }
}

type Schema = RootNode<Query, EmptyMutation, EmptySubscription>;

async fn answer(schema: &Schema, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let (status, answer) = match serde_json::from_slice::<GraphQLRequest>(&body) {
        Ok(request) => (StatusCode::OK, serde_json::to_vec(&request.execute(schema, &()).await)),
        Err(_) => (StatusCode::BAD_REQUEST, Ok(Vec::new())),
    };
    let mut response = Response::new(Full::new(Bytes::from(answer.unwrap_or_default())));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let schema = Arc::new(Schema::new(Query, EmptyMutation::new(), EmptySubscription::new()));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let schema = Arc::clone(&schema);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&schema, request));
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
