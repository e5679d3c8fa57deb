//! Panics: each is a record in the log and a count, and ends the call or the request in which it happened, not the process.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use futures::FutureExt as _;
use thiserror::Error;

use crate::telemetry::{log, metrics};

/// Bytes of a panic's text in the log.
const TEXT: usize = 4096;
/// The standard library's words before it ends the process, whatever stands around the panic.
const LAST: [&str; 2] = ["panic in a function that cannot unwind", "panic in a destructor during cleanup"];

/// What panicked has no result. The log has the text of the panic, which is not for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("internal error")]
pub struct Panicked;

/// Runs a future to its end, or to its panic.
///
/// Nothing half-done is seen afterwards, although the compiler cannot know it. The future is not polled again, and what it
/// owned is dropped. What it shares with others is atomic, replaced as a whole, or behind a lock under which only plain data
/// is changed: no code of guests, libraries or callers runs there that could panic half-way.
///
/// # Errors
/// [`Panicked`]
pub async fn caught<F: Future>(future: F) -> Result<F::Output, Panicked> {
    AssertUnwindSafe(future).catch_unwind().await.map_err(|_| Panicked)
}

/// Has panics logged instead of printed: standard error may be a pipe that nobody reads, and in a log of JSON lines every
/// line is to be JSON.
pub fn install() {
    std::panic::set_hook(Box::new(report));
}

fn report(info: &PanicHookInfo<'_>) {
    metrics::panicked();
    let text = info.payload_as_str().unwrap_or("no text");
    let shown = &text[..text.floor_char_boundary(TEXT)];
    let location = info.location().map(tracing::field::display);
    let thread = std::thread::current();
    // With `RUST_BACKTRACE` only.
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| tracing::field::display(&backtrace));
    tracing::error!(
        target: "modus",
        panic = shown,
        thread = thread.name(),
        location,
        backtrace,
        "The runner panicked; what panicked has ended."
    );
    if LAST.contains(&text) {
        log::flush(log::PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_future_only() {
        assert_eq!(caught(async { 1 }).await, Ok(1));
        let late = async {
            tokio::task::yield_now().await;
            panic!("on purpose")
        };
        let late: Result<(), Panicked> = caught(late).await;
        assert_eq!(late, Err(Panicked));
    }
}
