//! Programs of `tests/npm`: independent implementations to compare with.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Once;

use serde_json::Value;

use crate::root;

static INSTALLED: Once = Once::new();

/// Runs a program of `tests/npm` with a value on its standard input, and answers what it prints.
pub fn run(program: &str, input: &Value) -> Value {
    let folder = root().join("tests/npm");
    INSTALLED.call_once(|| {
        let status = Command::new(root().join("scripts/install-npm.sh")).arg(&folder).status();
        assert!(status.expect("bash is installed").success(), "the npm packages of tests/npm cannot be installed");
    });
    let mut child = Command::new("node")
        .arg(folder.join(program))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node is installed");
    child.stdin.take().expect("stdin is piped").write_all(input.to_string().as_bytes()).expect("node reads");
    let output = child.wait_with_output().expect("node ends");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{program}: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{program}: {error}: {text}"))
}
