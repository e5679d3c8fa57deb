//! A database: a query in a transaction of its own on a server that writes, with what is tried again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::database::{Behind, DatabaseError};
use super::super::pauses::scattered;
use super::bolt::connection::Fault;
use super::bolt::message::Failure;
use super::pool::{Lease, Servers, Settings};
use super::records::Records;
use super::routing::Routes;
use crate::limits::DatabaseLimits;

/// Transient failures are tried again for so long.
const RETRIES: Duration = Duration::from_secs(30);
/// Pauses before them: the first one, each next twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A query whose connection was lost is tried again so many times.
const RECONNECTIONS: u32 = 2;

/// A query with what it needs.
pub(super) struct Query {
    /// Empty for the user's own.
    pub(super) database: String,
    pub(super) text: String,
    /// PackStream.
    pub(super) parameters: Vec<u8>,
}

/// What a connection of the manifest leads to.
pub(super) struct Database {
    servers: Servers,
    routes: Routes,
    settings: Arc<Settings>,
}

impl Behind for Database {
    const SYSTEM: &'static str = "neo4j";
}

/// A failed try.
pub(super) struct Failed {
    pub(super) error: DatabaseError,
    pub(super) again: Again,
}

/// Whether another try may do better, and does no harm: what failed was certainly not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    /// With another connection.
    Reconnect,
    /// After a pause.
    Later,
}

impl From<DatabaseError> for Failed {
    fn from(error: DatabaseError) -> Self {
        Self { error, again: Again::Never }
    }
}

impl Database {
    /// Nothing is connected yet.
    pub(super) fn new(settings: Settings, limits: DatabaseLimits) -> Self {
        let settings = Arc::new(settings);
        let servers = Servers::new(Arc::clone(&settings), limits.connections);
        Self { servers, routes: Routes::default(), settings }
    }

    /// Runs a query, commits, and answers all records, which have at most so many bytes. It may be dropped at any time: its
    /// connection is closed then, and the server rolls back what was not committed.
    pub(super) async fn run(&self, query: &Query, most: usize) -> Result<Records, DatabaseError> {
        let started = Instant::now();
        let (mut pause, mut reconnections) = (FIRST_PAUSE, 0);
        loop {
            let Failed { error, again } = match self.attempt(query, most).await {
                Ok(records) => return Ok(records),
                Err(failed) => failed,
            };
            match again {
                Again::Never => return Err(error),
                Again::Reconnect if reconnections == RECONNECTIONS => return Err(error),
                Again::Reconnect => reconnections += 1,
                Again::Later if started.elapsed() + pause > RETRIES => return Err(error),
                Again::Later => {}
            }
            tokio::time::sleep(scattered(pause, 0.8..1.2)).await;
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(&self, query: &Query, most: usize) -> Result<Records, Failed> {
        let mut lease = self.writer(&query.database).await?;
        let mut records = Records::new(most);
        let mut columns = Vec::new();
        let ran = lease
            .connection()
            .run(
                &query.database,
                (&query.text, &query.parameters),
                most,
                |names| columns = names,
                |reader, values| records.push(reader, values).map_err(|_| Fault::Unwanted),
            )
            .await;
        if let Err(fault) = ran {
            return Err(match records.error() {
                Some(error) => error.clone().into(),
                None => self.failed(lease, fault, &query.database, most).await,
            });
        }
        let records = records.finish(columns)?;
        match lease.connection().commit(most).await {
            Ok(()) => {
                lease.give_back();
                Ok(records)
            }
            // A refusal says that it is not committed.
            Err(fault @ Fault::Refused(_)) => Err(self.failed(lease, fault, &query.database, most).await),
            Err(fault) => Err(self.unknown(&fault).into()),
        }
    }

    async fn writer(&self, database: &str) -> Result<Lease, Failed> {
        let address = &self.settings.address;
        match &address.routing {
            None => Ok(self.servers.connect(&address.server).await?),
            Some(context) => self.routes.writer(&self.servers, &address.server, context, database).await,
        }
    }

    /// What became of a try that was not committed. Its connection goes back where it can be brought into order.
    async fn failed(&self, lease: Lease, fault: Fault, database: &str, most: usize) -> Failed {
        match fault {
            Fault::Refused(failure) => {
                let again = again(&failure);
                match Role::of(&failure) {
                    Role::Lost => self.routes.forget(database),
                    Role::Kept => {}
                }
                if again != Again::Reconnect {
                    lease.recover().await;
                }
                Failed { error: DatabaseError::Refused(self.settings.told(&failure)), again }
            }
            Fault::Lost(reason) => {
                self.routes.forget(database);
                Failed { error: DatabaseError::Lost(reason), again: Again::Reconnect }
            }
            Fault::Malformed(malformed) => DatabaseError::Unusable(malformed.to_string()).into(),
            Fault::TooLarge | Fault::Unwanted => DatabaseError::TooLarge(most).into(),
        }
    }

    /// What the error is when nobody knows whether the query was committed.
    fn unknown(&self, fault: &Fault) -> DatabaseError {
        let reason = match fault {
            Fault::Lost(reason) => reason.clone(),
            Fault::Malformed(malformed) => malformed.to_string(),
            Fault::Refused(failure) => self.settings.told(failure),
            Fault::TooLarge | Fault::Unwanted => "the answer is too large".to_owned(),
        };
        DatabaseError::Lost(format!("{reason}; it was being committed, and may be or not"))
    }
}

/// Whether a server that refuses is one that writes.
enum Role {
    Kept,
    Lost,
}

impl Role {
    fn of(failure: &Failure) -> Self {
        match failure.code.as_str() {
            "Neo.ClientError.Cluster.NotALeader" | "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase" => Self::Lost,
            code if code.starts_with("Neo.TransientError.Database.") => Self::Lost,
            _ => Self::Kept,
        }
    }
}

/// Whether a refused query may be tried again, as Neo4j classifies its codes.
fn again(failure: &Failure) -> Again {
    match failure.code.as_str() {
        // Somebody ended it on purpose.
        "Neo.TransientError.Transaction.Terminated" | "Neo.TransientError.Transaction.LockClientStopped" => {
            Again::Never
        }
        // The server has forgotten who we are.
        "Neo.ClientError.Security.AuthorizationExpired" => Again::Reconnect,
        "Neo.ClientError.Cluster.NotALeader" | "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase" => Again::Later,
        code if code.starts_with("Neo.TransientError.") => Again::Later,
        _ => Again::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_refusals_are_tried_again() {
        for (code, expected) in [
            ("Neo.TransientError.Transaction.DeadlockDetected", Again::Later),
            ("Neo.TransientError.Transaction.Terminated", Again::Never),
            ("Neo.TransientError.Transaction.LockClientStopped", Again::Never),
            ("Neo.ClientError.Cluster.NotALeader", Again::Later),
            ("Neo.ClientError.Security.AuthorizationExpired", Again::Reconnect),
            ("Neo.ClientError.Statement.SyntaxError", Again::Never),
            ("Neo.DatabaseError.General.UnknownError", Again::Never),
            ("", Again::Never),
        ] {
            assert_eq!(again(&Failure { code: code.to_owned(), message: String::new() }), expected, "{code}");
        }
    }
}
