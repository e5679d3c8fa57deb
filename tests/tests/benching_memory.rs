//! Promise: `modusc bench` tells which calls collect garbage or grow their memory, and with which `--heap` to try again.

use std::process::Command;

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::services::free_port;
use tests::stand_in::{Reply, StandIn, provider};

/// A call of it collects once and allocates more than there is room for.
const COLLECTS: &str = "{ held(collect: true) { id } }";
/// The same without asking for a collection.
const ALLOCATES: &str = "{ held(collect: false) { id } }";
/// Room for all that a call allocates.
const ROOM: &str = "8MiB";

fn compile(language: Language, arguments: &[&str]) -> App {
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    app::compile_with(&language.guest("collects"), app::OPEN, &arguments)
}

fn bench(app: &App, query: &str, arguments: &[&str]) -> Value {
    let output = Command::new(tests::binary("modusc"))
        .arg("bench")
        .arg(&app.artifact)
        .args(["--json", "--rounds", "1", "--seconds", "0.2", "--connections", "2", "--query", query])
        .args(arguments)
        .output()
        .expect("modusc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn collections(report: &Value) -> f64 {
    report["calls"][0]["memory"]["collectionsPerCall"].as_f64().unwrap_or_else(|| panic!("{report}"))
}

fn notes(report: &Value) -> String {
    report["notes"].to_string()
}

#[test]
fn calls_that_collect_are_told_and_what_helps() {
    for language in Language::ALL {
        let app = compile(language, &[]);
        let report = bench(&app, COLLECTS, &[]);
        assert!(collections(&report) >= 1.0, "{language:?}: {report}");
        let notes = notes(&report);
        assert!(notes.contains("collects garbage") && notes.contains("--heap "), "{language:?}: {notes}");
    }
}

/// With the room that it needs, a call neither collects nor grows, and nothing is suggested.
#[test]
fn with_room_there_is_nothing_to_tell() {
    for language in Language::ALL {
        let small = bench(&compile(language, &["--heap", "0"]), ALLOCATES, &[]);
        let grown = small["calls"][0]["memory"]["grownBytesPerCall"].as_f64().unwrap();
        assert!(collections(&small) > 0.0 || grown > 0.0, "{language:?}: {small}");
        assert!(notes(&small).contains("--heap "), "{language:?}: {small}");

        let app = compile(language, &["--heap", ROOM]);
        let roomy = bench(&app, ALLOCATES, &[]);
        assert_eq!(collections(&roomy), 0.0, "{language:?}: {roomy}");
        assert_eq!(roomy["calls"][0]["memory"]["grownBytesPerCall"], 0.0, "{language:?}: {roomy}");
        assert!(!notes(&roomy).contains("--heap"), "{language:?}: {roomy}");
        // What is asked for. AssemblyScript's collector goes on from there: it has seen how little is in use.
        assert!(collections(&bench(&app, COLLECTS, &[])) >= 1.0, "{language:?}");
    }
}

/// Collections and bytes of growth, as the runner's metrics have them.
fn counted(runner: &Runner) -> [u64; 2] {
    ["runtime_function_collections_num", "runtime_function_memory_grown_bytes"]
        .map(|name| runner.metric(name).unwrap_or_else(|| panic!("no {name}")) as u64)
}

/// The counts are metrics of the runner.
#[test]
fn the_runner_counts_collections_and_growth() {
    for language in Language::ALL {
        let runner = Runner::start(&compile(language, &["--heap", ROOM]).artifact, &Options::default());
        runner.query(ALLOCATES);
        assert_eq!(counted(&runner), [0, 0], "{language:?}");
        for _ in 0..3 {
            runner.query(COLLECTS);
        }
        let [collections, grown] = counted(&runner);
        assert!(collections >= 3, "{language:?}: {collections}");
        assert_eq!(grown, 0, "{language:?}");
        let small = Runner::start(&compile(language, &["--heap", "0"]).artifact, &Options::default());
        small.query(ALLOCATES);
        assert_ne!(counted(&small), [0, 0], "{language:?}");
    }
}

/// As modusc compiles it, an app has room for what its calls usually do: greet, ask a model, fetch JSON.
#[test]
fn usual_calls_neither_collect_nor_grow() {
    let stand_in = StandIn::with(|request| match request.url.contains("quote") {
        true => Reply::body(r#"{"q":"Less is more.","a":"Mies"}"#),
        false => (200, provider(request).to_string()).into(),
    });
    let manifest = app::open_with(&json!({
        "models": {"chat": {"sourceModel": "m", "connection": "provider", "path": "v1/chat/completions"}},
        "connections": {"provider": {"type": "http", "baseUrl": stand_in.url}},
    }));
    for language in Language::ALL {
        let app = app::compile(&language.guest("crowd"), &manifest.to_string());
        let runner = Runner::start(&app.artifact, &Options::default());
        let fetch = format!("{{ fetch(url: \"{}quote\") {{ quote }} }}", stand_in.url);
        for query in ["{ sayHello(name: \"Ann\") }", "{ ask(prompt: \"Why?\") }", &fetch] {
            let answer = runner.query(query);
            assert_eq!(answer["errors"], Value::Null, "{language:?}: {answer}");
            assert_eq!(counted(&runner), [0, 0], "{language:?}: {query}");
        }
    }
}

/// Where the runner has its metrics elsewhere, nothing is told of memory.
#[test]
fn what_is_not_known_is_not_told() {
    let app = compile(Language::Go, &[]);
    let report = bench(&app, COLLECTS, &["--", "--admin-address", &format!("127.0.0.1:{}", free_port())]);
    assert_eq!(report["calls"][0]["memory"], Value::Null, "{report}");
}
