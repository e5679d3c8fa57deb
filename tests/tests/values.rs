//! Promise: values of every type of the first path cross the sandbox boundary unchanged, in both directions and in
//! both languages, and what does not fit is refused with a message that names the argument.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Language::{self, AssemblyScript as As, Go};
use tests::runner::{Options, Runner};

struct Served {
    runner: Runner,
    arguments: BTreeMap<String, String>,
    _app: App,
}

static AS: LazyLock<Served> = LazyLock::new(|| serve(As));
static GO: LazyLock<Served> = LazyLock::new(|| serve(Go));

/// Serves the language's `types` app and reads from its schema what type the argument `v` of each field has.
fn serve(language: Language) -> Served {
    let app = app::compile(&language.guest("types"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default());
    let answer = runner.query(
        "{__schema{queryType{fields{name args{name type{...t}}}}}} fragment t on __Type{kind name ofType{kind name \
         ofType{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name}}}}}}}",
    );
    let fields = answer["data"]["__schema"]["queryType"]["fields"].as_array().expect("an introspection answer");
    let arguments = fields
        .iter()
        .filter_map(|field| {
            let argument = field["args"].as_array()?.first()?;
            Some((field["name"].as_str()?.to_owned(), type_text(&argument["type"])))
        })
        .collect();
    Served { runner, arguments, _app: app }
}

fn type_text(ty: &Value) -> String {
    match ty["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", type_text(&ty["ofType"])),
        Some("LIST") => format!("[{}]", type_text(&ty["ofType"])),
        _ => ty["name"].as_str().expect("a named type").to_owned(),
    }
}

/// Asks `field(v: value) selection` with the value as a variable.
fn echo(language: Language, field: &str, selection: &str, value: &Value) -> Value {
    let served = if language == Go { &GO } else { &AS };
    let ty = served.arguments.get(field).unwrap_or_else(|| panic!("no field {field} in {:?}", served.arguments));
    served.runner.ask(&format!("query($v: {ty}) {{ r: {field}(v: $v) {selection} }}"), &json!({"v": value}))
}

/// Each value comes back as it was sent.
fn check(language: Language, field: &str, values: &[Value]) {
    for value in values {
        check_to(language, field, "", value, value);
    }
}

#[track_caller]
fn check_to(language: Language, field: &str, selection: &str, value: &Value, expected: &Value) {
    let answer = echo(language, field, selection, value);
    assert_eq!(answer["errors"], Value::Null, "{language:?} {field}({value})");
    assert_eq!(&answer["data"]["r"], expected, "{language:?} {field}({value})");
}

#[track_caller]
fn check_refused(language: Language, field: &str, value: &Value, message: &str) {
    let answer = echo(language, field, "", value);
    let errors = answer["errors"].to_string();
    assert!(errors.contains(message), "{language:?} {field}({value}): {answer}");
    assert!(answer["data"]["r"].is_null(), "{language:?} {field}({value}): {answer}");
}

#[test]
fn booleans_and_integers() {
    check(As, "echoBool", &[json!(true), json!(false)]);
    check(Go, "echoBool", &[json!(true), json!(false)]);
    for (language, field, low, high) in [
        (As, "echoI8", json!(-128), json!(127)),
        (As, "echoI16", json!(-32768), json!(32767)),
        (As, "echoI32", json!(i32::MIN), json!(i32::MAX)),
        (As, "echoI64", json!(i64::MIN), json!(i64::MAX)),
        (As, "echoIsize", json!(i32::MIN), json!(i32::MAX)),
        (As, "echoU8", json!(0), json!(255)),
        (As, "echoU16", json!(0), json!(65535)),
        (As, "echoU32", json!(0), json!(u32::MAX)),
        (As, "echoU64", json!(0), json!(u64::MAX)),
        (As, "echoUsize", json!(0), json!(u32::MAX)),
        (Go, "echoInt", json!(i32::MIN), json!(i32::MAX)),
        (Go, "echoInt8", json!(-128), json!(127)),
        (Go, "echoInt16", json!(-32768), json!(32767)),
        (Go, "echoInt32", json!(i32::MIN), json!(i32::MAX)),
        (Go, "echoInt64", json!(i64::MIN), json!(i64::MAX)),
        (Go, "echoUint", json!(0), json!(u32::MAX)),
        (Go, "echoUint8", json!(0), json!(255)),
        (Go, "echoUint16", json!(0), json!(65535)),
        (Go, "echoUint32", json!(0), json!(u32::MAX)),
        (Go, "echoUint64", json!(0), json!(u64::MAX)),
        (Go, "echoRune", json!(-1), json!(0x1F600)),
        (Go, "echoDuration", json!(i64::MIN), json!(i64::MAX)),
    ] {
        check(language, field, &[low, json!(1), high]);
    }
}

#[test]
fn integers_out_of_range_are_refused() {
    for (language, field, value, message) in [
        (As, "echoU8", json!(256), "function parameter 'v' is invalid: 256 is out of range for u8 (0 to 255)"),
        (As, "echoI8", json!(-129), "out of range for i8 (-128 to 127)"),
        (As, "echoU32", json!(4294967296u64), "out of range for u32"),
        (As, "echoI64", json!("9223372036854775808"), "out of range for i64"),
        (As, "echoU64", json!(-1), "out of range for u64"),
        (Go, "echoUint8", json!(256), "function parameter 'v' is invalid: 256 is out of range for uint8 (0 to 255)"),
        (Go, "echoInt8", json!(-129), "out of range for int8"),
        (Go, "echoUint32", json!(4294967296u64), "out of range for uint32"),
        (Go, "echoInt64", json!("9223372036854775808"), "out of range for int64"),
        (Go, "echoUint64", json!(1.5), "not a whole number"),
        (Go, "echoInt8s", json!([1, 2, 300]), "'v[2]' is invalid"),
        (As, "echoArrayU8", json!("not base64!"), "base64"),
        (Go, "echoInt32Array", json!([1, 2]), "3"),
    ] {
        check_refused(language, field, &value, message);
    }
}

#[test]
fn floats() {
    for (language, narrow, wide) in [(As, "echoF32", "echoF64"), (Go, "echoFloat32", "echoFloat64")] {
        check(language, wide, &[json!(1.5), json!(-2.25e-300), json!(1.7976931348623157e308)]);
        check_to(language, wide, "", &json!(3.0), &json!(3));
        check(language, narrow, &[json!(0.1), json!(-1.5)]);
        check_refused(language, narrow, &json!(1e300), "out of range for a 32-bit float");
    }
}

#[test]
fn text() {
    let texts = [json!(""), json!("Hi€😀"), json!("a\u{0}b"), json!("<&>\"\\\n"), json!("x".repeat(100_000))];
    check(As, "echoString", &texts);
    check(Go, "echoString", &texts);
    check(As, "echoNullableString", &[Value::Null, json!(""), json!("some")]);
    check(Go, "echoStringPointer", &[Value::Null, json!(""), json!("some")]);
    let lone = AS.runner.query("{ loneSurrogates }");
    assert!(lone["data"]["loneSurrogates"].as_str().is_some_and(|text| text.contains('\u{FFFD}')), "{lone}");
}

#[test]
fn bytes() {
    let values = [json!(""), json!("AAEC/w=="), json!("aGVsbG8=")];
    for field in ["echoArrayBuffer", "echoUint8Array", "echoArrayU8"] {
        check(As, field, &values);
    }
    for field in ["echoBytes", "echoUint8s"] {
        check(Go, field, &values);
    }
    check(Go, "echoByteArray", &[json!("AAEC/w==")]);
    check_refused(Go, "echoByteArray", &json!("AAEC"), "4");
}

#[test]
fn lists() {
    check(As, "echoArrayI32", &[json!([]), json!([1, -2, 3])]);
    check(As, "echoArrayString", &[json!([]), json!(["", "b"])]);
    check(As, "echoArrayArrayI32", &[json!([]), json!([[], [1], [2, 3]])]);
    check(As, "echoStaticArrayI32", &[json!([]), json!([1, 2])]);
    check(As, "echoFloat32Array", &[json!([]), json!([0.5, -1.5])]);
    check(Go, "echoInts", &[Value::Null, json!([]), json!([1, -2, 3])]);
    check(Go, "echoStrings", &[Value::Null, json!([]), json!(["", "b"])]);
    check(Go, "echoIntTable", &[json!([]), json!([[], [1], [2, 3]])]);
    check(Go, "echoInt32Array", &[json!([1, -2, 3])]);
    check(Go, "echoStringArray", &[json!(["a", "b"])]);
    check(Go, "echoArrays", &[json!([[1, 2, 3], [-4, 5, 6]])]);
    check(Go, "echoStringPointers", &[json!(["a", null, "c"])]);
    // GraphQL list coercion: a single value is a list of one.
    check_to(As, "echoArrayI32", "", &json!(7), &json!([7]));
    check_to(Go, "echoInts", "", &json!(7), &json!([7]));
}

#[test]
fn timestamps() {
    check_to(As, "echoDate", "", &json!("2025-03-01T12:00:00.5Z"), &json!("2025-03-01T12:00:00.5Z"));
    check_to(As, "echoDate", "", &json!("1969-12-31"), &json!("1969-12-31T00:00:00Z"));
    check_to(
        Go,
        "echoTime",
        "",
        &json!("2025-03-01 12:00:00.123456789+01:30"),
        &json!("2025-03-01T10:30:00.123456789Z"),
    );
    check(Go, "echoTimes", &[json!(["2025-03-01T12:00:00Z", "0001-01-01T00:00:00Z"])]);
    check(Go, "echoTimeArray", &[json!(["2025-03-01T12:00:00Z", "1969-07-20T20:17:40Z"])]);
    check(Go, "echoTimePointer", &[Value::Null, json!("2025-03-01T12:00:00Z")]);
    check_refused(Go, "echoTime", &json!("yesterday"), "failed to parse date time string: yesterday");
    check_refused(As, "echoDate", &json!("yesterday"), "failed to parse date time string: yesterday");
}

#[test]
fn several_results_and_none() {
    let answer = GO.runner.query("{ twoResults { item1 item2 } halfOf(v: 7) { odd half } nothing }");
    assert_eq!(
        answer["data"],
        json!({"twoResults": {"item1": 7, "item2": "seven"}, "halfOf": {"odd": true, "half": 3}, "nothing": null})
    );
    let answer = AS.runner.query("{ returnsNothing(v: 1) }");
    assert_eq!(answer, json!({"data": {"returnsNothing": null}}));
}

#[test]
fn narrow_results_have_their_declared_width() {
    let answer =
        GO.runner.query("{ a: sumInt8(v: 120, w: 100) b: sumUint8(v: 200, w: 100) c: sumInt16(v: 32767, w: 1) }");
    assert_eq!(answer["data"], json!({"a": -36, "b": 44, "c": -32768}));
}

#[test]
fn optional_parameters_take_the_guests_own_default() {
    let answer = AS.runner.query(
        "{ a: defaultI32 b: defaultNegative c: defaultExpression d: defaultString e: defaultI64Max f: defaultNull \
         g: defaultI32(v: 1) h: defaultSome(a: 1) i: defaultSome(a: 1, b: 2) j: defaultArray k: defaultTemplate }",
    );
    let data = &answer["data"];
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    assert_eq!(data["a"], 42);
    assert_eq!(data["b"], -1);
    assert_eq!(data["c"], 5);
    assert_eq!(data["d"], "hello \"you\"");
    assert_eq!(data["e"], json!(i64::MAX));
    assert_eq!(data["f"], Value::Null);
    assert_eq!(data["g"], 1);
    assert_eq!(data["j"], json!([1, -2, 3]));
    assert_eq!(data["k"], "seven is 7");
    assert_ne!(data["h"], data["i"]);
}

#[test]
fn go_errors_are_graphql_errors() {
    let answer = GO.runner.query(r#"{ ok: failIfEmpty(v: "x") failed: failIfEmpty(v: "") }"#);
    assert!(answer["data"]["failed"].is_null() || answer["data"].is_null(), "{answer}");
    let error = &answer["errors"][0];
    assert_eq!(error["path"], json!(["failed"]), "{answer}");
    assert!(error["extensions"]["executionId"].as_str().is_some_and(|id| id.len() == 20), "{answer}");
}
