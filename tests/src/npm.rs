//! Clients and audits from npm, run with node.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::root;

/// The packages of `tests/npm`, installed when they are not those of the lock file.
static PACKAGES: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = root().join("tests/npm");
    let wanted = std::fs::read_to_string(folder.join("package-lock.json")).expect("the lock file is there");
    let stamp = folder.join("node_modules/.installed-for");
    // Test programs run side by side.
    let lock = std::fs::File::create(root().join("target/npm.lock")).expect("target/ is writable");
    lock.lock().expect("the file can be locked");
    if std::fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        let installed = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&folder)
            .output()
            .expect("npm is installed");
        assert!(installed.status.success(), "npm ci: {}", String::from_utf8_lossy(&installed.stderr));
        std::fs::write(&stamp, wanted).expect("node_modules is writable");
    }
    folder
});

/// Runs a script of `tests/npm`; the JSON that it prints.
pub fn node(script: &str, arguments: &[&str]) -> Value {
    let output =
        Command::new("node").arg(script).args(arguments).current_dir(&*PACKAGES).output().expect("node is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {errors}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{script}: {error}: {text}{errors}"))
}
