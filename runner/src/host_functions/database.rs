//! What the capabilities that reach databases have in common: each database has a door, and operations go through it.
//!
//! A capability keeps [`Doors`] in the process, so that connections outlive an app. What stands behind a door is the
//! client's own: a pool, a channel, a driver.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::HostError;
use super::template::expand;
use crate::environment::{Environment, secret_prefix};
use crate::limits::{DatabaseLimits, LimitId};
use crate::telemetry::metrics::{self, DatabaseFailure};

/// The doors of one capability, by the names of their connections. `B` is what is behind each.
pub(super) struct Doors<B>(Mutex<HashMap<String, Arc<Door<B>>>>);

impl<B> Default for Doors<B> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<B> Doors<B> {
    /// The door to the database that a connection names. `address` is all that a client needs to reach it, secrets
    /// included: where it is no longer the same, for instance because a secret changed, the door is made anew, and what
    /// was behind the old one ends with its last operation. Nothing may be connected by `make`.
    pub(super) fn open<E>(
        &self,
        connection: &str,
        address: &str,
        limits: DatabaseLimits,
        make: impl FnOnce() -> Result<B, E>,
    ) -> Result<Arc<Door<B>>, E> {
        let address: [u8; 32] = Sha256::digest(address).into();
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get(connection)
            && door.address == address
        {
            return Ok(Arc::clone(door));
        }
        let door = Arc::new(Door {
            connection: connection.to_owned(),
            address,
            limits,
            turns: Semaphore::new(limits.connections),
            waiting: AtomicUsize::new(0),
            behind: make()?,
        });
        doors.insert(connection.to_owned(), Arc::clone(&door));
        Ok(door)
    }
}

/// The way to one database: so many operations at once, each within its time.
pub(super) struct Door<B> {
    connection: String,
    /// SHA-256 of the address: that has secrets in it.
    address: [u8; 32],
    limits: DatabaseLimits,
    turns: Semaphore,
    waiting: AtomicUsize,
    /// The client.
    pub(super) behind: B,
}

/// Why an operation on a database failed. The texts hold no secret.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(super) enum DatabaseError {
    /// The server cannot be reached, or does not let this client in.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// The connection broke while the operation ran: nobody knows what has become of it.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// The server refused, in its own words.
    #[error("{0}")]
    Refused(String),
    /// The operation cannot be sent, or its answer cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// The answer is too large.
    #[error("the answer is larger than {0} bytes ({limit})", limit = LimitId::DatabaseAnswer)]
    TooLarge(usize),
    /// It took too long.
    #[error("it took longer than {seconds} s ({limit})", seconds = .0.as_secs_f64(), limit = LimitId::DatabaseTimeout)]
    TimedOut(Duration),
    /// Too many wait already.
    #[error("{0} operations are waiting for their turn ({limit})", limit = LimitId::DatabaseWaiting)]
    Busy(usize),
}

impl DatabaseError {
    fn count(&self) {
        let failure = match self {
            Self::Unreachable(_) => DatabaseFailure::Unreachable,
            Self::Lost(_) => DatabaseFailure::Lost,
            Self::Refused(_) => DatabaseFailure::Refused,
            Self::Unusable(_) => DatabaseFailure::Unusable,
            Self::TooLarge(_) => DatabaseFailure::TooLarge,
            Self::TimedOut(_) => DatabaseFailure::TimedOut,
            Self::Busy(_) => DatabaseFailure::Busy,
        };
        let limit = match self {
            Self::TooLarge(_) => LimitId::DatabaseAnswer,
            Self::TimedOut(_) => LimitId::DatabaseTimeout,
            Self::Busy(_) => LimitId::DatabaseWaiting,
            _ => return metrics::database_failed(failure),
        };
        metrics::refused(limit);
        metrics::database_failed(failure);
    }
}

/// An operation that waits for its turn.
struct Waiting<'d>(&'d AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<B> Door<B> {
    /// Bytes that an answer may have.
    pub(super) fn answer_bytes(&self) -> usize {
        self.limits.answer
    }

    /// Runs an operation when it is its turn. It is dropped when its time is over, or when the guest's call ends: a
    /// connection that it holds then must not be used again.
    pub(super) async fn pass<T>(
        &self,
        operation: impl Future<Output = Result<T, DatabaseError>>,
    ) -> Result<T, DatabaseError> {
        let started = Instant::now();
        let timed = tokio::time::timeout(self.limits.timeout, async {
            let _turn = self.turn().await?;
            operation.await
        });
        let result = timed.await.unwrap_or(Err(DatabaseError::TimedOut(self.limits.timeout)));
        metrics::database_operation(&self.connection, started.elapsed());
        result.inspect_err(DatabaseError::count)
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, DatabaseError> {
        if let Ok(turn) = self.turns.try_acquire() {
            return Ok(turn);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting(&self.waiting);
        if before >= self.limits.waiting {
            return Err(DatabaseError::Busy(before));
        }
        let turn = self.turns.acquire().await;
        drop(waiting);
        turn.map_err(|_| DatabaseError::Lost("the runner ends".to_owned()))
    }
}

impl<B> fmt::Debug for Door<B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is behind it knows secrets.
        formatter.debug_struct("Door").field("connection", &self.connection).finish_non_exhaustive()
    }
}

/// A setting of a database's connection with its templates replaced. A secret that is not there is an error here: what is
/// left would lead elsewhere, or in as somebody else.
pub(super) fn with_secrets(environment: &Environment, connection: &str, text: &str) -> Result<String, HostError> {
    let prefix = secret_prefix(connection);
    let mut missing = None;
    let expanded = expand(
        text,
        |name| environment.secret(&format!("{prefix}{name}")),
        |name| missing = Some(format!("{prefix}{name}")),
    );
    match missing {
        None => Ok(expanded),
        Some(name) => {
            Err(format!("failed to apply secrets for connection [{connection}]: secret {name} was not found").into())
        }
    }
}
