//! What a flag of the command line is.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::Arguments;

/// One flag: how it is written, what the help says, and what it sets.
///
/// The flags are a table, and parsing is a loop over it, because the runner parses them before its first answer: a parser
/// that builds its commands at run time took a tenth of the whole start.
pub(super) struct Flag {
    /// Its name behind two dashes.
    pub(super) name: &'static str,
    pub(super) short: Option<char>,
    /// Names of the reference, and older ones.
    pub(super) aliases: &'static [&'static str],
    /// A variable that counts where the flag is not given.
    pub(super) variable: Option<&'static str>,
    /// The word for the value in the help; a switch has none.
    pub(super) value: Option<&'static str>,
    pub(super) help: &'static str,
    pub(super) default: Option<fn(&Arguments) -> String>,
    pub(super) hidden: bool,
    pub(super) set: Set,
}

/// What a flag sets.
#[derive(Clone, Copy)]
pub(super) enum Set {
    Switch(fn(&mut Arguments, bool)),
    Text(fn(&mut Arguments, &str) -> Result<(), String>),
    Path(fn(&mut Arguments, PathBuf)),
}

impl Flag {
    const fn new(name: &'static str, value: Option<&'static str>, help: &'static str, set: Set) -> Self {
        Self { name, short: None, aliases: &[], variable: None, value, help, default: None, hidden: false, set }
    }

    pub(super) const fn switch(name: &'static str, help: &'static str, set: fn(&mut Arguments, bool)) -> Self {
        Self::new(name, None, help, Set::Switch(set))
    }

    pub(super) const fn text(
        name: &'static str,
        value: &'static str,
        help: &'static str,
        set: fn(&mut Arguments, &str) -> Result<(), String>,
    ) -> Self {
        Self::new(name, Some(value), help, Set::Text(set))
    }

    pub(super) const fn path(
        name: &'static str,
        value: &'static str,
        help: &'static str,
        set: fn(&mut Arguments, PathBuf),
    ) -> Self {
        Self::new(name, Some(value), help, Set::Path(set))
    }

    pub(super) const fn short(self, short: char) -> Self {
        Self { short: Some(short), ..self }
    }

    pub(super) const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    pub(super) const fn variable(self, variable: &'static str) -> Self {
        Self { variable: Some(variable), ..self }
    }

    /// The default as the help shows it, read from [`Arguments::default`].
    pub(super) const fn default(self, default: fn(&Arguments) -> String) -> Self {
        Self { default: Some(default), ..self }
    }

    pub(super) const fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// `--port <PORT>`
    pub(super) fn usage(&self) -> String {
        match self.value {
            Some(value) => format!("--{} <{value}>", self.name),
            None => format!("--{}", self.name),
        }
    }
}

/// Stores what was read.
pub(super) fn put<T>(place: &mut T, read: Result<T, String>) -> Result<(), String> {
    *place = read?;
    Ok(())
}

/// A whole number.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "expected a number".to_owned())
}

/// A whole number within bounds.
pub(super) fn within<T: FromStr + PartialOrd + Display>(range: RangeInclusive<T>, text: &str) -> Result<T, String> {
    let found = text.parse().ok().filter(|found| range.contains(found));
    found.ok_or_else(|| format!("expected a number from {} to {}", range.start(), range.end()))
}

/// What stands between commas.
pub(crate) fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// A truth value, in one of the usual spellings.
pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err("expected true or false".to_owned()),
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
