//! The rounds as a Markdown table, and as lines of JSON.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use loadgen::samples::Samples;
use serde_json::json;

use crate::Result;
use crate::options::Options;
use crate::round::Round;

/// A quantity: name, unit, digits, and how it follows from a round.
type Quantity = (&'static str, &'static str, usize, fn(&Round) -> Option<f64>);

const QUANTITIES: [Quantity; 13] = [
    ("wall time", "s", 3, |round| Some(round.waits.first)),
    ("wall time, second time", "s", 3, |round| Some(round.waits.second)),
    ("processor time", "s", 2, |round| Some(round.waits.processor)),
    ("memory before", "MiB", 1, |round| Some(round.waits.before)),
    ("peak memory", "MiB", 1, |round| Some(round.waits.peak)),
    ("memory a call", "KiB", 0, |round| Some(round.waits.a_call)),
    ("peak memory with pure calls beside", "MiB", 1, |round| Some(round.pure?.peak)),
    ("threads", "", 0, |round| Some(round.waits.threads)),
    ("pure calls alone", "1/s", 0, |round| Some(round.pure?.alone)),
    ("pure calls beside", "1/s", 0, |round| Some(round.pure?.beside)),
    ("pure calls beside, of those alone", "", 2, |round| round.pure.map(|pure| pure.beside / pure.alone)),
    ("pure calls beside renewed waits, of those alone", "", 2, |round| {
        round.pure.map(|pure| pure.renewed / pure.alone)
    }),
    ("renewed waits", "1/s", 0, |round| Some(round.pure?.ended)),
];

/// All rounds so far.
#[derive(Debug)]
pub(crate) struct Report {
    setting: String,
    subjects: Vec<(&'static str, Vec<Round>)>,
}

impl Report {
    pub(crate) fn new(options: &Options) -> Self {
        let Options { calls, fields, rounds, seconds, connections, server_cores, client_core, .. } = options;
        let cores: Vec<String> = server_cores.iter().map(ToString::to_string).collect();
        let over = match fields {
            1 => "each over a connection of its own".to_owned(),
            _ => format!("{fields} to a request"),
        };
        let setting = format!(
            "{calls} model calls of 1 s at once, {over}; `--max-calls {}`; {rounds} rounds, each \
             with a fresh process. Runner on core {}; clients, provider and wrk on core {client_core}. Pure calls: wrk, one \
             thread, {connections} connections, {seconds} s. Minimum / median.",
            options.room(),
            cores.join(" and "),
        );
        Self { setting, subjects: Vec::new() }
    }

    pub(crate) fn add(&mut self, subject: &'static str, round: Round) {
        match self.subjects.iter_mut().find(|(name, _)| *name == subject) {
            Some((_, rounds)) => rounds.push(round),
            None => self.subjects.push((subject, vec![round])),
        }
    }

    /// One row for each quantity, one column for each subject.
    pub(crate) fn table(&self) -> String {
        let names: Vec<_> = self.subjects.iter().map(|(name, _)| *name).collect();
        let mut table =
            format!("{}\n\n| | {} |\n|---{}|\n", self.setting, names.join(" | "), "|---:".repeat(names.len()));
        for (name, unit, digits, value) in QUANTITIES {
            let unit = if unit.is_empty() { String::new() } else { format!(", {unit}") };
            let _ = write!(table, "| {name}{unit} |");
            for (_, rounds) in &self.subjects {
                let _ = match summary(rounds, value) {
                    Some((minimum, median)) => write!(table, " {minimum:.digits$} / {median:.digits$} |"),
                    None => write!(table, " – |"),
                };
            }
            table.push('\n');
        }
        table
    }

    /// Appends the figures to a file, one a line.
    pub(crate) fn keep(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        for (subject, rounds) in &self.subjects {
            for (name, unit, _, value) in QUANTITIES {
                let Some((minimum, median)) = summary(rounds, value) else { continue };
                let figure = format!("waiting calls: {name}");
                let line =
                    json!({"figure": figure, "subject": subject, "unit": unit, "minimum": minimum, "median": median});
                writeln!(file, "{line}")?;
            }
        }
        Ok(())
    }
}

/// The least value and the median; none where nothing was measured.
fn summary(rounds: &[Round], value: impl Fn(&Round) -> Option<f64>) -> Option<(f64, f64)> {
    let summary = rounds.iter().filter_map(value).collect::<Samples<_>>().summary()?;
    Some((summary.minimum, summary.median))
}
