//! Advances the epochs of all engines while calls run: one task for the process.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use wasmtime::{Engine, EngineWeak};

/// An epoch: the length of a turn, and the time between two looks at a running call's deadline.
const TICK: Duration = Duration::from_millis(2);

/// Calls in progress.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// Told when there is one.
static BEGUN: Notify = Notify::const_new();
static ENGINES: Mutex<Vec<EngineWeak>> = Mutex::new(Vec::new());
/// Somebody ticks.
static DRIVEN: AtomicBool = AtomicBool::new(false);

/// A call in progress.
pub(crate) struct Ticking(());

impl Drop for Ticking {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Ticks until the answer is dropped.
pub(crate) fn start() -> Ticking {
    if RUNNING.fetch_add(1, Ordering::SeqCst) == 0 {
        BEGUN.notify_one();
    }
    if !DRIVEN.load(Ordering::Relaxed) && !DRIVEN.swap(true, Ordering::Relaxed) {
        spawn();
    }
    Ticking(())
}

/// Has the epochs of an engine advanced for as long as it is there.
pub(crate) fn drive(engine: &Engine) {
    ENGINES.lock().unwrap_or_else(PoisonError::into_inner).push(engine.weak());
}

/// Ticks for as long as it is polled. Where nobody does, the first call starts a thread for it.
pub async fn tick() {
    DRIVEN.store(true, Ordering::Relaxed);
    loop {
        if RUNNING.load(Ordering::SeqCst) == 0 {
            BEGUN.notified().await;
        }
        tokio::time::sleep(TICK).await;
        let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
        engines.retain(|engine| engine.upgrade().inspect(Engine::increment_epoch).is_some());
    }
}

fn spawn() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let started = runtime.and_then(|runtime| {
        std::thread::Builder::new().name("epoch".to_owned()).spawn(move || runtime.block_on(tick()))
    });
    if let Err(error) = started {
        tracing::error!(error = %error, "No thread for deadlines: calls cannot be interrupted.");
    }
}
