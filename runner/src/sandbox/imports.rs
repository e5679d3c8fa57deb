//! One call of a host function: lift, run, lower (`host-functions` section 2).

use std::sync::Arc;
use std::time::Instant;

use abi::guest::CallError;
use abi::plan::Program;
use abi::transfer::budget::is_long;
use abi::value::Value;
use tracing::Instrument as _;
use wasmtime::{AsContextMut as _, Caller, Val};

use super::aside::aside;
use super::deadline::{Deadline, Interrupted};
use super::guest::{self, View, value, word};
use super::outcome::{self, Unwind};
use super::shared::Shared;
use super::state::{State, TURN};
use crate::compute;
use crate::host_functions::{About, Called, HostError, HostFunction, Messages};
use crate::limits::LimitId;
use crate::telemetry::{LogContext, Record, Severity, metrics, traces};

/// Hands raw core values on without allocating for ordinary functions.
pub(super) fn with_words<T>(values: &[Val], run: impl FnOnce(&[u64]) -> T) -> T {
    let mut few = [0; 16];
    match few.get_mut(..values.len()) {
        Some(words) => {
            words.iter_mut().zip(values).for_each(|(slot, value)| *slot = word(value));
            run(words)
        }
        None => run(&values.iter().map(word).collect::<Vec<_>>()),
    }
}

/// Bytes of a guest's memory in which collecting garbage, as an allocation may do, takes no time worth mentioning.
const QUICKLY_COLLECTED: usize = 8 << 20;

/// An import of the program that a host function stands behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Import {
    /// Its number.
    pub(super) index: usize,
}

impl Import {
    /// Runs it for a guest.
    pub(super) async fn run(
        &self,
        mut caller: Caller<'_, State>,
        parameters: &[Val],
        results: &mut [Val],
    ) -> wasmtime::Result<()> {
        let shared = Arc::clone(&caller.data().shared);
        let import = &shared.program.imports[self.index];
        let Some(function) = shared.host_functions.get(self.index) else {
            return Err(Unwind::Unavailable(format!("{}.{}", import.module, import.name)).into());
        };
        let about = function.about();
        admit(caller.data_mut(), about)?;
        let answer = match self.arguments(&mut caller, &shared, parameters).await {
            Ok(arguments) => {
                let started = Instant::now();
                let answer = operate(caller.data_mut(), function, &arguments).await;
                let time = started.elapsed();
                caller.data_mut().host_time += time;
                shared.metrics[self.index].called(|| about.full_name(), time);
                if caller.data_mut().waited() {
                    caller.as_context_mut().set_epoch_deadline(TURN);
                }
                answer?
            }
            Err(error) => {
                broken(&mut caller, about, "Error decoding input parameters.", &error)?;
                Value::Null
            }
        };
        let raw = match self.result(&mut caller, &shared, &answer).await {
            Ok(raw) => raw,
            Err(error) => {
                broken(&mut caller, about, "Error encoding results.", &error)?;
                0
            }
        };
        if let (Some(slot), Some(ty)) = (results.first_mut(), import.signature.results.first()) {
            *slot = value(*ty, raw);
        }
        Ok(())
    }

    /// What the guest passed.
    async fn arguments(
        &self,
        caller: &mut Caller<'_, State>,
        shared: &Shared,
        parameters: &[Val],
    ) -> Result<Vec<Value>, CallError> {
        loop {
            let exports = guest::exports_of(caller);
            let lifted = with_words(parameters, |words| {
                let Program { types, imports, language, .. } = &*shared.program;
                let mut view = View::new(&mut *caller, exports);
                let language = language.implementation();
                language.import_arguments(types, &imports[self.index], &shared.limits, &mut view, words)
            });
            match lifted {
                Err(CallError::Unfinished) => compute::leave().await,
                lifted => return lifted,
            }
        }
    }

    /// Hands the answer over.
    async fn result(&self, caller: &mut Caller<'_, State>, shared: &Shared, answer: &Value) -> Result<u64, CallError> {
        let exports = guest::exports_of(caller);
        let memory = exports.memory.map_or(0, |memory| memory.data_size(&*caller));
        // Asked last: it looks at what all threads share.
        if (memory > QUICKLY_COLLECTED || is_long(answer.weight())) && compute::on_loop() {
            compute::leave().await;
        }
        let Program { types, imports, language, .. } = &*shared.program;
        let mut view = View::new(&mut *caller, exports);
        language.implementation().import_result(types, &imports[self.index], &shared.limits, &mut view, answer)
    }
}

/// A call of a host function that the runner lacks: it fails, as one that is there may.
pub(super) fn missing(state: &mut State, name: &str) -> Result<(), Unwind> {
    count(state)?;
    let error = "the runner does not have it";
    let record = Record { host_function: Some(name), error: Some(error), user_visible: true, ..Default::default() };
    state.log.write(Severity::Error, "Host function is not available.", record);
    Ok(())
}

/// Counts a call of a host function.
fn count(state: &mut State) -> Result<(), Unwind> {
    state.check()?;
    state.host_calls = state.host_calls.checked_sub(1).ok_or_else(|| {
        metrics::refused(LimitId::HostCalls);
        Unwind::TooManyHostCalls
    })?;
    Ok(())
}

/// Whether a call of a host function may begin.
fn admit(state: &mut State, about: &About) -> Result<(), Unwind> {
    count(state)?;
    match state.helping {
        Some(_) if about.waits => Err(Unwind::WaitingHelper(about.full_name())),
        _ => Ok(()),
    }
}

/// Ends the guest when it stopped; otherwise logs that values could not cross.
fn broken(caller: &mut Caller<'_, State>, about: &About, message: &str, error: &CallError) -> wasmtime::Result<()> {
    let state = caller.data_mut();
    if let CallError::Stopped(_) = error {
        return Err(state.stopped.take().unwrap_or_else(|| wasmtime::format_err!("the guest stopped")));
    }
    if let Some(limit) = outcome::limit(error) {
        metrics::refused(limit);
    }
    let (name, error) = (about.full_name(), error.to_string());
    let record = Record { host_function: Some(&name), error: Some(&error), ..Default::default() };
    state.log.write(Severity::Error, message, record);
    Ok(())
}

/// Runs the operation with the records around it. Fails only when the call has to end.
async fn operate(state: &mut State, function: &dyn HostFunction, arguments: &[Value]) -> wasmtime::Result<Value> {
    let about = function.about();
    let mut report = Report::new(state, about, arguments);
    let span = traces::host_function(|| about.full_name(), about.waits);
    let result = match span.in_scope(|| function.call(&mut state.invocation(), arguments)) {
        Called::Done(answer) => Ok(answer),
        Called::Pending(pending) => {
            let deadline = state.deadline;
            let waited = aside(async move { deadline.bound(pending).await }.instrument(span.clone())).await;
            waited.unwrap_or_else(|| Err(deadline.reason()))
        }
    };
    if !matches!(result, Ok(Ok(_))) {
        traces::host_function_failed(&span);
    }
    report.ended(&result);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Ok(error.answer),
        Err(reason) => Err(Unwind::Interrupted(reason).into()),
    }
}

/// Writes the records around an operation, also when it is dropped.
struct Report {
    log: LogContext,
    messages: Messages,
    detail: Option<String>,
    started: Instant,
    deadline: Deadline,
    ended: bool,
}

impl Report {
    fn new(state: &State, about: &About, arguments: &[Value]) -> Self {
        let messages = about.messages;
        let (log, detail) = (state.log.clone(), (messages.detail)(arguments));
        if let Some(text) = messages.starting {
            let record = Record { detail: detail.as_deref(), user_visible: true, ..Default::default() };
            log.write(Severity::Info, text, record);
        }
        Self { log, messages, detail, started: Instant::now(), deadline: state.deadline, ended: false }
    }

    fn ended(&mut self, result: &Result<Result<Value, HostError>, Interrupted>) {
        self.ended = true;
        let error = match result {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error.message.clone()),
            Err(reason) => Some(reason.to_string()),
        };
        let messages = &self.messages;
        let (severity, text) = match result {
            Ok(Ok(_)) => (Severity::Info, messages.completed),
            Err(Interrupted::Cancelled) => (Severity::Warn, messages.cancelled),
            Ok(Err(_)) | Err(Interrupted::TimedOut(_) | Interrupted::CpuTime(_)) => (Severity::Error, messages.error),
        };
        if let Some(text) = text {
            let (detail, duration_ms) = (self.detail.as_deref(), Some(self.started.elapsed().as_secs_f64() * 1000.0));
            let record =
                Record { detail, error: error.as_deref(), duration_ms, user_visible: true, ..Default::default() };
            self.log.write(severity, text, record);
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.ended {
            self.ended(&Err(self.deadline.reason()));
        }
    }
}
