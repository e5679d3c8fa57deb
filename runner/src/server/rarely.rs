//! What is said now and then, however often it happens.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::LimitId;
use crate::telemetry::metrics;

/// Between two log lines about the same thing.
const QUIET: Duration = Duration::from_secs(5);

/// Says something at most every [`QUIET`].
#[derive(Debug, Default)]
pub(super) struct Rarely(Option<Instant>);

impl Rarely {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    /// Whether it is time to say it, which is then done.
    fn is_due(&mut self) -> bool {
        let due = self.0.is_none_or(|last| last.elapsed() >= QUIET);
        if due {
            self.0 = Some(Instant::now());
        }
        due
    }

    pub(super) fn say(&mut self, what: impl FnOnce()) {
        if self.is_due() {
            what();
        }
    }
}

/// Counts a request that was refused at the door, and says so: each in development, where somebody looks for what is wrong with
/// a page, else now and then.
pub(super) fn refused(limit: LimitId, reason: &dyn std::fmt::Display, dev: bool) {
    static SAID: Mutex<Rarely> = Mutex::new(Rarely::new());
    metrics::refused(limit);
    let message = "A request was refused.";
    let is_due = dev || SAID.lock().unwrap_or_else(PoisonError::into_inner).is_due();
    if is_due {
        tracing::warn!(target: "modus", reason = %reason, "{message}");
    } else {
        tracing::debug!(target: "modus", reason = %reason, "{message}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_often_is_said_once() {
        let (mut rarely, mut said) = (Rarely::new(), 0);
        (0..100).for_each(|_| rarely.say(|| said += 1));
        assert_eq!(said, 1);
        rarely.0 = Some(Instant::now() - QUIET);
        (0..100).for_each(|_| rarely.say(|| said += 1));
        assert_eq!(said, 2);
    }
}
