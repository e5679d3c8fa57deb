//! Named types that something tells, and JSON.

use super::*;
use crate::language::problem;
use abi::golang::helpers;
use abi::types::{CoreType, Kind};

fn resolved(name: &str) -> (Types, abi::types::TypeId) {
    let mut types = Types::default();
    let id = Go.resolve(name, &metadata(), &mut types);
    assert_eq!(types.check(), Ok(()));
    (types, id)
}

#[test]
fn a_named_type_is_like_the_other() {
    for (name, other) in [
        ("demo.Role", "string"),
        ("demo.Level", "int8"),
        ("demo.Tags", "[]string"),
        ("demo.Pair", "[2]int8"),
        ("demo.Counts", "map[string]int32"),
    ] {
        let ((types, id), (others, other)) = (resolved(name), resolved(other));
        let (plan, other) = (&types[id], &others[other]);
        assert_eq!((plan.size, plan.align, plan.class_id), (other.size, other.align, other.class_id), "{name}");
        assert_eq!((&plan.words, plan.pointers, problem(&types, id)), (&other.words, other.pointers, None), "{name}");
        assert_eq!(std::mem::discriminant(&plan.kind), std::mem::discriminant(&other.kind), "{name}");
    }
    let (types, id) = resolved("demo.Tree");
    assert!(matches!(types[id].kind, Kind::List { element, .. } if element == id));
    let (types, id) = resolved("demo.Nothing");
    assert_eq!((&types[id].kind, types[id].size, problem(&types, id)), (&Kind::Struct(Vec::new()), 0, None));
}

/// The room is known even where the values cannot be passed.
#[test]
fn opaque_types_have_sizes() {
    for (name, words, size, part) in [
        ("demo.Shape", vec![CoreType::I32; 2], 8, "is a value of an interface"),
        ("demo.Table", vec![CoreType::I32], 4, "is a map[string]bool, and the app has no helper for that"),
        ("func(int) string", vec![CoreType::I32; 2], 8, "cannot be passed"),
        ("chan int", vec![CoreType::I32], 4, "cannot be passed"),
        ("complex128", vec![CoreType::F64; 2], 16, "cannot be passed"),
        ("struct{x int}", Vec::new(), 0, "cannot be passed"),
        ("demo.Color", Vec::new(), 0, "nothing in the module tells"),
    ] {
        let (types, id) = resolved(name);
        assert_eq!((&types[id].words, types[id].size), (&words, size), "{name}");
        assert!(problem(&types, id).is_some_and(|reason| reason.contains(part)), "{name}");
    }
}

/// No helper is made for `[]uint16`, which nothing but `demo.Steps` is.
#[test]
fn slices_without_a_helper_are_made_by_the_host() {
    let (words, guest) = argument("demo.Steps", json!([1, 2, 65535])).expect("the value fits");
    assert_eq!(words[1..], [3, 3]);
    assert_eq!(guest.bytes(words[0], 6), [1, 0, 2, 0, 0xff, 0xff]);
    assert!(guest.calls.iter().all(|(helper, _)| *helper != helpers::MAKE));
    let (empty, _) = argument("demo.Steps", json!([])).expect("the value fits");
    assert!(empty[0] != 0 && empty[1..] == [0, 0]);
    assert_eq!(argument("demo.Steps", json!(null)).expect("the value fits").0, [0, 0, 0]);
    let (words, guest) = argument("demo.Tree", json!([[], [[]]])).expect("the value fits");
    assert_eq!((words[1], guest.u32(words[0] as u32 + 4), guest.u32(words[0] as u32 + 16)), (2, 0, 1));
}

#[test]
fn json_goes_through() {
    for (ty, value, text, length) in [
        ("encoding/json.RawMessage", json!({"a": [1, null]}), r#"{"a":[1,null]}"#, 3),
        ("encoding/json.Number", json!(-1.25), "-1.25", 2),
    ] {
        let (words, guest) = argument(ty, value.clone()).expect("the value fits");
        assert_eq!((words.len(), guest.bytes(words[0], words[1])), (length, text.as_bytes()), "{ty}");
        let body = move |guest: &mut Fake, words: &[u64]| {
            let start = guest.text(text);
            guest.put_words(words[0] as u32, &[start, text.len() as u32, 64]);
            0
        };
        assert_eq!(answer(&[ty], body).expect("an answer").to_json(), value, "{ty}");
    }
    let nil = |ty: &str| answer(&[ty], |_, _| 0).expect("an answer");
    assert_eq!((nil("encoding/json.RawMessage"), nil("encoding/json.Number")), (Value::Null, Value::Int(0)));
    let (words, _) = argument("encoding/json.RawMessage", json!(null)).expect("the value fits");
    assert_eq!(words, [0, 0, 0]);
}
