//! `GET /explorer/api/inferences`: the history of model calls (`explorer` section 6.1, `history-and-observability` section 3.4),
//! in development, or for whoever has the administrator's token.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use sha2::{Digest as _, Sha256};

use super::Body;
use super::respond::{READING, denied, is_reading, not_allowed, plain};
use crate::environment::Environment;
use crate::host_functions::{History, WantedHistory};

/// Where it is.
const PATH: &str = "/explorer/api/inferences";
/// The variable, or secret, with the administrator's token.
const TOKEN: &str = "MODUS_RUNNER_ADMIN_TOKEN";

/// A request for it.
pub(super) struct Asked {
    method: Method,
    headers: HeaderMap,
    query: String,
}

impl Asked {
    /// The request, if it is one.
    pub(super) fn of<B>(request: &Request<B>) -> Option<Self> {
        let (method, headers) = (request.method(), request.headers());
        let query = request.uri().query().unwrap_or_default();
        let asked = || Self { method: method.clone(), headers: headers.clone(), query: query.to_owned() };
        (request.uri().path() == PATH).then(asked)
    }
}

/// Answers who may read the history.
#[derive(Debug)]
pub(super) struct Inferences {
    history: History,
    environment: Arc<Environment>,
}

impl Inferences {
    pub(super) fn new(history: History, environment: Arc<Environment>) -> Self {
        Self { history, environment }
    }

    /// The answer; none where nothing is there for anybody.
    pub(super) async fn answer(&self, asked: Asked) -> Option<Response<Body>> {
        if !self.environment.is_dev() {
            let token = self.environment.secret(TOKEN).filter(|token| !token.is_empty())?;
            if !has(&asked.headers, &token) {
                return Some(denied());
            }
        }
        if !is_reading(&asked.method) {
            return Some(not_allowed(READING));
        }
        let wanted = match WantedHistory::read(&asked.query) {
            Ok(wanted) => wanted,
            Err(problem) => return Some(plain(StatusCode::BAD_REQUEST, &problem)),
        };
        Some(match self.history.page(wanted).await {
            Ok(records) => json(records.into()),
            Err(error) => {
                tracing::error!(target: "modus", error = %error, "The history of model calls was asked for in vain.");
                plain(StatusCode::SERVICE_UNAVAILABLE, "The history cannot be read; see the log.")
            }
        })
    }
}

/// Whether the headers have this bearer token. How long that takes tells nothing about it.
fn has(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    let scheme = given.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    let given = given.get(7..).unwrap_or_default().trim_ascii();
    let digests = [given, token.as_bytes()].map(Sha256::digest);
    scheme && verify_slices_are_equal(&digests[0], &digests[1]).is_ok()
}

/// JSON that nobody keeps.
fn json(body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let check = |value: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_str(value).expect("a value"));
            assert_eq!(has(&headers, "s3cret"), expected, "{value}");
        };
        check("Bearer s3cret", true);
        check("bearer  s3cret ", true);
        for value in ["s3cret", "Bearer s3cre", "Bearer s3crets", "Basic s3cret", "Bearer", "Bearer "] {
            check(value, false);
        }
        assert!(!has(&HeaderMap::new(), "s3cret"));
    }
}
