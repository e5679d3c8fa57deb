//! Instances and the calls they run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use abi::plan::FunctionPlan;
use tokio::runtime::Handle;
use wasmtime::Store;

use super::Inner;
use super::cancel::Limit;
use super::code::Code;
use super::guest::View;
use super::outcome::{self, Ending};
use super::output::Output;
use super::state::{self, MemoryLimit, State};
use super::{engine, seeds, ticker};
use crate::call::{Outcome, Request};
use crate::hosts::is_time_zone;
use crate::telemetry::{LogContext, Record, Severity, metrics, traces};

/// An instance of the app, made for one call or kept for several. One call at a time.
///
/// Calls run on the current thread, a worker of the runtime: a wait, or a guest that does not end soon, hands the
/// worker's other tasks to another thread.
pub struct Instance {
    inner: Arc<Inner>,
    store: Store<State>,
    life: Life,
}

#[derive(Clone, Copy, Debug)]
enum Life {
    /// The first call makes the instance.
    Unborn,
    Running(wasmtime::Instance),
    Ended,
}

impl Instance {
    /// Room for an instance, which is made and started by its first call.
    pub(super) fn new(inner: Arc<Inner>, request: &Request, log: LogContext, limit: Limit) -> Self {
        let code = inner.code.load_full();
        let mut store = Store::new(&code.engine, state(&inner, Arc::clone(&code), request, log, limit));
        store.limiter(|state| &mut state.memory);
        store.epoch_deadline_callback(state::on_epoch);
        Self { inner, store, life: Life::Unborn }
    }

    /// Calls a function. Where the guest ends (trap, exit, time-out), the instance does, too, and all later calls fail.
    pub fn call(&mut self, request: &Request) -> Outcome {
        let (limit, _cancel) = Limit::new(Instant::now() + self.inner.options.deadline);
        let log = self.inner.log_context(request, &super::id::new());
        let State { exports, code, .. } = self.store.data();
        let (exports, code) = (*exports, Arc::clone(code));
        *self.store.data_mut() = State { exports, kept: true, ..state(&self.inner, code, request, log, limit) };
        self.run(request)
    }

    /// Whether it has its memory from a pool: without, it takes as long to end as an answer to write.
    pub(super) fn is_pooled(&self) -> bool {
        self.store.data().code.is_pooled
    }

    /// Bytes of linear memory the instance has now.
    pub fn memory_size(&self) -> usize {
        let memory = self.store.data().exports.and_then(|exports| exports.memory);
        memory.map_or(0, |memory| memory.data_size(&self.store))
    }

    /// Runs the call that the state was made for.
    pub(super) fn run(&mut self, request: &Request) -> Outcome {
        let _ticking = ticker::start();
        self.store.set_epoch_deadline(state::TICKS_ALONE);
        let log = self.store.data().log.clone();
        let hidden = log.function.starts_with('_');
        if !hidden {
            let record = Record { user_visible: true, ..Default::default() };
            log.write(Severity::Info, "Calling function.", record);
        }
        let mut started = Instant::now();
        let ending = self.enter(request, &mut started);
        if !matches!(ending, Ending::Returned(_) | Ending::Argument(_) | Ending::Result { .. }) {
            self.life = Life::Ended;
        }
        let time = started.elapsed();
        self.measure(request, &ending, &log, time);
        self.report(ending, &log, time, hidden)
    }

    fn measure(&self, request: &Request, ending: &Ending, log: &LogContext, time: Duration) {
        metrics::execution();
        ending.measure();
        let metrics = self.inner.metrics.get(request.function as usize);
        if let Some(metrics) = metrics.filter(|_| ending.entered()) {
            metrics.executed(&log.function, time, time.saturating_sub(self.store.data().host_time));
        }
    }

    fn report(&mut self, ending: Ending, log: &LogContext, time: Duration, hidden: bool) -> Outcome {
        let output = std::mem::replace(&mut self.store.data_mut().output, Output::new(0));
        let (messages, lines) = output.finish(log);
        ending.log(log, time.as_secs_f64() * 1000.0, hidden);
        let dev = self.inner.shared.services.environment.is_dev();
        let errors = outcome::failures(&ending, &messages, &lines, dev);
        let logs = messages.into_iter().chain(lines).filter(|line| !outcome::is_error(line.level)).collect();
        let value = match ending {
            Ending::Returned(value) => Some(value),
            _ => None,
        };
        Outcome { execution_id: log.execution_id.to_string(), value, errors, logs }
    }

    /// Makes the instance where there is none yet, and calls the function. `started` becomes the time when the instance
    /// exists.
    fn enter(&mut self, request: &Request, started: &mut Instant) -> Ending {
        let inner = Arc::clone(&self.inner);
        let Some(plan) = inner.shared.program.functions.get(request.function as usize) else {
            return Ending::Refused(format!("no function registered with number {}", request.function));
        };
        if let Some(reason) = &plan.uncallable {
            return Ending::Refused(format!("function {} cannot be called: {reason}", plan.name));
        }
        let instance = match self.life {
            Life::Unborn => match self.start(started) {
                Ok(instance) => instance,
                Err(ending) => return Ending::NotInstantiated(Box::new(ending)),
            },
            Life::Running(instance) => instance,
            Life::Ended => return Ending::Refused("the instance has ended".to_owned()),
        };
        let export = self.store.data().code.function(request.function as usize, plan.entry);
        let function = export.and_then(|export| instance.get_module_export(&mut self.store, &export)?.into_func());
        match function {
            Some(function) => self.invoke(plan, function, request),
            None => Ending::Refused(format!("no function registered named {}", plan.name)),
        }
    }

    fn start(&mut self, started: &mut Instant) -> Result<wasmtime::Instance, Ending> {
        let Self { inner, store, .. } = self;
        let _span = traces::instantiation().entered();
        let code = Arc::clone(&store.data().code);
        let made = code.instance.instantiate(&mut *store);
        let instance = made.map_err(|error| Ending::of_error(&error))?;
        store.data_mut().exports = Some(code.exports.of_instance(&mut *store, instance));
        if let Some(start) = code.start.as_ref().and_then(|export| instance.get_module_export(&mut *store, export)) {
            let begun = start.into_func().map_or(Ok(()), |function| function.call(&mut *store, &[], &mut []));
            begun.map_err(|error| Ending::of_error(&error))?;
        }
        seeds::plant(store, &inner.shared.program.seeds).map_err(|error| Ending::of_error(&error))?;
        let now = Instant::now();
        metrics::instantiated(now.duration_since(std::mem::replace(started, now)));
        self.life = Life::Running(instance);
        Ok(instance)
    }

    fn invoke(&mut self, plan: &FunctionPlan, function: wasmtime::Func, request: &Request) -> Ending {
        let Some(exports) = self.store.data().exports else {
            return Ending::Internal("the instance's exports are unknown".to_owned());
        };
        let shared = Arc::clone(&self.inner.shared);
        let mut view = View::new(&mut self.store, exports, Some((function, plan)));
        let language = shared.program.language.implementation();
        let types = &shared.program.types;
        let result = language.call(types, plan, &shared.limits, &request.selection, &mut view, &request.arguments);
        let stopped = self.store.data_mut().stopped.take();
        Ending::of_call(result, stopped.as_ref())
    }
}

fn state(inner: &Inner, code: Arc<Code>, request: &Request, log: LogContext, limit: Limit) -> State {
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
        code,
        runtime: Handle::current(),
        limit,
        time_zone: known,
        claims: request.claims.clone().filter(|claims| !claims.contains('\0')).unwrap_or_default(),
        output: Output::new(inner.options.output_limit),
        stopped: None,
        exports: None,
        closed: [false; 3],
        environment: None,
        memory: MemoryLimit { bytes: inner.options.memory_limit, elements: engine::TABLE_ELEMENTS },
        host_time: Duration::ZERO,
        host_calls: inner.options.host_calls,
        kept: false,
        alone: 0,
        log,
    }
}
