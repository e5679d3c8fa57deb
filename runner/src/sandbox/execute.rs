//! Instances and the calls they run.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use abi::guest::CallError;
use abi::language::Lifted;
use abi::plan::{FunctionPlan, Program};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument as _;
use wasmtime::{Extern, Func, Store, Val};

use super::Inner;
use super::aside::beside;
use super::code::Code;
use super::deadline::Deadline;
use super::guest::{self, View};
use super::outcome::{self, Ending};
use super::state::{self, MemoryLimit, State, TURN};
use super::{seeds, ticker};
use crate::call::{CallRequest, Outcome, Usage};
use crate::capacity::MemoryShare;
use crate::compute;
use crate::environment::is_time_zone;
use crate::limits::{HOST_CALLS, OUTPUT_BYTES, TABLE_ENTRIES};
use crate::output::Output;
use crate::telemetry::{LogContext, Record, Severity, metrics, traces};

/// An instance of the app, made for one call or kept for several. One call at a time.
///
/// Calls are futures: they wait without a thread, and let others have their turn at each epoch. Dropping one ends it, and the
/// instance with it.
pub struct Instance {
    inner: Arc<Inner>,
    store: Store<State>,
    life: Life,
    /// The right to run, of one that is kept.
    slot: Option<OwnedSemaphorePermit>,
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
    pub(super) fn new(inner: Arc<Inner>, request: &CallRequest, log: LogContext, deadline: Deadline) -> Self {
        let code = inner.code.load_full();
        let mut store = Store::new(&code.engine, state(&inner, Arc::clone(&code), request, log, deadline));
        store.limiter(|state| &mut state.memory);
        store.epoch_deadline_callback(state::on_epoch);
        Self { inner, store, life: Life::Unborn, slot: None }
    }

    /// The same for as long as the slot is held.
    pub(super) fn holding(mut self, slot: OwnedSemaphorePermit) -> Self {
        self.slot = Some(slot);
        self
    }

    /// Calls a function. Where the guest ends (trap, exit, time-out), the instance does, too, and all later calls fail.
    pub async fn call(&mut self, request: &CallRequest) -> Outcome {
        let deadline = Deadline::after(self.inner.options.limits.deadline);
        let log = self.inner.log_context(request, &super::id::new());
        let fresh = state(&self.inner, Arc::clone(&self.store.data().code), request, log, deadline);
        let old = std::mem::replace(self.store.data_mut(), fresh);
        let state = self.store.data_mut();
        (state.exports, state.memory, state.kept) = (old.exports, old.memory, true);
        self.run(request).await
    }

    /// Whether it has its memory from a pool: without, it takes as long to end as an answer to write.
    pub(super) fn is_pooled(&self) -> bool {
        self.store.data().code.is_pooled()
    }

    /// Whether the call's time was up.
    pub(super) fn was_interrupted(&self) -> bool {
        self.store.data().deadline.check(Instant::now()).is_err()
    }

    /// Whether the call took longer than it may on an event loop.
    pub(super) fn was_long(&self) -> bool {
        self.store.data().is_long
    }

    /// Bytes of linear memory the instance has now.
    pub fn memory_size(&self) -> usize {
        let memory = self.store.data().exports.and_then(|exports| exports.memory);
        memory.map_or(0, |memory| memory.data_size(&self.store))
    }

    /// Runs the call that the state was made for.
    pub(super) async fn run(&mut self, request: &CallRequest) -> Outcome {
        let _ticking = ticker::start();
        self.store.set_epoch_deadline(TURN);
        let mut watch = Watch::new(self, request);
        if !watch.hidden {
            let record = Record { user_visible: true, ..Default::default() };
            watch.log.write(Severity::Info, "Calling function.", record);
        }
        // Where this future is dropped in the midst of a call, there is nothing left to enter again.
        let life = std::mem::replace(&mut self.life, Life::Ended);
        let started = watch.started;
        let ended = {
            let entered = pin!(self.enter(life, request, &mut watch.started));
            beside(compute::metered(started, entered)).await
        };
        // What could not be read of the artifact must not become an answer.
        let intact = self.inner.shared.program.intact();
        let damaged = |damage| (None, Ending::Internal(format!("the artifact is damaged ({damage})")));
        let ended = intact.map_err(damaged).and(ended);
        let refused = self.store.data().memory.refused;
        let ended = ended.map_err(|(instance, ending)| (instance, ending.without_memory(refused)));
        let (ending, weight) = match ended {
            Ok((instance, lifted)) => {
                self.life = Life::Running(instance);
                (Ending::Returned(lifted.value), lifted.weight)
            }
            Err((instance, ending)) => {
                self.life = instance.map_or(Life::Ended, Life::Running);
                (ending, 0)
            }
        };
        let time = watch.ended(&ending, self.store.data().host_time);
        self.count_collections();
        Outcome { weight, ..self.report(ending, &watch, time) }
    }

    /// Counts the collections of garbage since the last call. Those of an instance that has ended are not known.
    fn count_collections(&mut self) {
        let Life::Running(instance) = self.life else { return };
        let Some(export) = self.store.data().code.exports.collections else { return };
        let global = instance.get_module_export(&mut self.store, &export).and_then(Extern::into_global);
        let Some(global) = global else { return };
        if let Val::I32(count) = global.get(&mut self.store)
            && count != 0
        {
            metrics::collected(count.cast_unsigned());
            // It is mutable and of this type: modusc has added it.
            _ = global.set(&mut self.store, Val::I32(0));
        }
    }

    fn report(&mut self, ending: Ending, watch: &Watch, time: Duration) -> Outcome {
        let output = std::mem::replace(&mut self.store.data_mut().output, Output::new(0));
        let (messages, lines) = output.finish(&watch.log);
        ending.log(&watch.log, time.as_secs_f64() * 1000.0, watch.hidden);
        let dev = self.inner.shared.environment.is_dev();
        let errors = outcome::failures(&ending, &messages, &lines, dev);
        let logs = messages.into_iter().chain(lines).filter(|line| !outcome::is_error(line.level)).collect();
        let value = match ending {
            Ending::Returned(value) => Some(value),
            _ => None,
        };
        let usage = dev.then(|| Usage { time, memory: self.memory_size() });
        Outcome { execution_id: watch.log.execution_id.to_string(), value, errors, logs, usage, weight: 0 }
    }

    /// Makes the instance where there is none yet, and calls the function. `started` becomes the time when the instance
    /// exists. The instance is answered, where it can be called again, beside the result or the reason for none.
    async fn enter(
        &mut self,
        life: Life,
        request: &CallRequest,
        started: &mut Instant,
    ) -> Result<(wasmtime::Instance, Lifted), (Option<wasmtime::Instance>, Ending)> {
        let inner = Arc::clone(&self.inner);
        let usable = match life {
            Life::Running(instance) => Some(instance),
            Life::Unborn | Life::Ended => None,
        };
        let refused = |reason: String| (usable, Ending::Refused(reason));
        let Some(plan) = inner.shared.program.functions.get(request.function as usize) else {
            return Err(refused(format!("no function registered with number {}", request.function)));
        };
        if let Some(reason) = &plan.uncallable {
            return Err(refused(format!("function {} cannot be called: {reason}", plan.name)));
        }
        let instance = match life {
            Life::Unborn => match self.start(started).await {
                Ok(instance) => instance,
                Err(ending) => return Err((None, Ending::NotInstantiated(Box::new(ending)))),
            },
            Life::Running(instance) => instance,
            Life::Ended => return Err((None, Ending::Refused("the instance has ended".to_owned()))),
        };
        let export = self.store.data().code.function(request.function as usize, plan.entry);
        let function = export.and_then(|export| instance.get_module_export(&mut self.store, &export)?.into_func());
        let Some(function) = function else {
            return Err((Some(instance), Ending::Refused(format!("no function registered named {}", plan.name))));
        };
        let result = self.invoke(plan, function, request).await;
        let stopped = self.store.data_mut().stopped.take();
        result.map(|lifted| (instance, lifted)).map_err(|error| {
            let usable = (!matches!(error, CallError::Stopped(_)) && stopped.is_none()).then_some(instance);
            (usable, Ending::of_call(error, stopped.as_ref()))
        })
    }

    async fn start(&mut self, started: &mut Instant) -> Result<wasmtime::Instance, Ending> {
        let Self { inner, store, .. } = self;
        let code = Arc::clone(&store.data().code);
        let begin = async {
            let instance = code.instance.instantiate_async(&mut *store).await?;
            store.data_mut().exports = Some(code.exports.of_instance(&mut *store, instance));
            let start = code.start.as_ref().and_then(|export| instance.get_module_export(&mut *store, export));
            if let Some(start) = start.and_then(Extern::into_func) {
                start.call_async(&mut *store, &[], &mut []).await?;
            }
            seeds::plant(store, &inner.shared.program.renewal)?;
            Ok(instance)
        };
        let instance = begin.instrument(traces::instantiation()).await.map_err(|error| Ending::of_error(&error))?;
        let now = Instant::now();
        metrics::instantiated(now.duration_since(std::mem::replace(started, now)));
        Ok(instance)
    }

    /// Lowers the arguments, runs the function, lifts its result. What takes long to be moved, and is no more than moved, is
    /// moved once more from the beginning where it holds up nobody.
    async fn invoke(
        &mut self,
        plan: &FunctionPlan,
        function: Func,
        request: &CallRequest,
    ) -> Result<Lifted, CallError> {
        let shared = Arc::clone(&self.inner.shared);
        let Program { types, language, .. } = &*shared.program;
        let language = language.implementation();
        if abi::transfer::budget::is_long(request.weight) {
            compute::leave().await;
        }
        let mut lowered = loop {
            match language.lower(types, plan, &shared.limits, &mut self.view()?, &request.arguments) {
                Err(CallError::Unfinished) => compute::leave().await,
                lowered => break lowered?,
            }
        };
        let word = self.run_function(plan, function, &lowered.words).await?;
        loop {
            let wanted = &request.selection;
            match language.lift(types, plan, &shared.limits, wanted, &mut self.view()?, &mut lowered, word) {
                Err(CallError::Unfinished) => compute::leave().await,
                lifted => return lifted,
            }
        }
    }

    fn view(&mut self) -> Result<View<&mut Store<State>>, CallError> {
        let exports = self.store.data().exports.ok_or(abi::guest::Stopped)?;
        Ok(View::new(&mut self.store, exports))
    }

    /// Runs the function with raw core values (the low bits count); answers the raw result, or 0.
    async fn run_function(&mut self, plan: &FunctionPlan, function: Func, words: &[u64]) -> Result<u64, CallError> {
        let FunctionPlan { signature, entry, .. } = plan;
        let mut values = Vec::with_capacity(words.len() + 1);
        values.extend(signature.parameters.iter().zip(words).map(|(ty, word)| guest::value(*ty, *word)));
        values.push(Val::I32(entry.function.cast_signed()));
        let mut result = [Val::I32(0)];
        let called = match result.get_mut(..signature.results.len()) {
            Some(results) => function.call_async(&mut self.store, &values, results).await,
            None => Err(wasmtime::format_err!("no function has more than one core result")),
        };
        match called {
            Ok(()) => Ok(guest::word(&result[0])),
            Err(error) => {
                // The first reason is the true one: later failures follow from it.
                self.store.data_mut().stopped.get_or_insert(error);
                Err(abi::guest::Stopped.into())
            }
        }
    }
}

/// Measures a call and writes how it ended, also when it is dropped.
struct Watch {
    inner: Arc<Inner>,
    function: usize,
    log: LogContext,
    deadline: Deadline,
    started: Instant,
    /// Success is not worth a record.
    hidden: bool,
    ended: bool,
}

impl Watch {
    fn new(instance: &Instance, request: &CallRequest) -> Self {
        let State { log, deadline, .. } = instance.store.data();
        Self {
            inner: Arc::clone(&instance.inner),
            function: request.function as usize,
            log: log.clone(),
            deadline: *deadline,
            started: Instant::now(),
            hidden: log.function.starts_with('_'),
            ended: false,
        }
    }

    /// Measures it; answers the time that it took.
    fn ended(&mut self, ending: &Ending, host_time: Duration) -> Duration {
        self.ended = true;
        let time = self.started.elapsed();
        metrics::execution();
        ending.measure();
        let metrics = self.inner.metrics.get(self.function);
        if let Some(metrics) = metrics.filter(|_| ending.entered()) {
            metrics.executed(&self.log.function, time, time.saturating_sub(host_time));
        }
        time
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let ending = match std::thread::panicking() {
            true => Ending::Internal("the call panicked".to_owned()),
            false => Ending::Interrupted(self.deadline.reason()),
        };
        // How much of it was the guest's is not known any more.
        let time = self.ended(&ending, Duration::MAX);
        ending.log(&self.log, time.as_secs_f64() * 1000.0, self.hidden);
    }
}

fn state(inner: &Inner, code: Arc<Code>, request: &CallRequest, log: LogContext, deadline: Deadline) -> State {
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
        deadline,
        cpu_time: inner.options.limits.cpu_time,
        time_zone: known,
        claims: request.claims.clone().filter(|claims| !claims.contains('\0')).unwrap_or_default(),
        output: Output::new(OUTPUT_BYTES),
        stopped: None,
        exports: None,
        closed: [false; 3],
        environment: None,
        memory: MemoryLimit {
            bytes: inner.options.limits.memory_bytes(),
            elements: TABLE_ENTRIES,
            refused: None,
            share: MemoryShare::new(inner.capacity.memory()),
        },
        host_time: Duration::ZERO,
        host_calls: HOST_CALLS,
        kept: false,
        is_inner: request.is_inner,
        function: request.function as usize,
        is_long: false,
        looked_at: None,
        turns: 0,
        helping: None,
        log,
    }
}
