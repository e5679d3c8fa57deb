//! Promise: what JSON each type accepts, as a variable and as a literal, and that a refusal names the argument, the place
//! inside it, the expected type and what came.
//!
//! GraphQL itself is strict about `Int`, `Float`, `String` and `Boolean`; what the types behind them accept beyond that
//! (from hosts and defaults) is shown beside the code that moves values.

use serde_json::{Value, json};
use tests::guests::Language::{self, AssemblyScript, Go};
use tests::outcome::Outcome::{Accepted, Invalid, Refused};
use tests::outcome::{both, check, same};
use tests::typed::Typed;

fn number(text: &str) -> Value {
    text.parse().expect("a JSON number")
}

#[test]
fn integers_of_up_to_32_bits() {
    for (name, guest, low, high) in
        [("I8", "i8", -128, 127), ("I16", "i16", -32_768, 32_767), ("U8", "u8", 0, 255), ("U16", "u16", 0, 65_535)]
    {
        for (language, name, guest) in [
            (AssemblyScript, name.to_owned(), guest.to_owned()),
            (Go, name.replace('I', "Int").replace('U', "Uint"), guest.replace('i', "int").replace('u', "uint")),
        ] {
            let range = |given: &str| Refused("v", format!("{given} is out of range for {guest} ({low} to {high})"));
            let cases = [
                same(json!(low)),
                same(json!(high)),
                (json!(low - 1), range(&(low - 1).to_string())),
                (json!(high + 1), range(&(high + 1).to_string())),
                (json!(i32::MIN), range("-2147483648")),
            ];
            cases.iter().for_each(|(value, outcome)| check(language, &name, value, outcome));
        }
    }
    for name in [("I8", "Int8"), ("I32", "Int32"), ("Isize", "Int"), ("U16", "Uint16"), ("", "Rune"), ("Enum", "")] {
        both(
            name.0,
            name.1,
            &[
                (json!(2_147_483_648u32), Invalid("Int cannot represent non 32-bit signed integer value: 2147483648")),
                (json!(1.5), Invalid("Int cannot represent non-integer value: 1.5")),
                (json!("1"), Invalid("Int cannot represent non-integer value: \"1\"")),
                (json!(true), Invalid("Int cannot represent non-integer value: true")),
                (json!([1]), Invalid("Int cannot represent non-integer value: ")),
                (Value::Null, Invalid("Int!")),
            ],
        );
    }
    // A document tells 1.0 from 1, JSON does not.
    for (language, name) in [(AssemblyScript, "echoI32"), (Go, "echoInt32")] {
        let typed = Typed::of(language);
        typed.check(name, &[&json!(1.0)], &json!(1));
        typed.check(name, &[&number("1e3")], &json!(1000));
        let answer = typed.call_literal(name, &json!(1.0), &Value::Null);
        assert_eq!(answer["errors"][0]["message"], "Int cannot represent non-integer value: 1.0 (at v)");
    }
}

#[test]
fn integers_of_64_bits_and_unsigned_ones() {
    for (names, types, low, high) in [
        (("I64", "Int64"), ("i64", "int64"), i128::from(i64::MIN), i128::from(i64::MAX)),
        (("", "Duration"), ("", "time.Duration"), i128::from(i64::MIN), i128::from(i64::MAX)),
        (("U64", "Uint64"), ("u64", "uint64"), 0, i128::from(u64::MAX)),
        (("U32", "Uint32"), ("u32", "uint32"), 0, i128::from(u32::MAX)),
        (("Usize", "Uint"), ("usize", "uint"), 0, i128::from(u32::MAX)),
        (("", "Uintptr"), ("", "uintptr"), 0, i128::from(u32::MAX)),
    ] {
        for (language, name, guest) in [(AssemblyScript, names.0, types.0), (Go, names.1, types.1)] {
            if name.is_empty() {
                continue;
            }
            let (least, most) = (number(&low.to_string()), number(&high.to_string()));
            let range = |given: &str| Refused("v", format!("{given} is out of range for {guest} ({low} to {high})"));
            let whole = |given: &str| {
                Refused("v", format!("{given} is not a whole number; expected {guest} ({low} to {high})"))
            };
            let kind =
                |given: &str| Refused("v", format!("{given} is not an integer; expected {guest} ({low} to {high})"));
            let (above, below) = ((high + 1).to_string(), (low - 1).to_string());
            for (value, outcome) in [
                same(json!(0)),
                same(least.clone()),
                same(most.clone()),
                (json!(low.to_string()), Accepted(least)),
                (json!(high.to_string()), Accepted(most)),
                (json!("+7"), Accepted(json!(7))),
                (json!("0x1F"), Accepted(json!(31))),
                (json!("0b11"), Accepted(json!(3))),
                (json!("0o17"), Accepted(json!(15))),
                (json!("010"), Accepted(json!(10))),
                (json!("1_000"), Accepted(json!(1000))),
                (json!(""), Accepted(json!(0))),
                (json!(2.0), Accepted(json!(2))),
                (number("1e3"), Accepted(json!(1000))),
                (number("12.5e1"), Accepted(json!(125))),
                (json!("2.0"), Accepted(json!(2))),
                (number(&above), range(&above)),
                (json!(above), range(&above)),
                (number(&below), range(&below)),
                (number("1e+40"), range("1e+40")),
                (json!(1.5), whole("1.5")),
                (json!("-0.5"), whole("-0.5")),
                (number("1e-3"), whole("1e-3")),
                (json!(true), kind("a boolean")),
                (json!("seven"), kind("\"seven\"")),
                (json!(" 1"), kind("\" 1\"")),
                (json!("1_"), kind("\"1_\"")),
                (json!("0x"), kind("\"0x\"")),
                (json!("NaN"), kind("\"NaN\"")),
                (json!([1]), kind("a list")),
                (Value::Null, Invalid("!")),
            ] {
                check(language, name, &value, &outcome);
            }
            let object = typed_refusal(language, name, &json!({"a": 1}));
            assert!(object.starts_with("function parameter 'v' is invalid: an object is not an integer"), "{object}");
        }
    }
}

/// The message with which a variable is refused.
fn typed_refusal(language: Language, name: &str, value: &Value) -> String {
    let answer = Typed::of(language).call(&format!("echo{name}"), &[value], &Value::Null);
    answer["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn floats() {
    let strict = || Invalid("Float cannot represent non numeric value: ");
    for names in [("F32", "Float32"), ("F64", "Float64")] {
        both(
            names.0,
            names.1,
            &[
                same(json!(0)),
                same(json!(-1.5)),
                (json!(3.0), Accepted(json!(3))),
                (number("1e3"), Accepted(json!(1000))),
                (number("1.5e-7"), Accepted(number("1.5e-07"))),
                (number("1e-7"), Accepted(number("1e-07"))),
                (json!(16_777_216), Accepted(json!(16_777_216))),
                (json!("1.5"), strict()),
                (json!(true), strict()),
                (json!([1.5]), strict()),
                (Value::Null, Invalid("Float!")),
            ],
        );
    }
    both(
        "F32",
        "Float32",
        &[
            (json!(0.1), Accepted(json!(0.1))),
            (json!(16_777_217), Accepted(json!(16_777_216))),
            (number("1e+300"), Refused("v", "1e+300 is out of range for a 32-bit float".to_owned())),
            (number("-1e+39"), Refused("v", "-1e+39 is out of range for a 32-bit float".to_owned())),
        ],
    );
    both(
        "F64",
        "Float64",
        &[
            (json!(9_007_199_254_740_993i64), Accepted(json!(9_007_199_254_740_992i64))),
            (json!(1.797_693_134_862_315_7e308), Accepted(json!(1.797_693_134_862_315_7e308))),
            (number("1e-400"), Accepted(json!(0))),
        ],
    );
}

/// serde_json would not hold it, so it goes as text.
#[test]
fn a_float_beyond_64_bits() {
    for (language, name) in [(AssemblyScript, "F64"), (Go, "Float64")] {
        let runner = &Typed::of(language).runner;
        let literal = runner.query(&format!("{{ echo{name}(v: 1e+400) }}"));
        let body = format!(r#"{{"query": "query($v: Float!) {{ echo{name}(v: $v) }}", "variables": {{"v": 1e+400}}}}"#);
        let (_, variable) = runner.post("/graphql", &body);
        for answer in [literal.to_string(), variable] {
            let reason = "function parameter 'v' is invalid: 1e+400 is out of range for a 64-bit float";
            assert!(answer.contains(reason), "{language:?}: {answer}");
        }
    }
}

#[test]
fn booleans_and_text() {
    both("Bool", "Bool", &[same(json!(true)), same(json!(false)), (Value::Null, Invalid("Boolean!"))]);
    for value in [json!(1), json!("true"), json!([true])] {
        both("Bool", "Bool", &[(value, Invalid("Boolean"))]);
    }
    both(
        "String",
        "String",
        &[
            same(json!("")),
            same(json!("1.50")),
            (json!(1), Invalid("String cannot represent a non string value: 1")),
            (json!(1.5), Invalid("String cannot represent a non string value: 1.5")),
            (json!(true), Invalid("String cannot represent a non string value: true")),
            (json!(["a"]), Invalid("String cannot represent a non string value: ")),
            (Value::Null, Invalid("String!")),
        ],
    );
    both("NullableString", "StringPointer", &[same(Value::Null), same(json!("")), same(json!("null"))]);
}

#[test]
fn bytes() {
    for (language, name, nullable) in [
        (AssemblyScript, "ArrayBuffer", false),
        (AssemblyScript, "Uint8Array", false),
        (AssemblyScript, "Uint8ClampedArray", false),
        (AssemblyScript, "ArrayU8", false),
        (Go, "Bytes", true),
        (Go, "Uint8s", true),
    ] {
        let bad = || Refused("v", "failed to decode base64 string: ".to_owned());
        for (value, outcome) in [
            same(json!("")),
            same(json!("AAEC/w==")),
            same(json!("+/+/")),
            (json!("AAEC/w"), bad()),
            (json!("-_-_"), bad()),
            (json!("AA EC"), bad()),
            (json!("not base64!"), bad()),
            (json!("A"), bad()),
            (json!([0, 1]), Invalid("String cannot represent a non string value: ")),
            (json!(7), Invalid("String cannot represent a non string value: 7")),
            (Value::Null, if nullable { Accepted(Value::Null) } else { Invalid("String!") }),
        ] {
            check(language, name, &value, &outcome);
        }
    }
    for (value, outcome) in [
        same(json!("AAEC/w==")),
        (json!("AAEC"), Refused("v", "expected 4 items for [4]byte, got 3".to_owned())),
        (json!(""), Refused("v", "expected 4 items for [4]byte, got 0".to_owned())),
        (json!("AAECAwQ="), Refused("v", "expected 4 items for [4]byte, got 5".to_owned())),
        (json!("!"), Refused("v", "failed to decode base64 string: ".to_owned())),
    ] {
        check(Go, "ByteArray", &value, &outcome);
    }
}

#[test]
fn typed_arrays() {
    for (value, outcome) in [
        same(json!([])),
        same(json!([0.5, -1.5])),
        (json!(0.5), Accepted(json!([0.5]))),
        (json!([null, 1]), Accepted(json!([0, 1]))),
        (json!(["0.5"]), Accepted(json!([0.5]))),
        (json!("AAAAPw=="), Accepted(json!([0.5]))),
        (json!(""), Accepted(json!([]))),
        (json!("AAAAPwA="), Refused("v", "5 bytes are not a whole number of".to_owned())),
        (json!("0.5"), Refused("v", "failed to decode base64 string".to_owned())),
        (json!([1, "x"]), Refused("v[1]", "\"x\" is not a number".to_owned())),
        (json!([[1]]), Refused("v[0]", "a list is not a number".to_owned())),
        (json!([1e300]), Refused("v[0]", "1e+300 is out of range for a 32-bit float".to_owned())),
        (Value::Null, Invalid("Float32Array!")),
    ] {
        check(AssemblyScript, "Float32Array", &value, &outcome);
    }
    for (name, value, outcome) in [
        (
            "Int16Array",
            json!([1, 40_000]),
            Refused("v[1]", "40000 is out of range for i16 (-32768 to 32767)".to_owned()),
        ),
        ("Uint32Array", json!([-1]), Refused("v[0]", "-1 is out of range for u32 (0 to 4294967295)".to_owned())),
        ("Int64Array", json!(["9223372036854775807", 2.0]), Accepted(json!([i64::MAX, 2]))),
        ("Int64Array", json!([1.5]), Refused("v[0]", "1.5 is not a whole number; expected i64".to_owned())),
        ("Uint64Array", json!("//////////8="), Accepted(json!([u64::MAX]))),
        ("Int8Array", json!([true]), Refused("v[0]", "a boolean is not an integer; expected i8".to_owned())),
    ] {
        check(AssemblyScript, name, &value, &outcome);
    }
}

/// What is left out, what is null, and what a variable without a value is.
#[test]
fn omitted_arguments() {
    let go = &Typed::of(Go).runner;
    let answer = go.query("{ a: describeInts b: describeInts(v: null) c: describePoint }");
    assert_eq!(answer["data"], json!({"a": "nil", "b": "nil", "c": "nil"}), "{answer}");
    let assemblyscript = &Typed::of(AssemblyScript).runner;
    let query = "query($v: String) { a: echoNullableString b: echoNullableString(v: $v) c: defaultNull(v: $v) }";
    let answer = assemblyscript.ask(query, &json!({}));
    assert_eq!(answer["data"], json!({"a": null, "b": null, "c": null}), "{answer}");
    // The SDK writes the empty text for what it cannot express: it is not published, and null counts as left out.
    let query =
        "query($v: String) { a: defaultTemplate(v: $v) b: defaultTemplate(v: null) c: defaultEmptyString(v: null) }";
    let answer = assemblyscript.ask(query, &json!({"v": null}));
    assert_eq!(answer["data"], json!({"a": "seven is 7", "b": "seven is 7", "c": ""}), "{answer}");
    let query = r#"{ __type(name: "Query") { fields { name args { defaultValue type { kind } } } } }"#;
    let answer = assemblyscript.query(query);
    let fields = answer["data"]["__type"]["fields"].as_array().expect("fields");
    let argument =
        |name: &str| fields.iter().find(|field| field["name"] == name).expect("the field")["args"][0].clone();
    for name in ["defaultTemplate", "defaultEmptyString", "defaultConstant"] {
        assert_eq!(argument(name)["defaultValue"], json!(null), "{name}");
        assert_ne!(argument(name)["type"]["kind"], "NON_NULL", "{name}");
    }
    assert_eq!(argument("defaultString")["defaultValue"], json!("\"hello \\\"you\\\"\""));
    let answer = assemblyscript.ask("query($v: Int) { r: defaultI32(v: $v) }", &json!({}));
    assert_eq!(answer["data"]["r"], 42, "{answer}");
    let (_, answer) = assemblyscript.post("/graphql", r#"{"query": "query($v: Int!) { echoI32(v: $v) }"}"#);
    let message = "Variable \\\"$v\\\" of required type \\\"Int!\\\" was not provided.";
    assert!(answer.contains(message), "{answer}");
    for language in Language::ALL {
        let answer = Typed::of(language).runner.query("{ echoString }");
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains("\"v\"") && message.contains("\"String!\""), "{answer}");
    }
}
