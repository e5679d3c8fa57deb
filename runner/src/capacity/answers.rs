//! Bytes of answers that are there: those on their way to clients, and those of other servers. Whoever reads slowly holds the
//! memory of its answer long after its calls are over, and what they took is free again; and other servers answer what they
//! like.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use crate::limits::LimitId;

/// Answers up to this size are not counted: one for each connection, as large as what the system keeps for it.
const SMALL: usize = 64 << 10;

/// What answers may take, over all connections of the process.
#[derive(Debug)]
pub(crate) struct Answers {
    used: AtomicU64,
    limit: AtomicU64,
}

impl Default for Answers {
    fn default() -> Self {
        Self { used: AtomicU64::new(0), limit: AtomicU64::new(u64::MAX) }
    }
}

impl Answers {
    /// Bounds them, in bytes.
    pub(crate) fn limit(&self, bytes: u64) {
        self.limit.store(bytes, Ordering::Relaxed);
    }

    /// The bound, in bytes; none until it is set.
    pub(crate) fn bound(&self) -> Option<u64> {
        Some(self.limit.load(Ordering::Relaxed)).filter(|limit| *limit != u64::MAX)
    }

    /// What an answer takes that grows.
    pub(crate) fn share(self: &Arc<Self>) -> Share {
        Share { answers: Arc::clone(self), bytes: 0 }
    }

    /// An answer that is counted until the last of its bytes is sent or dropped.
    ///
    /// # Errors
    /// [`LimitId::AnswerMemory`]
    pub(crate) fn count(self: &Arc<Self>, answer: Vec<u8>) -> Result<Bytes, LimitId> {
        let mut share = self.share();
        share.grow_to(answer.capacity())?;
        Ok(share.hold(answer))
    }
}

/// What one answer takes, until this is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    answers: Arc<Answers>,
    bytes: u64,
}

impl Share {
    /// Takes as much as is missing to `bytes`. One answer by itself may have any size: otherwise nobody would ever have it.
    ///
    /// # Errors
    /// [`LimitId::AnswerMemory`]
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), LimitId> {
        let more = (bytes as u64).saturating_sub(self.bytes);
        if bytes <= SMALL || more == 0 {
            return Ok(());
        }
        let before = self.answers.used.fetch_add(more, Ordering::Relaxed);
        if before > self.bytes && before.saturating_add(more) > self.answers.limit.load(Ordering::Relaxed) {
            self.answers.used.fetch_sub(more, Ordering::Relaxed);
            return Err(LimitId::AnswerMemory);
        }
        self.bytes += more;
        Ok(())
    }

    /// The answer, which holds this as long as there is some of it.
    pub(crate) fn hold(self, answer: Vec<u8>) -> Bytes {
        match self.bytes {
            0 => answer.into(),
            _ => Bytes::from_owner(Counted { answer, _share: self }),
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.answers.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

struct Counted {
    answer: Vec<u8>,
    _share: Share,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_answers_are_counted_until_they_are_sent() {
        let answers: Arc<Answers> = Arc::default();
        let answer = |bytes: usize| answers.count(vec![b'x'; bytes]);
        assert_eq!(answers.bound(), None);
        answers.limit(300_000);
        let mut first = answer(200_000).expect("room");
        assert_eq!(answer(100_001), Err(LimitId::AnswerMemory));
        let second = answer(100_000).expect("what was refused takes nothing");
        assert_eq!((first.len(), second.len()), (200_000, 100_000));
        assert!(answer(SMALL).is_ok(), "small ones are not counted");
        drop(second);
        // Parts of it are as good as all of it.
        let rest = first.split_off(150_000);
        drop(first);
        assert!(answer(150_000).is_err());
        drop(rest);
        assert!(answer(300_000).is_ok() && answer(1_000_000).is_ok());
        assert_eq!(answers.used.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn answers_that_grow() {
        let answers: Arc<Answers> = Arc::default();
        answers.limit(300_000);
        let (mut one, mut other) = (answers.share(), answers.share());
        assert!(one.grow_to(200_000).is_ok() && other.grow_to(100_000).is_ok() && one.grow_to(SMALL).is_ok());
        assert_eq!(one.grow_to(200_001), Err(LimitId::AnswerMemory));
        drop(other);
        // By itself.
        assert!(one.grow_to(1_000_000).is_ok() && answers.share().grow_to(SMALL + 1).is_err());
        drop(one.hold(vec![0; 1_000_000]));
        assert_eq!(answers.used.load(Ordering::Relaxed), 0);
    }
}
