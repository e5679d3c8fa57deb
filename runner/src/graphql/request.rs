//! What arrives: the JSON body, or a query string.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::cache::Hash;
use super::response::Media;
use super::surrogates;

/// A request on a GraphQL endpoint.
#[derive(Clone, Debug, Default)]
pub struct GraphqlRequest<'r> {
    /// The query string of a GET request; a POST has none. Where it has no `query`, the body counts.
    pub query_string: Option<&'r str>,
    /// The body.
    pub body: &'r [u8],
    /// The client's time zone, not checked.
    pub time_zone: Option<Arc<str>>,
    /// Claims of the verified token as JSON text.
    pub claims: Option<Arc<str>>,
    /// What the answer is to be.
    pub media: Media,
}

/// The members of a request that matter.
#[derive(Debug, Deserialize)]
pub(crate) struct Members {
    /// May be missing where there is a hash.
    #[serde(default)]
    pub(crate) query: Option<String>,
    #[serde(default)]
    pub(crate) variables: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default, rename = "operationName")]
    pub(crate) operation_name: Option<String>,
    /// Persisted queries; other extensions are ignored. Not a struct, which a list would do for as well.
    #[serde(default)]
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
    /// The request is a GET.
    #[serde(skip)]
    pub(crate) by_get: bool,
}

/// The way in which a client asks for a document by its hash is none that we know.
#[derive(Debug)]
pub(crate) struct NotSupported;

impl Members {
    /// The hash of a persisted query: `{"persistedQuery": {"version": 1, "sha256Hash": "…"}}`.
    pub(crate) fn hash(&self) -> Result<Option<Hash>, NotSupported> {
        let Some(persisted) = self.extensions.as_ref().and_then(|extensions| extensions.get("persistedQuery")) else {
            return Ok(None);
        };
        let hash = persisted.get("sha256Hash").and_then(serde_json::Value::as_str).and_then(from_hex);
        let known = hash.filter(|_| persisted.get("version").and_then(serde_json::Value::as_u64) == Some(1));
        known.map(Some).ok_or(NotSupported)
    }
}

fn from_hex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| pair.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
    }
    Some(hash)
}

/// The request is not one.
#[derive(Debug, Error)]
#[error("Failed to parse GraphQL request.")]
pub(crate) struct Malformed;

/// Reads the members of `request`.
pub(crate) fn read(request: &GraphqlRequest<'_>) -> Result<Members, Malformed> {
    let in_query_string = request.query_string.map(from_query_string).transpose()?.flatten();
    let mut members = match in_query_string {
        Some(members) => members,
        // A list would be taken for the members in order; of operations, it is a batch, which nobody answers.
        None if request.body.trim_ascii_start().first() != Some(&b'{') => return Err(Malformed),
        None => parse(request.body)?,
    };
    members.by_get = request.query_string.is_some();
    let persisted = members.extensions.as_ref().is_some_and(|extensions| extensions.contains_key("persistedQuery"));
    if members.query.is_none() && !persisted { Err(Malformed) } else { Ok(members) }
}

/// Parses JSON; escapes of half surrogate pairs become U+FFFD.
fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(json).or_else(|_| {
        let mended = surrogates::mend(json).ok_or(Malformed)?;
        serde_json::from_slice(&mended).map_err(|_| Malformed)
    })
}

fn from_query_string(text: &str) -> Result<Option<Members>, Malformed> {
    let (mut query, mut variables, mut operation_name, mut extensions) = (None, None, None, None);
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match &*decode(name) {
            "query" => query = Some(decode(value).into_owned()),
            "variables" if !value.is_empty() => variables = parse(decode(value).as_bytes())?,
            "extensions" if !value.is_empty() => extensions = parse(decode(value).as_bytes())?,
            "operationName" if !value.is_empty() => operation_name = Some(decode(value).into_owned()),
            _ => {}
        }
    }
    let given = query.is_some() || extensions.is_some();
    Ok(given.then_some(Members { query, variables, operation_name, extensions, by_get: true }))
}

/// Percent-decoding with `+` as a blank. Bytes that are no UTF-8 become U+FFFD.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return text.into();
    }
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let mut rest = bytes.clone();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(rest.next()), digit(rest.next())) {
                    (Some(high), Some(low)) => {
                        decoded.push((high * 16 + low) as u8);
                        bytes = rest;
                    }
                    _ => decoded.push(b'%'),
                }
            }
            other => decoded.push(other),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_strings() {
        let members = from_query_string("query=%7Ba+b%25%7D&x&variables=%7B%22n%22%3A1%7D&operationName=A")
            .expect("well-formed")
            .expect("has a query");
        assert_eq!(members.query.as_deref(), Some("{a b%}"));
        assert_eq!(members.variables.expect("given")["n"], 1);
        assert_eq!(members.operation_name.as_deref(), Some("A"));
        assert!(from_query_string("variables=%7B").is_err());
        assert!(from_query_string("other=1").expect("well-formed").is_none());
        assert_eq!(decode("%zz%4"), "%zz%4");
    }

    #[test]
    fn hashes() {
        let read = |persisted: &str| {
            let body = format!(r#"{{"extensions": {{"persistedQuery": {persisted}}}}}"#);
            let request = GraphqlRequest { body: body.as_bytes(), ..GraphqlRequest::default() };
            read(&request).expect("well-formed").hash().map_err(|NotSupported| ())
        };
        let of = |hex: &str, version: u32| read(&format!(r#"{{"version": {version}, "sha256Hash": "{hex}"}}"#));
        assert_eq!(of(&"0f".repeat(32), 1), Ok(Some([15; 32])));
        assert_eq!(of(&"0f".repeat(32), 2), Err(()));
        for unknown in ["0f", &"xy".repeat(32), &"é".repeat(32)] {
            assert_eq!(of(unknown, 1), Err(()), "{unknown}");
        }
        assert_eq!(read("1"), Err(()));
    }

    #[test]
    fn half_surrogate_pairs() {
        let body = br#"{"query":"{a}","variables":{"v":"\ud800x\ud83d\ude00"}}"#;
        let members = read(&GraphqlRequest { body, ..GraphqlRequest::default() }).expect("well-formed");
        assert_eq!(members.variables.expect("given")["v"], "\u{FFFD}x\u{1F600}");
    }

    #[test]
    fn bodies() {
        let read = |body: &str| read(&GraphqlRequest { body: body.as_bytes(), ..GraphqlRequest::default() }).is_ok();
        assert!(read(r#"{"query":"{a}","variables":null,"operationName":null,"extensions":{}}"#));
        for body in [
            "",
            "x",
            "[]",
            r#"["{a}"]"#,
            "{}",
            r#"{"query":1}"#,
            r#"{"query":"{a}","variables":1}"#,
            r#"{"query":"{a}","extensions":[]}"#,
            r#"{"extensions":{}}"#,
            "{} {}",
            r#"{"query":"\ud800""#,
        ] {
            assert!(!read(body), "{body}");
        }
    }
}
