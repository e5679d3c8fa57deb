//! Flags about who may use the server: tokens, hosts and origins.

use std::net::Ipv6Addr;
use std::time::Duration;

use url::Url;

use super::flag::{Flag, names, pause, put};

/// Who may use the server.
#[derive(Clone, Debug)]
pub struct Access {
    /// Names, of which a token's `aud` must hold one.
    pub jwt_audience: Option<Vec<String>>,
    /// Names, of which a token's `iss` must be one.
    pub jwt_issuer: Option<Vec<String>>,
    /// How far the clocks of issuers may be apart from this one.
    pub jwt_leeway: Duration,
    /// Names of this server in lower case; addresses of IPv6 without brackets.
    pub allow_host: Vec<String>,
    /// Origins in lower case, as browsers write them; `*` is any.
    pub allow_origin: Vec<String>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            jwt_audience: None,
            jwt_issuer: None,
            jwt_leeway: Duration::from_secs(30),
            allow_host: Vec::new(),
            allow_origin: Vec::new(),
        }
    }
}

/// The flags, in the order of the help.
pub(super) const FLAGS: &[Flag] = &[
    Flag::text(
        "jwt-audience",
        "NAME",
        "What tokens must be for (aud); several with commas between, or one flag for each",
        |given, text| {
            more(given.access.jwt_audience.get_or_insert_default(), text, |name| Some(name.to_owned()), "a name")
        },
    )
    .variable("MODUS_JWT_AUDIENCE"),
    Flag::text(
        "jwt-issuer",
        "NAME",
        "Whom tokens must be from (iss); several with commas between, or one flag for each",
        |given, text| {
            more(given.access.jwt_issuer.get_or_insert_default(), text, |name| Some(name.to_owned()), "a name")
        },
    )
    .variable("MODUS_JWT_ISSUER"),
    Flag::text(
        "jwt-leeway",
        "SECONDS",
        "Seconds that the clocks of issuers may be apart from this one, for the times in tokens",
        |given, text| put(&mut given.access.jwt_leeway, pause(text)),
    )
    .default(|given| given.access.jwt_leeway.as_secs_f64().to_string()),
    Flag::text(
        "allow-host",
        "NAME",
        "Another name of this server: in development, and elsewhere where this is given, requests for others than it, \
         localhost and --host are refused; may be repeated",
        |given, text| more(&mut given.access.allow_host, text, host, "a name of a host without a port"),
    )
    .variable("MODUS_RUNNER_ALLOW_HOST"),
    Flag::text(
        "allow-origin",
        "ORIGIN",
        "Pages that may use this server, such as https://app.example, or * for all; may be repeated [default: those on \
         localhost in development, else all]",
        |given, text| more(&mut given.access.allow_origin, text, origin, "an origin such as https://app.example, or *"),
    )
    .variable("MODUS_RUNNER_ALLOW_ORIGIN"),
];

/// Adds what a comma separated text holds.
fn more(list: &mut Vec<String>, text: &str, read: fn(&str) -> Option<String>, expected: &str) -> Result<(), String> {
    let found: Option<Vec<String>> = names(text).iter().map(|name| read(name)).collect();
    let found = found.filter(|found| !found.is_empty()).ok_or_else(|| format!("expected {expected}"))?;
    list.extend(found);
    Ok(())
}

/// A name or address as [`Access::allow_host`] has it.
fn host(text: &str) -> Option<String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<Ipv6Addr>() {
        return Some(address.to_string());
    }
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let name = text.strip_suffix('.').unwrap_or(text);
    (!name.is_empty() && name.chars().all(valid)).then(|| name.to_ascii_lowercase())
}

/// An origin as [`Access::allow_origin`] has it.
fn origin(text: &str) -> Option<String> {
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

    #[test]
    fn lists_grow() {
        let mut list = Vec::new();
        for text in ["a, b", "c,"] {
            more(&mut list, text, host, "a name").expect("names");
        }
        assert_eq!(list, ["a", "b", "c"]);
        assert_eq!(more(&mut list, " ,", host, "a name"), Err("expected a name".to_owned()));
        assert_eq!(more(&mut list, "d, e:1", host, "a name"), Err("expected a name".to_owned()));
        assert_eq!(list.len(), 3);
    }
}
