//! JSON text, written directly.

use std::io::Write as _;

use abi::value::FloatText;
use abi::value::Value;

/// Values nest no deeper than this; a guest cannot exhaust the stack.
const DEEPEST: usize = 256;

/// Why a value has no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unwritable {
    /// NaN.
    Nan,
    /// Positive infinity.
    Infinity,
    /// Negative infinity.
    NegativeInfinity,
    /// Nested too deeply.
    Depth,
    /// Beyond the bytes that there may be.
    Size,
}

impl std::fmt::Display for Unwritable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Nan => "a NaN",
            Self::Infinity => "a +Inf",
            Self::NegativeInfinity => "a -Inf",
            Self::Depth => return f.write_str("Function completed successfully, but the result is nested too deeply."),
            Self::Size => return f.write_str("Function completed successfully, but the result is too large."),
        };
        write!(
            f,
            "Function completed successfully, but the result contains {name} value that cannot be serialized to JSON."
        )
    }
}

/// Bytes of the longest escape.
const LONGEST_ESCAPE: usize = 6;

/// Bytes of a string with its quotes and escapes.
fn size(text: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => LONGEST_ESCAPE,
        _ => 1,
    };
    2 + text.bytes().map(escaped).sum::<usize>()
}

/// Whether a string leaves `out` within `most` bytes. It is looked through only where that depends on what is in it.
fn has_room(out: &[u8], text: &str, most: usize) -> bool {
    let room = most.saturating_sub(out.len());
    text.len().saturating_mul(LONGEST_ESCAPE).saturating_add(2) <= room || (text.len() <= room && size(text) <= room)
}

/// Writes a string with its quotes. `<`, `>` and `&` stay as they are.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0x08 => b"\\b",
            0x0c => b"\\f",
            0..0x20 => b"",
            _ => continue,
        };
        out.extend_from_slice(&bytes[start..at]);
        if escape.is_empty() {
            integer(out, format_args!("\\u{byte:04x}"));
        } else {
            out.extend_from_slice(escape);
        }
        start = at + 1;
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

/// Writes something whose text is JSON already, such as an integer.
pub(crate) fn integer(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to memory succeeds");
}

/// Writes a finite 64-bit float.
pub(crate) fn float(out: &mut Vec<u8>, value: f64) -> Result<(), Unwritable> {
    finite(value)?;
    integer(out, FloatText(value));
    Ok(())
}

/// Writes a finite 32-bit float with its own shortest digits.
pub(crate) fn float32(out: &mut Vec<u8>, value: f32) -> Result<(), Unwritable> {
    finite(f64::from(value))?;
    integer(out, FloatText(value));
    Ok(())
}

fn finite(value: f64) -> Result<(), Unwritable> {
    match value {
        _ if value.is_nan() => Err(Unwritable::Nan),
        f64::INFINITY => Err(Unwritable::Infinity),
        f64::NEG_INFINITY => Err(Unwritable::NegativeInfinity),
        _ => Ok(()),
    }
}

/// Writes any value. With it, `out` may have `most` bytes: what has more ends there, and is not written first.
pub(crate) fn value(out: &mut Vec<u8>, value: &Value, most: usize) -> Result<(), Unwritable> {
    nested(out, value, most, 0)
}

fn nested(out: &mut Vec<u8>, value: &Value, most: usize, depth: usize) -> Result<(), Unwritable> {
    if depth > DEEPEST {
        return Err(Unwritable::Depth);
    }
    match value {
        Value::String(text) if !has_room(out, text, most) => return Err(Unwritable::Size),
        Value::Number(text) | Value::Json(text) if text.len() > most.saturating_sub(out.len()) => {
            return Err(Unwritable::Size);
        }
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(value) => integer(out, value),
        Value::UInt(value) => integer(out, value),
        Value::Float(value) => float(out, *value)?,
        Value::Float32(value) => float32(out, *value)?,
        Value::Number(text) | Value::Json(text) => out.extend_from_slice(text.as_bytes()),
        Value::String(text) => string(out, text),
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                separate(out, index);
                nested(out, item, most, depth + 1)?;
            }
            out.push(b']');
        }
        Value::Object(entries) => {
            out.push(b'{');
            for (index, (name, item)) in entries.iter().enumerate() {
                separate(out, index);
                if !has_room(out, name, most) {
                    return Err(Unwritable::Size);
                }
                key(out, name);
                nested(out, item, most, depth + 1)?;
            }
            out.push(b'}');
        }
    }
    if out.len() > most { Err(Unwritable::Size) } else { Ok(()) }
}

/// Writes an object's key.
pub(crate) fn key(out: &mut Vec<u8>, name: &str) {
    string(out, name);
    out.push(b':');
}

/// Writes a key that is a GraphQL name: nothing in it wants an escape.
pub(crate) fn name(out: &mut Vec<u8>, name: &str) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Writes a comma before every member but the first.
pub(crate) fn separate(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: Value, expected: &str) {
        let mut out = Vec::new();
        value(&mut out, &given, expected.len()).expect("it can be written");
        assert_eq!(String::from_utf8_lossy(&out), expected, "{given:?}");
        assert_eq!(value(&mut Vec::new(), &given, expected.len() - 1), Err(Unwritable::Size), "{given:?}");
    }

    #[test]
    fn numbers_and_text() {
        check(Value::Float(1e-7), "1e-07");
        check(Value::Float32(0.1), "0.1");
        check(Value::UInt(u64::MAX), "18446744073709551615");
        check(Value::Int(i64::MIN), "-9223372036854775808");
        check(Value::String("a\"\\\n\u{1}<é>".into()), r#""a\"\\\n\u0001<é>""#);
        check(
            Value::Object(vec![("k".into(), Value::List(vec![Value::Null, Value::Bool(true)]))]),
            r#"{"k":[null,true]}"#,
        );
        let check = |given: Value| value(&mut Vec::new(), &given, usize::MAX);
        assert_eq!(check(Value::Float32(f32::NAN)), Err(Unwritable::Nan));
        assert_eq!(check(Value::Float(f64::NEG_INFINITY)), Err(Unwritable::NegativeInfinity));
    }

    /// Of what is too large, nothing large is written.
    #[test]
    fn escapes_count_before_they_are_written() {
        let mut out = Vec::new();
        let text = Value::String("\u{1}".repeat(1000));
        assert_eq!(value(&mut out, &text, 6001), Err(Unwritable::Size));
        assert_eq!(value(&mut out, &Value::List(vec![text.clone(), text.clone()]), 6010), Err(Unwritable::Size));
        let named = Value::Object(vec![("\u{1}".repeat(1000).into(), Value::Null)]);
        out.clear();
        assert_eq!((value(&mut out, &named, 6000), out.len()), (Err(Unwritable::Size), 1));
        assert!(out.len() < 6010, "{}", out.len());
        out.clear();
        assert_eq!((value(&mut out, &text, 6002), out.len()), (Ok(()), 6002));
    }
}
