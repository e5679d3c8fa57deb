//! Guests in this process, through the runner's library: for what HTTP cannot show, such as instances that are kept, and
//! a host function of every type.

use std::path::Path;
use std::sync::Arc;

use abi::plan::Program;
use abi::value::Value;
use runner::call::{Call as _, Outcome, Request};
use runner::capacity::Capacity;
use runner::environment::Environment;
use runner::hosts::{HostFunction, Messages, Services, Work};
use runner::load::Loaded;
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
        Self::open(&app::compile(wasm, app::OPEN).artifact, options)
    }

    /// Loads an artifact.
    pub fn open(artifact: &Path, options: Options) -> Self {
        let loaded = Loaded::open(artifact, true).expect("the artifact fits");
        let engine = engine::build(Allocation::OnDemand, loaded.code.bounds, &options).expect("an engine");
        let module = loaded.code.load(&engine).expect("the code fits");
        let collects = module.get_export_index(abi::guest::COLLECT).is_some();
        assert!(collects || !options.collect, "{} cannot be told to collect garbage", artifact.display());
        let program = Arc::new(loaded.program);
        let folder = artifact.parent().expect("the artifact is in a folder");
        let environment = Arc::new(Environment::load(Some(folder)));
        let mut services = Services::new(environment, Arc::new(program.manifest.clone()));
        services.functions = echoes(&program);
        // A larger pool would reserve more addresses than the tools can track that count instructions.
        let capacity = Arc::new(Capacity::new(2, 0));
        let sandbox = Sandbox::new(loaded.code, Arc::clone(&program), services, capacity, options).expect("a sandbox");
        sandbox.pool();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { program, sandbox, runtime: runtime.expect("a runtime") }
    }

    /// A call of a function by its export's name.
    pub fn request(&self, function: &str, arguments: &[Value]) -> Request {
        let index = self.program.functions.iter().position(|plan| plan.name == function);
        let index = index.unwrap_or_else(|| panic!("the guest has no function {function}"));
        let arguments = arguments.iter().cloned().map(Some).collect();
        Request { function: u32::try_from(index).unwrap(), arguments, ..Request::default() }
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
    pub fn call(&mut self, request: &Request) -> Outcome {
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

fn echoes(program: &Program) -> Vec<&'static HostFunction> {
    let imports = program.imports.iter().filter(|import| import.module == ECHO);
    imports
        .map(|import| {
            assert_eq!(import.problem, None, "{}", import.name);
            let function = HostFunction {
                module: ECHO,
                name: import.name.clone().leak(),
                messages: Messages::NONE,
                detail: |_| None,
                work: Work::Immediate(|_, arguments| Ok(arguments[0].clone())),
            };
            &*Box::leak(Box::new(function))
        })
        .collect()
}
