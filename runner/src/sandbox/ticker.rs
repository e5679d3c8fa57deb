//! Advances the engine's epoch while calls run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

use wasmtime::Engine;

/// Time between two looks at a running call's deadline.
const TICK: Duration = Duration::from_millis(2);

/// Started by the first call; sleeps while there is none.
#[derive(Debug, Default)]
pub(crate) struct Ticker {
    running: Arc<AtomicUsize>,
    thread: OnceLock<Option<Thread>>,
}

/// A call in progress.
pub(crate) struct Ticking<'a>(&'a Ticker);

impl Ticker {
    /// Ticks until the answer is dropped.
    pub(crate) fn start(&self, engine: &Engine) -> Ticking<'_> {
        let before = self.running.fetch_add(1, Ordering::SeqCst);
        let thread = self.thread.get_or_init(|| spawn(engine.clone(), Arc::clone(&self.running)));
        if let (0, Some(thread)) = (before, thread) {
            thread.unpark();
        }
        Ticking(self)
    }
}

/// The thread holds the engine, and with it the addresses of its pool: it is not left to sleep on.
impl Drop for Ticker {
    fn drop(&mut self) {
        self.running = Arc::default();
        if let Some(Some(thread)) = self.thread.get() {
            thread.unpark();
        }
    }
}

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

fn spawn(engine: Engine, running: Arc<AtomicUsize>) -> Option<Thread> {
    let body = move || {
        // The sandbox holds the other reference; when it is gone, nothing will ever run.
        while Arc::strong_count(&running) > 1 {
            if running.load(Ordering::SeqCst) == 0 {
                std::thread::park_timeout(Duration::from_secs(5));
                continue;
            }
            std::thread::sleep(TICK);
            engine.increment_epoch();
        }
    };
    let started = std::thread::Builder::new().name("epoch".to_owned()).spawn(body);
    started
        .inspect_err(|error| tracing::error!(error = %error, "No thread for deadlines: calls cannot be interrupted."))
        .ok()
        .map(|handle| handle.thread().clone())
}
