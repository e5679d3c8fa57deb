//! A GraphQL endpoint: which requests reach the engine, and how its answers are sent.

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{StreamExt as _, stream};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::watch;

use super::accept::{self, Accept};
use super::{Body, Handler, Mutations, events, plain};
use crate::auth::Claims;
use crate::graphql::{self, Engine, GraphqlRequest, Media, NO_EVENT_STREAM, OperationType, Prepared};
use crate::panics::caught;

/// The engine as a handler of HTTP requests.
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    plain_get: bool,
    closing: watch::Receiver<()>,
    mutations: Mutations,
}

impl Endpoint {
    /// Answers with `engine`. `plain_get` tells whether a GET query is answered that a page of another origin could have
    /// made without asking. Subscriptions end when the sender of `closing` is dropped; `mutations` counts those that run.
    pub fn new(engine: Arc<Engine>, plain_get: bool, closing: watch::Receiver<()>, mutations: Mutations) -> Self {
        Self(Arc::new(Inner { engine, plain_get, closing, mutations }))
    }

    async fn answer(self, request: Request<Bytes>) -> Response<Body> {
        let accept = Accept::of(request.headers());
        let by_get = request.method() == Method::GET;
        let usual = !by_get && accept::is_json(request.headers());
        let safe = usual || accept::is_preflighted(request.headers());
        if !by_get && !safe {
            return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, WRONG_TYPE);
        }
        let zone = request.headers().get("x-time-zone").and_then(|zone| zone.to_str().ok());
        let graphql = GraphqlRequest {
            query_string: by_get.then(|| request.uri().query().unwrap_or_default()),
            body: request.body(),
            time_zone: zone.filter(|zone| !zone.is_empty()).map(Arc::from),
            claims: request.extensions().get().map(|Claims(json)| Arc::clone(json)),
            media: accept.media,
        };
        let mut prepared = match self.0.engine.prepare(graphql) {
            Ok(prepared) => prepared,
            // In a stream of events, also what is wrong with a document is an event.
            Err(refusal) if accept.prefers_events && refusal.is_graphql() => {
                return events::response(stream::iter([refusal.body]));
            }
            Err(refusal) => return whole(refusal),
        };
        match prepared.kind() {
            // A page may open a stream of events behind a user's back, but it cannot do anything by that.
            OperationType::Subscription if accept.events => self.subscribe(prepared),
            OperationType::Subscription => plain(StatusCode::BAD_REQUEST, NO_EVENT_STREAM),
            _ if !safe && !self.0.plain_get => plain(StatusCode::FORBIDDEN, NOT_PREFLIGHTED),
            kind if accept.prefers_events => {
                // An event is JSON, whatever happens.
                prepared.media = Media::GraphqlResponse;
                let ended = async move { self.run(prepared, kind).await.body };
                events::response(stream::once(ended))
            }
            kind => whole(self.run(prepared, kind).await),
        }
    }

    fn subscribe(self, prepared: Prepared) -> Response<Body> {
        let mut closing = self.0.closing.clone();
        let closed = async move { while closing.changed().await.is_ok() {} };
        events::response(self.0.engine.subscribe(prepared).take_until(Box::pin(closed)))
    }

    /// Runs a query as part of its request, so that it ends when the client goes away; a mutation runs to its end.
    async fn run(self, prepared: Prepared, kind: OperationType) -> graphql::Response {
        let media = prepared.media;
        if kind == OperationType::Query {
            // Also as an event, where it is too late for another status.
            return caught(self.0.engine.run(prepared)).await.unwrap_or_else(|_| graphql::Response::internal(media));
        }
        let running = self.0.mutations.begin();
        let task = tokio::spawn(async move {
            let response = self.0.engine.run(prepared).await;
            drop(running);
            response
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(target: "modus", error = %error, "The operation's task failed.");
            graphql::Response::internal(media)
        })
    }
}

const WRONG_TYPE: &str = "The request's Content-Type must be application/json in UTF-8.";
const NOT_PREFLIGHTED: &str = "A GET request must have a header that browsers ask for first, such as \
                               GraphQL-Require-Preflight: 1 (setting `plain-get`).";

impl Handler for Endpoint {
    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Response<Body>> {
        Box::pin(self.clone().answer(request))
    }
}

/// The answer to a request that panicked, which accepts these media types.
pub(super) fn failed(accept: Option<HeaderValue>) -> Response<Body> {
    let headers: HeaderMap = accept.map(|accept| (ACCEPT, accept)).into_iter().collect();
    whole(graphql::Response::internal(Accept::of(&headers).media))
}

fn whole(answer: graphql::Response) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    // Under this id the log tells of the call.
    if let Some(id) = answer.execution_id.and_then(|id| HeaderValue::try_from(id).ok()) {
        headers.insert(HeaderName::from_static("x-execution-id"), id);
    }
    if let Some(allow) = answer.allow {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
