//! Changed files of an app.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;

use super::cannot;
use crate::diagnostic::Diagnostic;
use crate::toolchain::Toolchain;

/// Editors write a file in several steps, and often several files.
const SETTLED: Duration = Duration::from_millis(100);

/// Tells of changed sources.
pub(super) struct Changes {
    root: PathBuf,
    toolchain: &'static dyn Toolchain,
    changed: UnboundedReceiver<PathBuf>,
    watcher: RecommendedWatcher,
    folders: Vec<PathBuf>,
}

impl Changes {
    /// Of the app in a folder. Its manifest and env files are the runner's to watch.
    pub(super) fn of(app: &Path, toolchain: &'static dyn Toolchain) -> Result<Self, Diagnostic> {
        let failed = |error: notify::Error| cannot(&format!("watch {}", app.display()), &error);
        let root = std::fs::canonicalize(app).map_err(|error| cannot(&format!("watch {}", app.display()), &error))?;
        let (sender, changed) = unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Looking at a file changes nothing.
            if let Ok(event) = event
                && !matches!(event.kind, EventKind::Access(_))
            {
                event.paths.into_iter().for_each(|path| _ = sender.send(path));
            }
        });
        let mut changes = Self { root, toolchain, changed, watcher: watcher.map_err(failed)?, folders: Vec::new() };
        changes.watch_new().map_err(failed)?;
        Ok(changes)
    }

    /// Watches folders that have come since.
    fn watch_new(&mut self) -> notify::Result<()> {
        for folder in watched(&self.root) {
            if !self.folders.contains(&folder) {
                self.watcher.watch(&folder, RecursiveMode::NonRecursive)?;
                self.folders.push(folder);
            }
        }
        Ok(())
    }

    /// Takes in what has changed: the file if it is a source, or the first one in a folder that is new.
    fn source(&mut self, path: &Path) -> Option<PathBuf> {
        if path.is_dir() {
            // What cannot be watched is noticed with the next change.
            let _ = self.watch_new();
            let mut files = std::fs::read_dir(path).ok()?.flatten().map(|entry| entry.path());
            return files.find_map(|file| self.own(&file));
        }
        self.own(path)
    }

    /// The path of a source, from the app's folder.
    fn own(&self, path: &Path) -> Option<PathBuf> {
        let path = path.strip_prefix(&self.root).ok()?;
        self.toolchain.is_source(path).then(|| path.to_owned())
    }

    /// The next change, when no other has followed for a moment.
    pub(super) async fn next(&mut self) -> Option<PathBuf> {
        let first = loop {
            let path = self.changed.recv().await?;
            if let Some(source) = self.source(&path) {
                break source;
            }
        };
        // Other files, such as a log, do not count.
        let mut settled = Instant::now() + SETTLED;
        while let Ok(Some(path)) = tokio::time::timeout_at(settled, self.changed.recv()).await {
            if self.source(&path).is_some() {
                settled = Instant::now() + SETTLED;
            }
        }
        Some(first)
    }
}

/// The folder with those below it, but for what is made, fetched or hidden: packages are many thousand folders.
fn watched(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    let mut next = 0;
    while let Some(folder) = found.get(next).cloned() {
        next += 1;
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let wanted = folders.filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && !["node_modules", crate::toolchain::BUILD].contains(&&*name)
        });
        found.extend(wanted.map(|entry| entry.path()));
    }
    found
}
