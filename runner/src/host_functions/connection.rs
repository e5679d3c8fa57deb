//! The `http` connections of the manifest: which one a URL belongs to, and what it adds to a request.

mod servers;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use abi::manifest::{Connection, HttpConnection, Manifest};
use abi::transfer::budget;
use hyper::body::Bytes;
use hyper::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, TRAILER, TRANSFER_ENCODING,
};
use hyper::{Method, StatusCode};
use tracing::Span;
use url::Url;

use super::HostError;
use super::template::expand;
use crate::client::url::shown;
use crate::client::{HttpClient, Request, Response};
use crate::compute;
use crate::egress::{Hop, Redirects};
use crate::environment::{Environment, secret_prefix};
use crate::limits::HttpLimits;
use crate::process::Process;
use crate::telemetry::{LogContext, Record, Severity, traces};
use crate::time_limit;
use servers::{Servers, Unanswered};

/// Headers that only the client can know.
const OWNED: [HeaderName; 4] = [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, TRAILER];

/// The `http` connections of an app, and the client that sends requests to their servers.
#[derive(Debug)]
pub(super) struct Connections {
    manifest: Arc<Manifest>,
    environment: Arc<Environment>,
    client: Arc<HttpClient>,
    redirects: Redirects,
    limits: HttpLimits,
    servers: Arc<Servers>,
    /// Their URLs, read by the first request.
    targets: OnceLock<Targets>,
}

impl Connections {
    /// Those of a manifest. Reads nothing yet.
    pub(super) fn new(manifest: Arc<Manifest>, environment: Arc<Environment>, process: &Process) -> Self {
        let (client, redirects) = (process.clients.shared(&environment), process.redirects);
        let (limits, servers) = (process.http, process.kept.get());
        Self { manifest, environment, client, redirects, limits, servers, targets: OnceLock::new() }
    }

    /// The connection that an address belongs to, with its name.
    pub(super) fn find(&self, address: &Address) -> Option<(&str, &HttpConnection)> {
        self.targets.get_or_init(|| Targets::new(&self.manifest)).find(address)
    }

    /// The connection of this name.
    pub(super) fn named(&self, name: &str) -> Result<&HttpConnection, HostError> {
        match self.manifest.connections.get(name) {
            Some(Connection::Http(connection)) => Ok(connection),
            Some(_) => Err(format!("[{name}] is not an HTTP connection").into()),
            None => Err(format!("connection [{name}] was not found").into()),
        }
    }

    /// Sends a request to a server of the connection of this name, when it is its turn. It is dropped when its time is over,
    /// or when the guest's call ends. Errors name the connection and `kind`, what it is used for.
    pub(super) async fn send(&self, kind: &str, name: &str, request: Request) -> Result<Response, HostError> {
        traces::connection(name);
        let judge = |url: &Url| match self.find(&Address::of(url)) {
            Some(_) => Hop::Named,
            None => self.redirects.found(),
        };
        let turns = self.servers.turns(name, &self.limits);
        let timed = time_limit::after(self.limits.timeout, async {
            let _turn = turns.take().await?;
            Ok::<_, Unanswered>(self.client.send(request, self.limits.answer, judge).await?)
        });
        let result = timed.await.unwrap_or(Err(Unanswered::TimedOut(self.limits.timeout)));
        result.map_err(|error| {
            error.count();
            traces::failed(error.name());
            format!("{kind} connection [{name}]: {error}").into()
        })
    }

    /// Adds the query parameters of a connection; what the URL holds already stays as it is.
    pub(super) fn add_parameters(&self, log: &LogContext, name: &str, connection: &HttpConnection, url: &mut Url) {
        for (parameter, value) in &connection.query_parameters {
            url.query_pairs_mut().append_pair(parameter, &self.expanded(log, name, value));
        }
    }

    /// The headers of a connection of this name. Those with a secret in them are marked as sensitive.
    pub(super) fn headers(
        &self,
        log: &LogContext,
        name: &str,
        texts: &BTreeMap<String, String>,
    ) -> Result<HeaderMap, HostError> {
        let mut headers = HeaderMap::new();
        for (header, text) in texts {
            let expanded = self.expanded(log, name, text);
            let sensitive = expanded != *text;
            add_header(&mut headers, header, expanded, sensitive)?;
        }
        Ok(headers)
    }

    /// A connection's setting with its templates replaced.
    fn expanded(&self, log: &LogContext, connection: &str, text: &str) -> String {
        let prefix = secret_prefix(connection);
        let lookup = |name: &str| self.environment.secret(&format!("{prefix}{name}"));
        expand(text, lookup, |name| {
            let name = format!("{prefix}{name}");
            let record = Record { name: Some(&name), ..Default::default() };
            log.write(Severity::Warn, "Secret not found.", record);
        })
    }
}

/// What of a URL decides where it leads: scheme, host, port and path. User, query and fragment are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address(String);

impl Address {
    /// The address of a URL, with what the URL's author wrote: `http://h` has no path, `http://h/` has one.
    pub(super) fn new(url: &Url, text: &str) -> Self {
        let mut address = Self::of(url);
        if url.path() == "/" && !has_path(text) {
            address.0.pop();
        }
        address
    }

    /// The address of a URL.
    pub(super) fn of(url: &Url) -> Self {
        Self(shown(url))
    }

    /// An address of the manifest. One with more in it than an address has matches nothing.
    fn configured(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        (shown(&url) == url.as_str()).then(|| Self::new(&url, text))
    }

    /// Whether the address lies under a base URL. That ends where a segment of the path does.
    fn is_below(&self, base: &Self) -> bool {
        let (Some(start), Some(rest)) = (self.0.get(..base.0.len()), self.0.get(base.0.len()..)) else { return false };
        let at_boundary = base.0.ends_with('/') || rest.is_empty() || rest.starts_with('/');
        at_boundary && start.eq_ignore_ascii_case(&base.0)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An `http` connection with its addresses.
#[derive(Debug)]
struct Target {
    name: String,
    connection: HttpConnection,
    endpoint: Option<Address>,
    base: Option<Address>,
}

/// The `http` connections of a manifest by name, their URLs read.
#[derive(Debug)]
struct Targets(Box<[Target]>);

impl Targets {
    /// Those of a manifest.
    fn new(manifest: &Manifest) -> Self {
        let http = manifest.connections.iter().filter_map(|(name, connection)| match connection {
            Connection::Http(connection) => Some((name.clone(), connection.clone())),
            _ => None,
        });
        let target = |(name, connection): (String, HttpConnection)| Target {
            name,
            endpoint: Address::configured(&connection.endpoint),
            base: Address::configured(&connection.base_url),
            connection,
        };
        Self(http.map(target).collect())
    }

    /// The connection for an address: the one with this very endpoint, else the one with the longest base URL.
    fn find(&self, address: &Address) -> Option<(&str, &HttpConnection)> {
        let exact = |target: &&Target| {
            target.endpoint.as_ref().is_some_and(|endpoint| endpoint.0.eq_ignore_ascii_case(&address.0))
        };
        let below = |target: &&Target| target.base.as_ref().is_some_and(|base| address.is_below(base));
        let length = |target: &&Target| target.base.as_ref().map(|base| base.0.trim_end_matches('/').len());
        // Of equally long ones the first by name counts.
        let longest = || self.0.iter().rev().filter(below).max_by_key(length);
        let found = self.0.iter().find(exact).or_else(longest)?;
        Some((&found.name, &found.connection))
    }
}

/// Whether the text of a URL has something after its host.
fn has_path(text: &str) -> bool {
    let after_scheme = text.split_once(':').map_or("", |(_, rest)| rest).trim_start_matches(['/', '\\']);
    let end = after_scheme.find(['/', '\\', '?', '#']).map(|at| &after_scheme[at..]);
    end.is_some_and(|rest| rest.starts_with(['/', '\\']))
}

/// A POST of JSON whose headers are all the operator's.
pub(super) fn post(url: Url, mut headers: HeaderMap, body: Bytes) -> Request {
    // They belong to the first server only.
    let confidential = headers.keys().cloned().collect();
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    Request { method: Method::POST, url, headers, confidential, body }
}

/// What `work` makes of an answer of so many bytes, which it goes through so many times: where it holds up nobody, if that takes
/// long.
pub(super) async fn handled<T: Send + 'static>(
    bytes: usize,
    passes: u64,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (weight, span) = (budget::weight(0, bytes as u64).saturating_mul(passes), Span::current());
    compute::offload(weight, move || span.in_scope(work)).await
}

/// What the log says of a status that is a failure.
pub(super) fn http_error(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    format!("HTTP error: {} {reason}", status.as_u16()).trim_end().to_owned()
}

/// Adds a header; those that the client knows better are passed over.
pub(super) fn add_header(headers: &mut HeaderMap, name: &str, value: String, sensitive: bool) -> Result<(), HostError> {
    let parsed = HeaderName::try_from(name).map_err(|_| format!("invalid header field name \"{name}\""))?;
    // The value may be a secret, so no message shows it.
    let mut value = HeaderValue::try_from(value).map_err(|_| format!("invalid header field value for \"{name}\""))?;
    value.set_sensitive(sensitive || parsed == AUTHORIZATION);
    if !OWNED.contains(&parsed) {
        headers.append(parsed, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::*;

    /// The connection for a URL among connections of a name and a URL; names that begin with `e` have endpoints.
    fn find<'n>(connections: &[(&'n str, &str)], text: &str) -> Option<&'n str> {
        let connection = |name: &str, url: &str| {
            let (base_url, endpoint) = if name.starts_with('e') { ("", url) } else { (url, "") };
            let (base_url, endpoint) = (base_url.to_owned(), endpoint.to_owned());
            Connection::Http(HttpConnection { base_url, endpoint, ..Default::default() })
        };
        let entries = connections.iter().map(|(name, url)| ((*name).to_owned(), connection(name, url)));
        let manifest = Manifest { connections: entries.collect(), ..Default::default() };
        let url = Url::parse(text).expect("a URL");
        let targets = Targets::new(&manifest);
        let (found, _) = targets.find(&Address::new(&url, text))?;
        connections.iter().map(|(name, _)| *name).find(|name| *name == found)
    }

    #[tokio::test]
    async fn large_answers_are_handled_where_they_hold_up_nobody() {
        for (bytes, passes, is_large) in [(0, 4, false), (1 << 20, 2, false), (1 << 20, 4, true), (64 << 20, 1, true)] {
            let mut handled = std::pin::pin!(handled(bytes, passes, || "done"));
            match futures::poll!(handled.as_mut()) {
                Poll::Pending => assert_eq!((is_large, handled.await), (true, "done"), "{bytes} {passes}"),
                // Where another test has started compute threads, these may be faster than this one looks.
                Poll::Ready(done) => {
                    assert_eq!((is_large && !compute::available(), done), (false, "done"), "{bytes} {passes}")
                }
            }
        }
    }

    #[test]
    fn base_urls() {
        let check = |base: &str, url: &str, expected: bool| {
            assert_eq!(find(&[("b", base)], url).is_some(), expected, "{base} {url}");
        };
        check("http://h:1/", "http://h:1/", true);
        check("http://h:1/", "HTTP://H:1/ABC?q=1#f", true);
        check("http://h:1/", "http://user:pass@h:1/x", true);
        check("http://h:1/", "http://h:1", false);
        check("http://h:1/", "http://h:1?x=/", false);
        check("http://h:1/", "http://h:2/", false);
        check("http://h:1/", "https://h:1/", false);
        check("https://h/", "https://h:443/x", true);
        check("http://h/v1/", "http://h/V1/x", true);
        check("http://h/v1/", "http://h/v1", false);
        check("http://h/v1/", "http://h/v1/../v2/x", false);
        check("http://h/v1/", "http://h/v1/%2e%2e/v2", false);
        check("http://h/v1/", "http://h/v1\\..\\v2", false);
        check("http://h/a b/", "http://h/a%20b/c", true);
        check("http://h/v1", "http://h/v1", true);
        check("http://h/v1", "http://h/v1/x", true);
        check("http://h/v1", "http://h/v10", false);
        check("https://api.example", "https://api.example", true);
        check("https://api.example", "https://api.example/x", true);
        check("https://api.example", "https://api.example.evil.test/", false);
        check("https://api.example", "https://api.example@evil.test/", false);
        check("https://api.example", "https://api.example:8443/", false);
        check("https://api.example/", "https://evil.test/https://api.example/", false);
        check("https://api.example/", "https://evil.test/@api.example/", false);
        check("", "http://h/", false);
    }

    #[test]
    fn endpoints() {
        let check = |endpoint: &str, url: &str, expected: bool| {
            assert_eq!(find(&[("e", endpoint)], url).is_some(), expected, "{endpoint} {url}");
        };
        check("http://h/x", "http://h/X?q=1#f", true);
        check("http://h/x", "http://h/x/", false);
        check("http://h/x", "http://h/x/y", false);
        check("http://h", "http://h", true);
        check("http://h", "http://h/", false);
        check("http://h/x?y=1", "http://h/x", false);
    }

    #[test]
    fn the_closest_connection_counts() {
        let all = [
            ("a", "http://h/"),
            ("b", "http://h/v1/"),
            ("c", "http://h/v1/"),
            ("d", "http://h/v1"),
            ("e", "http://h/v1/x"),
        ];
        assert_eq!(find(&all, "http://h/"), Some("a"));
        assert_eq!(find(&all, "http://h/v1/y"), Some("b"));
        assert_eq!(find(&all, "http://h/v1"), Some("d"));
        assert_eq!(find(&all, "http://h/v1/x"), Some("e"));
    }
}
