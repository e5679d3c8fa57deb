//! Samples, tables in Markdown, and lines of JSON for whoever plots them.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use serde_json::json;

use crate::Result;

/// Where the lines go. Whoever starts a new run removes the file.
const FIGURES: &str = "target/benchmarks/figures.jsonl";

/// Measured values of one quantity.
#[derive(Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(crate) fn minimum(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The middle value, or the mean of the middle two.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.get(middle) {
            Some(&upper) if sorted.len().is_multiple_of(2) => f64::midpoint(sorted[middle - 1], upper),
            Some(&value) => value,
            None => f64::NAN,
        }
    }
}

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
    pub(crate) samples: Vec<Samples>,
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
            let (minimum, median, digits) = (samples.minimum(), samples.median(), quantity.digits);
            cells.push(if minimum.is_finite() {
                format!("{minimum:.digits$} / {median:.digits$}")
            } else {
                "–".into()
            });
            if minimum.is_finite() {
                let figure = format!("growth: {}, {what}", quantity.name);
                let (subject, unit, x) = (&row.subject, quantity.unit, row.x);
                let line = json!({
                    "figure": figure, "subject": subject, "x": x, "unit": unit, "minimum": minimum, "median": median,
                });
                writeln!(figures, "{line}")?;
            }
        }
        println!("| {} | {} | {} |", row.subject, row.x, cells.join(" | "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_and_even_counts() {
        assert_eq!(Samples(vec![3.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(Samples(vec![4.0, 1.0, 2.0, 3.0]).median(), 2.5);
        assert_eq!(Samples(vec![3.0, 1.0, 2.0]).minimum(), 1.0);
        assert!(Samples(vec![]).median().is_nan());
    }
}
