//! One call of a host function: lift, run, lower (`host-functions` section 2).

use std::sync::Arc;
use std::time::Instant;

use abi::guest::CallError;
use abi::types::{Kind, TypeId, Types};
use abi::value::Value;
use wasmtime::{Caller, Val};

use super::cancel::Interrupted;
use super::guest::{self, View, value, word};
use super::outcome::Unwind;
use super::state::State;
use crate::hosts::{HostError, HostFunction, Work};
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

/// Runs import `index` of the program.
pub(super) fn run(
    caller: &mut Caller<'_, State>,
    index: usize,
    function: &'static HostFunction,
    words: &[u64],
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let shared = Arc::clone(&caller.data().shared);
    let import = &shared.program.imports[index];
    let language = shared.program.language.implementation();
    let types = &shared.program.types;
    let exports = guest::exports_of(caller);
    let state = caller.data_mut();
    state.limit.check().map_err(Unwind::from)?;
    state.host_calls = state.host_calls.checked_sub(1).ok_or_else(|| {
        metrics::refused("host_calls");
        Unwind::TooManyHostCalls
    })?;

    let mut view = View::new(&mut *caller, exports, None);
    let lifted = language.import_arguments(types, import, &shared.limits, &mut view, words);
    let answer = match lifted {
        Ok(arguments) => {
            let started = Instant::now();
            let waiting = matches!(function.work, Work::Waiting(_));
            let _span = traces::host_function(|| function.full_name(), waiting).entered();
            let answer = operate(caller.data_mut(), function, &arguments);
            let time = started.elapsed();
            caller.data_mut().host_time += time;
            shared.metrics[index].called(|| function.full_name(), time);
            answer?
        }
        Err(error) => {
            broken(caller, function, "Error decoding input parameters.", &error)?;
            Value::Null
        }
    };
    let answer = match import.result {
        Some(ty) => conform(types, ty, answer),
        None => Value::Null,
    };
    let mut view = View::new(&mut *caller, exports, None);
    let raw = match language.import_result(types, import, &shared.limits, &mut view, &answer) {
        Ok(raw) => raw,
        Err(error) => {
            broken(caller, function, "Error encoding results.", &error)?;
            0
        }
    };
    if let (Some(slot), Some(ty)) = (results.first_mut(), import.signature.results.first()) {
        *slot = value(*ty, raw);
    }
    Ok(())
}

/// Ends the guest when it stopped; otherwise logs that values could not cross.
fn broken(
    caller: &mut Caller<'_, State>,
    function: &HostFunction,
    message: &str,
    error: &CallError,
) -> wasmtime::Result<()> {
    let state = caller.data_mut();
    if let CallError::Stopped(_) = error {
        return Err(state.stopped.take().unwrap_or_else(|| wasmtime::format_err!("the guest stopped")));
    }
    let (name, error) = (function.full_name(), error.to_string());
    let record = Record { host_function: Some(&name), error: Some(&error), ..Default::default() };
    state.log.write(Severity::Error, message, record);
    Ok(())
}

/// Runs the operation with the records around it. Fails only when the call has to end.
fn operate(state: &mut State, function: &'static HostFunction, arguments: &[Value]) -> wasmtime::Result<Value> {
    let log = state.log.clone();
    let detail = (function.detail)(arguments);
    if let Some(text) = function.messages.starting {
        let record = Record { detail: detail.as_deref(), user_visible: true, ..Default::default() };
        log.write(Severity::Info, text, record);
    }
    let started = Instant::now();
    let result = match function.work {
        Work::Immediate(run) => Ok(run(&mut state.invocation(), arguments)),
        Work::Waiting(run) => {
            let (limit, runtime) = (state.limit.clone(), state.runtime.clone());
            limit.block_on(&runtime, run(&state.invocation(), arguments))
        }
    };
    report(&log, function, detail.as_deref(), started, &result);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Ok(error.answer),
        Err(reason) => Err(Unwind::Interrupted(reason).into()),
    }
}

fn report(
    log: &LogContext,
    function: &HostFunction,
    detail: Option<&str>,
    started: Instant,
    result: &Result<Result<Value, HostError>, Interrupted>,
) {
    let error = match result {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.message.clone()),
        Err(reason) => Some(reason.to_string()),
    };
    let (severity, text) = match result {
        Ok(Ok(_)) => (Severity::Info, function.messages.completed),
        Err(Interrupted::Cancelled) => (Severity::Warn, function.messages.cancelled),
        Ok(Err(_)) | Err(Interrupted::TimedOut) => (Severity::Error, function.messages.error),
    };
    if let Some(text) = text {
        let duration_ms = Some(started.elapsed().as_secs_f64() * 1000.0);
        let record = Record { detail, error: error.as_deref(), duration_ms, user_visible: true, ..Default::default() };
        log.write(severity, text, record);
    }
}

/// Names an object's members as the guest's type does: hosts and guests agree on names up to their case.
fn conform(types: &Types, ty: TypeId, value: Value) -> Value {
    match (&types[ty].kind, value) {
        (Kind::Optional(inner), value) => conform(types, *inner, value),
        (Kind::List { element, .. } | Kind::Set(element), Value::List(items)) => {
            Value::List(items.into_iter().map(|item| conform(types, *element, item)).collect())
        }
        (Kind::Struct(fields), Value::Object(entries)) => Value::Object(
            entries
                .into_iter()
                .filter_map(|(name, value)| {
                    let field = fields.iter().find(|field| field.name.eq_ignore_ascii_case(&name))?;
                    Some((Arc::clone(&field.name), conform(types, field.ty, value)))
                })
                .collect(),
        ),
        (_, value) => value,
    }
}
