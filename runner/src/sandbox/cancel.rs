//! The end of a call from outside: its deadline, or a client that went away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::Notify;

/// Why a call was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// Nobody waits for the answer any more.
    #[error("the call was cancelled")]
    Cancelled,
    /// The call's time is up.
    #[error("the call timed out")]
    TimedOut,
}

#[derive(Debug, Default)]
struct Flag {
    cancelled: AtomicBool,
    notify: Notify,
}

/// Cancels when dropped.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(Arc<Flag>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancelled.store(true, Ordering::Release);
        self.0.notify.notify_waiters();
    }
}

/// Deadline and cancellation of one call.
#[derive(Clone, Debug)]
pub struct Limit {
    deadline: Instant,
    flag: Arc<Flag>,
}

impl Limit {
    /// A limit and the guard that cancels it.
    pub(crate) fn new(deadline: Instant) -> (Self, CancelOnDrop) {
        let flag = Arc::new(Flag::default());
        (Self { deadline, flag: Arc::clone(&flag) }, CancelOnDrop(flag))
    }

    /// The deadline.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether the call must end now.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.flag.cancelled.load(Ordering::Acquire) {
            Err(Interrupted::Cancelled)
        } else if Instant::now() >= self.deadline {
            Err(Interrupted::TimedOut)
        } else {
            Ok(())
        }
    }

    /// Runs a future to its end or to the call's, whichever is first.
    ///
    /// # Errors
    /// [`Interrupted`]
    pub async fn bound<T>(&self, future: impl Future<Output = T>) -> Result<T, Interrupted> {
        let notified = self.flag.notify.notified();
        tokio::pin!(notified);
        // Registered before the flag is read, so that no cancellation falls between the two.
        notified.as_mut().enable();
        self.check()?;
        tokio::select! {
            biased;
            () = notified => Err(Interrupted::Cancelled),
            () = tokio::time::sleep_until(self.deadline.into()) => Err(Interrupted::TimedOut),
            result = future => Ok(result),
        }
    }

    /// The same from within a call. The thread sleeps meanwhile, and another serves in its place.
    ///
    /// # Errors
    /// [`Interrupted`]
    pub(crate) fn block_on<T>(&self, runtime: &Handle, future: impl Future<Output = T>) -> Result<T, Interrupted> {
        tokio::task::block_in_place(|| runtime.block_on(self.bound(future)))
    }
}
