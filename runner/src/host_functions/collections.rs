//! `modus_collections`: texts that are searched by vectors, which the app's own embedders make (`collections`).

mod answers;
mod embed;
mod index;
mod search;
mod store;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeSet;
use std::sync::Arc;

use abi::host_functions as table;
use abi::manifest::{Collection, Manifest, SearchMethod};
use abi::value::Value;

use super::capability::Function;
use super::own::OwnFunctions;
use super::values::{text, text_of};
use super::{Answer, Capability, HostError, Invocation, Messages, Pending, Setup};
use crate::compute;
use embed::Embedder;
use index::{Index, Indexes};
use store::{Space, Store};

/// The capability.
pub(super) struct Collections {
    manifest: Arc<Manifest>,
    own: Arc<OwnFunctions>,
    store: Store,
    indexes: Arc<Indexes>,
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
        let indexes: Arc<Indexes> = setup.process.kept.get();
        indexes.retain(|collection, method| {
            let collection = manifest.collections.get(collection);
            collection.is_some_and(|collection| collection.search_methods.contains_key(method))
        });
        let store = Store(setup.process.state.clone());
        Self { manifest, own: Arc::clone(&setup.own), store, indexes }
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
        if namespace.is_empty() || self.indexes.has_space(&space) {
            return Ok(space);
        }
        if !self.store.namespaces(Arc::clone(&space.collection)).await?.contains(&space.namespace) {
            return Err(format!("namespace {namespace} not found").into());
        }
        self.indexes.add_space(&space);
        Ok(space)
    }

    /// All namespaces of a collection, sorted.
    async fn all_namespaces(&self, collection: &str) -> Result<BTreeSet<Arc<str>>, HostError> {
        self.collection(collection)?;
        let stored = self.store.namespaces(Arc::from(collection)).await?;
        let known = self.indexes.spaces(collection);
        Ok(stored.into_iter().chain(known).chain([Arc::from("")]).collect())
    }

    /// The vectors of a search method, read from the store where they are not there yet. Texts without a vector, as those of
    /// a method that is new, get one first.
    async fn index(&self, space: &Space, method: &str, is_inner: bool) -> Result<Arc<Index>, HostError> {
        self.method(&space.collection, method)?;
        let index = self.indexes.of(space, method);
        if index.is_ready() {
            return Ok(index);
        }
        let _loading = index.loading.lock().await;
        if !index.is_ready() {
            index.begin();
            let read = self.store.vectors(space.clone(), method.to_owned()).await?;
            let filling = Arc::clone(&index);
            let weight = read.iter().map(|(_, vector)| vector.len() as u64).sum();
            compute::offload(weight, move || filling.fill(&read)).await;
            self.embed_stored(space, method, true, is_inner).await?;
            index.make_graph();
            index.ready();
        }
        drop(_loading);
        Ok(index)
    }
}

impl From<crate::state::StateError> for HostError {
    fn from(error: crate::state::StateError) -> Self {
        error.to_string().into()
    }
}

impl From<crate::vectors::DifferentLengths> for HostError {
    fn from(error: crate::vectors::DifferentLengths) -> Self {
        error.to_string().into()
    }
}
