//! Promise: changed files take effect while requests are served: at once, as a whole, and only where they are usable.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{self, Language};
use tests::runner::{Options, Runner};

const OFTEN: [&str; 2] = ["--refresh", "50ms"];

/// Puts the contents of `from` in the place of `to`, as modusc does.
fn replace(from: &Path, to: &Path) {
    let temporary = to.with_extension("new");
    std::fs::copy(from, &temporary).unwrap();
    std::fs::rename(temporary, to).unwrap();
}

fn reloads(runner: &Runner) -> usize {
    runner.log().matches("\"Reloaded.\"").count()
}

#[track_caller]
fn wait_for_reload(runner: &Runner, before: usize) {
    let end = Instant::now() + Duration::from_secs(10);
    while reloads(runner) == before {
        assert!(Instant::now() < end, "no reload:\n{}", runner.log());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn faults() -> App {
    app::compile(&Language::Go.guest("faults"), app::OPEN)
}

fn people() -> App {
    app::compile(&guests::build("examples/people"), app::OPEN)
}

#[test]
fn a_new_artifact_takes_over_and_old_requests_finish() {
    let (app, other) = (faults(), people());
    let runner = Runner::start(&app.artifact, &Options::arguments(&OFTEN));
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| runner.query("{ sleeps(ms: 1500) }"));
        runner.wait_for_log(|record| record["message"] == "Calling function.");
        replace(&other.artifact, &app.artifact);
        wait_for_reload(&runner, 0);
        assert!(!slow.is_finished(), "the old request ended before the reload");
        assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
        assert!(runner.query("{ sleeps(ms: 1) }")["errors"].to_string().contains("sleeps"));
        let answer = slow.join().unwrap();
        assert_eq!(answer["errors"], Value::Null, "{answer}");
    });
}

#[test]
fn faulty_files_change_nothing_until_they_change_again() {
    let (app, other) = (faults(), people());
    let folder = app.artifact.parent().unwrap();
    let manifest = folder.join("staging.json");
    std::fs::write(&manifest, app::OPEN).unwrap();
    let options = Options::arguments(&[&OFTEN[..], &["--manifest", manifest.to_str().unwrap()]].concat());
    let runner = Runner::start(&app.artifact, &options);
    let healthy = || assert_eq!(runner.query("{ asserts(v: true) }")["errors"], Value::Null);
    healthy();
    // In place, not by renaming: the old code goes on all the same.
    std::fs::write(&app.artifact, "no artifact").unwrap();
    runner.wait_for_log(|record| record["message"].as_str().is_some_and(|text| text.starts_with("Could not reload")));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(runner.log().matches("Could not reload").count(), 1, "{}", runner.log());
    healthy();
    std::fs::remove_file(&app.artifact).unwrap();
    std::fs::write(&manifest, "{").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    healthy();
    std::fs::write(&manifest, app::OPEN).unwrap();
    replace(&other.artifact, &app.artifact);
    wait_for_reload(&runner, 0);
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
}

#[test]
fn manifest_and_env_files() {
    let app = faults();
    let folder = app.artifact.parent().unwrap();
    let runner = Runner::start(
        &app.artifact,
        &Options::arguments(&[&OFTEN[..], &["--app-path", folder.to_str().unwrap()]].concat()),
    );
    let colour = || runner.query("{ env(name: \"APP_COLOUR\") }")["data"]["env"].clone();
    assert_eq!(colour(), "");
    std::fs::write(folder.join(".env"), "MODUS_APP_COLOUR=blue\n").unwrap();
    wait_for_reload(&runner, 0);
    assert_eq!(colour(), "blue");
    std::fs::remove_file(folder.join(".env")).unwrap();
    wait_for_reload(&runner, 1);
    assert_eq!(colour(), "");
    std::fs::write(folder.join("modus.json"), app::OPEN.replace("/graphql", "/other")).unwrap();
    wait_for_reload(&runner, 2);
    let body = json!({"query": "{ asserts(v: true) }"}).to_string();
    assert_eq!((runner.post("/graphql", &body).0, runner.post("/other", &body).0), (404, 200));
}

#[test]
fn production_does_not_look_unless_asked() {
    let (app, other) = (faults(), people());
    let runner = Runner::start(&app.artifact, &Options::default());
    replace(&other.artifact, &app.artifact);
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(reloads(&runner), 0);
    let (app, other) = (faults(), people());
    let runner = Runner::start(&app.artifact, &Options::default().env("MODUS_ENV", "dev"));
    replace(&other.artifact, &app.artifact);
    wait_for_reload(&runner, 0);
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
}
