//! Vectors by their keys, and the nearest of them to another one: exact up to [`GRAPHED`] vectors, beyond that by way of a
//! graph (`collections` section 3.1).

mod flat;
mod graph;
mod nearest;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use flat::Flat;
pub use graph::Graph;
pub use nearest::{Found, Nearest};

/// Vectors that are looked at one by one, at most: a graph is made of more.
pub const GRAPHED: usize = 50_000;

/// Bytes of memory that a vector of so many numbers takes with its key, about: in the scan the numbers with their sketches, in
/// the graph the numbers with their neighbours.
pub fn bytes(key: &str, dimensions: usize) -> usize {
    const BESIDES: usize = 256;
    dimensions.saturating_mul(size_of::<f32>() + size_of::<i8>()).saturating_add(key.len() + BESIDES)
}

/// Why there is no product of two vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("can not compute dot product on vectors of different lengths")]
pub struct DifferentLengths;

/// The product of two vectors: 1 less their distance.
///
/// # Errors
/// [`DifferentLengths`]
pub fn product(one: &[f32], other: &[f32]) -> Result<f32, DifferentLengths> {
    if one.len() == other.len() { Ok(flat::dot(one, other)) } else { Err(DifferentLengths) }
}

/// Vectors by their keys. All their numbers are finite.
#[derive(Default)]
pub struct Vectors {
    /// Those that are not in the graph.
    flat: Flat,
    /// Those that have another length than the rest, as long as an embedder that was changed has not made all anew.
    odd: HashMap<Arc<str>, Arc<[f32]>>,
    graph: Option<Graph>,
    /// Keys that have changed since a graph is being made.
    changed: Option<HashSet<Arc<str>>>,
    /// What all of them take, by [`bytes`].
    bytes: usize,
}

impl Vectors {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.flat.len() + self.odd.len() + self.graph.as_ref().map_or(0, Graph::len)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that they take, about. While a graph is made it is as much again.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Numbers that most vectors have; 0 where there is none.
    pub fn dimensions(&self) -> usize {
        self.graph.as_ref().map_or(self.flat.dimensions(), Graph::dimensions)
    }

    /// The vector of a key.
    pub fn get(&self, key: &str) -> Option<&Arc<[f32]>> {
        let odd = || self.odd.get(key);
        self.flat.get(key).or_else(odd).or_else(|| self.graph.as_ref()?.get(key))
    }

    /// Puts a vector in, in place of the one that the key had.
    pub fn insert(&mut self, key: &Arc<str>, vector: &Arc<[f32]>) {
        self.remove(key);
        self.bytes += bytes(key, vector.len());
        let dimensions = self.dimensions();
        if dimensions == 0 || dimensions == vector.len() {
            self.flat.insert(key, vector);
        } else {
            self.odd.insert(Arc::clone(key), Arc::clone(vector));
        }
    }

    /// Takes a key's vector out.
    pub fn remove(&mut self, key: &Arc<str>) {
        if let Some(changed) = &mut self.changed {
            changed.insert(Arc::clone(key));
        }
        let held = self.get(key).map_or(0, |vector| bytes(key, vector.len()));
        self.bytes -= held;
        let in_graph = self.graph.as_mut().is_some_and(|graph| graph.remove(key));
        if in_graph && self.graph.as_ref().is_some_and(Graph::is_empty) {
            self.graph = None;
        }
        let _ = in_graph || self.flat.remove(key) || self.odd.remove(key).is_some();
        if self.dimensions() == 0 {
            // Nothing is left of the old length.
            for (key, vector) in std::mem::take(&mut self.odd) {
                self.bytes -= bytes(&key, vector.len());
                self.insert(&key, &vector);
            }
        }
    }

    /// The `most` nearest, in the order of distance and key. With `exact` the graph is not used.
    ///
    /// # Errors
    /// [`DifferentLengths`]
    pub fn search(&self, query: &[f32], most: usize, exact: bool) -> Result<Vec<Found>, DifferentLengths> {
        if !self.is_empty() && (!self.odd.is_empty() || query.len() != self.dimensions()) {
            return Err(DifferentLengths);
        }
        let mut nearest = Nearest::new(most);
        self.flat.search(query, &mut nearest);
        if let Some(graph) = &self.graph {
            graph.search(query, &mut nearest, exact);
        }
        Ok(nearest.into_sorted())
    }

    /// Whether a graph is wanted that nobody makes yet.
    pub fn wants_graph(&self) -> bool {
        let in_graph = self.graph.as_ref().map_or(0, Graph::len);
        self.flat.len() > GRAPHED.max(in_graph / 2) && self.changed.is_none() && self.odd.is_empty()
    }

    /// Begins to make a graph, if one is wanted: of [`Self::for_graph`] as it is from now on. Nothing is found by it before
    /// [`Self::end_graph`].
    pub fn begin_graph(&mut self) -> bool {
        let wanted = self.wants_graph();
        if wanted {
            self.changed = Some(HashSet::new());
        }
        wanted
    }

    /// The vectors that a graph is to be made of: they are shared, no number is copied.
    pub fn for_graph(&self) -> HashMap<Arc<str>, Arc<[f32]>> {
        let flat = self.flat.iter().map(|(key, vector)| (Arc::clone(key), Arc::clone(vector)));
        self.graph.iter().flat_map(Graph::iter).chain(flat).collect()
    }

    /// Uses a graph that was made meanwhile. What has changed since it was begun stays outside.
    pub fn end_graph(&mut self, made: Option<Graph>) {
        let changed = self.changed.take().unwrap_or_default();
        let Some(mut graph) = made else { return };
        if self.dimensions() != graph.dimensions() {
            return;
        }
        let mut flat = Flat::default();
        for key in &changed {
            graph.remove(key);
            if let Some(vector) = self.flat.get(key) {
                flat.insert(key, vector);
            }
        }
        self.flat = flat;
        self.graph = Some(graph);
    }
}
