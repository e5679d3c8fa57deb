//! What is wrong with a manifest, and where.

use std::ops::Range;

/// Which rule a finding breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The text is not JSON with comments and trailing commas. Nothing of it is usable.
    Syntax,
    /// A member has the wrong JSON type, or `type` is missing or unknown. The entry is unusable.
    Type,
    /// The text breaks the published schema.
    Schema,
    /// A model names a connection that does not exist or is no HTTP connection.
    ModelConnection,
    /// A model is one of those that Hypermode hosted, and whoever serves the app has to map it to another server.
    HostedModel,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is wrong.
    Note,
    /// The manifest is usable.
    Warning,
    /// It is not.
    Error,
}

impl FindingKind {
    /// Structural findings are errors, most others warnings.
    pub fn severity(self) -> Severity {
        match self {
            Self::Syntax | Self::Type => Severity::Error,
            Self::Schema | Self::ModelConnection => Severity::Warning,
            Self::HostedModel => Severity::Note,
        }
    }
}

/// One thing that is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub kind: FindingKind,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// JSON pointer to the value or, if it is missing, to the object it belongs in.
    pub pointer: String,
    /// The bytes of the text it is about.
    pub span: Range<usize>,
}

/// Line and column, both from 1, of a byte offset. A byte order mark is not counted.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before[start..].trim_start_matches('\u{feff}').chars().count() + 1;
    (line, column)
}
