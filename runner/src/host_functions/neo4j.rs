//! `modus_neo4j_client`: Cypher for Neo4j (`host-functions` section 13), by a client of our own for the Bolt protocol.

mod address;
mod bolt;
mod database;
mod json;
mod parameters;
mod pool;
mod records;
mod routing;
mod temporal;

use std::sync::Arc;

use abi::host_functions as table;
use abi::manifest::Connection;
use abi::value::Value;
use futures::future::BoxFuture;

use super::capability::Function;
use super::database::{DatabaseError, Door, Doors, Means, named};
use super::values::text;
use super::{Capability, HostError, Invocation, Messages, Pending, Setup};
use address::Address;
use database::{Database, Query};
use parameters::parameters;
use pool::Settings;
use records::Records;

/// The capability.
pub(super) struct Neo4j {
    means: Means,
    doors: Doors<Database>,
}

impl Capability for Neo4j {
    const TABLE: &'static table::Capability = &table::NEO4J;

    const FUNCTIONS: &'static [Function<Self>] = &[Function::waiting(
        "executeQuery",
        Messages {
            starting: Some("Executing Neo4j query."),
            completed: Some("Completed Neo4j query."),
            cancelled: Some("Cancelled Neo4j query."),
            error: Some("Error executing Neo4j query."),
            detail: |arguments| {
                let part = |index| text(arguments, index);
                Some(format!("Host: {} Database: {} Query: {}", part(0), part(1), part(2)))
            },
        },
        Self::execute,
    )];

    fn configure(setup: &Setup<'_>) -> Self {
        let doors = Doors::of(setup, |connection| matches!(connection, Connection::Neo4j { .. }));
        Self { means: Means::of(setup), doors }
    }

    fn check(setup: &Setup<'_>, connect: bool) -> BoxFuture<'static, Vec<String>> {
        let this = Self::configure(setup);
        let kind = |found: &Connection| matches!(found, Connection::Neo4j { .. }).then_some(KIND);
        let reach = |door: Arc<Door<Database>>| async move { run(&door, &Query::trial()).await.map(drop) };
        Box::pin(async move { this.means.faults(connect, kind, |name, _| this.door(name), reach).await })
    }
}

/// As messages have it.
const KIND: &str = "Neo4j";

impl Query {
    /// One that finds out whether the server can be used.
    fn trial() -> Self {
        Self { database: String::new(), text: "RETURN 1".to_owned(), parameters: vec![0xA0] }
    }
}

impl Neo4j {
    fn execute(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let name = text(arguments, 0).to_owned();
        let door = self.door(&name);
        let parameters = parameters(text(arguments, 3)).map_err(HostError::from);
        let (database, text) = (text(arguments, 1).to_owned(), text(arguments, 2).to_owned());
        Box::pin(async move {
            let query = Query { database, text, parameters: parameters? };
            let ran = run(&*door?, &query).await;
            ran.map(Records::into_value).map_err(|error| named(KIND, &name, &error).into())
        })
    }

    fn door(&self, name: &str) -> Result<Arc<Door<Database>>, HostError> {
        self.doors.get(name, || self.door_anew(name))
    }

    fn door_anew(&self, name: &str) -> Result<Arc<Door<Database>>, HostError> {
        let (written, username, password) = match self.means.manifest.connections.get(name) {
            Some(Connection::Neo4j { db_uri, username, password }) => (db_uri, username, password),
            Some(_) => return Err(format!("[{name}] is not a Neo4j connection").into()),
            None => return Err(format!("Neo4j connection [{name}] not found").into()),
        };
        let expand = |text: &str| self.means.with_secrets(name, text);
        let (uri, username, password) = (expand(written)?, expand(username)?, expand(password)?);
        let fields = [("DbUri", &uri), ("Username", &username), ("Password", &password)];
        let empty: Vec<_> = fields.iter().filter(|(_, value)| value.is_empty()).map(|(field, _)| *field).collect();
        if !empty.is_empty() {
            return Err(format!("[{name}] has empty required fields: [{}]", empty.join(" ")).into());
        }
        let all = format!("{}:{}:{uri}{username}{password}", uri.len(), username.len());
        let Means { clients, limits, .. } = &self.means;
        self.doors.open(name, &all, *limits, || {
            let address = Address::parse(&uri, written).map_err(|problem| named(KIND, name, &problem))?;
            let settings = Settings::new(address, username.clone(), password.clone(), clients.clone());
            Ok(Database::new(settings, *limits))
        })
    }
}

/// Runs a query when it is its turn.
async fn run(door: &Door<Database>, query: &Query) -> Result<Records, DatabaseError> {
    door.pass(door.behind.run(query, door.answer_bytes())).await
}
