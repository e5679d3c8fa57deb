//! The GraphQL engine as a handler of HTTP requests.

use std::sync::Arc;

use futures::future::BoxFuture;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};

use super::Handler;
use crate::auth::Claims;
use crate::graphql::{self, Engine, GraphqlRequest};

impl Handler for Arc<Engine> {
    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Response<Bytes>> {
        let engine = Arc::clone(self);
        Box::pin(async move {
            let zone = request.headers().get("x-time-zone").and_then(|zone| zone.to_str().ok());
            let graphql = GraphqlRequest {
                query_string: request.uri().query().filter(|_| request.method() == hyper::Method::GET),
                body: request.body(),
                time_zone: zone.filter(|zone| !zone.is_empty()).map(Arc::from),
                claims: request.extensions().get().map(|Claims(json)| Arc::clone(json)),
            };
            response(engine.execute(graphql).await)
        })
    }
}

fn response(answer: graphql::Response) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    // Under this id the log tells of the call.
    if let Some(id) = answer.execution_id.and_then(|id| HeaderValue::try_from(id).ok()) {
        response.headers_mut().insert(HeaderName::from_static("x-execution-id"), id);
    }
    if let Some(allow) = answer.allow {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    response
}
