//! Plans of documents that came before, the least recently used dropped first. Documents that clients persist are found
//! by their hash as well.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::plan::Document;

/// Longer documents are planned anew each time, so that a few cannot push all others out.
const LONGEST: usize = 32 * 1024;

/// SHA-256 of a document's text.
pub(crate) type Hash = [u8; 32];

/// A bounded map from a document's text to its plan.
#[derive(Debug)]
pub(crate) struct Cache {
    capacity: usize,
    most_bytes: usize,
    clock: AtomicU64,
    entries: RwLock<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    documents: HashMap<Arc<str>, Cached>,
    persisted: HashMap<Hash, Arc<str>>,
    /// Bytes of all documents.
    bytes: usize,
}

#[derive(Debug)]
struct Cached {
    document: Arc<Document>,
    bytes: usize,
    hash: Option<Hash>,
    used: AtomicU64,
}

impl Cache {
    /// A cache for `capacity` documents that take about `most_bytes` bytes together.
    pub(crate) fn new(capacity: usize, most_bytes: usize) -> Self {
        Self { capacity, most_bytes, clock: AtomicU64::new(0), entries: RwLock::default() }
    }

    /// The plan of `text`.
    pub(crate) fn get(&self, text: &str) -> Option<Arc<Document>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        self.used(&entries, text)
    }

    /// The plan of the text with this hash.
    pub(crate) fn persisted(&self, hash: &Hash) -> Option<Arc<Document>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        self.used(&entries, entries.persisted.get(hash)?)
    }

    fn used(&self, entries: &Entries, text: &str) -> Option<Arc<Document>> {
        let cached = entries.documents.get(text)?;
        cached.used.store(self.now(), Ordering::Relaxed);
        Some(Arc::clone(&cached.document))
    }

    /// Keeps a plan, with a hash for a client that will ask by it.
    pub(crate) fn put(&self, text: &str, document: &Arc<Document>, hash: Option<Hash>) {
        let bytes = document.size(text.len());
        if text.len() > LONGEST || bytes > self.most_bytes || self.capacity == 0 {
            return;
        }
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let entries = &mut *entries;
        if let Some((known, _)) = entries.documents.get_key_value(text) {
            let known = Arc::clone(known);
            if let (Some(hash), Some(cached)) = (hash, entries.documents.get_mut(text)) {
                cached.hash = Some(hash);
                entries.persisted.insert(hash, known);
            }
            return;
        }
        while entries.documents.len() >= self.capacity || entries.bytes + bytes > self.most_bytes {
            entries.make_room();
        }
        let text: Arc<str> = text.into();
        if let Some(hash) = hash {
            entries.persisted.insert(hash, Arc::clone(&text));
        }
        entries.bytes += bytes;
        let cached = Cached { document: Arc::clone(document), bytes, hash, used: AtomicU64::new(self.now()) };
        entries.documents.insert(text, cached);
    }

    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }
}

impl Entries {
    /// Drops the older eighth at once, which makes the search for it rare.
    fn make_room(&mut self) {
        let mut times: Vec<u64> = self.documents.values().map(|cached| cached.used.load(Ordering::Relaxed)).collect();
        let (_, limit, _) = times.select_nth_unstable(self.documents.len() / 8);
        let limit = *limit;
        self.documents.retain(|_, cached| {
            let kept = cached.used.load(Ordering::Relaxed) > limit;
            if !kept {
                self.bytes -= cached.bytes;
                if let Some(hash) = cached.hash {
                    self.persisted.remove(&hash);
                }
            }
            kept
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Arc<Document> {
        Arc::new(Document { operations: Vec::new(), introspection_text: String::new() })
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let cache = Cache::new(8, 1 << 20);
        let document = document();
        for text in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            cache.put(text, &document, None);
        }
        assert!(cache.get("a").is_some());
        cache.put("i", &document, None);
        assert!(cache.get("a").is_some() && cache.get("h").is_some() && cache.get("i").is_some());
        assert!(cache.get("b").is_none());
        cache.put(&"x".repeat(LONGEST + 1), &document, None);
        assert!(cache.get(&"x".repeat(LONGEST + 1)).is_none());
    }

    #[test]
    fn bytes_are_bounded_and_hashes_go_with_their_documents() {
        let each = document().size(4);
        let cache = Cache::new(100, 2 * each + each / 2);
        let document = document();
        cache.put("aaaa", &document, Some([1; 32]));
        cache.put("bbbb", &document, None);
        cache.put("bbbb", &document, Some([2; 32]));
        assert!(cache.persisted(&[2; 32]).is_some() && cache.persisted(&[1; 32]).is_some());
        cache.put("cccc", &document, Some([3; 32]));
        let entries = cache.entries.read().unwrap_or_else(PoisonError::into_inner);
        assert_eq!((entries.bytes, entries.documents.len(), entries.persisted.len()), (2 * each, 2, 2));
        drop(entries);
        assert!(cache.persisted(&[2; 32]).is_none() && cache.persisted(&[3; 32]).is_some());
        cache.put("more than ten bytes", &document, None);
        assert!(cache.get("aaaa").is_some() && cache.get("more than ten bytes").is_none());
    }
}
