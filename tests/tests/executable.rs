//! Promise: `modusc --exe` makes one file that serves its app by itself, with the runner's own flags, and reads it in
//! place.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tests::runner::{self, Options, Runner};
use tests::{app, guests};

struct Built {
    file: PathBuf,
    output: Output,
    _folder: tempfile::TempDir,
}

fn build(arguments: &[&str]) -> Built {
    let folder = tempfile::tempdir().unwrap();
    let wasm = folder.path().join("app.wasm");
    std::fs::copy(guests::build("examples/people"), &wasm).unwrap();
    std::fs::write(folder.path().join("modus.json"), app::OPEN).unwrap();
    let output = Command::new(tests::binary("modusc"))
        .arg(&wasm)
        .arg("--exe")
        .args(app::bounds())
        .args(arguments)
        .output()
        .unwrap();
    Built { file: folder.path().join("app"), output, _folder: folder }
}

fn people() -> PathBuf {
    // One for all tests: a runner for development is large.
    static BUILT: std::sync::OnceLock<Built> = std::sync::OnceLock::new();
    let built = BUILT.get_or_init(|| build(&[]));
    assert!(built.output.status.success(), "{}", String::from_utf8_lossy(&built.output.stderr));
    built.file.clone()
}

#[test]
fn it_serves_by_itself() {
    let runner = Runner::start_program(&people(), &Options::arguments(&["--deadline", "5"]));
    let answer = runner.query(r#"{ sayHello(name: "Ada") people { name } }"#);
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    assert_eq!(answer["data"]["sayHello"], "Hello, Ada!");
}

/// Code and memory images are mapped from the file: there is no copy of it anywhere.
#[test]
fn nothing_is_extracted() {
    let app = people();
    let runner = Runner::start_program(&app, &Options::default());
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
    let maps = runner.maps();
    let of_app = |line: &&str| line.ends_with(app.to_str().unwrap());
    assert!(maps.lines().filter(of_app).any(|line| line.contains(" r-xp ")), "{maps}");
    for line in maps.lines().filter(|line| line.contains("memfd") || line.contains("/tmp/")) {
        assert!(of_app(&line), "{line}");
    }
}

#[test]
fn it_can_be_inspected() {
    let app = people();
    let json = app::inspect(&app);
    assert!(json["functions"].as_array().is_some_and(|functions| functions.len() > 3), "{json}");
    assert!(app::printed(&["schema".as_ref(), app.as_os_str()]).contains("  person(id: Int!): Person\n"));
    let verified = Runner::start_program(&app, &Options::arguments(&["--verify"]));
    assert_eq!(verified.get("/health").0, 200);
}

#[test]
fn a_damaged_one_does_not_start() {
    let bytes = std::fs::read(people()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let refused = |bytes: &[u8], expected: &str| {
        let path = folder.path().join("app");
        let source = folder.path().join("app.bytes");
        std::fs::write(&source, bytes).unwrap();
        // By another process: a child that another test forks now would keep a file of ours open for writing.
        let installed = Command::new("install").args(["-m", "755"]).args([&source, &path]).status().unwrap();
        assert!(installed.success());
        let output = Command::new(&path).args(["--port", "0"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(1 | 64)), "{text}");
        assert!(text.contains(expected), "{text}");
    };
    refused(&bytes[..bytes.len() - 1], "which app?");
    let mut flipped = bytes.clone();
    flipped[bytes.len() - 100] ^= 1;
    refused(&flipped, "damaged");
}

fn check_refused(runner: &Path, expected: &str) {
    let built = build(&["--runner", runner.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&built.output.stderr).into_owned();
    assert_eq!(built.output.status.code(), Some(1), "{text}");
    assert!(text.contains(expected), "{text}");
    assert!(!built.file.exists());
}

#[test]
fn only_a_runner_that_fits_is_used() {
    check_refused(&people(), "holds an app already");
    check_refused(Path::new("/bin/ls"), "no modus-runner of version");
    check_refused(Path::new("/etc/passwd"), "not an executable ELF file");
    check_refused(Path::new("/nowhere/modus-runner"), "/nowhere/modus-runner");
    let other = build(&["--target", "aarch64-unknown-linux-gnu"]);
    let text = String::from_utf8_lossy(&other.output.stderr).into_owned();
    assert!(text.contains("not a program for aarch64"), "{text}");
}

#[test]
fn a_runner_without_an_app_says_what_it_wants() {
    let output = Command::new(tests::binary("modus-runner")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(64), "{text}");
    assert!(text.contains("modus-runner app.cwasm"), "{text}");
    // An argument counts for more than what the program holds.
    let output = runner::command(Path::new("/nowhere/app.cwasm")).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/app.cwasm"));
}
