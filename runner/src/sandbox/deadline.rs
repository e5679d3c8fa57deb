//! The end of a call from outside.
//!
//! A call is a future: whoever waits for it no longer drops it, and with that the guest ends where it is. Only its deadline
//! and the time that it computes have to be looked at.

use std::time::{Duration, Instant};

use crate::limits::LimitId;

/// Why a call was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interrupted {
    /// Nobody waits for the answer any more.
    #[error("the call was cancelled")]
    Cancelled,
    /// The call has taken as long as it may, waiting included.
    #[error("the call timed out")]
    TimedOut(Duration),
    /// The call has computed for as long as it may.
    #[error("the call used up its CPU time")]
    CpuTime(Duration),
}

impl Interrupted {
    /// The limit that is behind it.
    pub(crate) fn limit(self) -> Option<LimitId> {
        match self {
            Self::Cancelled => None,
            Self::TimedOut(_) => Some(LimitId::Deadline),
            Self::CpuTime(_) => Some(LimitId::CpuTime),
        }
    }

    /// What a client is told of it, if there is anything to tell and anybody to hear it.
    pub(crate) fn message(self) -> Option<String> {
        let (did, time, of) = match self {
            Self::Cancelled => return None,
            Self::TimedOut(time) => ("timed out after", time, ""),
            Self::CpuTime(time) => ("used more than", time, " of CPU time"),
        };
        Some(format!("the function {did} {} s{of} ({})", time.as_secs_f64(), self.limit()?))
    }
}

/// When a call has to be over.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    end: Instant,
    /// How long it had.
    time: Duration,
}

impl Deadline {
    /// The time from now on.
    pub fn after(time: Duration) -> Self {
        let now = Instant::now();
        // As good as never.
        Self { end: now.checked_add(time).unwrap_or(now + Duration::from_secs(1 << 30)), time }
    }

    /// Whether the call may go on at this time.
    ///
    /// # Errors
    /// [`Interrupted::TimedOut`]
    pub fn check(self, now: Instant) -> Result<(), Interrupted> {
        if now < self.end { Ok(()) } else { Err(Interrupted::TimedOut(self.time)) }
    }

    /// What it means that the call was dropped now.
    pub(crate) fn reason(self) -> Interrupted {
        self.check(Instant::now()).err().unwrap_or(Interrupted::Cancelled)
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
        let end = tokio::time::Instant::from_std(self.end) + grace;
        tokio::time::timeout_at(end, future).await.map_err(|_| Interrupted::TimedOut(self.time))
    }
}
