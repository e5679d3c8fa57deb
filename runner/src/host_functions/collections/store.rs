//! Where texts and vectors of collections are kept (`collections` section 3): in the state of the runner, or in PostgreSQL.

mod embedded;
mod postgres;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

pub(super) use embedded::Embedded;
pub(super) use postgres::{Database, Postgres};

use super::memory::{Full, Room};
use crate::host_functions::HostError;
use crate::host_functions::database::DatabaseError;
use crate::host_functions::metadata::DATABASE;
use crate::limits::LimitId;
use crate::state::StateError;

/// A vector, shared with the index.
pub(super) type Vector = Arc<[f32]>;

/// Another vector of a key, or none any more.
pub(super) type Change = (Arc<str>, Option<Vector>);

/// A text with its key and labels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: Arc<str>,
    pub(super) text: String,
    pub(super) labels: Vec<String>,
}

/// A text that is kept, with the number of its row: it changes whenever the text is put in again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) key: Arc<str>,
    pub(super) text: String,
}

/// A vector that was read, with the number of its row: each row has one vector for good.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read {
    pub(super) row: i64,
    pub(super) key: Arc<str>,
    pub(super) vector: Vector,
}

/// A namespace of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Space {
    pub(super) collection: Arc<str>,
    pub(super) namespace: Arc<str>,
}

/// What is known of a store to which others write: what they have done is found by comparison.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The rows of vectors in short; none before they were compared for the first time.
    mark: Option<String>,
    /// Their numbers, with the keys.
    rows: HashMap<i64, Arc<str>>,
}

impl Seen {
    /// These rows have been read.
    pub(super) fn of(read: &[Read]) -> Self {
        Self { mark: None, rows: read.iter().map(|read| (read.row, Arc::clone(&read.key))).collect() }
    }
}

/// Bytes that what is read for an answer may have.
#[derive(Debug)]
pub(super) struct Bytes {
    most: usize,
    left: usize,
}

/// What was read is larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was asked for is larger than {0} bytes ({limit})", limit = LimitId::DatabaseAnswer)]
pub(super) struct TooLarge(usize);

impl Bytes {
    /// So many.
    pub(super) fn new(most: usize) -> Self {
        Self { most, left: most }
    }

    /// Counts a row with these texts.
    fn take<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> std::result::Result<(), TooLarge> {
        /// What a text takes besides, about.
        const BESIDES: usize = 32;
        let bytes = texts.into_iter().map(|text| text.len() + BESIDES).sum();
        self.left = self.left.checked_sub(bytes).ok_or(TooLarge(self.most))?;
        Ok(())
    }

    /// The same for a text with its labels.
    fn take_entry(&mut self, entry: &Entry) -> std::result::Result<(), TooLarge> {
        self.take([&*entry.key, &entry.text].into_iter().chain(entry.labels.iter().map(String::as_str)))
    }
}

/// Bytes of texts that are read at once to get vectors: one text more than fit.
const TEXTS: usize = 4 << 20;

/// Is told of a result when that is kept for good: in the order in which writes are done, and also when nobody waits for the
/// answer any more. It must be quick: other writes wait for it.
pub(super) type Then<T> = Box<dyn FnOnce(&T) + Send>;

/// Why a store did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(super) enum StoreError {
    /// The runner's own state.
    #[error("{0}")]
    State(#[from] StateError),
    /// PostgreSQL.
    #[error("the database of {DATABASE}: {0}")]
    Database(#[from] DatabaseError),
    /// There is no more room in memory for what was read.
    #[error("{0}")]
    Full(#[from] Full),
    /// The answer is too large.
    #[error("{0}")]
    TooLarge(#[from] TooLarge),
}

impl From<StoreError> for HostError {
    fn from(error: StoreError) -> Self {
        error.to_string().into()
    }
}

type Result<T> = std::result::Result<T, StoreError>;

/// A store. What it is asked to write is answered when it is kept for good.
#[async_trait]
pub(super) trait Store: fmt::Debug + Send + Sync {
    /// Puts texts in, in place of those with the same keys, each with its vector for each method: all of it or nothing. Of a
    /// key that is given twice the last text counts.
    async fn upsert(
        &self,
        space: Space,
        entries: Vec<Entry>,
        vectors: Vec<(String, Vec<Vector>)>,
        then: Then<()>,
    ) -> Result<()>;

    /// Takes a text out, with its vectors.
    async fn delete(&self, space: Space, key: String, then: Then<()>) -> Result<()>;

    /// Puts vectors of texts in, by the rows of the texts and as far as those are still there: `then` hears whether each was.
    async fn put_vectors(
        &self,
        space: Space,
        method: String,
        vectors: Vec<(i64, Vector)>,
        then: Then<Vec<bool>>,
    ) -> Result<()>;

    /// All vectors of a search method, as far as there is room; the room comes back as large as they are.
    async fn vectors(&self, space: Space, method: String, room: Room) -> Result<(Vec<Read>, Room)>;

    /// Texts behind the row `after`, in the order of their rows; with `missing` only those without a vector of the method. They
    /// are `most`, fewer where they are large, and none only where none is left.
    async fn texts(&self, space: Space, method: String, after: i64, missing: bool, most: usize) -> Result<Vec<Stored>>;

    /// The texts of these keys, as far as they are there, and what is left of `bytes`.
    async fn entries(&self, space: Space, keys: Vec<Arc<str>>, bytes: Bytes) -> Result<(Vec<Option<Entry>>, Bytes)>;

    /// All texts by their keys, in the order of the keys.
    async fn dump(&self, space: Space, bytes: Bytes) -> Result<Vec<(String, String)>>;

    /// How many texts there are.
    async fn count(&self, space: Space) -> Result<u64>;

    /// Whether there are any.
    async fn has(&self, space: Space) -> Result<bool>;

    /// Namespaces of a collection in which there are texts, sorted.
    async fn namespaces(&self, collection: Arc<str>, bytes: Bytes) -> Result<Vec<Arc<str>>>;

    /// Whether others write to it as well.
    fn is_shared(&self) -> bool {
        false
    }

    /// Changes when it is another store from now on, of which nothing is known.
    fn epoch(&self) -> u64 {
        0
    }

    /// Looks what has changed since `seen`, which it brings up to date. `then` hears of it, as far as there is room, in the
    /// order in which this process writes.
    async fn look(
        &self,
        _space: Space,
        _method: String,
        _seen: Arc<Mutex<Seen>>,
        _room: Room,
        _then: Then<Vec<Change>>,
    ) -> Result<()> {
        Ok(())
    }
}
