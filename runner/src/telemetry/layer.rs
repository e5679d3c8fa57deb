//! Formats events as lines on standard error.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::filter::Filter;

/// Milliseconds.
const TIME: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
/// Room of a line that is kept for the next one.
const KEPT: usize = 4096;

thread_local! {
    /// Each call writes two lines: their texts are made in the same memory again and again.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

#[derive(Default)]
struct Scratch {
    line: String,
    message: String,
    fields: String,
}

/// How lines look.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Text,
    Colour,
    Json,
}

/// Writes each event as one line.
pub(super) struct Lines {
    filter: Filter,
    style: Style,
}

impl Lines {
    pub(super) fn new(filter: Filter, json: bool) -> Self {
        let style = match json {
            true => Style::Json,
            false if is_colourful() => Style::Colour,
            false => Style::Text,
        };
        Self { filter, style }
    }
}

/// Beside the layer that makes traces, where a filter of its own stands before it.
impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.show(event);
    }
}

/// Alone. A registry of spans, which there are none of then, would be a part of the start.
impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && self.filter.allows(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.filter.most())
    }

    fn event(&self, event: &Event<'_>) {
        self.show(event);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Lines {
    fn show(&self, event: &Event<'_>) {
        // A value that logs while it is shown finds the memory in use, a thread that ends finds none.
        let shared = SCRATCH.try_with(|scratch| {
            scratch.try_borrow_mut().is_ok_and(|mut scratch| {
                self.write(event, &mut scratch);
                true
            })
        });
        if shared != Ok(true) {
            self.write(event, &mut Scratch::default());
        }
    }

    fn write(&self, event: &Event<'_>, scratch: &mut Scratch) {
        let Scratch { line, message, fields } = scratch;
        for text in [&mut *line, message, fields] {
            text.clear();
            text.shrink_to(KEPT);
        }
        let mut visitor = Fields { style: self.style, message, fields, severity: None };
        event.record(&mut visitor);
        let severity = visitor.severity;
        let level = severity.as_deref().unwrap_or(match *event.metadata().level() {
            Level::TRACE => "trace",
            Level::DEBUG => "debug",
            Level::INFO => "info",
            Level::WARN => "warn",
            Level::ERROR => "error",
        });
        self.style.line(line, level, message, fields);
        // There is nowhere to report that standard error is closed.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

/// On terminals, unless `NO_COLOR` says otherwise; anywhere with `FORCE_COLOR`.
fn is_colourful() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    set("FORCE_COLOR") || (!set("NO_COLOR") && std::io::stderr().is_terminal())
}

impl Style {
    /// Time, level, message, then the fields.
    fn line(self, line: &mut String, level: &str, message: &str, fields: &str) {
        match self {
            Self::Json => json_line(line, level, message, fields),
            _ => self.text_line(line, level, message, fields),
        }
        line.push('\n');
    }

    fn text_line(self, line: &mut String, level: &str, message: &str, fields: &str) {
        let (dim, paint, plain) = match (self, level) {
            (Self::Colour, "fatal" | "error") => ("\x1b[2m", "\x1b[31m", "\x1b[0m"),
            (Self::Colour, "warn") => ("\x1b[2m", "\x1b[33m", "\x1b[0m"),
            (Self::Colour, "info") => ("\x1b[2m", "\x1b[32m", "\x1b[0m"),
            (Self::Colour, _) => ("\x1b[2m", "\x1b[2m", "\x1b[0m"),
            _ => ("", "", ""),
        };
        line.push_str(dim);
        push_time(line);
        // Writing into a string cannot fail.
        let _ = write!(line, "{plain} {paint}{level:<5}{plain} ");
        push_printable(line, message);
        line.push_str(fields);
    }
}

fn json_line(line: &mut String, level: &str, message: &str, fields: &str) {
    line.push_str("{\"time\":\"");
    push_time(line);
    line.push('"');
    if !level.is_empty() {
        line.push_str(",\"level\":");
        push_json(line, level);
    }
    line.push_str(",\"message\":");
    push_json(line, message);
    line.push_str(fields);
    line.push('}');
}

fn push_time(line: &mut String) {
    // Writing into a string cannot fail.
    let _ = TIME.print_timestamp(&Timestamp::now(), line);
}

/// What is seen of an event, as it will stand in the line: `name=value` for people, members for machines.
struct Fields<'s> {
    style: Style,
    message: &'s mut String,
    fields: &'s mut String,
    severity: Option<String>,
}

impl Fields<'_> {
    /// Whether the field belongs among the others; its name stands there then.
    fn begin(&mut self, field: &Field) -> bool {
        let name = field.name();
        let (before, after) = match self.style {
            Style::Json => (",\"", "\":"),
            _ if ["user_visible", "build_id", "plugin"].contains(&name) => return false,
            Style::Text => (" ", "="),
            Style::Colour => (" \x1b[2m", "=\x1b[0m"),
        };
        self.fields.extend([before, name, after]);
        true
    }

    fn plain(&mut self, field: &Field, value: impl std::fmt::Display + Serialize) {
        if !self.begin(field) {
            return;
        }
        match self.style {
            Style::Json => push_json(self.fields, &value),
            _ => _ = write!(self.fields, "{value}"),
        }
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        match field.name() {
            "message" => _ = write!(self.message, "{value:?}"),
            _ => self.record_str(field, &format!("{value:?}")),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message.push_str(value),
            "severity" => self.severity = Some(value.to_owned()),
            _ if !self.begin(field) => {}
            _ if self.style == Style::Json => push_json(self.fields, value),
            _ if value.is_empty() || value.bytes().any(|byte| matches!(byte, b' ' | b'"' | b'=')) => {
                push_printable(self.fields, &format!("{value:?}"));
            }
            _ => push_printable(self.fields, value),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.plain(field, value);
    }
}

fn push_json<T: Serialize + ?Sized>(line: &mut String, value: &T) {
    // Texts and numbers can all be written.
    line.push_str(&serde_json::to_string(value).unwrap_or_default());
}

/// Control characters of guests never reach the terminal.
fn push_printable(line: &mut String, text: &str) {
    // Without an end before the last byte, so that many are looked at at once.
    let odd = text.bytes().fold(false, |odd, byte| odd | !matches!(byte, b' '..=b'~'));
    if !odd {
        line.push_str(text);
        return;
    }
    for c in text.chars() {
        if c.is_control() && c != '\t' {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
}
