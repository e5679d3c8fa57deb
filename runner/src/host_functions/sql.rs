//! `modus_sql_client`: statements for PostgreSQL and MySQL (`host-functions` section 9). Each has its file; here is what they
//! have in common.

mod mysql;
mod postgresql;

use std::collections::BTreeMap;
use std::sync::Arc;

use abi::host_functions as table;
use abi::manifest::{Connection, Manifest};
use abi::value::Value;
use futures::future::BoxFuture;
use serde_json::value::RawValue;

use super::capability::Function;
use super::database::{DatabaseError, Doors, with_secrets};
use super::values::{object, text};
use super::{Answer, Capability, HostError, Invocation, Messages, Pending, Setup};
use crate::client::Clients;
use crate::environment::Environment;
use crate::limits::DatabaseLimits;

/// The capability.
pub(super) struct Sql {
    manifest: Arc<Manifest>,
    environment: Arc<Environment>,
    clients: Clients,
    limits: DatabaseLimits,
    postgresql: Arc<Doors<postgresql::Database>>,
    mysql: Arc<Doors<mysql::Database>>,
}

impl Capability for Sql {
    const TABLE: &'static table::Capability = &table::SQL;

    const FUNCTIONS: &'static [Function<Self>] = &[Function::waiting(
        "executeQuery",
        Messages {
            starting: Some("Starting database query."),
            completed: Some("Completed database query."),
            cancelled: Some("Cancelled database query."),
            error: Some("Error querying database."),
            detail: |arguments| Some(format!("Host: {} Query: {}", text(arguments, 0), text(arguments, 2))),
        },
        Self::execute,
    )];

    fn configure(setup: &Setup<'_>) -> Self {
        Self {
            manifest: Arc::clone(&setup.manifest),
            environment: Arc::clone(&setup.environment),
            clients: setup.process.clients.clone(),
            limits: setup.process.databases,
            postgresql: setup.process.kept.get(),
            mysql: setup.process.kept.get(),
        }
    }

    fn check(setup: &Setup<'_>, connect: bool) -> BoxFuture<'static, Vec<String>> {
        let this = Self::configure(setup);
        Box::pin(async move {
            let mut faults = Vec::new();
            for (name, connection) in &this.manifest.connections {
                let kind = match connection {
                    Connection::Postgresql { .. } => "postgresql",
                    Connection::Mysql { .. } => "mysql",
                    _ => continue,
                };
                let operation = Operation { statement: "SELECT 1".to_owned(), ..Operation::default() };
                let checked = match this.database(name, kind) {
                    Ok(database) if connect => database.run(operation).await.map(drop).map_err(|e| e.to_string()),
                    Ok(_) => Ok(()),
                    Err(error) => Err(error.message),
                };
                faults.extend(checked.err().map(|reason| format!("{kind} connection [{name}]: {reason}")));
            }
            faults
        })
    }
}

/// A statement with its parameters.
#[derive(Debug, Default)]
struct Operation {
    statement: String,
    /// As the guest wrote them, by position; each is one JSON value.
    parameters: Vec<Box<RawValue>>,
    /// Whether the guest has no use for rows.
    only_executed: bool,
}

/// What a statement has done.
#[derive(Debug, Default, PartialEq)]
struct Done {
    /// A JSON array with an object for each row (see [`Rows`]); none where the guest has no use for rows.
    rows: Option<String>,
    affected: u64,
    last_insert_id: u64,
}

/// A row of a result: texts of JSON by column, sorted by name; of columns with the same name the last counts.
type Row<'n> = BTreeMap<&'n str, String>;

/// The rows of a result as they are read, within the bytes that an answer may have.
struct Rows {
    json: String,
    most: usize,
}

impl Rows {
    fn new(most: usize) -> Self {
        Self { json: "[".to_owned(), most }
    }

    fn push(&mut self, row: &Row<'_>) -> Result<(), DatabaseError> {
        self.push_with(|json| {
            let mut before = '{';
            for (name, value) in row {
                json.push(before);
                push_json_text(json, name);
                json.push(':');
                json.push_str(value);
                before = ',';
            }
            json.push_str(if row.is_empty() { "{}" } else { "}" });
        })
    }

    /// Adds a row that is written as a JSON object.
    fn push_with(&mut self, write: impl FnOnce(&mut String)) -> Result<(), DatabaseError> {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        write(&mut self.json);
        if self.json.len() > self.most { Err(DatabaseError::TooLarge(self.most)) } else { Ok(()) }
    }

    fn finish(mut self) -> String {
        self.json.push(']');
        self.json
    }
}

/// A text as JSON.
fn json_text(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    push_json_text(&mut json, text);
    json
}

/// Writes a text as JSON behind what is there.
fn push_json_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(place) = rest.find(|char| matches!(char, '"' | '\\' | '\0'..='\x1f' | '\u{2028}' | '\u{2029}')) {
        let (plain, special) = rest.split_at(place);
        let mut chars = special.chars();
        let escaped = chars.next().map_or(0, u32::from);
        out.push_str(plain);
        match escaped {
            0x22 => out.push_str("\\\""),
            0x5c => out.push_str("\\\\"),
            0x0a => out.push_str("\\n"),
            0x0d => out.push_str("\\r"),
            0x09 => out.push_str("\\t"),
            code => out.push_str(&format!("\\u{code:04x}")),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// The door to a database, of whichever kind.
enum Database {
    Postgresql(Arc<super::database::Door<postgresql::Database>>),
    Mysql(Arc<super::database::Door<mysql::Database>>),
}

impl Database {
    async fn run(&self, operation: Operation) -> Result<Done, DatabaseError> {
        match self {
            Self::Postgresql(door) => door.pass(door.behind.run(operation, door.answer_bytes())).await,
            Self::Mysql(door) => door.pass(door.behind.run(operation, door.answer_bytes())).await,
        }
    }
}

impl Sql {
    fn execute(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let database = self.database(text(arguments, 0), text(arguments, 1));
        let operation = operation(text(arguments, 2), text(arguments, 3));
        let name = text(arguments, 0).to_owned();
        Box::pin(async move {
            let run = async { database?.run(operation?).await.map_err(|error| told(&name, &error)) };
            answer(run.await)
        })
    }

    fn database(&self, name: &str, kind: &str) -> Result<Database, HostError> {
        let connection = self.manifest.connections.get(name);
        let address = |address: &str| match address {
            "" => Err(HostError::from(format!("connection [{name}] has empty or missing connection string"))),
            _ => with_secrets(&self.environment, name, address),
        };
        match (kind, connection) {
            ("postgresql" | "mysql", None) => Err(format!("connection [{name}] not found").into()),
            ("postgresql", Some(Connection::Postgresql { conn_string })) => {
                let address = address(conn_string)?;
                let (environment, clients) = (&self.environment, &self.clients);
                let make = || postgresql::Database::new(&address, environment, clients.clone(), self.limits);
                let whole = format!("{address}{}", postgresql::Database::surroundings(environment));
                Ok(Database::Postgresql(self.postgresql.open(name, &whole, self.limits, make)?))
            }
            ("mysql", Some(Connection::Mysql { conn_string })) => {
                let address = address(conn_string)?;
                let make = || mysql::Database::new(&address, self.limits);
                Ok(Database::Mysql(self.mysql.open(name, &address, self.limits, make)?))
            }
            ("postgresql" | "mysql", Some(_)) => Err(format!("[{name}] is not a {kind} connection").into()),
            _ => Err(format!("unsupported data source type: {kind}").into()),
        }
    }
}

/// A statement with the parameters as the SDKs write them: a JSON array or null, behind `exec:` where no rows are wanted.
fn operation(statement: &str, parameters: &str) -> Result<Operation, HostError> {
    let (only_executed, json) = match parameters.strip_prefix("exec:") {
        Some(rest) => (true, rest),
        None => (false, parameters),
    };
    let parameters: Option<Vec<Box<RawValue>>> = serde_json::from_str(json)
        .map_err(|error| HostError::from(format!("error deserializing database query parameters: {error}")))?;
    Ok(Operation { statement: statement.to_owned(), parameters: parameters.unwrap_or_default(), only_executed })
}

/// What is said about a failure: what the database says is left as it is.
fn told(connection: &str, error: &DatabaseError) -> HostError {
    match error {
        DatabaseError::Refused(reason) | DatabaseError::Unusable(reason) => reason.as_str().into(),
        error => format!("connection [{connection}]: {error}").into(),
    }
}

/// What the guest gets: a failure stands in the response, whose SDK raises it.
fn answer(result: Result<Done, HostError>) -> Answer {
    let response = |error, rows, affected: u64, last_insert_id: u64| {
        // The SDKs have 32 bits for it.
        let affected = Value::Int(i64::from(affected as u32));
        let last = i64::try_from(last_insert_id).map_or(Value::UInt(last_insert_id), Value::Int);
        object([("error", error), ("resultJson", rows), ("rowsAffected", affected), ("lastInsertId", last)])
    };
    match result {
        Ok(Done { rows, affected, last_insert_id }) => {
            let rows = rows.map_or(Value::Null, Value::String);
            Ok(response(Value::Null, rows, affected, last_insert_id))
        }
        Err(error) => {
            let answer = response(Value::String(error.message.clone()), Value::Null, 0, 0);
            Err(HostError { answer, ..error })
        }
    }
}
