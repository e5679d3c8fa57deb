//! Changed files make a new app, which takes the old one's place (`http-server` section 14).

use std::fs::Metadata;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Weak;
use std::time::{Duration, SystemTime};

use tokio::sync::watch::Receiver;

use super::run::announce;
use super::{App, Sources, StartError};
use crate::cli::Arguments;
use crate::load::Loaded;
use crate::server::Live;

/// Time between two looks at the files in development.
pub(super) const DEFAULT: Duration = Duration::from_secs(1);

/// What tells two versions of a file apart: another time, size or file. A file that is not there has no mark.
type Mark = Option<(Option<SystemTime>, u64, u64)>;

/// Files, and how they were seen last.
pub(super) struct Watched {
    files: Vec<PathBuf>,
    seen: Vec<Mark>,
    every: Duration,
}

impl Watched {
    /// Files as they are now.
    pub(super) fn new(files: Vec<PathBuf>, every: Duration) -> Self {
        let seen = marks(&files);
        Self { files, seen, every }
    }

    /// Whether a file changed since the last time. Each change is reported once, so that a faulty file is not read again
    /// before it changes again.
    fn changed(&mut self) -> bool {
        let now = marks(&self.files);
        now != std::mem::replace(&mut self.seen, now.clone())
    }
}

fn marks(files: &[PathBuf]) -> Vec<Mark> {
    let mark = |metadata: Metadata| (metadata.modified().ok(), metadata.len(), metadata.ino());
    files.iter().map(|file| std::fs::metadata(file).ok().map(mark)).collect()
}

/// Looks at the files until the server ends. A new app answers new requests; those under way finish on the old one.
/// Faulty files leave everything as it is.
pub(super) async fn watch(mut watched: Watched, reload: Reload, address: SocketAddr, live: Weak<Live>) {
    loop {
        tokio::time::sleep(watched.every).await;
        let reload = reload.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let app = watched.changed().then(|| reload.load());
            (watched, app)
        });
        // Fails only when the process ends.
        let Ok((next, app)) = looked.await else { return };
        watched = next;
        let Some(live) = live.upgrade() else { return };
        match app {
            Some(_) if live.is_draining() => return,
            Some(Ok(app)) => {
                app.routes.inherit_keys(&live.routes());
                if let Err(error) = app.routes.load_keys().await {
                    refused(&error.into());
                    continue;
                }
                live.replace(app.routes.clone());
                tracing::info!(target: "modus", plugin = app.program.app.name, "Reloaded.");
                announce(&app, address);
            }
            Some(Err(error)) => refused(&error),
            None => {}
        }
    }
}

fn refused(error: &StartError) {
    let message = "Could not reload: what was loaded before is served on.";
    tracing::error!(target: "modus", error = %error, "{message}");
}

/// What an app is made from again.
#[derive(Clone)]
pub(super) struct Reload {
    pub(super) arguments: Arguments,
    pub(super) sources: Sources,
    pub(super) closing: Receiver<()>,
}

impl Reload {
    fn load(self) -> Result<App, StartError> {
        let mut loaded = Loaded::open_copy(&self.sources.artifact, self.arguments.verify)?;
        self.sources.apply_manifest(&mut loaded)?;
        App::new(&self.arguments, loaded, self.sources.environment(), self.closing)
    }
}
