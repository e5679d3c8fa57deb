//! What a setting is.

use std::path::PathBuf;

/// One setting of `S`: how it is written, what the help says, and what it sets.
///
/// The settings are a constant table, and parsing is a loop over it, because the runner parses its command line before its
/// first answer: a parser that builds its commands at run time took a tenth of the whole start.
pub(crate) struct Setting<S: 'static> {
    /// Its name behind two dashes.
    pub(crate) name: &'static str,
    pub(crate) short: Option<char>,
    /// Names of the reference, and older ones.
    pub(crate) aliases: &'static [&'static str],
    /// A variable that counts where the flag is not given.
    pub(crate) variable: Option<&'static str>,
    /// The word for the value, which is its unit where it has one; a switch has none.
    pub(crate) value: Option<&'static str>,
    pub(crate) help: &'static str,
    /// What it is in `S`, as the help shows it; nothing where it is not set, or is told in words.
    pub(crate) shown: fn(&S) -> Option<String>,
    /// The help does not tell of it.
    pub(crate) is_hidden: bool,
    pub(crate) set: Set<S>,
}

/// What a setting sets, from what was given.
pub(crate) enum Set<S: 'static> {
    Switch(fn(&mut S, bool)),
    /// A switch that a word may stand behind: `--name=word`.
    Graded(fn(&mut S, Option<&str>) -> Result<(), String>),
    Text(fn(&mut S, &str) -> Result<(), String>),
    Path(fn(&mut S, PathBuf)),
}

impl<S> Setting<S> {
    const fn new(name: &'static str, value: Option<&'static str>, help: &'static str, set: Set<S>) -> Self {
        let (short, aliases, variable, is_hidden): (_, &[_], _, _) = (None, &[], None, false);
        Self { name, short, aliases, variable, value, help, shown: |_| None, is_hidden, set }
    }

    pub(super) const fn switch(name: &'static str, help: &'static str, set: fn(&mut S, bool)) -> Self {
        Self::new(name, None, help, Set::Switch(set))
    }

    pub(super) const fn graded(
        name: &'static str,
        word: &'static str,
        help: &'static str,
        set: fn(&mut S, Option<&str>) -> Result<(), String>,
    ) -> Self {
        Self::new(name, Some(word), help, Set::Graded(set))
    }

    pub(super) const fn path(
        name: &'static str,
        value: &'static str,
        help: &'static str,
        set: fn(&mut S, PathBuf),
    ) -> Self {
        Self::new(name, Some(value), help, Set::Path(set))
    }

    pub(super) const fn text(
        name: &'static str,
        value: &'static str,
        help: &'static str,
        set: fn(&mut S, &str) -> Result<(), String>,
        shown: fn(&S) -> Option<String>,
    ) -> Self {
        Self { shown, ..Self::new(name, Some(value), help, Set::Text(set)) }
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

    pub(super) const fn hidden(self) -> Self {
        Self { is_hidden: true, ..self }
    }

    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// `--port <PORT>`
    pub(crate) fn usage(&self) -> String {
        match self.value {
            Some(word) if matches!(self.set, Set::Graded(_)) => format!("--{}[={word}]", self.name),
            Some(value) => format!("--{} <{value}>", self.name),
            None => format!("--{}", self.name),
        }
    }
}
