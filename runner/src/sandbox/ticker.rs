//! Advances the epochs of all engines while calls run: one thread for the process.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::Duration;

use wasmtime::{Engine, EngineWeak};

/// Time between two looks at a running call's deadline.
const TICK: Duration = Duration::from_millis(2);

/// Calls in progress.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
static ENGINES: Mutex<Vec<EngineWeak>> = Mutex::new(Vec::new());
/// The thread that ticks: one that was lent, else the first call starts one. It sleeps while there is no call.
static THREAD: OnceLock<Option<Thread>> = OnceLock::new();

/// A call in progress.
pub(crate) struct Ticking(());

impl Drop for Ticking {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Ticks until the answer is dropped.
pub(crate) fn start() -> Ticking {
    let before = RUNNING.fetch_add(1, Ordering::SeqCst);
    let thread = THREAD.get_or_init(spawn);
    if let (0, Some(thread)) = (before, thread) {
        thread.unpark();
    }
    Ticking(())
}

/// Has the epochs of an engine advanced for as long as it is there.
pub(crate) fn drive(engine: &Engine) {
    ENGINES.lock().unwrap_or_else(PoisonError::into_inner).push(engine.weak());
}

/// The current thread, which is to tick. Without it, the first call has to start a thread.
#[derive(Debug)]
pub struct Lent(());

/// Lends the current thread, which has to go on to [`Lent::tick`].
pub fn lend() -> Lent {
    // Where there is a thread already, this one is not needed.
    let _ = THREAD.set(Some(std::thread::current()));
    Lent(())
}

impl Lent {
    /// Ticks until `done`, which is asked when the thread is unparked, too.
    pub fn tick(self, done: impl FnMut() -> bool) {
        tick(done);
    }
}

fn tick(mut done: impl FnMut() -> bool) {
    while !done() {
        if RUNNING.load(Ordering::SeqCst) == 0 {
            std::thread::park();
            continue;
        }
        std::thread::sleep(TICK);
        let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
        engines.retain(|engine| engine.upgrade().inspect(Engine::increment_epoch).is_some());
    }
}

fn spawn() -> Option<Thread> {
    let started = std::thread::Builder::new().name("epoch".to_owned()).spawn(|| tick(|| false));
    started
        .inspect_err(|error| tracing::error!(error = %error, "No thread for deadlines: calls cannot be interrupted."))
        .ok()
        .map(|handle| handle.thread().clone())
}
