//! Diagnostics on standard error: for people, or one JSON object a line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Location, Severity};

/// Bytes of a line that is still shown.
const MAX_LINE: usize = 1000;

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Writes diagnostics, with the lines they are about where it knows the text.
#[derive(Debug, Default)]
pub struct Renderer {
    format: Format,
    sources: BTreeMap<String, String>,
}

/// The JSON form.
#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl Renderer {
    /// A renderer without texts.
    pub fn new(format: Format) -> Self {
        Self { format, sources: BTreeMap::new() }
    }

    /// Makes a file's text known.
    pub fn add_source(&mut self, file: &str, text: &str) {
        self.sources.insert(file.to_owned(), text.to_owned());
    }

    /// The text of one diagnostic, with a line end. Human text holds colour escapes.
    pub fn render(&self, diagnostic: &Diagnostic) -> String {
        match self.format {
            Format::Human => self.human(diagnostic),
            Format::Json => json(diagnostic),
        }
    }

    /// Writes diagnostics to a stream; a stream that strips escapes decides about colour.
    pub fn write(&self, out: &mut dyn Write, diagnostics: &[Diagnostic]) -> std::io::Result<()> {
        diagnostics.iter().try_for_each(|diagnostic| out.write_all(self.render(diagnostic).as_bytes()))
    }

    fn human(&self, diagnostic: &Diagnostic) -> String {
        let (word, colour) = match diagnostic.severity {
            Severity::Error => ("error", "\x1b[1;31m"),
            Severity::Warning => ("warning", "\x1b[1;33m"),
            Severity::Note => ("note", "\x1b[1;36m"),
        };
        let code = diagnostic.code;
        let mut text = format!("{colour}{word}[{code}]\x1b[0m\x1b[1m: {}\x1b[0m\n", printable(&diagnostic.message));
        if let Some(location) = &diagnostic.location {
            match self.snippet(location) {
                Some(snippet) => text.push_str(&snippet),
                None => text.push_str(&place(location)),
            }
        }
        if let Some(help) = &diagnostic.help {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  \x1b[36m=\x1b[0m help: {}", printable(help));
        }
        text
    }

    /// The source lines with the span underlined.
    fn snippet(&self, location: &Location) -> Option<String> {
        let source = self.sources.get(&location.file)?;
        let span = location.span.clone().filter(|span| span.end <= source.len())?;
        // A line without end (minified, or a bad joke) is no help.
        let line = source.lines().nth(location.line.saturating_sub(1));
        line.filter(|line| line.len() <= MAX_LINE)?;
        let report = MietteDiagnostic::new("").with_label(LabeledSpan::underline(span));
        let report = miette::Report::new(report).with_source_code(NamedSource::new(&location.file, source.clone()));
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
            .with_links(false)
            .with_wrap_lines(false)
            .with_context_lines(1);
        let mut text = String::new();
        handler.render_report(&mut text, report.as_ref()).ok()?;
        // The heading is ours; miette's is the line before the frame.
        let frame = text.find('╭')?;
        let start = text[..frame].rfind('\n').map_or(0, |newline| newline + 1);
        Some(format!("{}\n", text[start..].trim_end()))
    }
}

fn place(location: &Location) -> String {
    let mut text = format!("  \x1b[36m-->\x1b[0m {}", location.file);
    if location.line > 0 {
        let _ = write!(text, ":{}:{}", location.line, location.column);
    }
    if let Some(pointer) = location.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
        let _ = write!(text, " ({})", printable(pointer));
    }
    text.push('\n');
    text
}

fn json(diagnostic: &Diagnostic) -> String {
    let text = serde_json::to_string(&object(diagnostic)).expect("texts and numbers always serialise");
    text + "\n"
}

/// A diagnostic as a JSON object.
pub fn json_value(diagnostic: &Diagnostic) -> serde_json::Value {
    serde_json::to_value(object(diagnostic)).expect("texts and numbers always serialise")
}

fn object(diagnostic: &Diagnostic) -> JsonDiagnostic<'_> {
    let location = diagnostic.location.as_ref();
    let known = |number: usize| Some(number).filter(|number| *number > 0);
    JsonDiagnostic {
        code: diagnostic.code,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        file: location.map(|location| location.file.as_str()),
        line: location.and_then(|location| known(location.line)),
        column: location.and_then(|location| known(location.column)),
        pointer: location.and_then(|location| location.pointer.as_deref()),
        help: diagnostic.help.as_deref(),
    }
}

/// The text without control characters, which must not reach the terminal: names come from the module.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// The same of a text that may have several lines.
fn printable(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n    ")
}
