//! How much may wait to be written.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that all waiting records may hold.
const MOST_BYTES: usize = 16 << 20;

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Budget {
    records: AtomicUsize,
    bytes: AtomicUsize,
}

/// The room of one record, until it is dropped.
#[derive(Debug)]
pub(super) struct Room {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Budget {
    /// Room for a record of so many bytes among at most `most`; none where too much waits already.
    pub(super) fn take(self: &Arc<Self>, bytes: usize, most: usize) -> Option<Room> {
        let room = Room { budget: Arc::clone(self), bytes };
        let records = self.records.fetch_add(1, Ordering::Relaxed);
        let held = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        (records < most && held.saturating_add(bytes) <= MOST_BYTES).then_some(room)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.budget.records.fetch_sub(1, Ordering::Relaxed);
        self.budget.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_bytes_are_bounded_and_given_back() {
        let budget = Arc::new(Budget::default());
        let first = budget.take(MOST_BYTES - 1, 2);
        assert!(first.is_some() && budget.take(2, 2).is_none());
        let second = budget.take(1, 2);
        assert!(second.is_some() && budget.take(0, 2).is_none());
        drop((first, second));
        assert!(budget.take(MOST_BYTES, 1).is_some());
        assert!(budget.take(0, 0).is_none());
        assert_eq!((budget.records.load(Ordering::Relaxed), budget.bytes.load(Ordering::Relaxed)), (0, 0));
    }
}
