//! Running a statement on a connection (`host-functions` section 9.2).

use std::io;
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::parameters;
use super::rows::{Columns, described};
use super::session::{Failure, Session, sendable};
use super::statements::{Prepared, is_whole, reads};
use super::types::{Oid, Types};
use super::wire::{SMALL, ServerError, lost};
use crate::host_functions::database::DatabaseError;
use crate::host_functions::sql::{Done, Operation, Rows};

impl Session {
    /// Runs a statement in a transaction of its own.
    pub(super) async fn run(
        &mut self,
        operation: &Operation,
        types: &Types,
        most: usize,
    ) -> Result<Done, DatabaseError> {
        let result = if operation.only_executed && operation.parameters.is_empty() {
            Box::pin(self.run_text(&operation.statement, most)).await
        } else {
            match self.run_prepared(operation, types, most).await {
                // The statement is no longer there, or has other columns than it had: the guest has done that, or a migration.
                // Nothing has been done, for its transaction was rolled back.
                Err(Failure::Server(error)) if is_stale(&error) && !self.busy => {
                    self.statements.forget(&operation.statement);
                    Box::pin(self.run_prepared(operation, types, most)).await
                }
                result => result,
            }
        };
        self.used = Instant::now();
        result.map_err(|failure| match DatabaseError::from(failure) {
            DatabaseError::TooLarge(_) => DatabaseError::TooLarge(most),
            error => {
                self.gone = matches!(error, DatabaseError::Lost(_));
                error
            }
        })
    }

    /// Runs statements without parameters and rows, all in one message.
    async fn run_text(&mut self, statement: &str, most: usize) -> Result<Done, Failure> {
        self.write(|buffer| {
            frontend::query("BEGIN", buffer)?;
            frontend::query(statement, buffer)?;
            frontend::query("COMMIT", buffer)
        })?;
        self.busy = true;
        self.wire.flush().await?;
        self.until_ready(SMALL, |_| Ok(())).await?;
        let mut affected = 0;
        let ran = self.until_ready(largest(most), |message| {
            if let Message::CommandComplete(body) = message {
                affected = rows_affected(body.tag().unwrap_or_default());
            }
            Ok(())
        });
        let ran = match ran.await {
            Err(Failure::Other(error)) => return Err(error.into()),
            ran => ran,
        };
        let committed = self.committed().await;
        ran?;
        committed?;
        Ok(Done { rows: None, affected, last_insert_id: 0 })
    }

    /// Runs a statement that is prepared, or that is prepared for it.
    async fn run_prepared(&mut self, operation: &Operation, types: &Types, most: usize) -> Result<Done, Failure> {
        let statement = &operation.statement;
        // What PostgreSQL runs as one transaction by itself needs none around it. The usual way is short; what is seldom gone,
        // here and below, is boxed, for an operation would have room for all of it.
        if self.statements.keeps(statement) && is_whole(statement, operation.only_executed) {
            self.run_alone(operation, types, most).await
        } else {
            Box::pin(self.run_in_transaction(operation, types, most)).await
        }
    }

    async fn run_alone(&mut self, operation: &Operation, types: &Types, most: usize) -> Result<Done, Failure> {
        let prepared = match self.statements.get(&operation.statement) {
            Some(prepared) => prepared,
            None => {
                let prepared = Box::pin(self.prepare(&operation.statement, types, false)).await;
                self.busy &= matches!(prepared, Err(Failure::Other(_)));
                prepared?
            }
        };
        bind(&mut self.wire.unsent, &prepared, operation).inspect_err(|_| self.wire.unsent.clear())?;
        self.busy = true;
        self.wire.flush().await?;
        let mut done = Done::default();
        let status = self.read_result(&prepared, operation.only_executed, most, &mut done).await;
        self.ready(status)?;
        Ok(done)
    }

    async fn run_in_transaction(&mut self, operation: &Operation, types: &Types, most: usize) -> Result<Done, Failure> {
        let known = self.statements.get(&operation.statement);
        let is_known = known.is_some();
        let prepared = match known {
            Some(prepared) => prepared,
            None => match self.prepare(&operation.statement, types, true).await {
                Ok(prepared) => prepared,
                Err(failure) => return Err(self.roll_back(failure).await),
            },
        };
        // What writes and has rows to read is committed once all is there.
        let at_once = operation.only_executed || reads(&operation.statement);
        let buffer = &mut self.wire.unsent;
        let begun = if is_known { sendable(frontend::query("BEGIN", buffer)) } else { Ok(()) };
        let bound = begun.and_then(|()| {
            bind(buffer, &prepared, operation)?;
            if at_once { sendable(frontend::query("COMMIT", buffer)) } else { Ok(()) }
        });
        if let Err(error) = bound {
            self.wire.unsent.clear();
            return Err(if is_known { error.into() } else { self.roll_back(error.into()).await });
        }
        self.busy = true;
        self.wire.flush().await?;
        if is_known {
            self.until_ready(SMALL, |_| Ok(())).await?;
        }
        let mut done = Done::default();
        let result = self.read_result(&prepared, operation.only_executed, most, &mut done).await;
        match result {
            Err(Failure::Other(error)) => return Err(error.into()),
            Err(failure) if !at_once => return Err(self.roll_back(failure).await),
            _ => {}
        }
        if !at_once {
            self.write(|buffer| frontend::query("COMMIT", buffer))?;
            self.wire.flush().await?;
        }
        let committed = self.committed().await;
        result?;
        committed?;
        Ok(done)
    }

    /// Has a statement prepared, in a transaction that begins with it if `begin` says so.
    async fn prepare(&mut self, statement: &str, types: &Types, begin: bool) -> Result<Arc<Prepared>, Failure> {
        if statement.contains('\0') {
            // Found before a kept statement makes room for it.
            return Err(DatabaseError::Unusable("the statement contains the character NUL".to_owned()).into());
        }
        let (name, closed) = self.statements.make_room(statement);
        let buffer = &mut self.wire.unsent;
        let written = if begin { frontend::query("BEGIN", buffer) } else { Ok(()) };
        let written = written.and_then(|()| {
            if let Some(closed) = closed {
                frontend::close(b'S', &closed.name, buffer)?;
            }
            frontend::parse(&name, statement, [], buffer)?;
            frontend::describe(b'S', &name, buffer)
        });
        sendable(written).inspect_err(|_| self.wire.unsent.clear())?;
        frontend::sync(&mut self.wire.unsent);
        self.busy = true;
        self.wire.flush().await?;
        if begin {
            self.until_ready(SMALL, |_| Ok(())).await?;
        }
        let (mut parameters, mut columns) = (Vec::<Oid>::new(), None);
        self.until_ready(SMALL, |message| {
            match message {
                Message::ParameterDescription(body) => {
                    parameters = body.parameters().collect().map_err(|error| lost(&error))?;
                }
                Message::RowDescription(body) => columns = Some(described(&body)?),
                _ => {}
            }
            Ok(())
        })
        .await?;
        let mut shapes = Vec::with_capacity(parameters.len());
        for oid in parameters {
            shapes.push((oid, self.shape(types, oid).await?));
        }
        let columns = match columns {
            None => None,
            Some(described) => {
                let mut columns = Vec::with_capacity(described.len());
                for (name, oid) in described {
                    columns.push((name, self.shape(types, oid).await?));
                }
                Some(Columns::new(columns))
            }
        };
        let prepared = Arc::new(Prepared { name, parameters: shapes, columns });
        self.statements.keep(statement, &prepared);
        Ok(prepared)
    }

    /// Reads what the statement has done, and the state in which the server is ready then.
    async fn read_result(
        &mut self,
        prepared: &Prepared,
        only_executed: bool,
        most: usize,
        done: &mut Done,
    ) -> Result<u8, Failure> {
        let mut rows = (!only_executed).then(|| Rows::new(most));
        let reading = self.until_ready(largest(most), |message| {
            match (message, &prepared.columns, &mut rows) {
                (Message::DataRow(body), Some(columns), Some(rows)) => columns.push(rows, &body)?,
                (Message::CommandComplete(body), ..) => done.affected = rows_affected(body.tag().unwrap_or_default()),
                _ => {}
            }
            Ok(())
        });
        let status = reading.await?;
        done.rows = rows.map(Rows::finish);
        Ok(status)
    }

    /// Reads the answer to `COMMIT`. The server answers `ROLLBACK` where the transaction has failed.
    async fn committed(&mut self) -> Result<(), Failure> {
        let mut rolled_back = false;
        let status = self.until_ready(SMALL, |message| {
            if let Message::CommandComplete(body) = message {
                rolled_back = body.tag().is_ok_and(|tag| tag == "ROLLBACK");
            }
            Ok(())
        });
        let status = status.await;
        self.ready(status)?;
        if rolled_back {
            return Err(DatabaseError::Refused("commit unexpectedly resulted in rollback".to_owned()).into());
        }
        Ok(())
    }

    /// Ends a transaction that has failed, and gives the reason back.
    async fn roll_back(&mut self, failure: Failure) -> Failure {
        if matches!(&failure, Failure::Other(error) if !matches!(error, DatabaseError::Unusable(_))) {
            return failure;
        }
        self.wire.unsent.clear();
        if !self.busy {
            return failure;
        }
        let ended = async {
            self.write(|buffer| frontend::query("ROLLBACK", buffer))?;
            self.wire.flush().await?;
            let status = self.until_ready(SMALL, |_| Ok(())).await;
            self.ready(status)
        };
        // If that fails the connection stays busy, and so is not used again.
        let _ = ended.await;
        failure
    }

    /// Takes note of the state in which the server is ready: outside of a transaction another operation may come.
    fn ready(&mut self, status: Result<u8, Failure>) -> Result<(), Failure> {
        match status {
            Ok(status) => {
                self.busy = status != b'I';
                Ok(())
            }
            // An error of COMMIT, by a constraint that is checked then. The transaction is over.
            Err(Failure::Server(error)) => {
                self.busy = error.is_fatal();
                Err(Failure::Server(error))
            }
            Err(failure) => Err(failure),
        }
    }
}

/// Writes the messages that run a prepared statement.
fn bind(buffer: &mut BytesMut, prepared: &Prepared, operation: &Operation) -> Result<(), DatabaseError> {
    let (expected, given) = (prepared.parameters.len(), operation.parameters.len());
    if expected != given {
        return Err(DatabaseError::Unusable(format!("expected {expected} arguments, got {given}")));
    }
    let mut values = Vec::with_capacity(given);
    for (index, (json, (oid, shape))) in operation.parameters.iter().zip(&prepared.parameters).enumerate() {
        values.push(parameters::text(json, index + 1, *oid, shape).map_err(DatabaseError::Unusable)?);
    }
    let write = |value: Option<String>, buffer: &mut BytesMut| {
        Ok(match value {
            None => postgres_protocol::IsNull::Yes,
            Some(text) => {
                buffer.extend_from_slice(text.as_bytes());
                postgres_protocol::IsNull::No
            }
        })
    };
    // No formats: everything is text.
    let bound = frontend::bind("", &prepared.name, [], values, write, [], buffer);
    let bound = bound.map_err(|error| match error {
        frontend::BindError::Serialization(error) => error,
        frontend::BindError::Conversion(error) => io::Error::other(error),
    });
    sendable(bound.and_then(|()| frontend::execute("", 0, buffer)))?;
    frontend::sync(buffer);
    Ok(())
}

/// Bytes that a row's message may have: half as much again as its JSON, for bytes have two digits each and become base64.
fn largest(most: usize) -> usize {
    most.saturating_add(most / 2).saturating_add(SMALL)
}

fn is_stale(error: &ServerError) -> bool {
    error.code == "26000" || error.code == "0A000" && error.message.contains("cached plan must not change result type")
}

/// `INSERT 0 5`, `SELECT 3`, `CREATE TABLE`
fn rows_affected(tag: &str) -> u64 {
    tag.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
