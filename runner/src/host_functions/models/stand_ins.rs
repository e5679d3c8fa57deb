//! What an operator puts in the place of models that Hypermode hosted: `--hosted-models` (`models` section 5).

use std::collections::BTreeMap;
use std::path::Path;

use hyper::header::HeaderMap;
use serde::Deserialize;
use url::Url;

use super::super::HostError;
use super::super::connection::add_header;
use crate::client::url as urls;

/// The entry for every model without one of its own.
const ANY: &str = "*";

/// Servers in the place of Hypermode's, by the names of models in the manifest.
#[derive(Debug, Default)]
pub struct HostedModels(BTreeMap<String, StandIn>);

/// A server in the place of Hypermode's.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StandIn {
    /// Where an interface like OpenAI's begins, such as `http://localhost:11434/v1`.
    #[serde(default)]
    base_url: Option<String>,
    /// The whole URL of a server that classifies texts, as text-embeddings-inference does.
    #[serde(default)]
    pub(super) classifier: Option<String>,
    /// The model's name there. Otherwise it is the manifest's `sourceModel`.
    #[serde(default)]
    pub(super) model: Option<String>,
    /// What each request carries, with `{{NAME}}` for secrets.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
}

impl HostedModels {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read or used, with a text that names the place and says what was expected.
    pub fn read(path: &Path) -> Result<Self, String> {
        let failed = |problem: String| format!("hosted models: {}: {problem}", path.display());
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let text = abi::manifest::text(bytes).map_err(|error| failed(error.to_string()))?;
        Self::parse(&text).map_err(failed)
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let entries: BTreeMap<String, StandIn> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        for (name, entry) in &entries {
            entry.check().map_err(|problem| format!("model [{name}]: {problem}"))?;
        }
        Ok(Self(entries))
    }

    /// What stands in for a model.
    pub(super) fn find(&self, name: &str) -> Option<&StandIn> {
        self.0.get(name).or_else(|| self.0.get(ANY))
    }
}

impl StandIn {
    fn check(&self) -> Result<(), String> {
        if self.base_url.is_none() && self.classifier.is_none() {
            return Err("it needs `baseUrl`, such as \"http://localhost:11434/v1\", or `classifier`".to_owned());
        }
        for (member, text) in [("baseUrl", &self.base_url), ("classifier", &self.classifier)] {
            let Some(text) = text else { continue };
            let url = urls::parse(text).map_err(|error| format!("`{member}`: {error}"))?;
            if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
                return Err(format!("`{member}` has to be an http or https URL without a query and a fragment"));
            }
        }
        let mut headers = HeaderMap::new();
        // A template is no value yet, but its braces are allowed in one.
        let mut add = |(name, value): (&String, &String)| add_header(&mut headers, name, value.clone(), true);
        self.headers.iter().try_for_each(&mut add).map_err(|error| error.message)
    }

    /// The address of an interface like OpenAI's.
    pub(super) fn open_ai(&self, path: &str) -> Result<Url, HostError> {
        let base =
            self.base_url.as_deref().ok_or("the hosted model's stand-in has no `baseUrl`, so it only classifies")?;
        urls::parse(&format!("{}/{path}", base.trim_end_matches('/'))).map_err(|error| error.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let problem = HostedModels::parse(text).expect_err(text);
        assert!(problem.contains(expected), "{text}: {problem}");
    }

    #[test]
    fn entries_are_checked() {
        check("", "EOF while parsing");
        check("[]", "expected a map");
        check(r#"{"m": {}}"#, "model [m]: it needs `baseUrl`");
        check(r#"{"m": {"url": "http://h"}}"#, "unknown field `url`, expected one of `baseUrl`");
        check(r#"{"m": {"baseUrl": "h/v1"}}"#, "model [m]: `baseUrl`: ");
        check(r#"{"m": {"baseUrl": "ftp://h/v1"}}"#, "`baseUrl` has to be an http or https URL");
        check(
            r#"{"m": {"classifier": "http://h/predict?x=1"}}"#,
            "`classifier` has to be an http or https URL without",
        );
        check(r#"{"m": {"baseUrl": "http://h", "headers": {"a b": "c"}}}"#, "invalid header field name \"a b\"");
        check(r#"{"m": {"baseUrl": "http://h", "headers": {"a": "c\n"}}}"#, "invalid header field value for \"a\"");
    }

    #[test]
    fn the_models_own_entry_goes_before_the_one_for_all() {
        let text = r#"{"*": {"baseUrl": "http://h/v1/"}, "m": {"classifier": "http://h/predict", "model": "x"}}"#;
        let models = HostedModels::parse(text).expect("entries");
        assert_eq!(models.find("m").and_then(|entry| entry.model.as_deref()), Some("x"));
        let other = models.find("other").expect("any");
        assert_eq!(other.open_ai("embeddings").map(|url| url.to_string()), Ok("http://h/v1/embeddings".to_owned()));
        assert!(other.classifier.is_none());
        assert!(models.find("m").is_some_and(|entry| entry.open_ai("embeddings").is_err()));
        assert!(HostedModels::default().find("m").is_none());
    }
}
