//! The metadata database: PostgreSQL, where the secret `MODUS_DB` names one (`history-and-observability` section 1). What
//! keeps something there chooses it, connects and makes its tables in the same way.

mod connect;

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::Setup;
use super::database::DatabaseError;
use crate::environment::Environment;

pub(super) use connect::connect;

/// The secret with its connection string.
pub(super) const DATABASE: &str = "MODUS_DB";
/// Whether the reference uses its embedded database in place of that.
pub(super) const EMBEDDED: &str = "MODUS_USE_MODUSDB";

/// Runners that start together make tables one after the other.
const LOCK: i64 = 0x6d6f_6475_6869_7374;

/// The connection string, as it is now.
pub(super) fn secret(environment: &Environment) -> Option<String> {
    environment.secret(DATABASE).filter(|text| !text.trim().is_empty())
}

/// Whether things are kept in that database, and not in the runner's own state.
pub(super) fn is_named(environment: &Environment) -> bool {
    !environment.flag(EMBEDDED) && secret(environment).is_some()
}

/// What is wrong with it, where the manifest has something that is kept there; with `connect` it is tried.
pub(super) async fn check(setup: &Setup<'_>, connect: bool) -> Vec<String> {
    let is_used = !setup.manifest.collections.is_empty() || !setup.manifest.models.is_empty();
    let text = secret(&setup.environment).filter(|_| is_used && is_named(&setup.environment));
    let Some(text) = text else { return Vec::new() };
    // A server may accept, and say nothing.
    let checked = tokio::time::timeout(setup.process.databases.timeout, connect::check(&text, connect)).await;
    let late = |_| Err(ConnectError::Unreachable("it does not answer".to_owned()));
    checked.unwrap_or_else(late).err().map(|error| error.to_string()).into_iter().collect()
}

/// Why there is no connection. The texts hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ConnectError {
    /// The connection string, or a file that it names, is of no use.
    #[error("{0}")]
    Settings(String),
    /// The server is not there, or does not let the runner in.
    #[error("the database of {DATABASE} cannot be reached: {0}")]
    Unreachable(String),
}

impl From<ConnectError> for DatabaseError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Settings(reason) => Self::Unusable(reason),
            ConnectError::Unreachable(reason) => Self::Unreachable(reason),
        }
    }
}

impl From<Error> for DatabaseError {
    fn from(error: Error) -> Self {
        // What a server says that ends.
        let is_end = error.code().is_some_and(|code| code.code().starts_with("57P"));
        match error.as_db_error() {
            Some(_) if !is_end => Self::Refused(said(&error)),
            None if !is_lost(&error) => Self::Unusable(said(&error)),
            _ => Self::Lost(said(&error)),
        }
    }
}

/// Whether the connection broke.
fn is_lost(error: &Error) -> bool {
    error.is_closed() || std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

/// An error with its causes, which show no value of a record.
pub(super) fn said(error: &Error) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Whether the database finds fault with what it was given: trying again would be of no use.
pub(super) fn is_about_data(error: &Error) -> bool {
    error.code().is_some_and(|code| !is_elsewhere(code))
}

/// Whether a fault is not of the data, by the class of its code: of the connection (08, 26), of what the server can do (0A) or
/// is allowed to do now (25, 55), of rights (28), of names and tables (3D, 3F, 42), of transactions that meet (40), of
/// resources and whoever runs the server (53, 57, 58, F0).
fn is_elsewhere(code: &SqlState) -> bool {
    let classes = ["08", "0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "F0"];
    classes.iter().any(|class| code.code().starts_with(class))
}

/// Runs statements that make tables, all or none of them, while no other runner does so.
///
/// # Errors
/// Those of the database; the connection can be used further as long as it is there.
pub(super) async fn make(client: &Client, statements: &str) -> Result<(), Error> {
    let locked = format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK}); {statements} COMMIT;");
    let made = client.batch_execute(&locked).await;
    if made.as_ref().is_err_and(|error| error.as_db_error().is_some()) {
        client.batch_execute("ROLLBACK").await?;
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_data_are_told_from_others() {
        let of_data = ["22021", "22P05", "54001", "54000", "23503", "23514", "P0001", "44000", "XX000"];
        let elsewhere =
            ["08006", "57P01", "57014", "53300", "53100", "42501", "42P01", "40001", "25006", "55P03", "0A000"];
        assert!(of_data.iter().all(|code| !is_elsewhere(&SqlState::from_code(code))));
        assert!(elsewhere.iter().all(|code| is_elsewhere(&SqlState::from_code(code))));
    }
}
