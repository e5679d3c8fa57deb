//! Programs of `tests/npm`: independent implementations to compare with.

use std::process::Command;
use std::sync::Once;

use serde_json::Value;

use crate::{program, root};

static INSTALLED: Once = Once::new();

/// Runs a program of `tests/npm` with a value on its standard input, and answers what it prints.
pub fn run(name: &str, input: &Value) -> Value {
    let folder = root().join("tests/npm");
    INSTALLED.call_once(|| {
        let status = Command::new(root().join("scripts/install-npm.sh")).arg(&folder).status();
        assert!(status.expect("bash is installed").success(), "the npm packages of tests/npm cannot be installed");
    });
    let mut node = Command::new("node");
    node.arg(folder.join(name));
    program::answer(node, input)
}
