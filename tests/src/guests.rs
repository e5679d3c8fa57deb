//! Guest modules, built from source with the real toolchains and cached outside the tree by `scripts/build-guest.sh`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

pub use abi::language::Language;

use crate::root;

/// The modules that were built, each when it is there. Others are built meanwhile.
static BUILT: LazyLock<Mutex<HashMap<String, Arc<OnceLock<PathBuf>>>>> = LazyLock::new(Mutex::default);

/// Builds the app in `folder` (absolute, or relative to the source tree) and answers the wasm file.
pub fn build(folder: &str) -> PathBuf {
    let mut built = BUILT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let module = Arc::clone(built.entry(folder.to_owned()).or_default());
    drop(built);
    module.get_or_init(|| build_anew(folder)).clone()
}

fn build_anew(folder: &str) -> PathBuf {
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
    path
}

/// Where the apps of a language are.
pub trait Apps {
    /// The name of the folders that hold them.
    fn folder(self) -> String;

    /// The test app of this name.
    fn guest(self, name: &str) -> PathBuf;
}

impl Apps for Language {
    fn folder(self) -> String {
        self.name().to_lowercase()
    }

    fn guest(self, name: &str) -> PathBuf {
        build(&format!("tests/guests/{}/{name}", self.folder()))
    }
}
