use std::sync::Arc;

use postgres_types::Type;
use proptest::prelude::*;

use super::*;
use crate::host_functions::sql::postgresql::types::Types;

fn json(text: &str, shape: &Shape) -> String {
    let mut out = Json::new(usize::MAX);
    write(&mut out, text, shape);
    out.finish()
}

fn of(known: &Type, text: &str) -> String {
    json(text, &Types::default().shape(known.oid()).expect("a built-in type"))
}

#[test]
fn numbers_and_words() {
    for (known, text, expected) in [
        (Type::BOOL, "t", "true"),
        (Type::BOOL, "f", "false"),
        (Type::INT8, "9007199254740993", "9007199254740993"),
        (Type::NUMERIC, "123.4500", "123.4500"),
        (Type::NUMERIC, "NaN", "\"NaN\""),
        (Type::FLOAT8, "-Infinity", "\"-Infinity\""),
        (Type::FLOAT8, "1e+21", "1e+21"),
        (Type::FLOAT4, "1.5e-05", "1.5e-05"),
        (Type::JSON, "{\"a\": 9007199254740993}", "{\"a\": 9007199254740993}"),
        (Type::TEXT, "a\"b\\\n\u{1}ü", "\"a\\\"b\\\\\\n\\u0001ü\""),
        (Type::INT2_VECTOR, "1 2", "\"1 2\""),
    ] {
        assert_eq!(of(&known, text), expected, "{text}");
    }
    for text in ["", "-", "01", "1.", ".5", "1e", "0x1", "1 ", "--1", "1,2", "1\"", "+1"] {
        assert!(!is_number(text), "{text}");
    }
}

#[test]
fn times() {
    for (known, text, expected) in [
        (Type::DATE, "2024-02-03", "2024-02-03T00:00:00Z"),
        (Type::DATE, "0044-03-15 BC", "-0043-03-15T00:00:00Z"),
        (Type::DATE, "0001-03-15 BC", "0000-03-15T00:00:00Z"),
        (Type::DATE, "infinity", "infinity"),
        (Type::TIMESTAMP, "2024-02-03 04:05:06.789", "2024-02-03T04:05:06.789Z"),
        (Type::TIMESTAMP, "-infinity", "-infinity"),
        (Type::TIMESTAMPTZ, "2024-02-03 04:05:06.789+00", "2024-02-03T04:05:06.789Z"),
        (Type::TIMESTAMPTZ, "2024-02-03 01:05:06+02", "2024-02-02T23:05:06Z"),
        (Type::TIMESTAMPTZ, "2024-02-03 04:05:06.5-03:30", "2024-02-03T07:35:06.5Z"),
        (Type::TIMESTAMPTZ, "1880-01-01 00:53:28+00:53:28", "1880-01-01T00:00:00Z"),
        (Type::TIMESTAMPTZ, "12024-02-03 04:05:06+02", "12024-02-03T04:05:06+02:00"),
        (Type::INTERVAL, "P1M2DT3H4M5.6S", "P1M2DT3H4M5.6S"),
        (Type::TIMETZ, "04:05:06+02", "04:05:06+02"),
    ] {
        assert_eq!(of(&known, text), format!("\"{expected}\""), "{text}");
    }
}

#[test]
fn bytes_and_addresses() {
    assert_eq!(of(&Type::BYTEA, "\\x00ff10"), "\"AP8Q\"");
    assert_eq!(of(&Type::BYTEA, "a\\\\\\001"), "\"YVwB\"");
    assert_eq!(of(&Type::BYTEA, "\\x0"), "\"\\\\x0\"");
    assert_eq!(of(&Type::INET, "192.168.1.1"), "\"192.168.1.1/32\"");
    assert_eq!(of(&Type::INET, "::1"), "\"::1/128\"");
    assert_eq!(of(&Type::INET, "10.0.0.1/8"), "\"10.0.0.1/8\"");
}

#[test]
fn geometry() {
    for (known, text, expected) in [
        (Type::POINT, "(1.5,2)", r#""(1.5,2)""#),
        (Type::LSEG, "[(1,2),(3,4)]", r#"{"P":[{"X":1,"Y":2},{"X":3,"Y":4}],"Valid":true}"#),
        (Type::BOX, "(3,4),(1,2)", r#"{"P":[{"X":3,"Y":4},{"X":1,"Y":2}],"Valid":true}"#),
        (Type::PATH, "((1,2),(3,4))", r#"{"P":[{"X":1,"Y":2},{"X":3,"Y":4}],"Closed":true,"Valid":true}"#),
        (Type::PATH, "[(1,2)]", r#"{"P":[{"X":1,"Y":2}],"Closed":false,"Valid":true}"#),
        (Type::POLYGON, "((1,2))", r#"{"P":[{"X":1,"Y":2}],"Valid":true}"#),
        (Type::LINE, "{1,-2,3e+20}", r#"{"A":1,"B":-2,"C":3e+20,"Valid":true}"#),
        (Type::CIRCLE, "<(1,Infinity),3>", r#"{"P":{"X":1,"Y":"Infinity"},"R":3,"Valid":true}"#),
        (Type::TID, "(1,2)", r#"{"BlockNumber":1,"OffsetNumber":2,"Valid":true}"#),
        (Type::BOX, "(1,2)", r#""(1,2)""#),
    ] {
        assert_eq!(of(&known, text), expected, "{text}");
    }
}

#[test]
fn arrays_and_ranges() {
    for (known, text, expected) in [
        (Type::INT4_ARRAY, "{}", "[]"),
        (Type::INT4_ARRAY, "{1,NULL,3}", "[1,null,3]"),
        (Type::INT4_ARRAY, "{{1,2},{3,4}}", "[[1,2],[3,4]]"),
        (Type::INT4_ARRAY, "[0:1]={1,2}", "[1,2]"),
        (Type::TEXT_ARRAY, r#"{a,"b,c","d\"e\\","NULL",""}"#, r#"["a","b,c","d\"e\\","NULL",""]"#),
        (Type::JSONB_ARRAY, r#"{"{\"a\": 1}",2}"#, r#"[{"a": 1},2]"#),
        (Type::BOX_ARRAY, "{(3,4),(1,2);NULL}", r#"[{"P":[{"X":3,"Y":4},{"X":1,"Y":2}],"Valid":true},null]"#),
        (Type::POINT_ARRAY, r#"{"(1,2)"}"#, r#"["(1,2)"]"#),
        (Type::INT4_RANGE, "[1,5)", r#"{"Lower":1,"Upper":5,"LowerType":"i","UpperType":"e","Valid":true}"#),
        (Type::INT4_RANGE, "(,5]", r#"{"Lower":null,"Upper":5,"LowerType":"U","UpperType":"i","Valid":true}"#),
        (Type::INT4_RANGE, "empty", r#"{"Lower":null,"Upper":null,"LowerType":"E","UpperType":"E","Valid":true}"#),
        (
            Type::TS_RANGE,
            r#"["2024-01-01 00:00:00",infinity)"#,
            r#"{"Lower":"2024-01-01T00:00:00Z","Upper":"infinity","LowerType":"i","UpperType":"e","Valid":true}"#,
        ),
        (
            Type::INT4MULTI_RANGE,
            "{[1,3),[5,)}",
            r#"[{"Lower":1,"Upper":3,"LowerType":"i","UpperType":"e","Valid":true},{"Lower":5,"Upper":null,"LowerType":"i","UpperType":"U","Valid":true}]"#,
        ),
        (Type::INT4MULTI_RANGE, "{}", "[]"),
        (Type::INT4_ARRAY, "{1", r#""{1""#),
        (Type::INT4_RANGE, "[1;5)", r#""[1;5)""#),
    ] {
        assert_eq!(of(&known, text), expected, "{text}");
    }
    let texts = Shape::Range(Shape::Text.into());
    let expected = r#"{"Lower":"a\"b\\","Upper":"c,d","LowerType":"e","UpperType":"e","Valid":true}"#;
    assert_eq!(json(r#"("a""b\\","c,d")"#, &texts), expected);
}

fn shapes() -> impl Strategy<Value = Shape> {
    let simple = prop_oneof![
        Just(Shape::Bool),
        Just(Shape::Integer),
        Just(Shape::Number),
        Just(Shape::Bytes),
        Just(Shape::Date),
        Just(Shape::Timestamp),
        Just(Shape::TimestampTz),
        Just(Shape::Inet),
        Just(Shape::Tid),
        Just(Shape::Points(Points::Two)),
        Just(Shape::Points(Points::Path)),
        Just(Shape::Points(Points::Polygon)),
        Just(Shape::Line),
        Just(Shape::Circle),
        Just(Shape::Text),
    ];
    simple.prop_recursive(3, 8, 1, |inner| {
        prop_oneof![
            inner.clone().prop_map(|shape| Shape::Array(Arc::new(shape), b',')),
            inner.clone().prop_map(|shape| Shape::Range(Arc::new(shape))),
            inner.prop_map(|shape| Shape::Multirange(Arc::new(shape))),
        ]
    })
}

proptest! {
    /// Whatever a server writes, it becomes valid JSON.
    #[test]
    fn any_text_becomes_json(shape in shapes(), text in r#"(\PC|[-0-9{}\[\]()<>,;:"\\ +.eTNULBCx]|infinity|empty){0,40}"#) {
        let written = json(&text, &shape);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "{shape:?} {text}: {written}");
    }

    /// What nobody can read stays as it is.
    #[test]
    fn texts_stay_texts(text in "\\PC{0,40}") {
        let read: String = serde_json::from_str(&json(&text, &Shape::Text)).expect("JSON");
        prop_assert_eq!(read, text);
    }
}

/// A short value whose JSON is long.
#[test]
fn no_more_than_an_answer_may_have() {
    let ranges = format!("{{{}}}", vec!["empty"; 1000].join(","));
    for (known, text) in [(Type::INT4_RANGE_ARRAY, ranges.as_str()), (Type::TEXT, &"\u{1}".repeat(1000))] {
        let mut out = Json::new(500);
        write(&mut out, text, &Types::default().shape(known.oid()).expect("a built-in type"));
        assert!(out.is_full() && out.len() <= 500, "{known}");
    }
}
