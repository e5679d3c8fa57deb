//! Points in time as text (`abi-go` section 5, `abi-assemblyscript` section 6.2).

use jiff::civil::Date;

/// Seconds since the Unix epoch and nanoseconds (0..1e9) after that second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// Nanoseconds after `seconds`.
    pub nanoseconds: u32,
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
pub fn parse(text: &str) -> Result<Instant, String> {
    parse_parts(text).ok_or_else(|| format!("failed to parse date time string: {text}"))
}

fn parse_parts(text: &str) -> Option<Instant> {
    let (date, rest) = text.split_at_checked(10)?;
    let days = day(date)?;
    let (clock, nanoseconds, offset) = match rest.as_bytes().first() {
        None => (0, 0, 0),
        Some(b'T' | b' ') => time(&rest[1..])?,
        Some(_) => return None,
    };
    Some(Instant { seconds: days * 86_400 + clock - offset, nanoseconds })
}

fn day(date: &str) -> Option<i64> {
    let bytes = date.as_bytes();
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let date = Date::new(digits(&date[..4])? as i16, digits(&date[5..7])? as i8, digits(&date[8..])? as i8).ok()?;
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
    let hour_text = parts.next()?;
    let (hour, minute) = (digits(hour_text)?, digits(parts.next()?)?);
    let second_text = parts.next();
    let second = second_text.map_or(Some(0), digits)?;
    let widths = hour_text.len() <= 2 && clock[hour_text.len() + 1..].split(':').all(|part| part.len() == 2);
    if parts.next().is_some() || !widths || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanoseconds = match fraction {
        None => 0,
        Some(text) if second_text.is_some() && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{:0<9}", &text[..text.len().min(9)]).parse().ok()?
        }
        Some(_) => return None,
    };
    Some((hour * 3600 + minute * 60 + second, nanoseconds, offset(zone)?))
}

fn offset(zone: &str) -> Option<i64> {
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let bytes = zone.as_bytes();
    if bytes.len() != 6 || bytes[3] != b':' || !matches!(bytes[0], b'+' | b'-') {
        return None;
    }
    let (hours, minutes) = (digits(zone.get(1..3)?)?, digits(zone.get(4..)?)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    Some(if bytes[0] == b'-' { -seconds } else { seconds })
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// RFC 3339 in UTC with `Z`; the fraction only where it is not zero, without trailing zeros.
///
/// # Errors
/// When the year is outside 0 to 9999.
pub fn format(instant: Instant) -> Result<String, String> {
    if !(FIRST..=LAST).contains(&instant.seconds) {
        return Err("the year of the timestamp is outside 0 to 9999".to_owned());
    }
    let epoch = Date::constant(1970, 1, 1).at(0, 0, 0, 0);
    let civil = epoch
        .checked_add(jiff::SignedDuration::from_secs(instant.seconds))
        .map_err(|_| "the timestamp is outside the calendar".to_owned())?;
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second()
    );
    if instant.nanoseconds != 0 {
        text.push('.');
        text.push_str(format!("{:09}", instant.nanoseconds).trim_end_matches('0'));
    }
    text.push('Z');
    Ok(text)
}

#[cfg(test)]
mod tests {
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
        ] {
            check(text, None);
        }
    }
}
