//! Promise: structs and classes cross the boundary field by field, nested, nullable, recursive, embedded and generic, with
//! the guest's own layout.

use serde_json::{Value, json};
use tests::guests::Language::{AssemblyScript, Go};
use tests::typed::{Typed, both_ways};

/// A copy of an object with another value in one of its fields.
fn with(object: &Value, field: &str, value: Value) -> Value {
    let mut copy = object.clone();
    assert!(copy.get(field).is_some(), "{object} has no {field}");
    copy[field] = value;
    copy
}

/// The object, and for each field copies that differ in it alone.
fn varied(object: &Value, variations: &[(&str, Value)]) -> Vec<Value> {
    variations.iter().map(|(field, value)| with(object, field, value.clone())).collect()
}

#[test]
fn plain_ones() {
    let point = json!({"x": 1, "y": 2});
    both_ways(&[
        ("Point", "Point", json!({"x": -0.5, "y": 2}), vec![point.clone(), json!({"x": -0.5, "y": 0})]),
        ("NullablePoint", "PointPointer", point.clone(), vec![json!({"x": 2, "y": 1}), Value::Null]),
        ("", "PointPointerPointer", point.clone(), vec![json!({"x": 2, "y": 1}), Value::Null]),
        ("", "Place", point, vec![json!({"x": 2, "y": 1})]),
        ("", "Spot", json!({"x": 3, "y": 4}), vec![json!({"x": 4, "y": 3})]),
        ("", "Value", json!({"value": -8}), vec![json!({"value": 127})]),
        ("", "Wrapped", json!({"value": {"value": -8}}), vec![json!({"value": {"value": 127}})]),
        ("", "LonePointer", json!({"text": "only"}), vec![json!({"text": ""}), json!({"text": null})]),
        ("", "LoneSlice", json!({"items": [1, -2]}), vec![json!({"items": []}), json!({"items": null})]),
        ("", "LoneTime", json!({"at": "2025-03-01T12:00:00.123456789Z"}), vec![json!({"at": "0001-01-01T00:00:00Z"})]),
    ]);
}

/// One field after the other is changed, so that a wrong offset shows.
#[test]
fn layouts_with_holes() {
    let padded = json!({"a": true, "b": -1, "c": -2, "d": 3, "e": false, "f": 65535, "g": 6, "h": 0.5, "i": true});
    let others = varied(
        &padded,
        &[
            ("a", json!(false)),
            ("b", json!(i64::MIN)),
            ("c", json!(-128)),
            ("d", json!(i32::MIN)),
            ("e", json!(true)),
            ("f", json!(1)),
            ("g", json!(255)),
            ("h", json!(-1e300)),
            ("i", json!(false)),
        ],
    );
    let spaced = json!({"before": [], "flag": true, "within": [], "number": -9, "after": [], "end": 7, "last": []});
    let spaced_others = varied(&spaced, &[("flag", json!(false)), ("number", json!(i16::MIN)), ("end", json!(255))]);
    let private = json!({"shown": 1, "hidden": i64::MIN, "last": true});
    let private_others = varied(&private, &[("shown", json!(-1)), ("hidden", json!(1)), ("last", json!(false))]);
    both_ways(&[
        ("", "Padded", padded, others),
        ("", "Spaced", spaced, spaced_others),
        ("", "Private", private, private_others),
    ]);
}

#[test]
fn every_basic_type_in_a_row() {
    let go = json!({
        "bool": true, "int": -2_000_000_001, "int8": -8, "int16": -1600, "int32": -320_000, "int64": i64::MIN,
        "uint": 4_000_000_000u32, "uint8": 200, "uint16": 60_000, "uint32": u32::MAX, "uint64": u64::MAX,
        "uintptr": 0xdead_beefu32, "byte": 0xbe, "rune": 0x1F600, "float32": 0.1, "float64": -2.5e-300,
        "string": "Zoë €😀\u{0} <&>"
    });
    let fields = ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "rune"];
    let mut others: Vec<_> = fields.iter().map(|field| with(&go, field, json!(1))).collect();
    others.extend(varied(&go, &[("bool", json!(false)), ("float32", json!(-1.5)), ("string", json!(""))]));
    let wide = json!({
        "bool": true, "i64": i64::MIN, "i8": -8, "i16": -1600, "u8": 200, "f64": -2.5e-300, "u16": 60_000,
        "i32": -320_000, "last": true, "u64": u64::MAX, "f32": 0.1, "isize": 0, "usize": 0, "u32": u32::MAX, "color": 4
    });
    let fields = ["i64", "i8", "i16", "u8", "u16", "i32", "u64", "isize", "usize", "u32", "color"];
    let mut wide_others: Vec<_> = fields.iter().map(|field| with(&wide, field, json!(1))).collect();
    wide_others.extend(varied(&wide, &[("bool", json!(false)), ("last", json!(false)), ("f32", json!(-1.5))]));
    both_ways(&[("", "Wide", go, others), ("Wide", "", wide, wide_others)]);
}

#[test]
fn nested_and_embedded() {
    let padded = json!({"a": true, "b": -1, "c": -2, "d": 3, "e": false, "f": 65535, "g": 6, "h": 0.5, "i": true});
    let value = |value: i8| json!({"value": value});
    let nested = json!({
        "kind": 7, "point": {"x": -0.5, "y": 2}, "padded": padded, "inner": {"flag": true, "value": value(-8)},
        "inners": [{"flag": true, "value": value(0)}, {"flag": false, "value": value(-8)}],
        "grid": [[1, -2], [3, -4]], "bytes": "AP8=", "digest": "AQIDBA==", "last": true
    });
    let others = varied(
        &nested,
        &[
            ("kind", json!(255)),
            ("point", json!({"x": 0, "y": 0})),
            ("padded", with(&padded, "h", json!(0.25))),
            ("inner", Value::Null),
            ("inners", Value::Null),
            ("inners", json!([])),
            ("grid", json!([[1, -2], [3, 4]])),
            ("bytes", Value::Null),
            ("bytes", json!("")),
            ("digest", json!("AQIDBQ==")),
            ("last", json!(false)),
        ],
    );
    let embedding = json!({"value": value(3), "point": {"x": 1, "y": 2}, "extra": "more"});
    let embedding_others = varied(&embedding, &[("value", value(4)), ("point", Value::Null), ("extra", json!(""))]);
    let event = json!({"name": "launch", "priority": -3, "at": "2025-03-01T12:00:00.123456789Z", "seen": true,
                       "tags": ["a", ""], "took": -1_000_000_000, "note": "hi", "ended": null});
    let event_others = varied(
        &event,
        &[
            ("priority", json!(3)),
            ("at", json!("2025-03-01T12:00:00.123456788Z")),
            ("seen", json!(false)),
            ("tags", Value::Null),
            ("took", json!(i64::MIN)),
            ("note", Value::Null),
            ("ended", json!("2025-03-01T12:00:00Z")),
        ],
    );
    let zero = json!({"name": "zero", "priority": 0, "at": "0001-01-01T00:00:00Z", "seen": false, "tags": null,
                      "took": 0, "note": null, "ended": null});
    both_ways(&[
        ("", "Nested", nested, others),
        ("", "Embedding", embedding, embedding_others),
        ("", "Event", event.clone(), event_others),
        ("", "EventPointer", event.clone(), vec![zero.clone(), Value::Null]),
        ("", "Events", json!([event, zero]), vec![json!([]), json!([zero, event])]),
    ]);
}

#[test]
fn maps_as_fields() {
    let point = |x, y| json!({"x": x, "y": y});
    let pair = |key: Value, value: Value| json!({"key": key, "value": value});
    let catalogue = json!({
        "open": true, "byName": [pair(json!("a"), point(1, -2)), pair(json!("b"), point(0, 0))], "version": -1,
        "byID": [pair(json!(i64::MIN), json!("low")), pair(json!(i64::MAX), json!("high"))],
        "counts": [pair(json!("a"), json!([pair(json!("x"), json!(1)), pair(json!("y"), json!(-2))])),
                   pair(json!("b"), json!([]))],
        "keyed": [pair(json!({"row": 1, "name": "a"}), point(1, 0))], "none": [], "last": true
    });
    let others = varied(
        &catalogue,
        &[
            ("open", json!(false)),
            ("byName", json!([])),
            ("version", json!(1)),
            ("byID", json!([])),
            ("keyed", json!([pair(json!({"row": 1, "name": "a"}), Value::Null)])),
            ("none", json!([pair(json!("x"), json!(true))])),
            ("last", json!(false)),
        ],
    );
    both_ways(&[("", "Catalogue", catalogue.clone(), others)]);
    // A nil map in memory reads as an empty list, as the reference has it.
    let typed = Typed::of(Go);
    typed.check("echoCatalogue", &[&with(&catalogue, "none", Value::Null)], &catalogue);
    typed.check("isCatalogue", &[&with(&catalogue, "none", Value::Null)], &json!(false));
}

#[test]
fn recursive_types() {
    let leaf = |name: &str| json!({"name": name, "next": null, "children": null, "size": 0});
    let node = json!({"name": "root", "next": {"name": "next", "next": null, "children": [], "size": 0},
                      "children": [leaf("child"), null], "size": i64::MAX});
    let others = varied(&node, &[("next", Value::Null), ("children", json!([])), ("size", json!(1))]);
    let nullable = [others.clone(), vec![Value::Null]].concat();
    let second = json!({"title": "Second", "author": null, "related": []});
    let book = json!({"title": "First", "author": {"name": "Ann", "books": null},
                      "related": [{"key": "next", "value": second}]});
    let author = json!({"name": "Ann", "books": [book]});
    let line = |article: &str, count: u32, order: Value| json!({"article": article, "count": count, "order": order});
    let order = |id: u32, lines: Value, next: Value| json!({"id": id, "lines": lines, "next": next});
    let empty = |id| order(id, json!([]), Value::Null);
    let full = order(1, json!([line("a", 1, empty(2)), line("b", 2, Value::Null)]), empty(3));
    let full_others = varied(&full, &[("id", json!(2)), ("lines", json!([])), ("next", Value::Null)]);
    both_ways(&[
        ("", "Node", node.clone(), others),
        ("", "NodePointer", node, nullable),
        ("", "Author", author.clone(), vec![with(&author, "books", Value::Null), with(&author, "books", json!([]))]),
        ("Order", "", full, full_others),
    ]);
}

/// Cycles are cut where the reference cuts them; what is long, but no cycle, is not.
#[test]
fn cycles_and_chains() {
    let nested = |count: u32, innermost: Value, wrap: &dyn Fn(Value) -> Value| {
        (0..count).fold(innermost, |inner, _| wrap(inner))
    };
    let circle = nested(5, Value::Null, &|inner| json!({"name": "circle", "size": -1, "next": inner}));
    Typed::of(Go).check("circle", &[], &circle);
    let typed = Typed::of(AssemblyScript);
    let cycle = nested(6, Value::Null, &|inner| json!({"label": "self", "parent": inner}));
    typed.check("cycle", &[], &cycle);
    // Through two types, each slot is entered five times. The sixth list would be null, which GraphQL does not allow it:
    // the nearest part that may be null is, and an error says so.
    let pair = |order: Value| json!({"id": 1, "lines": [{"article": "a", "order": order}]});
    let shape = nested(6, json!({"id": 1, "lines": []}), &pair);
    let answer = typed.call("mutualCycle", &[], &shape);
    assert_eq!(answer["data"]["r"], nested(5, Value::Null, &pair), "{answer}");
    let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("Cannot return null for non-nullable field"), "{answer}");
    typed.check("mutualCycle", &[], &nested(3, json!({"id": 1}), &pair));
    typed.check("shared", &[], &json!([{"x": 1, "y": 2}, {"x": 1, "y": 2}]));
    Typed::of(Go).check("sharedPointers", &[], &json!([{"x": 1, "y": 2}, {"x": 1, "y": 2}]));
    let chain = |from: i64, to: i64| {
        (from..=to).fold(Value::Null, |inner, size| json!({"size": to + from - size, "next": inner}))
    };
    Typed::of(Go).check("chain", &[&json!(50)], &chain(1, 50));
    let chain = (0..50).fold(Value::Null, |inner, serial| json!({"serial": serial, "parent": inner}));
    typed.check("chain", &[&json!(50)], &chain);
    // Far longer than anyone could select.
    let three = json!({"size": 1, "next": {"size": 2, "next": {"size": 3}}});
    Typed::of(Go).check("chain", &[&json!(5000)], &three);
    let three = json!({"serial": 4999, "parent": {"serial": 4998, "parent": {"serial": 4997}}});
    typed.check("chain", &[&json!(5000)], &three);
}

#[test]
fn inheritance() {
    let person = json!({"name": "Ada", "age": 36, "home": null, "friends": [], "nickname": null, "secret": "hidden"});
    let person_others = varied(
        &person,
        &[
            ("home", json!({"x": 1, "y": 2})),
            ("friends", json!([person])),
            ("nickname", json!("")),
            ("secret", json!("told")),
        ],
    );
    let dog = json!({"name": "Rex", "legs": 4, "good": true, "owner": person});
    let dog_others =
        varied(&dog, &[("name", json!("")), ("legs", json!(255)), ("good", json!(false)), ("owner", Value::Null)]);
    let puppy = json!({"name": "Pip", "legs": 0, "good": false, "owner": null, "tail": -1, "weeks": i64::MIN});
    let puppy_others = varied(&puppy, &[("owner", person.clone()), ("tail", json!(127)), ("weeks", json!(1))]);
    both_ways(&[
        ("Person", "", person, person_others),
        ("Dog", "", dog, dog_others),
        ("Puppy", "", puppy, puppy_others),
    ]);
    // An instance of a subclass is read as what the function declares.
    Typed::of(AssemblyScript).check("makeAnimal", &[&json!("Rex")], &json!({"name": "Rex", "legs": 4}));
}

#[test]
fn generic_and_namespaced() {
    let value = |value: Value| json!({"value": value});
    let pair = |first: Value, second: Value| json!({"first": first, "second": second});
    let point = json!({"x": 1, "y": 2});
    both_ways(&[
        ("BoxI32", "", value(json!(-7)), vec![value(json!(0))]),
        ("BoxString", "", value(json!("boxed")), vec![value(json!(""))]),
        ("BoxBoxPoint", "", value(value(point.clone())), vec![value(value(json!({"x": 2, "y": 2})))]),
        ("BoxNullablePoint", "", value(Value::Null), vec![value(point)]),
        ("PairStringI64", "", pair(json!("left"), json!(i64::MIN)), vec![pair(json!("left"), json!(1))]),
        (
            "PairU8Pair",
            "",
            pair(json!(255), pair(json!(true), json!(0.1))),
            vec![pair(json!(255), pair(json!(true), json!(0)))],
        ),
        ("Inner", "", json!({"depth": 3}), vec![json!({"depth": -1})]),
        ("DeepInner", "", json!({"name": "deep"}), vec![json!({"name": ""})]),
    ]);
}

/// Without fields there is nothing to select: the value is a scalar, an empty object.
#[test]
fn no_fields() {
    Typed::of(AssemblyScript).both_ways("Empty", &json!({}), &[]);
}

#[test]
fn containers_as_fields() {
    let shelf = json!({
        "flag": true, "buffer": "AQI=", "view": [-1, 2], "fixed": [1, -2], "list": ["a", null],
        "map": [{"key": -1, "value": {"x": 1, "y": 2}}, {"key": 2, "value": null}], "set": [u64::MAX],
        "date": "1970-01-01T00:00:01.5Z", "nested": [{"key": "a", "value": [{"key": 255, "value": true}]}], "last": 255
    });
    let others = varied(
        &shelf,
        &[
            ("flag", json!(false)),
            ("buffer", json!("")),
            ("view", json!([])),
            ("fixed", json!([1])),
            ("list", json!([null, "a"])),
            ("map", json!([])),
            ("set", json!([])),
            ("date", json!("1970-01-01T00:00:01.499Z")),
            ("nested", json!([{"key": "a", "value": []}])),
            ("last", json!(0)),
        ],
    );
    let gauge = |parent: Value| json!({"on": true, "level": -2, "serial": i64::MAX, "label": "ok", "parent": parent, "ratio": 0.1, "kind": 255});
    let zero = json!({"on": false, "level": 0, "serial": 0, "label": "", "parent": null, "ratio": 0, "kind": 0});
    let gauge_others = varied(
        &gauge(zero.clone()),
        &[
            ("on", json!(false)),
            ("level", json!(i16::MIN)),
            ("serial", json!(i64::MIN)),
            ("label", json!("")),
            ("parent", Value::Null),
            ("ratio", json!(-1.5)),
            ("kind", json!(0)),
        ],
    );
    both_ways(&[("Shelf", "", shelf, others), ("Gauge", "", gauge(zero), gauge_others)]);
}

/// Nullable fields may be null or left out; either way the guest sees null.
#[test]
fn missing_fields() {
    let typed = Typed::of(AssemblyScript);
    let none = json!({"text": null, "object": null, "list": null, "map": null, "set": null, "buffer": null,
                      "view": null, "fixed": null, "date": null});
    let all = json!({"text": "", "object": {"x": 1, "y": 2}, "list": [], "map": [], "set": [], "buffer": "",
                     "view": [], "fixed": [], "date": "1970-01-01T00:00:00Z"});
    let others = none.as_object().expect("an object").keys().map(|field| with(&none, field, all[field].clone()));
    typed.both_ways("Missing", &none, &others.chain([all.clone()]).collect::<Vec<_>>());
    typed.check("isMissing", &[&json!({})], &json!(true));
    typed.check("echoMissing", &[&json!({"text": "only"})], &with(&none, "text", json!("only")));
    typed.check(
        "echoPerson",
        &[&json!({"name": "Bob", "age": 1, "friends": [], "secret": ""})],
        &json!({"name": "Bob", "age": 1, "home": null, "friends": [], "nickname": null, "secret": ""}),
    );
    let typed = Typed::of(Go);
    let some = json!({"number": 0, "text": "", "point": {"x": 1, "y": 0}, "texts": [],
                      "counts": [{"key": "a", "value": 1}], "at": "2025-03-01T12:00:00.123456789Z"});
    let none = json!({"number": null, "text": null, "point": null, "texts": null, "counts": [], "at": null});
    typed.both_ways(
        "Optional",
        &some,
        &varied(
            &some,
            &[
                ("number", Value::Null),
                ("text", Value::Null),
                ("point", Value::Null),
                ("texts", Value::Null),
                ("at", Value::Null),
            ],
        ),
    );
    typed.check("echoOptional", &[&json!({})], &none);
    typed.check("zeroOptional", &[], &none);
    let zero = json!({"kind": 0, "point": {"x": 0, "y": 0}, "inner": null, "inners": null, "grid": [[0, 0], [0, 0]],
                      "bytes": null, "digest": "AAAAAA==", "last": false});
    typed.check("zeroNested", &[], &zero);
}

#[test]
fn pointers() {
    let integers = |fixed: Value, high: Value| (fixed, vec![json!(0), json!(1), high, Value::Null]);
    for (name, (fixed, others)) in [
        ("Int8Pointer", integers(json!(-8), json!(127))),
        ("Int16Pointer", integers(json!(-1600), json!(i16::MAX))),
        ("Int32Pointer", integers(json!(-320_000), json!(i32::MAX))),
        ("Int64Pointer", integers(json!(i64::MIN), json!(i64::MAX))),
        ("IntPointer", integers(json!(-7), json!(i32::MIN))),
        ("UintPointer", integers(json!(4_000_000_000u32), json!(u32::MAX))),
        ("Uint8Pointer", integers(json!(200), json!(255))),
        ("Uint16Pointer", integers(json!(60_000), json!(u16::MAX))),
        ("Uint32Pointer", integers(json!(u32::MAX), json!(2))),
        ("Uint64Pointer", integers(json!(u64::MAX), json!(2))),
        ("Float32Pointer", integers(json!(0.1), json!(-1.5))),
        ("Float64Pointer", integers(json!(-2.5e-300), json!(0.1))),
        ("IntPointerPointer", integers(json!(-7), json!(i32::MIN))),
        ("TripleIntPointer", integers(json!(8), json!(-8))),
        ("BoolPointer", (json!(false), vec![json!(true), Value::Null])),
    ] {
        Typed::of(Go).both_ways(name, &fixed, &others);
    }
    let typed = Typed::of(Go);
    typed.check("pointerToNil", &[], &Value::Null);
    typed.check("pointerToNilString", &[], &Value::Null);
    typed.check("pointersToNil", &[], &json!([null, null, 1]));
    typed.check("describePointers", &[&Value::Null], &json!("nil"));
    typed.check("describePointers", &[&json!(1)], &json!("pointer to pointer"));
}
