//! What a guest says: standard streams, and messages through `modus_system.logMessage` (`wasm-host` section 6).

use crate::call::{Level, Message};
use crate::limits::LimitId;
use crate::telemetry::{FROM_FUNCTION, LogContext, Record, Severity, metrics};

/// The level named by `logMessage`.
fn level_of_name(name: &str) -> Option<Level> {
    Some(match name {
        "debug" => Level::Debug,
        "info" => Level::Info,
        "warning" => Level::Warning,
        "error" => Level::Error,
        "fatal" => Level::Fatal,
        _ => return None,
    })
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Debug => Severity::Debug,
        Level::Info => Severity::Info,
        Level::Warning => Severity::Warn,
        Level::Error => Severity::Error,
        Level::Fatal => Severity::Fatal,
    }
}

/// Splits a line at the first `": "` when a level word stands before it.
fn parse_line(line: &str) -> (Option<Level>, &str) {
    let Some((word, message)) = line.split_once(": ") else { return (None, line) };
    let level = match word {
        "Debug" => Level::Debug,
        "Info" => Level::Info,
        "Warning" => Level::Warning,
        "Error" => Level::Error,
        "abort" | "panic" => Level::Fatal,
        _ => return (None, line),
    };
    (Some(level), message)
}

/// One of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// Everything a call said so far, within a number of bytes.
#[derive(Debug)]
pub(crate) struct Output {
    left: usize,
    truncated: bool,
    streams: [Assembler; 2],
    messages: Vec<Message>,
}

/// Collects a stream's bytes into lines.
#[derive(Debug, Default)]
struct Assembler {
    pending: Vec<u8>,
    lines: Vec<Message>,
}

const TRUNCATED: &str = "[output truncated]";

/// What a line or a message counts besides its text. It has a record in the log and room in memory, however short it is.
const OVERHEAD: usize = 16;

/// What is taken from a stream in one turn, as it counts: about a thousand short lines, and one to two milliseconds' worth.
pub(crate) const STRETCH: usize = 16 << 10;

impl Output {
    pub(crate) fn new(limit: usize) -> Self {
        Self { left: limit, truncated: false, streams: Default::default(), messages: Vec::new() }
    }

    /// Takes bytes until the turn is used up, as many as the limit allows, and logs finished lines. Answers how many need not be
    /// written again.
    pub(crate) fn write(&mut self, stream: Stream, bytes: &[u8], turn: &mut usize, log: &LogContext) -> usize {
        let mut rest = bytes;
        while !rest.is_empty() && *turn > 0 {
            if self.left == 0 {
                self.truncate(log);
                return bytes.len();
            }
            let most = &rest[..rest.len().min(self.left).min(*turn)];
            let end = most.iter().position(|byte| *byte == b'\n');
            let assembler = &mut self.streams[stream as usize];
            assembler.pending.extend_from_slice(&most[..end.unwrap_or(most.len())]);
            let taken = end.map_or(most.len(), |end| end + 1);
            // An empty line costs a byte of the limit, but no memory.
            let is_line = end.is_some() && assembler.finish_line(stream, log);
            let cost = taken + if is_line { OVERHEAD } else { 0 };
            self.left = self.left.saturating_sub(cost);
            *turn = turn.saturating_sub(cost);
            rest = &rest[taken..];
        }
        bytes.len() - rest.len()
    }

    /// Adds a message of `logMessage`. `bare_debug`: debugging messages are lines without anything else for people.
    pub(crate) fn message(&mut self, level: &str, text: &str, log: &LogContext, bare_debug: bool) {
        let parsed = level_of_name(level);
        if !self.charge(text, log) {
            return;
        }
        if bare_debug && parsed == Some(Level::Debug) {
            log.bare(text);
        } else {
            let severity = parsed.map_or(Severity::Plain, severity);
            log.write(severity, FROM_FUNCTION, Record { text: Some(text), user_visible: true, ..Default::default() });
        }
        self.messages.push(Message { level: parsed, text: text.to_owned() });
    }

    /// Adds a warning of the host about the call.
    pub(crate) fn warn(&mut self, text: &str, log: &LogContext) {
        if self.charge(text, log) {
            log.write(Severity::Warn, text, Record { user_visible: true, ..Default::default() });
            self.messages.push(Message { level: Some(Level::Warning), text: text.to_owned() });
        }
    }

    /// Whether there is room for a message.
    fn charge(&mut self, text: &str, log: &LogContext) -> bool {
        if text.len() > self.left {
            self.truncate(log);
            return false;
        }
        self.left = self.left.saturating_sub(text.len().saturating_add(OVERHEAD));
        true
    }

    /// Logs what stands after the last line breaks. Messages, then lines of stdout, then of stderr.
    pub(crate) fn finish(mut self, log: &LogContext) -> (Vec<Message>, Vec<Message>) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            self.streams[stream as usize].finish_line(stream, log);
        }
        let [stdout, stderr] = self.streams;
        let mut lines = stdout.lines;
        lines.extend(stderr.lines);
        (self.messages, lines)
    }

    fn truncate(&mut self, log: &LogContext) {
        self.left = 0;
        if !std::mem::replace(&mut self.truncated, true) {
            metrics::refused(LimitId::Output);
            for stream in [Stream::Stdout, Stream::Stderr] {
                self.streams[stream as usize].finish_line(stream, log);
            }
            log.write(
                Severity::Warn,
                "The function's output was truncated.",
                Record { user_visible: true, ..Default::default() },
            );
            self.messages.push(Message { level: Some(Level::Warning), text: TRUNCATED.to_owned() });
        }
    }
}

impl Assembler {
    /// Logs what is there, if it is not empty. Whether it was a line.
    fn finish_line(&mut self, stream: Stream, log: &LogContext) -> bool {
        if self.pending.is_empty() {
            return false;
        }
        let line = String::from_utf8_lossy(&self.pending);
        let (level, message) = parse_line(&line);
        let unmarked = if stream == Stream::Stdout { Severity::Info } else { Severity::Error };
        let record = Record { text: Some(message), user_visible: true, ..Default::default() };
        log.write(level.map_or(unmarked, severity), FROM_FUNCTION, record);
        self.lines.push(Message { level, text: message.to_owned() });
        self.pending.clear();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> LogContext {
        LogContext { plugin: "app".into(), build_id: "b".into(), function: "f".into(), execution_id: "e".into() }
    }

    #[test]
    fn level_words() {
        assert_eq!(parse_line("Error: disk full"), (Some(Level::Error), "disk full"));
        assert_eq!(parse_line("panic: a: b"), (Some(Level::Fatal), "a: b"));
        assert_eq!(parse_line("WARN: x"), (None, "WARN: x"));
        assert_eq!(parse_line("2025/01/02 Error: x"), (None, "2025/01/02 Error: x"));
        assert_eq!(parse_line("Error:x"), (None, "Error:x"));
    }

    /// Writes all of a text; the number of turns that it takes.
    fn write(output: &mut Output, stream: Stream, text: &str) -> usize {
        let (mut written, mut turns) = (0, 0);
        while written < text.len() {
            let mut turn = STRETCH;
            written += output.write(stream, &text.as_bytes()[written..], &mut turn, &context());
            turns += 1;
        }
        turns
    }

    #[test]
    fn lines_of_chunks() {
        let mut output = Output::new(1000);
        for chunk in ["pan", "ic: bo", "om\n\nplain\r\nrest"] {
            write(&mut output, Stream::Stdout, chunk);
        }
        write(&mut output, Stream::Stderr, "slow\n");
        let (messages, lines) = output.finish(&context());
        assert!(messages.is_empty());
        let texts: Vec<_> = lines.iter().map(|line| (line.level, line.text.as_str())).collect();
        assert_eq!(texts, [(Some(Level::Fatal), "boom"), (None, "plain\r"), (None, "rest"), (None, "slow"),]);
    }

    #[test]
    fn limited() {
        let mut output = Output::new(10);
        write(&mut output, Stream::Stdout, "0123456789abc\n");
        write(&mut output, Stream::Stdout, "more\n");
        output.message("info", "x", &context(), false);
        let (messages, lines) = output.finish(&context());
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].text, "0123456789");
        assert_eq!(messages.len(), 1);
    }

    /// However short it is, a line counts as much as a message.
    #[test]
    fn short_lines_are_few_and_take_turns() {
        const LIMIT: usize = 1 << 20;
        for (line, cost) in [("a\n", 18), ("Error: x\n", 25), ("\n", 1), ("long\n", 21)] {
            let mut output = Output::new(LIMIT);
            let turns = write(&mut output, Stream::Stdout, &line.repeat(LIMIT / line.len() + 1));
            assert!(turns.abs_diff(LIMIT / STRETCH) <= 1, "{line:?} takes {turns} turns");
            let (messages, lines) = output.finish(&context());
            let expected = if cost == 1 { 0 } else { LIMIT.div_ceil(cost) };
            assert_eq!((lines.len(), messages.len()), (expected, 1), "{line:?}");
        }
    }

    /// A line that goes on in the next turn is one, also at its very end.
    #[test]
    fn turns_do_not_show() {
        for length in [STRETCH - 1, STRETCH, STRETCH + 1, 3 * STRETCH] {
            let mut output = Output::new(1 << 20);
            write(&mut output, Stream::Stderr, &format!("{}\nb\n", "a".repeat(length)));
            let (messages, lines) = output.finish(&context());
            let lengths: Vec<_> = lines.iter().map(|line| line.text.len()).collect();
            assert_eq!((lengths, messages.len()), (vec![length, 1], 0));
        }
    }
}
