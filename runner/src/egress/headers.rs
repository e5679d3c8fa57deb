//! Headers that belong to one connection or to one server, and do not travel further.

use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LANGUAGE,
    CONTENT_TYPE, COOKIE, EXPECT, HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE,
    IF_UNMODIFIED_SINCE, PROXY_AUTHORIZATION, RANGE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    WWW_AUTHENTICATE,
};
use url::Url;

/// Headers that are about the connection, which is the runner's; so are all whose names begin with `proxy-`.
const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    EXPECT,
    HeaderName::from_static("http2-settings"),
];

/// What another server than the first may read: which representation is wanted or sent, and of whom, for that is what
/// downloads by way of a storage server need. None of it says who asks, and none makes a metadata service answer, which
/// insist on headers like `Metadata-Flavor`.
const TRAVELLING: [HeaderName; 13] = [
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_TYPE,
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_RANGE,
    IF_UNMODIFIED_SINCE,
    RANGE,
    USER_AGENT,
];

/// Whom the author of a request says that he is.
const CREDENTIALS: [HeaderName; 4] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, WWW_AUTHENTICATE];

/// Takes out of a guest's headers what is about the connection, also what `Connection` names as such: a proxy would drop
/// that, so a guest could have it drop what the manifest adds.
pub(crate) fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .collect();
    let of_proxies = headers.keys().filter(|name| name.as_str().starts_with("proxy-")).cloned();
    let all: Vec<HeaderName> = HOP_BY_HOP.into_iter().chain(of_proxies).chain(named).collect();
    for name in all {
        headers.remove(name);
    }
}

/// Takes out what must not reach `to` after `from`; `confidential` is what was meant for the first server only.
pub(crate) fn leave_behind(headers: &mut HeaderMap, confidential: &[HeaderName], from: &Url, to: &Url) {
    if from.origin() == to.origin() {
        return;
    }
    for name in confidential.iter().chain(&CREDENTIALS) {
        headers.remove(name);
    }
    if is_upgrade(from, to) {
        return;
    }
    let others: Vec<HeaderName> = headers.keys().filter(|name| !TRAVELLING.contains(name)).cloned().collect();
    for name in others {
        headers.remove(name);
    }
}

/// From `http` to `https` of one host, both on their usual ports: still the same server.
fn is_upgrade(from: &Url, to: &Url) -> bool {
    let ports = (from.port_or_known_default(), to.port_or_known_default());
    (from.scheme(), to.scheme()) == ("http", "https") && ports == (Some(80), Some(443)) && from.host() == to.host()
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn headers(names: &[(&'static str, &'static str)]) -> HeaderMap {
        let entry = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        names.iter().map(entry).collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn hop_by_hop() {
        let mut found = headers(&[
            ("connection", "close, X-Tenant ,, a b"),
            ("connection", "AUTHORIZATION"),
            ("x-tenant", "t"),
            ("authorization", "a"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("trailer", "x"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("http2-settings", "x"),
            ("expect", "100-continue"),
            ("proxy-authorization", "x"),
            ("proxy-connection", "keep-alive"),
            ("x-proxy-other", "kept"),
            ("x-own", "kept"),
        ]);
        drop_hop_by_hop(&mut found);
        assert_eq!(names(&found), ["x-own", "x-proxy-other"]);
    }

    #[test]
    fn what_travels() {
        let check = |from: &str, to: &str, expected: &[&str]| {
            let mut found = headers(&[
                ("accept", "a"),
                ("range", "bytes=0-"),
                ("user-agent", "from the manifest"),
                ("authorization", "a"),
                ("cookie", "c"),
                ("metadata-flavor", "Google"),
                ("x-aws-ec2-metadata-token-ttl-seconds", "60"),
                ("x-own", "o"),
            ]);
            let confidential = [USER_AGENT];
            let url = |text: &str| text.parse::<Url>().expect("a URL");
            leave_behind(&mut found, &confidential, &url(from), &url(to));
            assert_eq!(names(&found), expected, "{from} {to}");
        };
        let short = ["accept", "range"];
        check("http://h/", "http://h:81/", &short);
        check("http://h/", "http://g/", &short);
        check("https://h/", "http://h/", &short);
        check("http://h:81/", "https://h/", &short);
        check("http://h/", "https://www.h/", &short);
        let aws = "x-aws-ec2-metadata-token-ttl-seconds";
        check("http://h/", "https://h/x", &["accept", "metadata-flavor", "range", aws, "x-own"]);
        let all = ["accept", "authorization", "cookie", "metadata-flavor", "range", "user-agent", aws, "x-own"];
        check("http://h/", "http://h/x", &all);
    }
}
