//! Test apps of every language that ask a MySQL database.

use serde_json::{Value, json};

use crate::app::{self, App};
use crate::guests::{Apps as _, Language};
use crate::runner::{Options, Runner};
use crate::services::mariadb::PASSWORD;

/// An app that is served.
pub struct Served {
    /// Its language.
    pub language: Language,
    /// Its runner.
    pub runner: Runner,
    _app: App,
}

/// Serves the test app of a language with connections of these names and connection strings.
pub fn serve(language: Language, connections: &[(&str, String)], options: &Options) -> Served {
    let connections: serde_json::Map<_, _> = connections
        .iter()
        .map(|(name, text)| ((*name).to_owned(), json!({"type": "mysql", "connString": text})))
        .collect();
    let manifest = app::open_with(&json!({"connections": connections})).to_string();
    let app = app::compile(&language.guest("mysql"), &manifest);
    let names = connections.keys().map(|name| format!("MODUS_{}_PASSWORD", name.to_uppercase()));
    let options = names.fold(options.clone(), |options, name| options.env(&name, PASSWORD));
    let runner = Runner::start(&app.artifact, &options);
    Served { language, runner, _app: app }
}

impl Served {
    fn ask(
        &self,
        field: &str,
        selected: &str,
        connection: &str,
        statement: &str,
        params: &[&str],
    ) -> Result<Value, String> {
        let query = format!(
            "query ($c: String!, $s: String!, $p: [String!]!) {{ \
             {field}(connection: $c, statement: $s, params: $p) {{ {selected} }} }}"
        );
        let answer = self.runner.ask(&query, &json!({"c": connection, "s": statement, "p": params}));
        match answer["errors"][0]["message"].as_str() {
            Some(message) => Err(message.to_owned()),
            None => Ok(answer["data"][field].clone()),
        }
    }

    /// The rows of a query as the texts that the guest got; how many there were in its response.
    pub fn rows(&self, connection: &str, statement: &str, params: &[&str]) -> Result<(Vec<String>, u64), String> {
        let found = self.ask("queryRows", "rows affected", connection, statement, params)?;
        let rows = found["rows"].as_array().expect("rows");
        let rows = rows.iter().map(|row| row.as_str().expect("a row").to_owned()).collect();
        Ok((rows, found["affected"].as_u64().expect("a number")))
    }

    /// The one row of a query.
    pub fn row(&self, connection: &str, statement: &str, params: &[&str]) -> String {
        let (rows, affected) =
            self.rows(connection, statement, params).unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert_eq!((rows.len(), affected), (1, 1), "{statement}");
        rows[0].clone()
    }

    /// Rows affected and last id of a statement without rows.
    pub fn execute(&self, connection: &str, statement: &str, params: &[&str]) -> Result<(u64, u64), String> {
        let done = self.ask("execute", "affected lastInsertId", connection, statement, params)?;
        let last = &done["lastInsertId"];
        let last = last.as_u64().or_else(|| last.as_str()?.parse().ok());
        Ok((done["affected"].as_u64().expect("a number"), last.expect("a number")))
    }

    /// What an operation that fails tells, without what names the connection: that must be there, unless the server itself
    /// refuses, whose words stand alone.
    pub fn fault(&self, connection: &str, statement: &str, params: &[&str]) -> String {
        let result = self.rows(connection, statement, params);
        let message = result.expect_err(statement);
        let own = match self.language {
            Language::Go => "database returned an error: ",
            // No other has an SDK for it.
            _ => "Database Error: ",
        };
        let (_, reason) = message.split_once(own).unwrap_or_else(|| panic!("{:?}: {message}", self.language));
        let named = reason.strip_prefix(&format!("mysql connection [{connection}]: "));
        assert!(named.is_some() || reason.starts_with("Error "), "{:?}: {reason}", self.language);
        named.unwrap_or(reason).to_owned()
    }

    /// Fails if a secret or a connection string is in the log.
    pub fn shows_no_secret(&self) {
        let log = self.runner.log();
        assert!(!log.contains(PASSWORD) && !log.contains("mysql://"), "{:?}: {log}", self.language);
    }
}
