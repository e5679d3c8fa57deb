//! Promise: what the runner keeps in its state folder is there once it was acknowledged, whatever becomes of the process; a
//! folder that cannot be used is refused with a sentence, and the runner goes on.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};
use tests::app::App;
use tests::collections::{add, app, options, serve, texts};
use tests::guests::Language;
use tests::runner::{Options, Runner};
use tests::surroundings;

fn is_added(answer: &Value) -> bool {
    answer["data"]["add"]["status"] == "success"
}

/// A write that has to fail, and its reason in the log; no client sees it.
fn refused(runner: &Runner, reason: &str) {
    let answer = add(runner, "", "refused", "text", &[]);
    assert!(answer["errors"][0].is_object() && !answer.to_string().contains(reason), "{answer}");
    runner.wait_for_log(|record| record["error"].as_str().is_some_and(|error| error.contains(reason)));
    assert_eq!(runner.query("{ ping }"), json!({"data": {"ping": "pong"}}));
}

#[test]
fn nothing_that_was_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = app(Language::Go);
    for round in 0..3 {
        let acknowledged = Mutex::new(Vec::new());
        let runner = serve(&app, folder.path());
        thread::scope(|scope| {
            for writer in 0..8 {
                let (runner, acknowledged) = (&runner, &acknowledged);
                scope.spawn(move || {
                    for number in 0.. {
                        let key = format!("{round} {writer} {number}");
                        // Where the process is gone there is no answer.
                        let (key, sent) = (key.clone(), std::panic::catch_unwind(|| add(runner, "", &key, &key, &[])));
                        match sent {
                            Ok(answer) if is_added(&answer) => acknowledged.lock().expect("a list").push(key),
                            _ => return,
                        }
                    }
                });
            }
            let end = Instant::now() + Duration::from_secs(120);
            while acknowledged.lock().expect("a list").len() < 100 {
                assert!(Instant::now() < end, "the writers write nothing: {}", runner.log());
                thread::sleep(Duration::from_millis(2));
            }
            runner.send_signal("KILL");
        });
        drop(runner);
        let acknowledged = acknowledged.into_inner().expect("a list");
        let runner = serve(&app, folder.path());
        let kept = texts(&runner, "").expect("they are read");
        for key in &acknowledged {
            assert!(kept.contains(&(key.clone(), key.clone())), "{key} was acknowledged, round {round}");
        }
    }
}

#[test]
fn a_second_runner_on_the_same_folder_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = app(Language::AssemblyScript);
    let mut first = serve(&app, folder.path());
    let second = serve(&app, folder.path());
    assert!(is_added(&add(&first, "", "a", "text", &[])));
    let name = format!("{} is in use by another runner (process {})", folder.path().display(), first.id());
    refused(&second, &name);
    assert!(is_added(&add(&first, "", "b", "text", &[])));
    first.signal("TERM");
    assert!(is_added(&add(&second, "", "c", "text", &[])));
    assert_eq!(texts(&second, "").map(|texts| texts.len()), Ok(3));
}

#[test]
fn a_newer_format_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = app(Language::AssemblyScript);
    let mut runner = serve(&app, folder.path());
    assert!(is_added(&add(&runner, "", "a", "text", &[])));
    runner.signal("TERM");
    let file = folder.path().join("state.sqlite");
    let connection = Connection::open(&file).expect("a database");
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a format");
    connection.pragma_update(None, "user_version", 999).expect("it is written");
    let runner = serve(&app, folder.path());
    refused(
        &runner,
        &format!("{} has format 999, and this version of the runner knows formats up to {format}", file.display()),
    );
    connection.pragma_update(None, "user_version", format).expect("it is written");
    assert_eq!(texts(&runner, "").map(|texts| texts.len()), Ok(1));
}

/// A file system in memory; it goes when this is dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(options: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        run("mount", &["-t", "tmpfs", "-o", options, "tmpfs", folder.path().to_str().expect("text")]);
        Self(folder)
    }

    fn change(&self, options: &str) {
        run("mount", &["-o", &format!("remount,{options}"), self.0.path().to_str().expect("text")]);
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status().expect("it runs");
    assert!(status.success(), "{program} {arguments:?}");
}

#[test]
fn a_full_disk_is_an_error_and_what_was_there_stays() {
    if !surroundings::root() {
        return;
    }
    let disk = Disk::new("size=1m");
    let app = app(Language::AssemblyScript);
    let runner = serve(&app, disk.path());
    let text = "long text ".repeat(5000);
    let mut added = 0;
    while is_added(&add(&runner, "", &format!("key {added}"), &text, &[])) {
        added += 1;
        assert!(added < 100, "the disk is never full");
    }
    runner.wait_for_log(|record| record["error"].as_str().is_some_and(|error| error.contains("is full; make room")));
    assert_eq!(texts(&runner, "").map(|texts| texts.len()), Ok(added));
    disk.change("size=32m");
    assert!(is_added(&add(&runner, "", "after", &text, &[])), "{}", runner.log());
    assert_eq!(texts(&runner, "").map(|texts| texts.len()), Ok(added + 1));
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    if !surroundings::root() {
        return;
    }
    let disk = Disk::new("size=8m");
    let app = app(Language::AssemblyScript);
    let mut runner = serve(&app, disk.path());
    assert!(is_added(&add(&runner, "", "a", "text", &[])));
    runner.signal("TERM");
    disk.change("ro");
    let runner = serve(&app, disk.path());
    refused(&runner, "cannot be written");
    disk.change("rw");
    assert!(is_added(&add(&runner, "", "b", "text", &[])));
    assert_eq!(texts(&runner, "").map(|texts| texts.len()), Ok(2));
}

fn ask_for_nothing(app: &App, options: &Options, folder: &Path) -> Runner {
    let runner = Runner::start(&app.artifact, options);
    assert_eq!(runner.query("{ ping }")["data"]["ping"], "pong");
    assert!(!folder.exists(), "nothing is kept, and yet there is a folder");
    runner
}

#[test]
fn there_is_nothing_before_it_is_used_and_in_development_it_lies_beside_the_artifact() {
    let app = app(Language::AssemblyScript);
    let beside = app.artifact.parent().expect("a folder").join(".modus");
    let runner = ask_for_nothing(&app, &Options::default().env("MODUS_ENV", "dev"), &beside);
    assert!(is_added(&add(&runner, "", "a", "text", &[])), "{}", runner.log());
    assert_eq!(std::fs::read_to_string(beside.join(".gitignore")).expect("a file"), "*\n");
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("state");
    let runner = ask_for_nothing(&app, &options(&place), &place);
    assert!(is_added(&add(&runner, "", "a", "text", &[])) && place.join("state.sqlite").exists());
    let place = folder.path().join("named by the variable");
    let by_variable = Options::default().env("MODUS_STATE_DIR", place.to_str().expect("text"));
    let runner = ask_for_nothing(&app, &by_variable, &place);
    assert!(is_added(&add(&runner, "", "a", "text", &[])) && place.exists());
}
