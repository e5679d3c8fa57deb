//! Very many vectors: a navigable graph (HNSW), made once of those that are there.
//!
//! Points cannot be added to it or taken out of it. What is taken out is left out of results; what is new is looked at
//! beside it, until there is enough of that for another graph.

use std::collections::HashMap;
use std::sync::Arc;

use instant_distance::{Builder, Hnsw, Search};

use super::flat::dot;
use super::nearest::Nearest;

/// Points that are looked at on the way: more find more, and take longer.
const BREADTH: usize = 400;
/// The same when a point is put in.
const BREADTH_OF_MAKING: usize = 200;
/// Beyond this part of the breadth the results of the graph are too few to choose from.
const MOST: usize = BREADTH / 4;
/// The same vectors make the same graph, as far as the threads that make it allow.
const SEED: u64 = 1;

/// A vector in the graph.
#[derive(Clone)]
struct Point(Arc<[f32]>);

impl instant_distance::Point for Point {
    fn distance(&self, other: &Self) -> f32 {
        1.0 - dot(&self.0, &other.0)
    }
}

/// A graph of vectors of one length.
pub struct Graph {
    hnsw: Hnsw<Point>,
    /// Keys of its points; none where the vector was taken out.
    keys: Vec<Option<Arc<str>>>,
    vectors: HashMap<Arc<str>, (Arc<[f32]>, usize)>,
    dimensions: usize,
}

impl Graph {
    /// A graph of these vectors, which are of one length. Takes minutes for a million, on all cores.
    pub fn new(vectors: HashMap<Arc<str>, Arc<[f32]>>) -> Self {
        let dimensions = vectors.values().next().map_or(0, |vector| vector.len());
        let mut vectors: Vec<_> = vectors.into_iter().collect();
        vectors.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let (keys, points): (Vec<Arc<str>>, Vec<Point>) =
            vectors.into_iter().map(|(key, vector)| (key, Point(vector))).unzip();
        // The heuristic choice of neighbours takes ten times as long to make and finds no more in clustered vectors.
        let builder = Builder::default().seed(SEED).select_heuristic(None);
        let builder = builder.ef_construction(BREADTH_OF_MAKING).ef_search(BREADTH);
        let (hnsw, places) = builder.build_hnsw(points);
        let mut places_of = vec![None; keys.len()];
        let mut vectors = HashMap::with_capacity(keys.len());
        for (key, place) in keys.into_iter().zip(places) {
            let vector = Arc::clone(&hnsw[place].0);
            let index = place.into_inner() as usize;
            if let Some(slot) = places_of.get_mut(index) {
                *slot = Some(Arc::clone(&key));
            }
            vectors.insert(key, (vector, index));
        }
        Self { hnsw, keys: places_of, vectors, dimensions }
    }

    /// How many vectors are left in it.
    pub fn len(&self) -> usize {
        self.vectors.len()
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// Numbers that each vector has.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The vector of a key.
    pub fn get(&self, key: &str) -> Option<&Arc<[f32]>> {
        self.vectors.get(key).map(|(vector, _)| vector)
    }

    /// All that are left.
    pub fn iter(&self) -> impl Iterator<Item = (Arc<str>, Arc<[f32]>)> {
        self.vectors.iter().map(|(key, (vector, _))| (Arc::clone(key), Arc::clone(vector)))
    }

    /// Takes a key's vector out; whether there was one.
    pub fn remove(&mut self, key: &str) -> bool {
        let Some((_, index)) = self.vectors.remove(key) else { return false };
        if let Some(slot) = self.keys.get_mut(index) {
            *slot = None;
        }
        true
    }

    /// Offers the nearest what the graph leads to. Where more is wanted than it can tell, or with `exact`, all are looked at.
    pub fn search(&self, query: &[f32], nearest: &mut Nearest, exact: bool) {
        // What was taken out takes places of others.
        let is_thin = self.vectors.len() < self.keys.len() / 2;
        if exact || is_thin || nearest.most() > MOST {
            self.vectors.iter().for_each(|(key, (vector, _))| nearest.offer(key, dot(vector, query)));
            return;
        }
        let mut search = Search::default();
        for item in self.hnsw.search(&Point(Arc::from(query)), &mut search) {
            if let Some(Some(key)) = self.keys.get(item.pid.into_inner() as usize) {
                nearest.offer(key, dot(&item.point.0, query));
            }
        }
    }
}
