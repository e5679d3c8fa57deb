//! Guests in this process, through the runner's library: for what HTTP cannot show, such as instances that are kept, and
//! a host function of every type.

use std::path::Path;
use std::sync::Arc;

use abi::plan::{ImportPlan, Program};
use abi::value::Value;
use runner::call::{Call as _, CallRequest, Outcome};
use runner::capacity::Capacity;
use runner::environment::Environment;
use runner::host_functions::{About, Called, HostFunction, HostFunctions, Invocation, Messages, Setup};
use runner::load::Loaded;
use runner::process::Process;
use runner::sandbox::engine::{self, Allocation};
use runner::sandbox::{Instance, Options, Sandbox};
use tokio::runtime::Runtime;

use crate::app;

/// Host functions of this module answer their argument.
const ECHO: &str = "modus_test";

/// An app in this process.
pub struct Guest {
    /// Its plans.
    pub program: Arc<Program>,
    sandbox: Sandbox,
    runtime: Runtime,
}

impl Guest {
    /// Compiles a module with the real modusc and loads it.
    pub fn load(wasm: &Path, options: Options) -> Self {
        let app = app::compile(wasm, app::OPEN);
        let loaded = Loaded::open(&app.artifact, true).expect("the artifact fits");
        let engine = engine::build(Allocation::OnDemand, loaded.code.bounds, &options).expect("an engine");
        let module = loaded.code.load(&engine).expect("the code fits");
        let collects = module.get_export_index(abi::guest::COLLECT).is_some();
        assert!(collects || !options.collect, "{} cannot be told to collect garbage", wasm.display());
        let program = Arc::new(loaded.program);
        let folder = app.artifact.parent().expect("the artifact is in a folder");
        let environment = Arc::new(Environment::load(Some(folder)));
        // A larger pool would reserve more addresses than the tools can track that count instructions.
        let process = Process::alone(Capacity::new(2, 0));
        let setup = Setup::new(Arc::new(program.manifest.clone()), Arc::clone(&environment), &process);
        let host_functions = HostFunctions::configure(&program.imports, &setup).with(&program.imports, echo);
        let (code, plans, capacity) = (loaded.code, Arc::clone(&program), Arc::clone(&process.capacity));
        let sandbox = Sandbox::new(code, plans, environment, host_functions, capacity, options).expect("a sandbox");
        sandbox.pool();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { program, sandbox, runtime: runtime.expect("a runtime") }
    }

    /// A call of a function by its export's name.
    pub fn request(&self, function: &str, arguments: &[Value]) -> CallRequest {
        let index = self.program.functions.iter().position(|plan| plan.name == function);
        let index = index.unwrap_or_else(|| panic!("the guest has no function {function}"));
        let arguments = arguments.iter().cloned().map(Some).collect();
        CallRequest { function: u32::try_from(index).unwrap(), arguments, ..CallRequest::default() }
    }

    /// Calls a function in a fresh instance.
    pub fn call(&self, function: &str, arguments: &[Value]) -> Outcome {
        self.runtime.block_on(self.sandbox.call(self.request(function, arguments)))
    }

    /// Uses an instance that is kept from call to call.
    pub fn with_kept<T>(&self, run: impl FnOnce(&mut Kept<'_>) -> T) -> T {
        let instance = self.sandbox.keep().expect("there is room for it");
        run(&mut Kept { instance, runtime: &self.runtime })
    }
}

/// An instance that is kept from call to call.
pub struct Kept<'g> {
    instance: Instance,
    runtime: &'g Runtime,
}

impl Kept<'_> {
    /// Calls a function.
    pub fn call(&mut self, request: &CallRequest) -> Outcome {
        self.runtime.block_on(self.instance.call(request))
    }

    /// Bytes of linear memory the instance has now.
    pub fn memory_size(&self) -> usize {
        self.instance.memory_size()
    }
}

/// The value of a call, or what went wrong.
pub fn value(outcome: Outcome) -> Result<Value, String> {
    match (outcome.value, outcome.errors.as_slice()) {
        (Some(value), []) => Ok(value),
        (_, errors) => Err(errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")),
    }
}

/// Answers its argument.
struct Echo(About);

impl HostFunction for Echo {
    fn about(&self) -> &About {
        &self.0
    }

    fn call(&self, _: &mut Invocation<'_>, arguments: &[Value]) -> Called {
        Called::Done(Ok(arguments[0].clone()))
    }
}

fn echo(import: &ImportPlan) -> Option<Box<dyn HostFunction>> {
    if import.module != ECHO {
        return None;
    }
    assert_eq!(import.problem, None, "{}", import.name);
    let name = import.name.clone().leak();
    Some(Box::new(Echo(About { module: ECHO, name, waits: false, messages: Messages::NONE })))
}
