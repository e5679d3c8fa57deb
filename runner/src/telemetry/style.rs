//! How lines look, and how much of a text they show.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Write as _};

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::Serialize;

/// Milliseconds.
const TIME: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
/// Bytes of a message, and of all fields, from which on texts are cut.
const MESSAGE: usize = 16 << 10;
const FIELDS: usize = 48 << 10;
/// Letters of a level.
const WIDTH: usize = 5;
/// Bytes of a text that is shown whatever else there is: names and ids.
const SHORT: usize = 256;
/// Bytes that a byte of a text takes at most, escaped.
const WIDEST: usize = 10;

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Text,
    Colour,
    Json,
}

impl Style {
    /// JSON, or text for people.
    pub(super) fn new(json: bool) -> Self {
        match json {
            true => Self::Json,
            false if is_colourful() => Self::Colour,
            false => Self::Text,
        }
    }

    /// Adds a line: time, level, message, then the fields, which are as they stand in the line.
    pub(super) fn line(self, line: &mut Vec<u8>, level: &str, message: &str, fields: &[u8]) {
        match self {
            Self::Json => json_line(line, level, message, fields),
            _ => self.text_line(line, level, message, fields),
        }
        line.push(b'\n');
    }

    /// Adds a warning about the log itself; how many `lines` it is about, if any.
    pub(super) fn notice(self, line: &mut Vec<u8>, message: &str, lines: u64) {
        let fields = match self {
            _ if lines == 0 => String::new(),
            Self::Json => format!(",\"lines\":{lines}"),
            _ => format!(" lines={lines}"),
        };
        self.line(line, "warn", message, fields.as_bytes());
    }

    fn text_line(self, line: &mut Vec<u8>, level: &str, message: &str, fields: &[u8]) {
        let (dim, paint, plain) = match (self, level) {
            (Self::Colour, "fatal" | "error") => ("\x1b[2m", "\x1b[31m", "\x1b[0m"),
            (Self::Colour, "warn") => ("\x1b[2m", "\x1b[33m", "\x1b[0m"),
            (Self::Colour, "info") => ("\x1b[2m", "\x1b[32m", "\x1b[0m"),
            (Self::Colour, _) => ("\x1b[2m", "\x1b[2m", "\x1b[0m"),
            _ => ("", "", ""),
        };
        line.extend_from_slice(dim.as_bytes());
        push_time(line);
        for part in [plain, " ", paint, level] {
            line.extend_from_slice(part.as_bytes());
        }
        line.resize(line.len() + WIDTH.saturating_sub(level.len()), b' ');
        line.extend_from_slice(plain.as_bytes());
        line.push(b' ');
        let shown = fitting(message, MESSAGE, debug_width);
        push_printable(line, shown);
        if shown.len() < message.len() {
            push_cut(line, message);
        }
        line.extend_from_slice(fields);
    }

    /// Adds a text as a field's value.
    pub(super) fn value(self, fields: &mut Vec<u8>, text: &str) {
        let room = FIELDS.saturating_sub(fields.len());
        if self == Self::Json {
            return push_text(fields, text, room);
        }
        let shown = fitting(text, room, debug_width);
        let cut = shown.len() < text.len();
        if cut || text.is_empty() || text.bytes().any(|byte| matches!(byte, b' ' | b'"' | b'=')) {
            // This form has no control characters.
            let _ = write!(fields, "{shown:?}");
            if cut {
                fields.pop();
                push_cut(fields, text);
                fields.push(b'"');
            }
        } else {
            push_printable(fields, text);
        }
    }
}

/// On terminals, unless `NO_COLOR` says otherwise; anywhere with `FORCE_COLOR`.
fn is_colourful() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    set("FORCE_COLOR") || (!set("NO_COLOR") && std::io::stderr().is_terminal())
}

fn json_line(line: &mut Vec<u8>, level: &str, message: &str, fields: &[u8]) {
    line.extend_from_slice(b"{\"time\":\"");
    push_time(line);
    line.push(b'"');
    if !level.is_empty() {
        line.extend_from_slice(b",\"level\":");
        push_json(line, level);
    }
    line.extend_from_slice(b",\"message\":");
    push_text(line, message, MESSAGE);
    line.extend_from_slice(fields);
    line.push(b'}');
}

thread_local! {
    /// A second since 1970, and how it is shown, up to the point behind it.
    static SECOND: RefCell<(i64, Vec<u8>)> = const { RefCell::new((i64::MIN, Vec::new())) };
}

/// Adds the time, in milliseconds. Of all lines of a second only the first works out its date.
fn push_time(line: &mut Vec<u8>) {
    let now = Timestamp::now();
    let added = SECOND.try_with(|known| {
        let (second, shown) = &mut *known.borrow_mut();
        if *second != now.as_second() {
            *second = now.as_second();
            shown.clear();
            // Writing into memory cannot fail.
            let _ = TIME.print_timestamp(&now, &mut *shown);
            shown.truncate(shown.len().saturating_sub("000Z".len()));
        }
        line.extend_from_slice(shown);
        let milliseconds = now.subsec_millisecond().unsigned_abs();
        line.extend([milliseconds / 100, milliseconds / 10 % 10, milliseconds % 10].map(|digit| b'0' + digit as u8));
        line.push(b'Z');
    });
    if added.is_err() {
        // The thread ends.
        let _ = TIME.print_timestamp(&now, line);
    }
}

pub(super) fn push_json<T: Serialize + ?Sized>(line: &mut Vec<u8>, value: &T) {
    // Texts and numbers can all be written.
    let _ = serde_json::to_writer(line, value);
}

/// A text as JSON, as much of it as there is room for.
fn push_text(line: &mut Vec<u8>, text: &str, room: usize) {
    let shown = fitting(text, room, json_width);
    push_json(line, shown);
    if shown.len() < text.len() {
        line.pop();
        push_cut(line, text);
        line.push(b'"');
    }
}

/// What stands for the rest of a text.
fn push_cut(line: &mut Vec<u8>, text: &str) {
    let _ = write!(line, " [cut: it has {} bytes]", text.len());
}

/// The beginning of a text that takes at most `room` bytes, where each character takes as many as `width` says.
fn fitting(text: &str, room: usize, width: impl Fn(char) -> usize) -> &str {
    if text.len() <= SHORT || text.len().saturating_mul(WIDEST) <= room {
        return text;
    }
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += width(*c);
        used > room
    });
    end.map_or(text, |(at, _)| &text[..at])
}

fn json_width(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\x08' | '\x0c' => 2,
        '\0'..='\x1f' => 6,
        c => c.len_utf8(),
    }
}

fn debug_width(c: char) -> usize {
    c.escape_debug().len().max(c.len_utf8())
}

/// Control characters of guests never reach the terminal.
fn push_printable(line: &mut Vec<u8>, text: &str) {
    // Without an end before the last byte, so that many are looked at at once.
    let odd = text.bytes().fold(false, |odd, byte| odd | !matches!(byte, b' '..=b'~'));
    if !odd {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    for c in text.chars() {
        if c.is_control() && c != '\t' {
            let _ = write!(line, "{}", c.escape_default());
        } else {
            line.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(style: Style, text: &str) -> String {
        let mut fields = Vec::new();
        style.value(&mut fields, text);
        String::from_utf8(fields).expect("text")
    }

    #[test]
    fn values_for_people() {
        for (text, expected) in [
            ("plain", "plain"),
            ("", "\"\""),
            ("two words", "\"two words\""),
            ("a\x1b[2Jb", "a\\u{1b}[2Jb"),
            ("a b\n\x1b", "\"a b\\n\\u{1b}\""),
            ("Größe", "Größe"),
        ] {
            assert_eq!(value(Style::Text, text), expected);
        }
    }

    #[test]
    fn long_texts_are_cut_and_lines_stay_whole() {
        for piece in ["x", "\u{1}", "\"", "ö", "\u{1b}", "\u{10ffff}", "a b"] {
            let text = piece.repeat((1 << 20) / piece.len());
            for style in [Style::Text, Style::Colour, Style::Json] {
                let (mut fields, mut line) = (Vec::new(), Vec::new());
                fields.extend_from_slice(if style == Style::Json { b",\"text\":" } else { b" text=" });
                style.value(&mut fields, &text);
                // What comes after it is still told.
                fields.extend_from_slice(if style == Style::Json { b",\"id\":" } else { b" id=" });
                style.value(&mut fields, "d1u0");
                style.line(&mut line, "info", &text, &fields);
                assert!(line.len() < (64 << 10) + 1000, "{piece:?} {style:?}: {}", line.len());
                assert!(line.len() > (48 << 10), "{piece:?} {style:?}: {}", line.len());
                assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
                let line = str::from_utf8(&line).expect("text");
                assert!(line.contains(&format!("[cut: it has {} bytes]", text.len())));
                if style == Style::Json {
                    let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
                    assert_eq!(record["id"], "d1u0");
                    assert!(record["text"].as_str().is_some_and(|text| text.starts_with(piece)));
                } else {
                    assert!(line.trim_end().ends_with("id=d1u0"), "{piece:?}");
                }
            }
        }
    }
}
