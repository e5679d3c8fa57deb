//! The vectors of one search method in one namespace, in memory: read from the store at first use, and kept up to date by
//! what is written there.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::store::{Space, Vector};
use crate::vectors::{DifferentLengths, Found, Graph, Vectors};

/// Another vector of a key, or none any more.
type Change = (Arc<str>, Option<Vector>);

/// Vectors of one search method in one namespace.
#[derive(Default)]
pub(super) struct Index {
    vectors: RwLock<Vectors>,
    /// What was written and is not in `vectors` yet, in the order of the store; none while nothing is read from there.
    changes: Mutex<Option<Vec<Change>>>,
    is_ready: AtomicBool,
    /// Who reads it from the store.
    pub(super) loading: tokio::sync::Mutex<()>,
}

impl Index {
    /// Whether everything is there.
    pub(super) fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    /// From now on everything is there.
    pub(super) fn ready(&self) {
        self.is_ready.store(true, Ordering::Release);
    }

    /// Begins to note what is written. Then the store is read: what is written meanwhile may be noted and read, which makes
    /// no difference.
    pub(super) fn begin(&self) {
        *self.vectors.write().unwrap_or_else(PoisonError::into_inner) = Vectors::default();
        *self.changes() = Some(Vec::new());
    }

    /// Takes in what was read.
    pub(super) fn fill(&self, read: &[(Arc<str>, Vector)]) {
        let mut vectors = self.vectors.write().unwrap_or_else(PoisonError::into_inner);
        read.iter().for_each(|(key, vector)| vectors.insert(key, vector));
    }

    /// Notes what was written, in its order.
    pub(super) fn note(&self, changed: impl IntoIterator<Item = Change>) {
        if let Some(changes) = &mut *self.changes() {
            changes.extend(changed);
        }
    }

    /// Takes in what was written.
    pub(super) fn catch_up(&self) {
        if self.changes().as_ref().is_none_or(Vec::is_empty) {
            return;
        }
        let mut vectors = self.vectors.write().unwrap_or_else(PoisonError::into_inner);
        // Taken while nobody else may change the vectors: the order stays.
        let changes = self.changes().as_mut().map(std::mem::take);
        for (key, vector) in changes.into_iter().flatten() {
            match vector {
                Some(vector) => vectors.insert(&key, &vector),
                None => vectors.remove(&key),
            }
        }
    }

    /// The nearest to a vector.
    pub(super) fn search(&self, query: &[f32], most: usize, exact: bool) -> Result<Vec<Found>, DifferentLengths> {
        self.catch_up();
        self.vectors.read().unwrap_or_else(PoisonError::into_inner).search(query, most, exact)
    }

    /// The vector of a key.
    pub(super) fn get(&self, key: &str) -> Option<Vector> {
        self.catch_up();
        self.vectors.read().unwrap_or_else(PoisonError::into_inner).get(key).map(Arc::from)
    }

    /// Numbers that are looked at in a search, at most.
    pub(super) fn size(&self) -> usize {
        let vectors = self.vectors.read().unwrap_or_else(PoisonError::into_inner);
        vectors.len().saturating_mul(vectors.dimensions())
    }

    /// Makes a graph where there are so many vectors that one is wanted, on a thread of its own. Where there is none, the
    /// search looks at all vectors as before.
    pub(super) fn make_graph(self: &Arc<Self>) {
        if !self.vectors.read().unwrap_or_else(PoisonError::into_inner).wants_graph()
            || !self.vectors.write().unwrap_or_else(PoisonError::into_inner).begin_graph()
        {
            return;
        }
        let index = Arc::clone(self);
        let make = move || {
            // Calls come first. The threads that help inherit it.
            let _ = rustix::process::setpriority_process(None, NICE);
            let from = index.vectors.read().unwrap_or_else(PoisonError::into_inner).for_graph();
            let made = std::panic::catch_unwind(|| Graph::new(from)).ok();
            index.vectors.write().unwrap_or_else(PoisonError::into_inner).end_graph(made);
        };
        if std::thread::Builder::new().name("graph".to_owned()).spawn(make).is_err() {
            self.vectors.write().unwrap_or_else(PoisonError::into_inner).end_graph(None);
        }
    }

    fn changes(&self) -> MutexGuard<'_, Option<Vec<Change>>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As for calls that compute for long.
const NICE: i32 = 10;

/// All that is in memory, from app to app.
#[derive(Default)]
pub(super) struct Indexes(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// By namespace and search method.
    indexes: HashMap<Space, HashMap<Arc<str>, Arc<Index>>>,
    /// Namespaces that were written to or found: they are there although all texts may be gone.
    spaces: BTreeSet<Space>,
}

impl Indexes {
    /// The index of a search method; made when it is first asked for.
    pub(super) fn of(&self, space: &Space, method: &str) -> Arc<Index> {
        let mut known = self.known();
        let methods = known.indexes.entry(space.clone()).or_default();
        Arc::clone(methods.entry(Arc::from(method)).or_default())
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
