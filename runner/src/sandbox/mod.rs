//! Runs functions of an app, each call in a fresh instance.

mod cancel;
mod code;
pub mod engine;
mod env;
mod execute;
mod guest;
mod id;
mod imports;
mod lazy;
mod linker;
mod outcome;
mod output;
mod random;
mod seeds;
mod shared;
mod state;
pub mod ticker;
mod wasi;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use abi::plan::Program;
use arc_swap::ArcSwap;
use futures::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::call::{Call, CallFailure, Level, Outcome, Request};
use crate::hosts::Services;
use crate::limits;
use crate::load::{CodeFile, LoadError};
use crate::telemetry::metrics::{self, FunctionMetrics, HostFunctionMetrics};
use crate::telemetry::{LogContext, traces};
use code::Code;
use engine::Allocation;
use lazy::Lazy;
use shared::Shared;

pub use cancel::{Interrupted, Limit};
pub use execute::Instance;
pub(crate) use output::Output;

/// Time from the first call to the making of the pool: what the first answer takes, with room to spare.
const UNTIL_POOL: Duration = Duration::from_millis(5);

/// Between two attempts to make it.
const UNTIL_NEXT_TRY: Duration = Duration::from_secs(1);

/// Bounds on calls.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time a call may take, waiting for its turn included.
    pub deadline: Duration,
    /// Calls that run at once.
    pub concurrency: usize,
    /// Calls that wait for their turn. Operations beyond are not begun.
    pub waiting: usize,
    /// Bytes of linear memory an instance may have.
    pub memory_limit: usize,
    /// Bytes a call may print and log.
    pub output_limit: usize,
    /// Calls of host functions within one call.
    pub host_calls: u64,
    /// Bounds on arguments and results.
    pub values: abi::guest::Limits,
    /// Whether a guest that exports `__collect` collects garbage before each allocation on the host's behalf. Slow; it
    /// shows objects that nothing holds.
    pub collect: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deadline: limits::DEADLINE,
            concurrency: limits::CALLS as usize,
            waiting: limits::WAITING as usize,
            memory_limit: (limits::MEMORY_MIB as usize) << 20,
            output_limit: 1 << 20,
            host_calls: 1_000_000,
            values: abi::guest::Limits::default(),
            collect: false,
        }
    }
}

/// An app, ready to be called. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

pub(crate) struct Inner {
    /// At first without a pool, see [`Sandbox::pool`].
    code: ArcSwap<Code>,
    file: CodeFile,
    /// Whether there is a pool, or will be.
    pooled: AtomicBool,
    /// What is measured about the functions, in the order of the program's.
    metrics: Lazy<FunctionMetrics>,
    shared: Arc<Shared>,
    options: Options,
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
    plugin: Arc<str>,
    build_id: Arc<str>,
}

impl Sandbox {
    /// Maps the code and connects its imports.
    ///
    /// # Errors
    /// [`LoadError`], for instance when the module imports what no host can provide.
    pub fn new(file: CodeFile, program: Arc<Program>, services: Services, options: Options) -> Result<Self, LoadError> {
        let code = Code::new(Allocation::OnDemand, &file, &program, &services, &options)?;
        Ok(Self(Arc::new(Inner {
            code: ArcSwap::from_pointee(code),
            file,
            pooled: AtomicBool::new(false),
            metrics: Lazy::new(program.functions.len()),
            slots: Arc::new(Semaphore::new(options.concurrency.clamp(1, Semaphore::MAX_PERMITS))),
            waiting: AtomicUsize::new(0),
            plugin: Arc::from(program.app.name.as_str()),
            build_id: Arc::from(program.app.build_id.as_str()),
            shared: Arc::new(Shared {
                limits: abi::guest::Limits { pause: state::pause, ..options.values },
                metrics: program.imports.iter().map(|_| HostFunctionMetrics::default()).collect(),
                collect: options.collect,
                program,
                services: Arc::new(services),
            }),
            options,
        })))
    }

    /// Takes instances from a pool from now on, which makes them several times cheaper. The pool takes 0.2 ms and more to
    /// create: that is not for the first answer to wait for, so the first call has it made some milliseconds later.
    ///
    /// Where there can be none, instances are allocated one by one as before, and the log says why. The answer is false
    /// where it is worth another try, because there were no file descriptors.
    pub fn pool(&self) -> bool {
        let inner = &*self.0;
        inner.pooled.store(true, Ordering::Relaxed);
        let shared = &inner.shared;
        let allocation = Allocation::Pooled;
        match Code::new(allocation, &inner.file, &shared.program, &shared.services, &inner.options) {
            Ok(code) => inner.code.store(Arc::new(code)),
            Err(error @ LoadError::File { .. }) => {
                tracing::warn!(target: "modus", error = %error, "No memory pool yet.");
                return false;
            }
            Err(error) => {
                let (bounds, help) = (inner.file.bounds.name(), engine::without_pool(inner.file.bounds));
                tracing::warn!(target: "modus", error = %error, bounds, help, "No memory pool: instances are allocated one by one.");
            }
        }
        true
    }

    /// [`Sandbox::pool`], when the first answer is likely to be sent.
    fn pool_soon(&self) {
        if self.0.pooled.load(Ordering::Relaxed) || self.0.pooled.swap(true, Ordering::Relaxed) {
            return;
        }
        let sandbox = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(UNTIL_POOL).await;
            while !sandbox.pool() {
                tokio::time::sleep(UNTIL_NEXT_TRY).await;
            }
        });
    }

    /// An instance that keeps its memory from call to call. It counts against the pool, not against the calls that run
    /// at once. To be called within a runtime.
    pub fn keep(&self) -> Instance {
        let request = Request::default();
        let (limit, _cancel) = Limit::new(Instant::now() + self.0.options.deadline);
        let log = self.0.log_context(&request, "");
        Instance::new(Arc::clone(&self.0), &request, log, limit)
    }
}

impl Call for Sandbox {
    fn call(&self, request: Request) -> BoxFuture<'static, Outcome> {
        let inner = Arc::clone(&self.0);
        self.pool_soon();
        Box::pin(async move {
            let deadline = Instant::now() + inner.options.deadline;
            let (limit, cancel) = Limit::new(deadline);
            let execution_id = id::new();
            let Some(slot) = inner.slot(&limit).await else { return no_slot(execution_id) };
            let log = inner.log_context(&request, &execution_id);
            let span = traces::call(&log.function, &execution_id);
            // A task of its own: whoever waits for it can go away meanwhile, and several run on several cores.
            let task = tokio::spawn(async move {
                let mut instance = Instance::new(inner, &request, log, limit);
                let outcome = span.in_scope(|| instance.run(&request));
                // When the instance is gone, the next call may take its place.
                if instance.is_pooled() {
                    drop((instance, slot));
                } else {
                    // To give memory back takes longer than to write the answer, which waits for its turn meanwhile.
                    tokio::spawn(async move {
                        tokio::task::yield_now().await;
                        drop((instance, slot));
                    });
                }
                outcome
            });
            let finished = task.await;
            drop(cancel);
            finished.unwrap_or_else(|error| {
                tracing::error!(target: "modus", execution_id, error = %error, "The call's task failed.");
                failure(execution_id, "internal error; see the log")
            })
        })
    }

    fn has_room(&self) -> bool {
        self.0.slots.available_permits() > 0 || self.0.waiting.load(Ordering::Relaxed) < self.0.options.waiting
    }
}

/// Counts a call that waits.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Inner {
    /// The right to run; `None` where the call's time is up before.
    async fn slot(&self, limit: &Limit) -> Option<OwnedSemaphorePermit> {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Some(slot);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        limit.bound(Arc::clone(&self.slots).acquire_owned()).await.ok()?.ok()
    }

    fn log_context(&self, request: &Request, execution_id: &str) -> LogContext {
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
    metrics::refused("max-calls");
    tracing::warn!(target: "modus", execution_id, "A call timed out before it could start: too many are running.");
    failure(execution_id, "the function timed out")
}

fn failure(execution_id: String, message: &str) -> Outcome {
    let error = CallFailure { message: message.to_owned(), level: Some(Level::Error), path: Vec::new() };
    Outcome { execution_id, errors: vec![error], ..Default::default() }
}
