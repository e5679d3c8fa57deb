//! Promise: the tests of the SDK for AssemblyScript pass: what it builds, and its build command.

use std::process::Command;

#[test]
fn assemblyscript() {
    let folder = tests::root().join("sdk/assemblyscript");
    let output = Command::new("npm").arg("test").current_dir(folder).output().expect("npm is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
