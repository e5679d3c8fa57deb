//! Plans of documents that came before, the least recently used dropped first.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::plan::Document;

/// Longer documents are planned anew each time, so that the cache cannot be filled with megabytes.
const LONGEST: usize = 32 * 1024;

/// A bounded map from a document's text to its plan.
#[derive(Debug)]
pub(crate) struct Cache {
    capacity: usize,
    clock: AtomicU64,
    entries: RwLock<HashMap<Box<str>, Cached>>,
}

#[derive(Debug)]
struct Cached {
    document: Arc<Document>,
    used: AtomicU64,
}

impl Cache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, clock: AtomicU64::new(0), entries: RwLock::default() }
    }

    /// The plan of `text`.
    pub(crate) fn get(&self, text: &str) -> Option<Arc<Document>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let cached = entries.get(text)?;
        cached.used.store(self.now(), Ordering::Relaxed);
        Some(Arc::clone(&cached.document))
    }

    /// Keeps a plan.
    pub(crate) fn put(&self, text: &str, document: &Arc<Document>) {
        if text.len() > LONGEST || self.capacity == 0 {
            return;
        }
        let cached = Cached { document: Arc::clone(document), used: AtomicU64::new(self.now()) };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= self.capacity && !entries.contains_key(text) {
            make_room(&mut entries, self.capacity);
        }
        entries.insert(text.into(), cached);
    }

    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }
}

/// Drops the older eighth at once, which makes the search for it rare.
fn make_room(entries: &mut HashMap<Box<str>, Cached>, capacity: usize) {
    let mut times: Vec<u64> = entries.values().map(|cached| cached.used.load(Ordering::Relaxed)).collect();
    let (_, limit, _) = times.select_nth_unstable(capacity / 8);
    let limit = *limit;
    entries.retain(|_, cached| cached.used.load(Ordering::Relaxed) > limit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_go_first() {
        let cache = Cache::new(8);
        let document = Arc::new(Document { operations: Vec::new(), introspection_text: String::new() });
        for text in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            cache.put(text, &document);
        }
        assert!(cache.get("a").is_some());
        cache.put("i", &document);
        assert!(cache.get("a").is_some() && cache.get("h").is_some() && cache.get("i").is_some());
        assert!(cache.get("b").is_none());
        cache.put(&"x".repeat(LONGEST + 1), &document);
        assert!(cache.get(&"x".repeat(LONGEST + 1)).is_none());
    }
}
