//! What the runner says about itself: alive, ready, measured.

use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::{Body, Live};
use crate::telemetry::metrics;

/// Paths that are answered here.
pub(super) const PATHS: [&str; 4] = ["/livez", "/readyz", "/ready", "/metrics"];

/// The answer at one of [`PATHS`].
pub(super) fn answer(path: &str, live: &Live) -> Option<Response<Body>> {
    match path {
        "/livez" => Some(json(StatusCode::OK, "{\"status\": \"ok\"}\n")),
        "/readyz" | "/ready" if live.is_draining() => {
            let text = "{\"status\": \"unavailable\", \"reasons\": [\"the server is shutting down\"]}\n";
            Some(json(StatusCode::SERVICE_UNAVAILABLE, text))
        }
        // App and schema are there before the port is.
        "/readyz" | "/ready" => Some(json(StatusCode::OK, "{\"status\": \"ok\"}\n")),
        "/metrics" => {
            let mut response = Response::new(Body::from(metrics::render()));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(metrics::CONTENT_TYPE));
            Some(response)
        }
        _ => None,
    }
}

fn json(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
