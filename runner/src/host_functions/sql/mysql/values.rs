//! Values of results as JSON (`host-functions` section 9.6).

use std::fmt::{Display, LowerExp};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mysql_async::consts::ColumnType;
use mysql_async::{Column, Value};

use super::geometry;
use crate::host_functions::written::Json;

/// The character set of what is no text.
const BINARY: u16 = 63;
const NO_NUMBER: &str = "a number that is none";

/// Writes a value of a column as JSON.
///
/// # Errors
/// What is wrong with a value that the server should not have sent.
pub(super) fn write(out: &mut Json, column: &Column, value: &Value) -> Result<(), &'static str> {
    match value {
        Value::NULL => out.push_str("null"),
        Value::Int(integer) => out.push_str(&integer.to_string()),
        Value::UInt(integer) => out.push_str(&integer.to_string()),
        Value::Float(float) => out.push_str(&number(*float)?),
        Value::Double(double) => out.push_str(&number(*double)?),
        Value::Date(year, month, day, hour, minute, second, micros) => {
            let date = format!("{year:04}-{month:02}-{day:02}");
            let time = format!("{hour:02}:{minute:02}:{second:02}{}", fraction(column, *micros));
            match column.column_type() {
                ColumnType::MYSQL_TYPE_TIMESTAMP => out.push_text(&format!("{date}T{time}Z")),
                ColumnType::MYSQL_TYPE_DATETIME => out.push_text(&format!("{date}T{time}")),
                _ => out.push_text(&date),
            }
        }
        Value::Time(negative, days, hours, minutes, seconds, micros) => {
            let sign = if *negative { "-" } else { "" };
            let hours = u64::from(*days) * 24 + u64::from(*hours);
            out.push_text(&format!("{sign}{hours:02}:{minutes:02}:{seconds:02}{}", fraction(column, *micros)));
        }
        Value::Bytes(bytes) => of_bytes(out, column, bytes)?,
    }
    Ok(())
}

/// What the server sends as bytes, which is everything in its text protocol.
fn of_bytes(out: &mut Json, column: &Column, bytes: &[u8]) -> Result<(), &'static str> {
    use ColumnType as T;
    let text = String::from_utf8_lossy(bytes);
    match column.column_type() {
        T::MYSQL_TYPE_TINY
        | T::MYSQL_TYPE_SHORT
        | T::MYSQL_TYPE_INT24
        | T::MYSQL_TYPE_LONG
        | T::MYSQL_TYPE_LONGLONG
        | T::MYSQL_TYPE_YEAR => match text.parse::<i128>() {
            // Without the zeros of ZEROFILL, which JSON does not allow.
            Ok(integer) => out.push_str(&integer.to_string()),
            Err(_) => return Err(NO_NUMBER),
        },
        T::MYSQL_TYPE_FLOAT => out.push_str(&number(text.parse::<f32>().map_err(|_| NO_NUMBER)?)?),
        T::MYSQL_TYPE_DOUBLE => out.push_str(&number(text.parse::<f64>().map_err(|_| NO_NUMBER)?)?),
        T::MYSQL_TYPE_DATETIME => out.push_text(&text.replacen(' ', "T", 1)),
        T::MYSQL_TYPE_TIMESTAMP => out.push_text(&format!("{}Z", text.replacen(' ', "T", 1))),
        T::MYSQL_TYPE_GEOMETRY => geometry::write(out, bytes)?,
        T::MYSQL_TYPE_BIT | T::MYSQL_TYPE_VECTOR => out.push_text(&BASE64_STANDARD.encode(bytes)),
        T::MYSQL_TYPE_STRING
        | T::MYSQL_TYPE_VAR_STRING
        | T::MYSQL_TYPE_VARCHAR
        | T::MYSQL_TYPE_TINY_BLOB
        | T::MYSQL_TYPE_BLOB
        | T::MYSQL_TYPE_MEDIUM_BLOB
        | T::MYSQL_TYPE_LONG_BLOB
            if column.character_set() == BINARY =>
        {
            out.push_text(&BASE64_STANDARD.encode(bytes));
        }
        // Decimals, which keep their digits; JSON, dates, times, enums, sets and texts.
        _ => out.push_text(&text),
    }
    Ok(())
}

/// A number that JSON can hold, in its shortest form.
fn number<N: Copy + Display + LowerExp + Into<f64>>(number: N) -> Result<String, &'static str> {
    if number.into().is_finite() { Ok(shortest(number)) } else { Err(NO_NUMBER) }
}

/// A finite number, with an exponent where there would be many zeros otherwise.
pub(super) fn shortest<N: Copy + Display + LowerExp + Into<f64>>(number: N) -> String {
    let double: f64 = number.into();
    let is_plain = double == 0.0 || (1e-6..1e21).contains(&double.abs());
    if is_plain { number.to_string() } else { format!("{number:e}") }
}

/// The fraction of a second with as many digits as the column has.
fn fraction(column: &Column, micros: u32) -> String {
    let digits = format!("{micros:06}");
    match usize::from(column.decimals()) {
        0 => String::new(),
        places @ 1..=6 => format!(".{}", digits.get(..places).unwrap_or_default()),
        // The column does not say.
        _ if micros == 0 => String::new(),
        _ => format!(".{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use mysql_async::consts::ColumnType as T;
    use proptest::prelude::*;

    use super::*;

    fn json(column: &Column, value: &Value) -> Result<String, &'static str> {
        let mut json = Json::new(1 << 20);
        write(&mut json, column, value)?;
        Ok(json.finish())
    }

    fn of(kind: T, value: Value) -> String {
        json(&Column::new(kind).with_character_set(45), &value).expect("JSON")
    }

    fn text(kind: T, text: &str) -> String {
        of(kind, Value::Bytes(text.into()))
    }

    #[test]
    fn numbers() {
        for (kind, sent, expected) in [
            (T::MYSQL_TYPE_LONG, "00042", "42"),
            (T::MYSQL_TYPE_LONGLONG, "18446744073709551615", "18446744073709551615"),
            (T::MYSQL_TYPE_LONGLONG, "-9223372036854775808", "-9223372036854775808"),
            (T::MYSQL_TYPE_YEAR, "0000", "0"),
            (T::MYSQL_TYPE_FLOAT, "1.1", "1.1"),
            (T::MYSQL_TYPE_DOUBLE, "1e300", "1e300"),
            (T::MYSQL_TYPE_DOUBLE, "0", "0"),
            (T::MYSQL_TYPE_NEWDECIMAL, "1.50", "\"1.50\""),
        ] {
            assert_eq!(text(kind, sent), expected);
        }
        assert_eq!(of(T::MYSQL_TYPE_FLOAT, Value::Float(1e30)), "1e30");
        assert_eq!(of(T::MYSQL_TYPE_DOUBLE, Value::Double(-1.5e-9)), "-1.5e-9");
        assert_eq!(of(T::MYSQL_TYPE_DOUBLE, Value::Double(1e20)), "100000000000000000000");
        assert!(json(&Column::new(T::MYSQL_TYPE_DOUBLE), &Value::Double(f64::NAN)).is_err());
        assert!(json(&Column::new(T::MYSQL_TYPE_LONG), &Value::Bytes("x".into())).is_err());
    }

    /// A server may answer in either protocol.
    #[test]
    fn times_are_the_same_in_both_protocols() {
        let date = Value::Date(2024, 1, 2, 3, 4, 5, 60_000);
        for (kind, decimals, sent, value, expected) in [
            (T::MYSQL_TYPE_DATE, 0, "2024-01-02", date.clone(), "2024-01-02"),
            (T::MYSQL_TYPE_DATETIME, 2, "2024-01-02 03:04:05.06", date.clone(), "2024-01-02T03:04:05.06"),
            (T::MYSQL_TYPE_TIMESTAMP, 6, "2024-01-02 03:04:05.060000", date.clone(), "2024-01-02T03:04:05.060000Z"),
            (T::MYSQL_TYPE_TIMESTAMP, 0, "2024-01-02 03:04:05", date, "2024-01-02T03:04:05Z"),
            (T::MYSQL_TYPE_DATE, 0, "0000-00-00", Value::Date(0, 0, 0, 0, 0, 0, 0), "0000-00-00"),
            (T::MYSQL_TYPE_TIME, 0, "-838:59:59", Value::Time(true, 34, 22, 59, 59, 0), "-838:59:59"),
            (T::MYSQL_TYPE_TIME, 1, "01:02:03.5", Value::Time(false, 0, 1, 2, 3, 500_000), "01:02:03.5"),
        ] {
            let column = Column::new(kind).with_decimals(decimals);
            for value in [Value::Bytes(sent.into()), value] {
                assert_eq!(json(&column, &value), Ok(format!("\"{expected}\"")));
            }
        }
    }

    #[test]
    fn texts_and_bytes() {
        let bytes = |kind, set| json(&Column::new(kind).with_character_set(set), &Value::Bytes("a\"".into()));
        assert_eq!(bytes(T::MYSQL_TYPE_BLOB, 45).as_deref(), Ok("\"a\\\"\""));
        assert_eq!(bytes(T::MYSQL_TYPE_BLOB, BINARY).as_deref(), Ok("\"YSI=\""));
        assert_eq!(bytes(T::MYSQL_TYPE_VECTOR, 45).as_deref(), Ok("\"YSI=\""));
        assert_eq!(bytes(T::MYSQL_TYPE_BIT, BINARY).as_deref(), Ok("\"YSI=\""));
        assert_eq!(bytes(T::MYSQL_TYPE_JSON, BINARY).as_deref(), Ok("\"a\\\"\""));
        assert_eq!(of(T::MYSQL_TYPE_GEOMETRY, Value::NULL), "null");
    }

    proptest! {
        #[test]
        fn whatever_the_server_sends(
            kind in 0_u8..=255, set: bool, decimals: u8, bytes in proptest::collection::vec(any::<u8>(), 0..24),
            double: f64, float: f32, micros: u32, days: u32,
        ) {
            let Ok(kind) = T::try_from(kind) else { return Ok(()) };
            let column = Column::new(kind).with_decimals(decimals).with_character_set(if set { 45 } else { BINARY });
            for value in [
                Value::Bytes(bytes),
                Value::Double(double),
                Value::Float(float),
                Value::Date(u16::MAX, 255, 255, 255, 255, 255, micros),
                Value::Time(true, days, 255, 255, 255, micros),
            ] {
                if let Ok(json) = json(&column, &value) {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
                }
            }
        }
    }
}
