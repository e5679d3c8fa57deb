//! The stand-in for the models of an app that is developed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use abi::manifest::FILE_NAME;

use super::cannot;
use crate::commands::{read_manifest, write_file};
use crate::diagnostic::Diagnostic;
use crate::stand_in::{Redirected, StandIn, redirect};
use crate::toolchain::BUILD;

/// The manifest whose models lead to the stand-in, beside the artifact.
const REDIRECTED: &str = "modus.stand-in.json";

/// A running stand-in, and the manifest that leads to it. The file goes when this is dropped.
pub(super) struct Models {
    stand_in: StandIn,
    app: PathBuf,
    redirected: PathBuf,
    /// What was last written.
    written: Option<Redirected>,
}

impl Models {
    /// Starts the stand-in of the app in a folder, on a free port.
    pub(super) fn of(app: &Path) -> Result<Self, Diagnostic> {
        let stand_in = StandIn::start(0).map_err(|error| cannot("start the stand-in for models", &error))?;
        let redirected = app.join(BUILD).join(REDIRECTED);
        Ok(Self { stand_in, app: app.to_owned(), redirected, written: None })
    }

    /// Writes the manifest as the app's is now, and tells which models are stood in for if others were before. A manifest
    /// that cannot be used changes nothing: the build has told of it.
    pub(super) fn renew(&mut self) -> Result<Option<String>, Diagnostic> {
        let path = self.app.join(FILE_NAME);
        // Without a manifest it is as with an empty one. There may be one later.
        let text = if path.is_file() { read_manifest(&path)?.text } else { "{}".to_owned() };
        let Some(made) = redirect(&text, self.stand_in.url()) else { return Ok(None) };
        if self.written.as_ref() == Some(&made) {
            return Ok(None);
        }
        write_file(&self.redirected, made.text.as_bytes(), false)?;
        let are_new = self.written.as_ref().is_none_or(|before| before.models != made.models);
        let said = are_new.then(|| told(&made));
        self.written = Some(made);
        Ok(said)
    }

    /// The manifest, if there is one.
    pub(super) fn manifest(&self) -> Option<&Path> {
        self.written.as_ref().map(|_| self.redirected.as_path())
    }
}

impl Drop for Models {
    fn drop(&mut self) {
        // It leads nowhere from now on. One that was never written is not there.
        let _ = std::fs::remove_file(&self.redirected);
    }
}

fn told(made: &Redirected) -> String {
    if made.models.is_empty() {
        return format!("stand-in: {FILE_NAME} has no models");
    }
    let mut text = "stand-in: these models' answers are made up, and nothing is sent to their servers\n".to_owned();
    for model in &made.models {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {} (connection {})", model.name.escape_debug(), model.connection.escape_debug());
    }
    text.truncate(text.trim_end().len());
    text
}
