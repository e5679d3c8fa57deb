//! Points in time as text (`abi-go` section 5, `abi-assemblyscript` section 6.2).

use jiff::civil::{Date, DateTime};

use super::coercion::CoercionError;
use crate::value::Value;

/// Seconds since the Unix epoch and nanoseconds (0..1e9) after that second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// Nanoseconds after `seconds`.
    pub nanoseconds: u32,
}

impl Instant {
    /// The instant so many milliseconds after the Unix epoch.
    pub(crate) fn of_milliseconds(milliseconds: i64) -> Self {
        let after = u32::try_from(milliseconds.rem_euclid(1000)).expect("a remainder of 1000");
        Self { seconds: milliseconds.div_euclid(1000), nanoseconds: after.saturating_mul(1_000_000) }
    }

    /// Milliseconds since the Unix epoch, rounded down.
    pub(crate) fn milliseconds(self) -> i64 {
        self.seconds.saturating_mul(1000).saturating_add((self.nanoseconds / 1_000_000).into())
    }
}

/// 0000-01-01T00:00:00Z
const FIRST: i64 = -62_167_219_200;
/// 9999-12-31T23:59:59Z
const LAST: i64 = 253_402_300_799;

/// Parses `YYYY-MM-DD`, optionally followed by `T` or one space, `HH:MM[:SS[.fraction]]` and optionally `Z` or
/// `±HH:MM`. No zone is UTC, no time is midnight. Digits after the ninth of a fraction are dropped.
///
/// # Errors
/// `failed to parse date time string: <text>`
pub fn parse(text: &str) -> Result<Instant, CoercionError> {
    parse_parts(text).ok_or_else(|| CoercionError(format!("failed to parse date time string: {text}")))
}

/// The point in time that a value stands for.
///
/// # Errors
/// It is no text, or [`parse`] refuses it.
pub(crate) fn from_value(value: &Value) -> Result<Instant, CoercionError> {
    match value {
        Value::String(text) => parse(text),
        other => Err(CoercionError(format!("incompatible type for timestamp: {}", other.describe()))),
    }
}

fn parse_parts(text: &str) -> Option<Instant> {
    let (date, rest) = text.split_at_checked(10)?;
    let days = day(date)?;
    let (clock, nanoseconds, offset) = match rest {
        "" => (0, 0, 0),
        rest => time(rest.strip_prefix(['T', ' '])?)?,
    };
    let seconds = days.checked_mul(86_400)?.checked_add(clock)?.checked_sub(offset)?;
    Some(Instant { seconds, nanoseconds })
}

fn day(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let mut part = |width: usize| parts.next().filter(|part| part.len() == width).and_then(digits::<i16>);
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    // All ten bytes are spoken for, so there is no fourth part.
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let epoch = Date::constant(1970, 1, 1);
    Some(i64::from(date.since(epoch).ok()?.get_days()))
}

/// Seconds of the day, nanoseconds, offset from UTC in seconds.
fn time(text: &str) -> Option<(i64, u32, i64)> {
    let zone_at = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone_at);
    let (clock, fraction) = match clock.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let mut parts = clock.split(':');
    let hour = parts.next().filter(|part| part.len() <= 2).and_then(digits::<i64>)?;
    let mut part = || parts.next().map(|part| digits::<i64>(part).filter(|_| part.len() == 2));
    let minute = part()??;
    let second = part();
    if part().is_some() {
        return None;
    }
    let nanoseconds = match fraction {
        None => 0,
        Some(text) if second.is_some() && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{:0<9}", text.get(..9).unwrap_or(text)).parse().ok()?
        }
        Some(_) => return None,
    };
    Some((seconds(hour, minute, second.unwrap_or(Some(0))?)?, nanoseconds, offset(zone)?))
}

fn offset(zone: &str) -> Option<i64> {
    let (sign, zone) = match zone {
        "" | "Z" => return Some(0),
        zone => zone.split_at_checked(1)?,
    };
    let (hours, minutes) = zone.split_once(':').filter(|(hours, minutes)| hours.len() == 2 && minutes.len() == 2)?;
    let seconds = seconds(digits(hours)?, digits(minutes)?, 0)?;
    match sign {
        "+" => Some(seconds),
        "-" => Some(seconds.saturating_neg()),
        _ => None,
    }
}

/// Hours, minutes and seconds in seconds; `None` where they are not of a day.
fn seconds(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let of_a_day = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    of_a_day.then(|| hour.checked_mul(60)?.checked_add(minute)?.checked_mul(60)?.checked_add(second))?
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// RFC 3339 in UTC with `Z`; the fraction only where it is not zero, without trailing zeros.
///
/// # Errors
/// When the year is outside 0 to 9999.
pub fn format(instant: Instant) -> Result<String, CoercionError> {
    let civil = civil(instant)?;
    let mut text = String::with_capacity("2025-03-01T12:00:00.123456789Z".len());
    let parts: [(&str, i16, usize); 6] = [
        ("", civil.year(), 4),
        ("-", civil.month().into(), 2),
        ("-", civil.day().into(), 2),
        ("T", civil.hour().into(), 2),
        (":", civil.minute().into(), 2),
        (":", civil.second().into(), 2),
    ];
    for (before, number, width) in parts {
        text.push_str(before);
        push(&mut text, number.unsigned_abs().into(), width);
    }
    if instant.nanoseconds != 0 {
        text.push('.');
        push(&mut text, instant.nanoseconds, 9);
        text.truncate(text.trim_end_matches('0').len());
    }
    text.push('Z');
    Ok(text)
}

/// Writes the last digits of a number, nine at most.
fn push(text: &mut String, mut number: u32, width: usize) {
    let mut digits = ['0'; 9];
    for digit in digits.iter_mut().rev() {
        *digit = char::from_digit(number % 10, 10).unwrap_or('0');
        number /= 10;
    }
    text.extend(digits.iter().skip(digits.len().saturating_sub(width)));
}

/// Year, month (from 1) and day of the month in UTC.
///
/// # Errors
/// When the year is outside 0 to 9999.
pub(crate) fn date(instant: Instant) -> Result<[u32; 3], CoercionError> {
    let civil = civil(instant)?;
    Ok([civil.year(), civil.month().into(), civil.day().into()].map(|part| part.unsigned_abs().into()))
}

fn civil(instant: Instant) -> Result<DateTime, CoercionError> {
    if !(FIRST..=LAST).contains(&instant.seconds) {
        return Err(CoercionError("the year of the timestamp is outside 0 to 9999".to_owned()));
    }
    let epoch = Date::constant(1970, 1, 1).at(0, 0, 0, 0);
    epoch
        .checked_add(jiff::SignedDuration::from_secs(instant.seconds))
        .map_err(|_| CoercionError("the timestamp is outside the calendar".to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let shown = parse(text).ok().map(|instant| format(instant).expect("a year that was parsed can be shown"));
        assert_eq!(shown.as_deref(), expected, "{text}");
    }

    #[test]
    fn accepted_forms() {
        check("2025-03-01", Some("2025-03-01T00:00:00Z"));
        check("2025-03-01T12:00", Some("2025-03-01T12:00:00Z"));
        check("2025-03-01 1:02:03", Some("2025-03-01T01:02:03Z"));
        check("2025-03-01T12:00:00.5Z", Some("2025-03-01T12:00:00.5Z"));
        check("2025-03-01T12:00:00,123456789999+01:30", Some("2025-03-01T10:30:00.123456789Z"));
        check("0000-01-01", Some("0000-01-01T00:00:00Z"));
        check("1969-12-31T23:59:59.25Z", Some("1969-12-31T23:59:59.25Z"));
    }

    #[test]
    fn refused_forms() {
        for text in [
            "",
            "2025",
            "2025-02-30",
            "2025-03-01Z",
            "2025-03-01t12:00",
            "2025-03-01T24:00",
            "2025-03-01T12:00:60",
            "2025-03-01T12:00+0100",
            " 2025-03-01",
            "2025-03-01T12:00z",
            "2025-03-01T12",
            "2025-03-01T12:00.5",
            "äöüäöüäö",
            "2025-03-0-",
            "20250-3-01",
            "2025-03-01T12:00:",
            "2025-03-01T12:00:00:00",
            "2025-03-01T12:00:00.",
            "2025-03-01T012:00",
            "2025-03-01T12:00+24:00",
            "2025-03-01T12:00*01:00",
            "2025-03-01T12:00-1:000",
        ] {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(seconds in FIRST..=LAST, nanoseconds in 0u32..1_000_000_000) {
            let instant = Instant { seconds, nanoseconds };
            let shown = format(instant).unwrap();
            prop_assert_eq!(parse(&shown), Ok(instant));
            let [year, month, day] = date(instant).unwrap();
            prop_assert!(shown.starts_with(&format!("{year:04}-{month:02}-{day:02}T")), "{}", shown);
        }

        #[test]
        fn nothing_panics(
            text in prop_oneof![any::<String>(), "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[-+Z:.,0-9]{0,30}"],
            seconds in any::<i64>(),
            nanoseconds in any::<u32>(),
        ) {
            if let Ok(instant) = parse(&text) {
                prop_assert!(instant.nanoseconds < 1_000_000_000);
            }
            let _ = format(Instant { seconds, nanoseconds });
        }
    }
}
