//! Minimum, median and ratios, as Markdown.

use std::fmt::Write as _;

/// Measured values of one server.
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

/// The head of a table whose rows are quantities: one quantity, both servers, minimum and median, ratios.
pub(crate) fn head() -> String {
    "| | runner, minimum | runner, median | hello, minimum | hello, median | ratio of minima | ratio of medians |\n\
     |---|---:|---:|---:|---:|---:|---:|\n"
        .into()
}

/// One row of that table. Ratios are runner over hello.
pub(crate) fn row(table: &mut String, name: &str, digits: usize, [runner, hello]: &[Samples; 2]) {
    let number = |value: f64| format!("{value:.digits$}");
    let _ = writeln!(
        table,
        "| {name} | {} | {} | {} | {} | {:.2} | {:.2} |",
        number(runner.minimum()),
        number(runner.median()),
        number(hello.minimum()),
        number(hello.median()),
        runner.minimum() / hello.minimum(),
        runner.median() / hello.median(),
    );
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
