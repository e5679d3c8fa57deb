//! The report as a table for people, with colour escapes.

use std::fmt::Write as _;
use std::time::Duration;

use loadgen::samples::Summary;

use super::Report;
use super::measure::{Call, FLOOR};
use crate::render::escaped as plain;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const RESET: &str = "\x1b[0m";

/// A heading with its columns, and rows under it. The first column is to the left, the others are to the right.
struct Table {
    head: Vec<String>,
    rows: Vec<Row>,
}

enum Row {
    /// As many cells as the head has.
    Figures(Vec<String>),
    /// A name, and why there are no figures.
    Failed(String, String),
}

/// The whole report.
pub(super) fn table(report: &Report<'_>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = about(&mut out, report);
    let tables = [cold(report), calls(report)];
    let width = tables.iter().flat_map(Table::names).map(length).max().unwrap_or(0);
    tables.iter().for_each(|table| table.write(&mut out, width));
    let memory = match report.figures.memory {
        Some((idle, peak)) => format!("{} after the first answer, {} at the peak", size(idle), size(peak)),
        None => "not measured: this system does not tell".to_owned(),
    };
    let _ = writeln!(out, "\n{BOLD}Memory{RESET}  {memory}");
    for (field, reason) in &report.questions.skipped {
        let _ = writeln!(out, "\nNot called: {}: {}", plain(field), plain(reason));
    }
    for note in report.notes() {
        let _ = writeln!(out, "\n{BOLD}Note{RESET}    {}", plain(&note));
    }
    out
}

fn about(out: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let Report { arguments, machine, subject, figures, .. } = report;
    let (app, file) = (&subject.program.app, subject.file.display());
    let name = [app.name.as_str(), app.version.as_str()].map(plain).join(" ");
    writeln!(out, "{BOLD}App{RESET}     {}, build {}, {}", name.trim(), plain(&app.build_id), plain(&app.sdk))?;
    let length = size(subject.length as u64);
    match &subject.runner {
        None => writeln!(out, "{BOLD}File{RESET}    {file}, {length}, an executable")?,
        Some((path, bytes)) => {
            writeln!(out, "{BOLD}File{RESET}    {file}, {length}")?;
            writeln!(out, "{BOLD}Runner{RESET}  {}, {}", path.display(), size(*bytes))?;
        }
    }
    let processor = machine.processor.as_deref().unwrap_or(std::env::consts::ARCH);
    let cores = format!("{} core{}", machine.cores, if machine.cores == 1 { "" } else { "s" });
    let load = machine.load.map_or_else(String::new, |load| format!(", load average {load:.2} before"));
    writeln!(out, "{BOLD}On{RESET}      {}, {cores}{load}, {}", plain(processor), std::env::consts::OS)?;
    let pinned = arguments.pin.map_or_else(String::new, |core| format!(", server on core {core}"));
    let (path, environment) = (plain(&subject.path), plain(&figures.environment));
    writeln!(out, "{BOLD}At{RESET}      {path}, environment {environment}{pinned}")
}

fn cold(report: &Report<'_>) -> Table {
    let rounds = report.arguments.rounds;
    let plural = if rounds == 1 { "" } else { "s" };
    let head = [&format!("Cold start, {rounds} round{plural}"), "minimum", "median", "p95"];
    let row = |summary: &Summary<Duration>| [summary.minimum, summary.median, summary.p95].map(time).to_vec();
    let rows = report
        .figures
        .cold
        .iter()
        .map(|(question, summary)| Row::Figures([vec![plain(&question.label)], row(summary)].concat()));
    Table { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
}

fn calls(report: &Report<'_>) -> Table {
    let head = ["Calls", "minimum", "median", "p95", "p99", &format!("requests/s at {}", report.arguments.connections)];
    let times =
        |summary: &Summary<Duration>| [summary.minimum, summary.median, summary.p95, summary.p99].map(time).to_vec();
    let row = |name: String, call: &Call| {
        let rate = format!("{:.0}", call.load.rate());
        Row::Figures([vec![name], times(&call.latency), vec![rate]].concat())
    };
    let mut rows: Vec<Row> = Vec::new();
    for (question, call) in &report.figures.calls {
        let name = plain(&question.label);
        rows.push(match call {
            Ok(call) => row(name, call),
            Err(reason) => Row::Failed(name, plain(reason)),
        });
    }
    let floor = report.figures.floor.as_ref();
    let floor = floor.map(|floor| [vec![format!("GET {FLOOR}")], times(floor), vec![String::new()]].concat());
    rows.extend(floor.map(Row::Figures));
    Table { head: head.map(str::to_owned).to_vec(), rows }
}

impl Table {
    /// The first column, its heading included.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(Row::name).chain(self.head.first().map(String::as_str))
    }

    fn write(&self, out: &mut String, first: usize) {
        let widths: Vec<usize> = (1..self.head.len()).map(|column| self.width(column)).collect();
        let line = |cells: &[String], indent: usize| {
            let Some((name, cells)) = cells.split_first() else { return String::new() };
            let mut line = format!("{:indent$}{name}{:2$}", "", "", first + 2 - indent - length(name));
            for (cell, width) in cells.iter().zip(&widths) {
                let _ = write!(line, "  {:1$}{cell}", "", width - length(cell));
            }
            line.trim_end().to_owned()
        };
        let _ = writeln!(out, "\n{BOLD}{}{RESET}", line(&self.head, 0));
        for row in &self.rows {
            let _ = match row {
                Row::Figures(cells) => writeln!(out, "{}", line(cells, 2)),
                Row::Failed(name, reason) => {
                    let gap = first + 2 - length(name);
                    writeln!(out, "  {name}{:gap$}{RED}failed:{RESET} {reason}", "")
                }
            };
        }
    }

    /// Characters of the widest cell of a column.
    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| match row {
            Row::Figures(cells) => cells.get(column),
            Row::Failed(..) => None,
        });
        cells.chain(self.head.get(column)).map(|cell| length(cell)).max().unwrap_or(0)
    }
}

impl Row {
    fn name(&self) -> &str {
        match self {
            Self::Figures(cells) => cells.first().map_or("", String::as_str),
            Self::Failed(name, _) => name,
        }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A time with three digits or so.
fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let (number, unit) = match seconds {
        ..1e-3 => (seconds * 1e6, "µs"),
        1e-3..1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let digits = if number < 10.0 { 2 } else { usize::from(number < 100.0) };
    format!("{number:.digits$} {unit}")
}

fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    if bytes < 1024.0 * 1024.0 {
        format!("{:.1} KiB", bytes / 1024.0)
    } else {
        format!("{:.2} MiB", bytes / 1024.0 / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes() {
        let of = |nanoseconds| time(Duration::from_nanos(nanoseconds));
        assert_eq!([of(5_250), of(51_260), of(512_600)], ["5.25 µs", "51.3 µs", "513 µs"]);
        assert_eq!([of(2_346_000), of(1_500_000_000)], ["2.35 ms", "1.50 s"]);
        assert_eq!([size(2048), size(11_000_000)], ["2.0 KiB", "10.49 MiB"]);
    }

    #[test]
    fn columns_are_aligned() {
        let cells = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let rows = vec![Row::Figures(cells(&["a", "5 µs"])), Row::Failed("bé".to_owned(), "no".to_owned())];
        let table = Table { head: cells(&["Calls", "median"]), rows };
        let mut out = String::new();
        table.write(&mut out, 5);
        let plain = out.replace(BOLD, "").replace(RED, "").replace(RESET, "");
        assert_eq!(plain, "\nCalls    median\n  a        5 µs\n  bé     failed: no\n");
    }
}
