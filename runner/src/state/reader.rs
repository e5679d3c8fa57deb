//! The threads that read, each on a connection of its own: reading waits neither for writers nor for a long read.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::folder::DATABASE;
use super::{StateError, file};

/// How many read at once.
const READERS: usize = 2;

/// What is to be read, with the connection or the reason for none.
pub(super) type Job = Box<dyn FnOnce(Result<(&Path, &Connection), StateError>) + Send>;

/// The way to the threads, which are there once something was sent. They end when this is dropped.
pub(super) struct Readers {
    file: PathBuf,
    sender: Mutex<Option<Sender<Job>>>,
}

impl Readers {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { file: folder.join(DATABASE), sender: Mutex::default() }
    }

    pub(super) fn send(&self, job: Job) -> Result<(), StateError> {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = match &mut *sender {
            Some(sender) => sender,
            none => none.insert(self.start()?),
        };
        sender.send(job).map_err(|_| StateError::broken("the threads that read ended"))
    }

    fn start(&self) -> Result<Sender<Job>, StateError> {
        let (to, from) = channel();
        let from = Arc::new(Mutex::new(from));
        for reader in 0..READERS {
            let (from, file) = (Arc::clone(&from), self.file.clone());
            let started = std::thread::Builder::new().name("state-read".to_owned()).spawn(move || serve(&file, &from));
            match started {
                Err(error) if reader == 0 => {
                    return Err(StateError::broken(format!("there is no thread for it: {error}")));
                }
                // One is enough.
                _ => {}
            }
        }
        Ok(to)
    }
}

fn serve(file: &Path, jobs: &Mutex<Receiver<Job>>) {
    let mut opened: Option<Connection> = None;
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let connection = match &mut opened {
            Some(connection) => Ok(connection),
            none => file::open_to_read(file).map(|connection| none.insert(connection)),
        };
        job(connection.map(|connection| (file, &*connection)));
    }
}
