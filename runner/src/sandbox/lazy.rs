//! A table with an item for each function of an app, of which most calls use a few.

use std::sync::OnceLock;

/// Items that are made together.
const CHUNK: usize = 64;

/// Items that are made when they are first asked for: an app of thousands of functions does not pay for them at its start.
pub(super) struct Lazy<T>(Box<[OnceLock<Box<[T]>>]>);

impl<T: Default> Lazy<T> {
    pub(super) fn new(length: usize) -> Self {
        Self((0..length.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect())
    }

    /// The item at `index`; `None` beyond the end, where the last chunk has no room either.
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let chunk = self.0.get(index / CHUNK)?;
        chunk.get_or_init(|| (0..CHUNK).map(|_| T::default()).collect()).get(index % CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn each_index_has_an_item_of_its_own() {
        let table: Lazy<AtomicUsize> = Lazy::new(200);
        for index in 0..200 {
            table.get(index).expect("an item").fetch_add(index, Ordering::Relaxed);
        }
        assert!((0..200).all(|index| table.get(index).is_some_and(|item| item.load(Ordering::Relaxed) == index)));
        assert!(table.get(256).is_none() && Lazy::<AtomicUsize>::new(0).get(0).is_none());
    }
}
