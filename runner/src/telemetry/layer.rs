//! Formats events as lines on standard error.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::filter::Filter;

/// Writes each event as one line.
pub(super) struct Lines {
    filter: Filter,
    json: bool,
    colour: bool,
}

impl Lines {
    pub(super) fn new(filter: Filter, json: bool) -> Self {
        Self { filter, json, colour: !json && is_colourful() }
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.is_event() && self.filter.allows(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.filter.most())
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = match *event.metadata().level() {
            Level::TRACE => "trace",
            Level::DEBUG => "debug",
            Level::INFO => "info",
            Level::WARN => "warn",
            Level::ERROR => "error",
        };
        let level = fields.severity.take().unwrap_or_else(|| level.to_owned());
        let mut line = if self.json { json_line(&level, fields) } else { text_line(&level, &fields, self.colour) };
        line.push('\n');
        // There is nowhere to report that standard error is closed.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

/// On terminals, unless `NO_COLOR` says otherwise; anywhere with `FORCE_COLOR`.
fn is_colourful() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    set("FORCE_COLOR") || (!set("NO_COLOR") && std::io::stderr().is_terminal())
}

#[derive(Default)]
struct Fields {
    message: String,
    severity: Option<String>,
    others: Vec<(&'static str, Json)>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: Json) {
        match (field.name(), value) {
            ("message", Json::String(text)) => self.message = text,
            ("severity", Json::String(text)) => self.severity = Some(text),
            (name, value) => self.others.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.add(field, Json::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, Json::String(value.to_owned()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, Json::Bool(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value.into());
    }
}

fn json_line(level: &str, fields: Fields) -> String {
    let mut line = Map::new();
    line.insert("time".to_owned(), format!("{:.3}", Timestamp::now()).into());
    if !level.is_empty() {
        line.insert("level".to_owned(), level.into());
    }
    line.insert("message".to_owned(), fields.message.into());
    line.extend(fields.others.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Json::Object(line).to_string()
}

/// Time, level, message, then fields as `name=value`. Control characters of guests never reach the terminal.
fn text_line(level: &str, fields: &Fields, colour: bool) -> String {
    let paint = match level {
        "fatal" | "error" => "31",
        "warn" => "33",
        "info" => "32",
        _ => "2",
    };
    let time = format!("{:.3}", Timestamp::now());
    let mut line = if colour {
        format!("\x1b[2m{time}\x1b[0m \x1b[{paint}m{level:<5}\x1b[0m ")
    } else {
        format!("{time} {level:<5} ")
    };
    push_printable(&mut line, &fields.message);
    for (name, value) in &fields.others {
        if *name == "user_visible" || *name == "build_id" || *name == "plugin" {
            continue;
        }
        let text = match value {
            Json::String(text) if text.is_empty() || text.contains([' ', '"', '=']) => format!("{text:?}"),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        // Writing into a string cannot fail.
        let _ = if colour { write!(line, " \x1b[2m{name}=\x1b[0m") } else { write!(line, " {name}=") };
        push_printable(&mut line, &text);
    }
    line
}

fn push_printable(line: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_control() && c != '\t' {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
}
