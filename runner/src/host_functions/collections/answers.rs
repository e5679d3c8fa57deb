//! What guests are answered (`collections` section 4.1): each object has the members of both SDKs' types, whatever their
//! order there.

use std::collections::BTreeMap;
use std::sync::Arc;

use abi::value::Value;

use super::store::Entry;
use crate::host_functions::values::object;
use crate::vectors::Found;

/// A text that was found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) namespace: Arc<str>,
    pub(super) found: Found,
    pub(super) entry: Entry,
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A list of texts.
pub(super) fn texts(texts: impl IntoIterator<Item = String>) -> Value {
    Value::List(texts.into_iter().map(Value::String).collect())
}

/// What every result of a collection begins with; a failure is null.
fn result<const N: usize>(collection: &str, entries: [(&str, Value); N]) -> Value {
    let Value::Object(mut members) =
        object([("collection", text(collection)), ("status", text("success")), ("error", text(""))])
    else {
        return Value::Null;
    };
    members.extend(entries.into_iter().map(|(name, value)| (Arc::from(name), value)));
    Value::Object(members)
}

/// The result of a change of texts.
pub(super) fn changed(collection: &str, operation: &str, keys: Vec<String>) -> Value {
    result(collection, [("operation", text(operation)), ("keys", texts(keys))])
}

/// The result of a change of a search method.
pub(super) fn method_changed(collection: &str, operation: &str, method: &str) -> Value {
    result(collection, [("operation", text(operation)), ("searchMethod", text(method))])
}

/// The result of a search.
pub(super) fn found(collection: &str, method: &str, hits: Vec<Hit>) -> Value {
    let objects = hits.into_iter().map(|hit| {
        object([
            ("namespace", text(&hit.namespace)),
            ("key", text(&hit.found.key)),
            ("text", Value::String(hit.entry.text)),
            ("labels", texts(hit.entry.labels)),
            ("distance", Value::Float(hit.found.distance())),
            ("score", Value::Float(1.0 - hit.found.distance())),
        ])
    });
    result(collection, [("searchMethod", text(method)), ("objects", Value::List(objects.collect()))])
}

/// The distance of two texts, of which nothing but that is told.
pub(super) fn distance(namespace: &str, product: f32) -> Value {
    let distance = 1.0 - f64::from(product);
    object([
        ("namespace", text(namespace)),
        ("key", text("")),
        ("text", text("")),
        ("labels", Value::List(Vec::new())),
        ("distance", Value::Float(distance)),
        ("score", Value::Float(1.0 - distance)),
    ])
}

/// Those whose distance is within two standard deviations of the mean.
pub(super) fn cluster(mut hits: Vec<Hit>) -> Vec<Hit> {
    let count = hits.len() as f64;
    let mean = hits.iter().map(|hit| hit.found.distance()).sum::<f64>() / count;
    let variance = hits.iter().map(|hit| (hit.found.distance() - mean).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt();
    // Of distances that are all the same the mean may be off by a rounding.
    hits.retain(|hit| (hit.found.distance() - mean).abs() <= 2.0 * deviation + 1e-9);
    hits
}

/// The result of a classification: labels by how many of all labels they are, then by name.
pub(super) fn classified(collection: &str, method: &str, labels: &BTreeMap<&str, u64>, cluster: &[Hit]) -> Value {
    let total = labels.values().sum::<u64>() as f64;
    let mut labels: Vec<(&str, u64)> = labels.iter().map(|(label, count)| (*label, *count)).collect();
    labels.sort_by(|(_, one), (_, other)| other.cmp(one));
    let label = |(label, count): (&str, u64)| {
        object([("label", text(label)), ("confidence", Value::Float(count as f64 / total))])
    };
    let member = |hit: &Hit| {
        object([
            ("key", text(&hit.found.key)),
            ("labels", texts(hit.entry.labels.iter().cloned())),
            ("distance", Value::Float(hit.found.distance())),
            ("score", Value::Float(1.0 - hit.found.distance())),
        ])
    };
    let labels = Value::List(labels.into_iter().map(label).collect());
    let cluster = Value::List(cluster.iter().map(member).collect());
    result(collection, [("searchMethod", text(method)), ("labelsResult", labels), ("cluster", cluster)])
}

/// A map of texts.
pub(super) fn map(entries: Vec<(String, String)>) -> Value {
    let entry = |(key, value)| object([("key", Value::String(key)), ("value", Value::String(value))]);
    Value::List(entries.into_iter().map(entry).collect())
}
