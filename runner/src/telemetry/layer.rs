//! Formats events as lines of the log.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::filter::Filter;
use super::queue::Queue;
use super::style::{Style, push_json};

/// Room of a line that is kept for the next one.
const KEPT: usize = 4096;

thread_local! {
    /// Each call writes two lines: their texts are made in the same memory again and again.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

#[derive(Default)]
struct Scratch {
    line: Vec<u8>,
    texts: Texts,
}

/// What is seen of an event. The fields are as they will stand in the line: `name=value` for people, members for machines.
#[derive(Default)]
struct Texts {
    message: String,
    severity: String,
    /// A value while it is shown.
    value: String,
    fields: Vec<u8>,
}

/// Writes each event as one line.
pub(super) struct Lines {
    filter: Filter,
    queue: Arc<Queue>,
}

impl Lines {
    pub(super) fn new(filter: Filter, queue: Arc<Queue>) -> Self {
        Self { filter, queue }
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
        let Scratch { line, texts } = scratch;
        line.clear();
        line.shrink_to(KEPT);
        texts.clear();
        let style = self.queue.style();
        let mut visitor = Fields { style, texts, severe: false, bare: false };
        event.record(&mut visitor);
        let level = match *event.metadata().level() {
            _ if visitor.severe => texts.severity.as_str(),
            Level::TRACE => "trace",
            Level::DEBUG => "debug",
            Level::INFO => "info",
            Level::WARN => "warn",
            Level::ERROR => "error",
        };
        style.line(line, level, &texts.message, &texts.fields);
        self.queue.append(line);
    }
}

impl Texts {
    fn clear(&mut self) {
        for text in [&mut self.message, &mut self.severity, &mut self.value] {
            text.clear();
            text.shrink_to(KEPT);
        }
        self.fields.clear();
        self.fields.shrink_to(KEPT);
    }
}

struct Fields<'s> {
    style: Style,
    texts: &'s mut Texts,
    /// The severity is one that `tracing` does not know.
    severe: bool,
    /// The line is the text and nothing else.
    bare: bool,
}

impl Fields<'_> {
    /// Whether the field belongs among the others; its name stands there then.
    fn begin(&mut self, field: &Field) -> bool {
        let name = field.name();
        let (before, after) = match self.style {
            Style::Json => (",\"", "\":"),
            _ if self.bare || ["user_visible", "build_id", "plugin"].contains(&name) => return false,
            Style::Text => (" ", "="),
            Style::Colour => (" \x1b[2m", "=\x1b[0m"),
        };
        for part in [before, name, after] {
            self.texts.fields.extend_from_slice(part.as_bytes());
        }
        true
    }

    fn plain(&mut self, field: &Field, value: impl std::fmt::Display + Serialize) {
        if !self.begin(field) {
            return;
        }
        match self.style {
            Style::Json => push_json(&mut self.texts.fields, &value),
            // Writing into memory cannot fail.
            _ => _ = write!(self.texts.fields, "{value}"),
        }
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let mut text = std::mem::take(&mut self.texts.value);
        text.clear();
        // What a value cannot show of itself is left out.
        let _ = write!(text, "{value:?}");
        self.record_str(field, &text);
        self.texts.value = text;
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" if self.bare => {}
            "message" => self.texts.message.push_str(value),
            "text" if self.bare => self.texts.message.push_str(value),
            "severity" => {
                self.severe = true;
                self.texts.severity.push_str(value);
            }
            _ if self.begin(field) => self.style.value(&mut self.texts.fields, value),
            _ => {}
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        match field.name() {
            "bare" => self.bare = self.style != Style::Json,
            _ => self.plain(field, value),
        }
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::super::record::{LogContext, Record, Severity};
    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged while `run` runs.
    fn logged(style: Style, run: impl FnOnce(&LogContext)) -> String {
        let memory = Memory::default();
        let queue = Arc::new(Queue::new(Box::new(memory.clone()), style, 1 << 20));
        let (filter, _) = Filter::from_variables(|_| None);
        let context =
            LogContext { plugin: "app".into(), build_id: "b".into(), function: "f".into(), execution_id: "e".into() };
        tracing::subscriber::with_default(Lines::new(filter, Arc::clone(&queue)), || run(&context));
        assert!(queue.flush(Duration::from_secs(20)));
        String::from_utf8(memory.0.lock().unwrap().clone()).expect("text")
    }

    #[test]
    fn records_for_machines() {
        let log = logged(Style::Json, |context| {
            let record =
                Record { text: Some("a\n\"b\""), duration_ms: Some(0.015_573_000_000_000_002), ..Default::default() };
            context.write(Severity::Fatal, "Told.", Record { user_visible: true, ..record });
            context.write(Severity::Plain, "Bare.", Record::default());
            tracing::info!(target: "modus", count = 3, address = ?"x", "{} and {}", 1, 2);
        });
        let records: Vec<serde_json::Value> =
            log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let [fatal, plain, formatted] = records.as_slice() else { panic!("{log}") };
        assert_eq!((&fatal["level"], &fatal["message"]), (&"fatal".into(), &"Told.".into()));
        assert_eq!((&fatal["text"], &fatal["function"]), (&"a\n\"b\"".into(), &"f".into()));
        assert!(log.contains(",\"duration_ms\":0.016,"), "{log}");
        assert_eq!((&plain["level"], &plain["message"]), (&serde_json::Value::Null, &"Bare.".into()));
        assert_eq!((&formatted["message"], &formatted["count"]), (&"1 and 2".into(), &3.into()));
    }

    #[test]
    fn debugging_messages_are_escaped_lines_for_people_and_records_for_machines() {
        let forged = "a b\n2026-01-01T00:00:00.000Z error \x1b[2J";
        let log = logged(Style::Text, |context| context.bare(forged));
        let (_, shown) = log.split_once(" debug ").expect("time and level come first");
        assert_eq!(shown, "a b\\n2026-01-01T00:00:00.000Z error \\u{1b}[2J\n");
        let log = logged(Style::Json, |context| context.bare(forged));
        let record: serde_json::Value = serde_json::from_str(&log).expect("one record");
        assert_eq!((&record["level"], &record["text"]), (&"debug".into(), &forged.into()));
        assert_eq!(
            (&record["message"], &record["execution_id"]),
            (&"Message logged from function.".into(), &"e".into())
        );
        assert_eq!(record["bare"], serde_json::Value::Null);
    }

    #[test]
    fn panics_are_records() {
        let log = logged(Style::Json, |_| {
            crate::panics::install();
            let long = "long ".repeat(10_000);
            let caught = std::panic::catch_unwind(|| panic!("on\npurpose, {long}"));
            drop(std::panic::take_hook());
            assert!(caught.is_err());
        });
        let record: serde_json::Value = serde_json::from_str(&log).expect("one record");
        assert_eq!((&record["level"], record["thread"].is_string()), (&"error".into(), true));
        assert!(record["panic"].as_str().is_some_and(|text| text.starts_with("on\npurpose, ") && text.len() < 5000));
        assert!(record["location"].as_str().is_some_and(|place| place.contains("layer.rs:")), "{record}");
        assert!(crate::telemetry::metrics::render().contains("\nruntime_panics_num "));
    }
}
