//! Promise: structs and classes cross the boundary field by field, nested, nullable and recursive, with the guest's own
//! layout.

use serde_json::{Value, json};
use tests::app;
use tests::guests::Language;
use tests::runner::{Options, Runner};

/// Asks each query and compares its data.
fn check(language: Language, cases: &[(&str, Value)]) {
    let app = app::compile(&language.guest("types"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default());
    for (query, expected) in cases {
        let answer = runner.query(query);
        assert_eq!(answer["errors"], Value::Null, "{language:?} {query}");
        assert_eq!(&answer["data"], expected, "{language:?} {query}");
    }
}

#[test]
fn go() {
    check(
        Language::Go,
        &[
            (
                "{ zeroTime nilInts emptyInts nilString pointerToNilInts nilInArray }",
                json!({"zeroTime": "0001-01-01T00:00:00Z", "nilInts": null, "emptyInts": [], "nilString": null,
                       "pointerToNilInts": null, "nilInArray": [null, "second"]}),
            ),
            (
                "{ a: describeInts b: describeInts(v: []) c: describeInts(v: [1, 2]) }",
                json!({"a": "nil", "b": "0", "c": "2"}),
            ),
            (
                "{ echoPadded(v: {a: true, b: -1, c: -2, d: 3, e: false, f: 65535, g: 6, h: 0.5, i: true}) \
                 { a b c d e f g h i } }",
                json!({"echoPadded": {"a": true, "b": -1, "c": -2, "d": 3, "e": false, "f": 65535, "g": 6, "h": 0.5,
                                      "i": true}}),
            ),
            (
                r#"{ e: echoEvent(v: {name: "n", priority: -3, at: "2025-03-01T12:00:00Z", seen: true, tags: ["x"],
                                      took: 5, note: "hi"}) { name priority at seen tags took note ended } }"#,
                json!({"e": {"name": "n", "priority": -3, "at": "2025-03-01T12:00:00Z", "seen": true, "tags": ["x"],
                             "took": 5, "note": "hi", "ended": null}}),
            ),
            (
                r#"{ n: echoNode(v: {name: "a", size: 1, next: {name: "b", size: 2}, children: [{name: "c", size: 3}]})
                     { name size next { name next { name } } children { name size } } }"#,
                json!({"n": {"name": "a", "size": 1, "next": {"name": "b", "next": null},
                             "children": [{"name": "c", "size": 3}]}}),
            ),
            (
                "{ a: echoOptional(v: {}) { number text point { x } texts at } \
                   b: echoOptional(v: {number: 1, point: {x: 1.5, y: 2}}) { number point { x y } } }",
                json!({"a": {"number": null, "text": null, "point": null, "texts": null, "at": null},
                       "b": {"number": 1, "point": {"x": 1.5, "y": 2}}}),
            ),
            ("{ narrowValue(v: 120, w: 100) { value } }", json!({"narrowValue": {"value": -36}})),
        ],
    );
}

#[test]
fn assemblyscript() {
    check(
        Language::AssemblyScript,
        &[
            ("{ pushI32(v: [], item: 7) }", json!({"pushI32": [7]})),
            (
                r#"{ g: echoGauge(v: {on: true, level: -2, serial: "1234605616436508552", label: "ok", ratio: 1.5, kind: 9})
                     { on level serial label parent { label } ratio kind } }"#,
                json!({"g": {"on": true, "level": -2, "serial": 1234605616436508552i64, "label": "ok", "parent": null,
                             "ratio": 1.5, "kind": 9}}),
            ),
            (
                r#"{ d: echoDog(v: {name: "Rex", legs: 4, good: true,
                                    owner: {name: "Ann", age: 3, friends: [], secret: "s"}})
                     { name legs good owner { name age home { x } friends { name } nickname } } }"#,
                json!({"d": {"name": "Rex", "legs": 4, "good": true,
                             "owner": {"name": "Ann", "age": 3, "home": null, "friends": [], "nickname": null}}}),
            ),
            (
                "{ p: echoNullablePoint { x } q: echoNullablePoint(v: {x: 1, y: 2}) { x y } }",
                json!({"p": null, "q": {"x": 1, "y": 2}}),
            ),
        ],
    );
}
