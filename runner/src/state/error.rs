//! Why the state cannot be used, in words for the operator.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::limits::LimitId;

/// Why something could not be kept, or read back. Each names the folder or file, and what can be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// No folder is named.
    #[error("there is no state folder; name one with --state-dir (or MODUS_STATE_DIR), such as /var/lib/modus")]
    Nowhere,
    /// Another process has it.
    #[error(
        "the state folder {} is in use by another runner{}; end that one, or name another folder with --state-dir",
        .folder.display(),
        .process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The other process, where it said so.
        process: Option<u32>,
    },
    /// A newer version of the runner wrote it.
    #[error(
        "{} has format {found}, and this version of the runner knows formats up to {known}; use the newer version, or name \
         another folder with --state-dir",
        .file.display()
    )]
    Newer {
        /// The database.
        file: PathBuf,
        /// Its format.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// It is something else's database.
    #[error("{} is not a database of this runner; name another folder with --state-dir", .0.display())]
    Foreign(PathBuf),
    /// Nothing can be written there.
    #[error("{} cannot be written ({reason}); make it writable for the runner's user, or name another folder with --state-dir", .path.display())]
    ReadOnly {
        /// Folder or file.
        path: PathBuf,
        /// The operating system's words.
        reason: String,
    },
    /// The disk is full.
    #[error("the disk of {} is full; make room", .0.display())]
    Full(PathBuf),
    /// Too many wait already.
    #[error("{} reads and writes of the state are waiting ({})", .0, LimitId::StateWaiting)]
    Busy(usize),
    /// What waits to be written holds too much already.
    #[error("{} bytes are waiting to be written to the state ({})", .0, LimitId::StateWaiting)]
    Heavy(usize),
    /// A statement failed.
    #[error("the state could not be used: {0}")]
    Failed(String),
}

impl StateError {
    pub(super) fn broken(reason: impl Into<String>) -> Self {
        Self::Failed(reason.into())
    }

    /// What an error of SQLite means for this file.
    pub(super) fn of(file: &Path, error: &rusqlite::Error) -> Self {
        let path = file.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(path),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path, reason: error.to_string() }
            }
            Some(ErrorCode::NotADatabase) => Self::Foreign(path),
            _ => Self::Failed(format!("{}: {error}", file.display())),
        }
    }

    /// What an error of the operating system means for this folder or file.
    pub(super) fn of_system(path: &Path, error: &io::Error) -> Self {
        let named = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(named),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path: named, reason: error.to_string() }
            }
            _ => Self::Failed(format!("{}: {error}", path.display())),
        }
    }
}
