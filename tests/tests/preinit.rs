//! Promise: an app that is initialised at build time answers as one that is initialised in each call, and nothing that
//! should differ from call to call is the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::app::{self, App, OPEN, bounds, compile_with};
use tests::guests::Apps as _;
use tests::guests::Language::{self, AssemblyScript as As, Go};
use tests::runner::{Options, Runner};

fn compile(language: Language, guest: &str, preinit: &str) -> App {
    let arguments = [vec!["--preinit".to_owned(), preinit.to_owned()], bounds()].concat();
    compile_with(&language.guest(guest), OPEN, &arguments)
}

/// What `modusc inspect` tells of the start.
fn start(app: &App) -> Value {
    let output = app::modusc(&["inspect".as_ref(), "--json".as_ref(), app.artifact.as_os_str()]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    told["start"].clone()
}

/// Answers of one field in several calls.
fn answers(runner: &Runner, query: &str) -> Vec<Value> {
    let one = || {
        let answer = runner.query(query);
        assert_eq!(answer["errors"], Value::Null, "{query}: {answer}");
        answer["data"].clone()
    };
    (0..12).map(|_| one()).collect()
}

fn different(answers: &[Value]) -> usize {
    answers.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len()
}

#[test]
fn answers_are_the_same_with_and_without() {
    for language in Language::ALL {
        for (preinit, expected) in [("auto", Value::Null), ("force", Value::Null), ("off", json!("_initialize"))] {
            let app = compile(language, "start", preinit);
            assert_eq!(app.messages, "", "{language:?} {preinit}");
            assert_eq!(start(&app), expected, "{language:?} {preinit}");
            let runner = Runner::start(&app.artifact, &Options::default());
            for _ in 0..3 {
                let answer = runner.query("{ a: square(n: 9) b: square(n: 99) c: counter d: counter }");
                assert_eq!(answer["data"], json!({"a": 81, "b": 9801, "c": 1, "d": 1}), "{language:?} {preinit}");
            }
        }
    }
}

/// One that repeated itself would be a hole: tokens and identifiers come from there.
#[test]
fn randomness_is_new_in_each_call() {
    for (language, fields) in [(Go, &["number", "token", "order"][..]), (As, &["number"])] {
        for preinit in ["auto", "force", "off"] {
            let app = compile(language, "start", preinit);
            let runner = Runner::start(&app.artifact, &Options::default());
            for field in fields {
                let answers = answers(&runner, &format!("{{ {field} }}"));
                // The order of a map is one of many, and may come twice.
                let least = if *field == "order" { 2 } else { answers.len() };
                assert!(different(&answers) >= least, "{language:?} {preinit} {field}: {answers:?}");
            }
        }
    }
}

#[test]
fn clocks_go_on() {
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for (language, has_elapsed) in [(Go, true), (As, false)] {
        let app = compile(language, "start", "auto");
        let runner = Runner::start(&app.artifact, &Options::default());
        let (before, answer, after) = (now(), runner.query("{ now }"), now());
        let told = answer["data"]["now"].as_u64().or_else(|| answer["data"]["now"].as_str()?.parse().ok());
        assert!(told.is_some_and(|told| (before..=after).contains(&told)), "{language:?} {answer}");
        if has_elapsed {
            let answer = runner.query("{ elapsed }");
            let elapsed =
                answer["data"]["elapsed"].as_u64().or_else(|| answer["data"]["elapsed"].as_str()?.parse().ok());
            assert!(elapsed.is_some_and(|elapsed| (20..5000).contains(&elapsed)), "{answer}");
        }
    }
}

/// Randomness that the app itself keeps: left alone with a note, unless the user insists.
#[test]
fn what_an_app_keeps_is_not_frozen() {
    for language in Language::ALL {
        let app = compile(language, "keeps", "auto");
        assert!(app.messages.contains("note[MC0317]"), "{language:?}: {}", app.messages);
        assert_eq!(start(&app), "_initialize", "{language:?}");
        let runner = Runner::start(&app.artifact, &Options::default());
        let drawn = answers(&runner, "{ chosen }");
        assert_eq!(different(&drawn), drawn.len(), "{language:?}: {drawn:?}");

        let frozen = compile(language, "keeps", "force");
        assert_eq!(start(&frozen), Value::Null, "{language:?}");
        let runner = Runner::start(&frozen.artifact, &Options::default());
        assert_eq!(different(&answers(&runner, "{ chosen }")), 1, "{language:?}");
    }
}

#[test]
fn the_same_input_gives_the_same_artifact() {
    for language in Language::ALL {
        let bytes = || std::fs::read(compile(language, "start", "auto").artifact).unwrap();
        assert!(bytes() == bytes(), "{language:?}");
    }
}
