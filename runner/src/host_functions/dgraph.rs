//! `modus_dgraph_client`: queries, mutations and schemas of Dgraph (`host-functions` section 12).

mod address;
mod client;
mod messages;
mod rpc;

use std::sync::Arc;

use abi::host_functions as table;
use abi::manifest::Connection;
use abi::value::Value;
use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::{Map, json};

use super::capability::Function;
use super::database::{DatabaseError, Door, Doors, Means, named};
use super::values::{member, object, text, text_of};
use super::{Capability, HostError, Invocation, Messages, Pending, Setup};
use address::Address;
use client::Client;
use messages::{Mutation, Operation, Request, Response};

/// The capability.
pub(super) struct Dgraph {
    means: Means,
    doors: Doors<Client>,
}

impl Capability for Dgraph {
    const TABLE: &'static table::Capability = &table::DGRAPH;

    const FUNCTIONS: &'static [Function<Self>] = &[
        Function::waiting(
            "executeQuery",
            Messages {
                starting: Some("Executing DQL operation."),
                completed: Some("Completed DQL operation."),
                cancelled: Some("Cancelled DQL operation."),
                error: Some("Error executing DQL operation."),
                detail: |arguments| Some(format!("Host: {} Req: {}", text(arguments, 0), shown(arguments.get(1)))),
            },
            Self::execute,
        ),
        Function::waiting(
            "alterSchema",
            Messages {
                starting: Some("Altering DQL schema."),
                completed: Some("Completed DQL schema alteration."),
                cancelled: Some("Cancelled DQL schema alteration."),
                error: Some("Error altering DQL schema."),
                detail: |arguments| Some(format!("Host: {} Schema: {}", text(arguments, 0), text(arguments, 1))),
            },
            |this, _, arguments| {
                let schema = text(arguments, 1).to_owned();
                this.alter(arguments, Operation { schema, ..Operation::default() })
            },
        ),
        Function::waiting(
            "dropAttribute",
            Messages {
                starting: Some("Dropping DQL attribute."),
                completed: Some("Completed DQL attribute drop."),
                cancelled: Some("Cancelled DQL attribute drop."),
                error: Some("Error dropping DQL attribute."),
                detail: |arguments| Some(format!("Host: {} Attribute: {}", text(arguments, 0), text(arguments, 1))),
            },
            |this, _, arguments| {
                let drop_attr = text(arguments, 1).to_owned();
                this.alter(arguments, Operation { drop_attr, ..Operation::default() })
            },
        ),
        Function::waiting(
            "dropAllData",
            Messages {
                starting: Some("Dropping all DQL data."),
                completed: Some("Completed DQL data drop."),
                cancelled: Some("Cancelled DQL data drop."),
                error: Some("Error dropping DQL data."),
                detail: |arguments| Some(format!("Host: {}", text(arguments, 0))),
            },
            |this, _, arguments| this.alter(arguments, Operation { drop_all: true, ..Operation::default() }),
        ),
    ];

    fn configure(setup: &Setup<'_>) -> Self {
        let doors = Doors::of(setup, |connection| matches!(connection, Connection::Dgraph { .. }));
        Self { means: Means::of(setup), doors }
    }

    fn check(setup: &Setup<'_>, connect: bool) -> BoxFuture<'static, Vec<String>> {
        let this = Self::configure(setup);
        let kind = |found: &Connection| matches!(found, Connection::Dgraph { .. }).then_some(KIND);
        let reach = |door: Arc<Door<Client>>| async move { door.pass(door.behind.check()).await };
        Box::pin(async move { this.means.faults(connect, kind, |name, _| this.door(name), reach).await })
    }
}

/// As messages have it.
const KIND: &str = "dgraph";

impl Dgraph {
    fn execute(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (name, door) = (text(arguments, 0).to_owned(), self.door(text(arguments, 0)));
        let request = arguments.get(1).map(request).unwrap_or_default();
        Box::pin(async move {
            let door = door?;
            if request.mutations.is_empty() && request.query.is_empty() {
                return Err("no query or mutations provided".into());
            }
            let response = door.pass(async { answer(door.behind.run(request).await?) }).await;
            response.map_err(|error| failed(&name, &error))
        })
    }

    fn alter(self: &Arc<Self>, arguments: &[Value], operation: Operation) -> Pending {
        let (name, door) = (text(arguments, 0).to_owned(), self.door(text(arguments, 0)));
        Box::pin(async move {
            let door = door?;
            let altered = door.pass(door.behind.alter(operation)).await;
            altered.map(|()| Value::String("success".to_owned())).map_err(|error| failed(&name, &error))
        })
    }

    /// The way to the server of a connection.
    fn door(&self, name: &str) -> Result<Arc<Door<Client>>, HostError> {
        self.doors.get(name, || self.door_anew(name))
    }

    fn door_anew(&self, name: &str) -> Result<Arc<Door<Client>>, HostError> {
        let wrong = |what: &str| Err(HostError::from(format!("dgraph connection [{name}] {what}")));
        let (conn_string, target, key) = match self.means.manifest.connections.get(name) {
            Some(Connection::Dgraph { conn_string, grpc_target, key }) => (conn_string, grpc_target, key),
            Some(_) => return Err(format!("[{name}] is not a dgraph connection").into()),
            None => return wrong("not found"),
        };
        let with_secrets = |text: &str| self.means.with_secrets(name, text);
        let Means { environment, clients, limits, .. } = &self.means;
        let new = |address| Client::new(address, *limits, clients.shared(environment));
        match (&**conn_string, &**target, &**key) {
            ("", "", _) => wrong("needs either a connString or a grpcTarget"),
            (conn_string, "", "") => {
                let text = with_secrets(conn_string)?;
                let make = || Address::of_connection_string(&text).map(new);
                self.doors.open(name, &text, *limits, make)
            }
            (_, "", _) => wrong("has both connString and key (the key should be part of the connection string)"),
            ("", target, key) => {
                let target = with_secrets(target)?;
                // Where it is of no use it may be missing.
                let key = if address::is_plain(&target) { String::new() } else { with_secrets(key)? };
                let make = || Address::of_target(&target, &key).map(new);
                self.doors.open(name, &format!("{target}\n{key}"), *limits, make)
            }
            _ => wrong("has both connString and grpcTarget (use one or the other)"),
        }
    }
}

/// What the server says stands alone, as the author knows it.
fn failed(name: &str, error: &DatabaseError) -> HostError {
    match error {
        DatabaseError::Refused(text) => text.clone().into(),
        error => named(KIND, name, error).into(),
    }
}

/// The guest's request: a query that only reads, or a transaction that commits itself.
fn request(given: &Value) -> Request {
    let query = member(given, "query");
    let bytes = |given: &Value, name| Bytes::from(text_of(member(given, name)).to_owned());
    let mutation = |given: &Value| Mutation {
        set_json: bytes(given, "setJson"),
        delete_json: bytes(given, "delJson"),
        set_nquads: bytes(given, "setNquads"),
        del_nquads: bytes(given, "delNquads"),
        cond: text_of(member(given, "condition")).to_owned(),
    };
    let variable =
        |entry: &Value| (text_of(member(entry, "key")).to_owned(), text_of(member(entry, "value")).to_owned());
    let mutations: Vec<_> = items(member(given, "mutations")).iter().map(mutation).collect();
    let writes = !mutations.is_empty();
    Request {
        query: text_of(member(query, "query")).to_owned(),
        vars: items(member(query, "variables")).iter().map(variable).collect(),
        read_only: !writes,
        mutations,
        commit_now: writes,
    }
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// What the guest gets.
fn answer(response: Response) -> Result<Value, DatabaseError> {
    let json = String::from_utf8(response.json);
    let json = json.map_err(|_| DatabaseError::Unusable("the answer is not valid UTF-8".to_owned()))?;
    let entry = |(name, uid)| object([("key", Value::String(name)), ("value", Value::String(uid))]);
    let uids: Vec<_> = response.uids.into_iter().map(entry).collect();
    let uids = if uids.is_empty() { Value::Null } else { Value::List(uids) };
    Ok(object([("json", Value::String(json)), ("uids", uids)]))
}

/// A request in the log: what is set in it.
fn shown(given: Option<&Value>) -> String {
    let Request { query, vars, mutations, .. } = given.map(request).unwrap_or_default();
    let mut parts = Map::new();
    if !query.is_empty() {
        parts.insert("query".to_owned(), query.into());
    }
    if !vars.is_empty() {
        parts.insert("variables".to_owned(), json!(vars.into_iter().collect::<std::collections::BTreeMap<_, _>>()));
    }
    let mutations: Vec<_> = mutations.iter().map(shown_mutation).collect();
    if !mutations.is_empty() {
        parts.insert("mutations".to_owned(), mutations.into());
    }
    serde_json::Value::from(parts).to_string()
}

fn shown_mutation(mutation: &Mutation) -> serde_json::Value {
    let Mutation { set_json, delete_json, set_nquads, del_nquads, cond } = mutation;
    let texts: [(&str, &[u8]); 5] = [
        ("setJson", set_json),
        ("delJson", delete_json),
        ("setNquads", set_nquads),
        ("delNquads", del_nquads),
        ("condition", cond.as_bytes()),
    ];
    let given = texts.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(name, text)| (name.to_owned(), String::from_utf8_lossy(text).into())).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests;
