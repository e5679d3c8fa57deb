//! Results as Markdown, and as lines of JSON.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde_json::json;

use crate::{Result, Row};

const fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

impl Row {
    fn minimum(&self) -> f64 {
        milliseconds(self.times.first().copied().unwrap_or_default())
    }

    fn median(&self) -> f64 {
        milliseconds(self.times.get(self.times.len() / 2).copied().unwrap_or_default())
    }
}

/// The rows of one function; the speeds are relative to the first row.
pub(crate) fn markdown(language: &str, function: &str, rows: &[Row]) -> String {
    let mut text = format!("\n### {function}, {language}\n\n");
    text.push_str("| subject | minimum | median | speed by minimum | by median |\n|---|--:|--:|--:|--:|\n");
    let (minimum, median) = rows.first().map_or((0.0, 0.0), |floor| (floor.minimum(), floor.median()));
    for row in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {:.2} ms | {:.2} ms | {:.2} | {:.2} |",
            row.subject,
            row.minimum(),
            row.median(),
            minimum / row.minimum(),
            median / row.median()
        );
    }
    text
}

/// Appends a line for each row.
pub(crate) fn append(path: &Path, language: &str, function: &str, rows: &[Row]) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    for row in rows {
        let figure = format!("compute: {function}, {language}");
        let line = json!({
            "figure": figure, "subject": row.subject, "unit": "ms", "minimum": row.minimum(), "median": row.median(),
        });
        writeln!(file, "{line}")?;
    }
    Ok(())
}
