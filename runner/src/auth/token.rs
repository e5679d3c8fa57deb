//! Tokens (RFC 7519) in their compact form, and what they claim.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

use super::keys;

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
    #[error("the token has expired (`exp`)")]
    Expired,
    /// Too early.
    #[error("the token is not valid yet (`nbf`)")]
    Early,
    /// Somebody else's, or nobody's.
    #[error("the token is from no wanted issuer (`iss`)")]
    Issuer,
    /// For somebody else, or for nobody.
    #[error("the token is for no wanted audience (`aud`)")]
    Audience,
}

/// What tokens must claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// `iss` must be one of them; `None` takes any, an empty list takes none.
    pub(super) issuer: Option<Vec<String>>,
    /// `aud` must be or hold one of them; the same.
    pub(super) audience: Option<Vec<String>>,
    /// How far the clocks of issuer and runner may be apart.
    pub(super) leeway: Duration,
}

/// A token that was taken apart, nothing verified.
#[derive(Debug)]
pub(super) struct Token<'t> {
    /// What is signed.
    pub(super) message: &'t [u8],
    /// `alg`.
    pub(super) algorithm: String,
    /// `kid`, where it is text or a number.
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
            key_id: keys::key_id(&header),
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
    /// JSON text of `exp`, `nbf`, `iss` and `aud`, where they are there.
    expires: Option<String>,
    not_before: Option<String>,
    issuer: Option<String>,
    audience: Option<String>,
}

impl Claims {
    fn parse(payload: &[u8]) -> Option<Self> {
        let raw: &RawValue = serde_json::from_slice(payload).ok()?;
        let members = members(raw)?;
        let text = |name: &str| members.get(name).map(|value| value.get().to_owned());
        let (expires, not_before, issuer, audience) = (text("exp"), text("nbf"), text("iss"), text("aud"));
        let mut json = String::with_capacity(payload.len());
        write(raw, &mut json, 0)?;
        Some(Self { json, expires, not_before, issuer, audience })
    }

    /// Checks times, issuer and audience. `iat` is none of them: when a token was made is no reason to refuse it.
    ///
    /// # Errors
    /// [`Refusal::Expired`], [`Refusal::Early`], [`Refusal::Issuer`], [`Refusal::Audience`], or [`Refusal::Claims`] for
    /// what is not a time
    pub(super) fn check(&self, wanted: &Wanted) -> Result<(), Refusal> {
        self.check_times(wanted.leeway.as_secs_f64())?;
        let is_among = |wanted: &Option<Vec<String>>, claimed: &Option<String>, names: fn(&str) -> Vec<String>| {
            wanted.as_ref().is_none_or(|wanted| {
                let claimed = claimed.as_deref().map(names).unwrap_or_default();
                claimed.iter().any(|name| wanted.contains(name))
            })
        };
        if !is_among(&wanted.issuer, &self.issuer, |text| serde_json::from_str(text).into_iter().collect()) {
            return Err(Refusal::Issuer);
        }
        if !is_among(&wanted.audience, &self.audience, audience) {
            return Err(Refusal::Audience);
        }
        Ok(())
    }

    fn check_times(&self, leeway: f64) -> Result<(), Refusal> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
        if let Some(expires) = &self.expires
            && now >= seconds(expires)? + leeway
        {
            return Err(Refusal::Expired);
        }
        if let Some(not_before) = &self.not_before
            && now < seconds(not_before)? - leeway
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

/// The names in `aud`, which is one or a list.
fn audience(text: &str) -> Vec<String> {
    let name = |value| if let Value::String(name) = value { Some(name) } else { None };
    match serde_json::from_str(text) {
        Ok(Value::Array(values)) => values.into_iter().filter_map(name).collect(),
        Ok(value) => name(value).into_iter().collect(),
        Err(_) => Vec::new(),
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
        let within = |payload: &str, leeway| {
            let wanted = Wanted { leeway: Duration::from_secs(leeway), ..Wanted::default() };
            claims(payload).expect("an object").check(&wanted)
        };
        let check = |payload: String| within(&payload, 0);
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

        let old = format!(r#"{{"exp":{}}}"#, now - 20.0);
        assert_eq!((within(&old, 30), within(&old, 10)), (Ok(()), Err(Refusal::Expired)));
        let young = format!(r#"{{"nbf":{}}}"#, now + 20.0);
        assert_eq!((within(&young, 30), within(&young, 10)), (Ok(()), Err(Refusal::Early)));
        assert_eq!(within(r#"{"exp":0}"#, 86_400), Err(Refusal::Expired));
    }

    #[test]
    fn issuers_and_audiences() {
        let check = |payload: &str, issuer: Option<&[&str]>, audience: Option<&[&str]>| {
            let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
            let (issuer, audience) = (issuer.map(owned), audience.map(owned));
            claims(payload).expect("an object").check(&Wanted { issuer, audience, ..Wanted::default() })
        };
        let wanted = Some(&["app", "api"][..]);
        for payload in [r#"{"aud":"app"}"#, r#"{"aud":["x","api"]}"#, r#"{"aud":[1,"app"]}"#, r#"{"aud":"\u0061pp"}"#] {
            assert_eq!(check(payload, None, wanted), Ok(()), "{payload}");
            assert_eq!(check(payload, None, None), Ok(()), "{payload}");
            assert_eq!(check(payload, None, Some(&[])), Err(Refusal::Audience), "{payload}");
        }
        for payload in [
            "{}",
            r#"{"aud":null}"#,
            r#"{"aud":""}"#,
            r#"{"aud":"App"}"#,
            r#"{"aud":"app,api"}"#,
            r#"{"aud":[]}"#,
            r#"{"aud":[["app"]]}"#,
            r#"{"aud":{"app":"app"}}"#,
            r#"{"iss":"app"}"#,
            r#"{"aud":"app","aud":"x"}"#,
        ] {
            assert_eq!(check(payload, None, wanted), Err(Refusal::Audience), "{payload}");
        }
        assert_eq!(check(r#"{"iss":"api"}"#, wanted, None), Ok(()));
        for payload in ["{}", r#"{"iss":["api"]}"#, r#"{"iss":1}"#, r#"{"iss":"api/"}"#, r#"{"aud":"api"}"#] {
            assert_eq!(check(payload, wanted, None), Err(Refusal::Issuer), "{payload}");
        }
        assert_eq!(check(r#"{"iss":"api","aud":"x"}"#, wanted, wanted), Err(Refusal::Audience));
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
        assert_eq!((token.key_id.as_deref(), token.critical), (Some("1"), true));
        assert_eq!(token.message, format!("{head}.e30").as_bytes());
        assert_eq!(token.signature(), Ok(vec![0, 0, 0]));
    }
}
