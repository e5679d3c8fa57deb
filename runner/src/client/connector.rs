//! Connections to servers: directly, or through the proxy that the environment names.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::lookup::{Lookups, Resolver};
use super::no_proxy::Direct;
use super::silence::{ASK_AGAIN, QUESTIONS, SILENCE};
use crate::egress::Reach;
use crate::environment::Variables;

/// Time to connect; everything else is bounded by the call's deadline.
const CONNECT: Duration = Duration::from_secs(30);

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProxySettings {
    http: String,
    https: String,
    no: String,
}

/// The proxies that the settings name.
#[derive(Debug)]
pub(super) struct Proxies {
    matcher: Matcher,
    direct: Direct,
}

impl ProxySettings {
    pub(super) fn of(variables: &Variables) -> Self {
        let value = |name: &str| {
            let names = [name.to_owned(), name.to_lowercase()];
            let mut given = names.iter().filter_map(|name| variables.get(name)).filter(|value| !value.is_empty());
            given.next().cloned().unwrap_or_default()
        };
        // Under CGI a client sets HTTP_PROXY by a header called "Proxy".
        let http = if variables.contains_key("REQUEST_METHOD") { String::new() } else { value("HTTP_PROXY") };
        Self { http, https: value("HTTPS_PROXY"), no: value("NO_PROXY") }
    }
}

impl Proxies {
    pub(super) fn new(settings: &ProxySettings) -> Self {
        let ProxySettings { http, https, no } = settings.clone();
        Self { matcher: Matcher::builder().http(http).https(https).build(), direct: Direct::new(&no) }
    }

    /// The proxy for a server. This machine is always reached directly.
    fn find(&self, uri: &Uri) -> Option<Intercept> {
        let host = uri.host()?.trim_matches(['[', ']']);
        let local = host.eq_ignore_ascii_case("localhost")
            || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
        if local || self.direct.has(uri) { None } else { self.matcher.intercept(uri) }
    }

    /// `Proxy-Authorization` where the proxy reads the request itself.
    pub(super) fn authorization(&self, uri: &Uri) -> Option<HeaderValue> {
        if uri.scheme_str() != Some("http") {
            return None;
        }
        self.find(uri)?.basic_auth().cloned()
    }
}

/// Makes connections to servers within a reach.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    reach: Reach,
    /// To the servers themselves.
    direct: HttpConnector<Resolver>,
    /// To proxies, which the operator names.
    to_proxy: HttpConnector<Resolver>,
    proxies: Arc<Proxies>,
}

impl Connector {
    pub(super) fn new(proxies: Arc<Proxies>, lookups: &Arc<Lookups>, reach: Reach) -> Self {
        let tcp = |reach| {
            let mut tcp = HttpConnector::new_with_resolver(Resolver::new(Arc::clone(lookups), reach));
            tcp.enforce_http(false);
            tcp.set_connect_timeout(Some(CONNECT));
            tcp.set_nodelay(true);
            tcp.set_keepalive(Some(SILENCE));
            tcp.set_keepalive_interval(Some(ASK_AGAIN));
            tcp.set_keepalive_retries(Some(QUESTIONS));
            tcp
        };
        Self { reach, direct: tcp(reach), to_proxy: tcp(Reach::Anywhere), proxies }
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        // An address in a URL is never looked up, and a proxy does it by itself.
        if let Err(denied) = self.reach.check_host(target.host().unwrap_or_default()) {
            return Box::pin(async move { Err(denied.into()) });
        }
        let Some(proxy) = self.proxies.find(&target) else {
            let connecting = self.direct.call(target);
            return Box::pin(async move { Ok(Stream { tcp: connecting.await?, proxied: false }) });
        };
        let address = proxy.uri().clone();
        if address.scheme_str() != Some("http") {
            let scheme = address.scheme_str().unwrap_or_default().to_owned();
            return Box::pin(async move { Err(format!("a proxy must be an http URL, not {scheme}").into()) });
        }
        if target.scheme_str() == Some("https") {
            let mut tunnel = Tunnel::new(address, self.to_proxy.clone());
            if let Some(value) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(value.clone());
            }
            let connecting = tunnel.call(target);
            return Box::pin(async move { Ok(Stream { tcp: connecting.await?, proxied: false }) });
        }
        let connecting = self.to_proxy.call(address);
        Box::pin(async move { Ok(Stream { tcp: connecting.await?, proxied: true }) })
    }
}

/// A connection that knows whether a proxy reads what is sent.
#[derive(Debug)]
pub(super) struct Stream {
    tcp: TokioIo<TcpStream>,
    proxied: bool,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.tcp.connected().proxy(self.proxied)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(context, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_of_the_environment() {
        let variables = [
            ("HTTP_PROXY", "http://user:pass@proxy:3128"),
            ("https_proxy", "proxy:3129"),
            ("NO_PROXY", ""),
            ("no_proxy", "inside.example,10.0.0.0/8"),
        ];
        let variables = ProxySettings::of(&variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let proxies = Proxies::new(&variables);
        let find = |uri: &'static str| proxies.find(&Uri::from_static(uri)).map(|proxy| proxy.uri().to_string());
        assert_eq!(find("http://h.example/"), Some("http://proxy:3128/".to_owned()));
        assert_eq!(find("https://h.example/"), Some("http://proxy:3129/".to_owned()));
        let direct = [
            "http://localhost:1/",
            "http://127.0.0.2/",
            "https://[::1]/",
            "http://a.inside.example/",
            "http://10.1.2.3/",
        ];
        assert!(direct.iter().all(|uri| find(uri).is_none()));
        let authorization = |uri: &'static str| proxies.authorization(&Uri::from_static(uri));
        assert_eq!(authorization("http://h.example/"), Some(HeaderValue::from_static("Basic dXNlcjpwYXNz")));
        assert_eq!(authorization("https://h.example/"), None);
        assert_eq!(authorization("http://localhost/"), None);
    }
}
