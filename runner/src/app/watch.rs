//! Changed files make a new app, which takes the old one's place (`http-server` section 14). So does SIGHUP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::signal::unix::Signal;
use tokio::sync::oneshot;

use super::announce::announce;
use super::marks::Marks;
use super::sources::Sources;
use super::{App, StartError, surroundings};
use crate::cli::Arguments;
use crate::load::Loaded;
use crate::process::Process;
use crate::server::Live;

/// Time between two looks at the files in development.
pub(super) const DEFAULT: Duration = Duration::from_secs(1);

/// Time until another try where there was no thread.
const UNTIL_NEXT_TRY: Duration = Duration::from_secs(1);

/// Why files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// It is time to: they are loaded if one of them changed.
    Regular,
    /// Somebody asked: they are loaded, changed or not.
    Asked,
}

/// Files to look at.
pub(super) struct Watched {
    /// How they were seen last.
    marks: Marks,
    /// Time between two looks; `None` = only where somebody asks.
    every: Option<Duration>,
}

impl Watched {
    /// Files as they are now.
    pub(super) fn new(marks: Marks, every: Duration) -> Self {
        Self { marks, every: (!every.is_zero()).then_some(every) }
    }

    /// Whether they are looked at without being asked.
    pub(super) fn is_regular(&self) -> bool {
        self.every.is_some()
    }
}

/// Loads files that changed, and on each SIGHUP all files, until the server ends. A new app answers new requests; those
/// under way finish on the old one. Faulty files leave everything as it is.
pub(super) async fn watch(watched: Watched, mut hangup: Signal, reload: Reload, address: SocketAddr, live: Weak<Live>) {
    let (marks, reload) = (Arc::new(Mutex::new(watched.marks)), Arc::new(reload));
    let (mut pause, mut next) = (watched.every, Look::Regular);
    loop {
        let look = tokio::select! {
            Some(()) = hangup.recv() => Look::Asked,
            () = tokio::time::sleep(pause.unwrap_or(Duration::MAX)) => next,
        };
        (pause, next) = (watched.every, Look::Regular);
        let app = match in_a_thread(look, &marks, &reload) {
            Ok(loaded) => loaded.await,
            Err(error) => {
                let message = "No thread to load changed files with; it is tried again.";
                tracing::warn!(target: "modus", error = %error, "{message}");
                (pause, next) = (Some(UNTIL_NEXT_TRY), look);
                continue;
            }
        };
        let Some(live) = live.upgrade().filter(|live| !live.is_draining()) else { return };
        let taken = match app {
            Ok(None) => continue,
            Ok(Some(Ok(app))) => take_over(app, address, &live).await,
            Ok(Some(Err(error))) => Err(error),
            Err(_) => Err(StartError::System(std::io::Error::other("the thread that loads the app failed"))),
        };
        if let Err(error) = taken {
            let text = error.to_string();
            let is_new = marks.lock().unwrap_or_else(PoisonError::into_inner).refuse(&text);
            if is_new || look == Look::Asked {
                let message = "Could not reload: what was loaded before is served on.";
                tracing::error!(target: "modus", error = text, "{message}");
            }
        }
    }
}

/// Looks at the files, and loads them where there is a reason to. Files may be slow, and making an app of them takes its time, so this
/// has a thread of its own.
///
/// # Errors
/// The operating system has no thread.
fn in_a_thread(
    look: Look,
    marks: &Arc<Mutex<Marks>>,
    reload: &Arc<Reload>,
) -> std::io::Result<oneshot::Receiver<Option<Result<App, StartError>>>> {
    let (send, loaded) = oneshot::channel();
    let (marks, reload, runtime) = (Arc::clone(marks), Arc::clone(reload), Handle::current());
    std::thread::Builder::new().name("reload".to_owned()).spawn(move || {
        let _entered = runtime.enter();
        let is_due = marks.lock().unwrap_or_else(PoisonError::into_inner).is_due(Instant::now());
        let app = (is_due || look == Look::Asked).then(|| reload.load());
        // Nobody waits for it where the process ends.
        let _ = send.send(app);
    })?;
    Ok(loaded)
}

async fn take_over(app: App, address: SocketAddr, live: &Live) -> Result<(), StartError> {
    app.routes.inherit_keys(&live.routes());
    app.routes.load_keys().await?;
    live.replace(app.routes.clone());
    tracing::info!(target: "modus", plugin = app.program.app.name, "Reloaded.");
    announce(&app, address);
    Ok(())
}

/// What an app is made from again.
pub(super) struct Reload {
    pub(super) arguments: Arguments,
    pub(super) sources: Sources,
    pub(super) process: Process,
}

impl Reload {
    fn load(&self) -> Result<App, StartError> {
        let mut loaded = Loaded::open_copy(&self.sources.artifact)?;
        self.sources.apply_manifest(&mut loaded)?;
        let hosted_models = self.sources.hosted_models()?;
        let app = App::new(&self.arguments, loaded, self.sources.environment(), hosted_models, &self.process)?;
        surroundings::warn(&app.environment);
        Ok(app)
    }
}
