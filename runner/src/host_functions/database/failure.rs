//! Why operations on databases fail, and how that is counted.

use std::time::Duration;

use crate::limits::LimitId;
use crate::telemetry::metrics::{self, DatabaseFailure};
use crate::telemetry::traces;

/// Why an operation on a database failed. The texts hold no secret.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(in crate::host_functions) enum DatabaseError {
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
    /// Counts it as what ended an operation on this connection.
    pub(super) fn count(&self, connection: &str) {
        let (ending, limit) = match self {
            Self::Unreachable(_) => (DatabaseFailure::Unreachable, None),
            Self::Lost(_) => (DatabaseFailure::Lost, None),
            Self::Refused(_) => (DatabaseFailure::Refused, None),
            Self::Unusable(_) => (DatabaseFailure::Unusable, None),
            Self::TooLarge(_) => (DatabaseFailure::TooLarge, Some(LimitId::DatabaseAnswer)),
            Self::TimedOut(_) => (DatabaseFailure::TimedOut, Some(LimitId::DatabaseTimeout)),
            Self::Busy(_) => (DatabaseFailure::Busy, Some(LimitId::DatabaseWaiting)),
        };
        if let Some(limit) = limit {
            metrics::refused(limit);
        }
        count(connection, ending);
    }
}

/// Counts an operation without an answer, and notes it in the current span.
pub(super) fn count(connection: &str, ending: DatabaseFailure) {
    metrics::database_failed(connection, ending);
    traces::failed(ending.name());
}
