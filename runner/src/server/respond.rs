//! From a request to a response.

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
use super::{BODY_LIMIT, BODY_TIMEOUT, Live, probes};
use crate::auth::Decision;
use crate::telemetry::metrics::{self, Exchange};
use crate::telemetry::traces;

/// Bytes of a request after which it is cut off.
const DROPPED_LIMIT: usize = 16 * BODY_LIMIT;

/// Answers requests to GraphQL endpoints, body read.
pub trait Handler: Send + Sync {
    /// Answers a GET or POST.
    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Response<Bytes>>;
}

/// A response in plain text.
pub fn plain(status: StatusCode, text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub(super) async fn respond(live: &Live, request: Request<Incoming>) -> Response<Bytes> {
    let origin = request.headers().contains_key(header::ORIGIN);
    if request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return preflight(request.headers(), origin);
    }
    let mut response = route(live, request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    if origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

async fn route(live: &Live, request: Request<Incoming>) -> Response<Bytes> {
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return not_allowed("GET, POST");
    }
    if let Some(response) = probes::answer(request.uri().path(), live) {
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
            let _under_way = live.begin();
            let exchange = Exchange::begin();
            let span = traces::request(request.method().as_str(), &route.path, request.headers());
            let response = endpoint(&routes, route, request).instrument(span.clone()).await;
            let (status, size) = (response.status().as_u16(), response.body().len() as u64);
            traces::responded(&span, status);
            exchange.answered(&route.metrics, &route.name, status, size);
            response
        }
    }
}

async fn endpoint(routes: &Routes, route: &Route, request: Request<Incoming>) -> Response<Bytes> {
    match route.auth {
        Auth::None => graphql(routes, request).await,
        Auth::BearerToken => authenticated(routes, request).await,
    }
}

fn health(routes: &Routes) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(routes.health.clone()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn moved(path: &str) -> Response<Bytes> {
    let mut response = plain(StatusCode::MOVED_PERMANENTLY, "Moved Permanently");
    if let Ok(location) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The answer to a CORS preflight (`http-server` section 7).
fn preflight(asked: &HeaderMap, origin: bool) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
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
async fn authenticated(routes: &Routes, mut request: Request<Incoming>) -> Response<Bytes> {
    let header = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    let refusal = match routes.authenticator.decide(header).await {
        Decision::NotBearer => plain(StatusCode::BAD_REQUEST, "Invalid JWT token format, Bearer required"),
        Decision::Denied => plain(StatusCode::UNAUTHORIZED, "Access Denied"),
        Decision::Pass(claims) => {
            claims.map(|claims| request.extensions_mut().insert(claims));
            return graphql(routes, request).await;
        }
    };
    // Nothing is kept of the body, but its sender should see the answer.
    let _ = tokio::time::timeout(BODY_TIMEOUT, collect(request.into_body(), 0)).await;
    refusal
}

fn not_allowed(methods: &'static str) -> Response<Bytes> {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

async fn graphql(routes: &Routes, request: Request<Incoming>) -> Response<Bytes> {
    let (head, body) = request.into_parts();
    match read(body, &head.headers).await {
        Ok(body) => routes.graphql.handle(Request::from_parts(head, body)).await,
        Err(response) => response,
    }
}

async fn read(body: Incoming, headers: &HeaderMap) -> Result<Bytes, Response<Bytes>> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content encodings are not supported."));
    }
    match tokio::time::timeout(BODY_TIMEOUT, collect(body, BODY_LIMIT)).await {
        Err(_) => Err(plain(StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time.")),
        Ok(Err(_)) => Err(plain(StatusCode::BAD_REQUEST, "The request ended early.")),
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => {
            metrics::refused("request_size");
            let mut response = plain(StatusCode::PAYLOAD_TOO_LARGE, "The request is larger than 1 MiB.");
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            Err(response)
        }
    }
}

/// The body, or `None` where it is larger than `limit`. A while longer its rest is read and dropped, because a client that is
/// cut off while it sends does not see the answer.
async fn collect(mut body: Incoming, limit: usize) -> hyper::Result<Option<Bytes>> {
    let (mut bytes, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        length += data.len();
        if length <= limit {
            bytes.extend_from_slice(&data);
        } else if length > DROPPED_LIMIT {
            break;
        }
    }
    Ok((length <= limit).then(|| bytes.freeze()))
}
