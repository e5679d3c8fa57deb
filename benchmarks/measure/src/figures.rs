//! Measured quantities, and the lines of JSON that are made of them.

use loadgen::samples::{Samples, Summary};
use serde_json::json;

use crate::options::Subject;

/// One quantity of all subjects, by their index.
pub(crate) struct Figure {
    name: String,
    unit: &'static str,
    samples: Vec<Samples<f64>>,
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, subjects: &[Subject]) -> Self {
        Self { name: name.into(), unit, samples: vec![Samples::default(); subjects.len()] }
    }

    pub(crate) fn push(&mut self, index: usize, value: f64) {
        self.samples[index].push(value);
    }

    /// A line for each subject that was measured. `x` is what the figure depends on, if anything.
    pub(crate) fn lines(&self, subjects: &[Subject], x: Option<usize>) -> String {
        let measured = subjects.iter().zip(&self.samples).filter_map(|(one, samples)| Some((one, samples.summary()?)));
        let line = |(subject, summary): (&Subject, Summary<f64>)| {
            let line = json!({
                "figure": self.name,
                "subject": subject.name,
                "x": x,
                "unit": self.unit,
                "minimum": summary.minimum,
                "median": summary.median,
                "samples": summary.count,
            });
            format!("{line}\n")
        };
        measured.map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_line_for_each_subject_that_was_measured() {
        let subject = |name: &str| Subject { name: name.into(), command: String::new(), every: 1 };
        let subjects = [subject("runner"), subject("absent")];
        let mut figure = Figure::new("cold start", "ms", &subjects);
        for value in [3.0, 1.0, 2.0] {
            figure.push(0, value);
        }
        let lines = figure.lines(&subjects, None);
        let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(line["subject"], "runner");
        assert_eq!(line["x"], serde_json::Value::Null);
        assert_eq!((line["minimum"].as_f64(), line["median"].as_f64()), (Some(1.0), Some(2.0)));
        assert_eq!(lines.lines().count(), 1);
    }
}
