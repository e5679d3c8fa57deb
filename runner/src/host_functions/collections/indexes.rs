//! The indexes of a store, and which namespaces there are.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::index::Index;
use super::memory::{Memory, Room};
use super::store::Space;

/// All of a store that is in memory, from app to app.
#[derive(Default)]
pub(super) struct Indexes(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Of which store.
    epoch: u64,
    /// By namespace and search method.
    indexes: HashMap<Space, HashMap<Arc<str>, Arc<Index>>>,
    /// Namespaces that were written to or found: they are there although all texts may be gone.
    spaces: BTreeSet<Space>,
}

impl Indexes {
    /// The index of a search method; made when it is first asked for, in this memory.
    pub(super) fn of(&self, space: &Space, method: &str, memory: &Arc<Memory>) -> Arc<Index> {
        let mut known = self.known();
        let methods = known.indexes.entry(space.clone()).or_default();
        let new = || Arc::new(Index::new(Room::new(memory, usize::MAX)));
        Arc::clone(methods.entry(Arc::from(method)).or_insert_with(new))
    }

    /// Forgets everything if it is of another store than this one.
    pub(super) fn are_of(&self, epoch: u64) {
        let mut known = self.known();
        if known.epoch != epoch {
            *known = Known { epoch, ..Known::default() };
        }
    }

    /// All that there are for a namespace.
    pub(super) fn in_space(&self, space: &Space) -> Vec<(Arc<str>, Arc<Index>)> {
        let known = self.known();
        let methods = known.indexes.get(space).into_iter().flatten();
        methods.map(|(method, index)| (Arc::clone(method), Arc::clone(index))).collect()
    }

    /// Whether a namespace is known to be there.
    pub(super) fn has_space(&self, space: &Space) -> bool {
        self.known().spaces.contains(space)
    }

    /// Notes that a namespace is there.
    pub(super) fn add_space(&self, space: &Space) {
        self.known().spaces.insert(space.clone());
    }

    /// Namespaces of a collection that were written to.
    pub(super) fn spaces(&self, collection: &str) -> Vec<Arc<str>> {
        let known = self.known();
        let of = known.spaces.iter().filter(|space| &*space.collection == collection);
        of.map(|space| Arc::clone(&space.namespace)).collect()
    }

    /// Drops what the manifest does not name any more.
    pub(super) fn retain(&self, is_named: impl Fn(&str, &str) -> bool) {
        self.known().indexes.retain(|space, methods| {
            methods.retain(|method, _| is_named(&space.collection, method));
            !methods.is_empty()
        });
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
