//! Minimum, median and tail of measured times.

use std::time::Duration;

/// Measured times of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples(Vec<Duration>);

impl Samples {
    pub(super) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// `None` without any time.
    pub(super) fn summary(mut self) -> Option<Summary> {
        self.0.sort_unstable();
        let (&minimum, &maximum) = (self.0.first()?, self.0.last()?);
        let rank = |percent: usize| self.0.get((self.0.len() * percent).div_ceil(100).max(1) - 1).copied();
        let at = |percent| rank(percent).unwrap_or(maximum);
        Some(Summary { count: self.0.len(), minimum, median: at(50), p95: at(95), p99: at(99) })
    }
}

/// What counts of many times. Percentiles are by nearest rank: each is a time that was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Summary {
    pub(super) count: usize,
    pub(super) minimum: Duration,
    pub(super) median: Duration,
    pub(super) p95: Duration,
    pub(super) p99: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let summary = |numbers: &[u64]| {
            let mut samples = Samples::default();
            numbers.iter().for_each(|&number| samples.push(Duration::from_millis(number)));
            samples
                .summary()
                .map(|found| [found.minimum, found.median, found.p95, found.p99].map(|time| time.as_millis()))
        };
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(&[7]), Some([7, 7, 7, 7]));
        assert_eq!(summary(&[3, 1, 2]), Some([1, 2, 3, 3]));
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(summary(&hundred), Some([1, 50, 95, 99]));
    }
}
