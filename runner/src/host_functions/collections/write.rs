//! What changes collections.

use std::collections::HashMap;
use std::sync::Arc;

use abi::value::Value;

use super::answers::{changed, method_changed};
use super::memory::{Full, Room};
use super::store::{Entry, Space, StoreError, Vector};
use super::{Answer, Collections, HostError, Invocation, Pending, pending, text, texts};
use crate::compute;

/// Vectors of one search method by the keys of their texts.
type Vectors = Vec<(Arc<str>, Option<Vector>)>;

/// Stored texts that an embedder is given at once.
const BATCH: usize = 25;

impl Collections {
    pub(super) fn upsert(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (this, is_inner) = (Arc::clone(self), invocation.is_inner);
        let space = Self::space(text(arguments, 0), text(arguments, 1));
        let (keys, given) = (texts(arguments, 2), texts(arguments, 3));
        let labels = match arguments.get(4) {
            Some(Value::List(each)) => each.iter().map(|labels| texts(std::slice::from_ref(labels), 0)).collect(),
            _ => Vec::new(),
        };
        pending(async move { this.put(space, keys, given, labels, is_inner).await })
    }

    /// Texts get their vectors first. Then all is put in, or nothing.
    async fn put(
        &self,
        space: Space,
        mut keys: Vec<String>,
        given: Vec<String>,
        labels: Vec<Vec<String>>,
        is_inner: bool,
    ) -> Answer {
        let collection = self.collection(&space.collection)?;
        if keys.is_empty() {
            keys = given.iter().map(|_| uuid::Uuid::now_v7().to_string()).collect();
        }
        if keys.len() != given.len() {
            return Err("keys and texts must have the same length".into());
        }
        if !labels.is_empty() && labels.len() != given.len() {
            return Err(format!("mismatch in number of labels and texts: {} != {}", labels.len(), given.len()).into());
        }
        let mut vectors = Vec::new();
        for method in collection.search_methods.keys() {
            let embedder = self.embedder(&space.collection, method, is_inner)?;
            vectors.push((method.clone(), embedder.embed(&given).await?));
        }
        let answer = changed(&space.collection, "upsert", keys.clone());
        let mut labels = labels.into_iter();
        let entries: Vec<Entry> = keys
            .into_iter()
            .zip(given)
            .map(|(key, text)| Entry { key: Arc::from(key), text, labels: labels.next().unwrap_or_default() })
            .collect();
        let by_method: HashMap<String, Vectors> = vectors
            .iter()
            .map(|(method, vectors)| {
                let vectors = vectors.iter().cloned().map(Some);
                (method.clone(), entries.iter().map(|entry| Arc::clone(&entry.key)).zip(vectors).collect())
            })
            .collect();
        // Until they are counted where they are.
        let _room = self.room_for(&space, &by_method).await?;
        let (indexes, noted) = (Arc::clone(self.indexes()), space.clone());
        let then = Box::new(move |_: &()| {
            for (method, index) in indexes.in_space(&noted) {
                index.note(by_method.get(&*method).into_iter().flatten().cloned());
            }
        });
        self.written(&space, self.store().upsert(space.clone(), entries, vectors, then).await)?;
        self.indexes().add_space(&space);
        self.catch_up(&space).await;
        Ok(answer)
    }

    /// Room for vectors of which all are in memory.
    async fn room_for(&self, space: &Space, vectors: &HashMap<String, Vectors>) -> Result<Room, Full> {
        let mut room = self.room();
        for (method, index) in self.indexes().in_space(space).iter().filter(|(_, index)| index.is_held()) {
            let of_method = vectors.get(&**method).into_iter().flatten();
            let vectors = of_method.filter_map(|(key, vector)| Some((key, vector.as_ref()?)));
            index.grow(&mut room, vectors).await?;
        }
        Ok(room)
    }

    /// What has become of a write. Where it failed, it may be done nevertheless.
    fn written<T>(&self, space: &Space, result: Result<T, StoreError>) -> Result<T, StoreError> {
        result.inspect_err(|_| self.indexes().in_space(space).iter().for_each(|(_, index)| index.doubt()))
    }

    /// Takes what was written into the vectors in memory.
    async fn catch_up(&self, space: &Space) {
        for (_, index) in self.indexes().in_space(space) {
            if index.is_ready() {
                index.catch_up().await;
                index.make_graph(self.room()).await;
            }
        }
    }

    pub(super) fn delete(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let this = Arc::clone(self);
        let space = Self::space(text(arguments, 0), text(arguments, 1));
        let key = text(arguments, 2).to_owned();
        pending(async move {
            this.existing(&space.collection, &space.namespace).await?;
            let (indexes, noted, gone) = (Arc::clone(this.indexes()), space.clone(), Arc::<str>::from(key.as_str()));
            let then = Box::new(move |_: &()| {
                indexes.in_space(&noted).iter().for_each(|(_, index)| index.note([(Arc::clone(&gone), None)]));
            });
            // The namespace stays when its last text goes.
            this.indexes().add_space(&space);
            this.written(&space, this.store().delete(space.clone(), key.clone(), then).await)?;
            this.catch_up(&space).await;
            Ok(changed(&space.collection, "delete", vec![key]))
        })
    }

    pub(super) fn recompute(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (this, is_inner) = (Arc::clone(self), invocation.is_inner);
        let (collection, namespace) = (text(arguments, 0).to_owned(), text(arguments, 1).to_owned());
        let method = text(arguments, 2).to_owned();
        pending(async move {
            let space = this.existing(&collection, &namespace).await?;
            this.embed_stored(&space, &method, false, is_inner).await?;
            this.catch_up(&space).await;
            Ok(method_changed(&collection, "recompute", &method))
        })
    }

    /// Makes vectors of texts that are kept: of all, or of those that are `missing` one. What is made stays, also where a
    /// later batch fails.
    pub(super) async fn embed_stored(
        &self,
        space: &Space,
        method: &str,
        missing: bool,
        is_inner: bool,
    ) -> Result<(), HostError> {
        self.method(&space.collection, method)?;
        let mut after = 0;
        loop {
            let stored = self.store().texts(space.clone(), method.to_owned(), after, missing, BATCH).await?;
            let Some(last) = stored.last() else { return Ok(()) };
            after = last.id;
            let embedder = self.embedder(&space.collection, method, is_inner)?;
            let (rows, given): (Vec<_>, Vec<String>) =
                stored.into_iter().map(|stored| ((stored.id, stored.key), stored.text)).unzip();
            let vectors = embedder.embed(&given).await?;
            let kept = rows.iter().zip(&vectors).map(|((id, _), vector)| (*id, Arc::clone(vector))).collect();
            let index = self.index_of(space, method);
            if !missing && let Some(attempt) = index.under_way() {
                // What is noted meanwhile is not taken in before all is read. How it ends is no matter here.
                let _ = attempt.result().await;
            }
            let is_held = index.is_held();
            let mut room = self.room();
            if is_held {
                index.grow(&mut room, rows.iter().map(|(_, key)| key).zip(&vectors)).await?;
            }
            let noted = Arc::clone(&index);
            let then = Box::new(move |were: &Vec<bool>| {
                let put = rows.into_iter().zip(vectors).zip(were).filter(|(_, was)| **was);
                noted.note(put.map(|(((_, key), vector), _)| (key, Some(vector))));
            });
            self.written(space, self.store().put_vectors(space.clone(), method.to_owned(), kept, then).await)?;
            if is_held && (missing || index.is_ready()) {
                index.catch_up().await;
            }
            drop(room);
            compute::yield_now().await;
        }
    }
}
