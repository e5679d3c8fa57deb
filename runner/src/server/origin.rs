//! Whose requests are answered: the host that they name, and the origin of the page that they come from.
//!
//! In development the server stands on a machine on which somebody also browses. Any page there can send it requests; and
//! a page whose name is made to lead to the loopback (DNS rebinding) is of the same origin for the browser.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, HeaderValue, ORIGIN};
use hyper::http::uri::Authority;
use hyper::{Request, Response, StatusCode};
use thiserror::Error;

use super::{Body, plain, rarely};
use crate::limits::LimitId;

/// Which hosts and origins are served.
#[derive(Clone, Debug, Default)]
pub struct OriginPolicy {
    dev: bool,
    /// `None` takes every host.
    hosts: Option<Hosts>,
    /// `None` lets every page in.
    origins: Option<Origins>,
}

#[derive(Clone, Debug)]
struct Hosts {
    /// The address that is listened on.
    bound: Option<IpAddr>,
    names: Vec<String>,
}

#[derive(Clone, Debug)]
struct Origins {
    /// Pages of this machine are let in.
    loopback: bool,
    named: Vec<String>,
}

/// Why a request is not answered.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is for another server.
    #[error("The host \"{0}\" is none of this server's: name it with --allow-host.")]
    Host(String),
    /// It is from a page that may not.
    #[error("Pages of the origin \"{0}\" may not use this server: name it with --allow-origin.")]
    Origin(String),
    /// It is from a page, and does not say which.
    #[error("A page of another site caused this request, and no origin is named that --allow-origin could let in.")]
    CrossSite,
}

impl Refusal {
    /// What it is counted as.
    fn limit(&self) -> LimitId {
        match self {
            Self::Host(_) => LimitId::Host,
            Self::Origin(_) | Self::CrossSite => LimitId::Origin,
        }
    }
}

impl OriginPolicy {
    /// In development, hosts are those of the loopback, `bound` and `hosts`, and origins those of the loopback and
    /// `origins`. Otherwise nothing is refused but what is not in a list that is there: hosts count besides those of the
    /// loopback and `bound`. Both lists are in lower case; the origin `*` is any.
    ///
    /// The server's own origin is always let in.
    pub fn new(dev: bool, bound: Option<IpAddr>, hosts: Vec<String>, origins: Vec<String>) -> Self {
        let any = origins.iter().any(|origin| origin == "*");
        Self {
            dev,
            hosts: (dev || !hosts.is_empty()).then_some(Hosts { bound, names: hosts }),
            origins: (!any && (dev || !origins.is_empty())).then_some(Origins { loopback: dev, named: origins }),
        }
    }

    /// Whether a request may be answered, and the `Access-Control-Allow-Origin` of the answer.
    ///
    /// # Errors
    /// [`Refusal::Host`], [`Refusal::Origin`]
    pub(super) fn admit<B>(&self, request: &Request<B>) -> Result<Option<HeaderValue>, Refusal> {
        let host = host(request);
        if self.hosts.as_ref().is_some_and(|hosts| !host.is_some_and(|host| hosts.have(host))) {
            return Err(Refusal::Host(shown(host.unwrap_or_default())));
        }
        let mut given = request.headers().get_all(ORIGIN).iter();
        let Some(origin) = given.next() else { return Ok(None) };
        let Some(origins) = &self.origins else { return Ok(Some(HeaderValue::from_static("*"))) };
        let text = origin.to_str().unwrap_or_default();
        let admitted = given.next().is_none() && (host.is_some_and(|host| is_of(text, host)) || origins.have(text));
        if admitted { Ok(Some(origin.clone())) } else { Err(Refusal::Origin(shown(text))) }
    }

    /// Whether a page of another site had the browser load this, as an image, a script or a link does: it cannot read the
    /// answer, and should not run anything either.
    ///
    /// # Errors
    /// [`Refusal::CrossSite`]
    pub(super) fn admit_to_run<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let headers = request.headers();
        let cross_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
        let refused = self.origins.is_some() && cross_site && !headers.contains_key(ORIGIN);
        if refused { Err(Refusal::CrossSite) } else { Ok(()) }
    }

    /// The answer to a request that is not admitted.
    pub(super) fn refuse(&self, refusal: &Refusal) -> Response<Body> {
        // A browser shows a page nothing but that there is no answer.
        rarely::refused(refusal.limit(), refusal, self.dev);
        plain(StatusCode::FORBIDDEN, &refusal.to_string())
    }
}

impl Hosts {
    fn have(&self, authority: &str) -> bool {
        let Some(host) = bare_host(authority) else { return false };
        match address(&host) {
            // To an address no name can be made to lead.
            Some(address) => {
                address.is_loopback()
                    || self.bound.is_some_and(|bound| bound.is_unspecified() || bound.to_canonical() == address)
                    || self.names.iter().any(|name| self::address(name) == Some(address))
            }
            None => is_local_name(&host) || self.names.contains(&host),
        }
    }
}

impl Origins {
    fn have(&self, origin: &str) -> bool {
        self.named.iter().any(|named| named.eq_ignore_ascii_case(origin)) || (self.loopback && is_loopback(origin))
    }
}

/// The host that a request is for, with its port. `Host` counts for nothing where the target itself names one (RFC 9112
/// section 3.2.2).
fn host<B>(request: &Request<B>) -> Option<&str> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.as_str());
    }
    let mut given = request.headers().get_all(HOST).iter();
    let host = given.next()?;
    if given.next().is_some() { None } else { host.to_str().ok() }
}

/// Without port and brackets, in lower case.
fn bare_host(authority: &str) -> Option<String> {
    let parsed: Authority = authority.parse().ok().filter(|_| !authority.contains('@'))?;
    let host = parsed.host();
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Some(bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase())
}

fn address(host: &str) -> Option<IpAddr> {
    let four = host.parse::<Ipv4Addr>().map(IpAddr::from);
    four.or_else(|_| host.parse::<Ipv6Addr>().map(IpAddr::from)).ok().map(|address| address.to_canonical())
}

/// Browsers ask no name server for these.
fn is_local_name(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether an origin is that of the server at `host`. Behind a proxy it may have another scheme.
fn is_of(origin: &str, host: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

/// Whether an origin is that of a page which this machine serves.
fn is_loopback(origin: &str) -> bool {
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let Some(host) = authority.and_then(bare_host) else { return false };
    address(&host).map_or_else(|| is_local_name(&host), |address| address.is_loopback())
}

/// The beginning of what a request said, for a message.
fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, headers: &[(&str, &str)]) -> Request<()> {
        let builder = Request::builder().uri(uri);
        headers
            .iter()
            .fold(builder, |builder, (name, value)| builder.header(*name, *value))
            .body(())
            .expect("a request")
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn dev(bound: Option<&str>, hosts: &[&str], origins: &[&str]) -> OriginPolicy {
        let bound = bound.map(|bound| bound.parse().expect("an address"));
        OriginPolicy::new(true, bound, owned(hosts), owned(origins))
    }

    /// What the origin of a request to the host gets; `None` where it is refused.
    fn allowed(policy: &OriginPolicy, host: &str, origin: &str) -> Option<String> {
        let value = policy.admit(&request("/", &[("host", host), ("origin", origin)])).ok()?;
        value.map(|value| value.to_str().expect("text").to_owned())
    }

    #[test]
    fn hosts_in_development() {
        let takes = |policy: &OriginPolicy, host: &str| policy.admit(&request("/", &[("host", host)])).is_ok();
        let policy = dev(None, &["app.test", "fe80::1"], &[]);
        for host in [
            "localhost",
            "LOCALHOST:8686",
            "localhost.:1",
            "a.localhost",
            "127.0.0.1:8686",
            "127.8.8.8",
            "[::1]:8686",
            "[::ffff:127.0.0.1]",
            "app.test:80",
            "App.Test.",
            "[fe80::1]:1",
        ] {
            assert!(takes(&policy, host), "{host}");
        }
        for host in [
            "",
            "evil.test",
            "notlocalhost",
            "localhost.evil.test",
            "127.0.0.1.evil.test",
            "x.app.test",
            "192.168.1.7",
            "0.0.0.0",
            "[::]",
            "2130706433",
            "0x7f.1",
            "user@localhost",
            "localhost@evil.test",
            "localhost, evil.test",
            "localhost/x",
            ":8686",
            "[::1",
        ] {
            assert!(!takes(&policy, host), "{host}");
        }
        let bound = dev(Some("192.168.1.7"), &[], &[]);
        assert!(takes(&bound, "192.168.1.7:1") && takes(&bound, "localhost") && !takes(&bound, "192.168.1.8"));
        let everywhere = dev(Some("0.0.0.0"), &[], &[]);
        assert!(takes(&everywhere, "192.168.1.8") && takes(&everywhere, "[2001:db8::1]"));
        assert!(!takes(&everywhere, "evil.test"));
    }

    #[test]
    fn where_a_request_names_its_host() {
        let policy = dev(None, &[], &[]);
        assert!(policy.admit(&request("/", &[])).is_err());
        assert!(policy.admit(&request("/", &[("host", "localhost"), ("host", "localhost")])).is_err());
        assert!(policy.admit(&request("http://localhost/", &[("host", "evil.test")])).is_ok());
        let refusal = policy.admit(&request("http://evil.test:1/", &[("host", "localhost")]));
        assert_eq!(refusal, Err(Refusal::Host("evil.test:1".to_owned())));
    }

    #[test]
    fn origins_in_development() {
        let policy = dev(Some("0.0.0.0"), &["app.test"], &["https://page.example", "chrome-extension://abc"]);
        for (host, origin) in [
            ("localhost:8686", "http://localhost:8686"),
            ("localhost:8686", "http://localhost:3000"),
            ("localhost:8686", "https://127.0.0.1"),
            ("localhost:8686", "http://[::1]:5173"),
            ("localhost:8686", "http://shop.localhost:3000"),
            ("localhost:8686", "https://page.example"),
            ("localhost:8686", "chrome-extension://abc"),
            ("app.test", "https://app.test"),
            ("192.168.1.7:8686", "http://192.168.1.7:8686"),
        ] {
            assert_eq!(allowed(&policy, host, origin).as_deref(), Some(origin), "{host} {origin}");
        }
        for origin in [
            "null",
            "",
            "http://evil.test",
            "https://page.example:8443",
            "http://page.example",
            "https://page.example.evil.test",
            "http://localhost.evil.test",
            "http://localhost@evil.test",
            "http://192.168.1.7:3000",
            "file://localhost",
            "http://localhost http://evil.test",
        ] {
            assert_eq!(allowed(&policy, "localhost:8686", origin), None, "{origin}");
        }
        let twice = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://localhost")];
        assert!(policy.admit(&request("/", &twice)).is_err());
        let open = dev(None, &[], &["*", "https://page.example"]);
        assert_eq!(allowed(&open, "localhost", "null").as_deref(), Some("*"));
        assert_eq!(allowed(&open, "evil.test", "http://localhost"), None);
    }

    #[test]
    fn outside_development() {
        let all = OriginPolicy::default();
        assert_eq!(allowed(&all, "evil.test", "null").as_deref(), Some("*"));
        assert_eq!(all.admit(&request("/", &[])), Ok(None));
        let some = OriginPolicy::new(false, None, Vec::new(), owned(&["https://page.example"]));
        assert_eq!(allowed(&some, "x", "https://page.example").as_deref(), Some("https://page.example"));
        assert_eq!(allowed(&some, "app.test", "https://app.test").as_deref(), Some("https://app.test"));
        assert_eq!(allowed(&some, "app.test", "http://localhost:3000"), None);
        let hosts = OriginPolicy::new(false, None, owned(&["app.test"]), Vec::new());
        assert_eq!(allowed(&hosts, "app.test", "https://any.test").as_deref(), Some("*"));
        assert!(hosts.admit(&request("/", &[("host", "other.test")])).is_err());
    }

    #[test]
    fn what_a_page_has_loaded() {
        let policy = dev(None, &[], &[]);
        let site =
            |policy: &OriginPolicy, headers: &[(&str, &str)]| policy.admit_to_run(&request("/", headers)).is_ok();
        assert!(!site(&policy, &[("sec-fetch-site", "cross-site")]));
        assert!(site(&policy, &[]));
        for value in ["none", "same-origin", "same-site"] {
            assert!(site(&policy, &[("sec-fetch-site", value)]), "{value}");
        }
        // Whether that origin may, is asked elsewhere.
        assert!(site(&policy, &[("sec-fetch-site", "cross-site"), ("origin", "https://page.example")]));
        assert!(site(&OriginPolicy::default(), &[("sec-fetch-site", "cross-site")]));
    }
}
