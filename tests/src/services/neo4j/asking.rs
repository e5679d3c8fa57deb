//! Asking Neo4j by way of a runner, for tests in which something is wrong.

use serde_json::{Value, json};

use super::PASSWORD;
use crate::app::{self, App};
use crate::guests::{Apps as _, Language};
use crate::runner::{Options, Runner};

/// A connection of the manifest to this address.
pub fn connection(uri: &str) -> Value {
    json!({"type": "neo4j", "dbUri": uri, "username": "neo4j", "password": "{{PASS}}"})
}

/// Serves the test app of a language with these connections.
pub fn serve(language: Language, connections: &Value, arguments: &[&str]) -> (App, Runner) {
    let manifest = app::open_with(&json!({"connections": connections})).to_string();
    let app = app::compile(&language.guest("neo4j"), &manifest);
    let mut options = Options::arguments(arguments);
    for name in connections.as_object().expect("connections").keys() {
        let password = if name == "stranger" { "wr0ng-s3cret" } else { PASSWORD };
        options = options.env(&format!("MODUS_{}_PASS", name.to_uppercase()), password);
    }
    app.serve(&options)
}

/// Runs a query.
pub const ASK: &str = r#"query ($connection: String!, $query: String!) {
    rows(connection: $connection, query: $query, database: "") { records }
}"#;

/// The answer to a query.
pub fn ask(runner: &Runner, connection: &str, query: &str) -> Value {
    runner.ask(ASK, &json!({"connection": connection, "query": query}))
}

/// A query that works.
pub fn works(runner: &Runner, connection: &str, context: &str) {
    let answer = ask(runner, connection, "RETURN 1");
    assert_eq!(answer["data"]["rows"]["records"], json!([["1"]]), "{context}: {answer}\n{}", runner.log());
}

/// A query that fails, and why by the log.
pub fn fails(runner: &Runner, connection: &str, query: &str, reason: &str) {
    let answer = ask(runner, connection, query);
    assert!(answer["errors"][0]["message"].is_string(), "{connection}: {answer}");
    let record = runner.wait_for_log(|record| {
        let error = record["error"].as_str().unwrap_or_default();
        record["message"] == "Error executing Neo4j query."
            && error.contains(&format!("[{connection}]"))
            && error.contains(reason)
    });
    assert_eq!(record["user_visible"], true, "{record}");
    let log = runner.log();
    assert!(!log.contains(PASSWORD) && !log.contains("wr0ng-s3cret"), "{connection}: a secret is in the log");
}
