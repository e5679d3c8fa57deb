//! Promise: a guest stays within its memory, by guard pages or by explicit checks as it was compiled, and one runner
//! serves both; explicit checks need little address space.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::{self, Language};
use tests::runner::{self, Options, Runner};

const KINDS: [&str; 2] = ["guard", "explicit"];

fn compiled(wasm: &Path, kind: &str) -> App {
    app::compile_with(wasm, app::OPEN, &["--bounds".to_owned(), kind.to_owned()])
}

fn people(kind: &str) -> App {
    compiled(&guests::build("examples/people"), kind)
}

/// A runner whose address space is limited as by `ulimit -v`.
fn limited(artifact: &Path, mib: u32, arguments: &[&str]) -> Runner {
    Runner::start_command(limited_command(artifact, mib), &Options::arguments(arguments))
}

fn limited_command(artifact: &Path, mib: u32) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.env_clear().args(["-c", "ulimit -v \"$1\"; shift; exec \"$@\"", "sh", &(mib << 10).to_string()]);
    shell.arg(tests::binary("modus-runner")).arg(artifact);
    shell
}

fn is_about_the_pool(record: &Value) -> bool {
    record.to_string().contains("No memory pool")
}

/// Below, at and far beyond the end of the memory, and beyond what 32 bits of offset and address add up to.
#[test]
fn accesses_out_of_bounds_end_the_call_and_nothing_else() {
    for kind in KINDS {
        let app = compiled(&Language::AssemblyScript.guest("faults"), kind);
        let runner = Runner::start(&app.artifact, &Options::default());
        let bytes = runner.query("{ memoryBytes }")["data"]["memoryBytes"].as_i64().unwrap();
        let read = |function, address| runner.query(&format!("{{ {function}(address: {address}) }}"));
        for address in [0, bytes - 8] {
            assert_eq!(read("readsAt", address)["errors"], Value::Null, "{kind}, {address} of {bytes}");
        }
        let traps = |function, address| {
            let answer = read(function, address);
            let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
            assert!(
                message.contains("out of bounds memory access"),
                "{kind}, {function} {address} of {bytes}: {answer}"
            );
        };
        let reserved = 128 << 20;
        for address in [bytes - 7, bytes, bytes + 4096, reserved - 8, reserved, 1 << 31, (1 << 32) - 1] {
            traps("readsAt", address);
            traps("readsFarFrom", address);
        }
        traps("readsFarFrom", 0);
        assert_eq!(runner.query("{ ok(v: 1) }")["data"]["ok"], 1, "{kind}");
    }
}

#[test]
fn the_artifact_says_what_it_was_compiled_for() {
    for kind in KINDS {
        let app = people(kind);
        assert_eq!(app::inspect(&app.artifact)["header"]["bounds"], kind);
        let text = app::printed(&["inspect".as_ref(), app.artifact.as_os_str()]);
        assert!(text.contains(&format!("bounds {kind}")), "{text}");
    }
}

/// 2 GiB of addresses: room for several checked memories, and not for one with its guard.
#[test]
fn explicit_checks_work_where_addresses_are_few() {
    let checked = people("explicit");
    let runner = limited(&checked.artifact, 2048, &["--max-calls", "8"]);
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!", "{}", runner.log());
    assert!(!runner.log().lines().any(|line| is_about_the_pool(&Value::from(line))), "{}", runner.log());

    // More calls at once than there is room for: without a pool, and it says so.
    let runner = limited(&checked.artifact, 2048, &["--max-calls", "64"]);
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!", "{}", runner.log());
    let notice = runner.wait_for_log(is_about_the_pool);
    assert!(notice.to_string().contains("explicit"), "{notice}");
    let check = |calls| {
        let mut command = limited_command(&checked.artifact, 2048);
        let Output { status, stderr, .. } = command.args(["--check-config", "--max-calls", calls]).output().unwrap();
        (status.code(), String::from_utf8_lossy(&stderr).contains("No memory pool"))
    };
    assert_eq!((check("8"), check("64")), ((Some(0), false), (Some(0), true)), "known before the first call");
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!", "{}", runner.log());

    let guarded = people("guard");
    let runner = limited(&guarded.artifact, 2048, &["--max-calls", "8"]);
    let answer = runner.query("{ sayHello }");
    assert!(answer["errors"].is_array(), "there is no room for an instance: {answer}");
    let notice = runner.wait_for_log(is_about_the_pool);
    assert!(notice.to_string().contains("--bounds explicit"), "{notice}");
    assert_eq!(runner.get("/health").0, 200);
}

#[test]
fn more_memory_than_checked_bounds_have_is_refused() {
    let app = people("explicit");
    let Output { status, stderr, .. } =
        runner::command(&app.artifact).args(["--port", "0", "--memory-limit", "129"]).output().unwrap();
    let text = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(1), "{text}");
    assert!(text.contains("128 MiB") && text.contains("memory-limit") && text.contains("--bounds guard"), "{text}");
    let runner = Runner::start(&app.artifact, &Options::arguments(&["--memory-limit", "128"]));
    assert_eq!(runner.query("{ sayHello }")["errors"], Value::Null);
}
