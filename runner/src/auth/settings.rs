//! Where keys come from: the variables of the environment.

use std::time::Duration;

use serde_json::{Map, Value};
use thiserror::Error;
use url::Url;

use super::keys::{self, Key, KeyError};
use crate::environment::Variables;
use crate::settings;

/// Name of a key → PEM text.
pub(super) const PEMS: &str = "MODUS_PEMS";
/// Name of a key → URL of a JWKS document.
pub(super) const JWKS: &str = "MODUS_JWKS_ENDPOINTS";
pub(super) use crate::settings::{JWT_AUDIENCE as AUDIENCE, JWT_ISSUER as ISSUER};
/// How often JWKS documents are fetched again.
const REFRESH: &str = "MODUS_JWKS_REFRESH_MINUTES";
/// A day.
const REFRESH_MINUTES: u32 = 1440;

/// What is wrong with a variable. No message shows its value, which may hold a private key.
#[derive(Debug, Error)]
pub(super) enum Fault {
    /// Not JSON.
    #[error("{0} is not valid JSON (line {1}, column {2}); expected an object from names to {what}", what = expected(.0))]
    Syntax(&'static str, usize, usize),
    /// Not an object.
    #[error("{0} is not a JSON object; expected one from names to {what}", what = expected(.0))]
    Object(&'static str),
    /// An entry that is not text.
    #[error("{0}, entry \"{1}\": expected {what} as a JSON string", what = expected(.0))]
    Text(&'static str, String),
    /// A PEM text.
    #[error("{PEMS}, entry \"{0}\": {1}")]
    Key(String, KeyError),
    /// A URL.
    #[error("{JWKS}, entry \"{0}\": this is not an http or https URL")]
    Url(String),
    /// A document that could not be had.
    #[error("{JWKS}, entry \"{name}\": {reason}")]
    Document {
        /// The entry.
        name: String,
        /// What happened.
        reason: String,
    },
    /// A list without a name.
    #[error("{0} has no name in it, so that no token passes; expected one, or several with commas between")]
    Names(&'static str),
}

fn expected(variable: &str) -> &'static str {
    if variable == PEMS { "PEM texts" } else { "URLs" }
}

/// What the environment says about keys.
#[derive(Debug)]
pub(super) struct Settings {
    /// Keys given as PEM.
    pub(super) pems: Vec<Key>,
    /// Names and URLs of JWKS documents.
    pub(super) documents: Vec<(String, Url)>,
    /// Time after which they are fetched again.
    pub(super) refresh: Duration,
    /// Names that tokens must be for.
    pub(super) audience: Option<Vec<String>>,
    /// Names that tokens must be from.
    pub(super) issuer: Option<Vec<String>>,
    /// Everything that is wrong.
    pub(super) faults: Vec<Fault>,
}

impl Settings {
    /// Reads the variables; good entries count, each bad one is a fault.
    pub(super) fn read(variables: &Variables) -> Self {
        let mut faults = Vec::new();
        let (mut pems, mut documents) = (Vec::new(), Vec::new());
        for (name, text) in entries(variables, PEMS, &mut faults) {
            match keys::from_pem(&text) {
                Ok(keys) => pems.extend(keys),
                Err(error) => faults.push(Fault::Key(name, error)),
            }
        }
        for (name, text) in entries(variables, JWKS, &mut faults) {
            match Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https")) {
                Some(url) => documents.push((name, url)),
                None => faults.push(Fault::Url(name)),
            }
        }
        let [audience, issuer] = [AUDIENCE, ISSUER].map(|variable| names(variables, variable, &mut faults));
        Self { pems, documents, refresh: refresh(variables), audience, issuer, faults }
    }
}

/// Whether a source of keys is there, usable or not.
pub(super) fn has_sources(variables: &Variables) -> bool {
    let blank = |character: char| character.is_whitespace() || character == '\u{feff}';
    let is_source = |text: &String| !matches!(text.replace(blank, "").as_str(), "" | "{}");
    [PEMS, JWKS].iter().any(|name| variables.get(*name).is_some_and(is_source))
}

fn names(variables: &Variables, variable: &'static str, faults: &mut Vec<Fault>) -> Option<Vec<String>> {
    let text = variables.get(variable).filter(|text| !text.is_empty())?;
    let names = settings::names(text);
    if names.is_empty() {
        faults.push(Fault::Names(variable));
    }
    Some(names)
}

fn entries(variables: &Variables, variable: &'static str, faults: &mut Vec<Fault>) -> Vec<(String, String)> {
    let Some(text) = variables.get(variable).filter(|text| !text.trim().is_empty()) else { return Vec::new() };
    let text = text.trim_start_matches('\u{feff}');
    let members: Map<String, Value> = match serde_json::from_str(text) {
        Ok(Value::Object(members)) => members,
        Ok(_) => {
            faults.push(Fault::Object(variable));
            return Vec::new();
        }
        Err(error) => {
            faults.push(Fault::Syntax(variable, error.line(), error.column()));
            return Vec::new();
        }
    };
    let mut entries = Vec::new();
    for (name, value) in members {
        match value {
            Value::String(text) => entries.push((name, text)),
            _ => faults.push(Fault::Text(variable, name)),
        }
    }
    entries
}

fn refresh(variables: &Variables) -> Duration {
    let text = variables.get(REFRESH).map_or("", |text| text.trim());
    let minutes = text.parse().ok().filter(|minutes: &u32| *minutes > 0);
    if minutes.is_none() && !text.is_empty() {
        let message = "Not a whole number of minutes above 0; the default counts.";
        tracing::warn!(target: "modus", variable = REFRESH, default = REFRESH_MINUTES, "{message}");
    }
    Duration::from_secs(u64::from(minutes.unwrap_or(REFRESH_MINUTES)) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Settings {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::read(&variables.collect())
    }

    #[test]
    fn faults_name_variable_and_entry_and_show_no_value() {
        let secret = "-----BEGIN PRIVATE KEY-----\\nc2VjcmV0\\n-----END PRIVATE KEY-----";
        let pems = format!(r#"{{"p": "{secret}", "n": 5, "e": "", "c": "-----BEGIN X-----\nAA==\n-----END X-----"}}"#);
        let settings = read(&[(PEMS, &pems), (JWKS, r#"{"a": "ftp://user:secret@h/", "b": "https://h/jwks"}"#)]);
        let faults: Vec<String> = settings.faults.iter().map(ToString::to_string).collect();
        let begins = [
            "MODUS_PEMS, entry \"n\": expected",
            "MODUS_PEMS, entry \"c\": a PEM block \"X\"",
            "MODUS_PEMS, entry \"e\": no complete PEM block",
            "MODUS_PEMS, entry \"p\": this is a private key",
            "MODUS_JWKS_ENDPOINTS, entry \"a\": this is not",
        ];
        assert_eq!(faults.len(), begins.len(), "{faults:?}");
        assert!(faults.iter().zip(begins).all(|(fault, begin)| fault.starts_with(begin)), "{faults:?}");
        assert!(!faults.concat().contains("secret") && !faults.concat().contains("c2VjcmV0"), "{faults:?}");
        assert_eq!(settings.documents.len(), 1);
        for text in [secret, "{\"a\": secret}", "[\"secret\"]", "\"secret\""] {
            let settings = read(&[(PEMS, text)]);
            let fault = settings.faults.first().expect("a fault").to_string();
            assert!(fault.starts_with(PEMS) && !fault.contains("secret"), "{fault}");
        }
    }

    #[test]
    fn sources_and_names() {
        for text in ["", " ", "{}", " { }\n"] {
            assert!(!has_sources(&[(PEMS.to_owned(), text.to_owned())].into()), "{text}");
        }
        for text in ["{nonsense", "[]", r#"{"a": 5}"#] {
            assert!(has_sources(&[(JWKS.to_owned(), text.to_owned())].into()), "{text}");
        }
        assert_eq!(read(&[(AUDIENCE, "")]).audience, None);
        assert_eq!(read(&[(AUDIENCE, "a, b ,")]).audience, Some(vec!["a".to_owned(), "b".to_owned()]));
        let settings = read(&[(ISSUER, " , ")]);
        assert_eq!(settings.issuer, Some(Vec::new()));
        assert!(settings.faults[0].to_string().starts_with("MODUS_JWT_ISSUER has no name"));
    }

    #[test]
    fn nothing_and_intervals() {
        for text in ["", " ", "{}"] {
            let settings = read(&[(PEMS, text), (JWKS, text)]);
            assert!(settings.faults.is_empty() && settings.pems.is_empty() && settings.documents.is_empty());
        }
        for (text, minutes) in [("", 1440), ("5", 5), ("0", 1440), ("-3", 1440), ("1.5", 1440), ("soon", 1440)] {
            assert_eq!(read(&[(REFRESH, text)]).refresh.as_secs(), minutes * 60, "{text}");
        }
    }
}
