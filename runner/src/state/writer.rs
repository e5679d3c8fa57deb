//! The thread that writes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::Connection;

use super::folder::Folder;
use super::{StateError, file};
use crate::telemetry::metrics;

/// Writes that share a transaction, at most.
const GROUP: usize = 256;

/// What is to be written: it is done, and then told how the transaction ended.
pub(super) trait Job: Send {
    /// Does it. An error is that of this job alone.
    fn run(&mut self, file: &Path, connection: &Connection);
    /// Whether it was done: what failed has nothing to commit.
    fn is_done(&self) -> bool;
    /// Why it failed, if it did.
    fn error(&self) -> Option<StateError>;
    /// Answers: with what came of it, or with what became of its transaction.
    fn answer(self: Box<Self>, transaction: Result<(), StateError>);
}

struct Work<T, F, A> {
    work: Option<F>,
    result: Option<Result<T, StateError>>,
    answer: A,
}

impl<T, F, A> Job for Work<T, F, A>
where
    T: Send,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
    A: FnOnce(Result<T, StateError>) + Send,
{
    fn run(&mut self, file: &Path, connection: &Connection) {
        if let Some(work) = self.work.take() {
            let result = file::shielded(|| work(connection));
            self.result = Some(result.map_err(|error| StateError::of(file, &error)));
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.result, Some(Ok(_)))
    }

    fn error(&self) -> Option<StateError> {
        self.result.as_ref()?.as_ref().err().cloned()
    }

    fn answer(self: Box<Self>, transaction: Result<(), StateError>) {
        let undone = || Err(StateError::broken("it was not run"));
        (self.answer)(match (self.result, transaction) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(error)) => Err(error),
            (result, Ok(())) => result.unwrap_or_else(undone),
        });
    }
}

/// A job of the two things that it is.
pub(super) fn job<T: Send + 'static>(
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    answer: impl FnOnce(Result<T, StateError>) + Send + 'static,
) -> Box<dyn Job> {
    Box::new(Work { work: Some(work), result: None, answer })
}

/// The way to the thread, which is there once something was sent. It ends when this is dropped.
pub(super) struct Writer {
    folder: PathBuf,
    sender: Mutex<Option<Sender<Box<dyn Job>>>>,
    open: Arc<AtomicBool>,
}

impl Writer {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, sender: Mutex::default(), open: Arc::default() }
    }

    /// Whether the database is open, and up to date.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    pub(super) fn is_started(&self) -> bool {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub(super) fn send(&self, job: Box<dyn Job>) -> Result<(), StateError> {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = match &mut *sender {
            Some(sender) => sender,
            none => {
                let (to, from) = channel();
                let (folder, open) = (self.folder.clone(), Arc::clone(&self.open));
                let thread = std::thread::Builder::new().name("state".to_owned());
                thread
                    .spawn(move || serve(&folder, &open, &from))
                    .map_err(|error| StateError::broken(format!("there is no thread for it: {error}")))?;
                none.insert(to)
            }
        };
        sender.send(job).map_err(|_| StateError::broken("the thread that writes ended"))
    }
}

/// Serves until nobody can send any more. Where the database cannot be opened, whoever waits is told why, and the next job
/// tries again.
fn serve(folder: &Path, open: &AtomicBool, jobs: &Receiver<Box<dyn Job>>) {
    let mut database: Option<(Folder, Connection)> = None;
    while let Ok(first) = jobs.recv() {
        let opened = match &mut database {
            Some(opened) => Ok(opened),
            none => begin(folder).map(|opened| none.insert(opened)),
        };
        match opened {
            Ok((folder, connection)) => {
                open.store(true, Ordering::Release);
                commit(&folder.database(), connection, first, jobs);
            }
            Err(error) => first.answer(Err(error)),
        }
    }
}

fn begin(path: &Path) -> Result<(Folder, Connection), StateError> {
    let folder = Folder::take(path)?;
    let connection = file::open(&folder.database())?;
    Ok((folder, connection))
}

/// Writes the first job and those that wait behind it in one transaction.
fn commit(file: &Path, connection: &Connection, first: Box<dyn Job>, jobs: &Receiver<Box<dyn Job>>) {
    let started = Instant::now();
    let failed = |error| StateError::of(file, &error);
    let mut group = vec![first];
    let ended = connection.execute_batch("BEGIN IMMEDIATE").map_err(failed).and_then(|()| {
        let mut next = 0;
        while let Some(job) = group.get_mut(next) {
            single(file, connection, &mut **job)?;
            next += 1;
            if next == group.len() && next < GROUP {
                group.extend(jobs.try_recv());
            }
        }
        connection.execute_batch("COMMIT").map_err(failed)
    });
    if ended.is_err() && !connection.is_autocommit() {
        // Where even that fails, the next transaction says so.
        let _ = connection.execute_batch("ROLLBACK");
    }
    let written = group.iter().filter(|job| job.is_done()).count();
    metrics::state_committed(started.elapsed(), ended.is_ok().then_some(written));
    group.into_iter().for_each(|job| job.answer(ended.clone()));
}

/// Runs a job so that its failure undoes nothing but itself.
fn single(file: &Path, connection: &Connection, job: &mut dyn Job) -> Result<(), StateError> {
    let failed = |error| StateError::of(file, &error);
    connection.execute_batch("SAVEPOINT job").map_err(failed)?;
    job.run(file, connection);
    if connection.is_autocommit() {
        // A full disk, for instance: SQLite has undone all of the transaction.
        let unknown = || StateError::broken(format!("{}: the transaction was undone", file.display()));
        return Err(job.error().unwrap_or_else(unknown));
    }
    let end = if job.is_done() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    connection.execute_batch(end).map_err(failed)
}
