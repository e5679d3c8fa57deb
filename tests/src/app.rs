//! Making and compiling apps with the real modusc.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::guests::Language;
use crate::runner::{Options, Runner};
use crate::surroundings;

/// A manifest with one open endpoint.
pub const OPEN: &str = r#"{"endpoints": {"default": {"type": "graphql", "path": "/graphql", "auth": "none"}}}"#;

/// The same for callers with a token.
pub const CLOSED: &str =
    r#"{"endpoints": {"default": {"type": "graphql", "path": "/graphql", "auth": "bearer-token"}}}"#;

/// The manifest of [`OPEN`] as JSON, with these sections beside its endpoint. Panics when they are no object.
pub fn open_with(sections: &Value) -> Value {
    let mut manifest: Value = serde_json::from_str(OPEN).expect("JSON");
    for (name, section) in sections.as_object().expect("sections by their names") {
        manifest[name] = section.clone();
    }
    manifest
}

/// A compiled app in a folder of its own.
pub struct App {
    /// The artifact.
    pub artifact: PathBuf,
    /// What modusc said.
    pub messages: String,
    _folder: TempDir,
}

impl App {
    /// Serves it: the app, which keeps its artifact, and what serves it. Panics when that does not start.
    pub fn serve(self, options: &Options) -> (Self, Runner) {
        let runner = Runner::start(&self.artifact, options);
        (self, runner)
    }
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
    printed(&["schema".as_ref(), app.artifact.as_os_str()])
}

/// What `modusc inspect` tells of a file, as JSON. Panics when it refuses.
pub fn inspect(file: &Path) -> Value {
    let text = printed(&["inspect".as_ref(), "--json".as_ref(), file.as_os_str()]);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What modusc prints. Panics when it refuses.
pub fn printed(arguments: &[&std::ffi::OsStr]) -> String {
    let output = modusc(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what it prints is text")
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

/// Runs modusc in a folder; its output, however it ends. Panics when there is no such folder or no modusc.
pub fn modusc_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(crate::binary("modusc")).args(arguments).current_dir(folder).output().expect("modusc runs")
}

/// A new app of a language, as `modusc new` makes it, in a folder of its own: what keeps the folder, and the app in it.
/// Panics when modusc refuses.
pub fn new(language: Language) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    // Wherever this modusc lies, it is the SDK of this source tree.
    let sdk = crate::root().join("sdk/assemblyscript");
    let sdk = sdk.to_str().expect("a path in UTF-8");
    let name = if language == Language::AssemblyScript { "as".to_owned() } else { language.name().to_lowercase() };
    let output = modusc_in(folder.path(), &["new", "Hello", "--lang", &name, "--sdk", sdk]);
    assert!(output.status.success(), "{output:?}");
    let app = folder.path().join("hello");
    (folder, app)
}
