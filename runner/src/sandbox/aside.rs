//! What a call waits for, polled beside its fiber.
//!
//! A fiber keeps every page of its stack that was ever touched for as long as its call waits. A client of another server goes
//! deep, and is asked again and again while it waits. So a guest's call does not poll it: it puts it aside, and whoever polls
//! the call polls it on the thread's own stack, until it is there. The fiber is entered again only then.

use std::cell::Cell;
use std::pin::pin;
use std::task::{Poll, ready};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

thread_local! {
    /// What the call that is being polled has just put aside.
    static ASIDE: Cell<Option<BoxFuture<'static, ()>>> = const { Cell::new(None) };
    /// How often the call that is being polled was given a turn.
    static TURNS: Cell<u64> = const { Cell::new(0) };
}

/// How often the call that is being polled was given a turn: another number than before tells that others had theirs.
pub(super) fn turns() -> u64 {
    TURNS.get()
}

/// The result of `future`, which is polled by the [`beside`] that polls this. `None` where there is none.
pub(super) async fn aside<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    ASIDE.set(Some(async move { drop(sender.send(future.await)) }.boxed()));
    receiver.await.ok()
}

/// Polls a call, and what it puts [`aside`] meanwhile. Each poll from outside is one of its [`turns`].
pub(super) async fn beside<T>(call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    let mut waited_for: Option<BoxFuture<'static, ()>> = None;
    let mut turns = 0;
    std::future::poll_fn(|context| {
        turns += 1;
        loop {
            if let Some(future) = &mut waited_for {
                ready!(future.as_mut().poll(context));
                waited_for = None;
            }
            // Whatever was polled before may be or have a call of its own.
            TURNS.set(turns);
            if let Poll::Ready(result) = call.as_mut().poll(context) {
                return Poll::Ready(result);
            }
            waited_for = ASIDE.take();
            if waited_for.is_none() {
                return Poll::Pending;
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A call that waits twice: how often it was polled meanwhile.
    #[test]
    fn a_call_is_asked_again_when_what_it_waits_for_is_there() {
        let polls = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&polls);
        let slow = |turns: usize| {
            let mut left = turns;
            std::future::poll_fn(move |context| {
                left -= 1;
                context.waker().wake_by_ref();
                if left == 0 { Poll::Ready(turns) } else { Poll::Pending }
            })
        };
        let mut call = Box::pin(async move { (aside(slow(5)).await, aside(slow(7)).await) });
        let counted = std::future::poll_fn(move |context| {
            counting.fetch_add(1, Ordering::Relaxed);
            call.as_mut().poll(context)
        });
        assert_eq!(crate::compute::at_once(beside(counted)), (Some(5), Some(7)));
        assert_eq!(polls.load(Ordering::Relaxed), 3);
    }

    /// What is there at once is no wait, although it was put aside.
    #[test]
    fn only_a_wait_gives_another_turn() {
        let others = |turns: usize| async move {
            for _ in 0..turns {
                crate::compute::yield_now().await;
            }
        };
        let call = async move {
            let mut seen = vec![turns()];
            for wait in [0, 0, 1, 0, 3] {
                aside(beside(others(wait))).await;
                seen.push(turns());
            }
            others(2).await;
            seen.push(turns());
            seen
        };
        assert_eq!(crate::compute::at_once(beside(call)), [1, 1, 1, 2, 2, 5, 7]);
    }

    #[test]
    fn a_call_that_ends_drops_what_it_waited_for() {
        let held = Arc::new(());
        let holding = Arc::clone(&held);
        let call = beside(aside(async move {
            let _holding = holding;
            std::future::pending::<()>().await;
        }));
        assert!(call.boxed().now_or_never().is_none());
        assert_eq!(Arc::strong_count(&held), 1);
        assert!(ASIDE.take().is_none());
    }
}
