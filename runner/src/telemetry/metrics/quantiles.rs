//! A summary over the last ten minutes, which the metrics library does not have.
//!
//! Recording adds to a histogram of fine buckets. Reading keeps copies of it, and takes the oldest of the last ten
//! minutes away from what there is now.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use histogram::{AtomicHistogram, Histogram};
use prometheus::proto::{Metric, MetricFamily, MetricType, Quantile, Summary};

use super::families::{self, Name};

/// The quantiles of the reference. Ours are closer: off by at most 1/32 of the value.
const QUANTILES: [f64; 4] = [0.5, 0.75, 0.9, 0.99];
/// Buckets per doubling as a power of two, and the largest value as one (a day in microseconds is below 2^37).
const POWERS: (u8, u8) = (5, 37);
/// How far back a summary reaches.
const WINDOW: Duration = Duration::from_secs(600);
/// Time between two copies that are kept.
const STEP: Duration = Duration::from_secs(60);
const LABEL: &str = "function_name";

/// The summaries of all functions.
pub(super) struct Summaries {
    name: Name,
    functions: Mutex<Vec<Function>>,
}

struct Function {
    name: String,
    quantiles: Quantiles,
    /// Copies, the oldest first.
    earlier: VecDeque<(Instant, Histogram)>,
}

/// Where the times of one function go.
#[derive(Clone, Debug)]
pub(super) struct Quantiles(Arc<Times>);

#[derive(Debug)]
struct Times {
    microseconds: AtomicHistogram,
    sum: prometheus::core::AtomicF64,
}

impl Quantiles {
    pub(super) fn observe(&self, time: Duration) {
        use prometheus::core::Atomic as _;
        // Fails only for what is longer than any call may take.
        let _ = self.0.microseconds.increment(time.as_micros() as u64);
        self.0.sum.inc_by(time.as_secs_f64() * 1000.0);
    }
}

impl Summaries {
    pub(super) const fn new(name: &'static str, help: &'static str) -> Self {
        Self { name: Name { name, help }, functions: Mutex::new(Vec::new()) }
    }

    /// The summary of one function.
    pub(super) fn of(&self, name: &str) -> Option<Quantiles> {
        use prometheus::core::Atomic as _;
        let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = functions.iter().find(|function| function.name == name) {
            return Some(known.quantiles.clone());
        }
        let microseconds = AtomicHistogram::new(POWERS.0, POWERS.1).ok()?;
        let quantiles = Quantiles(Arc::new(Times { microseconds, sum: prometheus::core::AtomicF64::new(0.0) }));
        functions.push(Function { name: name.to_owned(), quantiles: quantiles.clone(), earlier: VecDeque::new() });
        Some(quantiles)
    }
}

impl Function {
    fn metric(&mut self, now: Instant) -> Metric {
        use prometheus::core::Atomic as _;
        let all = self.quantiles.0.microseconds.load();
        // The last copy before the window is its beginning.
        while self.earlier.get(1).is_some_and(|(taken, _)| now.duration_since(*taken) >= WINDOW) {
            self.earlier.pop_front();
        }
        let start = self.earlier.front().filter(|(taken, _)| now.duration_since(*taken) >= WINDOW);
        let recent = start.and_then(|(_, start)| all.checked_sub(start).ok());
        let found = recent.as_ref().unwrap_or(&all);
        let mut summary = Summary::default();
        summary.set_sample_count(all.as_slice().iter().sum());
        summary.set_sample_sum(self.quantiles.0.sum.get());
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
        if self.earlier.back().is_none_or(|(taken, _)| now.duration_since(*taken) >= STEP) {
            self.earlier.push_back((now, all));
        }
        let mut metric = families::metric(Some((LABEL, &self.name)));
        metric.set_summary(summary);
        metric
    }
}

impl Summaries {
    pub(super) fn family(&self) -> MetricFamily {
        let now = Instant::now();
        let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        functions.sort_by(|one, other| one.name.cmp(&other.name));
        self.name.family(MetricType::SUMMARY, functions.iter_mut().map(|function| function.metric(now)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(function: &mut Function, now: Instant) -> Vec<f64> {
        let metric = function.metric(now);
        metric.get_summary().get_quantile().iter().map(Quantile::value).collect()
    }

    #[test]
    fn quantiles_of_the_last_ten_minutes() {
        let summaries = Summaries::new("a", "b");
        let quantiles = summaries.of("f").expect("a histogram");
        let mut functions = summaries.functions.lock().expect("not poisoned");
        let function = &mut functions[0];
        let start = Instant::now();
        assert!(values(function, start).iter().all(|value| value.is_nan()));
        (1..=100).for_each(|milliseconds| quantiles.observe(Duration::from_millis(milliseconds)));
        let first = values(function, start + Duration::from_secs(300));
        for (value, expected) in first.iter().zip([50.0, 75.0, 90.0, 99.0]) {
            assert!((value - expected).abs() <= expected / 32.0, "{value} {expected}");
        }
        quantiles.observe(Duration::from_secs(1));
        let later = values(function, start + Duration::from_secs(901));
        assert!(later.iter().all(|value| (value - 1000.0).abs() < 32.0), "{later:?}");
        assert_eq!(function.metric(start).get_summary().sample_count(), 101);
        assert!(function.earlier.len() < 12);
    }
}
