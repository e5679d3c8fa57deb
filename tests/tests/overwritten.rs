//! Promise: an artifact that is overwritten in place, as `cp` does, ends no runner and changes no answer, although nobody
//! asked the runner to look at its files.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::{self, Language};
use tests::runner::{Options, Runner};

const PATIENCE: Duration = Duration::from_secs(60);

fn faults(language: Language) -> App {
    app::compile(&language.guest("faults"), app::OPEN)
}

/// What takes the guest's code and memory.
fn query(language: Language) -> &'static str {
    let go = language == Language::Go;
    if go { "{ asserts(v: true) env(name: \"NOTHING\") }" } else { "{ ok(v: 1) hasEnv(v: \"NOTHING\") }" }
}

/// Asks it.
#[track_caller]
fn ask(runner: &Runner, language: Language) {
    check(runner, query(language));
}

/// Asks it until there is an answer.
#[track_caller]
fn ask_until_answered(runner: &Runner, language: Language) {
    let end = Instant::now() + PATIENCE;
    while runner.query(query(language))["errors"] != Value::Null {
        assert!(Instant::now() < end, "{}", runner.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Asks for a function whose plan nobody has decoded yet.
#[track_caller]
fn ask_something_new(runner: &Runner) {
    check(runner, "{ now }");
}

#[track_caller]
fn check(runner: &Runner, query: &str) {
    let answer = runner.query(query);
    assert_eq!(answer["errors"], Value::Null, "{answer}\n{}", runner.log());
}

/// Waits until nothing of a file is mapped into the process any more.
fn wait_until_unmapped(runner: &Runner, file: &Path) {
    let (file, end) = (file.to_str().expect("a path"), Instant::now() + PATIENCE);
    while runner.maps().contains(file) {
        assert!(Instant::now() < end, "{file} is still mapped:\n{}", runner.maps());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(runner.maps().contains("memfd:modus-app"), "{}", runner.maps());
}

/// Writes over a file without making another one.
fn overwrite(file: &Path, bytes: &[u8]) {
    use std::os::unix::fs::MetadataExt as _;
    let before = fs::metadata(file).unwrap().ino();
    fs::write(file, bytes).unwrap();
    assert_eq!(fs::metadata(file).unwrap().ino(), before);
}

/// Nothing at all, as many bytes of something else, the first half, and another app.
fn damages(artifact: &[u8], other: &[u8]) -> [Vec<u8>; 4] {
    [Vec::new(), vec![0xcc; artifact.len()], artifact[..artifact.len() / 2].to_vec(), other.to_vec()]
}

#[test]
fn after_the_first_call() {
    for language in Language::ALL {
        let app = faults(language);
        let other = app::compile(&guests::build("examples/people"), app::OPEN);
        let (whole, other) = (fs::read(&app.artifact).unwrap(), fs::read(&other.artifact).unwrap());
        for arguments in [&["--refresh", "0s"][..], &["--refresh", "50ms"]] {
            let runner = Runner::start(&app.artifact, &Options::arguments(arguments));
            ask(&runner, language);
            wait_until_unmapped(&runner, &app.artifact);
            for bytes in damages(&whole, &other).iter().take(3) {
                overwrite(&app.artifact, bytes);
                std::thread::sleep(Duration::from_millis(100));
                (0..20).for_each(|_| ask(&runner, language));
                ask_something_new(&runner);
            }
            overwrite(&app.artifact, &whole);
        }
        // Without being asked, nobody takes over another app either.
        let mut runner = Runner::start(&app.artifact, &Options::default());
        ask(&runner, language);
        wait_until_unmapped(&runner, &app.artifact);
        overwrite(&app.artifact, &other);
        (0..20).for_each(|_| ask(&runner, language));
        assert_eq!(runner.signal("TERM"), Some(0));
    }
}

/// At first the code is mapped from the file itself, because a copy would make the start slower. What was overwritten until
/// there is a copy is not run.
#[test]
fn right_after_the_start() {
    for language in Language::ALL {
        let app = faults(language);
        let other = app::compile(&guests::build("examples/people"), app::OPEN);
        let (whole, other) = (fs::read(&app.artifact).unwrap(), fs::read(&other.artifact).unwrap());
        for bytes in damages(&whole, &other) {
            let mut runner = Runner::start(&app.artifact, &Options::default());
            overwrite(&app.artifact, &bytes);
            for _ in 0..3 {
                let query = if language == Language::Go { "{ asserts(v: true) }" } else { "{ ok(v: 1) }" };
                let answer = runner.query(query);
                if answer["errors"] == Value::Null {
                    // The copy was faster.
                    continue;
                }
                assert_eq!(answer["errors"][0]["message"], "internal error; see the log", "{answer}");
                // Refused for good, with the reason; or only until the copy that was made before is in use.
                let end = Instant::now() + PATIENCE;
                while !runner.log().contains("by renaming (mv)") && runner.query(query)["errors"] != Value::Null {
                    assert!(Instant::now() < end, "{}", runner.log());
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            overwrite(&app.artifact, &whole);
            runner.send_signal("HUP");
            runner.wait_for_log(|record| record["message"] == "Reloaded.");
            ask(&runner, language);
            assert_eq!(runner.signal("TERM"), Some(0));
        }
    }
}

/// The copy is made soon, also where nobody calls anything.
#[test]
fn before_the_first_call() {
    let app = faults(Language::Go);
    let mut runner = Runner::start(&app.artifact, &Options::default());
    wait_until_unmapped(&runner, &app.artifact);
    overwrite(&app.artifact, &[]);
    ask(&runner, Language::Go);
    assert_eq!(runner.signal("TERM"), Some(0));
}

/// What tells only of itself, like `touch`, is no reason to refuse anything.
#[test]
fn times_alone_do_not_matter() {
    let app = faults(Language::Go);
    let runner = Runner::start(&app.artifact, &Options::default());
    overwrite(&app.artifact, &fs::read(&app.artifact).unwrap());
    ask_until_answered(&runner, Language::Go);
    wait_until_unmapped(&runner, &app.artifact);
}

/// Where there is no room for a copy, the file is looked at before each call for as long as it is used, also when there is a
/// pool. As many bytes that nobody can run, and another app.
#[test]
fn without_room_for_a_copy() {
    for language in Language::ALL {
        let app = faults(language);
        let other = app::compile(&guests::build("examples/people"), app::OPEN);
        let (whole, other) = (fs::read(&app.artifact).unwrap(), fs::read(&other.artifact).unwrap());
        for bytes in [vec![0xcc; whole.len()], other] {
            let mut shell = Command::new("/bin/sh");
            // No file may have any contents.
            shell.env_clear().args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]);
            shell.arg(tests::binary("modus-runner")).arg(&app.artifact);
            let mut runner = Runner::start_command(shell, &Options::default().env("RUST_LOG", "modus=debug"));
            ask(&runner, language);
            runner
                .wait_for_log(|record| record["message"] == "The artifact must not be written to while it is in use.");
            runner.wait_for_log(|record| record["slots"].is_u64());
            std::thread::sleep(Duration::from_millis(100));
            ask(&runner, language);
            // With the same contents it is used on, when it was looked at.
            overwrite(&app.artifact, &whole);
            ask_until_answered(&runner, language);
            overwrite(&app.artifact, &bytes);
            for _ in 0..20 {
                let answer = runner.query(query(language));
                assert_eq!(answer["errors"][0]["message"], "internal error; see the log", "{answer}");
            }
            runner.wait_for_log(|record| record["message"] == "Calls are refused.");
            overwrite(&app.artifact, &whole);
            assert_eq!(runner.signal("TERM"), Some(0));
        }
    }
}
