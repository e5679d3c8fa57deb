//! What the runner says about itself: alive, ready, measured.

use abi::reserved_paths::Reserved;
use hyper::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Response, StatusCode};

use super::{Body, Live, plain, respond};
use crate::limits::LimitId;
use crate::telemetry::metrics;

/// The answer of the listener that is for nothing else.
pub(super) fn admin(method: &Method, path: &str, live: &Live) -> Response<Body> {
    if !respond::is_reading(method) {
        return respond::not_allowed(respond::READING);
    }
    match Reserved::at(path) {
        Some(Reserved::Health) => respond::health(&live.routes()),
        _ => answer(path, live).unwrap_or_else(|| plain(StatusCode::NOT_FOUND, "Not Found")),
    }
}

/// The answer to a connection for which there is no room.
pub(super) fn only(path: &str, live: &Live) -> Response<Body> {
    let probe = Some(path).filter(|_| !live.has_admin()).and_then(|path| answer(path, live));
    let mut response = probe.unwrap_or_else(|| {
        let text = format!("Too many connections are open ({}); try again later.", LimitId::MaxConnections);
        let mut refusal = plain(StatusCode::SERVICE_UNAVAILABLE, &text);
        refusal.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        refusal
    });
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The answer at a path, if it is one of those that are answered here.
pub(super) fn answer(path: &str, live: &Live) -> Option<Response<Body>> {
    match Reserved::at(path)? {
        Reserved::Live => Some(json(StatusCode::OK, "{\"status\": \"ok\"}\n")),
        Reserved::Ready if live.is_draining() => {
            let text = "{\"status\": \"unavailable\", \"reasons\": [\"the server is shutting down\"]}\n";
            Some(json(StatusCode::SERVICE_UNAVAILABLE, text))
        }
        Reserved::Ready if live.routes().authenticator.waits_for_keys() => {
            let text =
                "{\"status\": \"unavailable\", \"reasons\": [\"no key for bearer tokens could be fetched yet\"]}\n";
            Some(json(StatusCode::SERVICE_UNAVAILABLE, text))
        }
        // App and schema are there before the port is.
        Reserved::Ready => Some(json(StatusCode::OK, "{\"status\": \"ok\"}\n")),
        Reserved::Metrics => {
            let mut response = Response::new(Body::from(metrics::render()));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(metrics::CONTENT_TYPE));
            Some(response)
        }
        Reserved::Health | Reserved::Explorer => None,
    }
}

fn json(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
