//! The database: its settings, and its format, which only goes forward.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::StateError;

/// Marks the database as this runner's: "modu".
const APPLICATION: i64 = 0x6d6f_6475;

/// What each format adds to the one before. A database's format is the number of those that it has; they are never changed
/// and never taken back.
const MIGRATIONS: &[&str] =
    &[include_str!("migrations/001-collections.sql"), include_str!("migrations/002-history.sql")];

/// Bytes that the log of writes may keep on disk once it is written back.
const LOG_BYTES: i64 = 16 << 20;

/// Opens the database for the one that writes, and brings it up to date.
pub(super) fn open(file: &Path) -> Result<Connection, StateError> {
    let failed = |error| StateError::of(file, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    let known = MIGRATIONS.len() as i64;
    let (application, found) = marks(&connection).map_err(failed)?;
    let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get::<_, i64>(0));
    if application != APPLICATION && tables.map_err(failed)? != 0 {
        return Err(StateError::Foreign(file.to_owned()));
    }
    if found > known {
        return Err(StateError::Newer { file: file.to_owned(), found, known });
    }
    set_up(&connection).map_err(failed)?;
    migrate(&mut connection, found).map_err(failed)?;
    Ok(connection)
}

/// Whose database it is, and its format.
fn marks(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let mark = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    Ok((mark("application_id")?, mark("user_version")?))
}

/// What is committed is on disk: neither an end of the process nor one of the machine takes it back.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    connection.busy_timeout(Duration::from_secs(5))
}

/// Each step is a transaction: a runner that ends in the midst of it leaves the format before.
fn migrate(connection: &mut Connection, from: i64) -> rusqlite::Result<()> {
    for (format, migration) in (1i64..).zip(MIGRATIONS).skip(usize::try_from(from).unwrap_or(0)) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", format)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Opens a database that is up to date, to read it.
pub(super) fn open_to_read(file: &Path) -> Result<Connection, StateError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(|error| StateError::of(file, &error))?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(|error| StateError::of(file, &error))?;
    Ok(connection)
}

/// Runs work of others on a thread that has to go on: a panic is an error of that work.
pub(super) fn shielded<T>(work: impl FnOnce() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(rusqlite::Error::InvalidQuery))
}
