//! Text that is JSON in a guest, and a JSON value outside (`abi-go` section 5.1).

use serde::Deserialize as _;
use serde::de::IgnoredAny;

use super::coercion::{self, CoercionError};
use super::fault::Fault;
use crate::types::JsonText;
use crate::value::Value;

/// What a text without a character stands for.
pub(crate) fn empty(kind: JsonText) -> Value {
    match kind {
        JsonText::Raw => Value::Null,
        JsonText::Number => Value::Int(0),
    }
}

/// The value of a text that has characters. Digits and the order of members stay as they are.
///
/// # Errors
/// It is no JSON, or no number.
pub(crate) fn lift(kind: JsonText, content: &[u8]) -> Result<Value, Fault> {
    let text = std::str::from_utf8(content).map_err(|_| Fault::guest("JSON that is not UTF-8"))?;
    match kind {
        JsonText::Number if is_number(text) => Ok(Value::Number(text.to_owned())),
        JsonText::Number => Err(Fault::guest(format!("{} is not a number", shown(text)))),
        JsonText::Raw => {
            check(text).map_err(|error| Fault::guest(format!("{} is not JSON: {error}", shown(text))))?;
            let text = compact(text);
            Ok(if text == "null" { Value::Null } else { Value::Json(text) })
        }
    }
}

/// The text of a value; `None` for the empty one.
///
/// # Errors
/// The value is no number, where one is wanted.
pub(crate) fn lower(kind: JsonText, value: &Value) -> Result<Option<String>, Fault> {
    match kind {
        _ if *value == Value::Null => Ok(None),
        JsonText::Raw => {
            let mut text = String::new();
            write(&mut text, value);
            Ok(Some(text))
        }
        JsonText::Number => {
            let text = coercion::string(value)?.into_owned();
            match text.as_str() {
                "" => Ok(None),
                number if is_number(number) => Ok(Some(text)),
                other => Err(CoercionError(format!("{} is not a number", shown(other))).into()),
            }
        }
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<serde_json::Number>().is_ok()
}

/// Without building the value, and however deep it is.
fn check(text: &str) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_str(text);
    IgnoredAny::deserialize(&mut reader)?;
    reader.end()
}

/// The same JSON in one line, so that it can stand inside an event.
fn compact(text: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |c: &char| {
        if !in_string {
            in_string = *c == '"';
            return !matches!(c, ' ' | '\t' | '\n' | '\r');
        }
        in_string = escaped || *c != '"';
        escaped = !escaped && *c == '\\';
        true
    };
    text.chars().filter(keep).collect()
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(out, index);
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                separate(out, index);
                out.push_str(&serde_json::Value::from(&**key).to_string());
                out.push(':');
                write(out, item);
            }
            out.push('}');
        }
        Value::Number(text) | Value::Json(text) => out.push_str(text),
        scalar => out.push_str(&scalar.to_json().to_string()),
    }
}

fn separate(out: &mut String, index: usize) {
    if index > 0 {
        out.push(',');
    }
}

/// The beginning of a text in quotes, for messages.
fn shown(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or(text)),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn raw_text_is_a_value_and_comes_back() {
        let lifted = |text: &str| lift(JsonText::Raw, text.as_bytes());
        let json = |text: &str| Ok(Value::Json(text.to_owned()));
        assert_eq!(
            lifted(" {\"b\" : [1.50, \"a \\\" b\\\\\"],\n\t\"a\":null} "),
            json(r#"{"b":[1.50,"a \" b\\"],"a":null}"#)
        );
        assert_eq!((lifted("1e400"), lifted(" null ")), (json("1e400"), Ok(Value::Null)));
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(lifted(&deep), json(&deep));
        for bad in ["{", "1 2", "nul", "{'a':1}", " "] {
            assert!(lifted(bad).is_err(), "{bad}");
        }
        assert!(lift(JsonText::Raw, b"\"\xff\"").is_err());
        let value = Value::Object(vec![
            ("z\"".into(), Value::List(vec![Value::Number("1.50e9".into()), Value::Null, Value::Bool(true)])),
            ("a".into(), Value::from(&json!({"n": -3, "t": "line\nend"}))),
        ]);
        let text = r#"{"z\"":[1.50e9,null,true],"a":{"n":-3,"t":"line\nend"}}"#;
        assert_eq!(lower(JsonText::Raw, &value), Ok(Some(text.to_owned())));
        assert_eq!(lower(JsonText::Raw, &Value::Null), Ok(None));
    }

    #[test]
    fn numbers_keep_their_digits() {
        let lifted = |text: &str| lift(JsonText::Number, text.as_bytes());
        let lowered = |value: serde_json::Value| lower(JsonText::Number, &Value::from(&value)).ok();
        for number in ["0", "-1", "1.50", "123456789012345678901234567890", "1e+5"] {
            assert_eq!(lifted(number), Ok(Value::Number(number.to_owned())));
            assert_eq!(lowered(json!(number)), Some(Some(number.to_owned())), "{number}");
            assert_eq!(lowered(serde_json::from_str(number).unwrap()), Some(Some(number.to_owned())), "{number}");
        }
        assert_eq!(
            (lowered(json!("")), lowered(json!(null)), empty(JsonText::Number)),
            (Some(None), Some(None), Value::Int(0))
        );
        for bad in ["NaN", "0x10", "1 ", "01", "one"] {
            assert!(lifted(bad).is_err() && lowered(json!(bad)).is_none(), "{bad}");
        }
        assert_eq!(lowered(json!(true)), None);
    }
}
