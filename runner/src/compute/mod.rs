//! Where calls run: on the event loop that read their request while their turns are short, and on threads of their own
//! once they compute for long.
//!
//! A future that is [`resident`] is polled like any other. When something in it awaits [`leave`], all of it moves to the
//! compute threads and stays there. Nothing else depends on these threads: they have a lower priority, and where the
//! system has none for us, long calls take turns on their event loops.

mod meter;
mod place;
mod round;
mod threads;

pub(crate) use meter::{has_computed, metered};
pub(crate) use place::pause;
pub(crate) use place::{at_once, discard, leave, on_loop, processor_time, resident, yield_now};
pub(crate) use round::LIGHT;
#[cfg(test)]
pub(crate) use threads::available;
pub(crate) use threads::start;

use futures::future::FutureExt as _;

/// Runs `work`, which takes a time of about `weight` ([`abi::transfer::budget::Budget::weight`]), where it holds up nobody.
pub(crate) async fn offload<T: Send + 'static>(weight: u64, work: impl FnOnce() -> T + Send + 'static) -> T {
    if !abi::transfer::budget::is_long(weight) {
        return work();
    }
    resident(
        async move {
            leave().await;
            work()
        }
        .boxed(),
    )
    .await
}

#[cfg(test)]
mod tests;
