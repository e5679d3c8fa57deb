//! Whether a request says well for whom it is (RFC 9112 section 3.2), which hyper does not look at. A proxy in front of
//! this server may understand anything else in another way, and apply its rules to the wrong host or path.

use std::net::Ipv6Addr;

use hyper::header::HOST;
use hyper::http::uri::Authority;
use hyper::{Method, Request, Version};
use thiserror::Error;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum Malformed {
    /// HTTP/1.1 wants it.
    #[error("The request has no Host header.")]
    NoHost,
    /// It may be there once.
    #[error("The request has several Host headers.")]
    Hosts,
    /// Not `host` or `host:port`.
    #[error("The request's Host header is malformed.")]
    Host,
    /// Neither a path nor a URL of HTTP.
    #[error("The request's target is malformed.")]
    Target,
}

/// Checks target and `Host`.
///
/// # Errors
/// [`Malformed`]
pub(super) fn check<B>(request: &Request<B>) -> Result<(), Malformed> {
    let (uri, method) = (request.uri(), request.method());
    let fits = match (uri.scheme_str(), uri.authority()) {
        (None, None) => uri.path().starts_with('/') || (uri.path() == "*" && method == Method::OPTIONS),
        (None, Some(authority)) => method == Method::CONNECT && is_host(authority.as_str()),
        (Some(scheme), Some(authority)) => {
            let is_http = ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http));
            is_http && is_host(authority.as_str())
        }
        (Some(_), None) => false,
    };
    if !fits {
        return Err(Malformed::Target);
    }
    // Also beside a target that names the host, for which it then counts for nothing.
    let mut hosts = request.headers().get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() < Version::HTTP_11 => Ok(()),
        (None, _) => Err(Malformed::NoHost),
        (Some(_), Some(_)) => Err(Malformed::Hosts),
        (Some(host), None) if host.to_str().is_ok_and(is_host) => Ok(()),
        (Some(_), None) => Err(Malformed::Host),
    }
}

/// Whether this is a host, with or without a port, and nothing else.
fn is_host(text: &str) -> bool {
    // Nearly all are plain names and addresses, for which nothing has to be parsed.
    let (name, port) = text.split_once(':').unwrap_or((text, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if !name.is_empty()
        && name.bytes().all(is_plain)
        && port.len() < 5
        && port.bytes().all(|byte| byte.is_ascii_digit())
    {
        return true;
    }
    let Ok(authority) = text.parse::<Authority>() else { return false };
    let host = authority.host();
    let Some(rest) = text.strip_prefix(host) else { return false };
    let port = rest.strip_prefix(':').unwrap_or(rest);
    let is_port = port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    let is_name = match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => !host.is_empty() && !host.contains([':', '[', ']']),
    };
    is_name && is_port && (rest.is_empty() || rest.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(method: &str, uri: &str, version: Version, hosts: &[&str]) -> Result<(), Malformed> {
        let builder = Request::builder().method(method).uri(uri).version(version);
        let builder = hosts.iter().fold(builder, |builder, host| builder.header("host", *host));
        check(&builder.body(()).expect("a request"))
    }

    #[test]
    fn hosts() {
        let of = |hosts: &[&str]| checked("GET", "/", Version::HTTP_11, hosts);
        for host in [
            "x",
            "x:",
            "x:80",
            "X.example.",
            "a_b",
            "a-b.example:65535",
            "10.1.2.3:8686",
            "[::1]",
            "[2001:db8::1]:8443",
            "a,b",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(of(&[host]), Ok(()), "{host}");
            assert_eq!(of(&[host, host]), Err(Malformed::Hosts), "{host}");
        }
        for host in [
            "",
            ":80",
            "x:y",
            "x:99999",
            "x:+1",
            "x:8 0",
            "a b",
            "a, b",
            "x/",
            "x/y",
            "x?",
            "x#",
            "http://x",
            "u@x",
            "u:p@x",
            "@x",
            "x@",
            "[::1",
            "::1",
            "[::1]x",
            "[x]",
            "[::1%251]",
            "x:1:2",
            "a\\b",
            "<x>",
            "\"x\"",
        ] {
            assert_eq!(of(&[host]), Err(Malformed::Host), "{host}");
        }
        assert_eq!(of(&[]), Err(Malformed::NoHost));
        assert_eq!(checked("GET", "/", Version::HTTP_10, &[]), Ok(()));
        assert_eq!(checked("GET", "/", Version::HTTP_10, &["x", "x"]), Err(Malformed::Hosts));
        assert_eq!(checked("GET", "/", Version::HTTP_10, &["u@x"]), Err(Malformed::Host));
    }

    #[test]
    fn targets() {
        let of = |method: &str, uri: &str| checked(method, uri, Version::HTTP_11, &["x"]);
        for (method, uri) in [
            ("GET", "/"),
            ("GET", "//x"),
            ("GET", "/a?b"),
            ("GET", "http://y/a"),
            ("GET", "HTTPS://y:1"),
            ("OPTIONS", "*"),
            ("CONNECT", "y:443"),
        ] {
            assert_eq!(of(method, uri), Ok(()), "{method} {uri}");
        }
        for (method, uri) in [
            ("GET", "*"),
            ("POST", "y"),
            ("GET", "y:80"),
            ("GET", "http://u@y/"),
            ("GET", "http://u:p@y/"),
            ("GET", "http://y:x/"),
            ("GET", "ftp://y/"),
            ("CONNECT", "u@y:443"),
        ] {
            assert_eq!(of(method, uri), Err(Malformed::Target), "{method} {uri}");
        }
        assert_eq!(checked("GET", "http://y/", Version::HTTP_11, &[]), Err(Malformed::NoHost));
        assert_eq!(checked("GET", "http://y/", Version::HTTP_11, &["u@y"]), Err(Malformed::Host));
    }
}
