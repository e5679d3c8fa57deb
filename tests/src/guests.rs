//! Guest modules, built from source with the real toolchains and cached outside the tree by `scripts/build-guest.sh`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{LazyLock, Mutex};

use crate::root;

static BUILT: LazyLock<Mutex<HashMap<String, PathBuf>>> = LazyLock::new(Mutex::default);

/// Builds the app in `folder` (absolute, or relative to the source tree) and answers the wasm file.
pub fn build(folder: &str) -> PathBuf {
    let mut built = BUILT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(path) = built.get(folder) {
        return path.clone();
    }
    let directory = root().join("target/guests");
    std::fs::create_dir_all(&directory).expect("target/ is writable");
    // Test programs run side by side: each builds into a file of its own.
    let path = directory.join(format!("{}-{}.wasm", folder.replace('/', "-"), std::process::id()));
    let output = Command::new(root().join("scripts/build-guest.sh"))
        .arg(root().join(folder))
        .arg(&path)
        .output()
        .expect("bash is installed");
    assert!(output.status.success(), "{folder} does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    built.insert(folder.to_owned(), path.clone());
    path
}

/// A guest language and where its test apps are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// AssemblyScript.
    AssemblyScript,
    /// Go.
    Go,
}

impl Language {
    /// All of them, for tests that must hold in every language.
    pub const ALL: [Self; 2] = [Self::AssemblyScript, Self::Go];

    /// The test app of this name.
    pub fn guest(self, name: &str) -> PathBuf {
        build(&format!("tests/guests/{}/{name}", if self == Self::Go { "go" } else { "assemblyscript" }))
    }
}
