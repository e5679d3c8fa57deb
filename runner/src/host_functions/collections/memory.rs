//! How much memory vectors may take, of all collections together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::host_functions::HostError;
use crate::limits::LimitId;
use crate::telemetry::metrics;
use crate::vectors::bytes;

/// Bytes that are taken.
#[derive(Debug, Default)]
pub(super) struct Memory(AtomicUsize);

/// There is no room for a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("vectors of collections would take more than {0} bytes of memory ({limit})", limit = LimitId::CollectionsMemory)]
pub(super) struct Full(usize);

impl From<Full> for HostError {
    fn from(full: Full) -> Self {
        full.to_string().into()
    }
}

impl Full {
    fn count(&self) {
        metrics::refused(LimitId::CollectionsMemory);
    }
}

/// Bytes that are taken until this is dropped.
#[derive(Debug)]
pub(super) struct Room {
    memory: Arc<Memory>,
    /// Bytes that all rooms may have.
    most: usize,
    bytes: usize,
}

impl Room {
    /// An empty one.
    pub(super) fn new(memory: &Arc<Memory>, most: usize) -> Self {
        Self { memory: Arc::clone(memory), most, bytes: 0 }
    }

    /// Whether there would be room for so many vectors of so many numbers. It stays as it is.
    pub(super) fn has_room_for(&self, vectors: usize, dimensions: usize) -> Result<(), Full> {
        let taken = self.memory.0.load(Ordering::Relaxed);
        self.has(vectors.saturating_mul(bytes("", dimensions)), taken).inspect_err(Full::count)
    }

    fn has(&self, more: usize, taken: usize) -> Result<(), Full> {
        if taken.saturating_add(more) <= self.most { Ok(()) } else { Err(Full(self.most)) }
    }

    /// Grows by so many bytes.
    pub(super) fn grow(&mut self, more: usize) -> Result<(), Full> {
        self.try_grow(more).inspect_err(Full::count)
    }

    /// The same where it is no refusal if there is no room.
    pub(super) fn try_grow(&mut self, more: usize) -> Result<(), Full> {
        let before = self.memory.0.fetch_add(more, Ordering::Relaxed);
        self.has(more, before).inspect_err(|_| {
            self.memory.0.fetch_sub(more, Ordering::Relaxed);
        })?;
        self.bytes += more;
        Ok(())
    }

    /// Grows by what a vector takes.
    pub(super) fn grow_by(&mut self, key: &str, vector: &[f32]) -> Result<(), Full> {
        self.grow(bytes(key, vector.len()))
    }

    /// Has so many bytes from now on, for what is there already.
    pub(super) fn set(&mut self, bytes: usize) {
        self.memory.0.fetch_add(bytes, Ordering::Relaxed);
        self.memory.0.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = bytes;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.memory.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_bounded_and_given_back() {
        let memory = Arc::new(Memory::default());
        let one = bytes("key", 3);
        let (mut first, mut second) = (Room::new(&memory, 2 * one), Room::new(&memory, 2 * one));
        assert_eq!((first.grow_by("key", &[0.0; 3]), second.grow_by("key", &[0.0; 3])), (Ok(()), Ok(())));
        assert_eq!((second.grow(1), second.has_room_for(1, 0)), (Err(Full(2 * one)), Err(Full(2 * one))));
        first.set(one - 1);
        assert_eq!((second.grow(1), second.grow(1)), (Ok(()), Err(Full(2 * one))));
        drop(second);
        assert_eq!((first.has_room_for(1, 3), first.has_room_for(2, 3)), (Ok(()), Err(Full(2 * one))));
        drop(first);
        assert_eq!(memory.0.load(Ordering::Relaxed), 0);
    }
}
