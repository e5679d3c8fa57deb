//! HTTP clients: requests to servers, with the connections and the name look-ups that they share.

mod body;
mod clients;
mod connector;
mod http2;
mod lookup;
mod no_proxy;
mod roots;
pub(crate) mod silence;
#[cfg(test)]
mod tests;
pub(crate) mod tls;
pub(crate) mod url;

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::url::Url;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::ext::ReasonPhrase;
use hyper::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE,
    HeaderMap, HeaderName, HeaderValue, LOCATION, PROXY_AUTHORIZATION, RANGE, USER_AGENT,
};
use hyper::{Method, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

pub use self::clients::Clients;
pub(crate) use self::http2::Http2;
pub use self::roots::faults as root_faults;
pub use self::url::UrlError;
use self::url::{self as urls, shown};
use crate::capacity::Answers;
use crate::egress::{Denied, Hop, Reach, headers};
use crate::limits::LimitId;
use crate::telemetry::{metrics, traces};
use body::Unread;
use connector::{Connector, Proxies, ProxySettings};
use lookup::{LookupError, Lookups};

/// Redirects that are followed.
const REDIRECTS: usize = 10;
/// What is about a body and goes with it.
const ABOUT_BODY: [HeaderName; 4] = [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE];
/// Unused connections are kept for so long, and so many of them to one server: as many as calls run at once by default.
const IDLE: Duration = Duration::from_secs(90);
const IDLE_PER_HOST: usize = 256;
/// Over HTTP/2 a server that is gone is noticed by pings: the time between them, and the time for an answer, at most. Less
/// than the shortest would be a burden.
const PING: Duration = Duration::from_secs(30);
const PONG: Duration = Duration::from_secs(20);
const SHORTEST: Duration = Duration::from_secs(1);

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// URL; user and password in it become an `Authorization` header unless there is one.
    pub url: Url,
    /// Headers.
    pub headers: HeaderMap,
    /// Headers that must not reach another server than the first.
    pub confidential: Vec<HeaderName>,
    /// Body.
    pub body: Bytes,
}

/// A response, read to its end.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// What the server called the status; may be empty.
    pub reason: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Not an `http` or `https` URL, or one that is too long.
    #[error("\"{0}\" is not an http or https URL that can be requested")]
    Url(String),
    /// Too many redirects.
    #[error("stopped after {REDIRECTS} redirects")]
    Redirects,
    /// A redirect to what is no URL.
    #[error("the redirect of {host} cannot be followed: {error}")]
    Location {
        /// Server.
        host: String,
        /// What is wrong.
        error: UrlError,
    },
    /// A redirect to a place that is not allowed.
    #[error("redirected to [{0}], for which a connection was not found in the manifest")]
    Forbidden(String),
    /// A redirect to an address that only a URL that is named may lead to.
    #[error("redirected to [{url}], but {denied}")]
    Egress {
        /// Where to.
        url: String,
        /// What is not allowed about it.
        denied: Denied,
    },
    /// Too many names are looked up, or too many answers are there.
    #[error("request to {host} refused: {reason}")]
    Busy {
        /// Server.
        host: String,
        /// The limit.
        reason: String,
    },
    /// No TLS.
    #[error("TLS is not available: {0}")]
    Tls(String),
    /// The body is too large.
    #[error("the response of {host} is larger than {most} bytes")]
    TooLarge {
        /// Server.
        host: String,
        /// Bytes that it may have.
        most: usize,
    },
    /// The body cannot be decompressed.
    #[error("the response of {host} is not valid gzip: {reason}")]
    Compression {
        /// Server.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// No connection, or a broken one.
    #[error("request to {host} failed: {reason}")]
    Transport {
        /// Server.
        host: String,
        /// Chain of causes.
        reason: String,
    },
}

type Plain = Client<Connector, Full<Bytes>>;
type Secure = Client<HttpsConnector<Connector>, Full<Bytes>>;

/// Connections are made and kept on demand; TLS is set up by the first use of `https`.
#[derive(Debug)]
pub struct HttpClient {
    settings: ProxySettings,
    /// What the settings say, read by the first request.
    proxies: OnceLock<Arc<Proxies>>,
    lookups: Arc<Lookups>,
    /// How long requests wait at most: a server that is gone is noticed within that.
    patience: Duration,
    /// Bodies of answers that are there.
    answers: Arc<Answers>,
    tls: OnceLock<Result<ClientConfig, String>>,
    anywhere: Connections,
    public: Connections,
}

/// Connections within a reach. Those of one are never used in the other, which is checked when they are made.
#[derive(Debug, Default)]
struct Connections {
    plain: OnceLock<Plain>,
    secure: OnceLock<Secure>,
}

impl HttpClient {
    fn new(settings: ProxySettings, lookups: Arc<Lookups>, answers: Arc<Answers>) -> Self {
        let (anywhere, public, patience) = (Connections::default(), Connections::default(), Duration::MAX);
        Self { settings, proxies: OnceLock::new(), lookups, patience, answers, tls: OnceLock::new(), anywhere, public }
    }

    fn proxies(&self) -> &Arc<Proxies> {
        self.proxies.get_or_init(|| Arc::new(Proxies::new(&self.settings)))
    }

    /// Sends a request, whose URL the caller answers for, and follows redirects to where `judge` lets them go. A body of
    /// more than `most` bytes is not read, compressed or not.
    ///
    /// As in Go, 307 and 308 have the method and the body sent again, to another server, too: that is what the first
    /// one asks for, who has had the body.
    ///
    /// # Errors
    /// [`ClientError`]
    pub async fn send(
        &self,
        mut request: Request,
        most: usize,
        judge: impl Fn(&Url) -> Hop,
    ) -> Result<Response, ClientError> {
        let mut reach = Reach::Anywhere;
        for _ in 0..=REDIRECTS {
            let response = self.send_one(&request, most, reach).await?;
            let Some(target) = redirect(&response) else { return Ok(response) };
            let next = urls::join(&request.url, target)
                .map_err(|error| ClientError::Location { host: urls::authority(&request.url), error })?;
            reach = match judge(&next) {
                Hop::Named => Reach::Anywhere,
                Hop::Found => Reach::Public,
                Hop::Refused => return Err(ClientError::Forbidden(shown(&next))),
            };
            headers::leave_behind(&mut request.headers, &request.confidential, &request.url, &next);
            if !matches!(response.status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
                if request.method != Method::HEAD {
                    request.method = Method::GET;
                }
                request.body = Bytes::new();
                ABOUT_BODY.iter().for_each(|name| {
                    request.headers.remove(name);
                });
            }
            request.url = next;
        }
        Err(ClientError::Redirects)
    }

    async fn send_one(&self, request: &Request, most: usize, reach: Reach) -> Result<Response, ClientError> {
        let compressed = offers_gzip(request);
        let (message, secure) = self.message(request, compressed)?;
        let response =
            if secure { self.secure(reach)?.request(message).await } else { self.plain(reach).request(message).await };
        let (mut head, body) = response.map_err(|error| failure(&error, &request.url))?.into_parts();
        let unread = |error| unread(error, most, &request.url);
        let mut body = body::read(body, most, &self.answers).await.map_err(unread)?;
        let encoding = head.headers.get(CONTENT_ENCODING);
        if compressed && !body.is_empty() && encoding.is_some_and(|name| name.as_bytes().eq_ignore_ascii_case(b"gzip"))
        {
            body = body::inflate(body, most, &self.answers).await.map_err(unread)?;
            head.headers.remove(CONTENT_ENCODING);
            head.headers.remove(CONTENT_LENGTH);
        }
        let reason = match head.extensions.get::<ReasonPhrase>() {
            Some(given) => String::from_utf8_lossy(given.as_bytes()).into_owned(),
            None => head.status.canonical_reason().unwrap_or_default().to_owned(),
        };
        Ok(Response { status: head.status, reason, headers: head.headers, body })
    }

    /// The message for one server, and whether it needs TLS.
    fn message(&self, request: &Request, compressed: bool) -> Result<(hyper::Request<Full<Bytes>>, bool), ClientError> {
        let uri = urls::uri(&request.url).ok_or_else(|| ClientError::Url(shown(&request.url)))?;
        let secure = request.url.scheme() == "https";
        let mut message = hyper::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        let headers = message.headers_mut();
        headers.clone_from(&request.headers);
        traces::inject(headers);
        let agent = HeaderValue::from_static(concat!("modus-runner/", env!("CARGO_PKG_VERSION")));
        headers.entry(USER_AGENT).or_insert(agent);
        if let Some(value) = urls::basic(&request.url) {
            headers.entry(AUTHORIZATION).or_insert(value);
        }
        if compressed {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        // Servers may insist on a length where a body is usual.
        if request.body.is_empty() && matches!(request.method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(value) = self.proxies().authorization(&uri) {
            headers.insert(PROXY_AUTHORIZATION, value);
        }
        *message.uri_mut() = uri;
        Ok((message, secure))
    }

    fn plain(&self, reach: Reach) -> &Plain {
        self.connections(reach).plain.get_or_init(|| builder(self.patience).build(self.connector(reach)))
    }

    fn secure(&self, reach: Reach) -> Result<&Secure, ClientError> {
        let tls = self
            .tls
            .get_or_init(|| tls::client(tls::Trust::System))
            .as_ref()
            .map_err(|reason| ClientError::Tls(reason.clone()))?;
        Ok(self.connections(reach).secure.get_or_init(|| {
            let https = HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_only().enable_all_versions();
            builder(self.patience).build(https.wrap_connector(self.connector(reach)))
        }))
    }

    fn connections(&self, reach: Reach) -> &Connections {
        match reach {
            Reach::Anywhere => &self.anywhere,
            Reach::Public => &self.public,
        }
    }

    fn connector(&self, reach: Reach) -> Connector {
        Connector::new(Arc::clone(self.proxies()), &self.lookups, reach)
    }
}

fn builder(patience: Duration) -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    // The usual spelling, for servers that compare names with regard to case.
    builder.http1_title_case_headers(true);
    builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new());
    builder.pool_idle_timeout(IDLE).pool_max_idle_per_host(IDLE_PER_HOST);
    // The next request finds a new connection when the one before had to be given up.
    let within = (patience / 5 * 2).max(SHORTEST);
    builder.http2_keep_alive_interval(PING.min(within)).http2_keep_alive_timeout(PONG.min(within));
    // Servers take frequent pings amiss while nothing is asked of them.
    builder.http2_keep_alive_while_idle(within >= PING);
    builder
}

/// What went wrong with the request for a URL.
fn failure(error: &(dyn Error + 'static), url: &Url) -> ClientError {
    let host = urls::authority(url);
    for cause in chain(error) {
        if let Some(denied) = cause.downcast_ref::<Denied>() {
            metrics::refused(LimitId::Egress);
            return ClientError::Egress { url: shown(url), denied: denied.clone() };
        }
        if let Some(reason @ LookupError::Busy { .. }) = cause.downcast_ref() {
            return ClientError::Busy { host, reason: reason.to_string() };
        }
    }
    let reason = chain(error).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    ClientError::Transport { host, reason }
}

/// Why the answer of a URL's server has no body.
fn unread(error: Unread, most: usize, url: &Url) -> ClientError {
    let host = urls::authority(url);
    match error {
        Unread::TooLarge => ClientError::TooLarge { host, most },
        Unread::Full(limit) => {
            metrics::refused(limit);
            ClientError::Busy { host, reason: format!("the memory for answers is in use ({limit})") }
        }
        Unread::Lost(error) => failure(&error, url),
        Unread::Broken(error) => ClientError::Compression { host, reason: error.to_string() },
    }
}

/// An error and what caused it, one after the other.
pub(crate) fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// Whether gzip is offered; then it is also undone here.
fn offers_gzip(request: &Request) -> bool {
    let headers = &request.headers;
    request.method != Method::HEAD && !headers.contains_key(ACCEPT_ENCODING) && !headers.contains_key(RANGE)
}

fn redirect(response: &Response) -> Option<&str> {
    let follows = matches!(response.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let target = follows.then(|| response.headers.get(LOCATION)?.to_str().ok()).flatten()?;
    (!target.is_empty()).then_some(target)
}
