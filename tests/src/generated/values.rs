//! Strategies for values of a type, by its plan. The values are what an echo answers: maps sorted, nothing that two
//! forms of the same value could differ in.

use std::collections::BTreeMap;

use abi::language::Language;
use abi::transfer::coercion;
use abi::transfer::timestamp::{self, Instant};
use abi::types::{IntKind, JsonText, Kind, Sequence, TypeId, Types};
use abi::value::Value;
use proptest::collection::vec;
use proptest::num::{f32, f64};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

/// Levels after which optionals are null and lists empty.
const DEPTH: u32 = 4;
/// Most elements of a list or a map.
const LENGTH: usize = 6;
/// The first and the last second that a timestamp's text can show.
const SECONDS: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;

/// Values of a type.
pub fn any_of(types: &Types, language: Language, ty: TypeId) -> BoxedStrategy<Value> {
    Values { types, language }.of(ty, 0)
}

struct Values<'t> {
    types: &'t Types,
    language: Language,
}

impl Values<'_> {
    fn of(&self, ty: TypeId, depth: u32) -> BoxedStrategy<Value> {
        match &self.types[ty].kind {
            Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
            Kind::Int(kind) => integers(*kind),
            Kind::F32 => (f32::NORMAL | f32::SUBNORMAL | f32::ZERO).prop_map(Value::Float32).boxed(),
            Kind::F64 => (f64::NORMAL | f64::SUBNORMAL | f64::ZERO).prop_map(Value::Float).boxed(),
            Kind::String => {
                vec(any::<char>(), 0..12).prop_map(|text| Value::String(text.into_iter().collect())).boxed()
            }
            Kind::Timestamp => self.times(),
            Kind::List { element, sequence, bytes } => self.lists(*element, *sequence, *bytes, depth),
            Kind::Struct(fields) => {
                let names: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
                let values: Vec<_> = fields.iter().map(|field| self.of(field.ty, depth + 1)).collect();
                let object = move |values| Value::Object(names.iter().cloned().zip::<Vec<Value>>(values).collect());
                values.prop_map(object).boxed()
            }
            Kind::Optional(_) if depth > DEPTH => Just(Value::Null).boxed(),
            Kind::Optional(inner) => prop_oneof![1 => Just(Value::Null), 3 => self.of(*inner, depth + 1)].boxed(),
            Kind::Map { key, value, .. } => self.maps(*key, *value, depth),
            Kind::Set(element) => {
                let unique = |items: Vec<Value>| {
                    let mut seen = Vec::new();
                    items
                        .into_iter()
                        .filter(|item| {
                            !seen.contains(item) && {
                                seen.push(item.clone());
                                true
                            }
                        })
                        .collect()
                };
                vec(self.keys(*element), 0..LENGTH).prop_map(move |items| Value::List(unique(items))).boxed()
            }
            Kind::Json(JsonText::Raw) => json(),
            Kind::Json(JsonText::Number) => integers(IntKind { bits: 64, signed: true }),
            Kind::Opaque(reason) | Kind::Unsupported(reason) => panic!("{}: {reason}", self.types[ty].name),
        }
    }

    fn times(&self) -> BoxedStrategy<Value> {
        // A Date counts milliseconds.
        let step = if self.language == Language::Go { 1 } else { 1_000_000 };
        (SECONDS, 0u32..1_000_000_000)
            .prop_map(move |(seconds, nanoseconds)| {
                let instant = Instant { seconds, nanoseconds: nanoseconds / step * step };
                Value::String(timestamp::format(instant).expect("a year of four digits"))
            })
            .boxed()
    }

    fn lists(&self, element: TypeId, sequence: Sequence, bytes: bool, depth: u32) -> BoxedStrategy<Value> {
        let length = match sequence {
            Sequence::Fixed(length) => length as usize..length as usize + 1,
            _ if depth > DEPTH => 0..1,
            _ => 0..LENGTH,
        };
        let list = if bytes {
            vec(any::<u8>(), length).prop_map(|bytes| Value::String(coercion::to_base64(&bytes))).boxed()
        } else {
            vec(self.of(element, depth + 1), length).prop_map(Value::List).boxed()
        };
        // A Go slice can be nil.
        if self.language == Language::Go && sequence == Sequence::Growable {
            return prop_oneof![1 => Just(Value::Null), 9 => list].boxed();
        }
        list
    }

    fn maps(&self, key: TypeId, value: TypeId, depth: u32) -> BoxedStrategy<Value> {
        let length = if depth > DEPTH { 0..1 } else { 0..LENGTH };
        vec((self.keys(key), self.of(value, depth + 1)), length)
            .prop_map(|entries| {
                let sorted: BTreeMap<String, (Value, Value)> = entries
                    .into_iter()
                    .map(|(key, value)| (key.key_text().expect("a key has a text"), (key, value)))
                    .collect();
                let entry = |(key, value)| Value::Object(vec![("key".into(), key), ("value".into(), value)]);
                Value::List(sorted.into_values().map(entry).collect())
            })
            .boxed()
    }

    /// Values that are equal only if their texts are.
    fn keys(&self, ty: TypeId) -> BoxedStrategy<Value> {
        self.of(ty, DEPTH).prop_map(|key| if key == Value::Float(-0.0) { Value::Float(0.0) } else { key }).boxed()
    }
}

/// Any JSON value.
fn json() -> BoxedStrategy<Value> {
    let text = || vec(any::<char>(), 0..6).prop_map(|text| text.into_iter().collect::<String>());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        integers(IntKind { bits: 64, signed: false }),
        text().prop_map(Value::String),
        Just(Value::Number("-1.50e3".to_owned())),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let members = prop::collection::btree_map(text(), inner.clone(), 0..4);
        let object = members.prop_map(|members| {
            Value::Object(members.into_iter().map(|(name, value)| (name.as_str().into(), value)).collect())
        });
        prop_oneof![vec(inner, 0..4).prop_map(Value::List), object]
    })
    .boxed()
}

fn integers(IntKind { bits, signed }: IntKind) -> BoxedStrategy<Value> {
    let unused = 64 - u32::from(bits);
    let edges = prop_oneof![Just(0u64), Just(1), Just(u64::MAX), Just(1 << 63), Just(u64::MAX >> 1)];
    prop_oneof![1 => edges, 3 => any::<u64>()]
        .prop_map(move |word| match signed {
            true => Value::Int(word.cast_signed() >> unused),
            false => Value::from_number_text(&(word >> unused).to_string()),
        })
        .boxed()
}

/// One value, always the same.
pub fn one_of(strategy: &BoxedStrategy<Value>) -> Value {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    strategy.new_tree(&mut runner).expect("a value").current()
}
