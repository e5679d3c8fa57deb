//! A GraphQL endpoint: GraphQL over HTTP, and over Server-Sent Events. Which requests reach the engine, what they ask it,
//! and how its answers and refusals are sent. Nothing else knows of both.

pub(crate) mod accept;
mod events;
pub(crate) mod request;
pub(crate) mod response;
mod surrogates;

use std::pin::pin;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{Stream, StreamExt as _, stream};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::watch;

use super::{Body, Handler, plain};
use crate::auth::Claims;
use crate::capacity::{Answers, Capacity};
use crate::graphql::{Answer, Engine, GraphqlRequest, OperationType, Prepared, Refusal};
use crate::limits::LimitId;
use crate::panics::caught;
use crate::process::Mutations;
use accept::{Accept, Media};
use response::Reply;

/// The engine as a handler of HTTP requests.
#[derive(Clone)]
pub struct GraphqlHandler(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    plain_get: bool,
    closing: watch::Receiver<()>,
    mutations: Mutations,
    answers: Arc<Answers>,
}

impl GraphqlHandler {
    /// Answers with `engine`. `plain_get` tells whether a GET query is answered that a page of another origin could have
    /// made without asking. Subscriptions end when the sender of `closing` is dropped; `mutations` counts those that run, and
    /// `capacity` the answers that are being sent.
    pub fn new(
        engine: Arc<Engine>,
        plain_get: bool,
        closing: watch::Receiver<()>,
        mutations: Mutations,
        capacity: &Capacity,
    ) -> Self {
        Self(Arc::new(Inner { engine, plain_get, closing, mutations, answers: Arc::clone(capacity.answers()) }))
    }

    /// An endpoint without a server, for whoever asks it in this process.
    pub fn alone(engine: Engine) -> Self {
        let (_, closing) = watch::channel(());
        Self::new(Arc::new(engine), false, closing, Mutations::default(), &Capacity::default())
    }

    /// The whole answer to a POST of JSON; nothing where it is a stream.
    pub async fn ask(&self, json: &'static [u8]) -> Vec<u8> {
        let mut request = Request::post("/").body(Bytes::from_static(json)).unwrap_or_default();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.clone().answer(request).await.body().whole().unwrap_or_default().to_vec()
    }

    async fn answer(self, request: Request<Bytes>) -> Response<Body> {
        let accept = Accept::of(request.headers());
        let by_get = request.method() == Method::GET;
        // A POST that was not safe has been refused.
        let safe = !by_get || accept::is_preflighted(request.headers());
        let prepared = match self.prepare(&request, by_get).await {
            Ok(prepared) => prepared,
            Err(refusal) => {
                let reply = Reply::of(Err(refusal), accept.media);
                // In a stream of events, also what is wrong with a document is an event.
                return match accept.prefers_events && reply.is_graphql() {
                    true => self.events(stream::iter([reply.body]), OperationType::Query),
                    false => reply.whole(),
                };
            }
        };
        // What follows may wait for long: the buffer that the request was read into is not needed any more.
        drop(request);
        match prepared.kind() {
            // A page may open a stream of events behind a user's back, but it cannot do anything by that.
            OperationType::Subscription if accept.events => self.subscribe(prepared),
            OperationType::Subscription => plain(StatusCode::BAD_REQUEST, NO_EVENT_STREAM),
            _ if !safe && !self.0.plain_get => plain(StatusCode::FORBIDDEN, NOT_PREFLIGHTED),
            kind if accept.prefers_events => {
                // An event is JSON, whatever happens.
                let asked = self.clone();
                let ended = async move { Reply::of(asked.run(prepared, kind).await, Media::GraphqlResponse).body };
                self.events(stream::once(ended), kind)
            }
            kind => {
                let answers = Arc::clone(&self.0.answers);
                let reply = Reply::of(self.run(prepared, kind).await, accept.media);
                reply.counted(&answers, accept.media, unsent(kind))
            }
        }
    }

    /// Reads and checks a request.
    async fn prepare(&self, request: &Request<Bytes>, by_get: bool) -> Result<Prepared, Refusal> {
        let query_string = by_get.then(|| request.uri().query().unwrap_or_default());
        let zone = request.headers().get("x-time-zone").and_then(|zone| zone.to_str().ok());
        let request = GraphqlRequest {
            time_zone: zone.filter(|zone| !zone.is_empty()).map(Arc::from),
            claims: request.extensions().get().map(|Claims(json)| Arc::clone(json)),
            ..request::read(query_string, request.body())?
        };
        self.0.engine.prepare(request).await
    }

    fn subscribe(self, prepared: Prepared) -> Response<Body> {
        let mut closing = self.0.closing.clone();
        let closed = async move { while closing.changed().await.is_ok() {} };
        self.events(self.0.engine.subscribe(prepared).take_until(Box::pin(closed)), OperationType::Subscription)
    }

    /// A stream of events with these bodies, which are those of an operation of this kind.
    fn events(&self, bodies: impl Stream<Item = Vec<u8>> + Send + 'static, kind: OperationType) -> Response<Body> {
        let beyond = unsent(kind);
        let instead = move |limit| Reply::of(Err(beyond(limit)), Media::GraphqlResponse).body;
        events::response(bodies, Arc::clone(&self.0.answers), instead)
    }

    /// Runs a query as part of its request, so that it ends when the client goes away; a mutation runs to its end.
    async fn run(self, prepared: Prepared, kind: OperationType) -> Result<Answer, Refusal> {
        if kind == OperationType::Query {
            // Also as an event, where it is too late for another status.
            return caught(pin!(self.0.engine.run(prepared))).await.unwrap_or(Err(Refusal::Internal));
        }
        let running = self.0.mutations.begin();
        let task = tokio::spawn(async move {
            let answer = self.0.engine.run(prepared).await;
            drop(running);
            answer
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(target: "modus", error = %error, "The operation's task failed.");
            Err(Refusal::Internal)
        })
    }
}

/// What becomes of an operation of this kind for whose answer there is no room.
fn unsent(kind: OperationType) -> fn(LimitId) -> Refusal {
    if kind == OperationType::Mutation { Refusal::Untold } else { Refusal::Overloaded }
}

/// What a subscription without `Accept: text/event-stream` is told.
const NO_EVENT_STREAM: &str =
    "Subscriptions use SSE (Server-Sent Events). Requests must accept 'text/event-stream' for SSE responses.";
/// What a client of WebSockets is told.
const NO_WEBSOCKETS: &str = "WebSockets are not supported. Subscriptions use SSE (Server-Sent Events): \
                             ask with 'Accept: text/event-stream'.";
const WRONG_TYPE: &str = "The request's Content-Type must be application/json in UTF-8.";
const NOT_PREFLIGHTED: &str = "A GET request must have a header that browsers ask for first, such as \
                               GraphQL-Require-Preflight: 1 (setting `plain-get`).";

impl Handler for GraphqlHandler {
    fn refuse(&self, head: &Parts) -> Option<Response<Body>> {
        let by_get = head.method == Method::GET;
        if by_get && accept::is_websocket(&head.headers) {
            return Some(plain(StatusCode::BAD_REQUEST, NO_WEBSOCKETS));
        }
        let is_usual = by_get || accept::is_json(&head.headers);
        let is_safe = is_usual || accept::is_preflighted(&head.headers);
        (!is_safe).then(|| plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, WRONG_TYPE))
    }

    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Response<Body>> {
        Box::pin(self.clone().answer(request))
    }
}

/// Whether a request to an endpoint comes from somebody who typed its address into a browser (`http-server` section 13).
pub(super) fn is_visit<B>(request: &Request<B>) -> bool {
    let asks = request.uri().query().is_some_and(request::has_parameters);
    *request.method() == Method::GET && !asks && accept::prefers_html(request.headers())
}

/// The answer to a request that panicked, which accepts these media types.
pub(super) fn failed(accept: Option<HeaderValue>) -> Response<Body> {
    let headers: HeaderMap = accept.map(|accept| (ACCEPT, accept)).into_iter().collect();
    Reply::of(Err(Refusal::Internal), Accept::of(&headers).media).whole()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_of_a_browser() {
        for (method, target, accept, expected) in [
            ("GET", "/graphql", "text/html,*/*;q=0.8", true),
            ("GET", "/graphql?x=1&quer=2", "text/html", true),
            ("GET", "/graphql", "*/*", false),
            ("GET", "/graphql", "text/html, application/json", false),
            ("POST", "/graphql", "text/html", false),
            ("GET", "/graphql?query=%7Bx%7D", "text/html", false),
            ("GET", "/graphql?a=1&qu%65ry", "text/html", false),
            ("GET", "/graphql?extensions=%7B%7D", "text/html", false),
            ("GET", "/graphql?operationName=A", "text/html", false),
            ("GET", "/graphql?variables=%7B%7D", "text/html", false),
        ] {
            let request =
                Request::builder().method(method).uri(target).header(ACCEPT, accept).body(()).expect("a request");
            assert_eq!(is_visit(&request), expected, "{method} {target} {accept}");
        }
    }
}
