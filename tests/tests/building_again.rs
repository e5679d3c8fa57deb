//! Promise: `modusc dev` builds again once a mistake in the manifest is mended, with all that was saved meanwhile, and hears
//! signals while it builds: the tool ends, and what was asked is answered. Builds follow one another whatever the mode of the
//! manifest; what is wrong with it is told of the author's file, and warnings of the tools count.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::app::{OPEN, modusc_in, open_with};
use tests::dev::Dev;
use tests::guests::{Apps as _, Language};
use tests::stand_in::{StandIn, provider};

/// Stands in for the build command of an SDK, so that builds take no time, and as long as one likes. The source names the
/// module that is made of it.
const TOOL: &str = r#"#!/bin/sh
if [ -e hold ]; then trap '' INT; echo $$ >holding.new; mv holding.new holding; exec sleep 600; fi
[ ! -e warns ] || echo "WARNING: the exported function 'f' cannot be called from outside: it is odd" >&2
mkdir -p build && cp "$(cat assembly/index.ts)" build/app.wasm
"#;

/// An app that the tool builds.
fn app(module: &Path, manifest: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let app = folder.path().join("app");
    let tool = app.join("node_modules/.bin/modus-as-build");
    for folder in ["node_modules/.bin", "assembly"] {
        std::fs::create_dir_all(app.join(folder)).expect("a folder");
    }
    std::fs::write(&tool, TOOL).expect("written");
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    std::fs::write(app.join("package.json"), "{}").expect("written");
    std::fs::write(app.join("modus.json"), manifest).expect("written");
    write_source(&app, module);
    (folder, app)
}

fn write_source(app: &Path, module: &Path) {
    std::fs::write(app.join("assembly/index.ts"), module.to_str().expect("a path in UTF-8")).expect("written");
}

#[track_caller]
fn check(app: &Path, arguments: &[&str], status: i32, parts: &[&str]) -> String {
    let output = modusc_in(app, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    parts.iter().for_each(|part| assert!(said.contains(part), "{arguments:?}: no {part:?} in {said}"));
    said
}

#[test]
fn a_mistake_in_the_manifest_is_waited_for() {
    for language in Language::ALL {
        let (_folder, app) = app(&language.guest("waiting"), "{");
        let manifest = |text: &str| std::fs::write(app.join("modus.json"), text).expect("written");
        let runner = tests::binary("modus-runner");
        let mut dev = Dev::start(&app, &["--runner", runner.to_str().expect("a path in UTF-8")]);
        dev.wait_for_log("not built; waiting for a change", 1);
        assert!(!dev.log().contains("build/modus.json"), "{}", dev.log());
        manifest(OPEN);
        dev.wait_for("{ sayHello }", &json!({"sayHello": "Hello!"}));

        // What is saved while the manifest is wrong is built when it is right.
        manifest(r#"{"endpoints": }"#);
        dev.wait_for_log("the app before goes on", 1);
        write_source(&app, &language.guest("start"));
        dev.wait_for_log("the app before goes on", 2);
        manifest(OPEN);
        dev.wait_for("{ square(n: 7) }", &json!({"square": 49}));
        dev.signal("INT");
        assert_eq!(dev.ended(), Some(0), "{language:?}: {}", dev.log());
    }
}

#[test]
fn a_signal_is_heard_during_a_build_and_what_was_asked_is_answered() {
    let (stand_in, arrivals, open) = StandIn::held(|request| (200, provider(request).to_string()));
    let manifest = open_with(&json!({
        "models": {"chat": {"sourceModel": "m", "connection": "provider", "path": "v1/chat/completions"}},
        "connections": {"provider": {"type": "http", "baseUrl": stand_in.url}},
    }));
    let module = Language::AssemblyScript.guest("waiting");
    let (_folder, app) = app(&module, &manifest.to_string());
    let dev = Arc::new(Dev::start(&app, &["--", "--shutdown-timeout", "60"]));
    dev.wait_for("{ sayHello }", &json!({"sayHello": "Hello!"}));
    let asking = std::thread::spawn({
        let dev = Arc::clone(&dev);
        move || dev.ask(r#"{ ask(prompt: "Why?") }"#)
    });
    arrivals.recv().expect("the model is asked");

    std::fs::write(app.join("hold"), "").expect("written");
    write_source(&app, &module);
    let tool = dev.wait(|| std::fs::read_to_string(app.join("holding")).map_err(|error| format!("no tool: {error}")));
    dev.signal("INT");
    // The tool does not hear it itself: modusc ends it.
    let tool = Path::new("/proc").join(tool.trim());
    dev.wait(|| if tool.exists() { Err("the tool goes on".to_owned()) } else { Ok(()) });
    dev.wait_for_log("Shutting down", 1);
    drop(open);
    let answer = asking.join().expect("no panic").unwrap_or_default();
    assert!(
        answer["data"]["ask"].as_str().is_some_and(|text| text.starts_with("You asked: Why?")),
        "{answer}: {}",
        dev.log()
    );
    let mut dev = Arc::into_inner(dev).expect("nobody else has it");
    assert_eq!(dev.ended(), Some(0), "{}", dev.log());
}

#[test]
fn builds_follow_one_another() {
    let (_folder, app) = app(&Language::AssemblyScript.guest("start"), OPEN);
    let manifest = app.join("modus.json");
    std::fs::set_permissions(&manifest, std::fs::Permissions::from_mode(0o444)).expect("a mode");
    for _ in 0..2 {
        check(&app, &["build"], 0, &[]);
        let copy = std::fs::metadata(app.join("build/modus.json")).expect("a copy");
        // root may write it anyway.
        assert_ne!(copy.permissions().mode() & 0o200, 0, "nobody may write the copy");
    }

    std::fs::write(app.join("warns"), "").expect("written");
    check(&app, &["build"], 0, &["warning", "'f' cannot be called from outside"]);
    check(&app, &["build", "--strict"], 1, &["error", "'f' cannot be called from outside"]);
    std::fs::remove_file(app.join("warns")).expect("removed");

    // A copy that is the manifest itself is left as it is.
    std::fs::remove_file(app.join("build/modus.json")).expect("removed");
    std::os::unix::fs::symlink("../modus.json", app.join("build/modus.json")).expect("linked");
    check(&app, &["build"], 0, &[]);
    assert_eq!(std::fs::read_to_string(&manifest).expect("the manifest"), OPEN);

    std::fs::remove_file(&manifest).expect("removed");
    std::fs::write(&manifest, r#"{"endpoints": 5}"#).expect("written");
    let said = check(&app, &["build", "--message-format", "json"], 1, &[]);
    let files =
        said.lines().filter_map(|line| serde_json::from_str(line).ok()).map(|found: Value| found["file"].clone());
    assert_eq!(files.collect::<Vec<_>>(), ["modus.json"], "{said}");
    check(&app, &["build", "--runner", "x"], 2, &["--exe"]);
    check(&app, &["dev", "--exe"], 2, &["leave out --exe"]);
}
