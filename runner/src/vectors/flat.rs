//! Vectors that are looked at one by one: the exact search.
//!
//! What limits a scan is how fast memory is read. So each vector has a sketch besides, a byte for each number, with a bound on
//! how far a distance by sketch may be off. The scan reads sketches, and only vectors that may be among the nearest by their
//! bounds are looked at themselves: the result is the exact one.

use std::collections::HashMap;
use std::sync::Arc;

use super::Nearest;

/// Vectors of one length by their keys.
#[derive(Default)]
pub struct Flat {
    /// Numbers of a vector; 0 while there is none.
    dimensions: usize,
    keys: Vec<Arc<str>>,
    rows: HashMap<Arc<str>, usize>,
    /// Shared with whoever has them as well.
    vectors: Vec<Arc<[f32]>>,
    /// Their sketches, one after the other.
    codes: Vec<i8>,
    sketches: Vec<Sketch>,
}

/// What a vector's codes stand for.
#[derive(Clone, Copy)]
struct Sketch {
    /// The number that the code 1 stands for.
    scale: f32,
    /// Length of the sketch, and of its difference from the vector.
    length: f32,
    error: f32,
}

/// Codes are from -127 to 127.
const MOST_CODE: f32 = 127.0;
/// The same of a query, whose codes have 16 bits.
const MOST_QUERY_CODE: f32 = 127.0 * 256.0;

impl Flat {
    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Numbers that each vector has; 0 where there is none.
    pub fn dimensions(&self) -> usize {
        if self.is_empty() { 0 } else { self.dimensions }
    }

    /// The vector of a key.
    pub fn get(&self, key: &str) -> Option<&Arc<[f32]>> {
        self.rows.get(key).map(|row| &self.vectors[*row])
    }

    /// All keys with their vectors.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<[f32]>)> {
        self.keys.iter().zip(&self.vectors)
    }

    /// Puts a vector in, in place of the one that the key had. Its numbers are finite.
    ///
    /// # Panics
    /// It has another length than those that are there.
    pub fn insert(&mut self, key: &Arc<str>, vector: &Arc<[f32]>) {
        if self.is_empty() {
            self.dimensions = vector.len();
        }
        assert_eq!(self.dimensions, vector.len(), "all vectors are of one length");
        self.remove(key);
        if self.is_empty() {
            self.dimensions = vector.len();
        }
        self.rows.insert(Arc::clone(key), self.keys.len());
        self.keys.push(Arc::clone(key));
        self.vectors.push(Arc::clone(vector));
        let sketch = sketch(vector, &mut self.codes);
        self.sketches.push(sketch);
    }

    /// Takes a key's vector out; whether there was one. The last vector takes its place.
    pub fn remove(&mut self, key: &str) -> bool {
        let Some(row) = self.rows.remove(key) else { return false };
        let last = self.keys.len() - 1;
        let dimensions = self.dimensions;
        self.keys.swap_remove(row);
        self.vectors.swap_remove(row);
        self.sketches.swap_remove(row);
        if row != last {
            let from = last * dimensions;
            self.codes.copy_within(from..from + dimensions, row * dimensions);
            self.rows.insert(Arc::clone(&self.keys[row]), row);
        }
        self.codes.truncate(last * dimensions);
        true
    }

    /// Offers the `nearest` those that may be among them. The query has as many numbers as the vectors, all finite.
    pub fn search(&self, query: &[f32], nearest: &mut Nearest) {
        if self.is_empty() || query.len() != self.dimensions || nearest.most() == 0 {
            return;
        }
        let bounds = self.bounds(query);
        // The least that as many vectors as are wanted reach for certain.
        let mut certain: Vec<f32> = bounds.iter().map(|(product, slack)| product - slack).collect();
        let wanted = nearest.most().min(certain.len());
        let (_, least, _) = certain.select_nth_unstable_by(wanted - 1, |one, other| other.total_cmp(one));
        let least = *least;
        for (row, (product, slack)) in bounds.iter().enumerate() {
            // Also where a number is so large that nothing can be said of it.
            if (product + slack).partial_cmp(&least) != Some(std::cmp::Ordering::Less) {
                nearest.offer(&self.keys[row], dot(&self.vectors[row], query));
            }
        }
    }

    /// For each vector: its product with the query by sketch, and how far that may be off.
    fn bounds(&self, query: &[f32]) -> Vec<(f32, f32)> {
        let length = length(query);
        let most = query.iter().fold(0.0f32, |most, number| most.max(number.abs()));
        let scale = most / MOST_QUERY_CODE;
        let codes: Vec<i16> = query.iter().map(|number| code(*number, scale, MOST_QUERY_CODE) as i16).collect();
        let difference: Vec<f32> =
            query.iter().zip(&codes).map(|(number, code)| number - f32::from(*code) * scale).collect();
        let query_error = self::length(&difference);
        // What rounding may add, in the sketches and in the exact product.
        let rounding = f32::EPSILON * 4.0 * query.len() as f32;
        let each = self.codes.chunks_exact(self.dimensions).zip(&self.sketches).map(|(row, sketch)| {
            let product = product(row, &codes) * sketch.scale * scale;
            let slack = sketch.error * length + sketch.length * query_error;
            (product, slack + rounding * (sketch.length + sketch.error) * length)
        });
        each.collect()
    }
}

/// Appends the codes of a vector.
fn sketch(vector: &[f32], codes: &mut Vec<i8>) -> Sketch {
    let most = vector.iter().fold(0.0f32, |most, number| most.max(number.abs()));
    let scale = most / MOST_CODE;
    let from = codes.len();
    codes.extend(vector.iter().map(|number| code(*number, scale, MOST_CODE) as i8));
    let meant = codes[from..].iter().map(|code| f32::from(*code) * scale);
    let (mut square, mut error) = (0.0f64, 0.0f64);
    for (meant, number) in meant.zip(vector) {
        square += f64::from(meant) * f64::from(meant);
        error += (f64::from(meant) - f64::from(*number)).powi(2);
    }
    Sketch { scale, length: square.sqrt() as f32, error: error.sqrt() as f32 }
}

/// The code of a number; 0 where all numbers are.
fn code(number: f32, scale: f32, most: f32) -> i32 {
    (number / scale).round().clamp(-most, most) as i32
}

fn length(vector: &[f32]) -> f32 {
    vector.iter().map(|number| f64::from(*number) * f64::from(*number)).sum::<f64>().sqrt() as f32
}

/// The product of codes: the compiler makes the loop of vector instructions.
fn product(codes: &[i8], query: &[i16]) -> f32 {
    let part = |(codes, query): (&[i8], &[i16])| {
        let products = codes.iter().zip(query).map(|(code, query)| i32::from(*code) * i32::from(*query));
        products.sum::<i32>() as f32
    };
    codes.chunks(PART).zip(query.chunks(PART)).map(part).sum()
}

/// Products that are summed in 32 bits: each is 127 * 32,512 at most.
const PART: usize = 384;

/// The product of two vectors of one length.
pub(super) fn dot(one: &[f32], other: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0f32; LANES];
    let (ones, others) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest = ones.remainder().iter().zip(others.remainder()).map(|(one, other)| one * other).sum::<f32>();
    for (one, other) in ones.zip(others) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    sums.iter().sum::<f32>() + rest
}
