//! Scalars from JSON-like values: exact and ranged, never wrapped (`abi-assemblyscript` section 6, `abi-go` section 9).
//!
//! All functions answer the reason of a refusal as text; the caller adds the argument's name and path.

use crate::types::IntKind;
use crate::value::Value;

/// Smallest and largest value of an integer type.
pub fn range(kind: IntKind) -> (i128, i128) {
    if kind.signed {
        (-(1i128 << (kind.bits - 1)), (1i128 << (kind.bits - 1)) - 1)
    } else {
        (0, (1i128 << kind.bits) - 1)
    }
}

/// The integer that `value` stands for, within the range of `kind`. Null is 0; booleans are refused.
///
/// # Errors
/// A reason that names the range.
pub fn integer(value: &Value, kind: IntKind, type_name: &str) -> Result<i128, String> {
    let (low, high) = range(kind);
    let number = whole(value).map_err(|reason| format!("{reason}; expected {type_name} ({low} to {high})"))?;
    match number {
        Some(number) if (low..=high).contains(&number) => Ok(number),
        Some(number) => Err(format!("{number} is out of range for {type_name} ({low} to {high})")),
        None => Err(format!("{} is out of range for {type_name} ({low} to {high})", text(value))),
    }
}

/// The whole number that `value` stands for; `None` when it is too large for 128 bits.
fn whole(value: &Value) -> Result<Option<i128>, String> {
    match value {
        Value::Null => Ok(Some(0)),
        Value::Int(number) => Ok(Some(i128::from(*number))),
        Value::UInt(number) => Ok(Some(i128::from(*number))),
        Value::Float(number) => whole_float(*number),
        Value::Float32(number) => whole_float(f64::from(*number)),
        Value::Number(text) => whole_decimal(text),
        Value::String(text) if text.is_empty() => Ok(Some(0)),
        Value::String(text) => whole_text(text),
        Value::Bool(_) | Value::List(_) | Value::Object(_) => Err(format!("{} is not an integer", value.describe())),
    }
}

fn whole_float(number: f64) -> Result<Option<i128>, String> {
    if !number.is_finite() || number.fract() != 0.0 {
        return Err(format!("{number} is not a whole number"));
    }
    // Above 2^127 the exact value does not matter: no type holds it.
    Ok((number.abs() < 1.7e38).then_some(number as i128))
}

/// A string: optional sign, `0x` `0o` `0b` prefixes, `_` between digits, or a decimal.
fn whole_text(text: &str) -> Result<Option<i128>, String> {
    let (negative, digits) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, body) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        _ => return whole_decimal(&without_separators(text)?),
    };
    let body = without_separators(body)?;
    if body.is_empty() || !body.chars().all(|c| c.is_digit(radix)) {
        return Err(format!("{text:?} is not an integer"));
    }
    Ok(i128::from_str_radix(&body, radix).ok().map(|number| if negative { -number } else { number }))
}

fn without_separators(text: &str) -> Result<String, String> {
    if text.starts_with('_') || text.ends_with('_') || text.contains("__") {
        return Err(format!("{text:?} is not an integer"));
    }
    Ok(text.replace('_', ""))
}

/// A decimal number text, exactly: `2`, `2.0`, `1e3`, `-0`, `15e-1` (refused, a fraction).
fn whole_decimal(text: &str) -> Result<Option<i128>, String> {
    let bad = || format!("{text:?} is not an integer");
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().map_err(|_| bad())?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(Some(0));
    }
    let significant = digits.trim_end_matches('0');
    let scale = exponent - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
    if scale < 0 {
        return Err(format!("{text} is not a whole number"));
    }
    if scale + significant.len() as i64 > 38 {
        return Ok(None);
    }
    let number = significant.parse::<i128>().map_err(|_| bad())? * 10i128.pow(scale as u32);
    Ok(Some(if negative { -number } else { number }))
}

/// The float that `value` stands for: numbers, numeric strings (`NaN`, `Inf`, `-Inf` too), booleans as 1 and 0, null
/// and the empty string as 0.
///
/// # Errors
/// A reason.
pub fn float(value: &Value) -> Result<f64, String> {
    match value {
        Value::Null => Ok(0.0),
        Value::Bool(value) => Ok(f64::from(u8::from(*value))),
        Value::Int(number) => Ok(*number as f64),
        Value::UInt(number) => Ok(*number as f64),
        Value::Float(number) => Ok(*number),
        Value::Float32(number) => Ok(f64::from(*number)),
        Value::String(text) if text.is_empty() => Ok(0.0),
        Value::Number(text) | Value::String(text) => parse_float(text),
        Value::List(_) | Value::Object(_) => Err(format!("{} is not a number", value.describe())),
    }
}

fn parse_float(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if number.is_infinite() && text.bytes().any(|b| b.is_ascii_digit()) {
        return Err(format!("{text} is out of range for a 64-bit float"));
    }
    Ok(number)
}

/// Like [`float`], for 32 bits.
///
/// # Errors
/// A reason; overflow is one.
pub fn float32(value: &Value) -> Result<f32, String> {
    let number = float(value)?;
    let narrow = number as f32;
    if narrow.is_infinite() && number.is_finite() {
        return Err(format!("{} is out of range for a 32-bit float", text(value)));
    }
    Ok(narrow)
}

/// The truth value that `value` stands for: booleans, whole numbers other than 0, the usual words, null as false.
///
/// # Errors
/// A reason.
pub fn boolean(value: &Value) -> Result<bool, String> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(value) => Ok(*value),
        Value::String(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "True" | "TRUE" => Ok(true),
            "0" | "f" | "F" | "false" | "False" | "FALSE" => Ok(false),
            _ => Err(format!("{text:?} is not a boolean")),
        },
        Value::List(_) | Value::Object(_) => Err(format!("{} is not a boolean", value.describe())),
        // Cut to a whole number first, so 0.5 is false.
        number => Ok(float(number)?.trunc() != 0.0),
    }
}

/// The text that `value` stands for: strings, numbers by their literal text, booleans.
///
/// # Errors
/// A reason.
pub fn string(value: &Value) -> Result<std::borrow::Cow<'_, str>, String> {
    match value {
        Value::String(text) => Ok(text.into()),
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Float32(_) | Value::Number(_) => {
            Ok(text(value).into())
        }
        Value::Null | Value::List(_) | Value::Object(_) => Err(format!("{} is not a string", value.describe())),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Number(text) | Value::String(text) => text.clone(),
        other => other.to_json().to_string(),
    }
}

/// The bytes behind a base64 string (standard alphabet, padded).
///
/// # Errors
/// A reason.
pub fn base64(text: &str) -> Result<Vec<u8>, String> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|error| format!("failed to decode base64 string: {error}"))
}

/// Bytes as padded standard base64.
pub fn to_base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const U8: IntKind = IntKind { bits: 8, signed: false };
    const I64: IntKind = IntKind { bits: 64, signed: true };
    const U64: IntKind = IntKind { bits: 64, signed: false };

    fn check(value: Value, kind: IntKind, expected: Result<i128, &str>) {
        let result = integer(&value, kind, "T");
        match expected {
            Ok(number) => assert_eq!(result, Ok(number), "{value:?}"),
            Err(part) => assert!(result.as_ref().is_err_and(|e| e.contains(part)), "{value:?}: {result:?}"),
        }
    }

    #[test]
    fn integers_are_exact_and_ranged() {
        check(Value::Int(255), U8, Ok(255));
        check(Value::Int(300), U8, Err("300 is out of range for T (0 to 255)"));
        check(Value::Int(-1), U8, Err("-1 is out of range"));
        check(Value::Number("2.0".into()), U8, Ok(2));
        check(Value::Number("1e2".into()), U8, Ok(100));
        check(Value::Number("1.5".into()), U8, Err("not a whole number"));
        check(Value::Number("-0".into()), U8, Ok(0));
        check(Value::Number("1e400".into()), U8, Err("out of range"));
        check(Value::Float(3.0), U8, Ok(3));
        check(Value::Float(f64::NAN), U8, Err("not a whole number"));
        check(Value::Bool(true), U8, Err("a boolean is not an integer"));
        check(Value::Null, U8, Ok(0));
        check(Value::String("0x1F".into()), U8, Ok(31));
        check(Value::String("010".into()), U8, Ok(10));
        check(Value::String("1_0".into()), U8, Ok(10));
        check(Value::String(" 1".into()), U8, Err("not an integer"));
        check(Value::String("9223372036854775807".into()), I64, Ok(i64::MAX.into()));
        check(Value::String("9223372036854775808".into()), I64, Err("out of range"));
        check(Value::UInt(u64::MAX), U64, Ok(u64::MAX.into()));
        check(Value::Number("1e19".into()), U64, Ok(10_000_000_000_000_000_000));
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    fn digits(text: &str) -> Value {
        Value::Number(text.to_owned())
    }

    #[test]
    fn what_a_boolean_takes() {
        for word in ["1", "t", "T", "true", "True", "TRUE"] {
            assert_eq!(boolean(&text(word)), Ok(true), "{word}");
        }
        for word in ["0", "f", "F", "false", "False", "FALSE"] {
            assert_eq!(boolean(&text(word)), Ok(false), "{word}");
        }
        for value in [Value::Bool(true), Value::Int(-1), Value::UInt(u64::MAX), Value::Float(1.0), digits("2.5")] {
            assert_eq!(boolean(&value), Ok(true), "{value:?}");
        }
        // Cut to a whole number first.
        for value in [Value::Null, Value::Bool(false), Value::Int(0), Value::Float(0.5), digits("-0.5")] {
            assert_eq!(boolean(&value), Ok(false), "{value:?}");
        }
        for value in [text(""), text("yes"), text(" true"), Value::List(vec![]), Value::Object(vec![])] {
            assert!(boolean(&value).is_err_and(|reason| reason.ends_with("is not a boolean")), "{value:?}");
        }
    }

    #[test]
    fn what_a_float_takes() {
        for (value, expected) in [
            (Value::Null, 0.0),
            (Value::Bool(true), 1.0),
            (Value::Bool(false), 0.0),
            (Value::Int(-3), -3.0),
            (Value::UInt(u64::MAX), 18_446_744_073_709_551_615.0),
            (digits("1e-7"), 1e-7),
            (text(""), 0.0),
            (text("-2.5e3"), -2500.0),
            (text("Inf"), f64::INFINITY),
            (text("-Inf"), f64::NEG_INFINITY),
        ] {
            assert_eq!(float(&value), Ok(expected), "{value:?}");
            assert_eq!(float32(&value), Ok(expected as f32), "{value:?}");
        }
        assert!(float(&text("NaN")).is_ok_and(f64::is_nan));
        for value in [text("x"), text(" 1"), text("1 "), text("0x10"), Value::List(vec![]), Value::Object(vec![])] {
            assert!(float(&value).is_err_and(|reason| reason.ends_with("is not a number")), "{value:?}");
        }
        assert_eq!(float(&digits("1e400")), Err("1e400 is out of range for a 64-bit float".to_owned()));
        assert_eq!(float32(&digits("-1e300")), Err("-1e300 is out of range for a 32-bit float".to_owned()));
    }

    #[test]
    fn what_a_string_takes() {
        for (value, expected) in [
            (text("as it is"), "as it is"),
            (digits("1.50"), "1.50"),
            (Value::Int(-7), "-7"),
            (Value::UInt(u64::MAX), "18446744073709551615"),
            (Value::Bool(true), "true"),
            (Value::Bool(false), "false"),
        ] {
            assert_eq!(string(&value).as_deref(), Ok(expected), "{value:?}");
        }
        for value in [Value::Null, Value::List(vec![]), Value::Object(vec![])] {
            assert!(string(&value).is_err_and(|reason| reason.ends_with("is not a string")), "{value:?}");
        }
    }

    #[test]
    fn bytes_are_padded_standard_base64() {
        assert_eq!(base64("AAEC/w=="), Ok(vec![0, 1, 2, 255]));
        assert_eq!(base64(""), Ok(vec![]));
        for bad in ["AAEC/w", "AAEC/w=", "-_-_", "AA EC", "AAEC\n", "=", "A"] {
            assert!(base64(bad).is_err_and(|reason| reason.starts_with("failed to decode base64 string")), "{bad:?}");
        }
        assert_eq!(to_base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }
}
