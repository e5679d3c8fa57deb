//! A sign of life on the terminal when compiling takes long.

use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Shorter work says nothing.
const QUIET: Duration = Duration::from_millis(500);
/// How often the seconds are updated.
const TICK: Duration = Duration::from_secs(1);

/// Shows a line with the seconds passed until it is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts the clock; `enabled` is false where nobody looks.
    pub(crate) fn start(label: String, enabled: bool) -> Self {
        let running = enabled.then(|| {
            let (stop, stopped) = channel::<()>();
            let thread = std::thread::spawn(move || {
                let started = Instant::now();
                let mut wait = QUIET;
                let mut shown = false;
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    // A terminal that is gone is no reason to stop compiling.
                    let _ = write!(std::io::stderr(), "\r\x1b[K{label} … {} s", started.elapsed().as_secs());
                    (wait, shown) = (TICK, true);
                }
                if shown {
                    let _ = write!(std::io::stderr(), "\r\x1b[K");
                }
            });
            (stop, thread)
        });
        Self { running }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}
