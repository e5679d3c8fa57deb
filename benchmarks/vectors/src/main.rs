//! The search of vectors: how long it takes on one core, and how many of the ten nearest it finds. Prints tables in Markdown.
//!
//!     vectors [COUNT [DIMENSIONS]]    a scan of COUNT vectors (50000 of 384 numbers)
//!     vectors graph [COUNT]...        graphs of COUNT vectors (60000 of 384 numbers), beside scans
//!
//! It fails where the scan does not find all, or a graph less than SPECIFICATION promises.
//!
//! The vectors are of length 1 and lie in clusters, as those of embedding models do: a centre of its own for each 100, and
//! noise around it. Times are of the processor, so that a busy machine matters less.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use runner::vectors::{Flat, Found, Graph, Nearest, product};

/// Searches of a measurement.
const QUERIES: usize = 200;
/// Vectors that are wanted.
const WANTED: usize = 10;
/// The part of the nearest that a graph finds at least.
const PROMISED: f64 = 0.98;
/// Vectors of a cluster.
const CLUSTER: usize = 100;
/// How far they lie from its centre, beside the centre's own numbers.
const NOISE: f32 = 0.7;

type Vectors = HashMap<Arc<str>, Arc<[f32]>>;

/// Numbers around a centre, made a vector of length 1.
fn around(random: &mut Rng, centre: &[f32], noise: f32) -> Arc<[f32]> {
    let numbers: Vec<f32> = centre.iter().map(|number| number + noise * normal(random)).collect();
    let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers.into_iter().map(|number| number / length).collect()
}

/// A number of the normal distribution, nearly.
fn normal(random: &mut Rng) -> f32 {
    (0..12).map(|_| random.f32()).sum::<f32>() - 6.0
}

/// Vectors in clusters, and searches that lie in the same clusters.
fn make(count: usize, dimensions: usize) -> (Vectors, Vec<Arc<[f32]>>) {
    let mut random = Rng::with_seed(17);
    let zero = vec![0.0; dimensions];
    let centres: Vec<Arc<[f32]>> = (0..count.div_ceil(CLUSTER)).map(|_| around(&mut random, &zero, 1.0)).collect();
    let noise = NOISE / (dimensions as f32).sqrt();
    let mut near = |number: usize| around(&mut random, &centres[number % centres.len()], noise);
    let vectors = (0..count).map(|number| (Arc::from(number.to_string()), near(number))).collect();
    (vectors, (0..QUERIES).map(|number| near(number * 31)).collect())
}

/// The nearest, by looking at all.
fn nearest(vectors: &Vectors, query: &[f32]) -> Vec<Found> {
    let mut nearest = Nearest::new(WANTED);
    vectors.iter().for_each(|(key, vector)| nearest.offer(key, product(vector, query).expect("one length")));
    nearest.into_sorted()
}

/// Time that this thread had of a processor.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Searches, and prints a row; the part of the nearest that was found.
fn measure(name: &str, vectors: &Vectors, queries: &[Arc<[f32]>], search: impl Fn(&[f32], &mut Nearest)) -> f64 {
    let (mut times, mut hits) = (Vec::new(), 0);
    for query in queries {
        let (mut found, before) = (Nearest::new(WANTED), processor_time());
        search(query, &mut found);
        let found = found.into_sorted();
        times.push(processor_time() - before);
        let right = nearest(vectors, query);
        hits += found.iter().filter(|found| right.iter().any(|right| right.key == found.key)).count();
    }
    times.sort_unstable();
    let millis = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1e3;
    let recall = hits as f64 / (queries.len() * WANTED) as f64;
    println!("| {name} | {} | {:.2} | {:.2} | {:.2} | {recall:.4} |", vectors.len(), millis(0), millis(50), millis(95));
    recall
}

fn flat(vectors: &Vectors) -> Flat {
    let mut flat = Flat::default();
    vectors.iter().for_each(|(key, vector)| flat.insert(key, vector));
    flat
}

/// Measures so many vectors; how long their graph took to make, where one is wanted.
fn run(count: usize, dimensions: usize, with_graph: bool) -> Option<Duration> {
    let (vectors, queries) = make(count, dimensions);
    let scan = flat(&vectors);
    let recall = measure("scan", &vectors, &queries, |query, nearest| scan.search(query, nearest));
    assert!(recall >= 1.0, "the scan finds only {recall} of the nearest");
    if !with_graph {
        return None;
    }
    let started = Instant::now();
    let graph = Graph::new(vectors.clone());
    let made = started.elapsed();
    let recall = measure("graph", &vectors, &queries, |query, nearest| graph.search(query, nearest, false));
    assert!(recall >= PROMISED, "the graph finds only {recall} of the nearest, less than {PROMISED}");
    Some(made)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let with_graph = arguments.first().is_some_and(|first| first == "graph");
    let numbers: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let (counts, dimensions) = match (with_graph, &numbers[..]) {
        (true, []) => (vec![60_000], 384),
        (true, counts) => (counts.to_vec(), 384),
        (false, [count, dimensions, ..]) => (vec![*count], *dimensions),
        (false, counts) => (vec![counts.first().copied().unwrap_or(50_000)], 384),
    };
    println!("{dimensions} numbers a vector, the {WANTED} nearest of {QUERIES} searches\n");
    println!("| search | vectors | least ms | median ms | 95 % ms | recall |\n|---|---:|---:|---:|---:|---:|");
    let made: Vec<_> = counts.into_iter().map(|count| (count, run(count, dimensions, with_graph))).collect();
    println!();
    for (count, made) in made {
        if let Some(made) = made {
            println!("The graph of {count} took {:.1} s to make.", made.as_secs_f64());
        }
    }
}
