//! From a request to a response.

use std::sync::Arc;

use abi::manifest::Auth;
use bytes::BytesMut;
use futures::future::BoxFuture;
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, header};
use tracing::Instrument as _;

use super::explorer;
use super::routes::{Found, Route, Routes};
use super::{Body, Limits, Live, probes};
use crate::auth::Decision;
use crate::telemetry::metrics::{self, Exchange};
use crate::telemetry::traces;

/// How many times as large as it may be a request is before it is cut off.
const DROPPED: usize = 16;

/// Answers requests to GraphQL endpoints, body read.
pub trait Handler: Send + Sync {
    /// Answers a GET or POST.
    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Response<Body>>;
}

/// A response in plain text.
pub fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub(super) async fn respond(live: &Arc<Live>, limits: &Limits, request: Request<Incoming>) -> Response<Body> {
    let origin = request.headers().contains_key(header::ORIGIN);
    if request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return preflight(request.headers(), origin);
    }
    let mut response = route(live, limits, request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    if origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

async fn route(live: &Arc<Live>, limits: &Limits, request: Request<Incoming>) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return not_allowed("GET, POST");
    }
    if !live.has_admin()
        && let Some(response) = probes::answer(request.uri().path(), live)
    {
        return response;
    }
    let routes = live.routes();
    match routes.find(request.uri().path()) {
        Found::Health => health(&routes),
        Found::Moved(path) => moved(path),
        Found::Nothing => {
            let explored = routes.explorer.as_ref().and_then(|explorer| explorer.answer(&request));
            explored.unwrap_or_else(|| plain(StatusCode::NOT_FOUND, "Not Found"))
        }
        Found::Endpoint(_) if routes.explorer.is_some() && explorer::is_visit(&request) => {
            explorer::redirect(StatusCode::TEMPORARY_REDIRECT, explorer::PATH)
        }
        Found::Endpoint(route) => {
            let under_way = live.begin();
            let exchange = Exchange::begin();
            let span = traces::request(request.method().as_str(), &route.path, request.headers());
            let response = endpoint(&routes, route, limits, request).instrument(span.clone()).await;
            let (status, size) = (response.status().as_u16(), response.body().whole().map(<[u8]>::len));
            traces::responded(&span, status);
            exchange.answered(&route.metrics, &route.name, status, size.unwrap_or(0) as u64);
            match size {
                Some(_) => response,
                // A stream is under way until it ends.
                None => response.map(|body| body.holding((under_way, exchange))),
            }
        }
    }
}

async fn endpoint(routes: &Routes, route: &Route, limits: &Limits, request: Request<Incoming>) -> Response<Body> {
    match route.auth {
        Auth::None => graphql(routes, limits, request).await,
        Auth::BearerToken => authenticated(routes, limits, request).await,
    }
}

pub(super) fn health(routes: &Routes) -> Response<Body> {
    let mut response = Response::new(Body::from(routes.health.clone()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn moved(path: &str) -> Response<Body> {
    let mut response = plain(StatusCode::MOVED_PERMANENTLY, "Moved Permanently");
    if let Ok(location) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The answer to a CORS preflight (`http-server` section 7).
fn preflight(asked: &HeaderMap, origin: bool) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    let method = asked.get(header::ACCESS_CONTROL_REQUEST_METHOD);
    let Some(method) = method.filter(|method| origin && [&b"GET"[..], b"POST", b"HEAD"].contains(&method.as_bytes()))
    else {
        return response;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    response
}

/// Answers who may pass.
async fn authenticated(routes: &Routes, limits: &Limits, mut request: Request<Incoming>) -> Response<Body> {
    let header = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    let refusal = match routes.authenticator.decide(header).await {
        Decision::NotBearer => plain(StatusCode::BAD_REQUEST, "Invalid JWT token format, Bearer required"),
        Decision::Denied => plain(StatusCode::UNAUTHORIZED, "Access Denied"),
        Decision::Pass(claims) => {
            claims.map(|claims| request.extensions_mut().insert(claims));
            return graphql(routes, limits, request).await;
        }
    };
    // Nothing is kept of the body, but its sender should see the answer.
    let _ = tokio::time::timeout(limits.body_timeout, collect(request.into_body(), 0, limits)).await;
    refusal
}

fn not_allowed(methods: &'static str) -> Response<Body> {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

async fn graphql(routes: &Routes, limits: &Limits, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    match read(body, &head.headers, limits).await {
        Ok(body) => routes.graphql.handle(Request::from_parts(head, body)).await,
        Err(response) => response,
    }
}

async fn read(body: Incoming, headers: &HeaderMap, limits: &Limits) -> Result<Bytes, Response<Body>> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content encodings are not supported."));
    }
    match tokio::time::timeout(limits.body_timeout, collect(body, limits.body, limits)).await {
        Err(_) => {
            metrics::refused("body-timeout");
            Err(closing(StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time (limit `body-timeout`)."))
        }
        Ok(Err(_)) => Err(plain(StatusCode::BAD_REQUEST, "The request ended early.")),
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => {
            metrics::refused("max-body");
            let text = format!("The request is larger than {} bytes (limit `max-body`).", limits.body);
            Err(closing(StatusCode::PAYLOAD_TOO_LARGE, &text))
        }
    }
}

/// A refusal after which the connection cannot be used, because the rest of the request is still to come.
fn closing(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = plain(status, text);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The body, or `None` where it is larger than `kept` bytes. A while longer its rest is read and dropped, because a client
/// that is cut off while it sends does not see the answer.
async fn collect(mut body: Incoming, kept: usize, limits: &Limits) -> hyper::Result<Option<Bytes>> {
    let (mut bytes, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        length += data.len();
        if length <= kept {
            bytes.extend_from_slice(&data);
        } else if length > limits.body.saturating_mul(DROPPED) {
            break;
        }
    }
    Ok((length <= kept).then(|| bytes.freeze()))
}
