//! The folder: made when it is not there, and held against other runners.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::StateError;

/// Whoever holds a lock on this file may use the folder. The lock ends with the process, however it ends.
const LOCK: &str = "lock";
/// The database.
pub(super) const DATABASE: &str = "state.sqlite";

/// A folder that this process alone uses, until this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder where it is missing, for the runner's user alone: what is kept there nobody else is to read.
    pub(super) fn take(path: &Path) -> Result<Self, StateError> {
        let failed = |error| StateError::of_system(path, &error);
        if !path.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
            // It may lie in a repository.
            std::fs::write(path.join(".gitignore"), "*\n").map_err(failed)?;
        }
        let lock = Self::lock(path)?;
        // Files beside it, such as the log of writes, are made with the same rights.
        private(&path.join(DATABASE)).map_err(failed)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    fn lock(folder: &Path) -> Result<File, StateError> {
        let failed = |error| StateError::of_system(folder, &error);
        let mut file = private(&folder.join(LOCK)).map_err(failed)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let mut text = String::new();
                let process = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
                return Err(StateError::InUse { folder: folder.to_owned(), process });
            }
            Err(error) => return Err(failed(error.into())),
        }
        // For whoever is refused. Where it cannot be written, the database cannot either, and that says why.
        let _ = file.set_len(0);
        let _ = file.rewind();
        let _ = write!(file, "{}", std::process::id());
        Ok(file)
    }

    /// The database's file.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }
}

/// A file that the runner's user alone may read, made where it is missing.
fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}
