use super::answers::{Hit, cluster};
use super::embed::numbers;
use super::search::neighbours;
use super::store::Entry;
use super::*;
use crate::vectors::Found;

#[test]
fn how_many_neighbours_count() {
    let expected = [(0, 1), (1, 1), (9, 1), (10, 1), (99, 1), (100, 4), (999, 4), (1000, 9), (100_000, 25)];
    assert!(expected.iter().all(|(texts, count)| neighbours(*texts) == *count));
}

fn hit(key: &str, product: f32) -> Hit {
    let key: Arc<str> = Arc::from(key);
    let entry = Entry { key: Arc::clone(&key), text: String::new(), labels: Vec::new() };
    Hit { namespace: Arc::from(""), found: Found { key, product }, entry }
}

#[test]
fn what_is_far_off_does_not_count() {
    let near = (0..10).map(|number| hit(&format!("near {number}"), 0.9));
    let hits: Vec<Hit> = near.chain([hit("far", -0.9)]).collect();
    assert_eq!(cluster(hits.clone()), hits[..10]);
    assert_eq!(cluster(hits[..1].to_vec()), hits[..1]);
    assert_eq!(cluster(Vec::new()), []);
}

#[test]
fn vectors_are_lists_of_finite_numbers() {
    let list = |items: &[Value]| numbers(&Value::List(items.to_vec()));
    let read = list(&[Value::Float32(0.5), Value::Float(0.1), Value::Int(2)]);
    assert_eq!(read.as_deref(), Ok([0.5, 0.1, 2.0].as_slice()));
    assert!(list(&[]).is_err() && list(&[Value::Null]).is_err() && numbers(&Value::Null).is_err());
    assert!(list(&[Value::Float(f64::NAN)]).is_err() && list(&[Value::Float(1e300)]).is_err());
}
