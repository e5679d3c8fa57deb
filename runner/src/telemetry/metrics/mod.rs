//! Metrics (`history-and-observability` section 4): statics, and a recording is a few atomic additions, because whoever
//! records keeps what belongs to its label.

mod databases;
mod families;
mod models;
mod quantiles;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use prometheus::TextEncoder;
use prometheus::proto::MetricType;

use crate::label::label;
use crate::limits::LimitId;
pub use databases::{DatabaseFailure, database_failed, database_operation};
use families::{Codes, Count, Counts, Gauge, Histogram, Histograms, Lone, Name};
pub use models::{ModelFailure, inference_dropped, model_answered, model_failed, model_retried};
use quantiles::{Quantiles, Summaries};

/// `Content-Type` of [`render`]'s text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

/// Names, labels and buckets are the reference's.
const REQUEST_BOUNDS: &[f64] = &[0.25, 0.5, 1.0, 5.0, 10.0];
const RESPONSE_BOUNDS: &[f64] = &[10.0, 100.0, 1000.0, 10_000.0];
const EXECUTION_BOUNDS: &[f64] = &[
    10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0, 125.0, 150.0, 175.0, 200.0, 225.0, 250.0, 275.0, 300.0, 350.0,
    400.0, 450.0, 500.0, 550.0, 600.0, 650.0, 700.0, 750.0, 800.0, 850.0, 900.0, 950.0, 1000.0, 1100.0, 1200.0, 1300.0,
    1400.0, 1500.0, 1600.0, 1700.0, 1800.0, 1900.0, 2000.0, 2500.0, 3000.0, 3500.0, 4000.0, 5000.0, 10_000.0, 20_000.0,
    40_000.0, 60_000.0,
];
/// Those of our own times: from what an instance takes to what a model takes.
const SECONDS: &[f64] = &[
    5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    10.0, 30.0,
];

/// Of a nanosecond in seconds, in milliseconds.
const SECOND: f64 = 1e-9;
const MILLISECOND: f64 = 1e-6;

static IN_FLIGHT: Gauge = Gauge::new("runtime_http_requests_in_flight_num", "GraphQL requests being answered.");
static REQUESTS: Codes = Codes::new("runtime_http_requests_total_num", "Finished GraphQL requests.", "code");
static REQUEST_SECONDS: Histograms = Histograms::new(
    "runtime_http_requests_duration_seconds",
    "Time to answer a GraphQL request.",
    "handler",
    REQUEST_BOUNDS,
    SECOND,
);
static RESPONSE_BYTES: Histograms =
    Histograms::new("runtime_http_response_size_bytes", "Size of a GraphQL response.", "handler", RESPONSE_BOUNDS, 1.0);
static EXECUTIONS: Count = Count::new("runtime_function_executions_num", "Calls of functions, failed ones included.");
static EXECUTION_MILLISECONDS: Histograms = Histograms::new(
    "runtime_function_execution_duration_milliseconds",
    "Time of a call without that of making its instance.",
    "function_name",
    EXECUTION_BOUNDS,
    MILLISECOND,
);
static SUMMARIES: Summaries = Summaries::new(
    "runtime_function_execution_duration_milliseconds_summary",
    "The same, quantiles of the last ten minutes.",
    "function_name",
);
static INSTANTIATION: Lone =
    Lone::new("runtime_function_instantiation_seconds", "Time to make and start an instance.", seconds);
static GUEST: Lone = Lone::new("runtime_function_guest_seconds", "Time of a call outside host functions.", seconds);
static GROWN_BYTES: Count = Count::new(
    "runtime_function_memory_grown_bytes",
    "Memory that guests took beyond what their instances begin with.",
);
static COLLECTIONS: Count = Count::new("runtime_function_collections_num", "Collections of garbage during calls.");
/// Whether an app was loaded whose collections can be counted.
static COLLECTIONS_COUNTED: AtomicBool = AtomicBool::new(false);
static HOST_FUNCTIONS: Histograms = Histograms::new(
    "runtime_host_function_duration_seconds",
    "Time of a host function.",
    "host_function",
    SECONDS,
    SECOND,
);
static LOG_LINES_DROPPED: Count = Count::new(
    "runtime_log_lines_dropped_num",
    "Log lines that were not written: standard error was not read fast enough, or is closed.",
);
static NOT_ACCEPTED: Count = Count::new(
    "runtime_connections_not_accepted_num",
    "Connections that could not be accepted, for want of files most likely.",
);
static PANICS: Count = Count::new("runtime_panics_num", "Panics of the runner: each ended one call or request.");
static LOOKUPS: Gauge = Gauge::new("runtime_name_lookups_num", "Threads that look a name up.");
static LOOKUPS_WAITING: Gauge = Gauge::new("runtime_name_lookups_waiting_num", "Names that wait for such a thread.");
static STATE_COMMITS: Lone =
    Lone::new("runtime_state_commit_seconds", "Time of a transaction of the runner's own state.", seconds);
static STATE_WRITES: Count =
    Count::new("runtime_state_writes_num", "Writes of the runner's own state that are on disk.");
static STATE_FAILURES: Count =
    Count::new("runtime_state_failures_num", "Transactions of the runner's own state that failed.");
static FAILURES: Counts<{ Failure::ALL.len() }> = Counts::new(
    "runtime_function_failures_num",
    "Calls without a result, by what ended them.",
    "ending",
    Failure::NAMES,
);
static TRAPS: Counts<{ TrapKind::ALL.len() }> =
    Counts::new("runtime_function_traps_num", "Traps of guests.", "kind", TrapKind::NAMES);
static REFUSALS: Counts<{ LimitId::ALL.len() }> =
    Counts::new("runtime_refusals_num", "What was refused or ended by a limit.", "reason", LimitId::NAMES);
const KEPT: Name = Name {
    name: "runtime_kept_memory_bytes",
    help: "Memory of guests that the pool keeps from call to call, without that of running calls.",
};
/// Asked when it is rendered.
static KEEPING: Mutex<Option<Box<dyn Fn() -> u64 + Send>>> = Mutex::new(None);
const BUILD: Name = Name { name: "runtime_build_info", help: "Always 1." };

fn seconds() -> Histogram {
    Histogram::new(SECONDS, SECOND)
}

/// All metrics in the text format.
pub fn render() -> String {
    let version = families::gauge(Some(("version", env!("CARGO_PKG_VERSION"))), 1.0);
    let kept = KEEPING.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(0, |kept| kept());
    let collections = COLLECTIONS_COUNTED.load(Ordering::Relaxed).then(|| COLLECTIONS.family());
    let mut families: Vec<_> = [
        KEPT.family(MetricType::GAUGE, vec![families::gauge(None, kept as f64)]),
        BUILD.family(MetricType::GAUGE, vec![version]),
        IN_FLIGHT.family(),
        REQUESTS.family(),
        REQUEST_SECONDS.family(),
        RESPONSE_BYTES.family(),
        EXECUTIONS.family(),
        EXECUTION_MILLISECONDS.family(),
        SUMMARIES.family(),
        INSTANTIATION.family(),
        GUEST.family(),
        HOST_FUNCTIONS.family(),
        databases::OPERATIONS.family(),
        databases::FAILURES.family(),
        models::SECONDS_OF_CALLS.family(),
        models::FAILURES.family(),
        models::RETRIES.family(),
        models::TOKENS.family(),
        models::INFERENCES_DROPPED.family(),
        STATE_COMMITS.family(),
        STATE_WRITES.family(),
        STATE_FAILURES.family(),
        FAILURES.family(),
        TRAPS.family(),
        REFUSALS.family(),
        LOG_LINES_DROPPED.family(),
        NOT_ACCEPTED.family(),
        PANICS.family(),
        LOOKUPS.family(),
        LOOKUPS_WAITING.family(),
        GROWN_BYTES.family(),
    ]
    .into_iter()
    .chain(collections)
    .collect();
    families.sort_by(|one, other| one.name().cmp(other.name()));
    // The library takes a family without series for a mistake.
    let used: Vec<_> = families.into_iter().filter(|family| !family.get_metric().is_empty()).collect();
    TextEncoder::new().encode_to_string(&used).unwrap_or_default()
}

/// What belongs to one endpoint.
#[derive(Debug, Default)]
pub struct EndpointMetrics(OnceLock<EndpointSeries>);

#[derive(Debug)]
struct EndpointSeries {
    seconds: Arc<Histogram>,
    bytes: Arc<Histogram>,
}

/// A GraphQL request that is being answered.
#[derive(Debug)]
pub struct Exchange {
    started: Instant,
}

impl Exchange {
    /// Counts a request until the answer is dropped.
    pub fn begin() -> Self {
        IN_FLIGHT.add(1);
        Self { started: Instant::now() }
    }

    /// Records the response of the endpoint called `handler`.
    pub fn answered(&self, endpoint: &EndpointMetrics, handler: &str, status: u16, bytes: u64) {
        let series = endpoint
            .0
            .get_or_init(|| EndpointSeries { seconds: REQUEST_SECONDS.of(handler), bytes: RESPONSE_BYTES.of(handler) });
        REQUESTS.add(status);
        series.seconds.observe(nanoseconds(self.started.elapsed()));
        series.bytes.observe(bytes);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        IN_FLIGHT.add(-1);
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What belongs to one function of the app.
#[derive(Debug, Default)]
pub struct FunctionMetrics(OnceLock<(Arc<Histogram>, Arc<Quantiles>)>);

impl FunctionMetrics {
    /// Records a call of the function called `name`: its time, and the part of it outside host functions.
    pub fn executed(&self, name: &str, total: Duration, guest: Duration) {
        let make = || (EXECUTION_MILLISECONDS.of(name), SUMMARIES.of(name));
        let (histogram, quantiles) = self.0.get_or_init(make);
        histogram.observe(nanoseconds(total));
        quantiles.observe(total);
        GUEST.observe(nanoseconds(guest));
    }
}

/// What belongs to one host function.
#[derive(Debug, Default)]
pub struct HostFunctionMetrics(OnceLock<Arc<Histogram>>);

impl HostFunctionMetrics {
    /// Records a call; `name` is asked for once.
    pub fn called(&self, name: impl FnOnce() -> String, time: Duration) {
        self.0.get_or_init(|| HOST_FUNCTIONS.of(&name())).observe(nanoseconds(time));
    }
}

/// Records a transaction of the state: how many writes are on disk, none where it failed.
pub fn state_committed(time: Duration, writes: Option<usize>) {
    STATE_COMMITS.observe(nanoseconds(time));
    match writes {
        Some(writes) => STATE_WRITES.add_many(writes as u64),
        None => STATE_FAILURES.add(),
    }
}

/// Counts a call of a function.
pub fn execution() {
    EXECUTIONS.add();
}

/// Records the making of an instance.
pub fn instantiated(time: Duration) {
    INSTANTIATION.observe(nanoseconds(time));
}

/// Counts memory that a guest took during a call, in bytes.
pub fn grew(bytes: u64) {
    GROWN_BYTES.add_many(bytes);
}

/// An app is loaded that counts its collections.
pub fn collections_are_counted() {
    COLLECTIONS_COUNTED.store(true, Ordering::Relaxed);
}

/// Counts collections of a call.
pub fn collected(collections: u32) {
    COLLECTIONS.add_many(collections.into());
}

label! {
    /// What ended a call that has no result.
    pub enum Failure {
        /// An exit code of the guest's.
        Exit "exit",
        /// A trap.
        Trap "trap",
        /// An argument that does not fit its type.
        Argument "argument",
        /// A result that cannot be read.
        Result "result",
        /// A client that went away.
        Cancelled "cancelled",
        /// Its deadline.
        Deadline "deadline",
        /// Its CPU time.
        CpuTime "cpu-time",
        /// The runner, in its own words.
        Refused "refused",
        /// The runner, in words for the log.
        Internal "internal",
    }
}

label! {
    /// What a guest did that made it trap.
    pub enum TrapKind {
        /// It gave up.
        Unreachable "unreachable",
        /// It accessed memory that it does not have.
        Memory "out of bounds memory access",
        /// It divided by zero.
        Division "integer divide by zero",
        /// It divided the smallest integer by -1.
        Overflow "integer overflow",
        /// It made an integer of a float that is none.
        Conversion "invalid conversion to integer",
        /// It called by a place of a table where there is no function.
        Table "invalid table access",
        /// It called a function as one of another type.
        Signature "indirect call type mismatch",
        /// It called too deep.
        Stack "stack overflow",
        /// Something else.
        Other "other",
    }
}

/// Counts a call without a result.
pub fn failed(ending: Failure) {
    FAILURES.add(ending as usize);
}

/// Counts a trap.
pub fn trapped(kind: TrapKind) {
    TRAPS.add(kind as usize);
}

/// Counts what a limit refused or ended.
pub fn refused(limit: LimitId) {
    REFUSALS.add(limit as usize);
}

/// More or fewer threads look a name up.
pub fn lookups(difference: i64) {
    LOOKUPS.add(difference);
}

/// More or fewer names wait for such a thread.
pub fn lookups_waiting(difference: i64) {
    LOOKUPS_WAITING.add(difference);
}

/// Whom to ask for the bytes that the pool keeps.
pub fn keeping(kept: impl Fn() -> u64 + Send + 'static) {
    *KEEPING.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(kept));
}

/// Counts a connection that could not be accepted.
pub fn not_accepted() {
    NOT_ACCEPTED.add();
}

/// Counts log lines that were not written.
pub fn log_lines_dropped(lines: u64) {
    LOG_LINES_DROPPED.add_many(lines);
}

/// Counts a panic.
pub fn panicked() {
    PANICS.add();
}
