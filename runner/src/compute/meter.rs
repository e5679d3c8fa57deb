//! How long a future computes: the time in which it is polled.

use std::cell::Cell;
use std::pin::Pin;
use std::time::{Duration, Instant};

use super::place;

thread_local! {
    /// The slice of the future that is being polled.
    static SLICE: Cell<Option<Slice>> = const { Cell::new(None) };
}

/// The time of one poll. On an event loop it counts as it goes by, which costs no system call; turns there are short. A
/// compute thread has a low priority, and waits in the midst of transfers: there processor time counts.
#[derive(Clone, Copy, Debug)]
struct Slice {
    /// What was computed in all slices before.
    before: Duration,
    started: Instant,
    /// Of the thread, where it is a compute thread.
    processor: Option<Duration>,
}

impl Slice {
    fn begin(before: Duration, started: Instant) -> Self {
        Self { before, started, processor: place::is_compute().then(place::processor_time) }
    }

    /// What was computed until now.
    fn computed(&self) -> Duration {
        let here = match self.processor {
            Some(before) => place::processor_time().saturating_sub(before),
            None => self.started.elapsed(),
        };
        self.before + here
    }
}

/// Counts for how long a future computes; its first slice has begun when it was `started`. To be read by
/// [`has_computed`] within it.
pub(crate) fn metered<T>(started: Instant, mut future: Pin<&mut impl Future<Output = T>>) -> impl Future<Output = T> {
    let (mut computed, mut first) = (Duration::ZERO, Some(started));
    std::future::poll_fn(move |context| {
        let slice = Slice::begin(computed, first.take().unwrap_or_else(Instant::now));
        SLICE.set(Some(slice));
        let polled = future.as_mut().poll(context);
        SLICE.set(None);
        if polled.is_pending() {
            computed = slice.computed();
        }
        polled
    })
}

/// Whether the [`metered`] future that is being polled has computed for so long by `now`.
pub(crate) fn has_computed(time: Duration, now: Instant) -> bool {
    SLICE.get().is_some_and(|slice| {
        // No more of it than goes by. To ask for processor time takes a system call.
        let most = slice.before + now.saturating_duration_since(slice.started);
        most >= time && (slice.processor.is_none() || slice.computed() >= time)
    })
}
