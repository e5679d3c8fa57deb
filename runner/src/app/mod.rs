//! From the command line to a serving process, and back to an orderly end.

mod run;
mod sources;
mod watch;

use std::sync::Arc;

use abi::guest::Limits;
use abi::plan::Program;
use thiserror::Error;

use crate::auth::{Authenticator, KeysError};
use crate::cli::Arguments;
use crate::environment::Environment;
use crate::graphql::{self, Engine};
use crate::hosts::Services;
use crate::load::{LoadError, Loaded};
use crate::sandbox::{self, Sandbox};
use crate::server::{BindError, Routes};

pub use run::run;
use sources::Sources;

/// Why the runner could not start, or could not take over changed files.
#[derive(Debug, Error)]
pub enum StartError {
    /// The artifact.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The port.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The manifest.
    #[error("{0}")]
    Manifest(String),
    /// The keys for bearer tokens.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Arguments that cannot be used, or not together.
    #[error("{0}")]
    Configuration(String),
    /// The engine.
    #[error("the WebAssembly engine could not be set up: {0:#}")]
    Engine(#[from] wasmtime::Error),
    /// The operating system.
    #[error("the server could not be set up: {0}")]
    System(#[from] std::io::Error),
}

/// Exit code for a configuration that cannot be used: `EX_USAGE` of `sysexits.h`.
const CONFIGURATION: u8 = 64;

impl StartError {
    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Manifest(_) | Self::Configuration(_) => CONFIGURATION,
            _ => 1,
        }
    }
}

/// Everything that is made from the artifact, the manifest and the environment; replaced as a whole when one of them
/// changes.
struct App {
    program: Arc<Program>,
    routes: Arc<Routes>,
    dev: bool,
    /// Its name.
    environment: String,
}

impl App {
    /// Makes an app from `loaded`, whose manifest is the one to be used.
    fn new(arguments: &Arguments, loaded: Loaded, environment: Environment) -> Result<Self, StartError> {
        let environment = Arc::new(environment);
        let options = options(arguments);
        let engine = sandbox::engine::build(&abi::engine::config()?, &options, None)?;
        let module = loaded.code(&engine)?;
        let program = Arc::new(loaded.program);
        let services = Services::new(Arc::clone(&environment), Arc::new(program.manifest.clone()))
            .strict_redirects(arguments.strict_redirects);
        let client = Arc::clone(&services.client);
        let authenticator = Authenticator::new(Arc::clone(&environment), client, arguments.open_without_keys);
        let sandbox = Sandbox::new(engine, &module, Arc::clone(&program), services, options)?;
        let dev = environment.is_dev();
        let answers = graphql::Options {
            extensions: dev,
            limits: limits(arguments),
            max_response: arguments.max_response,
            ..graphql::Options::default()
        };
        let graphql = Engine::new(Arc::clone(&program), Arc::new(sandbox), answers);
        let health = health(&environment);
        let mut routes = Routes::new(&program.manifest, Arc::new(authenticator), health, Arc::new(Arc::new(graphql)));
        if dev || arguments.explorer {
            routes = routes.with_explorer(&program.manifest);
        }
        Ok(Self { program, routes: Arc::new(routes), dev, environment: environment.name().to_owned() })
    }
}

fn options(arguments: &Arguments) -> sandbox::Options {
    sandbox::Options {
        deadline: arguments.deadline,
        concurrency: arguments.max_calls as usize,
        memory_limit: (arguments.memory_limit as usize) << 20,
        values: limits(arguments),
        ..sandbox::Options::default()
    }
}

fn limits(arguments: &Arguments) -> Limits {
    let (depth, values, bytes) = (arguments.max_depth, arguments.max_values, arguments.max_bytes);
    Limits { depth, values, bytes, ..Limits::default() }
}

/// What `/health` answers, members in this order (`http-server` section 10).
fn health(environment: &Environment) -> String {
    let name = serde_json::Value::from(environment.name());
    let version = env!("CARGO_PKG_VERSION");
    format!("{{\n  \"status\": \"ok\",\n  \"environment\": {name},\n  \"app_version\": \"v{version}\"\n}}\n")
}
