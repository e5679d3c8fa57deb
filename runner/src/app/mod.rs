//! From the command line to a serving process, and back to an orderly end.

mod announce;
mod export;
mod marks;
mod run;
mod sources;
mod surroundings;
mod watch;

use std::sync::Arc;

use crate::auth::{self, Authenticator, KeysError};
use crate::call::Call;
use crate::cli::Arguments;
use crate::environment::Environment;
use crate::graphql::{self, Engine};
use crate::host_functions::{History, HostFunctions, HostedModels, Setup};
use crate::load::{CodeFile, LoadError, Loaded};
use crate::process::Process;
use crate::sandbox::{self, Sandbox};
use crate::server::{BindError, FEWEST_FILES, GraphqlHandler, OriginPolicy, Routes};
use crate::settings::Check;
use abi::plan::Program;
use thiserror::Error;

pub use run::run;

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
    /// The operating system lets too few files be open.
    #[error("only {0} files may be open at once, which is too few to serve; allow at least {FEWEST_FILES} (ulimit -n)")]
    OpenFiles(u64),
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
    sandbox: Sandbox,
    routes: Arc<Routes>,
    dev: bool,
    environment: Arc<Environment>,
}

impl App {
    /// Makes an app from `loaded`, whose manifest is the one to be used.
    fn new(
        arguments: &Arguments,
        loaded: Loaded,
        environment: Environment,
        hosted_models: HostedModels,
        process: &Process,
    ) -> Result<Self, StartError> {
        let environment = Arc::new(environment.hiding(&loaded.connections));
        let options = sandbox::Options::from(&arguments.limits);
        let program = Arc::new(loaded.program);
        let client = process.clients.shared(&environment);
        let authenticator = Authenticator::new(Arc::clone(&environment), client, tokens(arguments));
        let setup = Setup::new(Arc::new(program.manifest.clone()), Arc::clone(&environment), process)
            .hosted_models(hosted_models)
            .program(Arc::clone(&program));
        let sandbox = sandbox(loaded.code, &program, &environment, &setup, options)?;
        let itself = sandbox.downgrade();
        let own = move || itself.upgrade().map(|sandbox| Arc::new(sandbox) as Arc<dyn Call>);
        setup.own_functions().connect(Arc::clone(&program), own);
        if arguments.check_config != Check::Not {
            // Where there can be none, the log says so.
            sandbox.pool();
            report_guest_variables(&environment, &program);
        }
        let dev = environment.is_dev();
        let answers = graphql::Options {
            extensions: dev,
            introspection: arguments.introspection.unwrap_or(dev),
            suggestions: arguments.suggestions.unwrap_or(dev),
            ..graphql::Options::new(arguments.limits.clone())
        };
        let graphql = Arc::new(Engine::new(Arc::clone(&program), Arc::new(sandbox.clone()), answers));
        let Process { closing, mutations, capacity, .. } = process.clone();
        let endpoint = GraphqlHandler::new(graphql, arguments.plain_get.unwrap_or(dev), closing, mutations, &capacity);
        let health = health(&environment);
        let mut routes = Routes::new(&program.manifest, Arc::new(authenticator), health, Arc::new(endpoint))
            .with_origins(origins(arguments, dev));
        if dev || arguments.explorer {
            routes = routes.with_explorer(&program.manifest);
        }
        if dev {
            routes = routes.with_status(&program.app.build_id, arguments.build_report.clone());
        }
        routes = routes.with_history(History::of(process, &environment), Arc::clone(&environment));
        Ok(Self { program, sandbox, routes: Arc::new(routes), dev, environment })
    }
}

/// The app's functions, with the host functions that they import.
fn sandbox(
    code: CodeFile,
    program: &Arc<Program>,
    environment: &Arc<Environment>,
    setup: &Setup<'_>,
    options: sandbox::Options,
) -> Result<Sandbox, LoadError> {
    let host_functions = HostFunctions::configure(&program.imports, setup);
    let (environment, capacity) = (Arc::clone(environment), Arc::clone(&setup.process.capacity));
    Sandbox::new(code, Arc::clone(program), environment, host_functions, capacity, options)
}

/// How tokens are checked.
fn tokens(arguments: &Arguments) -> auth::Options {
    auth::Options {
        open_without_keys: arguments.open_without_keys,
        audience: arguments.access.jwt_audience.clone(),
        issuer: arguments.access.jwt_issuer.clone(),
        leeway: arguments.access.jwt_leeway,
    }
}

/// Which hosts and origins are served.
fn origins(arguments: &Arguments, dev: bool) -> OriginPolicy {
    let access = &arguments.access;
    OriginPolicy::new(dev, arguments.host, access.allow_host.clone(), access.allow_origin.clone())
}

/// Names only: the values may be secrets that nobody meant to show.
fn report_guest_variables(environment: &Environment, program: &Program) {
    let connections = program.manifest.connections.keys().map(String::as_str);
    let mut names: Vec<String> = environment.guest_variables(connections).into_iter().map(|(name, _)| name).collect();
    names.extend(["CLAIMS", "TZ"].map(str::to_owned));
    names.sort_unstable();
    let message = "What guests see of the environment: NAME is MODUS_NAME, but for CLAIMS and TZ.";
    tracing::info!(target: "modus", variables = names.join(", "), "{message}");
}

/// What `/health` answers, members in this order (`http-server` section 10).
fn health(environment: &Environment) -> String {
    let name = serde_json::Value::from(environment.name());
    let version = env!("CARGO_PKG_VERSION");
    format!("{{\n  \"status\": \"ok\",\n  \"environment\": {name},\n  \"app_version\": \"v{version}\"\n}}\n")
}
