//! What arrives: the JSON body, or a query string.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::surrogates;
use crate::graphql::{GraphqlRequest, Hash, Refusal};

type Object = serde_json::Map<String, serde_json::Value>;

/// The members of a request that matter.
#[derive(Debug, Default, Deserialize)]
struct Members {
    /// May be missing where there is a hash.
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    variables: Option<Object>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
    /// Persisted queries; other extensions are ignored. Not a struct, which a list would do for as well.
    #[serde(default)]
    extensions: Option<Object>,
}

/// Reads a request. That of a GET is in its query string; where there is no `query` in it, the body counts.
///
/// # Errors
/// [`Refusal::Malformed`], [`Refusal::UnsupportedHash`]
pub(crate) fn read(query_string: Option<&str>, body: &[u8]) -> Result<GraphqlRequest, Refusal> {
    let in_query_string = query_string.map(from_query_string).transpose()?.flatten();
    let members: Members = match in_query_string {
        Some(members) => members,
        // A list would be taken for the members in order; of operations, it is a batch, which nobody answers.
        None if body.trim_ascii_start().first() != Some(&b'{') => return Err(Refusal::Malformed),
        None => parse(body)?,
    };
    let persisted = members.extensions.as_ref().and_then(|extensions| extensions.get("persistedQuery"));
    if members.query.is_none() && persisted.is_none() {
        return Err(Refusal::Malformed);
    }
    let hash = persisted.map(hash).transpose()?;
    let Members { query, variables, operation_name, .. } = members;
    let read_only = query_string.is_some();
    Ok(GraphqlRequest { query, hash, variables, operation_name, read_only, ..GraphqlRequest::default() })
}

/// The hash of a persisted query: `{"version": 1, "sha256Hash": "…"}`.
fn hash(persisted: &serde_json::Value) -> Result<Hash, Refusal> {
    let hash = persisted.get("sha256Hash").and_then(serde_json::Value::as_str).and_then(from_hex);
    let known = hash.filter(|_| persisted.get("version").and_then(serde_json::Value::as_u64) == Some(1));
    known.ok_or(Refusal::UnsupportedHash)
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

/// Parses JSON; escapes of half surrogate pairs become U+FFFD.
fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(json).or_else(|_| {
        let mended = surrogates::mend(json).ok_or(Refusal::Malformed)?;
        serde_json::from_slice(&mended).map_err(|_| Refusal::Malformed)
    })
}

/// The members of a query string; `None` where nothing is asked for in it. Bytes that are no UTF-8 become U+FFFD.
fn from_query_string(text: &str) -> Result<Option<Members>, Refusal> {
    let mut members = Members::default();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        match &*name {
            "query" => members.query = Some(value.into_owned()),
            "variables" if !value.is_empty() => members.variables = parse(value.as_bytes())?,
            "extensions" if !value.is_empty() => members.extensions = parse(value.as_bytes())?,
            "operationName" if !value.is_empty() => members.operation_name = Some(value.into_owned()),
            _ => {}
        }
    }
    let given = members.query.is_some() || members.extensions.is_some();
    Ok(given.then_some(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_body(body: &str) -> Result<GraphqlRequest, Refusal> {
        read(None, body.as_bytes())
    }

    #[test]
    fn query_strings() {
        let text = "query=%7Ba+b%25%7D&x&variables=%7B%22n%22%3A1%7D&operationName=A";
        let request = read(Some(text), b"").expect("well-formed");
        assert_eq!(request.query.as_deref(), Some("{a b%}"));
        assert_eq!(request.variables.expect("given")["n"], 1);
        assert_eq!(request.operation_name.as_deref(), Some("A"));
        assert!(request.read_only);
        assert_eq!(read(Some("query=x&variables=%7B"), b"").err(), Some(Refusal::Malformed));
        let query = |text: &str| read(Some(text), br#"{"query": "of the body"}"#).expect("well-formed").query;
        for (text, expected) in [
            ("other=1", "of the body"),
            ("", "of the body"),
            ("query=a&query=b", "b"),
            ("query=%zz%4", "%zz%4"),
            ("query=1%2B1+=%3d&", "1+1 =="),
            ("qu%65ry=%F0%9F%98%80%ff", "\u{1F600}\u{FFFD}"),
            ("&&query&operationName=", ""),
        ] {
            assert_eq!(query(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn hashes() {
        let read = |persisted: &str| {
            let request = of_body(&format!(r#"{{"extensions": {{"persistedQuery": {persisted}}}}}"#));
            request.map(|request| request.hash)
        };
        let of = |hex: &str, version: u32| read(&format!(r#"{{"version": {version}, "sha256Hash": "{hex}"}}"#));
        assert_eq!(of(&"0f".repeat(32), 1), Ok(Some([15; 32])));
        assert_eq!(of(&"0f".repeat(32), 2), Err(Refusal::UnsupportedHash));
        for unknown in ["0f", &"xy".repeat(32), &"é".repeat(32)] {
            assert_eq!(of(unknown, 1), Err(Refusal::UnsupportedHash), "{unknown}");
        }
        assert_eq!(read("1"), Err(Refusal::UnsupportedHash));
    }

    #[test]
    fn half_surrogate_pairs() {
        let request = of_body(r#"{"query":"{a}","variables":{"v":"\ud800x\ud83d\ude00"}}"#).expect("well-formed");
        assert_eq!(request.variables.expect("given")["v"], "\u{FFFD}x\u{1F600}");
    }

    #[test]
    fn bodies() {
        let request = of_body(r#"{"query":"{a}","variables":null,"operationName":null,"extensions":{}}"#);
        assert!(!request.expect("well-formed").read_only);
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
            assert_eq!(of_body(body).err(), Some(Refusal::Malformed), "{body}");
        }
    }
}
