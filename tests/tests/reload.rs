//! Promise: changed files take effect while requests are served: at once, as a whole, and only where they are usable. They
//! are looked at regularly, where that is asked for, and on SIGHUP. Nothing under way is cut.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::{Value, json};
use tests::app::{self, App};
use tests::exchange;
use tests::guests::Apps as _;
use tests::guests::{self, Language};
use tests::raw::Raw;
use tests::runner::{Options, Runner};
use tests::stand_in::{Reply, StandIn};

const OFTEN: [&str; 2] = ["--refresh", "50ms"];

/// Puts the contents of `from` in the place of `to`, as modusc does.
fn replace(from: &Path, to: &Path) {
    let temporary = to.with_extension("new");
    std::fs::copy(from, &temporary).unwrap();
    std::fs::rename(temporary, to).unwrap();
}

/// The same with this text: never there by half.
fn put(path: &Path, text: &str) {
    let temporary = path.with_extension("new");
    std::fs::write(&temporary, text).unwrap();
    std::fs::rename(temporary, path).unwrap();
}

fn reloads(runner: &Runner) -> usize {
    runner.log().matches("\"Reloaded.\"").count()
}

#[track_caller]
fn wait_for_reload(runner: &Runner, before: usize) {
    let end = Instant::now() + Duration::from_secs(60);
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
    check_takes_over(&OFTEN, |_| ());
}

/// A request waits for its answer from elsewhere, until another artifact has its place and was asked.
fn check_takes_over(arguments: &[&str], reload: impl Fn(&Runner)) {
    let (stand_in, arrivals, open) = StandIn::held(|_| Reply::body("done"));
    let connection = json!({"local": {"type": "http", "baseUrl": stand_in.url}});
    let (app, mut runner) = exchange::serve(Language::Go, &connection, &Options::arguments(arguments));
    let (query, other) = (format!("{{ text(url: \"{}\") }}", stand_in.url), people());
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| runner.query(&query));
        arrivals.recv().expect("a request");
        replace(&other.artifact, &app.artifact);
        reload(&runner);
        wait_for_reload(&runner, 0);
        assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
        assert!(runner.query(&query)["errors"].to_string().contains("text"));
        drop(open);
        assert_eq!(slow.join().unwrap()["data"], json!({"text": "done"}));
    });
    assert_eq!(runner.signal("TERM"), Some(0));
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
    // Not at each look, of which there were six. It may have been seen empty first.
    assert!(runner.log().matches("Could not reload").count() <= 2, "{}", runner.log());
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
    put(&folder.join(".env"), "MODUS_APP_COLOUR=blue\n");
    wait_for_reload(&runner, 0);
    assert_eq!(colour(), "blue");
    std::fs::remove_file(folder.join(".env")).unwrap();
    wait_for_reload(&runner, 1);
    assert_eq!(colour(), "");
    put(&folder.join("modus.json"), &app::OPEN.replace("/graphql", "/other"));
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

/// A reload is refused until the file is whole, which may be soon.
#[test]
fn half_written_files_are_looked_at_again() {
    let (app, other) = (faults(), people());
    let whole = std::fs::read(&other.artifact).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 4] ^= 1;
    for faulty in [&whole[..whole.len() / 2], &flipped] {
        let before = std::fs::read(&app.artifact).unwrap();
        let runner = Runner::start(&app.artifact, &Options::arguments(&OFTEN));
        std::fs::write(&app.artifact, faulty).unwrap();
        runner.wait_for_log(|record| record["message"].as_str().is_some_and(|t| t.starts_with("Could not reload")));
        assert_eq!(runner.query("{ asserts(v: true) }")["errors"], Value::Null);
        std::fs::write(&app.artifact, &whole).unwrap();
        wait_for_reload(&runner, 0);
        assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
        std::fs::write(&app.artifact, before).unwrap();
    }
}

#[test]
fn no_folder_for_temporary_files_is_needed() {
    let (app, other) = (faults(), people());
    let options = Options::arguments(&OFTEN).env("TMPDIR", "/nonexistent");
    let runner = Runner::start(&app.artifact, &options);
    replace(&other.artifact, &app.artifact);
    wait_for_reload(&runner, 0);
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
}

#[test]
fn sighup_reloads_without_cutting_anything() {
    for arguments in [&["--refresh", "0s"][..], &["--refresh", "1h"]] {
        check_takes_over(arguments, |runner| runner.send_signal("HUP"));
    }
}

#[test]
fn sighup_reloads_what_did_not_change_too() {
    let app = faults();
    let runner = Runner::start(&app.artifact, &Options::default());
    let colour = || runner.query("{ env(name: \"APP_COLOUR\") }")["data"]["env"].clone();
    runner.send_signal("HUP");
    wait_for_reload(&runner, 0);
    assert_eq!(colour(), "");
    std::fs::write(app.artifact.with_file_name(".env"), "MODUS_APP_COLOUR=blue\n").unwrap();
    runner.send_signal("HUP");
    wait_for_reload(&runner, 1);
    assert_eq!(colour(), "blue");
    // What cannot be used is said each time, and changes nothing.
    std::fs::remove_file(&app.artifact).unwrap();
    for times in 1..=2 {
        runner.send_signal("HUP");
        let end = Instant::now() + Duration::from_secs(60);
        while runner.log().matches("Could not reload").count() < times {
            assert!(Instant::now() < end, "not refused:\n{}", runner.log());
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(colour(), "blue");
    }
}

/// Whoever closes a terminal means to end what was started from it, and SIGHUP is what they have for it.
#[test]
fn a_terminal_that_is_closed_ends_the_runner() {
    let app = faults();
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let inside = rustix::fs::open(&*name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    let mut command = Command::new("setsid");
    command.arg("--ctty").arg(tests::binary("modus-runner")).arg(&app.artifact).stdin(inside);
    let mut runner = Runner::start_command(command, &Options::default());
    runner.send_signal("HUP");
    wait_for_reload(&runner, 0);
    drop(terminal);
    assert_eq!(runner.wait(), Some(0));
    runner.wait_for_log(|record| record["message"] == "Shut down.");
}

/// Also one whose client has gone.
#[test]
fn mutations_of_a_replaced_app_are_waited_for_at_the_end() {
    for language in Language::ALL {
        let (stand_in, arrivals, open) = StandIn::held(|_| Reply::body("done"));
        let connection = json!({"local": {"type": "http", "baseUrl": stand_in.url}});
        let (_app, mut runner) = exchange::serve(language, &connection, &Options::default());
        let post = |name: &str| format!(r#"{name}: post(url: "{}", body: "{name}")"#, stand_in.url);
        let mut client = Raw::connect(&runner);
        client
            .send(Raw::post(&json!({"query": format!("mutation {{ {} {} }}", post("a"), post("b"))}).to_string(), &[]));
        arrivals.recv().expect("a request");
        drop(client);
        runner.send_signal("HUP");
        wait_for_reload(&runner, 0);
        assert_eq!(
            stand_in.requests().len(),
            1,
            "{language:?}: the second field was called before the first had its answer"
        );
        runner.send_signal("TERM");
        runner.wait_for_log(|record| record["message"] == "Shutting down.");
        drop(open);
        assert_eq!(runner.wait(), Some(0));
        assert_eq!(stand_in.requests().len(), 2, "{language:?}: {}", runner.log());
    }
}
