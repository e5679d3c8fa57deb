//! From the sources of an app to its module, with the tools of its language: what they need, how they are run, and what they
//! say. The tools are the author's own; nothing is installed but packages that the app names.
//!
//! A new language is one file here, and one line in [`TOOLCHAINS`].

mod assemblyscript;
mod golang;
mod program;
mod resident;
pub mod sdk;

use std::path::{Path, PathBuf};

use crate::codes;
use crate::diagnostic::Diagnostic;

pub use program::{Found, Need, Tools};

/// The languages, in the order in which a folder is looked at.
pub const TOOLCHAINS: &[&dyn Toolchain] = &[&assemblyscript::AssemblyScript, &golang::Go];

/// Folder below an app's in which everything is put that is made of it.
pub const BUILD: &str = "build";

/// What a module is made to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Fast.
    Fast,
    /// There soon, as far as the tools can choose.
    Soon,
    /// Looked into: its functions and lines are those of the sources.
    Debug,
}

/// How apps of one language are built.
pub trait Toolchain: Sync {
    /// Name of the language.
    fn language(&self) -> &'static str;

    /// The file in an app's folder that tells the language.
    fn mark(&self) -> &'static str;

    /// What building needs, with what is there of it. Without an app, what any app needs.
    fn needs(&self, app: Option<&Path>) -> Vec<Need>;

    /// Prepares the folder where packages are missing.
    ///
    /// # Errors
    /// What the tools said.
    fn prepare(&self, app: &Path, tools: &Tools) -> Result<(), Vec<Diagnostic>>;

    /// Runs the tools, which put a module into the folder `build` of the app.
    ///
    /// # Errors
    /// What they said, or that they said nothing.
    fn build(&self, app: &Path, aim: Aim, tools: &Tools) -> Result<Vec<Diagnostic>, Vec<Diagnostic>>;

    /// Whether a changed file makes another module. The path is that from the app's folder.
    fn is_source(&self, path: &Path) -> bool;
}

/// The language of the app in a folder.
///
/// # Errors
/// There is no app, or of no known language.
pub fn of(app: &Path) -> Result<&'static dyn Toolchain, Diagnostic> {
    if !app.is_dir() {
        return Err(Diagnostic::error(codes::APP_UNKNOWN, format!("there is no folder {}", app.display())));
    }
    TOOLCHAINS.iter().copied().find(|toolchain| app.join(toolchain.mark()).is_file()).ok_or_else(|| {
        let marks: Vec<_> = TOOLCHAINS.iter().map(|one| format!("{} ({})", one.mark(), one.language())).collect();
        let message = format!("there is no app in {}: neither {}", app.display(), marks.join(" nor "));
        Diagnostic::error(codes::APP_UNKNOWN, message).with_help("name the app's folder, or make one: modusc new NAME")
    })
}

/// Builds the module of an app.
///
/// # Errors
/// What is missing, or what the tools found in the sources.
pub fn build(
    app: &Path,
    toolchain: &dyn Toolchain,
    aim: Aim,
    tools: &Tools,
) -> Result<(PathBuf, Vec<Diagnostic>), Vec<Diagnostic>> {
    toolchain.prepare(app, tools)?;
    // Asking them all takes as long as some builds do.
    if !tools.did_well() {
        let missing: Vec<_> = toolchain.needs(Some(app)).iter().filter_map(Need::diagnostic).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
    }
    let before = modules(app);
    let built = toolchain.build(app, aim, tools);
    tools.note(built.is_ok());
    let mut said = built?;
    match written(app, &before) {
        Some(module) => Ok((module, said)),
        None => {
            let message = format!("the tools of {} wrote no module into {BUILD}/", toolchain.language());
            said.push(Diagnostic::error(codes::TOOL_FAILED, message));
            Err(said)
        }
    }
}

/// The modules in the build folder with the time of their last change.
fn modules(app: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let entries = std::fs::read_dir(app.join(BUILD)).into_iter().flatten().flatten();
    let modules = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "wasm"));
    modules.filter_map(|path| Some((path.clone(), path.metadata().ok()?.modified().ok()?))).collect()
}

/// The module that was written last, by whatever name; it gets the one that all apps have.
fn written(app: &Path, before: &[(PathBuf, std::time::SystemTime)]) -> Option<PathBuf> {
    let now = modules(app).into_iter().filter(|module| !before.contains(module));
    let (path, _) = now.max_by_key(|(_, modified)| *modified)?;
    let wanted = app.join(BUILD).join("app.wasm");
    if path != wanted {
        std::fs::rename(&path, &wanted).ok()?;
    }
    Some(wanted)
}
