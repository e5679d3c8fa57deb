//! The entries of maps: lists of objects with a key and a value (`graphql` section 13, `abi-go` sections 9 and 10,
//! `abi-assemblyscript` sections 6 and 7).

use std::borrow::Cow;
use std::sync::Arc;

use super::fault::{Cause, Fault};
use super::record::Source;
use crate::selection::Selection;
use crate::types::{Kind, TypeId, Types};
use crate::value::Value;

const KEY: &str = "key";
const VALUE: &str = "value";

/// An entry of a map as it is given.
pub(crate) struct Entry<'v> {
    key: Cow<'v, Value>,
    pub(crate) value: &'v Value,
    place: Place<'v>,
}

/// Where an entry is.
#[derive(Clone, Copy)]
enum Place<'v> {
    /// In a list.
    Index(usize),
    /// In an object, whose names are the keys.
    Name(&'v str),
}

impl Entry<'_> {
    /// The key, which is a text where the entry is the member of an object.
    pub(crate) fn key(&self) -> &Value {
        &self.key
    }

    /// A fault of the key, with its place.
    pub(crate) fn in_key(&self, fault: Fault) -> Fault {
        self.place.of(KEY, fault)
    }

    /// A fault of the value, with its place.
    pub(crate) fn in_value(&self, fault: Fault) -> Fault {
        self.place.of(VALUE, fault)
    }
}

impl Place<'_> {
    fn of(self, part: &str, fault: Fault) -> Fault {
        match self {
            Self::Index(at) => fault.in_field(part).in_element(at),
            Self::Name(name) => fault.in_field(name),
        }
    }
}

/// The entries of a map, given as a list of objects with a key and a value, or as one object whose names are the keys. An
/// object of a caller's that has nothing but a key and a value is a list of one, as GraphQL has it.
///
/// Where a key or a value is null or absent, its type must have a null: `nullable` tells it of both.
///
/// # Errors
/// With the place of the entry.
pub(crate) fn entries<'v>(
    given: &'v Value,
    source: Source,
    nullable: (bool, bool),
    type_name: &str,
) -> Result<Vec<Entry<'v>>, Fault> {
    let check = |entry: Entry<'v>| match (&*entry.key, entry.value) {
        (Value::Null, _) if !nullable.0 => Err(entry.in_key(Cause::Missing.into())),
        (_, Value::Null) if !nullable.1 => Err(entry.in_value(Cause::Missing.into())),
        _ => Ok(entry),
    };
    let pair = |(at, pair): (usize, &'v Value)| {
        let Value::Object(members) = pair else {
            let reason = format!("{} is not an object with a key and a value", pair.describe());
            return Err(Fault::value(reason).in_element(at));
        };
        let part = |name: &str| members.iter().find(|(key, _)| **key == *name).map_or(&Value::Null, |(_, part)| part);
        check(Entry { key: Cow::Borrowed(part(KEY)), value: part(VALUE), place: Place::Index(at) })
    };
    match given {
        Value::List(pairs) => pairs.iter().enumerate().map(pair).collect(),
        Value::Object(members) if source == Source::Caller && is_pair(members) => {
            std::iter::once((0, given)).map(pair).collect()
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let key = Cow::Owned(Value::String(name.to_string()));
                check(Entry { key, value, place: Place::Name(name) })
            })
            .collect(),
        other => {
            Err(Fault::value(format!("expected a list of key/value pairs for {type_name}, got {}", other.describe())))
        }
    }
}

fn is_pair(members: &[(Arc<str>, Value)]) -> bool {
    members.iter().any(|(name, _)| **name == *KEY) && members.iter().all(|(name, _)| matches!(&**name, KEY | VALUE))
}

/// What is to be read of the entries of a map.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'s> {
    /// Of keys: they are read where they are shown, and where they decide the order of what is shown.
    pub(crate) key: Option<&'s Selection>,
    /// Of values.
    pub(crate) value: Option<&'s Selection>,
    shows_key: bool,
    sorted: bool,
}

impl<'s> Wanted<'s> {
    /// Of a map with keys of this type.
    pub(crate) fn of(types: &Types, key: TypeId, wanted: &'s Selection) -> Self {
        let (shown, value) = (wanted.field(Selection::KEY), wanted.field(Selection::VALUE));
        let sorted = has_text(types, key) && (shown.is_some() || value.is_some());
        Self { key: shown.or(sorted.then_some(&Selection::All)), value, shows_key: shown.is_some(), sorted }
    }
}

/// Whether keys of this type have a text by which they are sorted; nulls have none.
fn has_text(types: &Types, mut key: TypeId) -> bool {
    // As often as there are types, a chain of them has ended.
    for _ in 0..types.len() {
        match &types[key].kind {
            Kind::Optional(target) => key = *target,
            kind => {
                return kind.is_scalar()
                    || matches!(kind, Kind::String | Kind::Timestamp | Kind::Json(_) | Kind::List { bytes: true, .. });
            }
        }
    }
    false
}

/// The entries of a map as they were read, to be sorted.
pub(crate) struct Pairs<'s> {
    wanted: Wanted<'s>,
    list: Vec<(Option<String>, Value)>,
    key: Arc<str>,
    value: Arc<str>,
}

impl<'s> Pairs<'s> {
    /// None yet; `count` have been counted.
    pub(crate) fn new(wanted: Wanted<'s>, count: usize) -> Self {
        Self { wanted, list: Vec::with_capacity(count), key: KEY.into(), value: VALUE.into() }
    }

    /// An entry, as far as it was read.
    pub(crate) fn push(&mut self, key: Option<Value>, value: Option<Value>) {
        let text = key.as_ref().filter(|_| self.wanted.sorted).and_then(Value::key_text);
        let key = key.filter(|_| self.wanted.shows_key).map(|key| (Arc::clone(&self.key), key));
        let value = value.map(|value| (Arc::clone(&self.value), value));
        let mut members = Vec::with_capacity(usize::from(key.is_some()).saturating_add(value.is_some().into()));
        members.extend(key);
        members.extend(value);
        self.list.push((text, Value::Object(members)));
    }

    /// A list sorted by the bytes of the keys' texts. Keys without one come first, in the order in which they were read.
    pub(crate) fn into_value(self) -> Value {
        let mut list = self.list;
        list.sort_by(|(a, _), (b, _)| a.cmp(b));
        Value::List(list.into_iter().map(|(_, pair)| pair).collect())
    }
}

/// Faults of entries that were read.
pub(crate) fn in_key(fault: Fault, index: usize) -> Fault {
    Place::Index(index).of(KEY, fault)
}

/// The same of values.
pub(crate) fn in_value(fault: Fault, index: usize) -> Fault {
    Place::Index(index).of(VALUE, fault)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn keys() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-20i64..20).prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            "[aA0-9é]{0,2}".prop_map(Value::String),
            Just(Value::List(vec![])),
        ]
    }

    /// The keys and values of a sorted list.
    fn sorted(keys: &[Value], sorted: bool) -> Vec<(Value, Value)> {
        let all = Some(&Selection::All);
        let mut pairs = Pairs::new(Wanted { key: all, value: all, shows_key: true, sorted }, keys.len());
        keys.iter().zip(0..).for_each(|(key, at)| pairs.push(Some(key.clone()), Some(Value::Int(at))));
        let Value::List(list) = pairs.into_value() else { panic!("a list") };
        let part = |pair: &Value, name| pair.get(name).cloned().expect("both are shown");
        list.iter().map(|pair| (part(pair, KEY), part(pair, VALUE))).collect()
    }

    proptest! {
        /// Every entry is there once; texts ascend, those without one come first; what is equal keeps its order.
        #[test]
        fn the_order_is_total_and_stable(keys in vec(keys(), 0..30)) {
            let list = sorted(&keys, true);
            let mut places: Vec<_> = list.iter().map(|(_, place)| format!("{place:?}")).collect();
            let order: Vec<_> = list
                .iter()
                .map(|(key, place)| (key.key_text(), match place { Value::Int(at) => *at, _ => -1 }))
                .collect();
            prop_assert!(order.is_sorted());
            places.sort();
            places.dedup();
            prop_assert_eq!(places.len(), keys.len());
            // In whatever order they were read, as long as no two are equal.
            let mut backwards: Vec<Value> = keys.clone();
            backwards.reverse();
            let texts = |list: &[(Value, Value)]| -> Vec<_> { list.iter().map(|(key, _)| key.key_text()).collect() };
            prop_assert_eq!(texts(&sorted(&backwards, true)), texts(&list));
            // Sorting what is sorted changes nothing.
            let again: Vec<_> = list.into_iter().map(|(key, _)| key).collect();
            let places = |list: Vec<(Value, Value)>| -> Vec<_> { list.into_iter().map(|(_, place)| place).collect() };
            prop_assert_eq!(places(sorted(&again, true)), places(sorted(&again, false)));
        }

        #[test]
        fn keys_without_a_text_keep_their_order(keys in vec(keys(), 0..30)) {
            let places: Vec<_> = sorted(&keys, false).into_iter().map(|(_, place)| place).collect();
            prop_assert_eq!(places, (0..keys.len() as i64).map(Value::Int).collect::<Vec<_>>());
        }
    }
}
