//! Changed files of an app.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use abi::manifest::FILE_NAME;
use notify::event::ModifyKind;
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;

use super::cannot;
use crate::diagnostic::Diagnostic;
use crate::toolchain::{BUILD, Toolchain};

/// Editors write a file in several steps, and often several files.
const SETTLED: Duration = Duration::from_millis(100);

/// Tells of changed sources.
pub(super) struct Changes {
    root: PathBuf,
    toolchain: &'static dyn Toolchain,
    changed: UnboundedReceiver<Changed>,
    watcher: RecommendedWatcher,
    /// Those that are watched, and whether there is a source in them.
    folders: BTreeMap<PathBuf, bool>,
}

/// A file or folder that is not as it was.
struct Changed {
    path: PathBuf,
    /// It is the same one, and only what is known of it changed: its owner, mode or times.
    is_known: bool,
}

impl Changes {
    /// Of the app in a folder. Its env files are the runner's to watch. The manifest is, too, but what is wrong with it is
    /// found when the app is built.
    pub(super) fn of(app: &Path, toolchain: &'static dyn Toolchain) -> Result<Self, Diagnostic> {
        let failed = |error: notify::Error| cannot(&format!("watch {}", app.display()), &error);
        let root = std::fs::canonicalize(app).map_err(|error| cannot(&format!("watch {}", app.display()), &error))?;
        let (sender, changed) = unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(notify::Event { kind, paths, .. }) = event else { return };
            // Looking at a file changes nothing.
            if matches!(kind, EventKind::Access(_)) {
                return;
            }
            let is_known = matches!(kind, EventKind::Modify(ModifyKind::Metadata(_)));
            paths.into_iter().for_each(|path| _ = sender.send(Changed { path, is_known }));
        });
        let watcher = watcher.map_err(failed)?;
        let mut changes = Self { root: root.clone(), toolchain, changed, watcher, folders: BTreeMap::new() };
        changes.watcher.watch(&root, RecursiveMode::NonRecursive).map_err(failed)?;
        changes.watch_new().map_err(failed)?;
        Ok(changes)
    }

    /// Watches folders that have come since.
    ///
    /// # Errors
    /// As [`Self::watch`].
    fn watch_new(&mut self) -> notify::Result<()> {
        let mut passed = BTreeSet::new();
        loop {
            let found = watched(&self.root).into_iter();
            let new: Vec<_> = found.filter(|one| !self.folders.contains_key(one) && !passed.contains(one)).collect();
            if new.is_empty() {
                return Ok(());
            }
            for folder in new {
                if !self.watch(&folder)? {
                    passed.insert(folder);
                }
            }
            // Of what has come into a folder since it was looked into, its watch may know nothing.
        }
    }

    /// Watches a folder, unless it cannot be: it is another's, or has gone meanwhile.
    ///
    /// # Errors
    /// The system watches no more folders.
    fn watch(&mut self, folder: &Path) -> notify::Result<bool> {
        match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                let has_source = self.first_in(folder).is_some();
                self.folders.insert(folder.to_owned(), has_source);
                Ok(true)
            }
            Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// Forgets a folder with those below it. Whether there was a source in one.
    fn forget(&mut self, path: &Path) -> bool {
        let gone: Vec<PathBuf> = self.folders.keys().filter(|folder| folder.starts_with(path)).cloned().collect();
        let mut had_source = false;
        for folder in &gone {
            had_source |= self.folders.remove(folder).unwrap_or_default();
            // The watch of a folder ends with it, but may be there yet.
            let _ = self.watcher.unwatch(folder);
        }
        if !gone.is_empty() {
            // What another link leads to is watched by that now. What cannot be watched is noticed with the next change.
            let _ = self.watch_new();
        }
        had_source
    }

    /// Takes in what has changed: the file if it is a source, the first one in a folder that has come, or a folder that has
    /// gone.
    fn source(&mut self, Changed { path, is_known }: &Changed) -> Option<PathBuf> {
        if *path == self.root {
            return None;
        }
        if path.is_dir() {
            if *is_known {
                return None;
            }
            // It need not be the one of this name that was watched.
            self.forget(path);
            let _ = self.watch_new();
            let come = self.folders.iter().filter(|(folder, has_source)| folder.starts_with(path) && **has_source);
            return come.map(|(folder, _)| folder).find_map(|folder| self.first_in(folder));
        }
        if self.forget(path) {
            return path.strip_prefix(&self.root).ok().map(Path::to_owned);
        }
        let source = self.own(path)?;
        if let Some(has_source) = path.parent().and_then(|folder| self.folders.get_mut(folder)) {
            *has_source = true;
        }
        Some(source)
    }

    fn first_in(&self, folder: &Path) -> Option<PathBuf> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
        files.sort();
        files.iter().find_map(|file| self.own(file))
    }

    /// The path of a source, or of the manifest, from the app's folder.
    fn own(&self, path: &Path) -> Option<PathBuf> {
        let path = path.strip_prefix(&self.root).ok()?;
        (path == Path::new(FILE_NAME) || self.toolchain.is_source(path)).then(|| path.to_owned())
    }

    /// The next change, when no other has followed for a moment.
    pub(super) async fn next(&mut self) -> Option<PathBuf> {
        let first = loop {
            let changed = self.changed.recv().await?;
            if let Some(source) = self.source(&changed) {
                break source;
            }
        };
        // Other files, such as a log, do not count.
        let mut settled = Instant::now() + SETTLED;
        while let Ok(Some(changed)) = tokio::time::timeout_at(settled, self.changed.recv()).await {
            if self.source(&changed).is_some() {
                settled = Instant::now() + SETTLED;
            }
        }
        Some(first)
    }
}

/// The folder with those below it, but for what is made, fetched or hidden: packages are many thousand folders. Links are
/// followed; a folder that several lead to is there once.
fn watched(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    let mut known = BTreeSet::from([root.to_owned(), root.join(BUILD)]);
    let mut next = 0;
    while let Some(folder) = found.get(next).cloned() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        // Folders come before links to them.
        folders.sort_by_key(|path| path.is_symlink());
        for path in folders {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_made = next == 0 && name == BUILD;
            if is_made || name.starts_with('.') || name == "node_modules" {
                continue;
            }
            if std::fs::canonicalize(&path).is_ok_and(|real| known.insert(real)) {
                found.push(path);
            }
        }
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests;
