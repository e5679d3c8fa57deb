//! `modus_sql_client`: statements for PostgreSQL and MySQL (`host-functions` section 9). Each has its file; here is what they
//! have in common.

mod mysql;
mod postgresql;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use abi::host_functions as table;
use abi::manifest::Connection;
use abi::value::Value;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use serde_json::value::RawValue;

use super::capability::Function;
use super::database::{DatabaseError, Doors, Means};
use super::values::{object, text};
use super::written::Json;
use super::{Answer, Capability, HostError, Invocation, Messages, Pending, Setup};

/// The capability.
pub(super) struct Sql {
    means: Means,
    postgresql: Doors<postgresql::Database>,
    mysql: Doors<mysql::Database>,
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
        let postgresql = Doors::of(setup, |connection| matches!(connection, Connection::Postgresql { .. }));
        let mysql = Doors::of(setup, |connection| matches!(connection, Connection::Mysql { .. }));
        Self { means: Means::of(setup), postgresql, mysql }
    }

    fn check(setup: &Setup<'_>, connect: bool) -> BoxFuture<'static, Vec<String>> {
        let this = Self::configure(setup);
        let kind = |connection: &Connection| match connection {
            Connection::Postgresql { .. } => Some("postgresql"),
            Connection::Mysql { .. } => Some("mysql"),
            _ => None,
        };
        let reach = |database: Database| async move {
            let trial = Operation { statement: "SELECT 1".to_owned(), ..Operation::default() };
            database.run(trial).await.map(drop)
        };
        Box::pin(async move { this.means.faults(connect, kind, |name, kind| this.database(name, kind), reach).await })
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

/// The rows of a result as they are read, within the bytes that an answer may have.
struct Rows {
    json: Json,
    most: usize,
}

impl Rows {
    fn new(most: usize) -> Self {
        let mut json = Json::new(most);
        json.push('[');
        Self { json, most }
    }

    /// Adds a row, which is written as a JSON object.
    fn push(&mut self, write: impl FnOnce(&mut Json) -> Result<(), DatabaseError>) -> Result<(), DatabaseError> {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        write(&mut self.json)?;
        if self.json.is_full() { Err(DatabaseError::TooLarge(self.most)) } else { Ok(()) }
    }

    fn len(&self) -> usize {
        self.json.len()
    }

    fn finish(mut self) -> String {
        self.json.push(']');
        self.json.finish()
    }
}

/// A column as rows are written.
#[derive(Debug)]
struct Written<T> {
    /// Its name as JSON, with what stands around it.
    name: String,
    /// Its place in the row as the server sends it.
    place: usize,
    of: T,
}

/// Columns in the order in which they are written: that of their names. Of those with the same name the last counts.
fn by_name<T>(columns: impl IntoIterator<Item = (String, T)>) -> Vec<Written<T>> {
    let columns = columns.into_iter().enumerate().map(|(place, (name, of))| (name, (place, of)));
    let columns: BTreeMap<String, (usize, T)> = columns.collect();
    let written = columns.into_iter().enumerate().map(|(index, (name, (place, of)))| {
        let mut json = Json::new(usize::MAX);
        json.push_str(if index == 0 { "" } else { "," });
        json.push_text(&name);
        json.push(':');
        Written { name: json.finish(), place, of }
    });
    written.collect()
}

/// A duration in a connection string, as Go writes it: `1h30m`, `500ms`.
fn duration(text: &str) -> Option<Duration> {
    let duration: SignedDuration = if text == "0" { SignedDuration::ZERO } else { text.parse().ok()? };
    Duration::try_from(duration).ok()
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
            // Boxed, for the larger of the two would make the other's operations large.
            Self::Mysql(door) => Box::pin(door.pass(door.behind.run(operation, door.answer_bytes()))).await,
        }
    }
}

impl Sql {
    fn execute(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let database = self.database(text(arguments, 0), text(arguments, 1));
        let operation = operation(text(arguments, 2), text(arguments, 3));
        let (name, kind) = (text(arguments, 0).to_owned(), text(arguments, 1).to_owned());
        Box::pin(async move {
            let run = async { database?.run(operation?).await.map_err(|error| told(&kind, &name, &error)) };
            answer(run.await)
        })
    }

    fn database(&self, name: &str, kind: &str) -> Result<Database, HostError> {
        let means = &self.means;
        let connection = means.manifest.connections.get(name);
        let address = |address: &str| match address {
            "" => Err(HostError::from(format!("connection [{name}] has empty or missing connection string"))),
            _ => means.with_secrets(name, address),
        };
        match (kind, connection) {
            ("postgresql" | "mysql", None) => Err(format!("connection [{name}] not found").into()),
            ("postgresql", Some(Connection::Postgresql { conn_string })) => {
                let door = self.postgresql.get(name, || {
                    let address = address(conn_string)?;
                    let environment = &means.environment;
                    let make = || postgresql::Database::new(&address, environment, means.clients.clone(), means.limits);
                    let whole = format!("{address}{}", postgresql::Database::surroundings(environment));
                    self.postgresql.open(name, &whole, means.limits, make)
                });
                Ok(Database::Postgresql(door?))
            }
            ("mysql", Some(Connection::Mysql { conn_string })) => {
                let door = self.mysql.get(name, || {
                    let address = address(conn_string)?;
                    let make = || mysql::Database::new(&address, means.clients.clone(), means.limits);
                    self.mysql.open(name, &address, means.limits, make)
                });
                Ok(Database::Mysql(door?))
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

/// What is said about a failure: what the database says is left as it is, as the author knows it.
fn told(kind: &str, connection: &str, error: &DatabaseError) -> HostError {
    match error {
        DatabaseError::Refused(reason) => reason.as_str().into(),
        error => format!("{kind} connection [{connection}]: {error}").into(),
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
