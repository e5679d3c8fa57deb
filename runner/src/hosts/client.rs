//! One HTTP client for all connections.

use std::io::Read as _;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes};
use hyper::ext::ReasonPhrase;
use hyper::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName,
    HeaderValue, LOCATION, PROXY_AUTHORIZATION, RANGE, USER_AGENT, WWW_AUTHENTICATE,
};
use hyper::{Method, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use percent_encoding::percent_decode_str;
use url::Url;

use super::connector::{Connector, Proxies};
use crate::environment::Environment;

/// Redirects that are followed.
const REDIRECTS: usize = 10;
/// Largest body that is read, in MiB.
const MAX_MIB: usize = 64;
const MAX_BODY: usize = MAX_MIB << 20;
/// What the author of a request says about himself and not about the server; another one does not get it.
const CREDENTIALS: [HeaderName; 4] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, WWW_AUTHENTICATE];

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
    /// A redirect to a place that is not allowed.
    #[error("redirected to [{0}], for which a connection was not found in the manifest")]
    Forbidden(String),
    /// No TLS.
    #[error("TLS is not available: {0}")]
    Tls(String),
    /// The body is too large.
    #[error("the response of {0} is larger than {MAX_MIB} MiB")]
    TooLarge(String),
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
    proxies: Arc<Proxies>,
    plain: OnceLock<Plain>,
    secure: OnceLock<Result<Secure, String>>,
}

impl HttpClient {
    /// A client that uses the proxies of the environment.
    pub fn new(environment: &Environment) -> Self {
        let proxies = Arc::new(Proxies::new(&environment.snapshot()));
        Self { proxies, plain: OnceLock::new(), secure: OnceLock::new() }
    }

    /// Sends a request and follows redirects to where `permits` lets them go.
    ///
    /// # Errors
    /// [`ClientError`]
    pub async fn send(&self, mut request: Request, permits: impl Fn(&Url) -> bool) -> Result<Response, ClientError> {
        for _ in 0..=REDIRECTS {
            let response = self.send_one(&request).await?;
            let Some(target) = redirect(&response) else { return Ok(response) };
            let next = request.url.join(target).map_err(|_| ClientError::Url(shown_text(target).to_owned()))?;
            if !permits(&next) {
                return Err(ClientError::Forbidden(shown(&next)));
            }
            if next.origin() != request.url.origin() {
                request.confidential.iter().chain(&CREDENTIALS).for_each(|name| {
                    request.headers.remove(name);
                });
            }
            if !matches!(response.status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
                if request.method != Method::HEAD {
                    request.method = Method::GET;
                }
                request.body = Bytes::new();
                request.headers.remove(CONTENT_TYPE);
            }
            request.url = next;
        }
        Err(ClientError::Redirects)
    }

    async fn send_one(&self, request: &Request) -> Result<Response, ClientError> {
        let host = host(&request.url);
        let failed = |error: &(dyn std::error::Error + 'static)| {
            if error.is::<LengthLimitError>() {
                return ClientError::TooLarge(host.clone());
            }
            ClientError::Transport { host: host.clone(), reason: causes(error) }
        };
        let compressed = offers_gzip(request);
        let (message, secure) = self.message(request, compressed)?;
        let response = if secure {
            self.secure()?.request(message).await
        } else {
            self.plain.get_or_init(|| self.builder().build(self.connector())).request(message).await
        };
        let (mut head, body) = response.map_err(|error| failed(&error))?.into_parts();
        if body.size_hint().lower() > MAX_BODY as u64 {
            return Err(ClientError::TooLarge(host));
        }
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|error| failed(&*error))?;
        let mut body = body.to_bytes();
        let encoding = head.headers.get(CONTENT_ENCODING);
        if compressed && !body.is_empty() && encoding.is_some_and(|name| name.as_bytes().eq_ignore_ascii_case(b"gzip"))
        {
            body = match inflate(&body, MAX_BODY) {
                Ok(plain) => plain.ok_or(ClientError::TooLarge(host))?,
                Err(error) => return Err(ClientError::Compression { host, reason: error.to_string() }),
            };
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
        let uri = uri(&request.url).ok_or_else(|| ClientError::Url(shown(&request.url)))?;
        let secure = request.url.scheme() == "https";
        let mut message = hyper::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        let headers = message.headers_mut();
        headers.clone_from(&request.headers);
        let agent = HeaderValue::from_static(concat!("modus-runner/", env!("CARGO_PKG_VERSION")));
        headers.entry(USER_AGENT).or_insert(agent);
        if let Some(value) = basic(&request.url) {
            headers.entry(AUTHORIZATION).or_insert(value);
        }
        if compressed {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        // Servers may insist on a length where a body is usual.
        if request.body.is_empty() && matches!(request.method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(value) = self.proxies.authorization(&uri) {
            headers.insert(PROXY_AUTHORIZATION, value);
        }
        *message.uri_mut() = uri;
        Ok((message, secure))
    }

    fn builder(&self) -> hyper_util::client::legacy::Builder {
        let mut builder = Client::builder(TokioExecutor::new());
        // The usual spelling, for servers that compare names with regard to case.
        builder.http1_title_case_headers(true);
        builder
    }

    fn connector(&self) -> Connector {
        Connector::new(Arc::clone(&self.proxies))
    }

    fn secure(&self) -> Result<&Secure, ClientError> {
        let made = self.secure.get_or_init(|| {
            let provider = || rustls::crypto::aws_lc_rs::default_provider();
            // The system's roots; the built-in ones where there are none, as in a container without a distribution.
            let tls = HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(provider())
                .or_else(|_| {
                    HttpsConnectorBuilder::new()
                        .with_provider_and_webpki_roots(provider())
                        .map_err(std::io::Error::other)
                })
                .map_err(|error| error.to_string())?;
            let connector = tls.https_only().enable_all_versions().wrap_connector(self.connector());
            Ok(self.builder().build(connector))
        });
        made.as_ref().map_err(|reason| ClientError::Tls(reason.clone()))
    }
}

/// The URL as the client library has it: without user information and fragment.
fn uri(url: &Url) -> Option<Uri> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let mut bare = url.clone();
    bare.set_fragment(None);
    bare.set_username("").ok()?;
    bare.set_password(None).ok()?;
    bare.as_str().parse().ok()
}

/// `Authorization` for the user and password of a URL.
fn basic(url: &Url) -> Option<HeaderValue> {
    let (user, password) = (url.username(), url.password());
    if user.is_empty() && password.is_none() {
        return None;
    }
    let mut pair: Vec<u8> = percent_decode_str(user).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(password.unwrap_or_default()));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Whether gzip is offered; then it is also undone here.
fn offers_gzip(request: &Request) -> bool {
    let headers = &request.headers;
    request.method != Method::HEAD && !headers.contains_key(ACCEPT_ENCODING) && !headers.contains_key(RANGE)
}

/// The decompressed body, `None` if that is larger than `limit`.
fn inflate(body: &[u8], limit: usize) -> std::io::Result<Option<Bytes>> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(body).take(limit as u64 + 1).read_to_end(&mut plain)?;
    Ok((plain.len() <= limit).then(|| plain.into()))
}

fn redirect(response: &Response) -> Option<&str> {
    let follows = matches!(response.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let target = follows.then(|| response.headers.get(LOCATION)?.to_str().ok()).flatten()?;
    (!target.is_empty()).then_some(target)
}

/// A URL as messages show it: user information, query and fragment may hold secrets.
pub(crate) fn shown(url: &Url) -> String {
    let mut address = url.clone();
    address.set_query(None);
    address.set_fragment(None);
    // Refused only where there is no host, hence no user either.
    let _ = address.set_username("");
    let _ = address.set_password(None);
    address.into()
}

/// The same for text that is no URL, where nobody can tell what belongs to the user information.
pub(super) fn shown_text(text: &str) -> &str {
    let address = text.split(['?', '#']).next().unwrap_or_default();
    address.rsplit('@').next().unwrap_or_default()
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn urls() {
        let url: Url = "https://us%40er:pass@h:8443/a%20b?c={1}&d=%20#e".parse().expect("a URL");
        assert_eq!(uri(&url).expect("a URI").to_string(), "https://h:8443/a%20b?c={1}&d=%20");
        assert_eq!(basic(&url).expect("credentials"), "Basic dXNAZXI6cGFzcw==");
        assert_eq!(basic(&"https://h/".parse().expect("a URL")), None);
        assert_eq!(host(&url), "h:8443");
        assert_eq!(uri(&"ftp://h/".parse().expect("a URL")), None);
    }

    #[test]
    fn messages_show_no_secrets() {
        let shown = |text: &str| shown(&text.parse().expect("a URL"));
        assert_eq!(shown("http://user:pass@h/p?key=1#f"), "http://h/p");
        assert_eq!(shown("http://h/@me"), "http://h/@me");
        assert_eq!(shown_text("http://user:p/ss@h:x/p?key=1"), "h:x/p");
        assert_eq!(shown_text("relative/path"), "relative/path");
    }

    #[test]
    fn bodies_are_decompressed_up_to_a_limit() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&[7; 1000]).expect("memory");
        let packed = encoder.finish().expect("memory");
        assert_eq!(inflate(&packed, 1000).expect("gzip"), Some(Bytes::from(vec![7; 1000])));
        assert_eq!(inflate(&packed, 999).expect("gzip"), None);
        assert!(inflate(b"no gzip at all", 1000).is_err());
        assert!(inflate(&packed[..packed.len() - 4], 1000).is_err());
    }
}
