//! Cross-origin rules: every origin may call, without credentials.

use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use super::service::Body;

const PREFLIGHT_VARY: &str = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/// The answer to a preflight, where `request` is one.
pub(super) fn preflight(request: &Parts) -> Option<Response<Body>> {
    let headers = &request.headers;
    let method = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD).filter(|_| request.method == Method::OPTIONS)?;
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answer = response.headers_mut();
    answer.insert(header::VARY, HeaderValue::from_static(PREFLIGHT_VARY));
    if headers.contains_key(header::ORIGIN) && matches!(method.as_bytes(), b"GET" | b"POST" | b"HEAD") {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
        if let Some(requested) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, requested.clone());
        }
    }
    Some(response)
}

/// Whether a request that is no preflight may be read by its page.
pub(super) fn is_cross_origin(request: &Parts) -> bool {
    let known = matches!(request.method, Method::GET | Method::POST | Method::HEAD | Method::OPTIONS);
    known && request.headers.contains_key(header::ORIGIN)
}

/// Adds the headers of an ordinary answer.
pub(super) fn mark(headers: &mut HeaderMap, cross_origin: bool) {
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if cross_origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
}
