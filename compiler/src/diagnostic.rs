//! What modusc has to say about its input: findings with stable codes, as text or as JSON.

use std::ops::Range;

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is wrong.
    Note,
    /// The artifact is written all the same.
    Warning,
    /// No artifact is written.
    Error,
}

/// Where a finding is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// File as the user named it.
    pub file: String,
    /// Line from 1; 0 = unknown.
    pub line: usize,
    /// Column from 1, in characters; 0 = unknown.
    pub column: usize,
    /// JSON pointer.
    pub pointer: Option<String>,
    /// Bytes of the source text.
    pub span: Option<Range<usize>>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// One of [`crate::codes`].
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), location: None, help: None }
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Something worth knowing.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// Sets the help text.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the location.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Names the file unless a location is set.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.location.get_or_insert_with(|| Location { file: file.to_owned(), ..Location::default() });
        self
    }

    /// Whether it forbids an artifact.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// `--strict`: warnings are errors. Notes tell of nothing that is wrong.
pub fn make_errors(found: &mut [Diagnostic]) {
    let warnings = found.iter_mut().filter(|finding| finding.severity == Severity::Warning);
    warnings.for_each(|finding| finding.severity = Severity::Error);
}
