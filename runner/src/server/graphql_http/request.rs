//! What arrives: the JSON body, or a query string.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use super::surrogates;
use crate::graphql::{GraphqlRequest, Hash, Refusal};
use crate::private_keys;

type Object = serde_json::Map<String, Value>;

/// The members of a request that matter.
#[derive(Debug, Default, Deserialize)]
struct Members {
    /// May be missing where there is a hash.
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    variables: Value,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
    /// Persisted queries; other extensions are ignored.
    #[serde(default)]
    extensions: Value,
}

/// What is wrong with a batch, which nobody answers.
const BATCH: &str = "A batch is not supported: send each operation as a request of its own.";
const VARIABLES: &str = "`variables` must be an object, or the JSON text of one.";
const EXTENSIONS: &str = "`extensions` must be an object, or the JSON text of one.";

/// Whether a query string has something of a request for an operation.
pub(super) fn has_parameters(query_string: &str) -> bool {
    let named = |name: &str| ["query", "variables", "operationName", "extensions"].contains(&name);
    form_urlencoded::parse(query_string.as_bytes()).any(|(name, _)| named(&name))
}

/// Reads a request. A member that is null or empty counts as absent. That of a GET is in its query string; where there is no `query` in it, the body counts.
///
/// # Errors
/// [`Refusal::Malformed`], [`Refusal::UnsupportedHash`]
pub(crate) fn read(query_string: Option<&str>, body: &[u8]) -> Result<GraphqlRequest, Refusal> {
    let in_query_string = query_string.and_then(from_query_string);
    let members: Members = match in_query_string {
        Some(members) => members,
        // A list would be taken for the members in order.
        None => match body.trim_ascii_start().first() {
            Some(b'{') => {
                let members: Members = parse(body)?;
                let has_values = !members.variables.is_null() || !members.extensions.is_null();
                if has_values && private_keys::are_in(body) {
                    return Err(Refusal::Malformed(Some(private_keys::REFUSED)));
                }
                members
            }
            Some(b'[') => return Err(Refusal::Malformed(Some(BATCH))),
            _ => return Err(Refusal::Malformed(None)),
        },
    };
    let Members { query, variables, operation_name, extensions } = members;
    let extensions = object(extensions, EXTENSIONS)?;
    let persisted = extensions.as_ref().and_then(|extensions| extensions.get("persistedQuery"));
    let persisted = persisted.filter(|persisted| !is_empty(persisted));
    if query.is_none() && persisted.is_none() {
        return Err(Refusal::Malformed(None));
    }
    let hash = persisted.map(hash).transpose()?;
    let variables = object(variables, VARIABLES)?;
    let operation_name = operation_name.filter(|name| !name.is_empty());
    let read_only = query_string.is_some();
    Ok(GraphqlRequest { query, hash, variables, operation_name, read_only, ..GraphqlRequest::default() })
}

fn is_empty(member: &Value) -> bool {
    match member {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// A member that is an object, or the JSON text of one, as some clients send it.
fn object(member: Value, wrong: &'static str) -> Result<Option<Object>, Refusal> {
    let member = match member {
        Value::String(text) if !text.is_empty() => {
            let member = parse(text.as_bytes()).map_err(|_| Refusal::Malformed(Some(wrong)))?;
            if private_keys::are_in(text.as_bytes()) {
                return Err(Refusal::Malformed(Some(private_keys::REFUSED)));
            }
            member
        }
        member => member,
    };
    match member {
        member if is_empty(&member) => Ok(None),
        Value::Object(members) => Ok(Some(members)),
        _ => Err(Refusal::Malformed(Some(wrong))),
    }
}

/// The hash of a persisted query: `{"version": 1, "sha256Hash": "…"}`.
fn hash(persisted: &Value) -> Result<Hash, Refusal> {
    let hash = persisted.get("sha256Hash").and_then(Value::as_str).and_then(from_hex);
    let known = hash.filter(|_| persisted.get("version").and_then(Value::as_u64) == Some(1));
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
        let mended = surrogates::mend(json).ok_or(Refusal::Malformed(None))?;
        serde_json::from_slice(&mended).map_err(|_| Refusal::Malformed(None))
    })
}

/// The members of a query string; `None` where nothing is asked for in it. Bytes that are no UTF-8 become U+FFFD.
fn from_query_string(text: &str) -> Option<Members> {
    let mut members = Members::default();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        match &*name {
            "query" => members.query = Some(value.into_owned()),
            "variables" => members.variables = Value::String(value.into_owned()),
            "extensions" => members.extensions = Value::String(value.into_owned()),
            "operationName" => members.operation_name = Some(value.into_owned()),
            _ => {}
        }
    }
    let given = members.query.is_some() || !is_empty(&members.extensions);
    given.then_some(members)
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
        assert_eq!(read(Some("query=x&variables=%7B"), b"").err(), Some(Refusal::Malformed(Some(VARIABLES))));
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
    fn empty_members_are_absent() {
        for (operation_name, variables, extensions) in [
            ("null", "null", "null"),
            ("\"\"", "\"\"", "\"\""),
            ("\"\"", "{}", "{}"),
            ("\"\"", "\"{}\"", "\"null\""),
            ("null", "\"null\"", r#"{"persistedQuery":null,"other":1}"#),
            ("null", "\" {} \"", r#"{"persistedQuery":{}}"#),
        ] {
            let members =
                format!(r#""operationName":{operation_name},"variables":{variables},"extensions":{extensions}"#);
            let request = of_body(&format!(r#"{{"query":"{{a}}",{members}}}"#)).expect(&members);
            assert_eq!((request.operation_name, request.variables, request.hash), (None, None, None), "{members}");
            assert!(!request.read_only);
        }
        let request = read(Some("query=x&operationName=&variables=&extensions=null"), b"").expect("well-formed");
        assert_eq!((request.operation_name, request.variables, request.hash), (None, None, None));
    }

    #[test]
    fn members_that_are_texts() {
        let text = r#"{"query":"{a}","variables":"{\"n\": 12345678901234567890.5, \"t\": \"{}\"}"}"#;
        let variables = of_body(text).expect("well-formed").variables.expect("given");
        assert_eq!((variables["n"].to_string(), &variables["t"]), ("12345678901234567890.5".into(), &"{}".into()));
        let hash =
            r#"{\"persistedQuery\": {\"version\": 1, \"sha256Hash\": \"HASH\"}}"#.replace("HASH", &"0f".repeat(32));
        let request = of_body(&format!(r#"{{"query":"","extensions":"{hash}"}}"#)).expect("well-formed");
        assert_eq!(request.hash, Some([15; 32]));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is_clear() {
        for (body, reason) in [
            ("[]", BATCH),
            (r#"["{a}"]"#, BATCH),
            (r#" [{"query": "{a}"}]"#, BATCH),
            (r#"{"query":"{a}","variables":1}"#, VARIABLES),
            (r#"{"query":"{a}","variables":[]}"#, VARIABLES),
            (r#"{"query":"{a}","variables":"{"}"#, VARIABLES),
            (r#"{"query":"{a}","variables":"\"{}\""}"#, VARIABLES),
            (r#"{"query":"{a}","extensions":[]}"#, EXTENSIONS),
        ] {
            assert_eq!(of_body(body).err(), Some(Refusal::Malformed(Some(reason))), "{body}");
        }
    }

    #[test]
    fn private_keys_of_the_parser_are_refused() {
        let refused = Some(Refusal::Malformed(Some(private_keys::REFUSED)));
        for member in [
            r#""variables":{"v":{"$serde_json::private::RawValue":"\"admin\""}}"#,
            r#""variables":{"v":[{"\u0024serde_json::private::Number":"1"}]}"#,
            r#""variables":"{\"v\":{\"$serde_json::private::Number\":\"1\"}}""#,
            r#""extensions":{"v":{"$serde_json::private::RawValue":"1"}}"#,
        ] {
            assert_eq!(of_body(&format!(r#"{{"query":"{{a}}",{member}}}"#)).err(), refused, "{member}");
        }
        let text = "query=x&variables={\"v\":{\"$serde_json::private::Number\":\"1\"}}";
        assert_eq!(read(Some(text), b"").err(), refused);
        // As a text it is a text.
        let request = of_body(r#"{"query":"query($v: String) {a}","variables":{"v":"$serde_json::private::Number"}}"#);
        assert_eq!(request.expect("well-formed").variables.expect("given")["v"], "$serde_json::private::Number");
    }

    #[test]
    fn bodies() {
        for body in ["", "x", "{}", r#"{"query":1}"#, r#"{"extensions":{}}"#, "{} {}", r#"{"query":"\ud800""#] {
            assert_eq!(of_body(body).err(), Some(Refusal::Malformed(None)), "{body}");
        }
    }
}
