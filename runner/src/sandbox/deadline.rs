//! The end of a call from outside.
//!
//! A call is a future: whoever waits for it no longer drops it, and with that the guest ends where it is. Only its deadline
//! has to be looked at.

use std::time::{Duration, Instant};

use crate::time_limit::{self, TimedOut};

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

/// When a call has to be over.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// The time from now on.
    pub fn after(time: Duration) -> Self {
        let now = Instant::now();
        // As good as never.
        Self(now.checked_add(time).unwrap_or(now + Duration::from_secs(1 << 30)))
    }

    /// Whether the call must end now.
    ///
    /// # Errors
    /// [`Interrupted::TimedOut`]
    pub fn check(self) -> Result<(), Interrupted> {
        if Instant::now() < self.0 { Ok(()) } else { Err(Interrupted::TimedOut) }
    }

    /// What it means that the call was dropped now.
    pub(crate) fn reason(self) -> Interrupted {
        self.check().err().unwrap_or(Interrupted::Cancelled)
    }

    /// Runs a future to its end or to the deadline, whichever is first. Within a runtime.
    ///
    /// # Errors
    /// [`Interrupted::TimedOut`]
    pub async fn bound<T>(self, future: impl Future<Output = T>) -> Result<T, Interrupted> {
        self.bound_with(Duration::ZERO, future).await
    }

    /// The same, some time later.
    pub(crate) async fn bound_with<T>(
        self,
        grace: Duration,
        future: impl Future<Output = T>,
    ) -> Result<T, Interrupted> {
        time_limit::at(self.0 + grace, future).await.map_err(|TimedOut| Interrupted::TimedOut)
    }
}
