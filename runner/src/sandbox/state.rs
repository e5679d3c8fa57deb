//! What belongs to one call.

use std::sync::Arc;
use std::time::Duration;

use abi::guest::Pause;
use tokio::runtime::Handle;
use wasmtime::{ResourceLimiter, StoreContextMut, UpdateDeadline};

use super::cancel::Limit;
use super::code::Code;
use super::guest::Exports;
use super::outcome::Unwind;
use super::output::Output;
use super::shared::Shared;
use crate::hosts::Invocation;
use crate::telemetry::{LogContext, metrics};

/// Data of a call's store.
pub(crate) struct State {
    pub(crate) shared: Arc<Shared>,
    /// What the instance is made of.
    pub(crate) code: Arc<Code>,
    pub(crate) runtime: Handle,
    pub(crate) limit: Limit,
    pub(crate) log: LogContext,
    /// The client's, if it has a known one; else the host's counts, which is looked up where it is asked for.
    pub(crate) time_zone: Option<Arc<str>>,
    pub(crate) claims: Arc<str>,
    pub(crate) output: Output,
    /// Why a call into the guest ended, when the language layer only knows that it did.
    pub(crate) stopped: Option<wasmtime::Error>,
    pub(crate) exports: Option<Exports>,
    pub(crate) closed: [bool; 3],
    pub(crate) environment: Option<Arc<[String]>>,
    pub(crate) memory: MemoryLimit,
    /// Time spent in host functions.
    pub(crate) host_time: Duration,
    /// Calls of host functions left.
    pub(crate) host_calls: u64,
    /// Whether the instance lives on after the call.
    pub(crate) kept: bool,
    /// Epochs for which it is taken for granted that the thread runs nothing but this call.
    pub(crate) alone: u32,
}

impl State {
    /// What a host function may use.
    pub(crate) fn invocation(&mut self) -> Invocation<'_> {
        Invocation {
            services: &self.shared.services,
            log: &self.log,
            time_zone: self.time_zone.as_deref(),
            output: &mut self.output,
        }
    }

    /// `NAME=value` of every variable the guest sees.
    pub(crate) fn environment(&mut self) -> Arc<[String]> {
        if let Some(known) = &self.environment {
            return Arc::clone(known);
        }
        let services = &self.shared.services;
        let zone = services.environment.time_zone_or(self.time_zone.as_deref());
        let mut entries = vec![format!("TZ={zone}"), format!("CLAIMS={}", self.claims)];
        let connections = services.manifest.connections.keys().map(String::as_str);
        let variables = services.environment.guest_variables(connections);
        entries.extend(variables.into_iter().map(|(name, value)| format!("{name}={value}")));
        let entries: Arc<[String]> = entries.into();
        Arc::clone(self.environment.insert(entries))
    }
}

/// Epochs after which a call gets the thread for itself.
pub(crate) const TICKS_ALONE: u64 = 2;
/// Epochs until it is looked at again. The thread may have the worker back by then: it takes it at the end of each
/// `block_in_place`, also if the thread that took over is just handing it on itself.
const EPOCHS_ALONE: u32 = 16;
/// How long a call waits at most for the thread that takes over its worker's tasks: on a busy machine, for its turn.
const HANDOVER: Duration = Duration::from_millis(50);

/// At each epoch: end the call, or go on until the next.
pub(crate) fn on_epoch(mut store: StoreContextMut<'_, State>) -> wasmtime::Result<UpdateDeadline> {
    let state = store.data_mut();
    state.limit.check().map_err(Unwind::Interrupted)?;
    state.alone = match state.alone {
        0 if hand_over(&state.runtime) => EPOCHS_ALONE,
        left => left.saturating_sub(1),
    };
    Ok(UpdateDeadline::Continue(1))
}

/// For values that take long to move: the guest is not running then, so no epoch ends its turn.
pub(crate) fn pause() -> Pause {
    if let Ok(runtime) = Handle::try_current() {
        hand_over(&runtime);
    }
    Pause::Over
}

/// Lets another thread serve this worker's tasks, which a long call would hold up. Whether one has begun to.
///
/// `block_in_place` takes the worker back when its closure ends, unless another thread runs it by then. So the closure
/// waits for a task that only such a thread can run.
fn hand_over(runtime: &Handle) -> bool {
    let (served, wait) = std::sync::mpsc::sync_channel(1);
    runtime.spawn(async move { served.send(()) });
    tokio::task::block_in_place(|| wait.recv_timeout(HANDOVER)).is_ok()
}

/// Caps memory and tables; a refused growth is -1 for the guest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemoryLimit {
    pub(crate) bytes: usize,
    pub(crate) elements: usize,
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.bytes {
            metrics::refused("memory-limit");
        }
        Ok(desired <= self.bytes)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.elements {
            metrics::refused("table");
        }
        Ok(desired <= self.elements)
    }
}
