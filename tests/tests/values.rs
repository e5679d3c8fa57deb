//! Promise: scalars, text and bytes cross the sandbox boundary unchanged, in both directions and in both languages, and
//! so do several results, none, and a guest's own defaults.

use serde_json::{Value, json};
use tests::guests::Language::{AssemblyScript, Go};
use tests::typed::{Typed, both_ways};

#[test]
fn booleans_and_integers() {
    let integers = |low: Value, high: Value| vec![low, json!(0), json!(1), high];
    both_ways(&[
        ("Bool", "Bool", json!(true), vec![json!(false)]),
        ("I8", "Int8", json!(-8), integers(json!(i8::MIN), json!(i8::MAX))),
        ("I16", "Int16", json!(-1600), integers(json!(i16::MIN), json!(i16::MAX))),
        ("I32", "Int32", json!(-320_000), integers(json!(i32::MIN), json!(i32::MAX))),
        ("I64", "Int64", json!(i64::MIN), integers(json!(-1), json!(i64::MAX))),
        ("Isize", "Int", json!(-2_000_000_001), integers(json!(i32::MIN), json!(i32::MAX))),
        ("U8", "Uint8", json!(200), integers(json!(127), json!(255))),
        ("U16", "Uint16", json!(60_000), integers(json!(32_768), json!(u16::MAX))),
        ("U32", "Uint32", json!(u32::MAX), integers(json!(2), json!(1u32 << 31))),
        ("U64", "Uint64", json!(u64::MAX), integers(json!(1u64 << 63), json!(u64::MAX - 1))),
        ("Usize", "Uint", json!(4_000_000_000u32), integers(json!(2), json!(u32::MAX))),
        ("", "Uintptr", json!(0xdead_beefu32), integers(json!(2), json!(u32::MAX))),
        ("", "Byte", json!(0xbe), integers(json!(127), json!(255))),
        ("", "Rune", json!(0x1F600), integers(json!(-1), json!(0x10_FFFF))),
        ("", "Duration", json!(-5_399_999_999_999i64), integers(json!(i64::MIN), json!(i64::MAX))),
        ("Enum", "", json!(4), integers(json!(2), json!(7))),
        ("Alias", "", json!(-7), integers(json!(i32::MIN), json!(i32::MAX))),
    ]);
}

#[test]
fn floats() {
    both_ways(&[
        ("F32", "Float32", json!(0.1), vec![json!(0), json!(-1.5), json!(3.402_823_5e38), json!(1e-45)]),
        ("F64", "Float64", json!(-2.5e-300), vec![json!(0), json!(0.1), json!(f64::MAX), json!(5e-324)]),
    ]);
}

/// JSON parsers make nothing of the sign, so the answer's text is compared.
#[test]
fn negative_zero_keeps_its_sign() {
    for (language, narrow) in [(AssemblyScript, "F32"), (Go, "Float32")] {
        let typed = Typed::of(language);
        assert_eq!(typed.call_text("negativeZero", &[]), r#"{"data":{"r":-0}}"#);
        assert_eq!(typed.call_text(&format!("echo{narrow}"), &[&json!(-0.0)]), r#"{"data":{"r":-0}}"#);
        for (field, value, expected) in [
            ("isNegativeZero", json!(-0.0), true),
            ("isNegativeZero", json!(0.0), false),
            ("isNegativeZero32", json!(-0.0), true),
            ("isNegativeZero32", json!(0), false),
        ] {
            typed.check(field, &[&value], &json!(expected));
        }
        // A literal, too.
        let answer =
            typed.runner.query("{ a: isNegativeZero(v: -0) b: isNegativeZero(v: -0.0) c: isNegativeZero(v: 0) }");
        assert_eq!(answer["data"], json!({"a": true, "b": true, "c": false}));
    }
}

#[test]
fn numbers_that_json_cannot_write_are_named() {
    for typed in [Typed::of(AssemblyScript), Typed::of(Go)] {
        for (field, name) in
            [("notANumber", "a NaN"), ("infinity", "a +Inf"), ("negativeInfinity", "a -Inf"), ("someNaNs", "a NaN")]
        {
            typed.refuses(field, &[], &["Function completed successfully", name]);
        }
    }
}

#[test]
fn text() {
    let texts =
        || vec![json!(""), json!("Hi€😀"), json!("a\u{0}b"), json!("<&>\"\\\n\u{1}"), json!("x".repeat(100_000))];
    both_ways(&[("String", "String", json!("Zoë €😀\u{0} <&>"), texts())]);
    let mut nullable = texts();
    nullable.push(Value::Null);
    both_ways(&[
        ("NullableString", "", json!("some"), nullable.clone()),
        ("", "StringPointer", json!("€"), nullable.clone()),
        ("", "StringPointerPointer", json!("deep"), nullable),
    ]);
    Typed::of(AssemblyScript).check("stringLength", &[&json!("a😀")], &json!(3));
    Typed::of(Go).check("lengthOf", &[&json!("a😀")], &json!(5));
}

#[test]
fn text_that_is_not_unicode_is_mended() {
    let typed = Typed::of(AssemblyScript);
    typed.check("loneSurrogates", &[], &json!("a\u{FFFD}b\u{FFFD}c"));
    typed.check("embeddedNul", &[], &json!("a\u{0}b"));
    Typed::of(Go).check("invalidText", &[], &json!("a\u{FFFD}b"));
    // Escapes of half a surrogate pair, which no JSON library would write.
    for language in [AssemblyScript, Go] {
        let body = r#"{"query": "query($v: String!) { echoString(v: $v) }", "variables": {"v": "a\ud800b\udc00"}}"#;
        let (_, answer) = Typed::of(language).runner.post("/graphql", body);
        assert_eq!(answer, "{\"data\":{\"echoString\":\"a\u{FFFD}b\u{FFFD}\"}}", "{language:?}");
    }
}

#[test]
fn bytes() {
    let others = || vec![json!(""), json!("AA=="), json!("AAEC/w==")];
    let nullable = || vec![json!(""), json!("AAEC/w=="), Value::Null];
    both_ways(&[
        ("ArrayBuffer", "", json!("AH//"), others()),
        ("NullableArrayBuffer", "", json!("AQI="), nullable()),
        ("Uint8Array", "Uint8s", json!("AH//"), others()),
        ("Uint8ClampedArray", "", json!("AH//"), others()),
        ("ArrayU8", "", json!("AH//"), others()),
        ("", "Bytes", json!("Ynl0ZXMA/w=="), nullable()),
        ("", "BytesPointer", json!("AQID"), nullable()),
        ("", "ByteArray", json!("AAEC/w=="), vec![json!("AAAAAA==")]),
        ("", "Uint8Array", json!("/v8="), vec![json!("AAE=")]),
    ]);
    Typed::of(AssemblyScript).check("subarray", &[&json!("AAECAw==")], &json!("AQI="));
}

/// The producers answer views that neither begin nor end where their buffers do.
#[test]
fn typed_arrays() {
    let others = || vec![json!([]), json!([1]), json!([0, 2, 3])];
    both_ways(&[
        ("Int8Array", "", json!([-128, 0, 127]), others()),
        ("Int16Array", "", json!([-32768, 32767]), others()),
        ("Uint16Array", "", json!([0, 65535]), others()),
        ("Int32Array", "", json!([i32::MIN, 0, i32::MAX]), others()),
        ("Uint32Array", "", json!([0, u32::MAX]), others()),
        ("Int64Array", "", json!([i64::MIN, i64::MAX]), others()),
        ("Uint64Array", "", json!([0, u64::MAX]), others()),
        ("Float32Array", "", json!([0.1, -1.5]), others()),
        ("Float64Array", "", json!([0.1, -2.5e-300]), others()),
        ("NullableFloat32Array", "", json!([0.1, -1.5]), vec![json!([]), Value::Null]),
    ]);
    let typed = Typed::of(AssemblyScript);
    typed.check("bufferOfView", &[&json!([1, -1])], &json!("AQD//w=="));
    typed.check("bufferOfView", &[&json!([])], &json!(""));
}

#[test]
fn several_results_and_none() {
    let answer = Typed::of(Go).runner.query(
        "{ twoResults { item1 item2 } halfOf(v: 7) { odd half } nothing takeNothing(v: \"x\") \
         spreadResults { a b c d e f } narrowResults(v: -100) { a b c d e f } nothingAndOne { nothing one } \
         compositeResults { one texts counts { key value } bytes point { x y } two } \
         nilResults { texts counts { key } point { x } text } twoStructs { a { a b i } b { value } } \
         timeResults(v: \"2025-03-01\") { early at late again took } swapResults(v: \"a\", w: \"b\") { item1 item2 } \
         mixedResults(v: \"2025-03-01\") { at flag texts point { x y } none } }",
    );
    assert_eq!(
        answer["data"],
        json!({
            "twoResults": {"item1": 7, "item2": "seven"}, "halfOf": {"odd": true, "half": 3}, "nothing": null,
            "takeNothing": null, "spreadResults": {"a": true, "b": -1, "c": false, "d": 2, "e": true, "f": -3},
            "narrowResults": {"a": -100, "b": 65535, "c": 56, "d": -1, "e": 255, "f": 0.5},
            "nothingAndOne": {"nothing": [], "one": -1},
            "compositeResults": {"one": 1, "texts": ["a"], "counts": [{"key": "n", "value": 1}], "bytes": "AQI=",
                                 "point": {"x": 1, "y": 2}, "two": 2},
            "nilResults": {"texts": null, "counts": [], "point": null, "text": null},
            "twoStructs": {"a": {"a": true, "b": -1, "i": true}, "b": {"value": -8}},
            "timeResults": {"early": true, "at": "2025-03-01T00:00:00Z", "late": true,
                            "again": "2025-03-01T00:00:00Z", "took": -1},
            "swapResults": {"item1": "b", "item2": "a"},
            "mixedResults": {"at": "2025-03-01T00:00:00Z", "flag": true, "texts": ["a", "b"],
                             "point": {"x": 1, "y": 2}, "none": null},
        }),
        "{answer}"
    );
    let answer = Typed::of(AssemblyScript).runner.query("{ returnsNothing(v: 1) noParameters }");
    assert_eq!(answer, json!({"data": {"returnsNothing": null, "noParameters": "nothing needed"}}));
}

#[test]
fn narrow_results_have_their_declared_width() {
    let answer = Typed::of(Go).runner.query(
        "{ a: sumInt8(v: 120, w: 100) b: sumUint8(v: 200, w: 100) c: sumInt16(v: 32767, w: 1) \
           d: sumUint16(v: 65535, w: 2) e: sumInt(v: 2147483647, w: 1) f: loneByte(v: 200, w: 100) \
           g: deepValue(v: 120, w: 100) { value { value } } h: narrowValue(v: 120, w: 100) { value } \
           i: sumInt64(v: 9223372036854775807, w: 1) }",
    );
    let expected = json!({"a": -36, "b": 44, "c": -32768, "d": 1, "e": i32::MIN, "f": "LA==", "g": {"value": {"value": -36}},
                          "h": {"value": -36}, "i": i64::MIN});
    assert_eq!(answer["data"], expected, "{answer}");
}

#[test]
fn many_parameters_of_every_width() {
    let answer = Typed::of(AssemblyScript)
        .runner
        .query(r#"{ manyParameters(a: -128, b: 65535, c: "-9223372036854775808", d: 0.5, e: -1.5, f: "f", g: true) }"#);
    assert_eq!(answer["data"]["manyParameters"], "-128|65535|-9223372036854775808|0.5|-1.5|f|true|null", "{answer}");
    let answer = Typed::of(Go).runner.query(
        r#"{ mixture(a: true, b: "-9223372036854775808", c: "text", d: [0.5, -1.5], e: {a: true, b: -1, c: -2, d: 3,
             e: false, f: 65535, g: 6, h: 0.5, i: true}, f: null, g: "2025-03-01T12:00:00.000000001Z", h: [-1, 2],
             i: 255) }"#,
    );
    let expected = "true -9223372036854775808 text [0.5 -1.5] {true -1 -2 3 false 65535 6 0.5 true} nil \
                    2025-03-01T12:00:00.000000001Z [-1 2] 255";
    let squeezed = |text: &str| text.replace(' ', "");
    assert_eq!(answer["data"]["mixture"].as_str().map(squeezed), Some(squeezed(expected)), "{answer}");
}

#[test]
fn variadic_parameters_are_lists() {
    let typed = Typed::of(Go);
    typed.check("sumAll", &[&json!([1, 2, 3])], &json!(6));
    typed.check("sumAll", &[&Value::Null], &json!(0));
    typed.check("sumAll", &[&json!(4)], &json!(4));
    typed.check("joinAll", &[&json!("-"), &json!(["a", "b"])], &json!("a-b"));
}

/// The example of `abi-go` section 15.
#[test]
fn the_worked_example() {
    let site = json!({"name": "Oslo", "x": -3, "y": 12, "at": "2025-03-01T12:00:00.5Z", "tag": "hq"});
    let expected = json!({"text": "7:Oslo@-3,12/2025-03-01T12:00:00Z/hq", "far": true});
    let typed = Typed::of(Go);
    typed.check("describe", &[&json!("7"), &site, &json!([1.5, 2])], &expected);
    typed.refuses("describe", &[&json!(7), &site, &json!([])], &["scale is empty"]);
    typed.check("repeatText", &[&json!("ab"), &json!(50_000)], &json!("ab".repeat(50_000)));
}

#[test]
fn optional_parameters_take_the_guests_own_default() {
    let answer = Typed::of(AssemblyScript).runner.query(
        "{ a: defaultI32 b: defaultNegative c: defaultExpression d: defaultString e: defaultI64Max f: defaultNull \
         g: defaultI32(v: 1) h: defaultSome(a: 1) i: defaultSome(a: 1, b: 2) j: defaultArray k: defaultTemplate \
         l: defaultHex m: defaultF64 n: defaultBool o: defaultEmptyString p: defaultConstant q: defaultBoolExpression \
         r: defaultNew { x y } s: defaultSome(a: 1, c: \"d\") t: defaultNull(v: null) u: defaultArray(v: []) }",
    );
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    let expected = json!({
        "a": 42, "b": -1, "c": 5, "d": "hello \"you\"", "e": i64::MAX, "f": null, "g": 1, "h": "1,10,c", "i": "1,2,c",
        "j": [1, -2, 3], "k": "seven is 7", "l": 0xffff, "m": 1.5, "n": true, "o": "", "p": 7, "q": true,
        "r": {"x": 0, "y": 0}, "s": "1,10,d", "t": null, "u": [],
    });
    assert_eq!(answer["data"], expected);
}

#[test]
fn go_errors_are_graphql_errors() {
    for (call, message) in [
        (r#"failIfEmpty(v: "")"#, "the text is empty"),
        (r#"failOnly(v: "")"#, "the text is empty"),
        ("failSeveral(v: -3) { half }", "-3 is negative"),
        ("failLate(v: -1) { text point { x } }", "below zero"),
    ] {
        let answer = Typed::of(Go).runner.query(&format!(r#"{{ ok: failIfEmpty(v: "x") failed: {call} }}"#));
        let error = &answer["errors"][0];
        assert!(answer["data"]["failed"].is_null() || answer["data"].is_null(), "{answer}");
        assert_eq!((&error["path"], &error["message"]), (&json!(["failed"]), &json!(message)), "{answer}");
        assert!(error["extensions"]["executionId"].as_str().is_some_and(|id| id.len() == 20), "{answer}");
    }
    let answer = Typed::of(Go).runner.query("{ failLate(v: 7) { text point { x } } failSeveral(v: 7) { half odd } }");
    let expected = json!({"failLate": {"text": "7", "point": {"x": 7}}, "failSeveral": {"half": 3, "odd": true}});
    assert_eq!(answer["data"], expected, "{answer}");
}
