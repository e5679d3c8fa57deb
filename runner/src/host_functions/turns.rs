//! How many operations on one server may run at once, and how many more may wait for that.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The turns at one server.
#[derive(Debug)]
pub(super) struct Turns {
    free: Semaphore,
    waiting: AtomicUsize,
    most_waiting: usize,
}

/// So many wait already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Busy(pub(super) usize);

/// An operation that waits for its turn.
struct Waiting<'t>(&'t AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turns {
    /// So many at once, while so many others may wait.
    pub(super) fn new(at_once: usize, most_waiting: usize) -> Self {
        Self { free: Semaphore::new(at_once), waiting: AtomicUsize::new(0), most_waiting }
    }

    /// A turn, which ends when it is dropped. Who waits for it is served in order.
    ///
    /// # Errors
    /// [`Busy`]
    pub(super) async fn take(&self) -> Result<SemaphorePermit<'_>, Busy> {
        if let Ok(turn) = self.free.try_acquire() {
            return Ok(turn);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= self.most_waiting {
            return Err(Busy(before));
        }
        Ok(self.free.acquire().await.expect("nobody closes it"))
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn some_run_some_wait_and_more_are_refused() {
        let turns = Turns::new(1, 1);
        let first = turns.take().await.expect("it is free");
        let mut second = pin!(turns.take());
        assert!(futures::poll!(second.as_mut()).is_pending());
        assert_eq!(turns.take().await.err(), Some(Busy(1)));
        drop(first);
        let second = second.await.expect("it was in line");
        // Whoever gives up leaves the line.
        {
            let mut third = pin!(turns.take());
            assert!(futures::poll!(third.as_mut()).is_pending());
        }
        let mut fourth = pin!(turns.take());
        assert!(futures::poll!(fourth.as_mut()).is_pending());
        drop(second);
        assert!(matches!(futures::poll!(fourth.as_mut()), Poll::Ready(Ok(_))));
        assert_eq!(Turns::new(1, 0).take().await.err(), None);
    }
}
