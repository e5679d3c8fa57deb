//! Programs in other languages that tests ask with JSON.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Runs a program with a value on its standard input, and answers the JSON that it prints.
pub(crate) fn answer(mut command: Command, input: &Value) -> Value {
    let name = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    child.stdin.take().expect("stdin is piped").write_all(input.to_string().as_bytes()).expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{name}: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
}
