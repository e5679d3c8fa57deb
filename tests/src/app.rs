//! Compiling apps with the real modusc.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::surroundings;

/// A manifest with one open endpoint.
pub const OPEN: &str = r#"{"endpoints": {"default": {"type": "graphql", "path": "/graphql", "auth": "none"}}}"#;

/// A compiled app in a folder of its own.
pub struct App {
    /// The artifact.
    pub artifact: PathBuf,
    /// What modusc said.
    pub messages: String,
    _folder: TempDir,
}

/// What all apps of the tests are compiled with: `MODUSC_TEST_BOUNDS=explicit` runs them with checked bounds.
pub fn bounds() -> Vec<String> {
    std::env::var("MODUSC_TEST_BOUNDS").map_or_else(|_| Vec::new(), |bounds| vec!["--bounds".to_owned(), bounds])
}

/// Compiles a wasm file with a manifest.
pub fn compile(wasm: &Path, manifest: &str) -> App {
    compile_with(wasm, manifest, &bounds())
}

/// The same with these arguments.
pub fn compile_with(wasm: &Path, manifest: &str, arguments: &[String]) -> App {
    let folder = surroundings::readable_folder();
    std::fs::write(folder.path().join("modus.json"), manifest).unwrap();
    std::fs::copy(wasm, folder.path().join("app.wasm")).unwrap();
    let artifact = folder.path().join("app.cwasm");
    let input = folder.path().join("app.wasm");
    let mut all = vec![input.as_os_str(), "-o".as_ref(), artifact.as_os_str()];
    all.extend(arguments.iter().map(std::ffi::OsStr::new));
    let output = modusc(&all);
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "modusc refused {}:\n{messages}", wasm.display());
    App { artifact, messages, _folder: folder }
}

/// The schema of an app, as modusc prints it.
pub fn sdl(app: &App) -> String {
    let output = modusc(&["schema".as_ref(), app.artifact.as_os_str()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the schema is text")
}

/// Puts the contents of `from` in the place of `to` at one go, as modusc does.
pub fn replace(from: &Path, to: &Path) {
    let temporary = to.with_extension("new");
    std::fs::copy(from, &temporary).expect("a copy");
    std::fs::rename(temporary, to).expect("a place for it");
}

/// Runs modusc.
pub fn modusc(arguments: &[&std::ffi::OsStr]) -> Output {
    Command::new(crate::binary("modusc")).args(arguments).output().expect("modusc runs")
}
