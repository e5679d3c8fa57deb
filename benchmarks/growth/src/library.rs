//! The runner's library in this process: what each step of a load costs, and a call without HTTP.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use abi::plan::Program;
use abi::value::Value;
use runner::call::CallRequest;
use runner::capacity::Capacity;
use runner::environment::Environment;
use runner::graphql;
use runner::host_functions::{HostFunctions, Setup};
use runner::load::Loaded;
use runner::process::Process;
use runner::sandbox::engine::{self, Allocation, Resident};
use runner::sandbox::{Options, Sandbox};
use runner::server::GraphqlHandler;
use tokio::runtime::Runtime;
use wasmtime::{InstancePre, Linker, Store};

use crate::Result;

/// Every measured request asks for this.
pub(crate) const BODY: &str = r#"{"query":"{ answer(text: \"world\") }"}"#;

/// Slots of an engine's pool.
const CONCURRENCY: usize = 16;

/// What is made of an artifact before the first request, step by step.
pub(crate) struct Steps {
    /// `Loaded::open`: header and program.
    pub(crate) open: Duration,
    /// `Sandbox::new`: an engine is made, the native code is mapped, imports are connected.
    pub(crate) sandbox: Duration,
    /// The first GraphQL answer.
    pub(crate) first: Duration,
    /// `Sandbox::pool`: the same once more with a pool.
    pub(crate) pool: Duration,
    /// The second: the document is known, the pages are there.
    pub(crate) second: Duration,
}

/// An app in this process.
pub(crate) struct App {
    graphql: GraphqlHandler,
    sandbox: Sandbox,
    request: CallRequest,
    program: Arc<Program>,
}

/// What is left of a call when nothing is called: an instance out of a pool like the runner's, and back.
pub(crate) struct Untouched(InstancePre<()>);

impl Untouched {
    /// Loads an artifact.
    pub(crate) fn load(artifact: &Path) -> Result<Self> {
        let loaded = Loaded::open(artifact, false)?;
        let resident = Resident { bytes: 128 << 10, scan: false };
        let allocation = Allocation::Pooled { slots: CONCURRENCY, resident };
        let engine = engine::build(allocation, loaded.code.bounds, &Options::default())?;
        let module = loaded.code.load(&engine)?;
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&module)?;
        Ok(Self(linker.instantiate_pre(&module)?))
    }

    /// Makes an instance and drops it.
    pub(crate) fn pass(&self) -> Result<()> {
        let mut store = Store::new(self.0.module().engine(), ());
        // Nothing runs, but wasmtime looks at the epochs where a module has a start section.
        store.set_epoch_deadline(u64::MAX / 2);
        self.0.instantiate(&mut store)?;
        Ok(())
    }
}

/// Loads an artifact as the runner does.
pub(crate) fn load(runtime: &Runtime, artifact: &Path) -> Result<(App, Steps)> {
    let environment = Arc::new(Environment::load(artifact.parent()));
    let mut at = Instant::now();
    let mut lap = || {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut at, now))
    };
    let loaded = Loaded::open(artifact, false)?;
    let open = lap();
    let program = Arc::new(loaded.program);
    let process = Process::alone(Capacity::new(CONCURRENCY, 0));
    let setup = Setup::new(Arc::new(program.manifest.clone()), Arc::clone(&environment), &process);
    let host_functions = HostFunctions::configure(&program.imports, &setup);
    lap();
    let (plans, capacity) = (Arc::clone(&program), Arc::clone(&process.capacity));
    let sandbox = Sandbox::new(loaded.code, plans, environment, host_functions, capacity, Options::default())?;
    let connected = lap();
    let caller = Arc::new(sandbox.clone());
    let engine = graphql::Engine::new(Arc::clone(&program), caller, graphql::Options::default());
    let graphql = GraphqlHandler::alone(engine);
    let greet = request(&program, "answer").ok_or("the app has no function `answer`")?;
    let request = CallRequest { arguments: vec![Some(Value::String("world".to_owned()))], ..greet };
    let app = App { graphql, sandbox, request, program };
    lap();
    app.query(runtime)?;
    let first = lap();
    app.sandbox.pool();
    let pool = lap();
    app.query(runtime)?;
    let second = lap();
    Ok((app, Steps { open, sandbox: connected, first, pool, second }))
}

/// A call without arguments of the function of this name, in lower case or not.
fn request(program: &Program, name: &str) -> Option<CallRequest> {
    let index = program.functions.iter().position(|plan| plan.name.eq_ignore_ascii_case(name))?;
    Some(CallRequest { function: u32::try_from(index).ok()?, ..CallRequest::default() })
}

impl App {
    /// One GraphQL request, from its body to the answer's.
    pub(crate) fn query(&self, runtime: &Runtime) -> Result<()> {
        let answer = runtime.block_on(self.graphql.ask(BODY.as_bytes()));
        if answer != br#"{"data":{"answer":"Hello, world!"}}"# {
            return Err(format!("not a greeting: {}", String::from_utf8_lossy(&answer)).into());
        }
        Ok(())
    }

    /// A call of a function without arguments; `None` where the app has none of this name.
    pub(crate) fn request(&self, name: &str) -> Option<CallRequest> {
        request(&self.program, name)
    }

    /// One greeting in a fresh instance, without GraphQL.
    pub(crate) fn call(&self, runtime: &Runtime) -> Result<()> {
        self.call_with(runtime, &self.request)
    }

    /// One call in a fresh instance, without GraphQL.
    pub(crate) fn call_with(&self, runtime: &Runtime, request: &CallRequest) -> Result<()> {
        let mut instance = self.sandbox.keep().map_err(|limit| format!("no room for an instance ({limit:?})"))?;
        let outcome = runtime.block_on(instance.call(request));
        match outcome.value {
            Some(_) if outcome.errors.is_empty() => Ok(()),
            _ => Err(format!("the call failed: {:?}", outcome.errors).into()),
        }
    }
}
