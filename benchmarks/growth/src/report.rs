//! Tables in Markdown, and lines of JSON for whoever plots them.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use loadgen::samples::Samples;
use serde_json::json;

use crate::Result;

/// Where the lines go. Whoever starts a new run removes the file.
const FIGURES: &str = "target/benchmarks/figures.jsonl";

/// A quantity of which every subject has one value for each size.
pub(crate) struct Quantity {
    /// Head of its column, and name of its figure.
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    /// Decimal places.
    pub(crate) digits: usize,
}

/// A row of a table: who was measured, at which size, and the samples of each quantity.
pub(crate) struct Row {
    pub(crate) subject: String,
    pub(crate) x: usize,
    pub(crate) samples: Vec<Samples<f64>>,
}

/// Prints the rows as a table with minimum and median, and appends them to the figures as `growth: NAME, WHAT`.
pub(crate) fn publish(title: &str, what: &str, quantities: &[Quantity], rows: &[Row]) -> Result<()> {
    println!("\n### {title}\n");
    let heads: Vec<String> = quantities.iter().map(|one| format!("{}, {}", one.name, one.unit)).collect();
    println!("| language | {what} | {} |", heads.join(" | "));
    println!("|---|---:|{}", "---:|".repeat(quantities.len()));
    if let Some(parent) = Path::new(FIGURES).parent() {
        fs::create_dir_all(parent)?;
    }
    let mut figures = OpenOptions::new().create(true).append(true).open(FIGURES)?;
    for row in rows {
        let mut cells = Vec::new();
        for (quantity, samples) in quantities.iter().zip(&row.samples) {
            let Some(summary) = samples.summary() else {
                cells.push("–".into());
                continue;
            };
            let (minimum, median, digits) = (summary.minimum, summary.median, quantity.digits);
            cells.push(format!("{minimum:.digits$} / {median:.digits$}"));
            let figure = format!("growth: {}, {what}", quantity.name);
            let (subject, unit, x) = (&row.subject, quantity.unit, row.x);
            let line = json!({
                "figure": figure, "subject": subject, "x": x, "unit": unit, "minimum": minimum, "median": median,
            });
            writeln!(figures, "{line}")?;
        }
        println!("| {} | {} | {} |", row.subject, row.x, cells.join(" | "));
    }
    Ok(())
}
