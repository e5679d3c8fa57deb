//! Names of this server, and origins of pages that may use it.

use std::net::Ipv6Addr;

use url::Url;

/// A name or address as requests are compared with it: in lower case, addresses of IPv6 without brackets.
pub(super) fn host(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<Ipv6Addr>() {
        return Some(address.to_string());
    }
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let name = text.strip_suffix('.').unwrap_or(text);
    (!name.is_empty() && name.chars().all(valid)).then(|| name.to_ascii_lowercase())
}

/// An origin as browsers write it, in lower case; `*` is any.
pub(super) fn origin(text: &str) -> Option<String> {
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    if text == "*" {
        return Some(text);
    }
    let url = Url::parse(&text).ok()?;
    if matches!(url.scheme(), "http" | "https") {
        // In one spelling: without the usual port, an international name in its ASCII form.
        let bare = url.path() == "/" && !text.contains(['?', '#', '@', '*']);
        return bare.then(|| url.origin().ascii_serialization());
    }
    // Such as that of a browser's extension.
    let (_, rest) = text.split_once("://")?;
    (!rest.is_empty() && !rest.contains(['/', '?', '#', '@'])).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (text, expected) in [
            ("App.Test", Some("app.test")),
            ("app.test.", Some("app.test")),
            ("192.168.1.7", Some("192.168.1.7")),
            ("[FE80::0:1]", Some("fe80::1")),
            ("fe80::1", Some("fe80::1")),
            ("my_runner", Some("my_runner")),
            ("app.test:80", None),
            ("http://app.test", None),
            ("*", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(host(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn origins() {
        for (text, expected) in [
            ("https://App.Example/", Some("https://app.example")),
            ("https://app.example:443", Some("https://app.example")),
            ("http://app.example:3000", Some("http://app.example:3000")),
            ("http://bücher.example", Some("http://xn--bcher-kva.example")),
            ("chrome-extension://abcdef", Some("chrome-extension://abcdef")),
            ("*", Some("*")),
            ("app.example", None),
            ("localhost:3000", None),
            ("https://app.example/page", None),
            ("https://user@app.example", None),
            ("https://*.example", None),
            ("null", None),
            ("file:///", None),
            ("", None),
        ] {
            assert_eq!(origin(text).as_deref(), expected, "{text}");
        }
    }
}
