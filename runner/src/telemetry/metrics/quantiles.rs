//! A summary over the last ten minutes, which the metrics library does not have.
//!
//! Recording adds to a histogram of fine buckets. Reading keeps copies of it, and takes the oldest of the last ten
//! minutes away from what there is now.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use histogram::{AtomicHistogram, Histogram};
use prometheus::core::{Atomic as _, AtomicF64};
use prometheus::proto::{Metric, MetricFamily, MetricType, Quantile, Summary};

use super::families::{Children, Name};

/// The quantiles of the reference. Ours are closer: off by at most 1/32 of the value.
const QUANTILES: [f64; 4] = [0.5, 0.75, 0.9, 0.99];
/// Buckets per doubling as a power of two, and the largest value as one (a day in microseconds is below 2^37).
const POWERS: (u8, u8) = (5, 37);
/// How far back a summary reaches.
const WINDOW: Duration = Duration::from_secs(600);
/// Time between two copies that are kept.
const STEP: Duration = Duration::from_secs(60);

/// The summaries of all functions.
pub(super) struct Summaries {
    name: Name,
    children: Children<Arc<Quantiles>>,
}

impl Summaries {
    pub(super) const fn new(name: &'static str, help: &'static str, label: &'static str) -> Self {
        Self { name: Name { name, help }, children: Children::new(label) }
    }

    pub(super) fn of(&self, label: &str) -> Arc<Quantiles> {
        self.children.of(label, Arc::default)
    }

    pub(super) fn family(&self) -> MetricFamily {
        let now = Instant::now();
        let fill = |quantiles: &mut Arc<Quantiles>, metric: &mut Metric| metric.set_summary(quantiles.summary(now));
        self.name.family(MetricType::SUMMARY, self.children.metrics(fill))
    }
}

/// Where the times of one function go.
#[derive(Debug)]
pub(super) struct Quantiles {
    microseconds: AtomicHistogram,
    milliseconds: AtomicF64,
    /// Copies, the oldest first.
    earlier: Mutex<VecDeque<(Instant, Histogram)>>,
}

impl Default for Quantiles {
    fn default() -> Self {
        let microseconds =
            AtomicHistogram::new(POWERS.0, POWERS.1).expect("the powers are within the library's bounds");
        Self { microseconds, milliseconds: AtomicF64::new(0.0), earlier: Mutex::default() }
    }
}

impl Quantiles {
    pub(super) fn observe(&self, time: Duration) {
        // Fails only for what is longer than any call may take.
        let _ = self.microseconds.increment(time.as_micros() as u64);
        self.milliseconds.inc_by(time.as_secs_f64() * 1000.0);
    }

    fn summary(&self, now: Instant) -> Summary {
        let mut earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.microseconds.load();
        // The last copy before the window is its beginning.
        while earlier.get(1).is_some_and(|(taken, _)| now.duration_since(*taken) >= WINDOW) {
            earlier.pop_front();
        }
        let start = earlier.front().filter(|(taken, _)| now.duration_since(*taken) >= WINDOW);
        let recent = start.and_then(|(_, start)| all.checked_sub(start).ok());
        let found = recent.as_ref().unwrap_or(&all);
        let mut summary = Summary::default();
        summary.set_sample_count(all.as_slice().iter().sum());
        summary.set_sample_sum(self.milliseconds.get());
        let mut values = [const { None }; QUANTILES.len()];
        // Fails only for quantiles that are none.
        let _ = found.quantile_buckets_into(&QUANTILES, &mut values);
        let quantile = |(quantile, bucket): (&f64, Option<histogram::Bucket>)| {
            let mut entry = Quantile::default();
            entry.set_quantile(*quantile);
            let middle = |bucket: histogram::Bucket| (bucket.start() as f64 + bucket.end() as f64) / 2000.0;
            entry.set_value(bucket.map_or(f64::NAN, middle));
            entry
        };
        summary.set_quantile(QUANTILES.iter().zip(values).map(quantile).collect());
        if earlier.back().is_none_or(|(taken, _)| now.duration_since(*taken) >= STEP) {
            earlier.push_back((now, all));
        }
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(quantiles: &Quantiles, now: Instant) -> Vec<f64> {
        quantiles.summary(now).get_quantile().iter().map(Quantile::value).collect()
    }

    #[test]
    fn quantiles_of_the_last_ten_minutes() {
        let quantiles = Quantiles::default();
        let start = Instant::now();
        assert!(values(&quantiles, start).iter().all(|value| value.is_nan()));
        (1..=100).for_each(|milliseconds| quantiles.observe(Duration::from_millis(milliseconds)));
        let first = values(&quantiles, start + Duration::from_secs(300));
        for (value, expected) in first.iter().zip([50.0, 75.0, 90.0, 99.0]) {
            assert!((value - expected).abs() <= expected / 32.0, "{value} {expected}");
        }
        quantiles.observe(Duration::from_secs(1));
        let later = values(&quantiles, start + Duration::from_secs(901));
        assert!(later.iter().all(|value| (value - 1000.0).abs() < 32.0), "{later:?}");
        assert_eq!(quantiles.summary(start).sample_count(), 101);
        assert!(quantiles.earlier.lock().expect("not poisoned").len() < 12);
    }
}
