//! Promise: an app that is initialised at build time answers as one that is initialised in each call, and nothing that
//! should differ from call to call is the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::app::{self, App, OPEN, bounds, compile_with};
use tests::guests::Language::{self, AssemblyScript as As, Go};
use tests::guests::{self, Apps as _};
use tests::runner::{Options, Runner};

fn compile(language: Language, guest: &str, preinit: &str) -> App {
    let arguments = [vec!["--preinit".to_owned(), preinit.to_owned()], bounds()].concat();
    compile_with(&language.guest(guest), OPEN, &arguments)
}

/// What `modusc inspect` tells of the start.
fn start(app: &App) -> Value {
    app::inspect(&app.artifact)["start"].clone()
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
            assert!(elapsed.is_some_and(|elapsed| (20..60_000).contains(&elapsed)), "{answer}");
        }
    }
}

/// What the app itself made of randomness: left alone with a note that names it, unless the user insists.
#[test]
fn what_an_app_keeps_is_not_frozen() {
    for (language, named) in [(Go, "random numbers or the time (main.chosen)"), (As, "random numbers or the time")] {
        let app = compile(language, "keeps", "auto");
        assert!(app.messages.contains("note[MC0317]"), "{language:?}: {}", app.messages);
        assert!(app.messages.contains(named), "{language:?}: {}", app.messages);
        assert_eq!(start(&app), "_initialize", "{language:?}");
        let runner = Runner::start(&app.artifact, &Options::default());
        let drawn = answers(&runner, "{ chosen }");
        assert_eq!(different(&drawn), drawn.len(), "{language:?}: {drawn:?}");

        let frozen = compile(language, "keeps", "force");
        assert_eq!(start(&frozen), Value::Null, "{language:?}");
        let runner = Runner::start(&frozen.artifact, &Options::default());
        assert_eq!(different(&answers(&runner, "{ chosen }")), 1, "{language:?}");
        // Only what was chosen stays.
        if language == Go {
            for field in ["token", "drawn"] {
                let drawn = answers(&runner, &format!("{{ {field} }}"));
                assert_eq!(different(&drawn), drawn.len(), "{field}: {drawn:?}");
            }
            assert!(different(&answers(&runner, "{ order }")) > 1);
        }
    }
}

/// The date decides it, in whatever year the app runs.
#[test]
fn what_the_date_decides_is_not_frozen() {
    let days = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 86400;
    // One too many or too few on the first day of some years.
    let year = 1970 + (days as f64 / 365.2425) as i64;
    for language in Language::ALL {
        let app = compile(language, "dated", "auto");
        assert!(app.messages.contains("random numbers or the time"), "{language:?}: {}", app.messages);
        assert_eq!(start(&app), "_initialize", "{language:?}");
        let runner = Runner::start(&app.artifact, &Options::default());
        let answer = runner.query("{ year live old }")["data"].clone();
        assert!(answer["year"].as_i64().is_some_and(|told| (told - year).abs() <= 1), "{language:?}: {answer}");
        assert_eq!((&answer["live"], &answer["old"]), (&json!(true), &json!(false)), "{language:?}");
    }
}

#[test]
fn the_same_input_gives_the_same_artifact() {
    for language in Language::ALL {
        let bytes = || std::fs::read(compile(language, "start", "auto").artifact).unwrap();
        assert!(bytes() == bytes(), "{language:?}");
    }
}

/// Which variables there are, and their values, is the runner's business.
#[test]
fn the_environment_is_read_in_each_call() {
    let app = compile(Go, "environment", "auto");
    assert!(app.messages.contains("it reads environment variables"), "{}", app.messages);
    assert_eq!(start(&app), "_initialize");
    for mode in ["dev", "staging"] {
        let runner = Runner::start(&app.artifact, &Options::default().env("MODUS_MODE", mode));
        assert_eq!(runner.query("{ mode }")["data"], json!({"mode": mode}));
    }
}

/// Packages that keep randomness and the time, as real apps link them: of the SDK, of Go, and the app's own variables.
#[test]
fn real_packages_are_initialised() {
    let app = compile(Go, "packages", "auto");
    assert_eq!(app.messages, "");
    assert_eq!(start(&app), Value::Null);
    let runner = Runner::start(&app.artifact, &Options::default());
    let same = r#"{ sayHello(name: "Ann") complete greet(name: "Ann") }"#;
    for answer in answers(&runner, same) {
        assert_eq!(answer, json!({"sayHello": "Hello, Ann!", "complete": true, "greet": "Hello, Ann!"}));
    }
    // No two instances share what was drawn.
    for field in ["key", r#"code(text: "a")"#, r#"hash(text: "a")"#, "numbers", "drawn"] {
        let drawn = answers(&runner, &format!("{{ {field} }}"));
        assert_eq!(different(&drawn), drawn.len(), "{field}: {drawn:?}");
    }
    // A map that is filled in the call has a seed of its own.
    for field in ["filled", "order"] {
        let orders = answers(&runner, &format!("{{ {field} }}"));
        assert!(different(&orders) >= 2, "{field}: {orders:?}");
    }
}

/// Whatever packages of the SDK an app links, nothing of theirs keeps it from being initialised.
#[test]
fn apps_that_link_packages_of_the_sdk_are_initialised() {
    // Each package of the SDK for Go is linked by one of them, and each module of the one for AssemblyScript.
    let apps: [(Language, &[&str]); 4] = [
        (Go, &["classify", "clock", "collections", "crowd", "dgraph", "embeddings", "explorer", "graphql", "http"]),
        (Go, &["models", "mysql", "neo4j", "postgresql", "turns"]),
        (
            As,
            &[
                "collections",
                "crowd",
                "dgraph",
                "explorer",
                "graphql",
                "host",
                "models",
                "mysql",
                "neo4j",
                "postgresql",
            ],
        ),
        (As, &["sdk", "turns"]),
    ];
    let guests = apps.iter().flat_map(|(language, names)| names.iter().map(|name| language.guest(name)));
    let examples =
        ["auth/go", "secrets/go", "tool-calling/go", "auth/assemblyscript", "semantic-search/assemblyscript"];
    let examples = examples.iter().map(|name| guests::build(&format!("examples/{name}")));
    for wasm in guests.chain(examples) {
        let app = app::compile(&wasm, OPEN);
        assert!(!app.messages.contains("MC0317"), "{}: {}", wasm.display(), app.messages);
        assert_eq!(start(&app), Value::Null, "{}", wasm.display());
    }
}

/// Copies of one random number stay the same within an instance.
#[test]
fn what_was_drawn_is_one_thing_in_a_call() {
    let app = compile(Go, "packages", "auto");
    let runner = Runner::start(&app.artifact, &Options::default());
    let parts = |answer: &Value| answer.as_str().unwrap().split(' ').map(str::to_owned).collect::<Vec<_>>();
    let one = answers(&runner, "{ numbers }");
    for answer in &one {
        let [number, another] = &parts(&answer["numbers"])[..] else { panic!("{answer}") };
        // 63 bits stay 63 bits.
        assert!(u64::from_str_radix(number, 16).is_ok() && i64::from_str_radix(another, 16).is_ok(), "{answer}");
        assert_ne!(number, another);
    }
}

#[test]
fn the_time_of_the_start_is_that_of_the_call() {
    let app = compile(Go, "packages", "auto");
    let runner = Runner::start(&app.artifact, &Options::default());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok()).expect("a number");
    for _ in 0..3 {
        let before = now();
        let answer = runner.query("{ started age }");
        let (started, age) = (number(&answer["data"]["started"]), number(&answer["data"]["age"]));
        assert!((before..=now()).contains(&started), "{answer}");
        assert!((0..10_000).contains(&age), "{answer}");
    }
}
