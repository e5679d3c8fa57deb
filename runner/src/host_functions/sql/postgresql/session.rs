//! A connection that is logged in.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::address::Wanted;
use super::login::CancelKey;
use super::statements::Statements;
use super::types::{Entry, Oid, Shape, Types};
use super::wire::{SMALL, ServerError, Wire, lost, unexpected};
use crate::host_functions::database::DatabaseError;

/// A connection that was not used for so long is asked whether it is still there, and has so long to answer.
const SILENCE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(3);
/// Settings that a server may tell.
pub(super) const SETTINGS: usize = 256;
/// Types that are looked up for one.
const LOOK_UPS: usize = 64;

/// A connection. It belongs to one operation at a time.
pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) key: CancelKey,
    /// What the server tells about its settings: at the log-in, and now.
    at_first: BTreeMap<String, String>,
    now: BTreeMap<String, String>,
    pub(super) statements: Statements,
    /// Something was sent whose answer is not read to its end.
    pub(super) busy: bool,
    /// The connection broke.
    pub(super) gone: bool,
    pub(super) used: Instant,
}

/// Why something failed: by the server, which is ready for more, or otherwise.
pub(super) enum Failure {
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
        // Boxed: it is seldom needed, and would be a part of every operation.
        let alive = matches!(tokio::time::timeout(PATIENCE, Box::pin(asked)).await, Ok(Ok(b'I')));
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

    /// The shape of a type, which may have to be looked up in the database.
    pub(super) async fn shape(&mut self, types: &Types, oid: Oid) -> Result<Shape, Failure> {
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

    pub(super) fn write(&mut self, write: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> Result<(), DatabaseError> {
        let before = self.wire.unsent.len();
        sendable(write(&mut self.wire.unsent)).inspect_err(|_| self.wire.unsent.truncate(before))
    }

    /// Reads until the server is ready, whose state this gives: `I` outside of a transaction, `T` in one, `E` in one that has
    /// failed. An error that the server tells is given when it is ready again. Messages may have so many bytes.
    pub(super) async fn until_ready(
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

/// A statement cannot be written if it has a zero byte, or if it has more parameters or bytes than the protocol has room for.
pub(super) fn sendable(written: io::Result<()>) -> Result<(), DatabaseError> {
    written.map_err(|error| DatabaseError::Unusable(format!("the statement cannot be sent: {error}")))
}
