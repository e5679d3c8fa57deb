//! `modus_http_client`: requests to the servers of the manifest's connections (`host-functions` section 7).

use std::sync::Arc;

use abi::host_functions as table;
use abi::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Method;
use hyper::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LOCATION, CONTENT_TYPE, DATE, FROM, HeaderMap, HeaderName, HeaderValue,
    ORIGIN, PROXY_AUTHORIZATION, RANGE, REFERER, USER_AGENT,
};
use url::Url;

use super::capability::Function;
use super::connection::{Address, Connections, add_header, handled};
use super::values::{member, object, text_of};
use super::{Capability, HostError, Invocation, Messages, Pending, Setup};
use crate::client::url::{self as urls, UrlError, shown_text};
use crate::client::{Request, Response};
use crate::egress::headers::drop_hop_by_hop;
use crate::telemetry::LogContext;

/// The capability.
pub(super) struct Http {
    connections: Arc<Connections>,
}

impl Capability for Http {
    const TABLE: &'static table::Capability = &table::HTTP;

    const FUNCTIONS: &'static [Function<Self>] = &[Function::waiting(
        "fetch",
        Messages {
            starting: Some("Starting HTTP request."),
            completed: Some("Completed HTTP request."),
            cancelled: Some("Cancelled HTTP request."),
            error: Some("Error making HTTP request."),
            detail,
        },
        Self::fetch,
    )];

    fn configure(setup: &Setup<'_>) -> Self {
        Self { connections: setup.connections() }
    }
}

impl Http {
    fn fetch(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let connections = Arc::clone(&self.connections);
        let prepared = self.prepare(invocation.log, arguments.first().unwrap_or(&Value::Null));
        Box::pin(async move {
            let (name, request) = prepared?;
            let response = connections.send("HTTP", &name, request).await?;
            Ok(handled(response.body.len(), PASSES, move || answer(&response)).await)
        })
    }

    /// The guest's request with what its connection adds, and the connection's name.
    fn prepare(&self, log: &LogContext, request: &Value) -> Result<(String, Request), HostError> {
        let text = text_of(member(request, "url"));
        let (mut url, address) = parse(text)?;
        let found = self.connections.find(&address);
        let (name, connection) = found.ok_or_else(|| unknown(&address.to_string()))?;
        let mut headers = guest_headers(member(request, "headers"))?;
        let own = self.connections.headers(log, name, &connection.headers)?;
        let confidential = own.keys().cloned().collect();
        add(&mut headers, own);
        self.connections.add_parameters(log, name, connection, &mut url);
        let body = STANDARD.decode(text_of(member(request, "body"))).map_err(|error| error.to_string())?;
        let method = method(text_of(member(request, "method")))?;
        Ok((name.to_owned(), Request { method, url, headers, confidential, body: body.into() }))
    }
}

/// How often an answer is gone through: it is written as base64.
const PASSES: u64 = 2;

/// Headers that a message has once: the manifest's takes the place of the guest's.
const SINGLE: [HeaderName; 11] = [
    AUTHORIZATION,
    CONTENT_ENCODING,
    CONTENT_LOCATION,
    CONTENT_TYPE,
    DATE,
    FROM,
    ORIGIN,
    PROXY_AUTHORIZATION,
    RANGE,
    REFERER,
    USER_AGENT,
];

/// Method and URL as the guest gave them, but for a password.
fn detail(arguments: &[Value]) -> Option<String> {
    let request = arguments.first()?;
    let (method, text) = (text_of(member(request, "method")), text_of(member(request, "url")));
    let hidden = Url::parse(text).ok().filter(|url| url.password().is_some()).and_then(|mut url| {
        url.set_password(Some("xxxxx")).ok()?;
        Some(url.to_string())
    });
    Some(format!("{method} {}", hidden.as_deref().unwrap_or(text)))
}

fn parse(text: &str) -> Result<(Url, Address), HostError> {
    match urls::parse(text) {
        Ok(url) => {
            let address = Address::new(&url, text);
            Ok((url, address))
        }
        Err(error @ UrlError::Character { .. }) => Err(error.to_string().into()),
        Err(_) if text.starts_with('/') => Err(unknown(shown_text(text))),
        Err(_) => Err(format!("parse \"{}\": invalid URI for request", shown_text(text)).into()),
    }
}

fn unknown(address: &str) -> HostError {
    format!("a connection for url [{address}] was not found in the manifest").into()
}

fn method(name: &str) -> Result<Method, HostError> {
    match name {
        "" => Ok(Method::GET),
        // Some servers do not care about the case.
        name if name.eq_ignore_ascii_case("CONNECT") => {
            Err(format!("method \"{name}\" makes a tunnel and is not supported").into())
        }
        name if name.eq_ignore_ascii_case("TRACE") => {
            Err(format!("method \"{name}\" has the server send back the connection's headers and is not supported")
                .into())
        }
        name => Method::from_bytes(name.as_bytes()).map_err(|_| format!("invalid method \"{name}\"").into()),
    }
}

/// One header line for each value; none that is about the connection.
fn guest_headers(headers: &Value) -> Result<HeaderMap, HostError> {
    let mut result = HeaderMap::new();
    let Value::List(entries) = member(headers, "data") else { return Ok(result) };
    for entry in entries {
        let header = member(entry, "value");
        let Value::List(values) = member(header, "values") else { continue };
        for value in values {
            add_header(&mut result, text_of(member(header, "name")), text_of(value).to_owned(), false)?;
        }
    }
    drop_hop_by_hop(&mut result);
    Ok(result)
}

/// Adds the headers of the connection behind the guest's. Secrets and headers that a message has once stand alone.
fn add(headers: &mut HeaderMap, own: HeaderMap) {
    let alone = |(name, value): &(&HeaderName, &HeaderValue)| value.is_sensitive() || SINGLE.contains(name);
    for (name, _) in own.iter().filter(alone) {
        headers.remove(name);
    }
    for name in own.keys() {
        for value in own.get_all(name) {
            headers.append(name, value.clone());
        }
    }
}

fn answer(response: &Response) -> Value {
    let header = |name: &HeaderName| {
        let text = |value: &HeaderValue| Value::String(String::from_utf8_lossy(value.as_bytes()).into_owned());
        let values = response.headers.get_all(name).iter().map(text).collect();
        let header = object([("name", Value::String(canonical(name.as_str()))), ("values", Value::List(values))]);
        object([("key", Value::String(name.to_string())), ("value", header)])
    };
    object([
        ("status", Value::Int(response.status.as_u16().into())),
        ("statusText", Value::String(response.reason.clone())),
        ("headers", object([("data", Value::List(response.headers.keys().map(header).collect()))])),
        ("body", Value::String(STANDARD.encode(&response.body))),
    ])
}

/// The usual spelling of a header's name: `Content-Type`.
fn canonical(name: &str) -> String {
    let mut result = name.to_owned();
    let mut starts = true;
    // Names of headers are ASCII, so a byte is a character.
    for (at, byte) in name.bytes().enumerate() {
        if starts && byte.is_ascii_lowercase() {
            result[at..=at].make_ascii_uppercase();
        }
        starts = byte == b'-';
    }
    result
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;

    use super::*;

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    fn request(method: &str, url: &str) -> Value {
        object([("Url", text(url)), ("method", text(method))])
    }

    #[test]
    fn details_are_the_guests_words_without_passwords() {
        let detail = |method, url| detail(&[request(method, url)]).expect("a detail");
        assert_eq!(detail("get", "HTTP://h/ x?y=1"), "get HTTP://h/ x?y=1");
        assert_eq!(detail("GET", "http://user:secret@h/"), "GET http://user:xxxxx@h/");
    }

    #[test]
    fn urls() {
        let failed = |text: &str| parse(text).expect_err("no URL").message;
        assert_eq!(failed("relative/path"), "parse \"relative/path\": invalid URI for request");
        assert_eq!(failed("/path?key=1"), "a connection for url [/path] was not found in the manifest");
        assert_eq!(failed(""), "parse \"\": invalid URI for request");
        assert!(failed("http://h/\n").starts_with("the URL \"http://h/\\n\" has the character '\\n' in it"));
        let (url, address) = parse("HTTP://user@H/a b?c=%20&d;e#f").expect("a URL");
        assert_eq!((url.query(), address.to_string().as_str()), (Some("c=%20&d;e"), "http://h/a%20b"));
    }

    #[test]
    fn methods() {
        assert_eq!(method("").ok(), Some(Method::GET));
        assert_eq!(method("get").ok().as_ref().map(Method::as_str), Some("get"));
        for refused in ["a b", "CONNECT", "connect", "TRACE", "Trace"] {
            assert!(method(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn headers_of_the_connection_follow_the_guests() {
        let mut headers = HeaderMap::new();
        let mut own = HeaderMap::new();
        for (name, value) in [("accept", "a"), ("x-key", "forged"), ("authorization", "forged"), ("x-tag", "a")] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        add_header(&mut own, "X-Key", "secret".to_owned(), true).expect("a header");
        add_header(&mut own, "Authorization", "own".to_owned(), false).expect("a header");
        add_header(&mut own, "X-Tag", "b".to_owned(), false).expect("a header");
        add_header(&mut own, "Host", "other".to_owned(), false).expect("a header");
        add(&mut headers, own);
        let values = |name| headers.get_all(name).iter().collect::<Vec<_>>();
        assert_eq!(values("accept"), ["a"]);
        assert_eq!(values("x-key"), ["secret"]);
        assert_eq!(values("authorization"), ["own"]);
        assert_eq!(values("x-tag"), ["a", "b"]);
        assert!(values("host").is_empty());
    }

    #[test]
    fn invalid_headers_are_named_without_their_value() {
        let data = |name: &str, value: &str| {
            let header = object([("name", text(name)), ("values", Value::List(vec![text(value)]))]);
            object([("data", Value::List(vec![object([("key", text(name)), ("value", header)])]))])
        };
        let failed = |name: &str, value: &str| guest_headers(&data(name, value)).expect_err("no header").message;
        assert_eq!(failed("a b", "x"), "invalid header field name \"a b\"");
        assert_eq!(failed("a", "secret\n"), "invalid header field value for \"a\"");
        assert_eq!(guest_headers(&Value::Null).map(|headers| headers.len()), Ok(0));
    }

    #[test]
    fn answers() {
        let mut headers = HeaderMap::new();
        for value in ["a=1", "b=2"] {
            headers.append("set-cookie", HeaderValue::from_static(value));
        }
        let response = Response { status: StatusCode::OK, reason: String::new(), headers, body: vec![0, 255].into() };
        let answer = answer(&response);
        let cookies = object([("name", text("Set-Cookie")), ("values", Value::List(vec![text("a=1"), text("b=2")]))]);
        let data = Value::List(vec![object([("key", text("set-cookie")), ("value", cookies)])]);
        let expected = object([
            ("status", Value::Int(200)),
            ("statusText", text("")),
            ("headers", object([("data", data)])),
            ("body", text("AP8=")),
        ]);
        assert_eq!(answer, expected);
        assert_eq!(canonical("x-request-id"), "X-Request-Id");
    }
}
