//! The process: start, serve, end.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::announce::announce;
use super::export::Exporter;
use super::marks::Marks;
use super::sources::Sources;
use super::watch::{self, Reload, Watched};
use super::{App, StartError, surroundings};
use crate::capacity::{Capacity, memory};
use crate::cli::Arguments;
use crate::client::Clients;
use crate::compute;
use crate::egress::Redirects;
use crate::host_functions::{self, Setup};
use crate::load::Loaded;
use crate::process::{Kept, Mutations, Process};
use crate::sandbox::ticker;
use crate::server::loops::{self, Loops};
use crate::server::{self, FEWEST_FILES, Listeners, Live};
use crate::settings::Check;
use crate::state::State;
use crate::telemetry::traces;
use crate::{environment, panics, telemetry};

/// Exit code after a second signal.
const FORCED: i32 = 130;
/// Signals within this time are one: a terminal or a wrapper sends it to the process and to its group, or forwards what came
/// here anyway.
const REPEATED: Duration = Duration::from_secs(1);

/// Time from the first connection until all of the process is made that the first answer does not need, and the longest
/// time until then.
const UNTIL_REST: Duration = Duration::from_millis(5);
const UNTIL_REST_AT_MOST: Duration = Duration::from_millis(50);

/// Loads the artifact and serves it until SIGTERM or SIGINT; a second signal ends the process at once.
///
/// The current thread accepts connections, keeps the time, hears signals and reloads. It runs no guest.
///
/// # Errors
/// [`StartError`], before anything is served.
pub fn run(arguments: &Arguments) -> Result<(), StartError> {
    let open_files = server::raise_open_files();
    if let Ok(Some(files)) = open_files
        && files < FEWEST_FILES
    {
        return Err(StartError::OpenFiles(files));
    }
    let sources = Sources::of(arguments)?;
    let watched = watched(arguments, &sources);
    let mut loaded = match watched.is_regular() {
        true => Loaded::open_copy(&sources.artifact)?,
        false => Loaded::open(&sources.artifact, arguments.verify)?,
    };
    let control = Builder::new_current_thread().enable_all().build()?;
    keep_on_after_broken_pipes(&control)?;
    let limits = &arguments.limits;
    let clients = Clients::new(limits.max_lookups).patience(limits.http().timeout);
    let exporter = traces::are_wanted().then(|| Exporter::new(control.handle().clone(), &clients));
    telemetry::init(arguments.json_logs, &loaded.program.app.name, exporter).map_err(StartError::Configuration)?;
    panics::install();
    if let Err(error) = open_files {
        tracing::warn!(target: "modus", error = %error, "The number of open files could not be raised.");
    }
    sources.apply_manifest(&mut loaded)?;
    let (open, closing) = tokio::sync::watch::channel(());
    let capacity = Arc::new(Capacity::new(memory::mappable(limits.max_calls) as usize, limits.max_waiting as usize));
    if let Some(mib) = arguments.guest_memory {
        capacity.limit_memory(mib << 20);
    }
    if let Some(mib) = arguments.answer_memory {
        limit_answers(&capacity, &clients, mib << 20);
    }
    let redirects = if arguments.strict_redirects { Redirects::Named } else { Redirects::Public };
    let process = Process {
        capacity,
        clients,
        redirects,
        http: limits.http(),
        databases: limits.databases(),
        models: limits.models(),
        history: limits.history(arguments.history),
        collections: limits.collections(arguments.collections_refresh),
        state: State::new(sources.state_folder(arguments), limits.state_waiting),
        kept: Kept::default(),
        mutations: Mutations::default(),
        closing,
    };
    let entered = control.enter();
    let app = App::new(arguments, loaded, sources.environment(), sources.hosted_models()?, &process)?;
    drop(entered);
    if arguments.check_config != Check::Not {
        let setup = Setup::new(Arc::new(app.program.manifest.clone()), Arc::clone(&app.environment), &process)
            .hosted_models(sources.hosted_models()?);
        return control.block_on(check(&app, &setup, arguments.check_config == Check::Connect));
    }
    let loops = Arc::new(Loops::new(loops::event_loop()?));
    let reload = Reload { arguments: arguments.clone(), sources, process };
    control.block_on(serve(reload, app, watched, open, loops))
}

/// Makes what the first answer does not need.
fn make_rest(loops: &Loops, process: &Process) {
    let cores = loops::cores();
    loops.add(loops::for_other_cores(cores));
    if let Err(error) = compute::start(cores) {
        let message = "No thread for calls that compute for long: they take turns with everything else.";
        tracing::warn!(target: "modus", error = %error, "{message}");
    }
    let capacity = &process.capacity;
    if capacity.memory_limit().is_none() {
        capacity.limit_memory(memory::for_guests());
    }
    if capacity.answers_limit().is_none() {
        limit_answers(capacity, &process.clients, memory::for_answers());
    }
}

/// Bounds the answers to clients, and those of other servers to as much.
fn limit_answers(capacity: &Capacity, clients: &Clients, bytes: u64) {
    capacity.limit_answers(bytes);
    clients.limit_answers(bytes);
}

/// The files to look at for changes: regularly in development, and where that is asked for.
fn watched(arguments: &Arguments, sources: &Sources) -> Watched {
    let environment = environment::process_name();
    let default = if environment::is_dev(&environment) { watch::DEFAULT } else { Duration::ZERO };
    let every = arguments.refresh.unwrap_or(default);
    // Where nobody looks, a start does not either.
    let files = if every.is_zero() { Vec::new() } else { sources.files(&environment) };
    Watched::new(Marks::of(files), every)
}

/// The answer to `--check-config`: everything that can be said without a port. What the start goes on without is wrong, too.
async fn check(app: &App, setup: &Setup<'_>, connect: bool) -> Result<(), StartError> {
    let (wanted, served) = (app.program.manifest.endpoints.len(), app.routes.endpoints().len());
    let unserved = match wanted {
        0 => Some("the manifest has no endpoint that can be served".to_owned()),
        _ => (served < wanted)
            .then(|| format!("{} of {wanted} endpoints cannot be served; see the log", wanted - served)),
    };
    let connections = host_functions::check(setup, connect).await;
    let faults = unserved.into_iter().chain(app.routes.key_faults()).chain(surroundings::faults(&app.environment));
    let faults: Vec<String> = faults.chain(connections).collect();
    if !faults.is_empty() {
        return Err(StartError::Configuration(format!("the configuration is not usable: {}", faults.join("; "))));
    }
    tracing::info!(target: "modus", plugin = app.program.app.name, endpoints = served, "The configuration is usable.");
    Ok(())
}

/// Dropping `open` ends subscriptions.
async fn serve(
    reload: Reload,
    app: App,
    watched: Watched,
    open: tokio::sync::watch::Sender<()>,
    loops: Arc<Loops>,
) -> Result<(), StartError> {
    let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (hangup, terminal) = (signal(SignalKind::hangup())?, Terminal::new()?);
    // When this thread has nothing else to do: a connection that waits already is accepted before, but nobody waits for keys
    // without a word.
    tokio::spawn(async { telemetry::log::start() });
    app.routes.load_keys().await?;
    let listeners = Listeners::bind(reload.arguments.host, reload.arguments.port, app.dev).await?;
    let address = listeners.address()?;
    announce(&app, address);
    let (plugin, version) = (&app.program.app.name, env!("CARGO_PKG_VERSION"));
    tracing::info!(target: "modus", plugin, version, environment = app.environment.name(), address = %address, "Listening.");
    let admin = reload.arguments.admin_address;
    let (mutations, limits) = (reload.process.mutations.clone(), reload.arguments.limits.clone());
    let live = Arc::new(Live::new(Arc::clone(&app.routes), mutations, limits).with_admin(admin.is_some()));
    let (sandbox, environment) = (app.sandbox.clone(), Arc::clone(&app.environment));
    sandbox.put_off_pool();
    drop(app);
    if let Some(admin) = admin {
        let listeners = Listeners::admin(admin).await?;
        tracing::info!(target: "modus", admin = %listeners.address()?, "Probes and metrics.");
        tokio::spawn(server::admin::serve(listeners, Arc::clone(&live)));
    }
    let Arguments { shutdown_delay, shutdown_timeout, .. } = reload.arguments;
    let process = reload.process.clone();
    tokio::spawn(ticker::tick());
    tokio::spawn(watch::watch(watched, hangup, reload, address, Arc::downgrade(&live)));
    let (first, owned) = (Arc::clone(&loops), process.clone());
    tokio::spawn(async move {
        let _ = tokio::time::timeout(UNTIL_REST_AT_MOST, first.used()).await;
        tokio::time::sleep(UNTIL_REST).await;
        make_rest(&first, &owned);
        // Without waiting for a call: from then on the artifact's file may be overwritten.
        sandbox.pool_after(Duration::ZERO);
        surroundings::warn_soon(environment);
    });
    let signalled = ended(terminate, interrupt, terminal, Arc::clone(&live), shutdown_delay);
    let shutdown = async move {
        signalled.await;
        drop(open);
    };
    server::serve(listeners, &loops, &live, shutdown, shutdown_timeout).await;
    let (finished, cut) = live.drained();
    host_functions::flush_history(&process).await;
    process.state.flush().await;
    tracing::info!(target: "modus", finished, cut, "Shut down.");
    traces::finish().await;
    Ok(())
}

/// Handles SIGPIPE, which ends a process otherwise: a reader that went away is an error of the write.
fn keep_on_after_broken_pipes(runtime: &Runtime) -> std::io::Result<()> {
    let _entered = runtime.enter();
    // The handler stays when this is dropped.
    signal(SignalKind::pipe()).map(drop)
}

/// The terminal that this process was started from, if so. When it is closed, what was started from it is to end; otherwise
/// SIGHUP asks for a reload.
struct Terminal {
    hangup: Signal,
    is_open: bool,
}

impl Terminal {
    fn new() -> std::io::Result<Self> {
        Ok(Self { hangup: signal(SignalKind::hangup())?, is_open: std::io::stdin().is_terminal() })
    }

    /// Resolves when it is closed, which a SIGHUP comes with.
    async fn closed(&mut self) {
        while !self.is_open || std::io::stdin().is_terminal() {
            if self.hangup.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
        }
        self.is_open = false;
    }
}

/// Resolves some time after the first signal, which takes the readiness away at once, so that whoever sends requests can
/// look for another server meanwhile. A second signal, not a repeated one, ends the process.
async fn ended(mut terminate: Signal, mut interrupt: Signal, mut terminal: Terminal, live: Arc<Live>, delay: Duration) {
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = terminal.closed() => {}
        }
    };
    next().await;
    let repeated_until = Instant::now() + REPEATED;
    live.drain();
    tracing::info!(target: "modus", "Shutting down.");
    tokio::spawn(async move {
        next().await;
        while Instant::now() < repeated_until {
            next().await;
        }
        telemetry::log::flush(telemetry::log::PATIENCE);
        std::process::exit(FORCED);
    });
    tokio::time::sleep(delay).await;
}
