//! One call from instance to outcome.

use std::sync::Arc;
use std::time::Instant;

use abi::plan::FunctionPlan;
use abi::value::Value;
use tokio::runtime::Handle;
use wasmtime::Store;

use super::Inner;
use super::cancel::Limit;
use super::guest::View;
use super::outcome::{self, Ending};
use super::output::Output;
use super::state::{self, MemoryLimit, State};
use crate::call::{Outcome, Request};
use crate::hosts::is_time_zone;
use crate::telemetry::{LogContext, Record, Severity};

/// Table elements an instance may have, however large its tables were at first.
const TABLE_ELEMENTS: usize = 1 << 20;

/// Runs a call on the current thread, a worker of the runtime: a wait, or a guest that does not end soon, hands the
/// worker's other tasks to another thread.
pub(super) fn run(inner: &Inner, request: Request, log: LogContext, limit: Limit) -> Outcome {
    let _ticking = inner.ticker.start(&inner.engine);
    let hidden = log.function.starts_with('_');
    if !hidden {
        let record = Record { user_visible: true, ..Default::default() };
        log.write(Severity::Info, "Calling function.", record);
    }
    let state = state(inner, &request, log.clone(), limit);
    let mut store = Store::new(&inner.engine, state);
    store.limiter(|state| &mut state.memory);
    store.epoch_deadline_callback(state::on_epoch);
    store.set_epoch_deadline(state::TICKS_ALONE);

    let mut started = Instant::now();
    let ending = call(inner, &mut store, &request.arguments, request.function, &mut started);
    let output = std::mem::replace(&mut store.data_mut().output, Output::new(0));
    drop(store);
    let (messages, lines) = output.finish(&log);
    ending.log(&log, started.elapsed().as_secs_f64() * 1000.0, hidden);
    let dev = inner.shared.services.environment.is_dev();
    let errors = outcome::failures(&ending, &messages, &lines, dev);
    let logs = messages.into_iter().chain(lines).filter(|line| !outcome::is_error(line.level)).collect();
    let value = match ending {
        Ending::Returned(value) => Some(value),
        _ => None,
    };
    Outcome { execution_id: log.execution_id.to_string(), value, errors, logs }
}

fn state(inner: &Inner, request: &Request, log: LogContext, limit: Limit) -> State {
    let environment = &inner.shared.services.environment;
    let asked = request.time_zone.clone().filter(|zone| !zone.is_empty());
    let known = asked.filter(|zone| {
        let known = is_time_zone(zone);
        if !known {
            log.write(
                Severity::Warn,
                "Ignored an unknown time zone.",
                Record { name: Some(zone), ..Default::default() },
            );
        }
        known
    });
    State {
        shared: Arc::clone(&inner.shared),
        runtime: Handle::current(),
        limit,
        time_zone: known.unwrap_or_else(|| environment.host_time_zone().into()),
        claims: request.claims.clone().filter(|claims| !claims.contains('\0')).unwrap_or_default(),
        output: Output::new(inner.options.output_limit),
        stopped: None,
        exports: None,
        closed: [false; 3],
        environment: None,
        memory: MemoryLimit { bytes: inner.options.memory_limit, elements: TABLE_ELEMENTS },
        host_calls: inner.options.host_calls,
        alone: false,
        log,
    }
}

/// Makes the instance and calls the function. `started` becomes the time when the instance exists.
fn call(
    inner: &Inner,
    store: &mut Store<State>,
    arguments: &[Option<Value>],
    index: u32,
    started: &mut Instant,
) -> Ending {
    let program = &inner.shared.program;
    let Some(plan) = program.functions.get(index as usize) else {
        return Ending::Refused(format!("no function registered with number {index}"));
    };
    if let Some(reason) = &plan.uncallable {
        return Ending::Refused(format!("function {} cannot be called: {reason}", plan.name));
    }
    let instance = match inner.instance.instantiate(&mut *store) {
        Ok(instance) => instance,
        Err(error) => return Ending::NotInstantiated(Box::new(Ending::of_error(&error))),
    };
    store.data_mut().exports = Some(inner.shared.exports.of_instance(&mut *store, instance));
    if let Some(start) = inner.start.as_ref().and_then(|export| instance.get_module_export(&mut *store, export)) {
        let begun = start.into_func().map_or(Ok(()), |function| function.call(&mut *store, &[], &mut []));
        if let Err(error) = begun {
            return Ending::NotInstantiated(Box::new(Ending::of_error(&error)));
        }
    }
    *started = Instant::now();
    let export = inner.functions.get(index as usize).and_then(Option::as_ref);
    let function = export.and_then(|export| instance.get_module_export(&mut *store, export)?.into_func());
    match function {
        Some(function) => invoke(inner, store, plan, function, arguments),
        None => Ending::Refused(format!("no function registered named {}", plan.name)),
    }
}

fn invoke(
    inner: &Inner,
    store: &mut Store<State>,
    plan: &FunctionPlan,
    function: wasmtime::Func,
    arguments: &[Option<Value>],
) -> Ending {
    let program = &inner.shared.program;
    let Some(exports) = store.data().exports else {
        return Ending::Internal("the instance's exports are unknown".to_owned());
    };
    let mut view = View::new(&mut *store, exports, Some((function, &plan.signature)));
    let language = program.language.implementation();
    let result = language.call(&program.types, plan, &inner.shared.limits, &mut view, arguments);
    let stopped = store.data_mut().stopped.take();
    Ending::of_call(result, stopped.as_ref())
}
