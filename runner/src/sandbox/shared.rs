//! What all calls of an app share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use abi::plan::Program;

use super::lazy::Lazy;
use crate::environment::Environment;
use crate::host_functions::HostFunctions;
use crate::telemetry::metrics::HostFunctionMetrics;

/// Read-only data of a sandbox.
pub(crate) struct Shared {
    pub(crate) program: Arc<Program>,
    pub(crate) environment: Arc<Environment>,
    pub(crate) host_functions: HostFunctions,
    pub(crate) limits: abi::guest::Limits,
    /// See `Options::collect`.
    pub(crate) collect: bool,
    /// What is measured about the imports, in the order of the program.
    pub(crate) metrics: Vec<HostFunctionMetrics>,
    /// What the last calls of the functions were like, in the order of the program.
    pub(crate) habits: Lazy<Habit>,
}

/// What the last call of a function was like: the next one is likely to be so again.
#[derive(Debug, Default)]
pub(crate) struct Habit {
    /// It took so long that it left its event loop.
    pub(crate) long: AtomicBool,
    /// It was over within [`compute::LIGHT`](crate::compute::LIGHT).
    pub(crate) light: AtomicBool,
}

/// Notes it, if it is news: most calls are like the last one.
pub(crate) fn note(habit: &AtomicBool, now: bool) {
    if habit.load(Ordering::Relaxed) != now {
        habit.store(now, Ordering::Relaxed);
    }
}
