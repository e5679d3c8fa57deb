//! Runs functions of an app, each call in a fresh instance.

mod aside;
mod code;
mod deadline;
pub mod engine;
mod env;
mod execute;
mod guest;
mod id;
mod imports;
mod lazy;
mod linker;
mod outcome;
mod pool;
mod random;
mod resident;
mod seeds;
mod shared;
mod state;
pub mod ticker;
mod wasi;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use abi::plan::Program;
use arc_swap::ArcSwap;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Instrument as _;

use crate::call::{Call, CallFailure, CallRequest, Level, Outcome};
use crate::capacity::{Admission, Capacity};
use crate::compute;
use crate::environment::Environment;
use crate::host_functions::HostFunctions;
use crate::limits::{LimitId, Limits};
use crate::load::{CodeFile, LoadError};
use crate::panics;
use crate::telemetry::metrics::{self, FunctionMetrics, HostFunctionMetrics};
use crate::telemetry::{LogContext, traces};
use code::Code;
use engine::Allocation;
use lazy::Lazy;
use pool::{Source, Trust};
use shared::{Shared, note};

pub use deadline::{Deadline, Interrupted};
pub use execute::Instance;

/// How long after its deadline a call may still tell of its end itself. Then it is dropped, wherever it is.
const GRACE: Duration = Duration::from_millis(50);

/// Calls that host functions make for calls that wait for them, at once and beyond those that run. More wait: none of them
/// ever waits for one of its kind, so each has its turn.
const INNER: usize = 64;

/// How calls are run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Bounds on calls.
    pub limits: Limits,
    /// Whether a guest that exports `__collect` collects garbage before each allocation on the host's behalf. Slow; it
    /// shows objects that nothing holds.
    pub collect: bool,
}

impl From<&Limits> for Options {
    fn from(limits: &Limits) -> Self {
        Self { limits: limits.clone(), collect: false }
    }
}

/// An app, ready to be called. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

/// A sandbox that may be gone.
#[derive(Clone)]
pub struct WeakSandbox(Weak<Inner>);

impl WeakSandbox {
    /// The sandbox, if it is still there.
    pub fn upgrade(&self) -> Option<Sandbox> {
        self.0.upgrade().map(Sandbox)
    }
}

pub(crate) struct Inner {
    /// At first without a pool, see [`Sandbox::pool`].
    code: ArcSwap<Code>,
    /// Where the code is mapped from, and whether it may be run.
    source: ArcSwap<Source>,
    /// Whether there is a pool, or will be.
    pooled: AtomicBool,
    /// Whether another pool is being made.
    renewing: AtomicBool,
    /// Bytes of memory that an instance had at its end, at most.
    most_memory: AtomicUsize,
    /// What is measured about the functions, in the order of the program's.
    metrics: Lazy<FunctionMetrics>,
    shared: Arc<Shared>,
    options: Options,
    capacity: Arc<Capacity>,
    /// Of inner calls; none where no host function of the app makes any.
    inner_slots: Arc<Semaphore>,
    /// How many there are.
    inner_calls: usize,
    plugin: Arc<str>,
    build_id: Arc<str>,
}

impl Sandbox {
    /// Maps the code and connects its imports.
    ///
    /// # Errors
    /// [`LoadError`], for instance when the module imports what no host can provide.
    pub fn new(
        file: CodeFile,
        program: Arc<Program>,
        environment: Arc<Environment>,
        host_functions: HostFunctions,
        capacity: Arc<Capacity>,
        options: Options,
    ) -> Result<Self, LoadError> {
        let code = Code::new(Allocation::OnDemand, &file, &program, &host_functions, &options)?;
        let has_inner = program.imports.iter().any(|import| import.module == abi::host_functions::COLLECTIONS.module);
        let inner_calls = if has_inner { INNER.min(capacity.calls()) } else { 0 };
        Ok(Self(Arc::new(Inner {
            code: ArcSwap::from_pointee(code),
            source: ArcSwap::from_pointee(Source { file, trust: Trust::New }),
            pooled: AtomicBool::new(false),
            renewing: AtomicBool::new(false),
            most_memory: AtomicUsize::new(0),
            metrics: Lazy::new(program.functions.len()),
            capacity,
            inner_slots: Arc::new(Semaphore::new(inner_calls)),
            inner_calls,
            plugin: Arc::from(program.app.name.as_str()),
            build_id: Arc::from(program.app.build_id.as_str()),
            shared: Arc::new(Shared {
                limits: abi::guest::Limits { pause: compute::pause, ..options.limits.values() },
                metrics: program.imports.iter().map(|_| HostFunctionMetrics::default()).collect(),
                collect: options.collect,
                habits: Lazy::new(program.functions.len()),
                program,
                environment,
                host_functions,
            }),
            options,
        })))
    }

    /// What finds it as long as somebody else has it.
    pub fn downgrade(&self) -> WeakSandbox {
        WeakSandbox(Arc::downgrade(&self.0))
    }

    /// An instance that keeps its memory from call to call. It counts among the calls that run at once for as long as it
    /// lives.
    ///
    /// # Errors
    /// The limit that is reached.
    pub fn keep(&self) -> Result<Instance, LimitId> {
        let slot = self.0.capacity.try_slot().ok_or(LimitId::MaxCalls)?;
        let request = CallRequest::default();
        let log = self.0.log_context(&request, "");
        let deadline = Deadline::after(self.0.options.limits.deadline);
        Ok(Instance::new(Arc::clone(&self.0), &request, log, deadline).holding(slot))
    }
}

impl Call for Sandbox {
    fn call(&self, request: CallRequest) -> BoxFuture<'static, Outcome> {
        let inner = Arc::clone(&self.0);
        self.pool_soon();
        async move {
            let deadline = Deadline::after(inner.options.limits.deadline);
            let execution_id = id::new();
            let Some(slot) = inner.slot(request.is_inner, deadline).await else { return no_slot(execution_id) };
            if !inner.is_sound() {
                return unsound(execution_id);
            }
            let log = inner.log_context(&request, &execution_id);
            let span = traces::call(&log.function, &execution_id);
            let habit = inner.shared.habits.get(request.function as usize);
            let is_light = habit.is_some_and(|habit| habit.light.load(Ordering::Relaxed));
            let call = run(inner, request, log, deadline, slot).instrument(span).boxed();
            let call = compute::resident(call).light(is_light);
            // Whatever the call is doing, the client hears of its deadline.
            match deadline.bound_with(GRACE, panics::caught(call)).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(panics::Panicked)) => failure(execution_id, "internal error; see the log"),
                Err(reason) => failure(execution_id, &reason.message().unwrap_or_default()),
            }
        }
        .boxed()
    }

    fn admit(&self, calls: usize) -> Result<Admission, LimitId> {
        let initial = self.0.code.load().initial_memory;
        self.0.capacity.admit(calls, initial)
    }
}

/// One call in a fresh instance.
async fn run(
    inner: Arc<Inner>,
    request: CallRequest,
    log: LogContext,
    deadline: Deadline,
    slot: OwnedSemaphorePermit,
) -> Outcome {
    let shared = Arc::clone(&inner.shared);
    let habit = shared.habits.get(request.function as usize);
    // What took long the last time does not begin where others wait for it.
    let was_long = habit.is_some_and(|habit| habit.long.load(Ordering::Relaxed));
    if was_long {
        compute::leave().await;
    }
    let started = Instant::now();
    let mut instance = Instance::new(Arc::clone(&inner), &request, log, deadline);
    let outcome = instance.run(&request).await;
    inner.had(instance.memory_size());
    if let Some(habit) = habit {
        note(&habit.light, started.elapsed() < compute::LIGHT);
        if was_long && !instance.was_long() {
            note(&habit.long, false);
        }
    }
    // When the instance is gone, the next call may take its place.
    if instance.is_pooled() && !instance.was_interrupted() {
        drop((instance, slot));
    } else {
        compute::discard((instance, slot));
    }
    outcome
}

impl Inner {
    /// The right to run; `None` where the call's time is up before.
    async fn slot(&self, is_inner: bool, deadline: Deadline) -> Option<OwnedSemaphorePermit> {
        if is_inner {
            return deadline.bound(Arc::clone(&self.inner_slots).acquire_owned()).await.ok()?.ok();
        }
        match self.capacity.try_slot() {
            Some(slot) => Some(slot),
            None => deadline.bound(self.capacity.slot()).await.ok()?.ok(),
        }
    }

    /// Whether the code is still what was loaded.
    fn is_sound(self: &Arc<Self>) -> bool {
        let source = self.source.load();
        match source.trust {
            Trust::Fixed => true,
            Trust::Refused => false,
            Trust::New => source.file.is_untouched(),
            Trust::Seen => {
                let is_untouched = source.file.is_untouched();
                if !is_untouched {
                    self.renew();
                }
                is_untouched
            }
        }
    }

    fn log_context(&self, request: &CallRequest, execution_id: &str) -> LogContext {
        let function = self.shared.program.functions.get(request.function as usize);
        LogContext {
            plugin: Arc::clone(&self.plugin),
            build_id: Arc::clone(&self.build_id),
            function: Arc::from(function.map_or("", |function| function.name.as_str())),
            execution_id: Arc::from(execution_id),
        }
    }
}

fn no_slot(execution_id: String) -> Outcome {
    metrics::refused(LimitId::MaxCalls);
    tracing::warn!(target: "modus", execution_id, "A call timed out before it could start: too many are running.");
    failure(execution_id, &format!("the function timed out before it could start ({})", LimitId::MaxCalls))
}

fn unsound(execution_id: String) -> Outcome {
    let message = "A call was refused: the artifact is damaged, or was overwritten while it was in use.";
    tracing::error!(target: "modus", execution_id, "{message}");
    failure(execution_id, "internal error; see the log")
}

fn failure(execution_id: String, message: &str) -> Outcome {
    let (message, path) = (message.to_owned(), Vec::new());
    let error = CallFailure { message, level: Some(Level::Error), path, is_own: true };
    Outcome { execution_id, errors: vec![error], ..Default::default() }
}
