//! Parameters as they are bound (`host-functions` section 9.4).

use mysql_async::Value;
use serde_json::value::RawValue;

/// The values for a statement's placeholders.
///
/// # Errors
/// Which parameter cannot be bound.
pub(super) fn values(parameters: &[Box<RawValue>]) -> Result<Vec<Value>, String> {
    parameters.iter().enumerate().map(|(index, parameter)| value(parameter.get(), index + 1)).collect()
}

fn value(json: &str, position: usize) -> Result<Value, String> {
    let unsupported = |kind| Err(format!("sql: converting argument ${position} type: unsupported type {kind}"));
    match json.as_bytes().first() {
        Some(b'n') => Ok(Value::NULL),
        Some(b't') => Ok(Value::Int(1)),
        Some(b'f') => Ok(Value::Int(0)),
        Some(b'"') => {
            let text: Result<String, _> = serde_json::from_str(json);
            let text = text.map_err(|error| format!("parameter {position} is no text: {error}"))?;
            Ok(Value::Bytes(text.into_bytes()))
        }
        Some(b'[') => unsupported("[]interface {}, a slice of interface"),
        Some(b'{') => unsupported("map[string]interface {}, a map"),
        _ => Ok(number(json)),
    }
}

/// An integer as one, and any other number as a double where that is the same number. What a double cannot hold stays text,
/// which the server reads without loss where a column can hold it.
fn number(json: &str) -> Value {
    if let Ok(integer) = json.parse() {
        return Value::Int(integer);
    }
    if let Ok(integer) = json.parse() {
        return Value::UInt(integer);
    }
    match json.parse::<f64>() {
        // Of the shortest decimals that are read as one double there may be two: writers of JSON differ in which they take.
        Ok(double) if double.is_finite() && digits(json) <= digits(&format!("{double:e}")) => Value::Double(double),
        _ => Value::Bytes(json.into()),
    }
}

/// How many digits a number has between the zeros at its ends.
fn digits(number: &str) -> usize {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(json: &str) -> Result<Vec<Value>, String> {
        let parameters: Vec<Box<RawValue>> = serde_json::from_str(json).expect("JSON");
        values(&parameters)
    }

    #[test]
    fn kinds() {
        let text = |text: &str| Value::Bytes(text.into());
        let json = r#"[null, true, false, 1, -9223372036854775808, 18446744073709551615, 0.1, 1.50, "a\u0041\n", ""]"#;
        let expected = [
            Value::NULL,
            Value::Int(1),
            Value::Int(0),
            Value::Int(1),
            Value::Int(i64::MIN),
            Value::UInt(u64::MAX),
            Value::Double(0.1),
            Value::Double(1.5),
            text("aA\n"),
            text(""),
        ];
        assert_eq!(all(json).expect("bound"), expected);
    }

    #[test]
    fn numbers_keep_their_digits() {
        for (json, double) in [
            ("-0", Some(0.0)),
            ("-0.0", Some(-0.0)),
            ("0.30000000000000004", Some(0.1 + 0.2)),
            ("1e2", Some(100.0)),
            ("1.0E+2", Some(100.0)),
            ("5e-324", Some(5e-324)),
            ("0.1234567890123456789", None),
            ("18446744073709551616", None),
            ("1e999", None),
            ("1e-999", None),
            ("0e99999999999999999999", Some(0.0)),
            ("1384626822442130.2", Some(1_384_626_822_442_130.3)),
            ("1384626822442130.3", Some(1_384_626_822_442_130.3)),
            ("0.30000000000000001", None),
        ] {
            let expected = match double {
                _ if json == "-0" => Value::Int(0),
                Some(double) => Value::Double(double),
                None => Value::Bytes(json.into()),
            };
            assert_eq!(number(json), expected, "{json}");
        }
        assert_eq!(number("18446744073709551616"), Value::Bytes("18446744073709551616".into()));
    }

    #[test]
    fn what_cannot_be_bound() {
        let slice = "sql: converting argument $2 type: unsupported type []interface {}, a slice of interface";
        assert_eq!(all("[1,[1]]").expect_err("an array"), slice);
        let map = "sql: converting argument $1 type: unsupported type map[string]interface {}, a map";
        assert_eq!(all(r#"[{"b":1}]"#).expect_err("an object"), map);
        let surrogate = all(r#"["\ud800"]"#).expect_err("half a character");
        assert!(surrogate.starts_with("parameter 1 is no text"), "{surrogate}");
    }

    proptest! {
        #[test]
        fn doubles_of_guests(double: f64) {
            prop_assume!(double.is_finite() && double.fract() != 0.0);
            prop_assert_eq!(number(&serde_json::to_string(&double).unwrap()), Value::Double(double));
        }

        #[test]
        fn whatever_a_guest_writes(text in "[-+0-9.eE]{0,24}") {
            if serde_json::from_str::<Box<RawValue>>(&text).is_ok() {
                let _ = number(&text);
            }
        }
    }
}
