//! Promise: what JSON lists, arrays, objects and maps accept, as a variable and as a literal, and that a refusal names the
//! argument and the place inside it.

use serde_json::{Value, json};
use tests::guests::Language::{AssemblyScript, Go};
use tests::outcome::Outcome::{Accepted, Invalid, Refused};
use tests::outcome::{both, check, same};

#[test]
fn lists() {
    for (value, outcome) in [
        same(json!([])),
        same(json!([1, -2])),
        (json!(7), Accepted(json!([7]))),
        (json!([1, "x"]), Invalid("Int cannot represent non-integer value: \"x\"")),
        (json!([1, null]), Invalid("Int!")),
        (json!("x"), Invalid("Int cannot represent non-integer value: \"x\"")),
    ] {
        both("ArrayI32", "Ints", &[(value, outcome)]);
    }
    check(AssemblyScript, "ArrayI32", &Value::Null, &Invalid("[Int!]!"));
    check(Go, "Ints", &Value::Null, &Accepted(Value::Null));
    let range = |place, given: &str, ty: &str| Refused(place, format!("{given} is out of range for {ty}"));
    check(AssemblyScript, "ArrayI8", &json!([1, 2, 300]), &range("v[2]", "300", "i8 (-128 to 127)"));
    check(Go, "Int8s", &json!([1, 2, 300]), &range("v[2]", "300", "int8 (-128 to 127)"));
    both(
        "ArrayI64",
        "Int64s",
        &[
            (json!(["9223372036854775807", 1.0]), Accepted(json!([i64::MAX, 1]))),
            (json!("7"), Accepted(json!([7]))),
            (json!([1, "x"]), Refused("v[1]", "\"x\" is not an integer; expected i".to_owned())),
            (json!([1, [2]]), Refused("v[1]", "a list is not an integer; expected i".to_owned())),
        ],
    );
    // One value is a list of one on every level; null elements are what the element type says.
    check(AssemblyScript, "ArrayArrayI32", &json!(7), &Accepted(json!([[7]])));
    check(AssemblyScript, "ArrayArrayI32", &json!([7]), &Accepted(json!([[7]])));
    check(Go, "IntTable", &json!([7]), &Accepted(json!([[7]])));
    check(Go, "StringPointers", &json!("a"), &Accepted(json!(["a"])));
    check(AssemblyScript, "StaticArrayString", &json!("a"), &Accepted(json!(["a"])));
    check(AssemblyScript, "SetString", &json!("a"), &Accepted(json!(["a"])));
    check(AssemblyScript, "SetI32", &json!([1, 1]), &Accepted(json!([1])));
    check(AssemblyScript, "SetU8", &json!([1, 256]), &range("v[1]", "256", "u8 (0 to 255)"));
    check(AssemblyScript, "ArrayPoint", &json!({"x": 1, "y": 2}), &Accepted(json!([{"x": 1, "y": 2}])));
    check(AssemblyScript, "ArrayString", &json!(["a", null]), &Invalid("String!"));
    check(AssemblyScript, "ArrayNullableString", &json!(["a", null]), &Accepted(json!(["a", null])));
    check(
        AssemblyScript,
        "ArrayArrayBuffer",
        &json!(["AA==", "!"]),
        &Refused("v[1]", "failed to decode base64".to_owned()),
    );
    check(Go, "BytesList", &json!(["AA==", "!"]), &Refused("v[1]", "failed to decode base64".to_owned()));
    check(Go, "Cube", &json!([[[1]], [[1, 2], [3, 128]]]), &range("v[1][1][1]", "128", "int8 (-128 to 127)"));
}

#[test]
fn arrays_have_exactly_their_length() {
    let expected = |expected: &str| Refused("v", format!("expected {expected}"));
    for (name, value, outcome) in [
        ("Int32Array", json!([1, 2]), expected("3 items for [3]int32, got 2")),
        ("Int32Array", json!([1, 2, 3, 4]), expected("3 items for [3]int32, got 4")),
        ("Int32Array", json!([]), expected("3 items for [3]int32, got 0")),
        ("Int32Array", json!(1), expected("3 items for [3]int32, got 1")),
        ("Int32Array", json!([1, 2, null]), Invalid("Int!")),
        ("Int32Array", Value::Null, Invalid("[Int!]!")),
        ("PointerArray", json!(["a"]), expected("2 items for [2]*string, got 1")),
        ("PointerArray", json!([null, null]), Accepted(json!([null, null]))),
        ("LoneFloat", json!(1.5), Accepted(json!([1.5]))),
        ("IntArrayPointer", json!([1]), expected("3 items for [3]int, got 1")),
        ("Arrays", json!([[1, 2, 3], [4, 5]]), Refused("v[1]", "expected 3 items for [3]int8, got 2".to_owned())),
        ("Arrays", json!([[1, 2, 3], [4, 5, 600]]), Refused("v[1][2]", "600 is out of range for int8".to_owned())),
        ("NoItems", json!([]), Accepted(json!([]))),
        ("NoItems", json!([1]), expected("0 items for [0]int32, got 1")),
        (
            "ByteArraySlice",
            json!(["AQIDBA==", "AQ=="]),
            Refused("v[1]", "expected 4 items for [4]byte, got 1".to_owned()),
        ),
    ] {
        check(Go, name, &value, &outcome);
    }
}

#[test]
fn objects() {
    for (value, outcome) in [
        same(json!({"x": 1, "y": 2})),
        (json!({"x": 1}), Invalid("y")),
        (json!({"x": 1, "y": null}), Invalid("Float!")),
        (json!({"x": 1, "y": 2, "z": 3}), Invalid("z")),
        (json!({"X": 1, "y": 2}), Invalid("X")),
        (json!({"x": "a", "y": 2}), Invalid("Float cannot represent non numeric value: \"a\"")),
        (json!("x"), Invalid("PointInput")),
        (json!([1, 2]), Invalid("PointInput")),
        (Value::Null, Invalid("PointInput!")),
    ] {
        both("Point", "Point", &[(value, outcome)]);
    }
    both("NullablePoint", "PointPointer", &[same(Value::Null)]);
    let gauge = |field: &str, value: Value| {
        let mut gauge = json!({"on": true, "level": 1, "serial": 1, "label": "", "ratio": 1, "kind": 1});
        gauge[field] = value;
        gauge
    };
    let order =
        |count: Value| json!({"id": 1, "lines": [{"article": "a", "count": 1}, {"article": "b", "count": count}]});
    for (name, value, place, reason) in [
        ("Gauge", gauge("level", json!(40_000)), "v.level", "40000 is out of range for i16 (-32768 to 32767)"),
        ("Gauge", gauge("serial", json!("x")), "v.serial", "\"x\" is not an integer; expected i64"),
        ("Gauge", gauge("ratio", json!(1e300)), "v.ratio", "1e+300 is out of range for a 32-bit float"),
        ("Gauge", gauge("parent", gauge("kind", json!(256))), "v.parent.kind", "256 is out of range for u8 (0 to 255)"),
        ("Order", order(json!(-1)), "v.lines[1].count", "-1 is out of range for u32 (0 to 4294967295)"),
        ("Missing", json!({"date": "never"}), "v.date", "failed to parse date time string: never"),
        ("Missing", json!({"buffer": "!"}), "v.buffer", "failed to decode base64 string"),
    ] {
        check(AssemblyScript, name, &value, &Refused(place, reason.to_owned()));
    }
    let inner = |value: i32| json!({"flag": true, "value": {"value": value}});
    let nested = |digest: &str, value: i32| {
        let padded = json!({"a": true, "b": 1, "c": 1, "d": 3, "e": true, "f": 1, "g": 1, "h": 1, "i": true});
        json!({"kind": 1, "point": {"x": 1, "y": 1}, "padded": padded, "inners": [inner(1), inner(value)],
               "grid": [[1, 2], [3, 4]], "digest": digest, "last": true})
    };
    for (name, value, place, reason) in [
        ("Nested", nested("AQIDBA==", 200), "v.inners[1].value.value", "200 is out of range for int8 (-128 to 127)"),
        ("Nested", nested("AQ==", 1), "v.digest", "expected 4 items for [4]byte, got 1"),
        ("Optional", json!({"at": 7}), "v.at", "incompatible type for timestamp: an integer"),
        (
            "NodePointer",
            json!({"name": "a", "size": 1, "next": {"name": "b", "size": 1.5}}),
            "v.next.size",
            "1.5 is not a whole number",
        ),
    ] {
        check(Go, name, &value, &Refused(place, reason.to_owned()));
    }
}

fn pair(key: Value, value: Value) -> Value {
    json!({"key": key, "value": value})
}

#[test]
fn maps() {
    for (value, outcome) in [
        same(json!([])),
        same(json!([pair(json!("a"), json!(1))])),
        // A single pair is a list of one; of equal keys the last value counts.
        (pair(json!("a"), json!(1)), Accepted(json!([pair(json!("a"), json!(1))]))),
        (
            json!([pair(json!("a"), json!(1)), pair(json!("a"), json!(2))]),
            Accepted(json!([pair(json!("a"), json!(2))])),
        ),
        // The schema has a list of pairs: GraphQL does not let an object of keys pass for it.
        (json!({"a": 1}), Invalid("StringIntPairInput")),
        (json!([{"key": "a"}]), Invalid("value")),
        (json!([{"value": 1}]), Invalid("key")),
        (json!([pair(json!("a"), Value::Null)]), Invalid("Int!")),
        (json!([pair(json!(1), json!(1))]), Invalid("String cannot represent a non string value: 1")),
        (json!(7), Invalid("StringIntPairInput")),
    ] {
        both("MapStringI32", "StringMap", &[(value, outcome)]);
    }
    check(AssemblyScript, "MapStringI32", &Value::Null, &Invalid("[StringIntPairInput!]!"));
    check(Go, "StringMap", &Value::Null, &Accepted(Value::Null));
}

/// A null or absent value is one of a nullable type.
#[test]
fn maps_of_nullable_keys_and_values() {
    let some = |value: Value| json!([{"key": "a", "value": value}]);
    both(
        "MapStringNullableString",
        "PointerMap",
        &[same(some(Value::Null)), (json!([{"key": "a"}]), Accepted(some(Value::Null))), same(some(json!("")))],
    );
    both("MapStringNullablePoint", "PointPointerMap", &[(json!([{"key": "a"}]), Accepted(some(Value::Null)))]);
    both("MapStringNullableArrayString", "ListMap", &[(json!([{"key": "a"}]), Accepted(some(Value::Null)))]);
    check(
        AssemblyScript,
        "MapNullableStringI32",
        &json!([{"value": 7}]),
        &Accepted(json!([pair(Value::Null, json!(7))])),
    );
}

#[test]
fn keys_and_values_of_maps() {
    for (assemblyscript, go, value, place, reason) in [
        (
            "MapI8Bool",
            "Int8Map",
            json!([pair(json!(1), json!(true)), pair(json!(300), json!(true))]),
            "v[1].key",
            "300 is out of range for i",
        ),
        ("MapI64Bool", "", json!([pair(json!("x"), json!(true))]), "v[0].key", "\"x\" is not an integer; expected i64"),
        (
            "",
            "Int64Map",
            json!([pair(json!(1.5), json!("a"))]),
            "v[0].key",
            "1.5 is not a whole number; expected int64",
        ),
        ("MapU64U64", "Uint64Map", json!([pair(json!(1), json!(-1))]), "v[0].value", "-1 is out of range for u"),
        (
            "",
            "NestedMap",
            json!([pair(json!("a"), json!([pair(json!("b"), json!(1)), pair(json!("c"), json!(1))]))]),
            "",
            "",
        ),
        (
            "MapStringDate",
            "TimeMap",
            json!([pair(json!("a"), json!("never"))]),
            "v[0].value",
            "failed to parse date time string: never",
        ),
        (
            "",
            "TimeKeyMap",
            json!([pair(json!("never"), json!("a"))]),
            "v[0].key",
            "failed to parse date time string: never",
        ),
        (
            "",
            "KeyMap",
            json!([pair(json!({"row": 128, "name": "a"}), json!("a"))]),
            "v[0].key.row",
            "128 is out of range for int8 (-128 to 127)",
        ),
        (
            "MapI8MapU16ArrayPoint",
            "",
            json!([pair(json!(1), json!([pair(json!(70_000), json!([]))]))]),
            "v[0].value[0].key",
            "70000 is out of range for u16 (0 to 65535)",
        ),
        (
            "MapStringUint8Array",
            "BytesMap",
            json!([pair(json!("a"), json!("!"))]),
            "v[0].value",
            "failed to decode base64",
        ),
    ] {
        let outcome = if place.is_empty() { Accepted(value.clone()) } else { Refused(place, reason.to_owned()) };
        both(assemblyscript, go, &[(value, outcome)]);
    }
    // 64-bit keys may be text, too.
    check(
        Go,
        "Int64Map",
        &json!([pair(json!("-9223372036854775808"), json!("low"))]),
        &Accepted(json!([pair(json!(i64::MIN), json!("low"))])),
    );
    check(
        AssemblyScript,
        "MapI64Bool",
        &json!([pair(json!("9223372036854775807"), json!(true))]),
        &Accepted(json!([pair(json!(i64::MAX), json!(true))])),
    );
}
