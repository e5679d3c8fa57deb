//! One HTTP client for all connections.

use std::sync::OnceLock;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Method, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Redirects that are followed.
const REDIRECTS: usize = 10;
/// Largest body that is read.
const MAX_BODY: usize = 64 << 20;
/// Time to connect; everything else is bounded by the call's deadline.
const CONNECT: Duration = Duration::from_secs(30);

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
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
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Not an `http` or `https` URL.
    #[error("\"{0}\" is not an absolute http or https URL")]
    Url(String),
    /// Too many redirects.
    #[error("stopped after {REDIRECTS} redirects")]
    Redirects,
    /// No TLS.
    #[error("TLS is not available: {0}")]
    Tls(String),
    /// No connection, or a broken one.
    #[error("request to {host} failed: {reason}")]
    Transport {
        /// Server.
        host: String,
        /// Chain of causes.
        reason: String,
    },
}

type Plain = Client<HttpConnector, Full<Bytes>>;
type Secure = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Connections are made and kept on demand; TLS is set up by the first use of `https`.
#[derive(Debug, Default)]
pub struct HttpClient {
    plain: OnceLock<Plain>,
    secure: OnceLock<Result<Secure, String>>,
}

impl HttpClient {
    /// Sends a request and follows redirects.
    ///
    /// # Errors
    /// [`ClientError`]
    pub async fn send(&self, mut request: Request) -> Result<Response, ClientError> {
        let mut uri = parse(&request.url)?;
        for _ in 0..=REDIRECTS {
            let response = self.send_one(&request, &uri).await?;
            let Some(target) = redirect(&response) else { return Ok(response) };
            let next = parse(&resolve(&uri, target))?;
            if origin(&next) != origin(&uri) {
                for name in request.confidential.iter().chain(&[AUTHORIZATION, COOKIE]) {
                    request.headers.remove(name);
                }
            }
            let keeps = matches!(response.status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            if !keeps && request.method != Method::HEAD && request.method != Method::GET {
                request.method = Method::GET;
                request.body = Bytes::new();
                request.headers.remove(CONTENT_TYPE);
            }
            uri = next;
        }
        Err(ClientError::Redirects)
    }

    async fn send_one(&self, request: &Request, uri: &Uri) -> Result<Response, ClientError> {
        let failed = |error: &(dyn std::error::Error + 'static)| ClientError::Transport {
            host: uri.authority().map(|authority| host_of(authority.as_str()).to_owned()).unwrap_or_default(),
            reason: causes(error),
        };
        let mut message = hyper::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = uri.clone();
        *message.headers_mut() = request.headers.clone();
        let agent = HeaderValue::from_static(concat!("modus-runner/", env!("CARGO_PKG_VERSION")));
        message.headers_mut().entry(USER_AGENT).or_insert(agent);
        let response = if uri.scheme_str() == Some("https") {
            self.secure()?.request(message).await
        } else {
            self.plain.get_or_init(|| Client::builder(TokioExecutor::new()).build(connector())).request(message).await
        };
        let (head, body) = response.map_err(|error| failed(&error))?.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|error| failed(&*error))?;
        Ok(Response { status: head.status, headers: head.headers, body: body.to_bytes() })
    }

    fn secure(&self) -> Result<&Secure, ClientError> {
        let made = self.secure.get_or_init(|| {
            let mut tcp = connector();
            tcp.enforce_http(false);
            let tls = HttpsConnectorBuilder::new()
                .with_provider_and_webpki_roots(rustls::crypto::aws_lc_rs::default_provider())
                .map_err(|error| error.to_string())?;
            let connector = tls.https_only().enable_all_versions().wrap_connector(tcp);
            Ok(Client::builder(TokioExecutor::new()).build(connector))
        });
        made.as_ref().map_err(|reason| ClientError::Tls(reason.clone()))
    }
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    connector.set_nodelay(true);
    connector
}

fn parse(url: &str) -> Result<Uri, ClientError> {
    let invalid = || ClientError::Url(url.split(['?', '#']).next().unwrap_or_default().to_owned());
    let without_fragment = url.split('#').next().unwrap_or_default();
    let uri: Uri = without_fragment.parse().map_err(|_| invalid())?;
    let known = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty());
    known.then_some(uri).ok_or_else(invalid)
}

fn redirect(response: &Response) -> Option<&str> {
    let follows = matches!(response.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    follows.then(|| response.headers.get(LOCATION)?.to_str().ok()).flatten()
}

fn origin(uri: &Uri) -> (Option<String>, Option<String>, u16) {
    let standard = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    (uri.scheme_str().map(str::to_lowercase), uri.host().map(str::to_lowercase), uri.port_u16().unwrap_or(standard))
}

/// A redirect's target as an absolute URL.
fn resolve(base: &Uri, target: &str) -> String {
    let (scheme, authority) = (base.scheme_str().unwrap_or("http"), base.authority().map_or("", |text| text.as_str()));
    if target.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':')) {
        target.to_owned()
    } else if target.starts_with("//") {
        format!("{scheme}:{target}")
    } else if target.starts_with('/') {
        format!("{scheme}://{authority}{target}")
    } else if target.starts_with('?') {
        format!("{scheme}://{authority}{}{target}", base.path())
    } else {
        let directory = base.path().rsplit_once('/').map_or("", |(directory, _)| directory);
        format!("{scheme}://{authority}{directory}/{target}")
    }
}

/// Adds a query parameter; what the URL holds already stays as it is.
pub fn append_query(url: &str, name: &str, value: &str) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, None), |(address, fragment)| (address, Some(fragment)));
    let separator = match address.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{address}{separator}{}={}{fragment}", encode(name), encode(value))
}

fn encode(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => result.push(char::from(byte)),
            b' ' => result.push('+'),
            _ => result.push_str(&format!("%{byte:02X}")),
        }
    }
    result
}

/// An authority without user information, which may hold a password.
fn host_of(authority: &str) -> &str {
    authority.rsplit('@').next().unwrap_or_default()
}

fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_targets() {
        let base = parse("https://h:8443/a/b?c=1#d").expect("valid");
        assert_eq!(resolve(&base, "x?y"), "https://h:8443/a/x?y");
        assert_eq!(resolve(&base, "/x"), "https://h:8443/x");
        assert_eq!(resolve(&base, "//o/x"), "https://o/x");
        assert_eq!(resolve(&base, "http://o"), "http://o");
        assert_eq!(resolve(&base, "?z"), "https://h:8443/a/b?z");
        assert!(parse("ftp://h/").is_err() && parse("/x").is_err());
    }

    #[test]
    fn query_parameters() {
        assert_eq!(append_query("https://h/p", "key", "a b&c"), "https://h/p?key=a+b%26c");
        assert_eq!(append_query("https://h/p?x=%20#f", "k", "v"), "https://h/p?x=%20&k=v#f");
    }
}
