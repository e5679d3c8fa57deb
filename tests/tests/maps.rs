//! Promise: maps and sets with every kind of key and value cross the boundary unchanged, and a guest finds, adds and
//! deletes in a map of the host's making as in its own. Results are sorted by the text of the key.

use serde_json::{Value, json};
use tests::guests::Language::{AssemblyScript, Go};
use tests::typed::{Typed, both_ways};

/// The list of pairs that a map is in GraphQL: `map![[key, value], …]`.
macro_rules! map {
    ($($pair:tt)*) => { pairs(&json!([$($pair)*])) };
}

fn pairs(entries: &Value) -> Value {
    let entries = entries.as_array().expect("a list of pairs").iter();
    entries.map(|entry| json!({"key": entry[0], "value": entry[1]})).collect()
}

fn point(x: f64, y: f64) -> Value {
    let number = |value: f64| if value.fract() == 0.0 { json!(value as i64) } else { json!(value) };
    json!({"x": number(x), "y": number(y)})
}

/// The guests find each key, delete it and put it back, so a wrong hash or a wrong chain shows.
#[test]
fn keys() {
    both_ways(&[
        (
            "MapStringI32",
            "StringMap",
            map![["", 0], ["a", 1], ["€", -2]],
            vec![map![], map![["a", 1]], map![["", 0], ["a", 1], ["b", -2]]],
        ),
        (
            "MapBoolString",
            "BoolMap",
            map![[false, "no"], [true, "yes"]],
            vec![map![], map![[true, "yes"]], map![[false, "yes"], [true, "no"]]],
        ),
        ("MapI8Bool", "Int8Map", map![[-128, true], [127, false]], vec![map![], map![[-128, true], [0, false]]]),
        ("MapU8U8", "", map![[0, 254], [255, 1]], vec![map![], map![[0, 1], [255, 254]]]),
        ("", "Uint8Map", map![[0, 1], [255, 65535]], vec![map![], map![[0, 65535], [255, 1]]]),
        ("MapI16U8", "", map![[-32768, 255], [32767, 1]], vec![map![], map![[-1, 255], [1, 1]]]),
        ("", "Int16Map", map![[-32768, -1], [32767, 1]], vec![map![], map![[-1, -1], [1, 1]]]),
        ("MapU16I64", "Uint16Map", map![[65535, i64::MAX]], vec![map![], map![[65535, i64::MIN]], map![[0, i64::MAX]]]),
        (
            "MapI32Bool",
            "",
            map![[-1, true], [10, false], [9, true]],
            vec![map![], map![[-1, true], [10, true], [9, true]]],
        ),
        ("MapI32String", "", map![[-1, "minus"], [10, "ten"], [9, "nine"]], vec![map![], map![[1, "minus"]]]),
        (
            "",
            "IntMap",
            map![[-1, "minus"], [0, ""], [10, "ten"], [9, "nine"]],
            vec![map![], map![[1, "minus"]], Value::Null],
        ),
        ("", "Int32Map", map![[-1, 0.5], [2, -0.25]], vec![map![], map![[-1, 0.5], [2, 0.25]]]),
        ("MapU32F32", "Uint32Map", map![[u32::MAX, 0.1]], vec![map![], map![[0, 0.1]]]),
        ("MapI64Bool", "", map![[i64::MIN, true], [i64::MAX, false]], vec![map![], map![[i64::MIN, true], [0, false]]]),
        ("", "Int64Map", map![[i64::MIN, "low"], [i64::MAX, "high"]], vec![map![], map![[0, "low"]]]),
        ("MapU64U64", "Uint64Map", map![[0, 0], [u64::MAX, u64::MAX]], vec![map![], map![[0, 0], [1, u64::MAX]]]),
        ("MapIsizeI16", "", map![[-2_000_000_001, -1600]], vec![map![], map![[1, -1600]]]),
        ("MapUsizeU16", "", map![[4_000_000_000u32, 60_000]], vec![map![], map![[1, 60_000]]]),
        ("", "UintMap", map![[u32::MAX, 1]], vec![map![], map![[1, u32::MAX]]]),
        ("", "RuneMap", map![[0x1F600, 2], [97, 1]], vec![map![], map![[97, 2]]]),
        ("MapF32U16", "", map![[-1.5, 65535], [0.1, 1]], vec![map![], map![[-1.5, 1], [0.1, 65535]]]),
        ("", "Float32Map", map![[-1.5, 2], [0.1, 1]], vec![map![], map![[-1.5, 1], [0.1, 2]]]),
        ("MapF64String", "FloatMap", map![[-2.5, "minus"], [0.1, "tenth"]], vec![map![], map![[0.1, "minus"]]]),
        (
            "MapNullableStringI32",
            "",
            map![[null, 1], ["", 2], ["a", 3]],
            vec![map![], map![[null, 1]], map![["", 2], ["a", 3]]],
        ),
        (
            "",
            "DurationKeyMap",
            map![[-3_600_000_000_000i64, -1], [3_600_000_000_000i64, 1]],
            vec![map![], map![[0, 1]]],
        ),
        (
            "",
            "TimeKeyMap",
            map![["0001-01-01T00:00:00Z", "zero"], ["2025-03-01T12:00:00.123456789Z", "now"]],
            vec![map![], map![["2025-03-01T12:00:00.123456788Z", "now"]]],
        ),
    ]);
}

#[test]
fn values() {
    both_ways(&[
        ("MapStringString", "StringsMap", map![["", "empty"], ["k", ""]], vec![map![], map![["k", "v"]]]),
        (
            "MapStringBool",
            "BoolValueMap",
            map![["no", false], ["yes", true]],
            vec![map![], map![["no", true], ["yes", true]]],
        ),
        ("MapStringI64", "", map![["high", i64::MAX], ["low", i64::MIN]], vec![map![], map![["high", 1]]]),
        (
            "MapStringNullableString",
            "PointerMap",
            map![["nil", null], ["some", "text"]],
            vec![map![], map![["nil", ""], ["some", "text"]]],
        ),
        (
            "MapStringPoint",
            "PointMap",
            map![["a", point(1.0, -2.0)], ["b", point(0.0, 0.0)]],
            vec![map![], map![["a", point(0.5, 0.0)]]],
        ),
        (
            "MapStringNullablePoint",
            "PointPointerMap",
            map![["nil", null], ["some", point(1.0, 2.0)]],
            vec![map![], map![["nil", point(0.0, 0.0)], ["some", null]]],
        ),
        (
            "MapStringArrayI32",
            "",
            map![["empty", []], ["some", [1, -2]]],
            vec![map![], map![["empty", [0]], ["some", [1]]]],
        ),
        (
            "MapStringNullableArrayString",
            "",
            map![["nil", null], ["some", ["a", ""]]],
            vec![map![], map![["nil", []], ["some", ["a", ""]]]],
        ),
        (
            "",
            "ListMap",
            map![["empty", []], ["some", ["a", ""]]],
            vec![map![], map![["empty", null], ["some", ["a", ""]]]],
        ),
        ("MapStringUint8Array", "BytesMap", map![["b", "AP8="]], vec![map![], map![["b", ""]]]),
        ("MapStringArrayBuffer", "", map![["b", "AP8="]], vec![map![], map![["b", ""]]]),
        ("MapStringStaticArrayF32", "", map![["f", [0.1, -1.5]]], vec![map![], map![["f", []]]]),
        ("MapStringSetI32", "", map![["a", [1, -2]]], vec![map![], map![["a", [-2, 1]]]]),
        ("", "ArrayMap", map![["a", [-1, 2]]], vec![map![], map![["a", [0, 0]]]]),
        (
            "",
            "TimeMap",
            map![["now", "2025-03-01T12:00:00.123456789Z"], ["zero", "0001-01-01T00:00:00Z"]],
            vec![map![], map![["now", "0001-01-01T00:00:00Z"]]],
        ),
        ("", "DurationMap", map![["long", i64::MAX], ["short", 1]], vec![map![], map![["long", 1]]]),
        (
            "MapStringDate",
            "",
            map![["now", "2025-03-01T12:00:00.5Z"], ["zero", "1970-01-01T00:00:00Z"]],
            vec![map![], map![["now", "1969-12-31T23:59:59.999Z"]]],
        ),
    ]);
}

#[test]
fn maps_in_maps_and_lists() {
    let inner = map![["x", 1], ["y", -2]];
    both_ways(&[
        (
            "MapStringMapStringI32",
            "NestedMap",
            map![["a", inner], ["b", []]],
            vec![map![], map![["a", []], ["b", inner]]],
        ),
        (
            "MapI8MapU16ArrayPoint",
            "",
            map![[-1, map![[7, [point(1.0, 2.0)]]]]],
            vec![map![], map![[-1, map![[7, []]]]]],
        ),
        (
            "",
            "DeepMap",
            map![[-1, map![["a", [map![[7, point(1.0, 2.0)]], []]]]]],
            vec![map![], map![[-1, map![["a", []]]]]],
        ),
        ("ArrayMap", "", json!([map![["a", 1], ["b", -2]], []]), vec![json!([]), json!([[], map![["a", 1]]])]),
        ("", "Maps", json!([map![["a", 1]], [], map![["b", -2]]]), vec![json!([]), json!([[], map![["a", 1]]])]),
        ("", "MapTable", json!([[map![[1, true]]], []]), vec![json!([]), json!([[[]]])]),
        ("", "MapArray", json!([map![["a", 1]], map![["b", -2], ["c", 3]]]), vec![json!([[], []])]),
        ("NullableMapStringI32", "", map![["", 0], ["a", 1], ["€", -2]], vec![map![], Value::Null]),
        ("", "MapPointer", map![["a", 1]], vec![map![], map![["a", 2]]]),
    ]);
    // A pointer to a nil map is a list like the nil map itself would be.
    Typed::of(Go).check("pointerToNilMap", &[], &json!([]));
    Typed::of(Go).check("echoMapPointer", &[&Value::Null], &Value::Null);
    Typed::of(Go).check("echoStringMap", &[&Value::Null], &Value::Null);
}

#[test]
fn composite_keys() {
    let cells = map![[{"row": -2, "name": "b"}, "second"], [{"row": 1, "name": "a"}, "first"]];
    let typed = Typed::of(Go);
    typed.check("isKeyMap", &[&cells], &json!(true));
    for (row, name, expected) in [(1, "a", "first"), (-2, "b", "second"), (1, "b", "")] {
        typed.check("cellOf", &[&cells, &json!(row), &json!(name)], &json!(expected));
    }
    for (field, expected) in [
        ("makeKeyMap", cells.clone()),
        ("makeArrayKeyMap", map![[[1, -2], "a"], [[3, 4], "b"]]),
        ("makeStringArrayKeyMap", map![[["a", "b"], true]]),
    ] {
        // Keys without a text of their own come in the guest's order.
        let answer = typed.call(field, &[], &expected);
        assert_eq!(sorted(&answer["data"]["r"]), sorted(&expected), "{answer}");
        let name = field.trim_start_matches("make");
        typed.check(&format!("is{name}"), &[&expected], &json!(true));
        let answer = typed.call(&format!("echo{name}"), &[&expected], &expected);
        assert_eq!(sorted(&answer["data"]["r"]), sorted(&expected), "{answer}");
    }
    let padded = json!({"a": true, "b": -1, "c": -2, "d": 3, "e": false, "f": 65535, "g": 6, "h": 0.5, "i": true});
    both_ways(&[("", "PaddedMap", map![[7, padded]], vec![map![], map![[8, padded]]])]);
    // Objects are keys by identity: the guest finds none of them by a copy, but sees them all, in order.
    both_ways(&[
        (
            "MapPointString",
            "",
            map![[point(1.0, 2.0), "a"], [point(3.0, 4.0), "b"]],
            vec![
                map![],
                map![[point(3.0, 4.0), "b"], [point(1.0, 2.0), "a"]],
                map![[point(1.0, 2.0), "a"], [point(1.0, 2.0), "b"]],
            ],
        ),
        ("MapArrayI32String", "", map![[[1, 2], "a"], [[], "b"]], vec![map![], map![[[], "a"], [[1, 2], "b"]]]),
        ("MapDateI32", "", map![["1970-01-01T00:00:00Z", 1], ["2025-03-01T12:00:00.5Z", 2]], vec![map![]]),
    ]);
}

fn sorted(pairs: &Value) -> Vec<String> {
    let mut texts: Vec<_> = pairs.as_array().expect("a list of pairs").iter().map(Value::to_string).collect();
    texts.sort();
    texts
}

#[test]
fn sets() {
    both_ways(&[
        ("SetString", "", json!(["b", "", "€"]), vec![json!([]), json!(["", "b", "€"])]),
        ("SetBool", "", json!([true]), vec![json!([]), json!([false]), json!([true, false])]),
        ("SetI8", "", json!([-128, 127]), vec![json!([]), json!([127, -128])]),
        ("SetU8", "", json!([255, 0]), vec![json!([]), json!([0, 255])]),
        ("SetI16", "", json!([-1600]), vec![json!([]), json!([1600])]),
        ("SetU16", "", json!([60_000]), vec![json!([]), json!([1])]),
        ("SetI32", "", json!([3, -1, 2]), vec![json!([]), json!([2, 3, -1])]),
        ("SetU32", "", json!([u32::MAX]), vec![json!([]), json!([0])]),
        ("SetI64", "", json!([i64::MAX, i64::MIN]), vec![json!([]), json!([-1])]),
        ("SetU64", "", json!([u64::MAX]), vec![json!([]), json!([0])]),
        ("SetF32", "", json!([0.1, -1.5]), vec![json!([]), json!([-1.5])]),
        ("SetF64", "", json!([0.1]), vec![json!([]), json!([0.2])]),
        ("SetNullableString", "", json!(["a", null]), vec![json!([]), json!([null]), json!(["a"])]),
        ("NullableSetString", "", json!(["b", "", "€"]), vec![json!([]), Value::Null]),
        ("SetPoint", "", json!([{"x": 1, "y": 2}, {"x": 1, "y": 2}]), vec![json!([]), json!([{"x": 1, "y": 2}])]),
    ]);
    let typed = Typed::of(AssemblyScript);
    typed.check("echoSetI32", &[&json!([3, 1, 3, 3, 1])], &json!([3, 1]));
    typed.check("setHas", &[&json!(["a", "b"]), &json!("b")], &json!(true));
    typed.check("setHas", &[&json!(["a", "b"]), &json!("c")], &json!(false));
    typed.check("setAdd", &[&json!([]), &json!("c")], &json!(["c"]));
    let large: Vec<u16> = (0..5000).collect();
    typed.check("largeSet", &[&json!(5000)], &json!(large));
    typed.echo("SetU16", &[json!(large)]);
}

#[test]
fn guests_go_on_with_the_hosts_maps() {
    let pairs = map![["a", 1], ["b", 2], ["c", 3]];
    for (language, absent) in [(AssemblyScript, json!(-1)), (Go, Value::Null)] {
        let typed = Typed::of(language);
        typed.check("mapGet", &[&pairs, &json!("b")], &json!(2));
        typed.check("mapGet", &[&pairs, &json!("d")], &absent);
        typed.check("mapGet", &[&json!([]), &json!("d")], &absent);
        typed.check("mapSet", &[&pairs, &json!("d"), &json!(4)], &map![["a", 1], ["b", 2], ["c", 3], ["d", 4]]);
        typed.check("mapSet", &[&pairs, &json!("a"), &json!(9)], &map![["a", 9], ["b", 2], ["c", 3]]);
        typed.check("mapSet", &[&json!([]), &json!("a"), &json!(1)], &map![["a", 1]]);
        typed.check("mapDelete", &[&pairs, &json!("b")], &map![["a", 1], ["c", 3]]);
        typed.check("mapDelete", &[&pairs, &json!("d")], &pairs);
    }
    let typed = Typed::of(AssemblyScript);
    // Insertion order is the input's order; of equal keys the last value counts, at the place of the first.
    let disordered = map![["c", 1], ["a", 2], ["b", 3], ["c", 4]];
    typed.check("mapKeys", &[&disordered], &json!(["c", "a", "b"]));
    typed.check("echoMapStringI32", &[&disordered], &map![["a", 2], ["b", 3], ["c", 4]]);
    typed.check("emptyMap", &[], &json!([]));
    typed.check("mostlyDeleted", &[], &map![[42, "42"]]);
    Typed::of(Go).check("echoStringMap", &[&disordered], &map![["a", 2], ["b", 3], ["c", 4]]);
    Typed::of(Go).check("countWords", &[&json!("a b a")], &map![["a", 2], ["b", 1]]);
}

/// The keys' text decides: 10 comes before 9.
#[test]
fn results_are_sorted_by_the_text_of_the_key() {
    let given = map![[9, "9"], [10, "10"], [-1, "-1"], [-10, "-10"]];
    let expected = map![[-1, "-1"], [-10, "-10"], [10, "10"], [9, "9"]];
    Typed::of(AssemblyScript).check("echoMapI32String", &[&given], &expected);
    Typed::of(Go).check("echoIntMap", &[&given], &expected);
    // A float's text is its JSON.
    let given = map![[1e21, "large"], [0.5, "half"], [1e-7, "small"], [-3, "three"], [15, "fifteen"]];
    let expected = map![[-3, "three"], [0.5, "half"], [15, "fifteen"], [1e21, "large"], [1e-7, "small"]];
    for (language, name) in [(AssemblyScript, "MapF64String"), (Go, "FloatMap")] {
        let answer = Typed::of(language).call(&format!("echo{name}"), &[&given], &expected);
        let order =
            |pairs: &Value| pairs.as_array().map(|pairs| pairs.iter().map(|pair| pair["value"].clone()).collect());
        let order: [Option<Vec<Value>>; 2] = [order(&answer["data"]["r"]), order(&expected)];
        assert_eq!(order[0], order[1], "{language:?}: {answer}");
    }
}

#[test]
fn ten_thousand_entries() {
    let mut keys: Vec<_> = (0..10_000).map(|number| (format!("key{number}"), number)).collect();
    keys.sort();
    let large: Value = keys.into_iter().map(|(key, number)| json!({"key": key, "value": number})).collect();
    for (language, name) in [(AssemblyScript, "MapStringI32"), (Go, "StringMap")] {
        let typed = Typed::of(language);
        typed.check("largeMap", &[&json!(10_000)], &large);
        typed.check("isLargeMap", &[&large, &json!(10_000)], &json!(true));
        typed.check("isLargeMap", &[&large, &json!(10_001)], &json!(false));
        typed.echo(name, std::slice::from_ref(&large));
    }
    // Inner maps are made while the outer one is not yet whole, and read while the guest's collector runs.
    let nested: Value = (1000..4000)
        .map(|number| json!({"key": format!("key{number}"), "value": [{"key": "number", "value": number}]}))
        .collect();
    for (language, name) in [(AssemblyScript, "MapStringMapStringI32"), (Go, "NestedMap")] {
        Typed::of(language).echo(name, std::slice::from_ref(&nested));
    }
    let typed = Typed::of(Go);
    let answer = typed.runner.query("{ nestedMaps(size: 3000) { key value { key value } } largeStructMap(size: 10000) { key { name } value { b i } } }");
    let nested = answer["data"]["nestedMaps"].as_array().expect("a map");
    assert_eq!(nested.len(), 3000);
    assert_eq!(nested[2999], json!({"key": "key02999", "value": [{"key": "name", "value": "value of key02999"}]}));
    let cells = answer["data"]["largeStructMap"].as_array().expect("a map");
    assert_eq!(cells.len(), 10_000);
    assert!(cells.iter().all(
        |cell| cell["key"]["name"].as_str() == Some(&*cell["value"]["b"].to_string()) && cell["value"]["i"] == true
    ));
}
