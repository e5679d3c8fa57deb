//! What belongs to one call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::{ResourceLimiter, StoreContextMut, UpdateDeadline};

use super::aside;
use super::code::Code;
use super::deadline::{Deadline, Interrupted};
use super::guest::Exports;
use super::outcome::Unwind;
use super::shared::{Shared, note};
use crate::capacity::MemoryShare;
use crate::compute;
use crate::host_functions::Invocation;
use crate::limits::LimitId;
use crate::output::Output;
use crate::telemetry::{LogContext, metrics};

/// Data of a call's store.
pub(crate) struct State {
    pub(crate) shared: Arc<Shared>,
    /// What the instance is made of.
    pub(crate) code: Arc<Code>,
    pub(crate) deadline: Deadline,
    /// For how long it may compute.
    pub(crate) cpu_time: Duration,
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
    /// Whether it is called for a call that waits, see `CallRequest::is_inner`.
    pub(crate) is_inner: bool,
    /// Number of the function that is called.
    pub(crate) function: usize,
    /// Whether the call has taken longer than it may on an event loop.
    pub(crate) is_long: bool,
    /// The event loop's processor time when the call was looked at, since it last waited.
    pub(crate) looked_at: Option<Duration>,
    /// Turns that it had when it last waited.
    pub(crate) turns: u64,
    /// Epochs that a helper of the guest runs for, while the host waits for it; `None` outside of helpers.
    pub(crate) helping: Option<u32>,
}

impl State {
    /// What a host function may use.
    pub(crate) fn invocation(&mut self) -> Invocation<'_> {
        let (time_zone, is_inner) = (self.time_zone.as_deref(), self.is_inner);
        Invocation { log: &self.log, time_zone, output: &mut self.output, is_inner }
    }

    /// Whether the call may go on. Asked at each epoch and for each host function: in between nothing of the guest's runs for
    /// long.
    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        let now = Instant::now();
        self.deadline.check(now)?;
        if compute::has_computed(self.cpu_time, now) { Err(Interrupted::CpuTime(self.cpu_time)) } else { Ok(()) }
    }

    /// Whether the call has waited since this was asked last: that was nobody's turn. To be asked after what may wait: whoever
    /// asks the host for little again and again never does, and computes like others.
    pub(crate) fn waited(&mut self) -> bool {
        let turns = aside::turns();
        let waited = std::mem::replace(&mut self.turns, turns) != turns;
        if waited {
            self.looked_at = None;
        }
        waited
    }

    /// `NAME=value` of every variable the guest sees.
    pub(crate) fn environment(&mut self) -> Arc<[String]> {
        if let Some(known) = &self.environment {
            return Arc::clone(known);
        }
        let environment = &self.shared.environment;
        let zone = environment.time_zone_or(self.time_zone.as_deref());
        let mut entries = vec![format!("TZ={zone}"), format!("CLAIMS={}", self.claims)];
        let connections = self.shared.program.manifest.connections.keys().map(String::as_str);
        let variables = environment.guest_variables(connections);
        entries.extend(variables.into_iter().map(|(name, value)| format!("{name}={value}")));
        let entries: Arc<[String]> = entries.into();
        Arc::clone(self.environment.insert(entries))
    }
}

/// Epochs of a turn.
pub(crate) const TURN: u64 = 1;
/// Processor time of an epoch's two milliseconds after which a call goes on elsewhere.
const COMPUTED: Duration = Duration::from_millis(1);
/// Epochs that a helper of the guest may hold up an event loop.
const HELPER_ON_LOOP: u32 = 50;

/// At each epoch: ends the call, or lets others have their turn.
pub(crate) fn on_epoch(mut store: StoreContextMut<'_, State>) -> wasmtime::Result<UpdateDeadline> {
    let state = store.data_mut();
    state.check().map_err(Unwind::Interrupted)?;
    if let Some(epochs) = &mut state.helping {
        // Synchronous code of the host waits for it, which cannot be put aside.
        *epochs += 1;
        if *epochs > HELPER_ON_LOOP && compute::on_loop() {
            return Err(Unwind::SlowHelper.into());
        }
        return Ok(UpdateDeadline::Continue(TURN));
    }
    if !compute::on_loop() {
        state.is_long = true;
        return Ok(UpdateDeadline::Yield(TURN));
    }
    // Of a busy core the loop has a part only: time may pass without the call having computed.
    let now = compute::processor_time();
    let before = state.looked_at.replace(now);
    if before.is_none_or(|before| now.saturating_sub(before) < COMPUTED) {
        return Ok(UpdateDeadline::Continue(TURN));
    }
    state.is_long = true;
    if let Some(habit) = state.shared.habits.get(state.function) {
        note(&habit.long, true);
    }
    Ok(UpdateDeadline::YieldCustom(TURN, Box::pin(compute::leave())))
}

/// Why a guest's memory did not grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// It would have had more than these bytes.
    #[error("the function's memory would have grown beyond {} MiB ({})", .0 >> 20, self.limit())]
    Own(usize),
    /// All calls together would have had more than they may.
    #[error("the memory that all calls may have together was used up ({})", self.limit())]
    OfAll,
}

impl Refused {
    fn limit(self) -> LimitId {
        match self {
            Self::Own(_) => LimitId::MemoryLimit,
            Self::OfAll => LimitId::GuestMemory,
        }
    }
}

/// Caps memory and tables; a refused growth is -1 for the guest.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    pub(crate) bytes: usize,
    pub(crate) elements: usize,
    /// The limit for which it did not grow the last time, if so.
    pub(crate) refused: Option<Refused>,
    /// The guest's part of what the process may have.
    pub(crate) share: MemoryShare,
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.refused = if desired > self.bytes {
            Some(Refused::Own(self.bytes))
        } else {
            (!self.share.grow_to(desired)).then_some(Refused::OfAll)
        };
        if let Some(refused) = self.refused {
            metrics::refused(refused.limit());
        } else if current > 0 {
            // Not the memory that an instance begins with.
            metrics::grew(desired.saturating_sub(current) as u64);
        }
        Ok(self.refused.is_none())
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.elements {
            metrics::refused(LimitId::Table);
        }
        Ok(desired <= self.elements)
    }
}
