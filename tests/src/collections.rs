//! The test apps with collections, where they keep them, and how they are asked.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{self, App};
use crate::guests::{Apps as _, Language};
use crate::runner::{Options, Runner};
use crate::services::is_left_out;
use crate::services::postgres::{PASSWORD, Postgres, USER};

/// Where a runner keeps collections.
pub enum Place {
    /// In a state folder.
    Folder(TempDir),
    /// In a database of its own.
    Database(Database),
}

/// A database of PostgreSQL.
pub struct Database {
    server: Arc<Postgres>,
    name: String,
}

impl Place {
    /// An empty one of each kind. All databases are of one server, which ends with the last of them.
    pub fn all() -> Vec<Self> {
        let folder = Self::Folder(tempfile::tempdir().expect("a folder"));
        if is_left_out("postgres") { vec![folder] } else { vec![folder, Self::Database(Database::new(""))] }
    }

    /// The options for a runner that keeps them there.
    pub fn options(&self, arguments: &[&str]) -> Options {
        match self {
            Self::Folder(folder) => {
                let folder = ["--state-dir", folder.path().to_str().expect("text")];
                Options::arguments(&[&folder, arguments].concat())
            }
            Self::Database(database) => database.options(arguments),
        }
    }
}

impl Database {
    /// A new one. `first` are statements that run in it, as the superuser.
    pub fn new(first: &str) -> Self {
        static SERVER: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let mut running = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        let server = running.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Postgres::start(""));
            *running = Arc::downgrade(&server);
            server
        });
        let name = format!("collections_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        server.sql(&format!("CREATE DATABASE {name} OWNER {USER}"));
        let database = Self { server, name };
        if !first.is_empty() {
            database.sql(first);
        }
        database
    }

    /// Runs statements in it, as the superuser; what they print, without headings.
    pub fn sql(&self, statements: &str) -> String {
        self.server.sql_in(&self.name, statements)
    }

    /// The value of `MODUS_DB` for it.
    pub fn connection_string(&self) -> String {
        connection_string(self.server.port, &self.name)
    }

    /// The options for a runner that keeps collections there.
    pub fn options(&self, arguments: &[&str]) -> Options {
        Options::arguments(arguments).env("MODUS_DB", &self.connection_string())
    }
}

/// The value of `MODUS_DB` for a database of this name, and a server at this port of loopback.
pub fn connection_string(port: u16, name: &str) -> String {
    format!("postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/{name}")
}

/// The manifest of the apps: two search methods, the second exact at any size.
pub fn manifest() -> Value {
    app::open_with(&json!({
        "collections": {"books": {"searchMethods": {
            "letters": {"embedder": "embed"},
            "lengths": {"embedder": "embedLengths", "index": {"type": "sequential"}},
        }}},
    }))
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

/// Searches the collection; the whole answer.
pub fn find(runner: &Runner, method: &str, text: &str, limit: i32, namespaces: &[&str]) -> Value {
    let query = r#"query ($method: String!, $text: String!, $limit: Int!, $namespaces: [String!]!) {
        find(collection: "books", method: $method, text: $text, limit: $limit, namespaces: $namespaces) {
            collection status error searchMethod objects { namespace key text labels distance score } } }"#;
    runner.ask(query, &json!({"method": method, "text": text, "limit": limit, "namespaces": namespaces}))
}

/// Namespaces and keys of what was found.
pub fn keys(answer: &Value) -> Vec<(String, String)> {
    let objects = answer["data"]["find"]["objects"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    objects.iter().map(|object| (text(&object["namespace"]), text(&object["key"]))).collect()
}

/// How often each letter is in a text, as a vector of length 1: what the guests' embedder does.
pub fn letters(text: &str) -> Vec<f64> {
    let mut vector = vec![0.0; 26];
    for letter in text.to_lowercase().bytes().filter(u8::is_ascii_lowercase) {
        vector[usize::from(letter - b'a')] += 1.0;
    }
    let length = vector.iter().map(|count| count * count).sum::<f64>().sqrt();
    vector.iter().map(|count| if length > 0.0 { count / length } else { 0.0 }).collect()
}

/// How far apart they are.
pub fn distance(one: &str, other: &str) -> f64 {
    1.0 - letters(one).iter().zip(letters(other)).map(|(one, other)| one * other).sum::<f64>()
}
