//! Measured values, and the lines of JSON that are made of them.

use serde_json::json;

use crate::options::Subject;

/// Measured values of one quantity of one subject.
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

/// One quantity of all subjects, by their index.
pub(crate) struct Figure {
    name: &'static str,
    unit: &'static str,
    samples: Vec<Samples>,
}

impl Figure {
    pub(crate) fn new(name: &'static str, unit: &'static str, subjects: &[Subject]) -> Self {
        Self { name, unit, samples: vec![Samples::default(); subjects.len()] }
    }

    pub(crate) fn push(&mut self, index: usize, value: f64) {
        self.samples[index].push(value);
    }

    /// A line for each subject that was measured. `x` is what the figure depends on, if anything.
    pub(crate) fn lines(&self, subjects: &[Subject], x: Option<usize>) -> String {
        let measured = subjects.iter().zip(&self.samples).filter(|(_, samples)| !samples.0.is_empty());
        let line = |(subject, samples): (&Subject, &Samples)| {
            let line = json!({
                "figure": self.name,
                "subject": subject.name,
                "x": x,
                "unit": self.unit,
                "minimum": samples.minimum(),
                "median": samples.median(),
                "samples": samples.0.len(),
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
    fn median_of_odd_and_even_counts() {
        assert_eq!(Samples(vec![3.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(Samples(vec![4.0, 1.0, 2.0, 3.0]).median(), 2.5);
        assert_eq!(Samples(vec![3.0, 1.0, 2.0]).minimum(), 1.0);
        assert!(Samples(vec![]).median().is_nan());
    }

    #[test]
    fn there_is_a_line_for_each_subject_that_was_measured() {
        let subject = |name: &str| Subject { name: name.into(), command: String::new(), every: 1 };
        let subjects = [subject("runner"), subject("absent")];
        let mut figure = Figure::new("cold start", "ms", &subjects);
        figure.push(0, 2.0);
        figure.push(0, 1.0);
        let lines = figure.lines(&subjects, None);
        let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(line["subject"], "runner");
        assert_eq!(line["x"], serde_json::Value::Null);
        assert_eq!((line["minimum"].as_f64(), line["median"].as_f64()), (Some(1.0), Some(1.5)));
        assert_eq!(lines.lines().count(), 1);
    }
}
