//! A connection that is logged in, and what is run on it (`host-functions` section 9.2).

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::address::Wanted;
use super::login::CancelKey;
use super::parameters;
use super::rows::{Columns, described};
use super::statements::{Prepared, Statements, reads};
use super::types::{Entry, Oid, Shape, Types};
use super::wire::{SMALL, ServerError, Wire, lost, unexpected};
use crate::host_functions::database::DatabaseError;
use crate::host_functions::sql::{Done, Operation, Rows};

/// A connection that was not used for so long is asked whether it is still there, and has so long to answer.
const SILENCE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(3);
/// A row's message may be larger than its JSON by this factor: bytes have two digits each.
const TEXT_PER_JSON: usize = 2;
/// Settings that a server may tell.
pub(super) const SETTINGS: usize = 256;
/// Types that are looked up for one.
const LOOK_UPS: usize = 64;

/// A connection. It belongs to one operation at a time.
pub(super) struct Session {
    wire: Wire,
    pub(super) key: CancelKey,
    /// What the server tells about its settings: at the log-in, and now.
    at_first: BTreeMap<String, String>,
    now: BTreeMap<String, String>,
    statements: Statements,
    /// Something was sent whose answer is not read to its end.
    busy: bool,
    /// The connection broke.
    gone: bool,
    pub(super) used: Instant,
}

/// Why something failed: by the server, which is ready for more, or otherwise.
enum Failure {
    Server(ServerError),
    Other(DatabaseError),
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Other(error)
    }
}

impl From<Failure> for DatabaseError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Server(error) => error.into(),
            Failure::Other(error) => error,
        }
    }
}

impl Session {
    pub(super) fn new(wire: Wire, key: CancelKey, settings: BTreeMap<String, String>, statements: usize) -> Self {
        Self {
            wire,
            key,
            at_first: settings.clone(),
            now: settings,
            statements: Statements::new(statements),
            busy: false,
            gone: false,
            used: Instant::now(),
        }
    }

    /// Whether it can be used again: nothing runs, and no statement has left it with other settings.
    pub(super) fn is_clean(&self) -> bool {
        !self.busy && self.now == self.at_first
    }

    /// Whether the server may still be at work on what was sent.
    pub(super) fn is_running(&self) -> bool {
        self.busy && !self.gone
    }

    /// Whether the server still answers.
    pub(super) async fn is_alive(&mut self) -> bool {
        // A server that ended has said so, or at least closed the connection.
        loop {
            match self.wire.receive_now() {
                Ok(None) => break,
                Ok(Some(Message::NoticeResponse(_) | Message::NotificationResponse(_))) => {}
                // The last word of a server that shuts down, or a setting that has changed.
                Ok(Some(_)) | Err(_) => return false,
            }
        }
        if self.used.elapsed() < SILENCE {
            return true;
        }
        self.busy = true;
        frontend::sync(&mut self.wire.unsent);
        let asked = async {
            self.wire.flush().await?;
            self.until_ready(SMALL, |_| Ok(())).await
        };
        let alive = matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(b'I')));
        self.busy = !alive;
        alive
    }

    /// Whether the server is what the connection string asks for.
    pub(super) async fn check(&mut self, wanted: Wanted) -> Result<(), DatabaseError> {
        let (question, expected) = match wanted {
            Wanted::Any | Wanted::PreferStandby => return Ok(()),
            Wanted::ReadWrite => ("SHOW transaction_read_only", "off"),
            Wanted::ReadOnly => ("SHOW transaction_read_only", "on"),
            Wanted::Primary => ("SELECT pg_catalog.pg_is_in_recovery()", "f"),
            Wanted::Standby => ("SELECT pg_catalog.pg_is_in_recovery()", "t"),
        };
        let answer = self.ask(question).await.map_err(DatabaseError::from)?;
        if answer.is_some_and(|row| row.first().is_some_and(|value| value == expected)) {
            return Ok(());
        }
        Err(DatabaseError::Unreachable("no server is what target_session_attrs asks for".to_owned()))
    }

    /// Runs a statement in a transaction of its own.
    pub(super) async fn run(
        &mut self,
        operation: &Operation,
        types: &Types,
        most: usize,
    ) -> Result<Done, DatabaseError> {
        let result = if operation.only_executed && operation.parameters.is_empty() {
            self.run_text(&operation.statement, most).await
        } else {
            match self.run_prepared(operation, types, most).await {
                // The statement is no longer there, or has other columns than it had: the guest has done that, or a migration.
                // Nothing has been done, for its transaction was rolled back.
                Err(Failure::Server(error)) if is_stale(&error) && !self.busy => {
                    self.statements.forget(&operation.statement);
                    self.run_prepared(operation, types, most).await
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

    async fn run_prepared(&mut self, operation: &Operation, types: &Types, most: usize) -> Result<Done, Failure> {
        self.write(|buffer| frontend::query("BEGIN", buffer))?;
        let known = self.statements.get(&operation.statement);
        let begun = known.is_none();
        let prepared = match known {
            Some(prepared) => prepared,
            None => match self.prepare(&operation.statement, types).await {
                Ok(prepared) => prepared,
                Err(failure) => return Err(self.roll_back(failure).await),
            },
        };
        // What is not kept prepared, or writes and has rows to read, is committed once all is there.
        let at_once = operation.only_executed || reads(&operation.statement);
        let bound = bind(&mut self.wire.unsent, &prepared, operation)
            .and_then(|()| if at_once { sendable(frontend::query("COMMIT", &mut self.wire.unsent)) } else { Ok(()) });
        if let Err(error) = bound {
            self.wire.unsent.clear();
            return Err(if begun { self.roll_back(error.into()).await } else { error.into() });
        }
        self.busy = true;
        self.wire.flush().await?;
        if !begun {
            self.until_ready(SMALL, |_| Ok(())).await?;
        }
        let result = self.read_result(&prepared, operation.only_executed, most).await;
        match result {
            Err(Failure::Other(error)) => Err(error.into()),
            Err(failure) if !at_once => Err(self.roll_back(failure).await),
            result => {
                if !at_once {
                    self.write(|buffer| frontend::query("COMMIT", buffer))?;
                    self.wire.flush().await?;
                }
                let committed = self.committed().await;
                let done = result?;
                committed?;
                Ok(done)
            }
        }
    }

    /// Sends what is written, `BEGIN`, and has the statement prepared.
    async fn prepare(&mut self, statement: &str, types: &Types) -> Result<Arc<Prepared>, Failure> {
        let (name, closed) = self.statements.make_room(statement);
        let buffer = &mut self.wire.unsent;
        let written = closed.map_or(Ok(()), |closed| frontend::close(b'S', &closed.name, buffer));
        let written = written.and_then(|()| {
            frontend::parse(&name, statement, [], buffer)?;
            frontend::describe(b'S', &name, buffer)
        });
        sendable(written)?;
        frontend::sync(&mut self.wire.unsent);
        self.busy = true;
        self.wire.flush().await?;
        self.until_ready(SMALL, |_| Ok(())).await?;
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

    async fn read_result(&mut self, prepared: &Prepared, only_executed: bool, most: usize) -> Result<Done, Failure> {
        let mut rows = (!only_executed).then(|| Rows::new(most));
        let mut affected = 0;
        let reading = self.until_ready(largest(most), |message| {
            match (message, &prepared.columns, &mut rows) {
                (Message::DataRow(body), Some(columns), Some(rows)) => columns.push(rows, &body)?,
                (Message::CommandComplete(body), ..) => affected = rows_affected(body.tag().unwrap_or_default()),
                _ => {}
            }
            Ok(())
        });
        reading.await?;
        Ok(Done { rows: rows.map(Rows::finish), affected, last_insert_id: 0 })
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

    /// The shape of a type, which may have to be looked up in the database.
    async fn shape(&mut self, types: &Types, oid: Oid) -> Result<Shape, Failure> {
        let mut open = vec![oid];
        for _ in 0..LOOK_UPS {
            let Some(next) = open.last().copied() else { break };
            if types.shape(next).is_ok() {
                open.pop();
                continue;
            }
            let entry = self.look_up(next).await?;
            match types.learn(next, entry.as_ref()) {
                Ok(()) => drop(open.pop()),
                // A catalogue that goes round in a circle.
                Err(missing) if open.contains(&missing) => {
                    let _ = types.learn(next, None);
                }
                Err(missing) => open.push(missing),
            }
        }
        Ok(types.shape(oid).unwrap_or(Shape::Other))
    }

    async fn look_up(&mut self, oid: Oid) -> Result<Option<Entry>, Failure> {
        let version = self.at_first.get("server_version").map_or("", String::as_str);
        let version: u32 =
            version.split(|char: char| !char.is_ascii_digit()).next().unwrap_or_default().parse().unwrap_or(0);
        let or_multirange = if version >= 14 { "OR r.rngmultitypid = t.oid" } else { "" };
        let question = format!(
            "SELECT t.typtype, t.typcategory, t.typelem, t.typdelim, t.typbasetype, coalesce(r.rngsubtype, 0) \
             FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid {or_multirange} \
             WHERE t.oid = {oid}"
        );
        let Some(row) = self.ask(&question).await? else { return Ok(None) };
        let letter = |index: usize| row.get(index).and_then(|text| text.bytes().next()).unwrap_or_default();
        let number = |index: usize| row.get(index).and_then(|text| text.parse().ok()).unwrap_or_default();
        Ok(Some(Entry {
            kind: letter(0),
            category: letter(1),
            element: number(2),
            delimiter: letter(3),
            base: number(4),
            subtype: number(5),
        }))
    }

    /// The last row of the answer to a question of the runner's own; NULL is an empty text.
    async fn ask(&mut self, question: &str) -> Result<Option<Vec<String>>, Failure> {
        let was_busy = std::mem::replace(&mut self.busy, true);
        self.write(|buffer| frontend::query(question, buffer))?;
        self.wire.flush().await?;
        let mut row = None;
        self.until_ready(SMALL, |message| {
            if let Message::DataRow(body) = message {
                let values = body.ranges().map(|range| {
                    let bytes = range.and_then(|range| body.buffer().get(range)).unwrap_or_default();
                    Ok(String::from_utf8_lossy(bytes).into_owned())
                });
                row = Some(values.collect().map_err(|error| lost(&error))?);
            }
            Ok(())
        })
        .await?;
        self.busy = was_busy;
        Ok(row)
    }

    fn write(&mut self, write: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> Result<(), DatabaseError> {
        let before = self.wire.unsent.len();
        sendable(write(&mut self.wire.unsent)).inspect_err(|_| self.wire.unsent.truncate(before))
    }

    /// Reads until the server is ready, whose state this gives: `I` outside of a transaction, `T` in one, `E` in one that has
    /// failed. An error that the server tells is given when it is ready again. Messages may have so many bytes.
    async fn until_ready(
        &mut self,
        most: usize,
        mut each: impl FnMut(Message) -> Result<(), DatabaseError>,
    ) -> Result<u8, Failure> {
        let mut failed = None;
        loop {
            match self.wire.receive(most).await? {
                Message::ReadyForQuery(body) => {
                    return failed.map_or(Ok(body.status()), |error| Err(Failure::Server(error)));
                }
                Message::ErrorResponse(body) => {
                    let error = ServerError::new(&body);
                    if error.is_fatal() {
                        return Err(DatabaseError::from(error).into());
                    }
                    failed = Some(error);
                }
                Message::ParameterStatus(body) => {
                    let (name, value) = (body.name().unwrap_or_default(), body.value().unwrap_or_default());
                    self.now.insert(name.to_owned(), value.to_owned());
                    if self.now.len() > SETTINGS {
                        return Err(unexpected("so many settings").into());
                    }
                }
                Message::CopyInResponse(_) | Message::CopyOutResponse(_) => {
                    let reason = "COPY from or to the client is not supported";
                    return Err(DatabaseError::Unusable(reason.to_owned()).into());
                }
                Message::NoticeResponse(_) | Message::NotificationResponse(_) => {}
                message => each(message)?,
            }
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

/// Bytes that a row's message may have.
fn largest(most: usize) -> usize {
    most.saturating_mul(TEXT_PER_JSON).saturating_add(SMALL)
}

/// A statement cannot be written if it has a zero byte, or if it has more parameters or bytes than the protocol has room for.
fn sendable(written: io::Result<()>) -> Result<(), DatabaseError> {
    written.map_err(|error| DatabaseError::Unusable(format!("the statement cannot be sent: {error}")))
}

fn is_stale(error: &ServerError) -> bool {
    error.code == "26000" || error.code == "0A000" && error.message.contains("cached plan must not change result type")
}

/// `INSERT 0 5`, `SELECT 3`, `CREATE TABLE`
fn rows_affected(tag: &str) -> u64 {
    tag.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}
