//! MySQL and MariaDB (`host-functions` sections 9.3, 9.4 and 9.6).
//!
//! Statements go through the server's prepared statements, those without parameters too: the client tells every server that
//! a text may have several statements, and only a prepared one is always one.

mod address;
mod failures;
mod geometry;
mod parameters;
mod pool;
mod session;
mod values;

use std::sync::Arc;

use mysql_async::prelude::{Protocol, Queryable as _};
use mysql_async::{Conn, Error, QueryResult, Value};
use mysql_common::named_params::ParsedNamedParams;

use super::{Done, Operation, Rows, Written, by_name};
use crate::client::Clients;
use crate::compute;
use crate::host_functions::HostError;
use crate::host_functions::database::{Behind, DatabaseError};
use crate::limits::DatabaseLimits;
use crate::panics;
use address::Address;
use pool::Pool;

/// The server's error for a statement that it does not prepare.
const NOT_PREPARED: u16 = 1295;
/// Bytes of JSON after which others on this thread have their turn.
const TURN: usize = 64 << 10;
/// Bytes of a packet beside what a guest passes, at least.
const AROUND: usize = 4096;

/// A MySQL database: its pool of connections.
pub(in crate::host_functions) struct Database {
    pool: Arc<Pool>,
}

/// Why a statement failed, and what its connection is good for.
enum Failure {
    /// The answer was read to its end: the transaction can be rolled back.
    Told(DatabaseError),
    /// The connection is of no more use, and the server may still be at work.
    Broken(DatabaseError),
}

impl Behind for Database {
    const SYSTEM: &'static str = "mysql";
}

impl Database {
    pub(super) fn new(address: &str, clients: Clients, limits: DatabaseLimits) -> Result<Self, HostError> {
        let address = Address::parse(address)
            .map_err(|reason| HostError::from(format!("failed to parse mysql connection URL: {reason}")))?;
        Ok(Self { pool: Arc::new(Pool::new(address, clients, limits.answer)) })
    }

    /// Runs a statement in a transaction of its own.
    pub(super) async fn run(&self, operation: Operation, most: usize) -> Result<Done, DatabaseError> {
        // The client does not expect everything that a server may send.
        let unreadable = |_| Err(DatabaseError::Lost("the server's answer cannot be read".to_owned()));
        panics::caught(self.transaction(&operation, most)).await.unwrap_or_else(unreadable)
    }

    async fn transaction(&self, operation: &Operation, most: usize) -> Result<Done, DatabaseError> {
        let parameters = parameters::values(&operation.parameters).map_err(DatabaseError::Unusable)?;
        self.check_size(operation, &parameters)?;
        let mut lease = self.pool.begin().await?;
        lease.is_running = true;
        let executed = self.execute(lease.connection(), operation, parameters, most).await;
        let (end, result) = match executed {
            Ok(done) => ("COMMIT", Ok(done)),
            Err(Failure::Told(error)) => ("ROLLBACK", Err(error)),
            Err(Failure::Broken(error)) => return Err(error),
        };
        let ended = lease.connection().query_drop(end).await;
        lease.is_running = false;
        match ended {
            Ok(()) if session::is_changed_by(&operation.statement, self.pool.address.several) => lease.close(),
            Ok(()) => lease.keep(),
            Err(error) if result.is_ok() => return Err(self.failed(&error, most)),
            // What the statement said comes first.
            Err(_) => {}
        }
        result
    }

    /// Refuses what the client would end the connection for.
    fn check_size(&self, operation: &Operation, parameters: &[Value]) -> Result<(), DatabaseError> {
        let size = |value: &Value| if let Value::Bytes(bytes) = value { bytes.len() + 16 } else { 16 };
        let bytes = operation.statement.len() + parameters.iter().map(size).sum::<usize>();
        let most = self.pool.packet() - AROUND;
        if bytes > most {
            return Err(DatabaseError::Unusable(format!(
                "the statement and its parameters have {bytes} bytes, and {most} can be sent"
            )));
        }
        Ok(())
    }

    fn failed(&self, error: &Error, most: usize) -> DatabaseError {
        failures::of_operation(error, &self.pool.address, most)
    }

    async fn execute(
        &self,
        connection: &mut Conn,
        operation: &Operation,
        parameters: Vec<Value>,
        most: usize,
    ) -> Result<Done, Failure> {
        let failed = |error: Error| {
            let reason = self.failed(&error, most);
            if matches!(error, Error::Server(_)) { Failure::Told(reason) } else { Failure::Broken(reason) }
        };
        let rows = Rows::new(if operation.only_executed { 0 } else { most });
        let statement = operation.statement.as_str();
        let prepared = if self.pool.address.several && parameters.is_empty() {
            None
        } else {
            check_placeholders(statement)?;
            match connection.prep(statement).await {
                // It is one statement, for the server has read it to its end.
                Err(Error::Server(error)) if error.code == NOT_PREPARED && parameters.is_empty() => None,
                prepared => Some(prepared.map_err(failed)?),
            }
        };
        let rows = match prepared {
            None => {
                let result = connection.query_iter(statement).await.map_err(failed)?;
                read(result, rows, operation.only_executed, failed).await?
            }
            Some(prepared) => {
                let (expected, given) = (usize::from(prepared.num_params()), parameters.len());
                if expected != given {
                    let reason = format!("expected {expected} arguments, got {given}");
                    return Err(Failure::Told(DatabaseError::Unusable(reason)));
                }
                let result = connection.exec_iter(prepared, parameters).await.map_err(failed)?;
                read(result, rows, operation.only_executed, failed).await?
            }
        };
        Ok(match rows {
            Some((rows, count)) => Done { rows: Some(rows), affected: count, last_insert_id: 0 },
            None => Done {
                rows: None,
                affected: connection.affected_rows(),
                last_insert_id: connection.last_insert_id().unwrap_or_default(),
            },
        })
    }
}

/// The client has names for parameters, which MySQL and the SDKs do not have.
fn check_placeholders(statement: &str) -> Result<(), Failure> {
    match ParsedNamedParams::parse(statement.as_bytes()) {
        Ok(parsed) if parsed.params().is_empty() => Ok(()),
        _ => {
            let reason = "parameters are written as ?; a colon with a name behind it is no parameter".to_owned();
            Err(Failure::Told(DatabaseError::Unusable(reason)))
        }
    }
}

/// The rows of the first result, and how many there are; of what follows nothing is kept.
async fn read<P: Protocol>(
    mut result: QueryResult<'_, '_, P>,
    mut rows: Rows,
    only_executed: bool,
    failed: impl Fn(Error) -> Failure,
) -> Result<Option<(String, u64)>, Failure> {
    let columns = result.columns().unwrap_or_default();
    if only_executed {
        result.drop_result().await.map_err(failed)?;
        return Ok(None);
    }
    let written = by_name(columns.iter().map(|column| (column.name_str().into_owned(), column)));
    let (mut count, mut turn) = (0, TURN);
    while !columns.is_empty()
        && let Some(row) = result.next().await.map_err(&failed)?
    {
        if bytes_of(&row) > TURN {
            compute::leave().await;
        }
        let pushed = rows.push(|json| {
            json.push('{');
            for Written { name, place, of } in &written {
                json.push_str(name);
                let value = row.as_ref(*place).unwrap_or(&Value::NULL);
                values::write(json, of, value)
                    .map_err(|reason| DatabaseError::Unusable(format!("column {} has {reason}", of.name_str())))?;
            }
            json.push('}');
            Ok(())
        });
        pushed.map_err(Failure::Broken)?;
        count += 1;
        if rows.len() > turn {
            turn = rows.len() + TURN;
            tokio::task::yield_now().await;
        }
    }
    result.drop_result().await.map_err(failed)?;
    Ok(Some((rows.finish(), count)))
}

/// Bytes of texts in a row.
fn bytes_of(row: &mysql_async::Row) -> usize {
    let bytes = |place| match row.as_ref(place) {
        Some(Value::Bytes(bytes)) => bytes.len(),
        _ => 0,
    };
    (0..row.len()).map(bytes).sum()
}
