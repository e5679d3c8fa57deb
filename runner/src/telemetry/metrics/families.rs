//! Counters, gauges and histograms that are there from the start of the process, and cost nothing until they are used.
//!
//! The metrics library makes, checks and registers its own at run time, which took a twentieth of the time to the first
//! answer. So it is left what is done when somebody asks: the text.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use prometheus::proto::{Bucket, Counter, LabelPair, Metric, MetricFamily, MetricType};

/// What a family is called, and what it is about.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
}

impl Name {
    pub(super) fn family(&self, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
        let mut family = MetricFamily::default();
        family.set_name(self.name.to_owned());
        family.set_help(self.help.to_owned());
        family.set_field_type(kind);
        family.set_metric(metrics);
        family
    }
}

/// A metric with one label, or none.
pub(super) fn metric(label: Option<(&str, &str)>) -> Metric {
    with_labels(label.as_slice())
}

/// A metric with these labels.
fn with_labels(labels: &[(&str, &str)]) -> Metric {
    let pair = |(name, value): &(&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    };
    Metric::from_label(labels.iter().map(pair).collect())
}

/// Series by the value of their label, which are few: names of endpoints and functions of the app, and of host functions,
/// which no client chooses.
pub(super) struct Children<T> {
    label: &'static str,
    known: Mutex<Vec<(String, T)>>,
}

impl<T: Clone> Children<T> {
    pub(super) const fn new(label: &'static str) -> Self {
        Self { label, known: Mutex::new(Vec::new()) }
    }

    /// The series of this label, made where there is none.
    pub(super) fn of(&self, value: &str, make: impl FnOnce() -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = known.iter().find(|(name, _)| name == value) {
            return found.clone();
        }
        let made = make();
        known.push((value.to_owned(), made.clone()));
        made
    }

    /// All series, by label.
    pub(super) fn metrics(&self, mut fill: impl FnMut(&mut T, &mut Metric)) -> Vec<Metric> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.sort_by(|(one, _), (other, _)| one.cmp(other));
        let series = known.iter_mut().map(|(value, child)| {
            let mut metric = metric(Some((self.label, value)));
            fill(child, &mut metric);
            metric
        });
        series.collect()
    }
}

fn set_counter(metric: &mut Metric, count: u64) {
    let mut counter = Counter::default();
    counter.set_value(count as f64);
    metric.set_counter(counter);
}

/// A number that only grows.
pub(super) struct Count {
    name: Name,
    count: AtomicU64,
}

impl Count {
    pub(super) const fn new(name: &'static str, help: &'static str) -> Self {
        Self { name: Name { name, help }, count: AtomicU64::new(0) }
    }

    pub(super) fn add(&self) {
        self.add_many(1);
    }

    pub(super) fn add_many(&self, number: u64) {
        self.count.fetch_add(number, Ordering::Relaxed);
    }

    pub(super) fn family(&self) -> MetricFamily {
        let mut metric = metric(None);
        set_counter(&mut metric, self.count.load(Ordering::Relaxed));
        self.name.family(MetricType::COUNTER, vec![metric])
    }
}

/// Such numbers for labels that are known beforehand: nobody can add one, and to count takes no lock.
pub(super) struct Counts<const N: usize> {
    name: Name,
    label: &'static str,
    values: [&'static str; N],
    counts: [AtomicU64; N],
}

impl<const N: usize> Counts<N> {
    pub(super) const fn new(
        name: &'static str,
        help: &'static str,
        label: &'static str,
        values: [&'static str; N],
    ) -> Self {
        Self { name: Name { name, help }, label, values, counts: [const { AtomicU64::new(0) }; N] }
    }

    /// Counts for the label of this number.
    pub(super) fn add(&self, index: usize) {
        if let Some(count) = self.counts.get(index) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn family(&self) -> MetricFamily {
        let mut known: Vec<_> = self.values.iter().copied().zip(&self.counts).collect();
        known.sort_unstable_by_key(|(value, _)| *value);
        self.name.family(MetricType::COUNTER, used(self.label, known.into_iter()))
    }
}

/// A metric for each of `counts` that was used.
fn used<'c, V: AsRef<str>>(label: &str, counts: impl Iterator<Item = (V, &'c AtomicU64)>) -> Vec<Metric> {
    let used = counts.filter_map(|(value, count)| {
        let count = count.load(Ordering::Relaxed);
        let mut metric = (count > 0).then(|| metric(Some((label, value.as_ref()))))?;
        set_counter(&mut metric, count);
        Some(metric)
    });
    used.collect()
}

/// Such numbers by two labels: one of few names that no client chooses, such as those of the manifest, and one whose values
/// are known beforehand.
pub(super) struct Grid<const N: usize> {
    name: Name,
    second: &'static str,
    values: [&'static str; N],
    children: Children<Arc<[AtomicU64; N]>>,
}

impl<const N: usize> Grid<N> {
    pub(super) const fn new(
        name: &'static str,
        help: &'static str,
        [first, second]: [&'static str; 2],
        values: [&'static str; N],
    ) -> Self {
        Self { name: Name { name, help }, second, values, children: Children::new(first) }
    }

    /// Counts for a value of the first label, and for each of the second as much as `numbers` has in its place.
    pub(super) fn add(&self, first: &str, numbers: [u64; N]) {
        let counts = self.children.of(first, || Arc::new([const { AtomicU64::new(0) }; N]));
        for (count, number) in counts.iter().zip(numbers) {
            count.fetch_add(number, Ordering::Relaxed);
        }
    }

    /// Counts for a value of the first label and the second's of this number.
    pub(super) fn add_one(&self, first: &str, index: usize) {
        self.add(first, std::array::from_fn(|each| u64::from(each == index)));
    }

    pub(super) fn family(&self) -> MetricFamily {
        let mut series = Vec::new();
        self.children.metrics(|counts, shown| {
            let first = shown.get_label().first().map(|pair| (pair.name().to_owned(), pair.value().to_owned()));
            let Some((label, value)) = first else { return };
            for (second, count) in self.values.iter().zip(counts.iter()) {
                let mut metric = with_labels(&[(&label, &value), (self.second, second)]);
                set_counter(&mut metric, count.load(Ordering::Relaxed));
                series.push(metric);
            }
        });
        self.name.family(MetricType::COUNTER, series)
    }
}

/// The codes that HTTP has.
const CODES: usize = 1000;

/// Such numbers by HTTP status.
pub(super) struct Codes {
    name: Name,
    label: &'static str,
    counts: [AtomicU64; CODES],
}

impl Codes {
    pub(super) const fn new(name: &'static str, help: &'static str, label: &'static str) -> Self {
        Self { name: Name { name, help }, label, counts: [const { AtomicU64::new(0) }; CODES] }
    }

    pub(super) fn add(&self, status: u16) {
        if let Some(count) = self.counts.get(usize::from(status)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn family(&self) -> MetricFamily {
        let codes = self.counts.iter().enumerate().map(|(code, count)| (code.to_string(), count));
        self.name.family(MetricType::COUNTER, used(self.label, codes))
    }
}

/// A number that grows and falls.
pub(super) struct Gauge {
    name: Name,
    level: AtomicI64,
}

impl Gauge {
    pub(super) const fn new(name: &'static str, help: &'static str) -> Self {
        Self { name: Name { name, help }, level: AtomicI64::new(0) }
    }

    pub(super) fn add(&self, difference: i64) {
        self.level.fetch_add(difference, Ordering::Relaxed);
    }

    pub(super) fn family(&self) -> MetricFamily {
        self.name.family(MetricType::GAUGE, vec![gauge(None, self.level.load(Ordering::Relaxed) as f64)])
    }
}

/// A gauge's metric.
pub(super) fn gauge(label: Option<(&str, &str)>, value: f64) -> Metric {
    let mut gauge = prometheus::proto::Gauge::default();
    gauge.set_value(value);
    let mut metric = metric(label);
    metric.set_gauge(gauge);
    metric
}

/// How many observations lie between which bounds.
#[derive(Debug)]
pub(super) struct Histogram {
    /// Upper bounds, ascending, in the unit that is shown.
    bounds: &'static [f64],
    /// What one of the observed numbers is in that unit.
    scale: f64,
    /// One more than bounds.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    pub(super) fn new(bounds: &'static [f64], scale: f64) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, scale, counts, sum: AtomicU64::new(0) }
    }

    pub(super) fn observe(&self, number: u64) {
        let shown = number as f64 * self.scale;
        let index = self.bounds.partition_point(|bound| *bound < shown);
        self.counts[index].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(number, Ordering::Relaxed);
    }

    fn fill(&self, metric: &mut Metric) {
        let mut shown = prometheus::proto::Histogram::default();
        let mut count = 0;
        let mut buckets = Vec::with_capacity(self.bounds.len());
        for (bound, found) in self.bounds.iter().zip(&self.counts) {
            count += found.load(Ordering::Relaxed);
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(*bound);
            bucket.set_cumulative_count(count);
            buckets.push(bucket);
        }
        count += self.counts[self.bounds.len()].load(Ordering::Relaxed);
        shown.set_bucket(buckets);
        shown.set_sample_count(count);
        shown.set_sample_sum(self.sum.load(Ordering::Relaxed) as f64 * self.scale);
        metric.set_histogram(shown);
    }
}

/// Histograms by label.
pub(super) struct Histograms {
    name: Name,
    bounds: &'static [f64],
    scale: f64,
    children: Children<Arc<Histogram>>,
}

impl Histograms {
    /// What is observed are numbers of which one is `scale` in the unit of `bounds`.
    pub(super) const fn new(
        name: &'static str,
        help: &'static str,
        label: &'static str,
        bounds: &'static [f64],
        scale: f64,
    ) -> Self {
        Self { name: Name { name, help }, bounds, scale, children: Children::new(label) }
    }

    pub(super) fn of(&self, label: &str) -> Arc<Histogram> {
        self.children.of(label, || Arc::new(Histogram::new(self.bounds, self.scale)))
    }

    pub(super) fn family(&self) -> MetricFamily {
        let fill = |histogram: &mut Arc<Histogram>, metric: &mut Metric| histogram.fill(metric);
        self.name.family(MetricType::HISTOGRAM, self.children.metrics(fill))
    }
}

/// One histogram without a label.
pub(super) struct Lone {
    name: Name,
    histogram: LazyLock<Histogram>,
}

impl Lone {
    pub(super) const fn new(name: &'static str, help: &'static str, make: fn() -> Histogram) -> Self {
        Self { name: Name { name, help }, histogram: LazyLock::new(make) }
    }

    pub(super) fn observe(&self, number: u64) {
        self.histogram.observe(number);
    }

    pub(super) fn family(&self) -> MetricFamily {
        let mut metric = metric(None);
        self.histogram.fill(&mut metric);
        self.name.family(MetricType::HISTOGRAM, vec![metric])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observations_lie_at_or_below_their_bound() {
        let histogram = Histogram::new(&[1.0, 2.0], 1e-3);
        [0, 1000, 1001, 2000, 2001, 9000].iter().for_each(|number| histogram.observe(*number));
        let mut metric = metric(None);
        histogram.fill(&mut metric);
        let shown = metric.get_histogram();
        let counts: Vec<u64> = shown.get_bucket().iter().map(|bucket| bucket.cumulative_count()).collect();
        assert_eq!((counts, shown.get_sample_count()), (vec![2, 4], 6));
        assert!((shown.get_sample_sum() - 15.002).abs() < 1e-9);
    }

    fn shown(family: &MetricFamily) -> Vec<(&str, f64)> {
        let metrics = family.get_metric().iter();
        metrics.map(|metric| (metric.get_label()[0].value(), metric.get_counter().get_value())).collect()
    }

    #[test]
    fn series_are_in_order_and_there_once_they_are_used() {
        let counts = Counts::new("a", "b", "label", ["c", "a", "b"]);
        [0, 1, 0, 3].iter().for_each(|index| counts.add(*index));
        assert_eq!(shown(&counts.family()), [("a", 1.0), ("c", 2.0)]);
        let codes = Codes::new("a", "b", "code");
        [404, 200, 200, u16::MAX].iter().for_each(|status| codes.add(*status));
        assert_eq!(shown(&codes.family()), [("200", 2.0), ("404", 1.0)]);
    }

    #[test]
    fn a_grid_counts_by_both_labels() {
        let grid = Grid::new("a", "b", ["first", "second"], ["x", "y"]);
        [("d", 1), ("c", 0), ("d", 1)].iter().for_each(|(first, index)| grid.add_one(first, *index));
        let family = grid.family();
        let counts = family.get_metric().iter().map(|metric| {
            let labels = metric.get_label();
            (labels[0].value(), labels[1].value(), metric.get_counter().get_value())
        });
        let expected = [("c", "x", 1.0), ("c", "y", 0.0), ("d", "x", 0.0), ("d", "y", 2.0)];
        assert_eq!(counts.collect::<Vec<_>>(), expected);
    }
}
