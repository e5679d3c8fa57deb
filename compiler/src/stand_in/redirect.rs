//! A manifest whose models are all the stand-in's. Nothing else of it changes: apps reach models by their names, so that no
//! other request of theirs is led elsewhere.

use abi::manifest::{Connection, HYPERMODE, Manifest, Model, parse, to_json};
use serde_json::{Map, Value, json};

/// The connection of the models.
const CONNECTION: &str = "modusc-stand-in";
/// Beginning of the paths of hosted models, by what they do.
pub(super) const CLASSIFICATION: &str = "hosted/classification/";
const HOSTED: &str = "hosted/models/";
/// Beginning of the paths of other models.
const OTHER: &str = "model/";

/// Parts of names that models have which label texts. The interface of hosted models does not tell them from those that make
/// vectors.
const CLASSIFIERS: [&str; 10] =
    ["classif", "sentiment", "sst-2", "toxic", "emotion", "intent", "topic", "label", "spam", "moderation"];

/// A manifest that leads to the stand-in.
#[derive(Debug, PartialEq)]
pub struct Redirected {
    /// Its text.
    pub text: String,
    /// The models, sorted by name.
    pub models: Vec<StoodIn>,
}

/// A model that the stand-in answers for.
#[derive(Debug, PartialEq)]
pub struct StoodIn {
    /// Its name in the manifest.
    pub name: String,
    /// Whose answers it would be.
    pub connection: String,
}

/// The manifest with the stand-in at this URL, which ends in a slash. `None` where the manifest cannot be used.
pub fn redirect(text: &str, url: &str) -> Option<Redirected> {
    let manifest = parse(text).0?;
    let Value::Object(mut members) = to_json(text)? else { return None };
    let models: Map<String, Value> =
        manifest.models.iter().map(|(name, model)| (name.clone(), stood_in_for(name, model, &manifest))).collect();
    *member(&mut members, "models") = models.into();
    if let Value::Object(connections) = member(&mut members, "connections") {
        connections.insert(CONNECTION.to_owned(), json!({"type": "http", "baseUrl": url}));
    }
    let stood_in =
        |(name, model): (&String, &Model)| StoodIn { name: name.clone(), connection: model.connection.clone() };
    let models = manifest.models.iter().map(stood_in).collect();
    Some(Redirected { text: format!("{:#}\n", Value::Object(members)), models })
}

/// A member of the top level, whose name may be in any case; made where it is missing or null.
fn member<'a>(members: &'a mut Map<String, Value>, name: &str) -> &'a mut Value {
    let written = members.keys().rev().find(|key| key.eq_ignore_ascii_case(name)).cloned();
    let value = members.entry(written.unwrap_or_else(|| name.to_owned())).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    value
}

fn stood_in_for(name: &str, model: &Model, manifest: &Manifest) -> Value {
    let path = match manifest.connections.get(&model.connection) {
        _ if model.connection == HYPERMODE => hosted(name, &model.source_model),
        // The end of the URL tells interfaces apart.
        Some(Connection::Http(http)) if !http.endpoint.is_empty() => format!("{OTHER}{}", after_host(&http.endpoint)),
        _ => format!("{OTHER}{}", model.path.trim_start_matches('/')),
    };
    let mut members = json!({"connection": CONNECTION, "path": path});
    if !model.source_model.is_empty() {
        members["sourceModel"] = model.source_model.clone().into();
    }
    members
}

/// The path that tells what a hosted model does, and which it is.
fn hosted(name: &str, source: &str) -> String {
    let both = format!("{name} {source}").to_lowercase();
    let classifies = CLASSIFIERS.iter().any(|part| both.contains(part));
    let plain: String =
        source.chars().filter(|letter| letter.is_ascii_alphanumeric() || ['-', '_'].contains(letter)).collect();
    format!("{}{plain}", if classifies { CLASSIFICATION } else { HOSTED })
}

/// The path and query of a URL.
fn after_host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once('/').map_or("", |(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_models_change() {
        let text = r#"{
            // As authors write.
            "endpoints": {"default": {"type": "graphql", "path": "/graphql", "auth": "none"}},
            "Models": {
                "text": {"sourceModel": "gpt", "connection": "openai", "path": "/v1/chat/completions"},
                "whole": {"connection": "azure"},
                "minilm": {"sourceModel": "sentence-transformers/all-MiniLM-L6-v2", "provider": "hugging-face", "connection": "hypermode"},
                "my-classifier": {"sourceModel": "distilbert", "provider": "hugging-face", "connection": "hypermode"},
                "lost": {"connection": "nowhere", "path": "a"},
            },
            "connections": {
                "openai": {"type": "http", "baseUrl": "https://api.openai.com/", "headers": {"Authorization": "Bearer {{API_KEY}}"}},
                "azure": {"type": "http", "endpoint": "https://h.example/x/chat/completions?v=1"},
                "db": {"type": "mysql", "connString": "mysql://h/d"}
            }
        }"#;
        let redirected = redirect(text, "http://127.0.0.1:9/").unwrap();
        let (manifest, found) = parse(&redirected.text);
        let messages: Vec<_> = found.iter().map(|found| &found.message).collect();
        assert_eq!(messages, ["manifest: `Models` must be written `models`"]);
        let manifest = manifest.unwrap();
        let before = parse(text).0.unwrap();
        assert_eq!(manifest.endpoints, before.endpoints);
        for (name, connection) in &before.connections {
            assert_eq!(manifest.connections.get(name), Some(connection));
        }
        let paths: Vec<_> = manifest.models.iter().map(|(name, model)| (name.as_str(), model.path.as_str())).collect();
        let expected = [
            ("lost", "model/a"),
            ("minilm", "hosted/models/sentence-transformersall-MiniLM-L6-v2"),
            ("my-classifier", "hosted/classification/distilbert"),
            ("text", "model/v1/chat/completions"),
            ("whole", "model/x/chat/completions?v=1"),
        ];
        assert_eq!(paths, expected);
        assert!(manifest.models.values().all(|model| model.connection == CONNECTION));
        assert_eq!(manifest.models["text"].source_model, "gpt");
        let whose: Vec<_> = redirected.models.iter().map(|model| model.connection.as_str()).collect();
        assert_eq!(whose, ["nowhere", "hypermode", "hypermode", "openai", "azure"]);
    }

    #[test]
    fn manifests_without_models_and_without_sense() {
        let redirected = redirect("{}", "http://h/").unwrap();
        assert_eq!((redirected.models.len(), parse(&redirected.text).1.len()), (0, 0));
        assert_eq!(redirect("{", "http://h/"), None);
        assert_eq!(redirect("[]", "http://h/"), None);
    }
}
