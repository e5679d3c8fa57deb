//! The client: one request, one whole answer, on a connection that stays open.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::net::TcpStream;

use super::questions::Question;
use crate::codes;
use crate::diagnostic::Diagnostic;

/// How long an answer may take: twice the runner's own default, so that its message about a slow call is seen.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest part of an answer in a message.
const MAX_QUOTE: usize = 200;

/// A request that can be sent again and again.
#[derive(Clone, Debug)]
pub(super) struct Message {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// Why a request has no answer that counts.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// The connection cannot be used any more.
    Connection(String),
    /// An answer with errors.
    Answer(String),
}

/// An open connection.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// The last answer that was found to be good: the same again need not be read again.
    good: Option<Bytes>,
}

/// The part of an answer that tells success.
#[derive(Deserialize)]
struct Answer {
    data: Option<IgnoredAny>,
    #[serde(default)]
    errors: Option<Vec<GraphQlError>>,
}

#[derive(Deserialize)]
struct GraphQlError {
    message: String,
}

impl Message {
    /// A question to an endpoint.
    pub(super) fn post(path: &str, headers: &HeaderMap, question: &Question) -> Self {
        let mut headers = headers.clone();
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        Self { method: Method::POST, path: path.to_owned(), headers, body: question.body().into() }
    }

    /// A page.
    pub(super) fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    fn request(&self) -> Result<Request<Full<Bytes>>, Fault> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().map_err(|error| connection(&self.path, error))?;
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
    pub(super) async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let failed = |error: std::io::Error| connection("cannot connect", error);
        let stream = TcpStream::connect(address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let (sender, driver) =
            handshake(TokioIo::new(stream)).await.map_err(|error| connection("cannot connect", error))?;
        tokio::spawn(driver);
        Ok(Self { sender, good: None })
    }

    /// Sends a request and reads its answer to the last byte.
    ///
    /// # Errors
    /// [`Fault`]; errors in an answer are one.
    pub(super) async fn ask(&mut self, message: &Message) -> Result<(), Fault> {
        let exchange = async {
            let failed = |error: hyper::Error| connection("the connection broke", error);
            self.sender.ready().await.map_err(failed)?;
            let response = self.sender.send_request(message.request()?).await.map_err(failed)?;
            let status = response.status();
            let body = response.into_body().collect().await.map_err(failed)?.to_bytes();
            Ok((status, body))
        };
        let late = |_| Fault::Connection(format!("no answer within {} s", PATIENCE.as_secs()));
        let (status, body) = tokio::time::timeout(PATIENCE, exchange).await.map_err(late)??;
        if status == StatusCode::OK && (message.method == Method::GET || self.good.as_ref() == Some(&body)) {
            return Ok(());
        }
        judge(status, &body).map_err(Fault::Answer)?;
        self.good = Some(body);
        Ok(())
    }
}

impl Fault {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Connection(text) | Self::Answer(text) => text,
        }
    }
}

fn connection(what: &str, error: impl std::error::Error) -> Fault {
    let source = error.source().map_or_else(String::new, |source| format!(": {source}"));
    Fault::Connection(format!("{what}: {error}{source}"))
}

/// Whether an answer has data and no errors; the first message of one that has.
fn judge(status: StatusCode, body: &[u8]) -> Result<(), String> {
    let answer = serde_json::from_slice::<Answer>(body).ok();
    let error = answer.as_ref().and_then(|answer| answer.errors.as_ref()?.first()).map(|error| error.message.clone());
    match (error, answer) {
        (Some(message), _) => Err(message),
        (None, Some(answer)) if status == StatusCode::OK && answer.data.is_some() => Ok(()),
        _ => {
            let text: String = String::from_utf8_lossy(body).trim().chars().take(MAX_QUOTE).collect();
            let what = if status == StatusCode::OK { "not a GraphQL answer".to_owned() } else { status.to_string() };
            Err(if text.is_empty() { what } else { format!("{what}: {text}") })
        }
    }
}

/// The headers of the command line.
///
/// # Errors
/// A header without a colon, or with characters that none may have.
pub(super) fn headers(lines: &[String]) -> Result<HeaderMap, Diagnostic> {
    let mut headers = HeaderMap::new();
    for line in lines {
        let parts = line.split_once(':').and_then(|(name, value)| {
            Some((name.trim().parse::<HeaderName>().ok()?, value.trim().parse::<HeaderValue>().ok()?))
        });
        let Some((name, value)) = parts else {
            // Not shown: it may be a secret.
            return Err(Diagnostic::error(codes::USAGE, "a --header is not of the form 'Name: value'"));
        };
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_data_without_errors_counts() {
        let check = |status: StatusCode, body: &str| judge(status, body.as_bytes());
        assert_eq!(check(StatusCode::OK, r#"{"data":{"a":1}}"#), Ok(()));
        let failed = r#"{"data":{"a":null},"errors":[{"message":"no a","path":["a"]},{"message":"b"}]}"#;
        assert_eq!(check(StatusCode::OK, failed), Err("no a".to_owned()));
        assert_eq!(check(StatusCode::OK, "{}"), Err("not a GraphQL answer: {}".to_owned()));
        assert_eq!(check(StatusCode::UNAUTHORIZED, ""), Err("401 Unauthorized".to_owned()));
        assert_eq!(check(StatusCode::NOT_FOUND, "no\n"), Err("404 Not Found: no".to_owned()));
    }

    #[test]
    fn headers_of_the_command_line() {
        let read = |line: &str| headers(&[line.to_owned()]).ok();
        assert_eq!(read("Authorization: Bearer a:b").unwrap()["authorization"], "Bearer a:b");
        assert!(read("Authorization").is_none());
        assert!(read("a b: c").is_none());
    }
}
