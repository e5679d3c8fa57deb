//! The nearest of many vectors, in a stable order: by distance, then by key.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// A vector that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Whose it is.
    pub key: Arc<str>,
    /// Its product with the query: the distance is 1 less that.
    pub product: f32,
}

impl Found {
    /// How far it is from the query (`collections` section 3.1).
    pub fn distance(&self) -> f64 {
        1.0 - f64::from(self.product)
    }
}

impl Eq for Found {}

impl Ord for Found {
    /// The nearest is the least.
    fn cmp(&self, other: &Self) -> Ordering {
        other.product.total_cmp(&self.product).then_with(|| self.key.cmp(&other.key))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Keeps so many of those that it is offered.
#[derive(Debug)]
pub struct Nearest {
    most: usize,
    /// The farthest is on top.
    kept: BinaryHeap<Found>,
}

impl Nearest {
    /// Keeps `most`.
    pub fn new(most: usize) -> Self {
        Self { most, kept: BinaryHeap::new() }
    }

    /// How many it keeps.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Keeps one if it is among the nearest. No key is offered twice.
    pub fn offer(&mut self, key: &Arc<str>, product: f32) {
        if self.kept.len() >= self.most {
            match self.kept.peek() {
                Some(farthest) if product.total_cmp(&farthest.product).is_ge() => {}
                _ => return,
            }
        }
        self.kept.push(Found { key: Arc::clone(key), product });
        if self.kept.len() > self.most {
            self.kept.pop();
        }
    }

    /// Those that were kept, the nearest first.
    pub fn into_sorted(self) -> Vec<Found> {
        self.kept.into_sorted_vec()
    }
}
