//! The state of the runner itself, in a folder of its own (`history-and-observability` section 1): one SQLite database, one
//! thread that writes to it, a few that read.
//!
//! Nothing is opened, and no thread is there, before the first use. A write is answered once it is committed and synced;
//! those that wait at the same time share a transaction.

mod error;
mod file;
mod folder;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

pub use error::StateError;
use reader::Readers;
use writer::Writer;

use crate::limits::{LimitId, Limits};
use crate::telemetry::metrics;

/// The state of the process. Cheap to clone.
#[derive(Clone)]
pub struct State(Option<Arc<Inner>>);

struct Inner {
    folder: PathBuf,
    writer: Writer,
    readers: Readers,
    waiting: Arc<Waiting>,
    most: usize,
}

/// Bytes that all writes which wait may hold. One that has more waits where no other holds any.
const MOST_BYTES: usize = 256 << 20;

/// How long the end waits for what is to be written.
const FLUSH: Duration = Duration::from_secs(10);

/// Reads and writes that are not answered yet.
#[derive(Default)]
struct Waiting {
    count: AtomicUsize,
    bytes: AtomicUsize,
}

/// One of them.
struct Queued {
    waiting: Arc<Waiting>,
    bytes: usize,
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.waiting.count.fetch_sub(1, Ordering::Relaxed);
        self.waiting.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl State {
    /// State in this folder, which is made when it is used first. `most` is how many reads and writes may wait.
    pub fn new(folder: Option<PathBuf>, most: usize) -> Self {
        let inner = |folder: PathBuf| {
            let (writer, readers) = (Writer::new(folder.clone()), Readers::new(folder.clone()));
            Arc::new(Inner { folder, writer, readers, waiting: Arc::default(), most })
        };
        Self(folder.map(inner))
    }

    /// Whether there is a folder. Whatever uses the state without one fails with [`StateError::Nowhere`].
    pub fn is_somewhere(&self) -> bool {
        self.0.is_some()
    }

    /// Runs `work`, which holds about so many `bytes`, in a transaction, and answers when that is on disk. Where `work` fails,
    /// what it did is undone, and nothing else is. It is run also when nobody waits for the answer any more.
    ///
    /// # Errors
    /// [`StateError`]; then nothing of `work` is kept.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StateError> {
        self.write_then(bytes, work, |_| {}).await
    }

    /// The same, and `then` is told of the result when it is on disk: in the order in which writes are done, and also when
    /// nobody waits for the answer any more. It must be quick: other writes wait for it.
    ///
    /// # Errors
    /// [`StateError`]; then nothing of `work` is kept.
    pub(crate) async fn write_then<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, StateError> {
        let receiver = self.post(bytes, work, then)?;
        receiver.await.unwrap_or_else(|_| Err(StateError::broken("the thread that writes ended")))
    }

    /// The same without waiting: the receiver has the answer. Dropping it changes nothing.
    ///
    /// # Errors
    /// [`StateError::Nowhere`], [`StateError::Busy`], [`StateError::Heavy`], and where there is no thread.
    pub(crate) fn post<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StateError>>, StateError> {
        let inner = self.inner()?;
        let queued = inner.queue(bytes)?;
        let (sender, receiver) = oneshot::channel();
        inner.writer.send(writer::job(work, move |result| {
            if let Ok(value) = &result {
                then(value);
            }
            drop(queued);
            drop(sender.send(result));
        }))?;
        Ok(receiver)
    }

    /// Runs `work` on a connection that can only read: it sees every write that was answered before. It is not begun when
    /// nobody waits for the answer any more.
    ///
    /// # Errors
    /// [`StateError`]
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StateError> {
        let inner = self.inner()?;
        if !inner.writer.is_open() {
            // Whoever writes makes the folder, looks for other runners and brings the tables up to date.
            self.write(0, |_| Ok(())).await?;
        }
        let queued = inner.queue(0)?;
        let (sender, receiver) = oneshot::channel();
        inner.readers.send(Box::new(move |connection| {
            if sender.is_closed() {
                return;
            }
            let result = connection.and_then(|(file, connection)| {
                file::shielded(|| work(connection)).map_err(|error| StateError::of(file, &error))
            });
            drop(queued);
            drop(sender.send(result));
        }))?;
        receiver.await.unwrap_or_else(|_| Err(StateError::broken("the thread that reads ended")))
    }

    /// Resolves when everything that was posted before has its answer, or after a while on a disk that does not go on.
    pub(crate) async fn flush(&self) {
        let Some(inner) = self.0.as_ref().filter(|inner| inner.writer.is_started()) else { return };
        let (done, flushed) = oneshot::channel();
        // It takes no place in the queue, which may be full. Whether the others can be written is known to those who posted.
        let last = writer::job(
            |_| Ok(()),
            move |_| {
                let _ = done.send(());
            },
        );
        if inner.writer.send(last).is_ok() {
            let _ = tokio::time::timeout(FLUSH, flushed).await;
        }
    }

    fn inner(&self) -> Result<&Inner, StateError> {
        self.0.as_deref().ok_or(StateError::Nowhere)
    }
}

impl Inner {
    fn queue(&self, bytes: usize) -> Result<Queued, StateError> {
        let before = self.waiting.count.fetch_add(1, Ordering::Relaxed);
        let held = self.waiting.bytes.fetch_add(bytes, Ordering::Relaxed);
        let queued = Queued { waiting: Arc::clone(&self.waiting), bytes };
        let error = if before >= self.most {
            StateError::Busy(before)
        } else if bytes > 0 && held > 0 && held.saturating_add(bytes) > MOST_BYTES {
            StateError::Heavy(held)
        } else {
            return Ok(queued);
        };
        metrics::refused(LimitId::StateWaiting);
        Err(error)
    }
}

impl Default for State {
    /// None.
    fn default() -> Self {
        Self::new(None, Limits::default().state_waiting)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("State").field(&self.0.as_ref().map(|inner| &inner.folder)).finish()
    }
}
