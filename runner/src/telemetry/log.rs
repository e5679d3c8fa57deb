//! The process's log: lines for standard error, written by a thread of their own.

use std::io::{self, Write};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::queue::{CAPACITY, Queue};
use super::style::Style;

/// How long the end of the process waits for whoever reads the log.
pub const PATIENCE: Duration = Duration::from_secs(1);

static QUEUE: OnceLock<Arc<Queue>> = OnceLock::new();

/// The queue, made with the first call.
pub(super) fn queue(style: Style) -> Arc<Queue> {
    Arc::clone(QUEUE.get_or_init(|| Arc::new(Queue::new(Box::new(StandardError), style, CAPACITY))))
}

/// Begins to write what was logged so far, and what will be. Until then lines are kept: the thread for it is no part of the
/// time to the first answer. A second call has no effect.
///
/// Where there is no thread, whoever logs writes from now on, and waits for whoever reads.
pub fn start() {
    if let Some(queue) = QUEUE.get() {
        queue.start();
    }
}

/// Waits until everything that was logged so far is written, `patience` at most. Starts writing, if need be.
pub fn flush(patience: Duration) {
    if let Some(queue) = QUEUE.get() {
        queue.flush(patience);
    }
}

/// Writes a text without time and level after everything that was logged, and waits for it as [`flush`] does.
pub fn last_words(text: &str, patience: Duration) {
    let text = format!("{text}\n");
    match QUEUE.get() {
        Some(queue) => {
            queue.append(text.as_bytes());
            queue.flush(patience);
        }
        // There is nowhere to report that standard error is closed.
        None => _ = StandardError.write_all(text.as_bytes()),
    }
}

/// Without the standard library's lock, which others could hold while they wait for the reader.
struct StandardError;

impl Write for StandardError {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(rustix::stdio::stderr(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
