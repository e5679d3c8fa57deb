//! Asking PostgreSQL by way of a runner, for tests in which something is wrong.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{PASSWORD, Postgres, USER};
use crate::app::{self, App};
use crate::guests::{Apps as _, Language};
use crate::runner::{Options, Runner};
use crate::services::is_left_out;

const PATIENCE: Duration = Duration::from_secs(30);

/// A server, unless it is left out.
pub fn server() -> Option<Postgres> {
    (!is_left_out("postgres")).then(|| Postgres::start(""))
}

/// Serves the Go test app with these connections, whose password is a secret.
pub fn serve(connections: &[(&str, &str)], arguments: &[&str]) -> (App, Runner) {
    let connections: serde_json::Map<String, Value> = connections
        .iter()
        .map(|(name, text)| ((*name).to_owned(), json!({"type": "postgresql", "connString": text})))
        .collect();
    let manifest = app::open_with(&json!({"connections": connections})).to_string();
    let app = app::compile(&Language::Go.guest("postgresql"), &manifest);
    let mut options = Options::arguments(arguments);
    for name in connections.keys() {
        options = options.env(&format!("MODUS_{}_PASSWORD", name.to_uppercase()), PASSWORD);
    }
    app.serve(&options)
}

/// Asks the database for a number; the error is what the client is told, which shows neither password nor host.
pub fn count(runner: &Runner, connection: &str, statement: &str) -> Result<i64, String> {
    let query = "query ($c: String!, $s: String!) { count(connection: $c, statement: $s) }";
    let answer = runner.ask(query, &json!({"c": connection, "s": statement}));
    match answer["errors"][0]["message"].as_str() {
        None => Ok(answer["data"]["count"].as_i64().unwrap_or_else(|| panic!("{answer}"))),
        Some(message) => {
            assert!(!message.contains(PASSWORD) && !message.contains("127.0.0.1"), "{message}");
            Err(message.to_owned())
        }
    }
}

/// Asserts that the database answers.
pub fn well(runner: &Runner, connection: &str) {
    assert_eq!(count(runner, connection, "select 7"), Ok(7), "{}", runner.log());
}

/// Asserts that a statement fails for this reason.
pub fn fails(runner: &Runner, connection: &str, statement: &str, reason: &str) {
    let error = count(runner, connection, statement).expect_err(statement);
    assert!(error.contains(reason), "{connection}: {error}");
}

/// Asserts that the password is not in the log.
pub fn no_secrets(runner: &Runner) {
    assert!(!runner.log().contains(PASSWORD), "the password is in the log: {}", runner.log());
}

/// Waits until the database runs so many such statements.
pub fn until_running(server: &Postgres, statement: &str, wanted: usize) {
    let end = Instant::now() + PATIENCE;
    let question = format!(
        "select count(*) from pg_stat_activity where state = 'active' and usename = '{USER}' and query like '%{statement}%'"
    );
    while server.sql(&question) != wanted.to_string() {
        assert!(Instant::now() < end, "the server does not run {statement}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until the database runs no such statement any more.
pub fn until_over(server: &Postgres, statement: &str) {
    let end = Instant::now() + PATIENCE;
    let question = format!(
        "select count(*) from pg_stat_activity where state = 'active' and usename = '{USER}' and query like '%{statement}%'"
    );
    while server.sql(&question) != "0" {
        assert!(Instant::now() < end, "the server still runs {statement}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
