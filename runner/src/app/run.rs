//! The process: start, serve, end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread::Thread;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::watch::{self, Reload, Watched};
use super::{App, Sources, StartError};
use crate::cli::Arguments;
use crate::load::Loaded;
use crate::sandbox::ticker;
use crate::server::loops::{self, Loops};
use crate::server::{self, Listeners, Live};
use crate::telemetry::traces::{self, Service};
use crate::{environment, telemetry};

/// Exit code after a second signal.
const FORCED: i32 = 130;

/// Loads the artifact and serves it until SIGTERM or SIGINT; a second signal ends the process at once.
///
/// # Errors
/// [`StartError`], before anything is served.
pub fn run(arguments: &Arguments) -> Result<(), StartError> {
    let sources = Sources::of(arguments)?;
    let watched = watched(arguments, &sources);
    let mut loaded = match watched {
        Some(_) => Loaded::open_copy(&sources.artifact, arguments.verify)?,
        None => Loaded::open(&sources.artifact, arguments.verify)?,
    };
    // A thread for each call that waits, on whichever loop, and some for files and names of hosts.
    let threads = arguments.limits.max_calls as usize + 16;
    let first = loops::event_loop(threads)?;
    keep_on_after_broken_pipes(&first)?;
    let service = Service { app: &loaded.program.app.name, runtime: first.handle() };
    telemetry::init(arguments.json_logs, service).map_err(StartError::Configuration)?;
    sources.apply_manifest(&mut loaded)?;
    let (open, closing) = tokio::sync::watch::channel(());
    let app = App::new(arguments, loaded, sources.environment(), closing)?;
    if arguments.check_config {
        return check(&app);
    }
    let loops = Arc::new(Loops::new(first.handle().clone()));
    let serving = serve(arguments.clone(), sources, app, watched, open, Arc::clone(&loops));
    let ended = spawn(&first, serving);
    let others = loops::for_other_cores(threads);
    loops.add(others.iter().map(|other| other.handle().clone()));
    ended.wait().ok_or_else(|| std::io::Error::other("the server's task failed"))??;
    // Threads of calls that ignored the drain are not waited for.
    others.into_iter().chain([first]).for_each(Runtime::shutdown_background);
    Ok(())
}

/// The result of a task, for which the thread that began it waits.
struct Ended<T> {
    result: Receiver<T>,
    ticking: ticker::Lent,
}

/// Unparks a thread when it is dropped.
struct Wake(Thread);

impl Drop for Wake {
    fn drop(&mut self) {
        self.0.unpark();
    }
}

fn spawn<T: Send + 'static>(runtime: &Runtime, task: impl Future<Output = T> + Send + 'static) -> Ended<T> {
    let (send, result) = mpsc::channel();
    let (ticking, wake) = (ticker::lend(), Wake(std::thread::current()));
    runtime.spawn(async move {
        // What is made last is dropped first: whoever is woken finds the result, or that there will be none.
        let _wake = wake;
        let send = send;
        // Nobody waits for it where this process is ending for another reason.
        let _ = send.send(task.await);
    });
    Ended { result, ticking }
}

impl<T> Ended<T> {
    /// Ticks for the calls meanwhile: this thread is there anyway. `None` if the task panicked.
    fn wait(self) -> Option<T> {
        let mut result = None;
        self.ticking.tick(|| {
            let found = self.result.try_recv();
            let over = !matches!(found, Err(TryRecvError::Empty));
            result = found.ok();
            over
        });
        result
    }
}

/// The files to look at for changes: in development, and where it is asked for.
fn watched(arguments: &Arguments, sources: &Sources) -> Option<Watched> {
    let environment = environment::process_name();
    let default = if environment::is_dev(&environment) { watch::DEFAULT } else { Duration::ZERO };
    let every = arguments.refresh.unwrap_or(default);
    (!every.is_zero()).then(|| Watched::new(sources.files(&environment), every))
}

/// The answer to `--check-config`: everything that can be said without a port.
fn check(app: &App) -> Result<(), StartError> {
    let (wanted, served) = (app.program.manifest.endpoints.len(), app.routes.endpoints().len());
    if served < wanted {
        let text = format!("{} of {wanted} endpoints cannot be served; see the log", wanted - served);
        return Err(StartError::Manifest(text));
    }
    tracing::info!(target: "modus", plugin = app.program.app.name, endpoints = served, "The configuration is usable.");
    Ok(())
}

/// Dropping `open` ends subscriptions.
async fn serve(
    arguments: Arguments,
    sources: Sources,
    app: App,
    watched: Option<Watched>,
    open: tokio::sync::watch::Sender<()>,
    loops: Arc<Loops>,
) -> Result<(), StartError> {
    let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    app.routes.load_keys().await?;
    let listeners = Listeners::bind(arguments.host, arguments.port, app.dev).await?;
    let address = listeners.address()?;
    announce(&app, address);
    let (plugin, version) = (&app.program.app.name, env!("CARGO_PKG_VERSION"));
    tracing::info!(target: "modus", plugin, version, environment = app.environment, address = %address, "Listening.");
    let live = Arc::new(Live::new(Arc::clone(&app.routes)));
    drop(app);
    if let Some(watched) = watched {
        let reload = Reload { arguments: arguments.clone(), sources, closing: open.subscribe() };
        tokio::spawn(watch::watch(watched, reload, address, Arc::downgrade(&live)));
    }
    let signalled = ended(terminate, interrupt, Arc::clone(&live), arguments.shutdown_delay);
    let shutdown = async move {
        signalled.await;
        drop(open);
    };
    server::serve(listeners, &loops, &live, arguments.limits.server(), shutdown, arguments.shutdown_timeout).await;
    let (finished, cut) = live.drained();
    tracing::info!(target: "modus", finished, cut, "Shut down.");
    // While deadlines are still kept: a call that did not end in time must not hold the exporter up.
    let _ = tokio::task::spawn_blocking(traces::finish).await;
    Ok(())
}

/// Handles SIGPIPE, which ends a process otherwise: a reader that went away is an error of the write.
fn keep_on_after_broken_pipes(runtime: &Runtime) -> std::io::Result<()> {
    let _entered = runtime.enter();
    // The handler stays when this is dropped.
    signal(SignalKind::pipe()).map(drop)
}

/// Says what is served.
pub(super) fn announce(app: &App, address: SocketAddr) {
    for route in app.routes.endpoints() {
        let url = url(address, &route.path);
        tracing::info!(target: "modus", endpoint = route.name, url, "Serving.");
    }
    if app.routes.has_explorer() {
        tracing::info!(target: "modus", url = url(address, server::explorer::PATH), "The API explorer is on.");
    }
    if app.routes.endpoints().is_empty() {
        tracing::warn!(target: "modus", "The manifest has no endpoints: no GraphQL is served.");
    }
}

/// An address that a browser on this machine can open.
fn url(address: SocketAddr, path: &str) -> String {
    match address {
        address if address.ip().is_unspecified() => format!("http://localhost:{}{path}", address.port()),
        address => format!("http://{address}{path}"),
    }
}

/// Resolves some time after the first signal, which takes the readiness away at once, so that whoever sends requests can
/// look for another server meanwhile. A second signal ends the process.
async fn ended(mut terminate: Signal, mut interrupt: Signal, live: Arc<Live>, delay: Duration) {
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    next().await;
    live.drain();
    tracing::info!(target: "modus", "Shutting down.");
    tokio::spawn(async move {
        next().await;
        std::process::exit(FORCED);
    });
    tokio::time::sleep(delay).await;
}
