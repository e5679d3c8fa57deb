//! One fetch of a JWKS document.

use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{ACCEPT, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use super::keys::{self, Key, KeyError, Skipped};
use crate::client::url::shown;
use crate::client::{ClientError, HttpClient, Request};
use crate::egress::Hop;

/// Time for a whole fetch.
const FETCH: Duration = Duration::from_secs(10);
/// Bytes of a document.
const LIMIT: usize = 1 << 20;

/// Why a document cannot be used.
#[derive(Debug, Error)]
pub(super) enum FetchError {
    #[error("{0}")]
    Client(ClientError),
    #[error("redirected from https to {0}, where anybody could replace the keys")]
    Redirect(String),
    #[error("{0} did not answer within {seconds} s", seconds = FETCH.as_secs())]
    Slow(String),
    #[error("{0} answered {1}; expected 200 and a JWKS document")]
    Status(String, StatusCode),
    #[error("{0} answered with more than {limit} MiB", limit = LIMIT >> 20)]
    TooLarge(String),
    #[error("{0}: {1}")]
    Document(String, KeyError),
}

/// Fetches a document: its keys that can verify, and those that are not used.
///
/// # Errors
/// [`FetchError`]
pub(super) async fn fetch(client: &HttpClient, url: &Url) -> Result<(Vec<Key>, Vec<Skipped>), FetchError> {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let request =
        Request { method: Method::GET, url: url.clone(), headers, confidential: Vec::new(), body: Bytes::new() };
    let judge = |next: &Url| {
        if url.scheme() == "https" && next.scheme() != "https" {
            Hop::Refused
        } else if next.origin() == url.origin() {
            Hop::Named
        } else {
            Hop::Found
        }
    };
    let response = match timeout(FETCH, client.send(request, LIMIT, judge)).await {
        Err(_) => return Err(FetchError::Slow(shown(url))),
        Ok(Err(ClientError::Forbidden(target))) => return Err(FetchError::Redirect(target)),
        Ok(Err(ClientError::TooLarge { .. })) => return Err(FetchError::TooLarge(shown(url))),
        Ok(Err(error)) => return Err(FetchError::Client(error)),
        Ok(Ok(response)) => response,
    };
    if response.status != StatusCode::OK {
        return Err(FetchError::Status(shown(url), response.status));
    }
    keys::from_jwks(&response.body).map_err(|error| FetchError::Document(shown(url), error))
}
