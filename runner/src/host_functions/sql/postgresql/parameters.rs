//! Parameters: JSON values become texts of the types that the server has inferred (`host-functions` section 9.4).

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::value::RawValue;

use super::types::{Delimiter, Oid, Shape, name};
use crate::private_keys;

/// How deep arrays may be nested; PostgreSQL has six dimensions.
const DEPTH: u8 = 6;

/// The text of a parameter, none for NULL. `position` counts from 1.
///
/// # Errors
/// A sentence that shows the kind of the value, not the value.
pub(super) fn text(json: &RawValue, position: usize, oid: Oid, shape: &Shape) -> Result<Option<String>, String> {
    let refused = |what: &str| {
        format!("parameter ${position}: unable to encode {what} into text format for {} (OID {oid})", name(oid))
    };
    // As it was written: numbers keep their digits.
    if *shape == Shape::Json && json.get().starts_with(['{', '[']) {
        return Ok(Some(json.get().to_owned()));
    }
    if private_keys::are_in(json.get().as_bytes()) {
        return Err(format!("parameter ${position}: {}", private_keys::REFUSED));
    }
    let value: Value = serde_json::from_str(json.get()).map_err(|error| format!("parameter ${position}: {error}"))?;
    match (value, shape) {
        (Value::Null, _) => Ok(None),
        (Value::String(text), _) => Ok(Some(text)),
        (Value::Number(number), _) => Ok(Some(number_text(&number.to_string(), shape).to_owned())),
        (Value::Bool(value), Shape::Bool | Shape::Json | Shape::Other) => Ok(Some(value.to_string())),
        (Value::Bool(value), _) => Err(refused(&value.to_string())),
        (Value::Array(elements), Shape::Array(element, delimiter)) => {
            let mut text = String::new();
            array(&mut text, &elements, element, *delimiter, DEPTH).map_err(&refused)?;
            Ok(Some(text))
        }
        (Value::Array(_), _) => Err(refused("an array")),
        (Value::Object(_), _) => Err(refused("an object")),
    }
}

/// Guests whose language has only one kind of number write 5 as 5.0.
fn number_text<'n>(number: &'n str, shape: &Shape) -> &'n str {
    match number.split_once('.') {
        Some((whole, rest)) if *shape == Shape::Integer && rest.bytes().all(|digit| digit == b'0') => whole,
        _ => number,
    }
}

/// An array as PostgreSQL writes it. What cannot stand in it is told by the error.
fn array(
    out: &mut String,
    elements: &[Value],
    shape: &Shape,
    delimiter: Delimiter,
    depth: u8,
) -> Result<(), &'static str> {
    out.push('{');
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            out.push(char::from(delimiter));
        }
        match (element, shape) {
            (Value::Null, _) => out.push_str("NULL"),
            (Value::String(text), _) => quoted(out, text),
            (Value::Number(number), _) => out.push_str(number_text(&number.to_string(), shape)),
            (Value::Bool(value), Shape::Bool | Shape::Json | Shape::Other) => {
                // Written into a text: this cannot fail.
                let _ = write!(out, "{value}");
            }
            (Value::Bool(_), _) => return Err("an array with true or false"),
            (Value::Array(_) | Value::Object(_), Shape::Json) => quoted(out, &element.to_string()),
            (Value::Array(_), _) if depth == 0 => return Err("an array that is nested so deep"),
            (Value::Array(inner), _) => array(out, inner, shape, delimiter, depth - 1)?,
            (Value::Object(_), _) => return Err("an array with an object"),
        }
    }
    out.push('}');
    Ok(())
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use postgres_types::Type;

    use super::*;
    use crate::host_functions::sql::postgresql::types::Types;

    fn written(json: &str, of: &Type) -> Result<Option<String>, String> {
        let shape = Types::default().shape(of.oid()).expect("a built-in type");
        let json = RawValue::from_string(json.to_owned()).expect("JSON");
        text(&json, 2, of.oid(), &shape)
    }

    #[test]
    fn private_keys_of_the_parser_are_refused() {
        for (json, of) in [
            (r#"{"$serde_json::private::RawValue":"\"a\""}"#, Type::TEXT),
            (r#"[{"$serde_json::private::Number":"1"}]"#, Type::JSONB_ARRAY),
        ] {
            assert_eq!(written(json, &of), Err(format!("parameter $2: {}", private_keys::REFUSED)));
        }
        let json = r#"{"$serde_json::private::Number":"1"}"#;
        assert_eq!(written(json, &Type::JSONB).as_ref().map(Option::as_deref), Ok(Some(json)), "it is sent as it is");
    }

    #[test]
    fn values_become_texts_of_the_inferred_types() {
        for (json, of, expected) in [
            ("null", Type::INT4, None),
            ("9007199254740993", Type::INT8, Some("9007199254740993")),
            ("5.0", Type::INT4, Some("5")),
            ("5.5", Type::INT4, Some("5.5")),
            ("5.0", Type::NUMERIC, Some("5.0")),
            ("123.4500", Type::TEXT, Some("123.4500")),
            (r#""(1,2)""#, Type::POINT, Some("(1,2)")),
            (r#""a\u0022b""#, Type::TEXT, Some("a\"b")),
            ("true", Type::BOOL, Some("true")),
            ("false", Type::JSONB, Some("false")),
            (r#"{"a": 1.10}"#, Type::JSONB, Some(r#"{"a": 1.10}"#)),
            ("[1, 2]", Type::JSON, Some("[1, 2]")),
            (r#"[1,null,3]"#, Type::INT4_ARRAY, Some("{1,NULL,3}")),
            (r#"["a","b\"c\\","NULL",""]"#, Type::TEXT_ARRAY, Some(r#"{"a","b\"c\\","NULL",""}"#)),
            ("[[1,2],[3,4]]", Type::FLOAT8_ARRAY, Some("{{1,2},{3,4}}")),
            ("[true,false]", Type::BOOL_ARRAY, Some("{true,false}")),
            (r#"[{"a":1},[2]]"#, Type::JSONB_ARRAY, Some(r#"{"{\"a\":1}","[2]"}"#)),
            ("[]", Type::INT4_ARRAY, Some("{}")),
            (r#"["(1,2),(3,4)",null]"#, Type::BOX_ARRAY, Some(r#"{"(1,2),(3,4)";NULL}"#)),
        ] {
            assert_eq!(written(json, &of), Ok(expected.map(str::to_owned)), "{json} as {of}");
        }
    }

    #[test]
    fn values_of_the_wrong_kind_are_refused() {
        for (json, of, expected) in [
            ("true", Type::TEXT, "parameter $2: unable to encode true into text format for text (OID 25)"),
            ("false", Type::INT4, "parameter $2: unable to encode false into text format for int4 (OID 23)"),
            ("[1]", Type::INT4, "parameter $2: unable to encode an array into text format for int4 (OID 23)"),
            ("{}", Type::TEXT, "parameter $2: unable to encode an object into text format for text (OID 25)"),
            (
                "[{}]",
                Type::TEXT_ARRAY,
                "parameter $2: unable to encode an array with an object into text format for _text (OID 1009)",
            ),
            (
                "[[[[[[[[1]]]]]]]]",
                Type::INT4_ARRAY,
                "parameter $2: unable to encode an array that is nested so deep into text format for _int4 (OID 1007)",
            ),
        ] {
            assert_eq!(written(json, &of), Err(expected.to_owned()), "{json} as {of}");
        }
    }
}
