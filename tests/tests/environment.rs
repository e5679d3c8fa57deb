//! Promise: guests see no variable of the runner and no secret of a connection, whatever another manifest calls it, and
//! `--check-config` tells the names of those that they see.

use serde_json::{Value, json};
use tests::app;
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::runner::{self, Options, Runner};

fn manifest(connection: &str) -> String {
    app::open_with(&json!({
        "connections": {connection: {
            "type": "http", "baseUrl": "http://localhost/", "headers": {"X-Key": "{{KEY}}"},
        }},
    }))
    .to_string()
}

/// Every variable is set to its own name.
fn options() -> Options {
    let names = [
        "MODUS_OPEN_AI_KEY",
        "MODUS_OPEN_AI_OTHER",
        "MODUS_LLM_KEY",
        "MODUS_OPEN",
        "MODUS_COLOUR",
        "MODUS_APP_SECRET",
        "MODUS_DB",
        "MODUS_JWT_AUDIENCE",
        "MODUS_JWKS_REFRESH_MINUTES",
        "MODUS_RUNNER_ALLOW_HOST",
        "MODUS_HYPERMODE_KEY",
        "HOME",
    ];
    let options = names.iter().fold(Options::default(), |options, name| options.env(name, &name.to_lowercase()));
    options.env("MODUS_LOG_LEVEL", "info").env("MODUS_DEBUG", "0").env("MODUS_ENV", "staging")
}

/// What the guest's own names of these variables lead to; `null` where there is none.
fn seen(language: Language, runner: &Runner, name: &str) -> Value {
    let (query, field) = match language == Language::Go {
        true => ("query($n: String!) { env(name: $n) }", "env"),
        false => ("query($n: String!) { hasEnv(v: $n) }", "hasEnv"),
    };
    match &runner.ask(query, &json!({"n": name}))["data"][field] {
        Value::String(text) => json!(!text.is_empty()),
        other => other.clone(),
    }
}

#[track_caller]
fn check(language: Language, runner: &Runner) {
    for name in ["COLOUR", "OPEN", "APP_SECRET", "ENV", "TZ"] {
        assert_eq!(seen(language, runner, name), true, "{language:?} {name}");
    }
    for name in [
        "OPEN_AI_KEY",
        "OPEN_AI_OTHER",
        "LLM_KEY",
        "DB",
        "JWT_AUDIENCE",
        "JWKS_REFRESH_MINUTES",
        "RUNNER_ALLOW_HOST",
        "HYPERMODE_KEY",
        "LOG_LEVEL",
        "DEBUG",
        "HOME",
        "MODUS_COLOUR",
    ] {
        assert_eq!(seen(language, runner, name), false, "{language:?} {name}");
    }
}

#[test]
fn secrets_stay_hidden_when_a_connection_is_renamed() {
    for language in Language::ALL {
        let app = app::compile(&language.guest("faults"), &manifest("open-ai"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.json");
        std::fs::write(&path, manifest("llm")).unwrap();
        let arguments = ["--manifest", path.to_str().unwrap(), "--refresh", "50ms"];
        let options = Options { arguments: Options::arguments(&arguments).arguments, ..options() };
        let runner = Runner::start(&app.artifact, &options);
        check(language, &runner);
        if language == Language::AssemblyScript {
            let names = runner.query("{ envNames }")["data"]["envNames"].clone();
            let mut names: Vec<&str> = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            names.sort_unstable();
            assert_eq!(names, ["APP_SECRET", "CLAIMS", "COLOUR", "ENV", "OPEN", "TZ"]);
        }
        // A third name hides no less.
        std::fs::write(&path, manifest("llm").replace("/graphql", "/api")).unwrap();
        runner.wait_for_log(|record| record["message"] == "Reloaded.");
        std::fs::write(&path, manifest("llm")).unwrap();
        let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while runner.post("/graphql", &json!({"query": "{ __typename }"}).to_string()).0 != 200 {
            assert!(std::time::Instant::now() < end, "{}", runner.log());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        check(language, &runner);
    }
}

#[test]
fn the_names_are_told_before_serving() {
    let app = app::compile(&Language::Go.guest("faults"), &manifest("open-ai"));
    let names = |arguments: &[&str]| {
        let output = runner::command(&app.artifact)
            .args(["--check-config", "--json-logs"])
            .args(arguments)
            .envs(options().environment)
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{log}");
        // Names, and no value.
        assert!(!log.contains("modus_colour") && !log.contains("modus_open_ai_key"), "{log}");
        let records = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let record = records.into_iter().find(|record| record["variables"].is_string());
        record.unwrap_or_else(|| panic!("{log}"))["variables"].as_str().unwrap().to_owned()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.json");
    std::fs::write(&path, manifest("llm")).unwrap();
    assert_eq!(names(&[]), "APP_SECRET, CLAIMS, COLOUR, ENV, LLM_KEY, OPEN, TZ");
    assert_eq!(names(&["--manifest", path.to_str().unwrap()]), "APP_SECRET, CLAIMS, COLOUR, ENV, OPEN, TZ");
}
