//! Minimum, median and tail of what was measured.

use std::cmp::Ordering;

/// Measured values of one kind: times, or numbers.
#[derive(Clone, Debug)]
pub struct Samples<T>(Vec<T>);

/// What counts of many values. Percentiles are by nearest rank: each is a value that was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary<T> {
    /// How many there were.
    pub count: usize,
    /// The least.
    pub minimum: T,
    /// The 50th percentile.
    pub median: T,
    /// The 95th percentile.
    pub p95: T,
    /// The 99th percentile.
    pub p99: T,
}

impl<T> Default for Samples<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + PartialOrd> Samples<T> {
    /// Adds a value, which is not NaN.
    pub fn push(&mut self, value: T) {
        self.0.push(value);
    }

    /// `None` without any value.
    #[must_use]
    pub fn summary(&self) -> Option<Summary<T>> {
        let mut sorted = self.0.clone();
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        let (&minimum, &maximum) = (sorted.first()?, sorted.last()?);
        let rank = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).max(1) - 1).copied();
        let at = |percent| rank(percent).unwrap_or(maximum);
        Some(Summary { count: sorted.len(), minimum, median: at(50), p95: at(95), p99: at(99) })
    }
}

impl<T> FromIterator<T> for Samples<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let summary = |numbers: &[f64]| {
            let found = numbers.iter().copied().collect::<Samples<_>>().summary();
            found.map(|found| [found.minimum, found.median, found.p95, found.p99])
        };
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(&[7.0]), Some([7.0, 7.0, 7.0, 7.0]));
        assert_eq!(summary(&[3.0, 1.0, 2.0]), Some([1.0, 2.0, 3.0, 3.0]));
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(summary(&hundred), Some([1.0, 50.0, 95.0, 99.0]));
    }
}
