//! The test app of a language, served, and its functions called by their names.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::app::{self, App};
use crate::guests::{Apps as _, Language};
use crate::runner::{Options, Runner};

/// A served test app.
pub struct Guest {
    /// Of the app.
    pub language: Language,
    /// What serves it.
    pub runner: Runner,
    _app: App,
}

impl Guest {
    /// Serves the app of a language with these connections.
    pub fn serve(language: Language, connections: &Value, options: &Options) -> Self {
        let manifest = app::open_with(&json!({"connections": connections})).to_string();
        let app = app::compile(&language.guest("dgraph"), &manifest);
        let runner = Runner::start(&app.artifact, options);
        Self { language, runner, _app: app }
    }

    /// The query that calls a function with these arguments, texts or lists of texts.
    pub fn query(function: &str, arguments: &[(&str, Value)]) -> String {
        let given: Vec<_> = arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let is_answer = ["query", "typed", "write", "pair", "both", "older"].contains(&function);
        let selection = if is_answer { "{ json uids { key value } }" } else { "" };
        format!("{{ {function}({}) {selection} }}", given.join(", "))
    }

    /// Calls a function: what it answers, or the message of its error.
    pub fn call(&self, function: &str, arguments: &[(&str, Value)]) -> Result<Value, String> {
        let answer = self.runner.query(&Self::query(function, arguments));
        match answer["errors"][0]["message"].as_str() {
            Some(message) => Err(message.to_owned()),
            None => Ok(answer["data"][function].clone()),
        }
    }

    /// The same where no error is expected.
    pub fn ok(&self, function: &str, arguments: &[(&str, Value)]) -> Value {
        let answer = self.call(function, arguments);
        answer.unwrap_or_else(|message| panic!("{:?} {function}: {message}\n{}", self.language, self.runner.log()))
    }

    /// Adds to the schema.
    pub fn schema(&self, connection: &str, schema: &str) {
        // Dgraph refuses a change while it makes another one.
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let arguments = [("connection", json!(connection)), ("schema", json!(schema))];
        assert_eq!(self.ok("schema", &arguments), "success");
    }

    /// Runs a query with variables: its result.
    pub fn read(&self, connection: &str, query: &str, variables: &[(&str, &str)]) -> Value {
        let answer = self.ok("query", &arguments(connection, query, variables));
        assert_eq!(uids(&answer), [], "a query makes no nodes");
        serde_json::from_str(answer["json"].as_str().expect("a text")).expect("JSON")
    }

    /// Runs a mutation: the answer's uids by their names.
    pub fn write(&self, connection: &str, parts: &[(&str, &str)]) -> Vec<(String, String)> {
        uids(&self.ok("write", &mutation(connection, parts)))
    }

    /// Calls a function that fails: the SDK's own error reaches the client, and the reason is in the log.
    pub fn refused(&self, function: &str, arguments: &[(&str, Value)], reason: &str) {
        let message = self.call(function, arguments).expect_err(reason);
        let own = match (self.language, function) {
            (Language::Go, "schema") => "failed to alter the schema",
            (Language::Go, "dropAttr") => "failed to drop the attribute",
            (Language::Go, "dropAll") => "failed to drop all data",
            (Language::Go, _) => "failed to execute the DQL query",
            // AssemblyScript: no other has an SDK for it.
            (_, "schema" | "dropAttr" | "dropAll") => "Error invoking DQL.",
            _ => "Error executing DQL.",
        };
        assert!(message.contains(own), "{:?}: {message}\n{}", self.language, self.runner.log());
        let text = match function {
            "schema" => "Error altering DQL schema.",
            "dropAttr" => "Error dropping DQL attribute.",
            "dropAll" => "Error dropping DQL data.",
            _ => "Error executing DQL operation.",
        };
        let record = self.runner.wait_for_log(|record| {
            record["message"] == text && record["error"].as_str().is_some_and(|error| error.contains(reason))
        });
        assert!(record["user_visible"] == true && record["duration_ms"].is_number(), "{record}");
    }
}

/// The arguments of `query`.
pub fn arguments(connection: &str, query: &str, variables: &[(&str, &str)]) -> [(&'static str, Value); 4] {
    let (names, values): (Vec<_>, Vec<_>) = variables.iter().copied().unzip();
    [("connection", json!(connection)), ("query", json!(query)), ("names", json!(names)), ("values", json!(values))]
}

/// The arguments of `write`, of which some are given.
pub fn mutation(connection: &str, parts: &[(&str, &str)]) -> [(&'static str, Value); 5] {
    let part = |name| json!(parts.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value));
    [
        ("connection", json!(connection)),
        ("setJson", part("setJson")),
        ("delJson", part("delJson")),
        ("setNquads", part("setNquads")),
        ("delNquads", part("delNquads")),
    ]
}

/// The uids of an answer, by their names.
pub fn uids(answer: &Value) -> Vec<(String, String)> {
    let text = |entry: &Value, name: &str| entry[name].as_str().expect("a text").to_owned();
    let entries = answer["uids"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut uids: Vec<_> = entries.iter().map(|entry| (text(entry, "key"), text(entry, "value"))).collect();
    uids.sort();
    uids
}
