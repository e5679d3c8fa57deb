//! Promise: lists of every kind of element cross the boundary unchanged, empty, nil and nested ones included, and a
//! guest can go on working with a list of the host's making.

use serde_json::{Value, json};
use tests::guests::Language::{AssemblyScript, Go};
use tests::typed::{Row, Typed, both_ways};

/// A list type both of whose names are given, with values that every list of numbers has.
fn numbers(assemblyscript: &'static str, go: &'static str, fixed: Value) -> Row<'static> {
    (assemblyscript, go, fixed, vec![json!([]), json!([1]), json!([1, 0, 1, 2])])
}

#[test]
fn lists_of_scalars() {
    both_ways(&[
        ("ArrayBool", "Bools", json!([true, false, true]), vec![json!([]), json!([false]), json!([true, true, true])]),
        numbers("ArrayI8", "Int8s", json!([-128, 127])),
        numbers("ArrayI16", "Int16s", json!([-32768, 32767])),
        numbers("", "Int32s", json!([-1, 0, 1])),
        numbers("ArrayI32", "", json!([1, -2, i32::MAX])),
        numbers("", "Ints", json!([1, -2, i32::MAX, i32::MIN])),
        numbers("ArrayI64", "Int64s", json!([i64::MIN, i64::MAX])),
        numbers("ArrayU16", "Uint16s", json!([0, 65535])),
        numbers("ArrayU32", "Uint32s", json!([0, u32::MAX])),
        numbers("", "Uints", json!([0, u32::MAX])),
        numbers("ArrayU64", "Uint64s", json!([0, u64::MAX])),
        numbers("ArrayF32", "Float32s", json!([0.1, -1.5])),
        numbers("ArrayF64", "Float64s", json!([0.1, -2.5e-300])),
        numbers("", "Runes", json!([97, 233, 0x1F600])),
        numbers("ArrayEnum", "", json!([1, 4])),
        numbers("StaticArrayI32", "", json!([1, -2])),
        numbers("StaticArrayU8", "", json!([0, 255])),
        numbers("StaticArrayI64", "", json!([i64::MIN, i64::MAX])),
        numbers("StaticArrayF64", "", json!([0.1, -2.5e-300])),
        ("StaticArrayBool", "", json!([true, false]), vec![json!([]), json!([false, false])]),
    ]);
}

#[test]
fn lists_of_text_and_bytes() {
    let texts = || vec![json!([]), json!([""]), json!(["", "b", "€"])];
    both_ways(&[
        ("ArrayString", "Strings", json!(["", "b", "€😀"]), texts()),
        ("StaticArrayString", "", json!(["", "b"]), texts()),
        ("ArrayNullableString", "", json!(["a", null, ""]), vec![json!([null]), json!(["a", "", ""])]),
        ("StaticArrayNullableString", "", json!(["a", null]), vec![json!([null, "a"]), json!([])]),
        ("", "StringPointers", json!(["a", null, ""]), vec![json!([null]), json!(["a", "", ""]), Value::Null]),
        ("ArrayArrayBuffer", "", json!(["", "Af8="]), vec![json!([]), json!(["Af8=", ""])]),
        ("ArrayUint8Array", "", json!(["AQI="]), vec![json!([]), json!(["", "AQI="])]),
        ("ArrayFloat32Array", "", json!([[0.5], []]), vec![json!([]), json!([[], [0.5, 0]])]),
        ("", "BytesList", json!(["", "AQI="]), vec![json!([]), json!([null, "AQI="]), Value::Null]),
        ("", "ByteArraySlice", json!(["AQIDBA==", "AAAAAA=="]), vec![json!([]), json!(["AAAAAA=="])]),
    ]);
}

#[test]
fn lists_of_lists() {
    both_ways(&[
        ("ArrayArrayI32", "", json!([[], [1], [2, -3]]), vec![json!([]), json!([[]]), json!([[1, 2], [], [3]])]),
        ("ArrayNullableArrayI32", "", json!([[1], null, []]), vec![json!([null]), json!([[1], [], null])]),
        ("StaticArrayArrayI32", "", json!([[1], []]), vec![json!([]), json!([[], [1]])]),
        ("ArrayArrayArrayString", "", json!([[["a", ""], []], []]), vec![json!([[]]), json!([[["a"], []], []])]),
        ("ArraySet", "", json!([["a", "b"], []]), vec![json!([]), json!([[], ["a", "b"]])]),
        ("", "IntTable", json!([null, [], [1], [2, -3]]), vec![json!([]), json!([[], null, [1], [2, -3]])]),
        ("", "StringTable", json!([["a"], ["", "b"]]), vec![json!([null]), json!([["a", ""], ["b"]])]),
        ("", "Cube", json!([[[1, -2], []], null]), vec![json!([]), json!([[[1, -2], null], null])]),
        ("", "SlicePointers", json!([[1, 2], null]), vec![json!([]), json!([[1, 2], []])]),
    ]);
}

#[test]
fn lists_of_objects() {
    let points = || vec![json!([]), json!([{"x": 1, "y": 2}]), json!([{"x": 1, "y": -2}, {"x": 0.5, "y": 1}])];
    both_ways(&[
        ("ArrayPoint", "Points", json!([{"x": 1, "y": -2}, {"x": 0.5, "y": 0}]), points()),
        ("StaticArrayPoint", "", json!([{"x": 1, "y": 2}]), vec![json!([]), json!([{"x": 2, "y": 1}])]),
        ("ArrayNullablePoint", "", json!([null, {"x": 1, "y": 2}]), vec![json!([]), json!([{"x": 1, "y": 2}, null])]),
        ("ArrayNullableRare", "", json!([{"id": 7}, null]), vec![json!([null, null]), json!([{"id": 8}, null])]),
        ("", "PointPointers", json!([{"x": 1, "y": 2}, null]), vec![json!([]), json!([null, {"x": 1, "y": 2}])]),
        ("", "IntPointers", json!([-1, null]), vec![json!([]), json!([0, null]), json!([-1, 0])]),
    ]);
}

#[test]
fn arrays_of_a_fixed_length() {
    both_ways(&[
        ("", "Int32Array", json!([1, -2, 3]), vec![json!([0, 0, 0])]),
        ("", "IntArray", json!([-1, 0, 1]), vec![json!([1, 0, -1])]),
        ("", "Int64Array", json!([i64::MIN, i64::MAX]), vec![json!([0, -1])]),
        ("", "BoolArray", json!([true, false, true]), vec![json!([false, true, true])]),
        ("", "Float64Array", json!([0.1, -2.5e-300]), vec![json!([0.1, 0])]),
        ("", "StringArray", json!(["", "€"]), vec![json!(["€", ""])]),
        (
            "",
            "PointArray",
            json!([{"x": 1, "y": 2}, {"x": -1, "y": 0}]),
            vec![json!([{"x": 0, "y": 0}, {"x": 1, "y": 2}])],
        ),
        ("", "PointerArray", json!([null, "second"]), vec![json!(["", "second"]), json!([null, null])]),
        ("", "Arrays", json!([[1, 2, 3], [-4, 5, -6]]), vec![json!([[1, 2, 3], [0, 0, 0]])]),
        ("", "SliceArray", json!([[-1, 2], null]), vec![json!([[-1, 2], []]), json!([null, null])]),
        ("", "ArraySlice", json!([[1, 2], [-3, 0.5]]), vec![json!([]), json!([[1, 2]]), Value::Null]),
        ("", "LoneFloat", json!([0.1]), vec![json!([-1.5])]),
        ("", "LoneString", json!(["one"]), vec![json!([""])]),
        ("", "IntArrayPointer", json!([1, -2, 3]), vec![json!([0, 0, 0]), Value::Null]),
    ]);
    let padded =
        |a, b: i64| json!({"a": a, "b": b, "c": -2, "d": 3, "e": false, "f": 65535, "g": 6, "h": 0.5, "i": true});
    let zero = json!({"a": false, "b": -1, "c": 0, "d": 0, "e": false, "f": 0, "g": 0, "h": 0, "i": true});
    both_ways(&[("", "PaddedArray", json!([padded(true, -1), zero]), vec![json!([padded(false, 1), zero])])]);
    let typed = Typed::of(Go);
    typed.echo("NoItems", &[json!([])]);
    typed.check("isNoItems", &[&json!([])], &json!(true));
    typed.check("makeNoItems", &[], &json!([]));
}

#[test]
fn nullable_lists() {
    both_ways(&[
        ("NullableArrayI32", "", json!([1, -2]), vec![json!([]), json!([1]), Value::Null]),
        ("NullableStaticArrayI32", "", json!([7]), vec![json!([]), json!([1]), Value::Null]),
        ("", "IntsPointer", json!([1, -2]), vec![json!([]), json!([1]), Value::Null]),
    ]);
    Typed::of(Go).echo("Strings", &[Value::Null]);
    Typed::of(Go).echo("Bytes", &[Value::Null]);
}

/// The guest sees nil where the caller gave null, and an empty list where the caller gave one.
#[test]
fn nil_and_empty_differ() {
    let typed = Typed::of(Go);
    let point = json!({"x": 1, "y": 2});
    for (field, full) in [
        ("describeInts", json!([7])),
        ("describeBytes", json!("AA==")),
        ("describeStrings", json!(["one"])),
        ("describeMap", json!([{"key": "a", "value": 1}])),
        ("describePoint", point),
    ] {
        typed.check(field, &[&Value::Null], &json!("nil"));
        typed.check(field, &[&full], &json!("1"));
        if field != "describePoint" {
            let empty = if field == "describeBytes" { json!("") } else { json!([]) };
            typed.check(field, &[&empty], &json!("0"));
        }
    }
    for (field, expected) in [
        ("nilInts", Value::Null),
        ("emptyInts", json!([])),
        ("nilBytes", Value::Null),
        ("emptyBytes", json!("")),
        ("nilStrings", Value::Null),
        ("nilMap", Value::Null),
        ("emptyMap", json!([])),
        ("nilPoint", Value::Null),
        ("nilString", Value::Null),
        ("pointerToNilInts", Value::Null),
        ("nilInArray", json!([null, "second"])),
        ("nilInMap", json!([{"key": "nothing", "value": null}])),
    ] {
        typed.check(field, &[], &expected);
    }
}

/// Lists that the host has made, empty ones above all, have to bear what guests do with their own.
#[test]
fn guests_go_on_with_the_hosts_lists() {
    let typed = Typed::of(AssemblyScript);
    let point = json!({"x": 1, "y": 2});
    for (field, list, item, expected) in [
        ("pushI32", json!([]), json!(7), json!([7])),
        ("pushI32", json!([1, 2]), json!(7), json!([1, 2, 7])),
        ("pushBool", json!([]), json!(true), json!([true])),
        ("pushF64", json!([]), json!(0.5), json!([0.5])),
        ("pushString", json!([]), json!("a"), json!(["a"])),
        ("pushString", json!(["a"]), json!("b"), json!(["a", "b"])),
        ("pushPoint", json!([]), point.clone(), json!([point])),
        ("pushInto", json!([[], [1], []]), json!(7), json!([[7], [1, 7], [7]])),
    ] {
        typed.check(field, &[&list, &item], &expected);
    }
    let many: Vec<i64> = (0..1000).collect();
    typed.check("pushMany", &[&json!([]), &json!(1000)], &json!(many));
    typed.check("shrunk", &[], &json!(["a", "b"]));
    typed.check("holes", &[], &json!([null, null, null]));
    typed.check("sumI32", &[&json!([1, 2, 3])], &json!(6));
    let typed = Typed::of(Go);
    typed.check("appendInt", &[&json!([]), &json!(7)], &json!([7]));
    typed.check("appendInt", &[&Value::Null, &json!(7)], &json!([7]));
    typed.check("appendString", &[&json!(["a"]), &json!("b")], &json!(["a", "b"]));
    typed.check("resliced", &[], &json!([2, 3]));
}

#[test]
fn long_lists() {
    let numbers: Vec<i32> = (0..50_000).collect();
    let texts: Vec<String> = numbers.iter().map(|number| format!("text {number}")).collect();
    Typed::of(Go).check("countUp", &[&json!(50_000)], &json!(numbers));
    for (language, list, strings) in [(AssemblyScript, "ArrayI32", "ArrayString"), (Go, "Ints", "Strings")] {
        Typed::of(language).echo(list, &[json!(numbers)]);
        Typed::of(language).echo(strings, &[json!(texts)]);
    }
}
