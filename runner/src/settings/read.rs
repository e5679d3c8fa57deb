//! From the text of a setting to its value, and back.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// The value of a setting.
pub(super) trait Value: Sized {
    /// Takes what was read: what is given last counts, lists grow.
    fn accept(&mut self, read: Self) {
        *self = read;
    }

    /// As the help shows it.
    fn shown(&self) -> Option<String> {
        None
    }
}

macro_rules! numbers {
    ($($Number:ty)*) => {
        $(impl Value for $Number {
            fn shown(&self) -> Option<String> {
                Some(self.to_string())
            }
        })*
    };
}
numbers!(u16 u32 u64 usize);

impl Value for Duration {
    fn shown(&self) -> Option<String> {
        Some(self.as_secs_f64().to_string())
    }
}

impl Value for Vec<String> {
    fn accept(&mut self, read: Self) {
        self.extend(read);
    }
}

impl Value for bool {}
impl Value for String {}
impl Value for IpAddr {}
impl Value for SocketAddr {}

impl<T: Value> Value for Option<T> {
    fn accept(&mut self, read: Self) {
        match (self, read) {
            (Some(value), Some(read)) => value.accept(read),
            (place, read) => *place = read,
        }
    }

    fn shown(&self) -> Option<String> {
        self.as_ref()?.shown()
    }
}

/// A setting that has no value where it is not given.
pub(super) fn optional<T>(read: impl Fn(&str) -> Result<T, String>) -> impl Fn(&str) -> Result<Option<T>, String> {
    move |text| read(text).map(Some)
}

/// Any text.
pub(super) fn any(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

/// A whole number.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "expected a number".to_owned())
}

/// A whole number within bounds.
pub(super) fn within<T: FromStr + PartialOrd + Display>(
    range: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        let found = text.parse().ok().filter(|found| range.contains(found));
        found.ok_or_else(|| format!("expected a number from {} to {}", range.start(), range.end()))
    }
}

/// An IP address.
pub(super) fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| "expected an IP address".to_owned())
}

/// An IP address and a port.
pub(super) fn socket(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "expected an IP address and a port".to_owned())
}

/// What stands between commas.
pub(crate) fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// At least one of what `read` reads, with commas between them.
pub(super) fn list(
    expected: &'static str,
    read: fn(&str) -> Option<String>,
) -> impl Fn(&str) -> Result<Vec<String>, String> {
    move |text| {
        let found: Option<Vec<String>> = names(text).iter().map(|name| read(name)).collect();
        found.filter(|found| !found.is_empty()).ok_or_else(|| format!("expected {expected}"))
    }
}

/// A truth value, in one of the usual spellings.
pub(crate) fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err("expected true or false".to_owned()),
    }
}

/// How far `--check-config` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The app is served.
    Not,
    /// As far as this process can tell.
    Alone,
    /// To the databases.
    Connect,
}

/// What stands behind `--check-config`.
pub(super) fn check(word: Option<&str>) -> Result<Check, String> {
    match word {
        None => Ok(Check::Alone),
        Some("connect") => Ok(Check::Connect),
        Some(text) => match truth(text) {
            Ok(true) => Ok(Check::Alone),
            Ok(false) => Ok(Check::Not),
            Err(_) => Err("expected connect, true or false".to_owned()),
        },
    }
}

/// A number of seconds, which may be none.
pub(super) fn pause(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|duration| *duration <= Duration::from_secs(86_400))
        .ok_or_else(|| "expected a number of seconds, at most 86400".to_owned())
}

/// A number of seconds, more than none.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    pause(text)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "expected a number of seconds, more than 0 and at most 86400".to_owned())
}

/// A time with its unit, as the reference writes it.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    let parsed = if text == "0" { Some(Duration::ZERO) } else { None };
    let spelled = || Duration::try_from(text.parse::<jiff::SignedDuration>().ok()?).ok();
    parsed
        .or_else(spelled)
        .filter(|time| time.is_zero() || (Duration::from_millis(10)..=Duration::from_secs(86_400)).contains(time))
        .ok_or_else(|| "expected 0, or a time such as 500ms, 1s or 1m30s".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_grow() {
        let read = list("a name", |name| (!name.contains(':')).then(|| name.to_owned()));
        let mut grown = Vec::new();
        for text in ["a, b", "c,"] {
            grown.accept(read(text).expect("names"));
        }
        assert_eq!(grown, ["a", "b", "c"]);
        assert_eq!(read(" ,"), Err("expected a name".to_owned()));
        assert_eq!(read("d, e:1"), Err("expected a name".to_owned()));
        let mut optional = None;
        for text in ["a", "b"] {
            optional.accept(Some(read(text).expect("a name")));
        }
        assert_eq!(optional, Some(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn values_as_they_are_shown() {
        assert_eq!(Duration::from_millis(1500).shown().as_deref(), Some("1.5"));
        assert_eq!(Some(8u32).shown().as_deref(), Some("8"));
        assert_eq!(None::<u32>.shown(), None);
        assert_eq!(vec!["a".to_owned()].shown(), None);
    }
}
