//! The client: one request, one whole answer, on a connection that stays open.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::net::TcpStream;

pub use hyper::header::{HeaderMap, HeaderName, HeaderValue};

/// How long an answer may take: twice the runner's own default, so that its message about a slow call is seen.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest part of an answer in a message.
const MAX_QUOTE: usize = 200;

/// A request that can be sent again and again.
#[derive(Clone, Debug)]
pub struct Message {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    /// The only `data` of an answer that counts.
    expected: Option<Value>,
}

/// Why a request has no answer that counts.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// The connection cannot be used any more.
    #[error("{0}")]
    Connection(String),
    /// An answer with errors, or with other data than expected.
    #[error("{0}")]
    Answer(String),
}

/// An answer, read to its last byte.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body without the framing.
    pub body: Bytes,
}

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// The last answer that was found to be good, and what it had to be: the same again need not be read again.
    good: Option<(Bytes, Option<Value>)>,
}

/// The part of an answer that tells success.
#[derive(Deserialize)]
struct GraphQlAnswer {
    data: Option<IgnoredAny>,
    #[serde(default)]
    errors: Option<Vec<GraphQlError>>,
}

#[derive(Deserialize)]
struct GraphQlError {
    message: String,
}

impl Message {
    /// A GraphQL request, as JSON unless the headers say something else.
    pub fn post(path: &str, headers: &HeaderMap, body: impl Into<Bytes>) -> Self {
        let mut headers = headers.clone();
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        Self { method: Method::POST, path: path.to_owned(), headers, body: body.into(), expected: None }
    }

    /// A page.
    pub fn get(path: &str) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        Self { method: Method::GET, path: path.to_owned(), headers, body, expected: None }
    }

    /// Only an answer with this `data` counts.
    #[must_use]
    pub fn expecting(self, data: Value) -> Self {
        Self { expected: Some(data), ..self }
    }

    fn request(&self) -> Result<Request<Full<Bytes>>, Fault> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().map_err(|error| broken(&self.path, error))?;
        request.headers_mut().clone_from(&self.headers);
        request.headers_mut().entry(HOST).or_insert(HeaderValue::from_static("localhost"));
        Ok(request)
    }
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// [`Fault::Connection`]
    pub async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).await.map_err(|error| broken("cannot connect", error))?;
        Self::over(stream).await
    }

    /// Speaks HTTP over a stream.
    pub(crate) async fn over(stream: TcpStream) -> Result<Self, Fault> {
        stream.set_nodelay(true).map_err(|error| broken("cannot connect", error))?;
        let (sender, driver) =
            handshake(TokioIo::new(stream)).await.map_err(|error| broken("cannot connect", error))?;
        tokio::spawn(driver);
        Ok(Self { sender, good: None })
    }

    /// Sends a request and reads its answer to the last byte, whatever it says.
    ///
    /// # Errors
    /// [`Fault::Connection`]
    pub async fn exchange(&mut self, message: &Message) -> Result<Answer, Fault> {
        let exchange = async {
            let failed = |error: hyper::Error| broken("the connection broke", error);
            self.sender.ready().await.map_err(failed)?;
            let response = self.sender.send_request(message.request()?).await.map_err(failed)?;
            let status = response.status();
            let body = response.into_body().collect().await.map_err(failed)?.to_bytes();
            Ok(Answer { status, body })
        };
        let late = |_| Fault::Connection(format!("no answer within {} s", PATIENCE.as_secs()));
        tokio::time::timeout(PATIENCE, exchange).await.map_err(late)?
    }

    /// Sends a request, whose answer must pass [`Answer::check`].
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn ask(&mut self, message: &Message) -> Result<(), Fault> {
        let answer = self.exchange(message).await?;
        let known = |(good, expected): &(Bytes, _)| *good == answer.body && *expected == message.expected;
        if answer.status != StatusCode::OK || !self.good.as_ref().is_some_and(known) {
            answer.check(message)?;
            self.good = Some((answer.body, message.expected.clone()));
        }
        Ok(())
    }
}

impl Answer {
    /// Whether it counts as an answer to this message: it has status 200 and, unless it is a page, data without errors.
    ///
    /// # Errors
    /// [`Fault::Answer`]
    pub fn check(&self, message: &Message) -> Result<(), Fault> {
        if self.status == StatusCode::OK && message.method == Method::GET {
            return Ok(());
        }
        judge(self.status, &self.body, message.expected.as_ref()).map_err(Fault::Answer)
    }
}

fn broken(what: &str, error: impl std::error::Error) -> Fault {
    let source = error.source().map_or_else(String::new, |source| format!(": {source}"));
    Fault::Connection(format!("{what}: {error}{source}"))
}

/// Whether an answer has the data and no errors; the first message of one that has errors.
fn judge(status: StatusCode, body: &[u8], expected: Option<&Value>) -> Result<(), String> {
    let answer = serde_json::from_slice::<GraphQlAnswer>(body).ok();
    let error = answer.as_ref().and_then(|answer| answer.errors.as_ref()?.first()).map(|error| error.message.clone());
    if let Some(message) = error {
        return Err(message);
    }
    let what = match answer.and_then(|answer| answer.data) {
        Some(_) if status == StatusCode::OK => {
            if expected.is_none_or(|expected| has_data(body, expected)) {
                return Ok(());
            }
            "not the data expected".to_owned()
        }
        _ if status == StatusCode::OK => "not a GraphQL answer".to_owned(),
        _ => status.to_string(),
    };
    let text: String = String::from_utf8_lossy(body).trim().chars().take(MAX_QUOTE).collect();
    Err(if text.is_empty() { what } else { format!("{what}: {text}") })
}

fn has_data(body: &[u8], expected: &Value) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|answer| answer.get("data") == Some(expected))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_data_without_errors_counts() {
        let check = |status: StatusCode, body: &str| judge(status, body.as_bytes(), None);
        assert_eq!(check(StatusCode::OK, r#"{"data":{"a":1}}"#), Ok(()));
        let failed = r#"{"data":{"a":null},"errors":[{"message":"no a","path":["a"]},{"message":"b"}]}"#;
        assert_eq!(check(StatusCode::OK, failed), Err("no a".to_owned()));
        assert_eq!(check(StatusCode::OK, "{}"), Err("not a GraphQL answer: {}".to_owned()));
        assert_eq!(check(StatusCode::UNAUTHORIZED, ""), Err("401 Unauthorized".to_owned()));
        assert_eq!(check(StatusCode::NOT_FOUND, "no\n"), Err("404 Not Found: no".to_owned()));
    }

    #[test]
    fn other_data_than_expected_does_not_count() {
        let check = |body: &str| judge(StatusCode::OK, body.as_bytes(), Some(&json!({ "a": 1 })));
        assert_eq!(check("{\"data\": {\"a\": 1}}\n"), Ok(()));
        assert_eq!(check(r#"{"data":{"a":2}}"#), Err(r#"not the data expected: {"data":{"a":2}}"#.to_owned()));
        assert_eq!(check(r#"{"data":{"a":1},"errors":[{"message":"b"}]}"#), Err("b".to_owned()));
    }
}
