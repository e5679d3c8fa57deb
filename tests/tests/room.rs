//! Promise: an instance begins with memory that is free for what a call allocates. That costs no byte of the artifact, and
//! takes nothing from what a call may have.

use serde_json::{Value, json};
use tests::app::{self, App, OPEN, bounds, compile_with};
use tests::guests::Apps as _;
use tests::guests::Language::{self, AssemblyScript as As, Go};
use tests::runner::{self, Options, Runner};

const PAGE: u64 = 64 << 10;

fn compile(language: Language, guest: &str, arguments: &[&str]) -> App {
    let arguments = [arguments.iter().map(ToString::to_string).collect(), bounds()].concat();
    compile_with(&language.guest(guest), OPEN, &arguments)
}

/// What `modusc inspect` tells of the memory: as built, and as it is, in bytes, and how much of that is free.
fn memory(app: &App) -> (u64, u64, Option<u64>) {
    let told = app::inspect(&app.artifact);
    let memory = &told["memory"];
    (memory["built"].as_u64().unwrap(), memory["initial"].as_u64().unwrap(), memory["free"].as_u64())
}

#[test]
fn there_is_room_and_inspect_tells_it() {
    for (language, guest) in [(Go, "packages"), (As, "start")] {
        let app = compile(language, guest, &[]);
        let (built, initial, free) = memory(&app);
        assert!(free.is_some_and(|free| free >= 48 << 10), "{language:?}: {free:?}");
        // As if it had grown by itself.
        assert!(initial > built && initial % built == 0 && (initial / built).is_power_of_two(), "{language:?}");
        let text = app::printed(&["inspect".as_ref(), app.artifact.as_os_str()]);
        let line = format!("Memory:    {} KiB in each call, {} KiB of them free", initial >> 10, free.unwrap() >> 10);
        assert!(text.contains(&line), "{text}");

        let app = compile(language, guest, &["--preinit", "off"]);
        let (built, initial, free) = memory(&app);
        assert!(initial > built && free.is_none(), "{language:?}");
    }
}

#[test]
fn the_room_can_be_set() {
    for language in Language::ALL {
        let (built, initial, _) = memory(&compile(language, "start", &["--heap", "0"]));
        assert_eq!(built, initial, "{language:?}");
        let (.., free) = memory(&compile(language, "start", &["--heap", "5MiB"]));
        assert!(free.is_some_and(|free| free >= 5 << 20), "{language:?}: {free:?}");
    }
    for wrong in ["5GiB", "much", "-1"] {
        let output = app::modusc(&["app.wasm".as_ref(), format!("--heap={wrong}").as_ref()]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("--heap"), "{wrong}");
    }
}

/// Memory that is free is not stored, although allocators keep something behind it.
#[test]
fn the_artifact_does_not_grow() {
    for language in Language::ALL {
        let length = |heap: &str| {
            let app = compile(language, "start", &["--heap", heap]);
            std::fs::metadata(app.artifact).unwrap().len()
        };
        let (without, with) = (length("0"), length("32MiB"));
        assert!(with <= without + 4096, "{language:?}: {without} {with}");
    }
}

/// A start that runs in each call, and one at build time, leave the same answers, whatever the room.
#[test]
fn answers_do_not_depend_on_it() {
    for language in Language::ALL {
        for heap in ["0", "64KiB", "8MiB"] {
            for preinit in ["auto", "off"] {
                let app = compile(language, "start", &["--heap", heap, "--preinit", preinit]);
                let runner = Runner::start(&app.artifact, &Options::default());
                let answer = runner.query("{ a: square(n: 9) b: square(n: 99) c: counter }");
                assert_eq!(answer["data"], json!({"a": 81, "b": 9801, "c": 1}), "{language:?} {heap} {preinit}");
            }
        }
    }
}

/// A call that collects what it allocates: more than there is room for.
#[test]
fn what_is_allocated_is_collected_as_before() {
    let app = compile(Go, "packages", &[]);
    let runner = Runner::start(&app.artifact, &Options::arguments(&["--memory-limit", "8"]));
    let answer = runner.query("{ allocate(kibibytes: 30000) complete }");
    assert_eq!(answer["data"], json!({"allocate": 30_720_000, "complete": true}), "{answer}");
}

/// The most that a call can have is the same as without room.
#[test]
fn the_memory_limit_counts_as_before() {
    for (language, guest, field) in [(Go, "faults", "allocates"), (As, "faults", "takesMemory")] {
        let most = |heap: &str| {
            let app = compile(language, guest, &["--heap", heap]);
            let runner = Runner::start(&app.artifact, &Options::arguments(&["--memory-limit", "32"]));
            let fits = |mebibytes: &u64| {
                let answer = runner.query(&format!("{{ {field}(mebibytes: {mebibytes}) }}"));
                answer["errors"] == Value::Null
            };
            (1..40).take_while(fits).count()
        };
        let without = most("0");
        assert!((5..32).contains(&without), "{language:?}: {without}");
        assert!(most("1MiB") >= without, "{language:?}");
        assert!(most("256KiB") >= without, "{language:?}");
    }
}

/// An app that begins with more than a call may have is refused at the start.
#[test]
fn room_beyond_the_limit_is_refused() {
    for language in Language::ALL {
        let app = compile(language, "start", &["--heap", "4MiB"]);
        let (_, initial, _) = memory(&app);
        assert!(initial > 4 << 20 && initial % PAGE == 0);
        let output = runner::command(&app.artifact).args(["--port", "0", "--memory-limit", "4"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{language:?}");
        assert!(text.contains("`memory-limit` is 4") && text.contains("--heap"), "{language:?}: {text}");
    }
}
