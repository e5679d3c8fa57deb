use super::*;

/// Numbers as they come: the tests want the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    fn vector(&mut self, dimensions: usize) -> Arc<[f32]> {
        (0..dimensions).map(|_| self.next()).collect()
    }
}

fn key(number: usize) -> Arc<str> {
    Arc::from(format!("key {number:05}"))
}

/// What a search has to find: every product, sorted.
fn expected(all: &HashMap<Arc<str>, Arc<[f32]>>, query: &[f32], most: usize) -> Vec<Found> {
    let found = |(key, vector): (&Arc<str>, &Arc<[f32]>)| Found {
        key: Arc::clone(key),
        product: product(vector, query).expect("one length"),
    };
    let mut found: Vec<Found> = all.iter().map(found).collect();
    found.sort();
    found.truncate(most);
    found
}

#[test]
fn the_scan_finds_what_is_nearest_whatever_the_vectors_are_like() {
    let mut numbers = Numbers(99);
    for (dimensions, scale) in [(1, 1.0), (3, 1e-30), (17, 1e15), (384, 1.0), (1000, 0.01)] {
        let (mut vectors, mut all) = (Vectors::default(), HashMap::new());
        for number in 0..500 {
            let close_to_another = number % 3 == 0;
            let vector: Arc<[f32]> = numbers.vector(dimensions).iter().map(|number| number * scale).collect();
            let vector = match all.get(&key(number / 2)) {
                Some(other) if close_to_another => Arc::clone(other),
                _ => vector,
            };
            vectors.insert(&key(number), &vector);
            all.insert(key(number), vector);
        }
        for most in [1, 10, 499, 500, 1000] {
            let query = numbers.vector(dimensions);
            assert_eq!(vectors.search(&query, most, false), Ok(expected(&all, &query, most)), "{dimensions} {most}");
        }
        let zero = vec![0.0; dimensions];
        assert_eq!(vectors.search(&zero, 7, false), Ok(expected(&all, &zero, 7)));
    }
}

#[test]
fn the_same_distance_is_in_the_order_of_keys() {
    let mut vectors = Vectors::default();
    for name in ["b", "d", "a", "c"] {
        vectors.insert(&Arc::from(name), &Arc::from([1.0, 0.0]));
    }
    let found = vectors.search(&[1.0, 0.0], 3, false).expect("one length");
    assert_eq!(found.iter().map(|found| &*found.key).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn vectors_come_and_go() {
    let mut numbers = Numbers(7);
    let (mut vectors, mut all) = (Vectors::default(), HashMap::new());
    for round in 0..2000 {
        let key = key((numbers.next().abs() * 100.0) as usize);
        if round % 3 == 0 {
            vectors.remove(&key);
            all.remove(&key);
        } else {
            let vector = numbers.vector(20);
            vectors.insert(&key, &vector);
            all.insert(key, vector);
        }
        let query = numbers.vector(20);
        assert_eq!(vectors.search(&query, 5, false), Ok(expected(&all, &query, 5)));
    }
    assert_eq!(vectors.len(), all.len());
    assert!(all.iter().all(|(key, vector)| vectors.get(key) == Some(vector)));
    assert_eq!(vectors.bytes(), all.iter().map(|(key, vector)| bytes(key, vector.len())).sum::<usize>());
}

#[test]
fn another_length_is_an_error_until_all_have_it() {
    let mut vectors = Vectors::default();
    assert_eq!(vectors.search(&[1.0], 1, false), Ok(Vec::new()));
    for name in ["a", "b"] {
        vectors.insert(&Arc::from(name), &Arc::from([1.0, 0.0]));
    }
    assert_eq!(vectors.search(&[1.0], 1, false), Err(DifferentLengths));
    vectors.insert(&Arc::from("a"), &Arc::from([1.0, 0.0, 0.0]));
    assert_eq!(vectors.search(&[1.0, 0.0, 0.0], 1, false), Err(DifferentLengths));
    vectors.insert(&Arc::from("b"), &Arc::from([0.5, 0.0, 0.0]));
    assert_eq!(vectors.bytes(), 2 * bytes("a", 3));
    let found = vectors.search(&[1.0, 0.0, 0.0], 9, false).expect("all have it");
    assert_eq!(found.iter().map(|found| (&*found.key, found.distance())).collect::<Vec<_>>(), [("a", 0.0), ("b", 0.5)]);
}

/// Whatever happens while a graph is made and after, results are those of what is there.
#[test]
fn a_graph_is_made_beside_what_changes() {
    let mut numbers = Numbers(3);
    let (mut vectors, mut all) = (Vectors::default(), HashMap::new());
    for number in 0..=GRAPHED {
        assert!(!vectors.wants_graph());
        let vector = numbers.vector(4);
        vectors.insert(&key(number), &vector);
        all.insert(key(number), vector);
    }
    assert!(vectors.begin_graph() && !vectors.begin_graph());
    let from = vectors.for_graph();
    assert_eq!(from.len(), GRAPHED + 1);
    // No number is copied: whoever writes does not wait for that.
    assert!(from.iter().all(|(key, vector)| Arc::ptr_eq(vector, &all[key])));
    let mut change = |vectors: &mut Vectors, all: &mut HashMap<Arc<str>, Arc<[f32]>>, number: usize| {
        let vector = numbers.vector(4);
        vectors.remove(&key(number));
        all.remove(&key(number));
        vectors.insert(&key(number + 1), &vector);
        all.insert(key(number + 1), vector);
    };
    change(&mut vectors, &mut all, 17);
    // A small one: the test is of what is around it.
    let few = from.into_iter().take(300).collect::<HashMap<_, _>>();
    all.retain(|key, _| few.contains_key(key) || *key == self::key(18));
    vectors.end_graph(Some(Graph::new(few)));
    change(&mut vectors, &mut all, 400);
    assert_eq!(vectors.len(), all.len());
    for query in [[1.0, 0.0, 0.0, 0.0], [0.3, -0.4, 0.1, 0.9]] {
        assert_eq!(vectors.search(&query, 10, true), Ok(expected(&all, &query, 10)));
        let found = vectors.search(&query, 10, false).expect("one length");
        let right = expected(&all, &query, 10);
        let hits = found.iter().filter(|found| right.contains(found)).count();
        assert!(hits >= 9, "{hits} of 10");
    }
}
