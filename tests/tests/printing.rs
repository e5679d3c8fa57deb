//! Promise: what is asked for is printed, or it is said why not, with an exit code that tells; a reader that goes away is
//! no failure; and files can have every name that the system allows.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use tests::app::{self, OPEN};
use tests::guests;

/// Each way of either program to print something.
fn commands(module: &Path, artifact: &Path) -> Vec<Vec<String>> {
    let (module, artifact) = (module.to_str().unwrap(), artifact.to_str().unwrap());
    let modusc: [&[&str]; 10] = [
        &["schema", module],
        &["schema", artifact],
        &["inspect", artifact],
        &["inspect", module, "--json"],
        &["check", module],
        &["check", module, "--json"],
        &[module, "-o", "-"],
        &["--help"],
        &["--version"],
        &["check", "--help"],
    ];
    let runner: [&[&str]; 2] = [&["--help"], &["--version"]];
    let with = |program: &str, arguments: &&[&str]| {
        let program = tests::binary(program).to_str().unwrap().to_owned();
        std::iter::once(program).chain(arguments.iter().map(ToString::to_string)).collect()
    };
    modusc.iter().map(|line| with("modusc", line)).chain(runner.iter().map(|line| with("modus-runner", line))).collect()
}

/// Exit code and standard error.
fn run(command: &[String], stdout: impl Into<Stdio>) -> (Option<i32>, String) {
    let (program, arguments) = command.split_first().unwrap();
    let output = Command::new(program).args(arguments).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    let output = output.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_disk_that_is_full() {
    let module = guests::build("examples/people");
    let app = app::compile(&module, OPEN);
    for command in commands(&app.artifact.with_file_name("app.wasm"), &app.artifact) {
        assert_eq!(run(&command, Stdio::null()).0, Some(0), "{command:?}");
        let (code, error) = run(&command, File::options().write(true).open("/dev/full").unwrap());
        assert_eq!(code, Some(1), "{command:?}: {error}");
        assert!(error.contains("cannot write to standard output: No space left on device"), "{command:?}: {error}");
    }
}

#[test]
fn a_reader_that_has_gone_away() {
    let module = guests::build("examples/people");
    let app = app::compile(&module, OPEN);
    for command in commands(&app.artifact.with_file_name("app.wasm"), &app.artifact) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, error) = run(&command, writer);
        // A program that the signal ended has no code; either way it is quiet.
        assert!(matches!(code, None | Some(0)), "{command:?}: {code:?}");
        assert!(!error.contains("standard output"), "{command:?}: {error}");
    }
}

#[test]
fn standard_output_that_is_closed() {
    let runner = tests::binary("modus-runner");
    let output = Command::new("sh").args(["-c", r#""$0" --version >&-"#]).arg(runner).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("cannot write to standard output"), "{error}");
}

/// 255 bytes are the longest name; the file that is written first must fit, too.
#[test]
fn names_as_long_as_they_can_be() {
    let module = guests::build("examples/people");
    let folder = tempfile::tempdir().unwrap();
    for (length, code) in [(245, 0), (246, 0), (250, 0), (255, 0), (256, 1)] {
        let path = folder.path().join("ä".repeat(length / 2) + if length % 2 == 1 { "a" } else { "" });
        let output = app::modusc(&[module.as_os_str(), "-o".as_ref(), path.as_os_str()]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{length}: {error}");
        assert_eq!(path.is_file(), code == 0, "{length}");
        assert_eq!(error.contains("File name too long"), code == 1, "{length}: {error}");
    }
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 4, "nothing is left behind");
}
