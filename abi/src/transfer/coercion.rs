//! Scalars from GraphQL and JSON values: exact and in range, never wrapped (`abi-assemblyscript` section 6, `abi-go`
//! section 9).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::types::IntKind;
use crate::value::Value;

/// Why a value is not one of the type that it is meant for, in words. Whoever knows them adds the parameter and the path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct CoercionError(pub(crate) String);

impl CoercionError {
    /// `value` is not a `wanted`, such as "a number".
    fn not_a(wanted: &str, value: &Value) -> Self {
        Self(format!("{} is not {wanted}", value.describe()))
    }

    fn text_is_not(wanted: &str, text: &str) -> Self {
        Self(format!("{text:?} is not {wanted}"))
    }

    fn fraction(number: impl std::fmt::Display) -> Self {
        Self(format!("{number} is not a whole number"))
    }
}

/// Smallest and largest value of an integer type of at most 64 bits.
pub fn range(kind: IntKind) -> (i128, i128) {
    let (signed, unsigned): (i128, i128) = match kind.bits {
        0..=8 => (i8::MAX.into(), u8::MAX.into()),
        9..=16 => (i16::MAX.into(), u16::MAX.into()),
        17..=32 => (i32::MAX.into(), u32::MAX.into()),
        _ => (i64::MAX.into(), u64::MAX.into()),
    };
    // The complement of the largest number in two's complement is the smallest.
    if kind.signed { (!signed, signed) } else { (0, unsigned) }
}

/// The integer that `value` stands for, within the range of `kind`. Null is 0; booleans are refused.
///
/// # Errors
/// [`CoercionError`], with the range.
pub fn integer(value: &Value, kind: IntKind, type_name: &str) -> Result<i128, CoercionError> {
    let (low, high) = range(kind);
    let number =
        whole(value).map_err(|reason| CoercionError(format!("{reason}; expected {type_name} ({low} to {high})")))?;
    match number {
        Some(number) if (low..=high).contains(&number) => Ok(number),
        Some(number) => Err(CoercionError(format!("{number} is out of range for {type_name} ({low} to {high})"))),
        None => Err(CoercionError(format!("{} is out of range for {type_name} ({low} to {high})", text(value)))),
    }
}

/// The byte nearest to the number that `value` stands for, as `Uint8ClampedArray` has it.
///
/// # Errors
/// [`CoercionError`]: it is no whole number.
pub fn clamped_byte(value: &Value) -> Result<u8, CoercionError> {
    let wide = IntKind { bits: 64, signed: true };
    match integer(value, wide, "u8") {
        Ok(whole) => Ok(u8::try_from(whole.clamp(0, 255)).unwrap_or(u8::MAX)),
        // Beyond 64 bits only the sign matters; what is not whole or not a number stays an error.
        Err(reason) => match float(value) {
            Ok(float) if !matches!(value, Value::Bool(_)) && float > 1e18 => Ok(u8::MAX),
            Ok(float) if !matches!(value, Value::Bool(_)) && float < -1e18 => Ok(0),
            _ => Err(reason),
        },
    }
}

/// The whole number that `value` stands for; `None` when it is too large for 128 bits.
fn whole(value: &Value) -> Result<Option<i128>, CoercionError> {
    match value {
        Value::Null => Ok(Some(0)),
        Value::Int(number) => Ok(Some(i128::from(*number))),
        Value::UInt(number) => Ok(Some(i128::from(*number))),
        Value::Float(number) => whole_float(*number),
        Value::Float32(number) => whole_float(f64::from(*number)),
        Value::Number(text) => whole_decimal(text),
        Value::String(text) if text.is_empty() => Ok(Some(0)),
        Value::String(text) => whole_text(text),
        Value::Bool(_) | Value::List(_) | Value::Object(_) | Value::Json(_) => {
            Err(CoercionError::not_a("an integer", value))
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the number is whole, and below 2^127")]
fn whole_float(number: f64) -> Result<Option<i128>, CoercionError> {
    if !number.is_finite() || number.fract() != 0.0 {
        return Err(CoercionError::fraction(number));
    }
    // Above 2^127 the exact value does not matter: no type holds it.
    Ok((number.abs() < 1.7e38).then_some(number as i128))
}

/// A string: optional sign, `0x` `0o` `0b` prefixes, `_` between digits, or a decimal.
fn whole_text(text: &str) -> Result<Option<i128>, CoercionError> {
    let (negative, digits) = sign(text);
    let radix = match digits.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => return whole_decimal(&without_separators(text)?),
    };
    let body = without_separators(digits.get(2..).unwrap_or_default())?;
    if body.is_empty() || !body.chars().all(|c| c.is_digit(radix)) {
        return Err(CoercionError::text_is_not("an integer", text));
    }
    Ok(i128::from_str_radix(&body, radix).ok().map(|number| signed(number, negative)))
}

/// Whether the number is negative, and its digits.
fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Of a number that is not negative, so that there is a negative one.
fn signed(number: i128, negative: bool) -> i128 {
    if negative { number.saturating_neg() } else { number }
}

fn without_separators(text: &str) -> Result<String, CoercionError> {
    if text.starts_with('_') || text.ends_with('_') || text.contains("__") {
        return Err(CoercionError::text_is_not("an integer", text));
    }
    Ok(text.replace('_', ""))
}

/// A decimal number text, exactly: `2`, `2.0`, `1e3`, `-0`, `15e-1` (refused, a fraction).
fn whole_decimal(text: &str) -> Result<Option<i128>, CoercionError> {
    let bad = || CoercionError::text_is_not("an integer", text);
    let (negative, body) = sign(text);
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().map_err(|_| bad())?),
        None => (body, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(Some(0));
    }
    let significant = digits.trim_end_matches('0');
    // The value is `significant` with so many zeros behind it. All lengths are those of one text.
    let zeros = digits.len().saturating_sub(significant.len());
    let length = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    let scale = exponent.saturating_sub(length(fraction.len())).saturating_add(length(zeros));
    if scale < 0 {
        return Err(CoercionError::fraction(text));
    }
    if scale.saturating_add(length(significant.len())) > 38 {
        return Ok(None);
    }
    let power = u32::try_from(scale).ok().and_then(|scale| 10i128.checked_pow(scale));
    let number = power.and_then(|power| significant.parse::<i128>().ok()?.checked_mul(power));
    Ok(number.map(|number| signed(number, negative)))
}

/// The float that `value` stands for: numbers, numeric strings (`NaN`, `Inf`, `-Inf` too), booleans as 1 and 0, null
/// and the empty string as 0.
///
/// # Errors
/// [`CoercionError`]
pub fn float(value: &Value) -> Result<f64, CoercionError> {
    match value {
        Value::Null => Ok(0.0),
        Value::Bool(value) => Ok(f64::from(u8::from(*value))),
        Value::Int(number) => Ok(*number as f64),
        Value::UInt(number) => Ok(*number as f64),
        Value::Float(number) => Ok(*number),
        Value::Float32(number) => Ok(f64::from(*number)),
        Value::String(text) if text.is_empty() => Ok(0.0),
        Value::Number(text) | Value::String(text) => parse_float(text),
        Value::List(_) | Value::Object(_) | Value::Json(_) => Err(CoercionError::not_a("a number", value)),
    }
}

fn parse_float(text: &str) -> Result<f64, CoercionError> {
    let number: f64 = text.parse().map_err(|_| CoercionError::text_is_not("a number", text))?;
    if number.is_infinite() && text.bytes().any(|b| b.is_ascii_digit()) {
        return Err(CoercionError(format!("{text} is out of range for a 64-bit float")));
    }
    Ok(number)
}

/// Like [`float`], for 32 bits.
///
/// # Errors
/// [`CoercionError`]; overflow is one.
#[expect(clippy::cast_possible_truncation, reason = "it is rounded to the nearest, and overflow is looked for")]
pub fn float32(value: &Value) -> Result<f32, CoercionError> {
    let number = float(value)?;
    let narrow = number as f32;
    if narrow.is_infinite() && number.is_finite() {
        return Err(CoercionError(format!("{} is out of range for a 32-bit float", text(value))));
    }
    Ok(narrow)
}

/// The truth value that `value` stands for: booleans, whole numbers other than 0, the usual words, null as false.
///
/// # Errors
/// [`CoercionError`]
pub fn boolean(value: &Value) -> Result<bool, CoercionError> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(value) => Ok(*value),
        Value::String(text) => match text.as_str() {
            "1" | "t" | "T" | "true" | "True" | "TRUE" => Ok(true),
            "0" | "f" | "F" | "false" | "False" | "FALSE" => Ok(false),
            _ => Err(CoercionError::text_is_not("a boolean", text)),
        },
        Value::List(_) | Value::Object(_) | Value::Json(_) => Err(CoercionError::not_a("a boolean", value)),
        // Cut to a whole number first, so 0.5 is false.
        number => Ok(float(number)?.trunc() != 0.0),
    }
}

/// The text that `value` stands for: strings, numbers by their literal text, booleans.
///
/// # Errors
/// [`CoercionError`]
#[inline]
pub fn string(value: &Value) -> Result<Cow<'_, str>, CoercionError> {
    match value {
        Value::String(text) => Ok(text.into()),
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Float32(_) | Value::Number(_) => {
            Ok(text(value).into())
        }
        Value::Null | Value::List(_) | Value::Object(_) | Value::Json(_) => {
            Err(CoercionError::not_a("a string", value))
        }
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
/// [`CoercionError`]
pub fn base64(text: &str) -> Result<Vec<u8>, CoercionError> {
    STANDARD.decode(text).map_err(|error| CoercionError(format!("failed to decode base64 string: {error}")))
}

/// Bytes as padded standard base64.
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, reason = "figures of the test's own")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const U8: IntKind = IntKind { bits: 8, signed: false };
    const I64: IntKind = IntKind { bits: 64, signed: true };
    const U64: IntKind = IntKind { bits: 64, signed: false };

    fn check(value: Value, kind: IntKind, expected: Result<i128, &str>) {
        let result = integer(&value, kind, "T");
        match expected {
            Ok(number) => assert_eq!(result, Ok(number), "{value:?}"),
            Err(part) => assert!(result.as_ref().is_err_and(|e| e.0.contains(part)), "{value:?}: {result:?}"),
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
            assert!(boolean(&value).is_err_and(|reason| reason.0.ends_with("is not a boolean")), "{value:?}");
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
            assert!(float(&value).is_err_and(|reason| reason.0.ends_with("is not a number")), "{value:?}");
        }
        assert_eq!(float(&digits("1e400")), Err(CoercionError("1e400 is out of range for a 64-bit float".to_owned())));
        assert_eq!(
            float32(&digits("-1e300")),
            Err(CoercionError("-1e300 is out of range for a 32-bit float".to_owned()))
        );
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
            assert!(string(&value).is_err_and(|reason| reason.0.ends_with("is not a string")), "{value:?}");
        }
    }

    #[test]
    fn bytes_are_padded_standard_base64() {
        assert_eq!(base64("AAEC/w=="), Ok(vec![0, 1, 2, 255]));
        assert_eq!(base64(""), Ok(vec![]));
        for bad in ["AAEC/w", "AAEC/w=", "-_-_", "AA EC", "AAEC\n", "=", "A"] {
            assert!(base64(bad).is_err_and(|reason| reason.0.starts_with("failed to decode base64 string")), "{bad:?}");
        }
        assert_eq!(to_base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[+-]?(0[xXoObB])?[0-9a-fA-F_.]{0,45}",
            "-?[0-9]{0,30}(\\.[0-9]{0,30})?[eE][+-]?[0-9]{1,25}",
        ];
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<u64>().prop_map(Value::UInt),
            any::<f64>().prop_map(Value::Float),
            any::<f32>().prop_map(Value::Float32),
            text.clone().prop_map(Value::Number),
            text.prop_map(Value::String),
            Just(Value::List(vec![])),
            Just(Value::Object(vec![])),
        ]
    }

    proptest! {
        /// Whatever is given, there is a value in range or a refusal.
        #[test]
        fn nothing_panics(value in any_value(), bits in 0u8..=255, signed in any::<bool>()) {
            let kind = IntKind { bits, signed };
            let (low, high) = range(kind);
            if let Ok(number) = integer(&value, kind, "T") {
                prop_assert!((low..=high).contains(&number));
            }
            let _ = (float(&value), float32(&value), boolean(&value), string(&value), clamped_byte(&value));
            if let Value::String(text) | Value::Number(text) = &value {
                let _ = base64(text);
            }
        }

        #[test]
        fn integers_keep_their_value(number in any::<i64>(), zeros in 0usize..4) {
            let kind = IntKind { bits: 64, signed: true };
            for text in [number.to_string(), format!("{number}.{}", "0".repeat(zeros)), format!("{number}e0")] {
                prop_assert_eq!(integer(&Value::Number(text.clone()), kind, "T"), Ok(number.into()));
                prop_assert_eq!(integer(&Value::String(text), kind, "T"), Ok(number.into()));
            }
        }

        #[test]
        fn bytes_keep_their_value(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            prop_assert_eq!(base64(&to_base64(&bytes)), Ok(bytes));
        }
    }

    /// Exponents at the ends of what a 64-bit number holds.
    #[test]
    fn absurd_exponents() {
        for exponent in [i64::MAX, i64::MAX - 1, i64::MAX / 2] {
            check(Value::Number(format!("1e{exponent}")), U64, Err("out of range"));
            check(Value::Number(format!("10e{exponent}")), U64, Err("out of range"));
            check(Value::Number(format!("0e{exponent}")), U64, Ok(0));
        }
        check(Value::Number(format!("1.5e{}", i64::MIN)), U64, Err("not a whole number"));
        check(Value::Number("1e99999999999999999999".into()), U64, Err("not an integer"));
    }
}
