//! Promise: however a call ends, the client gets one clear error on that field, the other fields are answered, and the
//! runner keeps serving.

use serde_json::{Value, json};
use tests::app;
use tests::guests::Apps as _;
use tests::guests::Language::{self, AssemblyScript as As, Go};
use tests::runner::{Options, Runner};

const LIMITS: [&str; 4] = ["--cpu-time", "1", "--memory-limit", "32"];

/// Each query gives an error with the text; afterwards an ordinary call still works.
fn check(language: Language, healthy: &str, cases: &[(&str, &str)]) {
    let app = app::compile(&language.guest("faults"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::arguments(&LIMITS));
    for (query, message) in cases {
        let answer = runner.query(query);
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{language:?} {query}: {answer}"));
        assert!(
            errors.iter().any(|error| error["message"].as_str().is_some_and(|text| text.contains(message))),
            "{language:?} {query}: expected {message:?} in {answer}"
        );
        let text = answer.to_string();
        assert!(!text.contains("wasm backtrace") && !text.contains("0x"), "host details reach the client: {text}");
        assert_eq!(runner.query(healthy)["errors"], Value::Null, "after {query}");
    }
    assert_eq!(runner.get("/health").0, 200);
}

#[test]
fn go() {
    check(
        Go,
        "{ env(name: \"TZ\") }",
        &[
            ("{ panics }", "wasm error: unreachable"),
            ("{ dividesByZero(v: 0) }", "divide by zero"),
            ("{ indexesOutOfRange(v: [1]) }", "index out of range"),
            ("{ dereferencesNil }", "nil pointer dereference"),
            ("{ exits(code: 3) }", "function exited with code 3"),
            (r#"{ fails(message: "no luck") }"#, "no luck"),
            ("{ loops }", "more than 1 s of CPU time (limit `cpu-time`)"),
            ("{ memoryBomb }", "32 MiB (limit `memory-limit`)"),
            ("{ deepRecursion(depth: 100000000) }", "wasm error"),
        ],
    );
}

#[test]
fn assemblyscript() {
    check(
        As,
        "{ ok(v: 1) }",
        &[
            (r#"{ throws(v: "no luck") }"#, "no luck"),
            ("{ traps }", "wasm error: unreachable"),
            ("{ divides(a: 1, b: 0) }", "wasm error: integer divide by zero"),
            ("{ readsOutOfBounds }", "wasm error: out of bounds memory access"),
            ("{ recurses(v: 100000000) }", "wasm error: stack overflow: calls inside each other have 512 KiB"),
            ("{ exits(code: 3) }", "function exited with code 3"),
            ("{ asserts(v: false) }", ""),
            ("{ indexes(v: [1], index: 5) }", "Index out of range"),
            ("{ loops }", "more than 1 s of CPU time (limit `cpu-time`)"),
            ("{ memoryBomb }", "32 MiB (limit `memory-limit`)"),
        ],
    );
}

#[test]
fn a_failing_field_leaves_the_others_alone() {
    let app = app::compile(&As.guest("faults"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default());
    let answer = runner.query(r#"{ bad: throwsUserError(v: "sorry") good: ok(v: 7) }"#);
    assert_eq!(answer["data"], json!({"bad": null, "good": 7}), "{answer}");
    assert_eq!(answer["errors"][0]["path"], json!(["bad"]));
    assert_eq!(answer["errors"][0]["message"], "sorry");
}

/// More endless loops than there are cores: whoever asks for something else is answered long before they end.
#[test]
fn loops_hold_up_nobody() {
    for (language, healthy) in [(Go, r#"{ env(name: "TZ") }"#), (As, "{ ok(v: 1) }")] {
        let app = app::compile(&language.guest("faults"), app::OPEN);
        let runner = Runner::start(&app.artifact, &Options::arguments(&["--deadline", "6"]));
        std::thread::scope(|scope| {
            let loops: Vec<_> = (0..8).map(|_| scope.spawn(|| runner.query("{ loops }"))).collect();
            runner.wait_for_log(|record| record["function"] == "loops");
            let meanwhile = (0..20).take_while(|_| {
                assert_eq!(runner.query(healthy)["errors"], Value::Null);
                assert_eq!(runner.get("/health").0, 200);
                loops.iter().all(|running| !running.is_finished())
            });
            assert!(meanwhile.count() >= 3, "{language:?}: answered only after the loops");
            for running in loops {
                assert!(running.join().unwrap().to_string().contains("timed out"));
            }
        });
    }
}

#[test]
fn every_call_has_a_fresh_instance() {
    for (language, query) in [(Go, "{ a: counter b: counter }"), (As, "{ a: count b: count }")] {
        let app = app::compile(&language.guest("faults"), app::OPEN);
        let runner = Runner::start(&app.artifact, &Options::default());
        for _ in 0..20 {
            assert_eq!(runner.query(query)["data"], json!({"a": 1, "b": 1}), "{language:?}");
        }
    }
}

#[test]
fn output_goes_to_the_log_with_levels() {
    let app = app::compile(&Go.guest("faults"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default());
    let answer = runner.query("{ logs }");
    assert!(answer["errors"].as_array().is_some_and(|errors| !errors.is_empty()), "error lines are errors: {answer}");
    let record = runner.wait_for_log(|record| record["text"].is_string() && record["level"] == "error");
    assert_eq!(record["function"], "logs", "{record}");
    assert!(record["execution_id"].is_string(), "{record}");
}

#[test]
fn guests_see_only_the_environment_that_is_theirs() {
    let connection = json!({"type": "http", "baseUrl": "http://localhost/", "headers": {"X-Key": "{{KEY}}"}});
    let manifest = app::open_with(&json!({"connections": {"api": connection}})).to_string();
    let app = app::compile(&Go.guest("faults"), &manifest);
    let options = Options::default().env("MODUS_API_KEY", "secret").env("MODUS_COLOUR", "blue").env("HOME", "/root");
    let runner = Runner::start(&app.artifact, &options);
    let answer = runner.query(
        r#"{ a: env(name: "API_KEY") b: env(name: "COLOUR") c: env(name: "HOME") d: env(name: "MODUS_API_KEY") }"#,
    );
    assert_eq!(answer["data"], json!({"a": "", "b": "blue", "c": "", "d": ""}));
}
