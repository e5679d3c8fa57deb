//! From the command line to a serving process, and back to an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;

use abi::manifest::Manifest;
use abi::plan::Program;
use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::auth::{Authenticator, KeysError};
use crate::cli::Arguments;
use crate::environment::Environment;
use crate::graphql::{self, Engine};
use crate::hosts::Services;
use crate::load::{LoadError, Loaded};
use crate::sandbox::{self, Sandbox};
use crate::server::{self, BindError, Endpoint, Listeners, Routes};
use crate::telemetry;

/// Why the runner could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The artifact.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The port.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The manifest given on the command line.
    #[error("{0}")]
    Manifest(String),
    /// The keys for bearer tokens.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The engine.
    #[error("the WebAssembly engine could not be set up: {0:#}")]
    Engine(#[from] wasmtime::Error),
    /// The operating system.
    #[error("the server could not be set up: {0}")]
    System(#[from] std::io::Error),
}

/// Exit code after a second signal.
const FORCED: i32 = 130;

/// Loads the artifact and serves it until SIGTERM or SIGINT; a second signal ends the process at once.
///
/// # Errors
/// [`StartError`], before anything is served.
pub fn run(arguments: &Arguments) -> Result<(), StartError> {
    telemetry::init(arguments.json_logs);
    let mut loaded = match &arguments.artifact {
        Some(path) => Loaded::open(path, arguments.verify)?,
        None => Loaded::own(arguments.verify)?,
    };
    if let Some(path) = &arguments.manifest {
        loaded.program.manifest = manifest(path)?;
    }
    let environment = Arc::new(Environment::load(Some(&arguments.app_path)));
    let options = arguments.limits.sandbox();
    let engine = sandbox::engine::build(&abi::engine::config()?, &options, None)?;
    let module = loaded.code(&engine)?;
    let program = Arc::new(loaded.program);
    let services = Services::new(Arc::clone(&environment), Arc::new(program.manifest.clone()))
        .strict_redirects(arguments.strict_redirects);
    let client = Arc::clone(&services.client);
    let authenticator = Authenticator::new(Arc::clone(&environment), client, arguments.open_without_keys);
    let sandbox = Sandbox::new(engine, &module, Arc::clone(&program), services, options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(arguments.limits.max_calls as usize + 16)
        .build()?;
    let dev = environment.is_dev();
    let answers = graphql::Options {
        extensions: dev,
        introspection: arguments.introspection.unwrap_or(dev),
        suggestions: arguments.suggestions.unwrap_or(dev),
        ..arguments.limits.graphql()
    };
    let graphql = Arc::new(Engine::new(Arc::clone(&program), Arc::new(sandbox), answers));
    let (open, closing) = watch::channel(());
    let endpoint = Arc::new(Endpoint::new(graphql, arguments.plain_get.unwrap_or(dev), closing));
    let mut routes = Routes::new(&program.manifest, Arc::new(authenticator), health(&environment), endpoint);
    if dev || arguments.explorer {
        routes = routes.with_explorer(&program.manifest);
    }
    // On a worker, not on this thread: accepting and answering are one thread's work then.
    let serving = runtime.spawn(serve(arguments.clone(), program, routes, open, dev));
    runtime.block_on(serving).map_err(std::io::Error::other)??;
    // Threads of calls that ignored the drain are not waited for.
    runtime.shutdown_background();
    Ok(())
}

fn manifest(path: &std::path::Path) -> Result<Manifest, StartError> {
    let failed =
        |reason: String| StartError::Manifest(format!("failed to parse manifest: {}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let (manifest, findings) = abi::manifest::parse(&text);
    let mut errors = Vec::new();
    for finding in findings {
        let text = format!("{}:{}: {}", finding.line, finding.column, finding.message);
        if finding.kind.is_error() {
            errors.push(text);
        } else {
            tracing::warn!(target: "modus", manifest = %path.display(), "{text}");
        }
    }
    manifest.filter(|_| errors.is_empty()).ok_or_else(|| failed(errors.join("; ")))
}

/// What `/health` answers, members in this order (`http-server` section 10).
fn health(environment: &Environment) -> String {
    let name = serde_json::Value::from(environment.name());
    let version = env!("CARGO_PKG_VERSION");
    format!("{{\n  \"status\": \"ok\",\n  \"environment\": {name},\n  \"app_version\": \"v{version}\"\n}}\n")
}

/// Dropping `open` ends subscriptions.
async fn serve(
    arguments: Arguments,
    program: Arc<Program>,
    routes: Routes,
    open: watch::Sender<()>,
    dev: bool,
) -> Result<(), StartError> {
    let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    routes.load_keys().await?;
    let listeners = Listeners::bind(arguments.host, arguments.port, dev).await?;
    let address = listeners.address()?;
    for route in routes.endpoints() {
        let url = url(address, &route.path);
        tracing::info!(target: "modus", endpoint = route.name, url, "Serving.");
    }
    if routes.has_explorer() {
        tracing::info!(target: "modus", url = url(address, server::explorer::PATH), "The API explorer is on.");
    }
    if routes.endpoints().is_empty() {
        tracing::warn!(target: "modus", "The manifest has no endpoints: only /health is served.");
    }
    tracing::info!(target: "modus", plugin = program.app.name, address = %address, "Listening.");
    let shutdown = async move {
        ended(terminate, interrupt).await;
        drop(open);
    };
    server::serve(listeners, Arc::new(routes), arguments.limits.server(), shutdown).await;
    Ok(())
}

/// An address that a browser on this machine can open.
fn url(address: SocketAddr, path: &str) -> String {
    match address {
        address if address.ip().is_unspecified() => format!("http://localhost:{}{path}", address.port()),
        address => format!("http://{address}{path}"),
    }
}

/// Resolves at the first signal; a second one ends the process at once.
async fn ended(mut terminate: Signal, mut interrupt: Signal) {
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    next().await;
    tracing::info!(target: "modus", "Shutting down.");
    tokio::spawn(async move {
        next().await;
        std::process::exit(FORCED);
    });
}
