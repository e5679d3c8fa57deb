//! The test apps with collections, and how they are asked.

use std::path::Path;

use serde_json::{Value, json};

use crate::app::{self, App};
use crate::guests::{Apps as _, Language};
use crate::runner::{Options, Runner};

/// The manifest of the apps: two search methods, the second exact at any size.
pub fn manifest() -> Value {
    json!({
        "endpoints": {"default": {"type": "graphql", "path": "/graphql", "auth": "none"}},
        "collections": {"books": {"searchMethods": {
            "letters": {"embedder": "embed"},
            "lengths": {"embedder": "embedLengths", "index": {"type": "sequential"}},
        }}},
    })
}

/// Compiles the test app of a language.
pub fn app(language: Language) -> App {
    app::compile(&language.guest("collections"), &manifest().to_string())
}

/// Serves it with its state in this folder.
pub fn serve(app: &App, folder: &Path) -> Runner {
    Runner::start(&app.artifact, &options(folder))
}

/// The options for that.
pub fn options(folder: &Path) -> Options {
    Options::arguments(&["--state-dir", folder.to_str().expect("text")])
}

/// Puts a text into the collection; the whole answer.
pub fn add(runner: &Runner, namespace: &str, key: &str, text: &str, labels: &[&str]) -> Value {
    let mutation = r#"mutation ($namespace: String!, $key: String!, $text: String!, $labels: [String!]!) {
        add(collection: "books", namespace: $namespace, key: $key, text: $text, labels: $labels) {
            collection status error operation keys } }"#;
    runner.ask(mutation, &json!({"namespace": namespace, "key": key, "text": text, "labels": labels}))
}

/// All texts of a namespace by their keys; the whole answer where there are none.
///
/// # Errors
/// The whole answer.
pub fn texts(runner: &Runner, namespace: &str) -> Result<Vec<(String, String)>, Value> {
    let query = r#"query ($namespace: String!) { texts(collection: "books", namespace: $namespace) { key value } }"#;
    let answer = runner.ask(query, &json!({"namespace": namespace}));
    let entries = answer["data"]["texts"].as_array().cloned().ok_or(answer)?;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Ok(entries.iter().map(|entry| (text(&entry["key"]), text(&entry["value"]))).collect())
}
