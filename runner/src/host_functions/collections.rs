//! `modus_collections`: texts that are searched by vectors, which the app's own embedders make (`collections`).

mod answers;
mod attempt;
mod embed;
mod index;
mod indexes;
mod memory;
mod search;
mod store;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use abi::host_functions as table;
use abi::manifest::{Collection, Manifest, SearchMethod};
use abi::value::Value;
use tokio::time::timeout;

use super::capability::Function;
use super::metadata;
use super::own::OwnFunctions;
use super::values::{text, text_of};
use super::{Answer, Capability, HostError, Invocation, Messages, Pending, Setup};
use crate::environment::Environment;
use crate::limits::{CollectionLimits, DatabaseLimits};
use crate::state::State;
use attempt::Attempt;
use embed::Embedder;
use index::Index;
use indexes::Indexes;
use memory::{Memory, Room};
use store::{Bytes, Change, Database, Embedded, Postgres, Seen, Space, Store};

/// How long an embedder waits for vectors that others read.
const INNER_PATIENCE: Duration = Duration::from_secs(5);

/// The capability.
pub(super) struct Collections {
    manifest: Arc<Manifest>,
    environment: Arc<Environment>,
    own: Arc<OwnFunctions>,
    state: State,
    limits: CollectionLimits,
    databases: DatabaseLimits,
    kept: Arc<Kept>,
    /// Where texts are, with what is in memory of that: known at the first use.
    place: OnceLock<(Arc<dyn Store>, Arc<Indexes>)>,
}

/// What outlives apps.
#[derive(Default)]
struct Kept {
    memory: Arc<Memory>,
    of_state: Arc<Indexes>,
    of_database: Arc<Indexes>,
    database: Database,
}

/// Records around an operation: only of those that do not succeed.
const fn messages(cancelled: &'static str, error: &'static str, detail: fn(&[Value]) -> Option<String>) -> Messages {
    Messages { starting: None, completed: None, cancelled: Some(cancelled), error: Some(error), detail }
}

/// What operations are about, by the places of collection and namespace, and of search method and key where they have one.
fn about(arguments: &[Value], method: Option<usize>, key: Option<usize>) -> Option<String> {
    let mut about = format!("Collection: {}, Namespace: {}", text(arguments, 0), text(arguments, 1));
    for (name, place) in [("Method", method), ("Key", key)] {
        if let Some(place) = place {
            about.push_str(&format!(", {name}: {}", text(arguments, place)));
        }
    }
    Some(about)
}

fn about_search(arguments: &[Value]) -> Option<String> {
    let (collection, namespaces, method) = (text(arguments, 0), texts(arguments, 1).join(" "), text(arguments, 2));
    Some(format!("Collection: {collection}, Namespaces: [{namespaces}], Method: {method}"))
}

fn about_upsert(arguments: &[Value]) -> Option<String> {
    let (collection, namespace, keys) = (text(arguments, 0), text(arguments, 1), texts(arguments, 2).join(" "));
    Some(format!("Collection: {collection}, Namespace: {namespace}, Keys: [{keys}]"))
}

impl Capability for Collections {
    const TABLE: &'static table::Capability = &table::COLLECTIONS;

    const FUNCTIONS: &'static [Function<Self>] = &[
        Function::waiting(
            "upsert",
            messages("Cancelled upserting to collection.", "Error upserting to collection.", about_upsert),
            Self::upsert,
        ),
        Function::waiting(
            "delete",
            messages("Cancelled deleting from collection.", "Error deleting from collection.", |a| {
                about(a, None, Some(2))
            }),
            Self::delete,
        ),
        Function::waiting(
            "search",
            messages("Cancelled searching collection.", "Error searching collection.", about_search),
            Self::search,
        ),
        Function::waiting(
            "searchByVector",
            messages(
                "Cancelled searching collection by vector.",
                "Error searching collection by vector.",
                about_search,
            ),
            Self::search_by_vector,
        ),
        Function::waiting(
            "classifyText",
            messages("Cancelled classifying text.", "Error while classifying text.", |a| about(a, Some(2), None)),
            Self::classify,
        ),
        Function::waiting(
            "recomputeIndex",
            Messages {
                starting: Some("Starting recomputing index for collection."),
                completed: Some("Completed recomputing index for collection."),
                cancelled: Some("Cancelled recomputing index for collection."),
                error: Some("Error recomputing index for collection."),
                detail: |a| about(a, Some(2), None),
            },
            Self::recompute,
        ),
        Function::waiting(
            "computeDistance",
            messages("Cancelled computing distance.", "Error computing distance.", |a| about(a, Some(2), None)),
            Self::distance,
        ),
        Function::waiting(
            "getText",
            messages("Cancelled getting text from collection.", "Error getting text from collection.", |a| {
                about(a, None, Some(2))
            }),
            Self::text,
        ),
        Function::waiting(
            "dumpTexts",
            messages("Cancelled dumping texts from collection.", "Error dumping texts from collection.", |a| {
                about(a, None, None)
            }),
            Self::dump,
        ),
        Function::waiting(
            "getNamespaces",
            messages(
                "Cancelled getting namespaces from collection.",
                "Error getting namespaces from collection.",
                |a| Some(format!("Collection: {}", text(a, 0))),
            ),
            Self::namespaces,
        ),
        Function::waiting(
            "getVector",
            messages("Cancelled getting vector from collection.", "Error getting vector from collection.", |a| {
                about(a, Some(2), Some(3))
            }),
            Self::vector,
        ),
        Function::waiting(
            "getLabels",
            messages("Cancelled getting labels from collection.", "Error getting labels from collection.", |a| {
                about(a, None, Some(2))
            }),
            Self::labels,
        ),
    ];

    fn configure(setup: &Setup<'_>) -> Self {
        let manifest = Arc::clone(&setup.manifest);
        let kept: Arc<Kept> = setup.process.kept.get();
        for indexes in [&kept.of_state, &kept.of_database] {
            indexes.retain(|collection, method| {
                let collection = manifest.collections.get(collection);
                collection.is_some_and(|collection| collection.search_methods.contains_key(method))
            });
        }
        Self {
            manifest,
            environment: Arc::clone(&setup.environment),
            own: Arc::clone(&setup.own),
            state: setup.process.state.clone(),
            limits: setup.process.collections,
            databases: setup.process.databases,
            kept,
            place: OnceLock::new(),
        }
    }
}

/// Texts of a list; anything else in it counts as empty.
fn texts(arguments: &[Value], index: usize) -> Vec<String> {
    match arguments.get(index) {
        Some(Value::List(items)) => items.iter().map(|item| text_of(item).to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// Runs an operation that owns what it needs.
fn pending(work: impl Future<Output = Answer> + Send + 'static) -> Pending {
    Box::pin(work)
}

impl Collections {
    fn place(&self) -> &(Arc<dyn Store>, Arc<Indexes>) {
        self.place.get_or_init(|| {
            if !metadata::is_named(&self.environment) {
                return (Arc::new(Embedded(self.state.clone())), Arc::clone(&self.kept.of_state));
            }
            let database = Postgres::new(&self.kept.database, self.databases, &self.environment);
            (Arc::new(database), Arc::clone(&self.kept.of_database))
        })
    }

    fn store(&self) -> &dyn Store {
        &*self.place().0
    }

    fn indexes(&self) -> &Arc<Indexes> {
        let (store, indexes) = self.place();
        indexes.are_of(store.epoch());
        indexes
    }

    fn index_of(&self, space: &Space, method: &str) -> Arc<Index> {
        self.indexes().of(space, method, &self.kept.memory)
    }

    fn room(&self) -> Room {
        Room::new(&self.kept.memory, self.limits.memory)
    }

    /// What may be read from the store for an answer.
    fn bytes(&self) -> Bytes {
        Bytes::new(self.databases.answer)
    }

    fn collection(&self, name: &str) -> Result<&Collection, HostError> {
        self.manifest.collections.get(name).ok_or_else(|| format!("collection {name} not found in manifest").into())
    }

    /// A search method, which has to have an index of a known type.
    fn method(&self, collection: &str, name: &str) -> Result<&SearchMethod, HostError> {
        let methods = &self.collection(collection)?.search_methods;
        let method = methods.get(name).ok_or_else(|| {
            HostError::from(format!(
                "search method {name} not found in collection {collection}: vector index not found"
            ))
        })?;
        match method.index.as_str() {
            "" | "sequential" | "hnsw" => Ok(method),
            other => Err(format!("unknown index type: {other}").into()),
        }
    }

    fn embedder(&self, collection: &str, name: &str, is_inner: bool) -> Result<Embedder, HostError> {
        let method = self.method(collection, name)?;
        Ok(Embedder::find(&self.own, collection, name, method, is_inner)?)
    }

    fn space(collection: &str, namespace: &str) -> Space {
        Space { collection: Arc::from(collection), namespace: Arc::from(namespace) }
    }

    /// A namespace that is there: the one without a name always is.
    async fn existing(&self, collection: &str, namespace: &str) -> Result<Space, HostError> {
        self.collection(collection)?;
        let space = Self::space(collection, namespace);
        if namespace.is_empty() || self.indexes().has_space(&space) {
            return Ok(space);
        }
        if !self.store().has(space.clone()).await? {
            return Err(format!("namespace {namespace} not found").into());
        }
        self.indexes().add_space(&space);
        Ok(space)
    }

    /// All namespaces of a collection, sorted.
    async fn all_namespaces(&self, collection: &str) -> Result<BTreeSet<Arc<str>>, HostError> {
        self.collection(collection)?;
        let stored = self.store().namespaces(Arc::from(collection), self.bytes()).await?;
        let known = self.indexes().spaces(collection);
        Ok(stored.into_iter().chain(known).chain([Arc::from("")]).collect())
    }

    /// The vectors of a search method, read from the store where they are not there yet. Texts without a vector, as those of
    /// a method that is new, get one first. Of a store to which others write, what they have written is read once in a while.
    async fn index(self: &Arc<Self>, space: &Space, method: &str, is_inner: bool) -> Result<Arc<Index>, HostError> {
        self.method(&space.collection, method)?;
        let (asked, by) = (Instant::now(), (Arc::as_ptr(self).addr(), is_inner));
        loop {
            let index = self.index_of(space, method);
            let is_fresh = !self.store().is_shared() || index.is_fresh(asked, self.limits.refresh);
            if index.is_ready() && (is_fresh || is_inner && index.under_way().is_some()) {
                return Ok(index);
            }
            let attempt = index.attempt(|under_way| {
                let (this, index) = (Arc::clone(self), Arc::clone(&index));
                let (space, method) = (space.clone(), method.to_owned());
                let work = async move { this.bring_up(&index, &space, &method, is_inner).await };
                Attempt::begin(by, under_way, Box::pin(work))
            });
            let begun_by = attempt.by();
            let result = if is_inner {
                // Whoever reads them may wait for the very embedder that asks.
                let late = |_| HostError::from("an embedder waits for vectors that are being read or made");
                timeout(INNER_PATIENCE, attempt.result()).await.map_err(late)?
            } else {
                attempt.result().await
            };
            match result {
                Err(error) if begun_by == by => return Err(error),
                // Another app, or an embedder, may have failed where this one does not.
                _ => {}
            }
        }
    }

    /// Reads the vectors of an index from the store, or what has changed there.
    async fn bring_up(&self, index: &Arc<Index>, space: &Space, method: &str, is_inner: bool) -> Result<(), HostError> {
        let now = Instant::now();
        if !index.is_ready() {
            let _begun = index.begin().await;
            self.load(index, space, method, is_inner).await?;
            index.ready();
        } else if self.store().is_shared() {
            self.look(index, space, method, is_inner).await?;
        }
        index.looked(now);
        index.make_graph(self.room()).await;
        Ok(())
    }

    async fn load(&self, index: &Arc<Index>, space: &Space, method: &str, is_inner: bool) -> Result<(), HostError> {
        let (read, room) = self.store().vectors(space.clone(), method.to_owned(), self.room()).await?;
        if self.store().is_shared() {
            index.has_seen(Seen::of(&read));
        }
        index.fill(read, room).await;
        self.embed_stored(space, method, true, is_inner).await
    }

    async fn look(&self, index: &Arc<Index>, space: &Space, method: &str, is_inner: bool) -> Result<(), HostError> {
        let (noted, seen) = (Arc::clone(index), Arc::clone(&index.seen));
        let then = Box::new(move |changes: &Vec<Change>| noted.note(changes.iter().cloned()));
        self.store().look(space.clone(), method.to_owned(), seen, self.room(), then).await?;
        index.catch_up().await;
        self.embed_stored(space, method, true, is_inner).await
    }
}

impl From<crate::vectors::DifferentLengths> for HostError {
    fn from(error: crate::vectors::DifferentLengths) -> Self {
        error.to_string().into()
    }
}
