//! What the process as a whole may take, over all apps that it serves one after the other: calls that run, calls that wait
//! for their turn, bytes of guest memory, bytes of answers that are being sent.

mod answers;
pub(crate) mod memory;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use crate::limits::{LimitId, Limits};
pub(crate) use answers::{Answers, Share};

/// The budget of the process. Cheap to share; outlives every app.
#[derive(Debug)]
pub struct Capacity {
    slots: Arc<Semaphore>,
    calls: usize,
    waiting: usize,
    /// Calls of the operations that were admitted and are not over.
    admitted: Arc<AtomicUsize>,
    memory: Arc<Memory>,
    answers: Arc<Answers>,
}

/// Calls that were promised to run or wait; the promise ends when this is dropped.
#[derive(Debug, Default)]
#[must_use = "it is over when it is dropped"]
pub struct Admission {
    admitted: Arc<AtomicUsize>,
    calls: usize,
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.admitted.fetch_sub(self.calls, Ordering::Relaxed);
    }
}

impl Capacity {
    /// Room for `calls` that run at once, and for as many as `waiting` beyond.
    pub fn new(calls: usize, waiting: usize) -> Self {
        let calls = calls.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            slots: Arc::new(Semaphore::new(calls)),
            calls,
            waiting,
            admitted: Arc::default(),
            memory: Arc::default(),
            answers: Arc::default(),
        }
    }

    /// Promises to run an operation's calls, each of which begins with `bytes` of memory, and is expected to take as much as
    /// those that run have on average.
    ///
    /// # Errors
    /// The limit that is reached: `max-waiting`, or `guest-memory`.
    pub fn admit(&self, calls: usize, bytes: usize) -> Result<Admission, LimitId> {
        if self.memory.is_exhausted(bytes) {
            return Err(LimitId::GuestMemory);
        }
        let most = self.calls.saturating_add(self.waiting);
        let before = self.admitted.fetch_add(calls, Ordering::Relaxed);
        let admission = Admission { admitted: Arc::clone(&self.admitted), calls };
        if before.saturating_add(calls) > most { Err(LimitId::MaxWaiting) } else { Ok(admission) }
    }

    /// The right to run, at once.
    pub(crate) fn try_slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).try_acquire_owned().ok()
    }

    /// The right to run, when it is free.
    pub(crate) async fn slot(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        Arc::clone(&self.slots).acquire_owned().await
    }

    /// Calls that may run at once.
    pub(crate) fn calls(&self) -> usize {
        self.calls
    }

    /// Guests' memory.
    pub(crate) fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// Bounds the memory of all guests together, in bytes.
    pub fn limit_memory(&self, bytes: u64) {
        self.memory.limit.store(bytes, Ordering::Relaxed);
    }

    /// The bound, in bytes; none until it is set.
    pub fn memory_limit(&self) -> Option<u64> {
        Some(self.memory.limit.load(Ordering::Relaxed)).filter(|limit| *limit != u64::MAX)
    }

    /// Answers that are being sent.
    pub(crate) fn answers(&self) -> &Arc<Answers> {
        &self.answers
    }

    /// Bounds the memory of answers that are being sent, in bytes.
    pub fn limit_answers(&self, bytes: u64) {
        self.answers.limit(bytes);
    }

    /// The bound, in bytes; none until it is set.
    pub fn answers_limit(&self) -> Option<u64> {
        self.answers.bound()
    }
}

impl Default for Capacity {
    fn default() -> Self {
        let limits = Limits::default();
        Self::new(limits.max_calls as usize, limits.max_waiting as usize)
    }
}

/// Bytes of memory that all guests have together.
#[derive(Debug)]
pub(crate) struct Memory {
    used: AtomicU64,
    /// Guests that have some.
    guests: AtomicU64,
    limit: AtomicU64,
}

impl Default for Memory {
    fn default() -> Self {
        Self { used: AtomicU64::new(0), guests: AtomicU64::new(0), limit: AtomicU64::new(u64::MAX) }
    }
}

impl Memory {
    /// Whether a guest that begins with so much cannot be begun.
    fn is_exhausted(&self, bytes: usize) -> bool {
        let used = self.used.load(Ordering::Relaxed);
        let usual = used.checked_div(self.guests.load(Ordering::Relaxed)).unwrap_or(0);
        used.saturating_add(usual.max(bytes as u64)) > self.limit.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        let fits = before.saturating_add(bytes) <= self.limit.load(Ordering::Relaxed);
        if !fits {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }
}

/// What one guest has of it.
#[derive(Debug)]
pub(crate) struct MemoryShare {
    memory: Arc<Memory>,
    bytes: usize,
}

impl MemoryShare {
    pub(crate) fn new(memory: &Arc<Memory>) -> Self {
        Self { memory: Arc::clone(memory), bytes: 0 }
    }

    /// Takes as much as is missing to `bytes`; false where the process has no more.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        let fits = self.memory.take(more);
        if fits && more > 0 {
            if self.bytes == 0 {
                self.memory.guests.fetch_add(1, Ordering::Relaxed);
            }
            self.bytes += more;
        }
        fits
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.memory.used.fetch_sub(self.bytes as u64, Ordering::Relaxed);
            self.memory.guests.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_admitted_as_long_as_their_calls_can_run_or_wait() {
        let capacity = Capacity::new(2, 3);
        let first = capacity.admit(4, 0).expect("room for five");
        assert_eq!(capacity.admit(2, 0).map(drop), Err(LimitId::MaxWaiting));
        let second = capacity.admit(1, 0).expect("one is left");
        assert_eq!(capacity.admit(1, 0).map(drop), Err(LimitId::MaxWaiting));
        drop(first);
        assert!(capacity.admit(4, 0).is_ok());
        drop(second);
    }

    #[test]
    fn memory_of_all_guests_together() {
        let capacity = Capacity::new(2, 3);
        assert_eq!(capacity.memory_limit(), None);
        capacity.limit_memory(100);
        let mut first = MemoryShare::new(capacity.memory());
        let mut second = MemoryShare::new(capacity.memory());
        assert!(first.grow_to(60) && second.grow_to(40) && second.grow_to(10));
        assert!(!second.grow_to(41) && !first.grow_to(61));
        assert_eq!(capacity.admit(1, 1).map(drop), Err(LimitId::GuestMemory));
        drop(first);
        // The one that is left has 40, so the next one is expected to take as much.
        assert!(capacity.admit(1, 60).is_ok() && capacity.admit(1, 61).is_err());
        assert!(second.grow_to(60) && capacity.admit(1, 1).is_err());
        assert!(second.grow_to(100));
    }
}
