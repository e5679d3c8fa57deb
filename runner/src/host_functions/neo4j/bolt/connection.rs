//! A connection to one server: introduced, in order, and what can be asked on it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::timeout;

use super::message::{self, Answer, Failure, Identity};
use super::packstream::{Malformed, Reader};
use super::wire::{Unread, Wire};

/// Time for connecting and for being let in.
const INTRODUCTION: Duration = Duration::from_secs(15);
/// Records that are asked for at a time.
const BATCH: i64 = 1000;
/// Bytes that an answer about the connection itself may have, such as a routing table.
const ABOUT: usize = 1 << 20;

/// Why something was not done.
#[derive(Debug)]
pub(in super::super) enum Fault {
    /// The server refuses, and the connection is still in order once it is reset.
    Refused(Failure),
    /// The connection is of no use any more.
    Lost(String),
    /// The server does not keep to the protocol.
    Malformed(Malformed),
    /// An answer has more bytes than it may.
    TooLarge,
    /// Whoever reads the records wants no more of them.
    Unwanted,
}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Lost(said(&error))
    }
}

/// An I/O error in words that tell what happened.
fn said(error: &io::Error) -> String {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    match error.kind() {
        UnexpectedEof | ConnectionReset | BrokenPipe => "the server has closed the connection".to_owned(),
        _ => error.to_string(),
    }
}

/// One server, and how it is reached.
#[derive(Clone)]
pub(in super::super) struct Target {
    pub(in super::super) addresses: Vec<SocketAddr>,
    pub(in super::super) tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

/// A connection that the server has let in.
pub(in super::super) struct Connection {
    wire: Wire,
    /// Summaries that the server owes.
    owed: usize,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").field("owed", &self.owed).finish_non_exhaustive()
    }
}

/// The routing table of a database.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Route {
    /// How long it is good for.
    pub(in super::super) seconds: u64,
    /// Servers that write, as `host:port`.
    pub(in super::super) writers: Vec<String>,
    /// Servers that can be asked for a table.
    pub(in super::super) routers: Vec<String>,
}

impl Connection {
    /// Connects and introduces the client.
    pub(in super::super) async fn open(target: Target, identity: &Identity<'_>) -> Result<Self, Fault> {
        let opened = timeout(INTRODUCTION, async {
            let (wire, version) = Wire::open(&target.addresses, target.tls).await?;
            let mut connection = Self { wire, owed: 0 };
            let messages = message::hello(version, identity);
            connection.send(&messages).await?;
            for _ in &messages {
                let mut patience = None;
                connection.success(ABOUT, |metadata| patience_of(metadata, &mut patience)).await?;
                patience.into_iter().for_each(|patience| connection.wire.be_patient_for(patience));
            }
            Ok(connection)
        });
        opened
            .await
            .unwrap_or_else(|_| Err(Fault::Lost(format!("the server has not let us in after {INTRODUCTION:?}"))))
    }

    /// Whether nothing says that the server has closed the connection, and nothing is under way on it.
    pub(in super::super) fn seems_alive(&self) -> bool {
        self.owed == 0 && self.wire.seems_alive()
    }

    /// Begins a transaction in a database, runs a query in it and hands its records on: for each a reader at its values and
    /// their number. The first call of `record` is preceded by one of `columns`. An answer has at most so many bytes.
    pub(in super::super) async fn run(
        &mut self,
        database: &str,
        (query, parameters): (&str, &[u8]),
        most: usize,
        columns: impl FnOnce(Vec<String>),
        mut record: impl FnMut(Reader<'_>, usize) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let messages = [message::begin(database), message::run(query, parameters), message::pull(BATCH)];
        self.send(&messages).await?;
        self.success(ABOUT, |_| Ok(())).await?;
        let mut names = Vec::new();
        self.success(most, |metadata| {
            message::entries(metadata, |key, value| {
                if key == "fields" {
                    names = message::strings(value)?;
                }
                Ok(())
            })
        })
        .await?;
        columns(names);
        loop {
            let has_more = self.batch(most, &mut record).await?;
            if !has_more {
                return Ok(());
            }
            self.send(&[message::pull(BATCH)]).await?;
        }
    }

    /// Commits. When the connection is lost meanwhile, nobody knows whether it is done.
    pub(in super::super) async fn commit(&mut self, most: usize) -> Result<(), Fault> {
        self.send(&[message::commit()]).await?;
        self.success(most, |_| Ok(())).await
    }

    /// Gets into order what a refusal has left behind: what is under way ends, and a transaction is rolled back.
    pub(in super::super) async fn reset(&mut self) -> Result<(), Fault> {
        self.send(&[message::reset()]).await?;
        loop {
            self.receive(ABOUT).await?;
            match message::answer(self.wire.message())? {
                Answer::Record(..) => {}
                // Only the last one is that of the reset.
                _ if self.owed > 1 => self.owed -= 1,
                Answer::Success(_) => {
                    self.owed = 0;
                    return Ok(());
                }
                Answer::Failure(failure) => return Err(Fault::Lost(failure.message)),
                Answer::Ignored => return Err(Fault::Lost("the server does not reset it".to_owned())),
            }
        }
    }

    /// Asks for the routing table of a database.
    pub(in super::super) async fn route(
        &mut self,
        context: &[(String, String)],
        database: &str,
    ) -> Result<Route, Fault> {
        self.send(&[message::route(context, database)]).await?;
        let mut route = Route::default();
        self.success(ABOUT, |metadata| {
            message::entries(metadata, |key, value| if key == "rt" { table(value, &mut route) } else { Ok(()) })
        })
        .await?;
        Ok(route)
    }

    async fn send(&mut self, messages: &[Vec<u8>]) -> Result<(), Fault> {
        self.owed += messages.len();
        Ok(self.wire.send(messages).await?)
    }

    async fn receive(&mut self, most: usize) -> Result<(), Fault> {
        self.wire.receive(most).await.map_err(|unread| match unread {
            Unread::Lost(error) => error.into(),
            Unread::TooLarge => Fault::TooLarge,
        })
    }

    /// The summary of a message that has no records.
    async fn success(
        &mut self,
        most: usize,
        seen: impl FnOnce(Reader<'_>) -> Result<(), Malformed>,
    ) -> Result<(), Fault> {
        self.receive(most).await?;
        match message::answer(self.wire.message())? {
            Answer::Success(metadata) => {
                seen(metadata)?;
                self.owed = self.owed.saturating_sub(1);
                Ok(())
            }
            Answer::Failure(failure) => {
                self.owed = self.owed.saturating_sub(1);
                Err(Fault::Refused(failure))
            }
            Answer::Ignored | Answer::Record(..) => Err(Malformed("a message that does not belong there").into()),
        }
    }

    /// The records up to the next summary, and whether there are more behind it.
    async fn batch(
        &mut self,
        most: usize,
        record: &mut impl FnMut(Reader<'_>, usize) -> Result<(), Fault>,
    ) -> Result<bool, Fault> {
        loop {
            self.receive(most).await?;
            match message::answer(self.wire.message())? {
                Answer::Record(values, number) => record(values, number)?,
                Answer::Success(metadata) => {
                    self.owed = self.owed.saturating_sub(1);
                    let mut has_more = false;
                    message::entries(metadata, |key, mut value| {
                        has_more |= key == "has_more" && value.bool()?;
                        Ok(())
                    })?;
                    return Ok(has_more);
                }
                Answer::Failure(failure) => {
                    self.owed = self.owed.saturating_sub(1);
                    return Err(Fault::Refused(failure));
                }
                Answer::Ignored => return Err(Malformed("a message that does not belong there").into()),
            }
        }
    }
}

/// The hint how long the server is silent at most, in the answer to HELLO.
fn patience_of(metadata: Reader<'_>, patience: &mut Option<Duration>) -> Result<(), Malformed> {
    message::entries(metadata, |key, hints| {
        if key != "hints" {
            return Ok(());
        }
        message::entries(hints, |key, mut value| {
            if key == "connection.recv_timeout_seconds" {
                *patience = u64::try_from(value.int()?).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs);
            }
            Ok(())
        })
    })
}

fn table(value: Reader<'_>, route: &mut Route) -> Result<(), Malformed> {
    message::entries(value, |key, mut value| {
        match key {
            "ttl" => route.seconds = u64::try_from(value.int()?).unwrap_or(0),
            "servers" => {
                for _ in 0..value.list()? {
                    let (mut role, mut addresses) = (String::new(), Vec::new());
                    let server = value;
                    value.skip()?;
                    message::entries(server, |key, mut value| {
                        match key {
                            "role" => value.string()?.clone_into(&mut role),
                            "addresses" => addresses = message::strings(value)?,
                            _ => {}
                        }
                        Ok(())
                    })?;
                    match role.as_str() {
                        "WRITE" => route.writers.append(&mut addresses),
                        "ROUTE" => route.routers.append(&mut addresses),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    })
}
