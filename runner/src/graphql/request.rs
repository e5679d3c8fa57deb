//! What arrives: the JSON body, or a query string.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::surrogates;

/// A request on a GraphQL endpoint.
#[derive(Clone, Debug, Default)]
pub struct GraphqlRequest<'r> {
    /// The query string of a GET request. Where it has no `query`, the body counts.
    pub query_string: Option<&'r str>,
    /// The body.
    pub body: &'r [u8],
    /// The client's time zone, not checked.
    pub time_zone: Option<Arc<str>>,
    /// Claims of the verified token as JSON text.
    pub claims: Option<Arc<str>>,
}

/// The members of a request that matter.
#[derive(Debug, Deserialize)]
pub(crate) struct Members {
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) variables: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default, rename = "operationName")]
    pub(crate) operation_name: Option<String>,
    /// They came in the query string.
    #[serde(skip)]
    pub(crate) from_query_string: bool,
}

/// The request is not one.
#[derive(Debug, Error)]
#[error("Failed to parse GraphQL request.")]
pub(crate) struct Malformed;

/// Reads the members of `request`.
pub(crate) fn read(request: &GraphqlRequest<'_>) -> Result<Members, Malformed> {
    if let Some(members) = request.query_string.map(from_query_string).transpose()?.flatten() {
        return Ok(members);
    }
    // A list would be taken for the members in order.
    if request.body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Malformed);
    }
    parse(request.body)
}

/// Parses JSON; escapes of half surrogate pairs become U+FFFD.
fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(json).or_else(|_| {
        let mended = surrogates::mend(json).ok_or(Malformed)?;
        serde_json::from_slice(&mended).map_err(|_| Malformed)
    })
}

fn from_query_string(text: &str) -> Result<Option<Members>, Malformed> {
    let (mut query, mut variables, mut operation_name) = (None, None, None);
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match &*decode(name) {
            "query" => query = Some(decode(value).into_owned()),
            "variables" if !value.is_empty() => {
                variables = parse(decode(value).as_bytes())?;
            }
            "operationName" if !value.is_empty() => operation_name = Some(decode(value).into_owned()),
            _ => {}
        }
    }
    Ok(query.map(|query| Members { query, variables, operation_name, from_query_string: true }))
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
        assert_eq!(members.query, "{a b%}");
        assert_eq!(members.variables.expect("given")["n"], 1);
        assert_eq!(members.operation_name.as_deref(), Some("A"));
        assert!(from_query_string("variables=%7B").is_err());
        assert!(from_query_string("other=1").expect("well-formed").is_none());
        assert_eq!(decode("%zz%4"), "%zz%4");
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
            "{} {}",
            r#"{"query":"\ud800""#,
        ] {
            assert!(!read(body), "{body}");
        }
    }
}
