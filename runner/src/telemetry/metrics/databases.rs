//! Metrics of operations on databases. The names of connections are the manifest's.

use std::time::Duration;

use super::families::{Grid, Histograms};
use super::{SECOND, SECONDS, nanoseconds};
use crate::label::label;

pub(super) static OPERATIONS: Histograms = Histograms::new(
    "runtime_database_operation_duration_seconds",
    "Time of an operation on a database, the wait for its turn included.",
    "connection",
    SECONDS,
    SECOND,
);
pub(super) static FAILURES: Grid<{ DatabaseFailure::ALL.len() }> = Grid::new(
    "runtime_database_failures_num",
    "Operations on databases without an answer, by what ended them.",
    ["connection", "ending"],
    DatabaseFailure::NAMES,
);

label! {
    /// What ended an operation on a database.
    pub enum DatabaseFailure {
        /// No connection.
        Unreachable "unreachable",
        /// A connection that broke.
        Lost "lost",
        /// The server.
        Refused "refused",
        /// A statement or an answer that cannot be used.
        Unusable "unusable",
        /// An answer beyond its limit.
        TooLarge "too-large",
        /// Its time.
        TimedOut "timeout",
        /// Too many that waited.
        Busy "busy",
        /// The end of the call that waited for it.
        Cancelled "cancelled",
    }
}

/// Records an operation on the database of this connection.
pub fn database_operation(connection: &str, time: Duration) {
    OPERATIONS.of(connection).observe(nanoseconds(time));
}

/// Counts an operation on the database of this connection that has no answer.
pub fn database_failed(connection: &str, failure: DatabaseFailure) {
    FAILURES.add_one(connection, failure as usize);
}
