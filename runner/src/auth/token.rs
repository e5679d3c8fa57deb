//! Tokens (RFC 7519) in their compact form, and what they claim.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

/// Bytes of a token.
const LIMIT: usize = 32 << 10;
/// Levels of a payload.
const DEPTH: usize = 128;

/// Why a token does not let its bearer pass.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No token.
    #[error("there is no token")]
    Missing,
    /// Too long.
    #[error("the token is longer than {} KiB", LIMIT >> 10)]
    TooLong,
    /// Not a token.
    #[error("the token is malformed")]
    Malformed,
    /// An algorithm that is never accepted.
    #[error("the algorithm of the token is not accepted")]
    Algorithm,
    /// An extension that must be understood.
    #[error("the token has critical extensions")]
    Critical,
    /// Nobody's signature.
    #[error("no key verifies the signature")]
    Signature,
    /// Not an object, or times that are no numbers.
    #[error("the claims are malformed")]
    Claims,
    /// Expired.
    #[error("the token has expired")]
    Expired,
    /// Too early.
    #[error("the token is not valid yet")]
    Early,
}

/// A token that was taken apart, nothing verified.
#[derive(Debug)]
pub(super) struct Token<'t> {
    /// What is signed.
    pub(super) message: &'t [u8],
    /// `alg`.
    pub(super) algorithm: String,
    /// `kid`, where it is text.
    pub(super) key_id: Option<String>,
    /// Whether there is a `crit`.
    pub(super) critical: bool,
    payload: Vec<u8>,
    signature: &'t [u8],
}

impl<'t> Token<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`Refusal::TooLong`], [`Refusal::Malformed`]
    pub(super) fn parse(text: &'t [u8]) -> Result<Self, Refusal> {
        if text.len() > LIMIT {
            return Err(Refusal::TooLong);
        }
        let mut parts = text.split(|byte| *byte == b'.');
        let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::Malformed);
        };
        let decoded = |part: &[u8]| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed);
        let header: Value = serde_json::from_slice(&decoded(head)?).map_err(|_| Refusal::Malformed)?;
        let algorithm = header.get("alg").and_then(Value::as_str).ok_or(Refusal::Malformed)?.to_owned();
        Ok(Self {
            message: &text[..=head.len() + body.len()],
            algorithm,
            key_id: header.get("kid").and_then(Value::as_str).map(str::to_owned),
            critical: header.get("crit").is_some(),
            payload: decoded(body)?,
            signature,
        })
    }

    /// The signature.
    ///
    /// # Errors
    /// [`Refusal::Malformed`]
    pub(super) fn signature(&self) -> Result<Vec<u8>, Refusal> {
        URL_SAFE_NO_PAD.decode(self.signature).map_err(|_| Refusal::Malformed)
    }

    /// The claims; whether they are verified, the caller knows.
    ///
    /// # Errors
    /// [`Refusal::Claims`]
    pub(super) fn claims(&self) -> Result<Claims, Refusal> {
        Claims::parse(&self.payload).ok_or(Refusal::Claims)
    }
}

/// The payload of a token.
#[derive(Debug)]
pub(super) struct Claims {
    json: String,
    /// Text of `exp` and `nbf`, where they are there.
    expires: Option<String>,
    not_before: Option<String>,
}

impl Claims {
    fn parse(payload: &[u8]) -> Option<Self> {
        let raw: &RawValue = serde_json::from_slice(payload).ok()?;
        let members = members(raw)?;
        let text = |name: &str| members.get(name).map(|value| value.get().to_owned());
        let (expires, not_before) = (text("exp"), text("nbf"));
        let mut json = String::with_capacity(payload.len());
        write(raw, &mut json, 0)?;
        Some(Self { json, expires, not_before })
    }

    /// Checks the times, without any leeway.
    ///
    /// # Errors
    /// [`Refusal::Expired`], [`Refusal::Early`], or [`Refusal::Claims`] for what is not a time
    pub(super) fn check_times(&self) -> Result<(), Refusal> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
        if let Some(expires) = &self.expires
            && now >= seconds(expires)?
        {
            return Err(Refusal::Expired);
        }
        if let Some(not_before) = &self.not_before
            && now < seconds(not_before)?
        {
            return Err(Refusal::Early);
        }
        Ok(())
    }

    /// Compact JSON, names ascending at every level, numbers as they were written.
    pub(super) fn into_json(self) -> Arc<str> {
        self.json.into()
    }
}

fn seconds(text: &str) -> Result<f64, Refusal> {
    // Rust also reads "inf" and "nan", which are not JSON.
    let number: Option<f64> = text.parse().ok();
    number.filter(|seconds| seconds.is_finite() && *seconds >= 0.0).ok_or(Refusal::Claims)
}

fn members(raw: &RawValue) -> Option<BTreeMap<String, &RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// Appends compact JSON. `RawValue` keeps the text of numbers, which `Value` writes in its own way.
fn write(raw: &RawValue, json: &mut String, depth: usize) -> Option<()> {
    if depth > DEPTH {
        return None;
    }
    match raw.get().as_bytes().first()? {
        b'{' => {
            json.push('{');
            for (index, (name, value)) in members(raw)?.into_iter().enumerate() {
                json.push_str(if index == 0 { "" } else { "," });
                write!(json, "{}:", Value::String(name)).ok()?;
                write(value, json, depth + 1)?;
            }
            json.push('}');
        }
        b'[' => {
            json.push('[');
            let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
            for (index, item) in items.into_iter().enumerate() {
                json.push_str(if index == 0 { "" } else { "," });
                write(item, json, depth + 1)?;
            }
            json.push(']');
        }
        b'"' => write!(json, "{}", Value::String(serde_json::from_str(raw.get()).ok()?)).ok()?,
        _ => json.push_str(raw.get()),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(payload: &str) -> Option<Claims> {
        Claims::parse(payload.as_bytes())
    }

    #[track_caller]
    fn check(payload: &str, expected: &str) {
        assert_eq!(claims(payload).map(Claims::into_json).as_deref(), Some(expected), "{payload}");
    }

    #[test]
    fn claims_are_canonical_and_numbers_keep_their_text() {
        check("{}", "{}");
        check(
            r#" { "b" : [ 1.50 , {"z":1e3,"a":1E+3} ], "a":9007199254740993 } "#,
            r#"{"a":9007199254740993,"b":[1.50,{"a":1E+3,"z":1e3}]}"#,
        );
        check(
            r#"{"t":"<&>\u00e9\/\u0000","n":null,"f":false,"-":-0.0}"#,
            r#"{"-":-0.0,"f":false,"n":null,"t":"<&>é/\u0000"}"#,
        );
        check(r#"{"a":1,"a":2}"#, r#"{"a":2}"#);
        check(r#"{"\u0061":1,"B":2}"#, r#"{"B":2,"a":1}"#);
        check(r#"{"x":{"$serde_json::private::Number":"5"}}"#, r#"{"x":{"$serde_json::private::Number":"5"}}"#);
        check(r#"{"$serde_json::private::RawValue":"5"}"#, r#"{"$serde_json::private::RawValue":"5"}"#);
    }

    #[test]
    fn payloads_that_are_no_objects() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(4000), "]".repeat(4000));
        for payload in ["", "[]", "1", "null", "\"x\"", "{", "{}{}", r#"{"a":"\ud800"}"#, "{\"a\":01}", &deep] {
            assert!(claims(payload).is_none(), "{payload}");
        }
        assert!(Claims::parse(b"{\"a\":\"\xff\"}").is_none());
    }

    #[test]
    fn times() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
        let check = |payload: String| claims(&payload).expect("an object").check_times();
        assert_eq!(check("{}".into()), Ok(()));
        assert_eq!(check(format!(r#"{{"exp":{},"nbf":{}}}"#, now + 9.5, now - 0.5)), Ok(()));
        assert_eq!(check(r#"{"exp":1e12,"nbf":0}"#.into()), Ok(()));
        assert_eq!(check(format!(r#"{{"exp":{}}}"#, now - 0.01)), Err(Refusal::Expired));
        assert_eq!(check(r#"{"exp":0}"#.into()), Err(Refusal::Expired));
        assert_eq!(check(format!(r#"{{"nbf":{}}}"#, now + 5.0)), Err(Refusal::Early));
        for time in ["null", "\"9999999999\"", "-1", "1e999", "true", "[]", "{}"] {
            assert_eq!(check(format!(r#"{{"exp":{time}}}"#)), Err(Refusal::Claims), "{time}");
            assert_eq!(check(format!(r#"{{"nbf":{time}}}"#)), Err(Refusal::Claims), "{time}");
        }
        // Not checked, not even their type.
        assert_eq!(check(r#"{"iat":"x","iss":1,"aud":null,"sub":[]}"#.into()), Ok(()));
    }

    #[test]
    fn parts() {
        let parse = |text: &str| Token::parse(text.as_bytes()).map(|token| token.algorithm);
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        assert_eq!(parse(&format!("{head}.e30.")), Ok("none".to_owned()));
        for text in [
            "",
            "a",
            "..",
            &format!("{head}.e30"),
            &format!("{head}.e30.x.y"),
            &format!(" {head}.e30.x"),
            &format!("{head}=.e30.x"),
            &format!("{head}.e30=.x"),
            "e30.e30.x",
            "W10.e30.x",
            "\u{e9}.e30.x",
        ] {
            assert_eq!(parse(text), Err(Refusal::Malformed), "{text}");
        }
        assert_eq!(parse(&"a".repeat(LIMIT + 1)), Err(Refusal::TooLong));
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":1,"crit":null}"#);
        let text = format!("{head}.e30.AAAA");
        let token = Token::parse(text.as_bytes()).expect("well-formed");
        assert_eq!((token.key_id.as_deref(), token.critical), (None, true));
        assert_eq!(token.message, format!("{head}.e30").as_bytes());
        assert_eq!(token.signature(), Ok(vec![0, 0, 0]));
    }
}
