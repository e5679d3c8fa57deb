//! Metrics (`history-and-observability` section 4). The first recording makes them; after that a recording is a few
//! atomic additions, because whoever records keeps what belongs to its label.

mod quantiles;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use prometheus::core::{Collector, MetricVec, MetricVecBuilder};
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

use quantiles::{Quantiles, Summaries};

/// `Content-Type` of [`render`]'s text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

/// Names, labels and buckets of the reference.
const REQUEST_SECONDS: &[f64] = &[0.25, 0.5, 1.0, 5.0, 10.0];
const RESPONSE_BYTES: &[f64] = &[10.0, 100.0, 1000.0, 10_000.0];
const EXECUTION_MILLISECONDS: &[f64] = &[
    10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 125.0, 150.0, 175.0, 200.0, 225.0, 250.0, 275.0, 300.0, 350.0,
    400.0, 450.0, 500.0, 550.0, 600.0, 650.0, 700.0, 750.0, 800.0, 850.0, 900.0, 950.0, 1000.0, 1100.0, 1200.0, 1300.0,
    1400.0, 1500.0, 1600.0, 1700.0, 1800.0, 1900.0, 2000.0, 2500.0, 3000.0, 3500.0, 4000.0, 5000.0, 10_000.0, 20_000.0,
    40_000.0, 60_000.0,
];
/// Our own times: from what an instance takes to what a model takes.
const SECONDS: &[f64] = &[
    5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    10.0, 30.0,
];

struct Metrics {
    registry: Registry,
    in_flight: IntGauge,
    requests: IntCounterVec,
    /// The usual case; made late, because a series appears with its first use.
    requests_ok: OnceLock<IntCounter>,
    request_seconds: HistogramVec,
    response_bytes: HistogramVec,
    executions: IntCounter,
    execution_milliseconds: HistogramVec,
    summaries: Summaries,
    instantiation: Histogram,
    guest: Histogram,
    host_functions: HistogramVec,
    failures: IntCounterVec,
    traps: IntCounterVec,
    refusals: IntCounterVec,
}

impl Metrics {
    fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let requests = counters("runtime_http_requests_total_num", "Finished GraphQL requests.", "code")?;
        let times = |name, help| Histogram::with_opts(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()));
        let made = Self {
            in_flight: IntGauge::new("runtime_http_requests_in_flight_num", "GraphQL requests being answered.")?,
            requests_ok: OnceLock::new(),
            requests,
            request_seconds: histograms(
                "runtime_http_requests_duration_seconds",
                "Time to answer a GraphQL request.",
                "handler",
                REQUEST_SECONDS,
            )?,
            response_bytes: histograms(
                "runtime_http_response_size_bytes",
                "Size of a GraphQL response.",
                "handler",
                RESPONSE_BYTES,
            )?,
            executions: IntCounter::new(
                "runtime_function_executions_num",
                "Calls of functions, failed ones included.",
            )?,
            execution_milliseconds: histograms(
                "runtime_function_execution_duration_milliseconds",
                "Time of a call without that of making its instance.",
                "function_name",
                EXECUTION_MILLISECONDS,
            )?,
            summaries: Summaries::new(
                "runtime_function_execution_duration_milliseconds_summary",
                "The same, quantiles of the last ten minutes.",
            )?,
            instantiation: times("runtime_function_instantiation_seconds", "Time to make and start an instance.")?,
            guest: times("runtime_function_guest_seconds", "Time of a call outside host functions.")?,
            host_functions: histograms(
                "runtime_host_function_duration_seconds",
                "Time of a host function.",
                "host_function",
                SECONDS,
            )?,
            failures: counters(
                "runtime_function_failures_num",
                "Calls without a result, by what ended them.",
                "ending",
            )?,
            traps: counters("runtime_function_traps_num", "Traps of guests.", "kind")?,
            refusals: counters("runtime_refusals_num", "What was refused or ended by a limit.", "reason")?,
            registry,
        };
        made.register()?;
        Ok(made)
    }

    fn register(&self) -> prometheus::Result<()> {
        let build = IntGauge::with_opts(
            Opts::new("runtime_build_info", "Always 1.").const_label("version", env!("CARGO_PKG_VERSION")),
        )?;
        build.set(1);
        let all: [Box<dyn Collector>; 14] = [
            Box::new(build),
            Box::new(self.in_flight.clone()),
            Box::new(self.requests.clone()),
            Box::new(self.request_seconds.clone()),
            Box::new(self.response_bytes.clone()),
            Box::new(self.executions.clone()),
            Box::new(self.execution_milliseconds.clone()),
            Box::new(self.summaries.clone()),
            Box::new(self.instantiation.clone()),
            Box::new(self.guest.clone()),
            Box::new(self.host_functions.clone()),
            Box::new(self.failures.clone()),
            Box::new(self.traps.clone()),
            Box::new(self.refusals.clone()),
        ];
        all.into_iter().try_for_each(|collector| self.registry.register(collector))
    }
}

fn counters(name: &str, help: &str, label: &str) -> prometheus::Result<IntCounterVec> {
    IntCounterVec::new(Opts::new(name, help), &[label])
}

fn histograms(name: &str, help: &str, label: &str, buckets: &[f64]) -> prometheus::Result<HistogramVec> {
    HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), &[label])
}

/// `None` only if a name above were wrong.
fn metrics() -> Option<&'static Metrics> {
    static METRICS: OnceLock<Option<Metrics>> = OnceLock::new();
    let made = METRICS.get_or_init(|| {
        Metrics::new().inspect_err(|error| tracing::error!(target: "modus", error = %error, "No metrics.")).ok()
    });
    made.as_ref()
}

/// All metrics in the text format.
pub fn render() -> String {
    let families = metrics().map(|metrics| metrics.registry.gather()).unwrap_or_default();
    TextEncoder::new().encode_to_string(&families).unwrap_or_default()
}

/// What belongs to one endpoint.
#[derive(Debug, Default)]
pub struct EndpointMetrics(OnceLock<Option<(Histogram, Histogram)>>);

/// A GraphQL request that is being answered.
#[derive(Debug)]
pub struct Exchange {
    started: Instant,
}

impl Exchange {
    /// Counts a request until the answer is dropped.
    pub fn begin() -> Self {
        metrics().inspect(|metrics| metrics.in_flight.inc());
        Self { started: Instant::now() }
    }

    /// Records the response of the endpoint called `handler`.
    pub fn answered(&self, endpoint: &EndpointMetrics, handler: &str, status: u16, bytes: u64) {
        let Some(metrics) = metrics() else { return };
        let counter = || metrics.requests.with_label_values(&[&status.to_string()]);
        if status == 200 {
            metrics.requests_ok.get_or_init(counter).inc()
        } else {
            counter().inc()
        }
        let cells = endpoint.0.get_or_init(|| {
            Some((child(&metrics.request_seconds, handler)?, child(&metrics.response_bytes, handler)?))
        });
        if let Some((seconds, size)) = cells {
            seconds.observe(self.started.elapsed().as_secs_f64());
            size.observe(bytes as f64);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        metrics().inspect(|metrics| metrics.in_flight.dec());
    }
}

fn child<T: MetricVecBuilder>(metrics: &MetricVec<T>, label: &str) -> Option<T::M> {
    metrics.get_metric_with_label_values(&[label]).ok()
}

/// What belongs to one function of the app.
#[derive(Debug, Default)]
pub struct FunctionMetrics(OnceLock<Option<(Histogram, Quantiles)>>);

impl FunctionMetrics {
    /// Records a call of the function called `name`: its time, and the part of it outside host functions.
    pub fn executed(&self, name: &str, total: Duration, guest: Duration) {
        let Some(metrics) = metrics() else { return };
        let milliseconds = total.as_secs_f64() * 1000.0;
        let make = || Some((child(&metrics.execution_milliseconds, name)?, metrics.summaries.of(name)?));
        if let Some((histogram, quantiles)) = self.0.get_or_init(make) {
            histogram.observe(milliseconds);
            quantiles.observe(milliseconds);
        }
        metrics.guest.observe(guest.as_secs_f64());
    }
}

/// What belongs to one host function.
#[derive(Debug, Default)]
pub struct HostFunctionMetrics(OnceLock<Option<Histogram>>);

impl HostFunctionMetrics {
    /// Records a call; `name` is asked for once.
    pub fn called(&self, name: impl FnOnce() -> String, time: Duration) {
        let Some(metrics) = metrics() else { return };
        if let Some(histogram) = self.0.get_or_init(|| child(&metrics.host_functions, &name())) {
            histogram.observe(time.as_secs_f64());
        }
    }
}

/// Counts a call of a function.
pub fn execution() {
    metrics().inspect(|metrics| metrics.executions.inc());
}

/// Records the making of an instance.
pub fn instantiated(time: Duration) {
    metrics().inspect(|metrics| metrics.instantiation.observe(time.as_secs_f64()));
}

/// Counts a call without a result.
pub fn failed(ending: &str) {
    metrics().inspect(|metrics| metrics.failures.with_label_values(&[ending]).inc());
}

/// Counts a trap.
pub fn trapped(kind: &str) {
    metrics().inspect(|metrics| metrics.traps.with_label_values(&[kind]).inc());
}

/// Counts a refusal, if it is one: then its text names a limit.
pub fn refused_for(text: &str) {
    if let Some(limit) = crate::limits::named(text) {
        refused(limit);
    }
}

/// Counts what a limit, called by its setting if it has one, refused or ended.
pub fn refused(reason: &str) {
    metrics().inspect(|metrics| metrics.refusals.with_label_values(&[reason]).inc());
}
