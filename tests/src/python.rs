//! Programs of `tests/python`: GraphQL clients from PyPI.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::{program, root};

/// The interpreter that has the packages.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| installed(&root().join("tests/python")));

/// The interpreter that has the packages of a folder, once they are installed.
pub(crate) fn installed(folder: &Path) -> PathBuf {
    let output = Command::new(root().join("scripts/install-python.sh")).arg(folder).output();
    let output = output.expect("bash is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a path").trim_end().into()
}

/// Runs a program of `tests/python` with a value on its standard input, and answers what it prints.
pub fn run(name: &str, input: &Value) -> Value {
    let mut python = Command::new(&*PYTHON);
    python.arg(root().join("tests/python").join(name));
    program::answer(python, input)
}
