//! Promise: the runner can be operated: probes, an orderly end, metrics, logs, traces, and configuration that is checked
//! before anything is served.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::{self, Language};
use tests::runner::{self, Options, Runner};

fn people(options: &Options) -> (App, Runner) {
    app::compile(&guests::build("examples/people"), app::OPEN).serve(options)
}

fn faults(arguments: &[&str]) -> (App, Runner) {
    app::compile(&Language::Go.guest("faults"), app::OPEN).serve(&Options::arguments(arguments))
}

fn query(text: &str) -> String {
    json!({"query": text}).to_string()
}

/// The value of a series in the text of `/metrics`.
#[track_caller]
fn metric(text: &str, series: &str) -> f64 {
    let line = text.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')));
    let line = line.unwrap_or_else(|| panic!("no {series} in\n{text}"));
    line.rsplit(' ').next().and_then(|value| value.parse().ok()).expect("a number")
}

/// Runs a query in the background until it is under way.
fn under_way<'s>(scope: &'s std::thread::Scope<'s, '_>, runner: &'s Runner, text: &'static str) {
    scope.spawn(move || {
        let agent = ureq::agent();
        let _ = agent.post(format!("{}/graphql", runner.url)).content_type("application/json").send(query(text));
    });
    runner.wait_for_log(|record| record["message"] == "Calling function.");
}

#[test]
fn probes() {
    let (_app, mut runner) = people(&Options::arguments(&["--shutdown-delay", "5"]));
    for path in ["/livez", "/readyz", "/ready", "/readyz/"] {
        assert_eq!(runner.get(path), (200, "{\"status\": \"ok\"}\n".to_owned()), "{path}");
    }
    runner.send_signal("TERM");
    runner.wait_for_log(|record| record["message"] == "Shutting down.");
    let (status, body) = runner.get("/readyz");
    assert_eq!((status, body.contains("shutting down")), (503, true), "{body}");
    assert_eq!(runner.get("/livez").0, 200);
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
    assert_eq!(runner.wait(), Some(0));
    let record = runner.wait_for_log(|record| record["message"] == "Shut down.");
    assert_eq!((&record["finished"], &record["cut"]), (&json!(1), &json!(0)), "{record}");
}

#[test]
fn requests_under_way_finish_or_are_cut() {
    for (arguments, finished, cut) in [
        (&["--deadline", "4", "--shutdown-timeout", "20"][..], 1, 0),
        (&["--deadline", "20", "--shutdown-timeout", "0.5"], 0, 1),
    ] {
        let (_app, mut runner) = faults(arguments);
        std::thread::scope(|scope| {
            under_way(scope, &runner, "{ loops }");
            runner.send_signal("TERM");
            runner.wait_for_log(|record| record["message"] == "Shut down.");
        });
        let started = Instant::now();
        assert_eq!(runner.wait(), Some(0), "{arguments:?}");
        assert!(started.elapsed() < Duration::from_secs(2), "the process outlives its verdict");
        let record = runner.wait_for_log(|record| record["message"] == "Shut down.");
        assert_eq!((&record["finished"], &record["cut"]), (&json!(finished), &json!(cut)), "{record}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let (_app, mut runner) = faults(&["--shutdown-timeout", "20"]);
    std::thread::scope(|scope| {
        under_way(scope, &runner, "{ loops }");
        runner.send_signal("TERM");
        runner.wait_for_log(|record| record["message"] == "Shutting down.");
        std::thread::sleep(Duration::from_millis(1200));
        runner.send_signal("TERM");
    });
    assert_eq!(runner.wait(), Some(130));
}

/// A wrapper forwards what the terminal has sent to the whole group anyway.
#[test]
fn signals_that_come_at_once_are_one() {
    for signals in [&["TERM", "TERM"][..], &["INT", "INT", "INT"], &["TERM", "INT"], &["INT", "TERM", "HUP", "TERM"]] {
        let (_app, mut runner) = faults(&["--deadline", "4", "--shutdown-timeout", "20"]);
        std::thread::scope(|scope| {
            under_way(scope, &runner, "{ loops }");
            for signal in signals {
                runner.send_signal(signal);
                runner.wait_for_log(|record| record["message"] == "Shutting down.");
            }
            runner.wait_for_log(|record| record["message"] == "Shut down.");
        });
        assert_eq!(runner.wait(), Some(0), "{signals:?}");
        let record = runner.wait_for_log(|record| record["message"] == "Shut down.");
        assert_eq!((&record["finished"], &record["cut"]), (&json!(1), &json!(0)), "{signals:?}");
    }
}

#[test]
fn metrics_are_those_of_the_reference() {
    let (_app, runner) = people(&Options::default());
    let (status, text) = runner.get("/metrics");
    assert_eq!(status, 200);
    assert_eq!(metric(&text, "runtime_http_requests_in_flight_num"), 0.0);
    assert_eq!(metric(&text, "runtime_function_executions_num"), 0.0);
    assert!(!text.contains("runtime_http_requests_total_num{"), "{text}");

    runner.query("{ sayHello }");
    runner.query("{ sayHello person(id: 1) { name } }");
    runner.query("{ nothing }");
    runner.post("/graphql", "");
    runner.get("/health");
    runner.get("/nowhere");
    let (_, text) = runner.get("/metrics");
    for (series, expected) in [
        ("runtime_http_requests_in_flight_num", 0.0),
        ("runtime_http_requests_total_num{code=\"200\"}", 3.0),
        ("runtime_http_requests_total_num{code=\"400\"}", 1.0),
        ("runtime_http_requests_duration_seconds_bucket{handler=\"default\",le=\"10\"}", 4.0),
        ("runtime_http_response_size_bytes_count{handler=\"default\"}", 4.0),
        ("runtime_function_executions_num", 3.0),
        ("runtime_function_execution_duration_milliseconds_count{function_name=\"sayHello\"}", 2.0),
        ("runtime_function_execution_duration_milliseconds_bucket{function_name=\"sayHello\",le=\"60000\"}", 2.0),
        ("runtime_function_execution_duration_milliseconds_summary_count{function_name=\"sayHello\"}", 2.0),
        ("runtime_function_instantiation_seconds_count", 3.0),
        ("runtime_function_guest_seconds_count", 3.0),
    ] {
        assert_eq!(metric(&text, series), expected, "{series} in\n{text}");
    }
    let name = "runtime_function_execution_duration_milliseconds_summary{function_name=\"sayHello\",quantile=\"0.99\"}";
    assert!(metric(&text, name) > 0.0, "{text}");
    let kinds: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE runtime_")).collect();
    for kind in [
        "http_requests_in_flight_num gauge",
        "http_requests_total_num counter",
        "http_requests_duration_seconds histogram",
        "http_response_size_bytes histogram",
        "function_executions_num counter",
        "function_execution_duration_milliseconds histogram",
        "function_execution_duration_milliseconds_summary summary",
    ] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}

#[test]
fn failures_are_counted_by_their_kind() {
    let (_app, runner) = faults(&["--cpu-time", "1", "--memory-limit", "32"]);
    for text in ["{ panics }", "{ dividesByZero(v: 0) }", "{ exits(code: 3) }", "{ loops }", "{ memoryBomb }"] {
        runner.query(text);
    }
    runner.post("/graphql", &" ".repeat(3 << 20));
    let (_, text) = runner.get("/metrics");
    for (series, least) in [
        ("runtime_function_traps_num{kind=\"unreachable\"}", 1.0),
        ("runtime_function_failures_num{ending=\"trap\"}", 2.0),
        ("runtime_function_failures_num{ending=\"exit\"}", 1.0),
        ("runtime_function_failures_num{ending=\"cpu-time\"}", 1.0),
        ("runtime_refusals_num{reason=\"cpu-time\"}", 1.0),
        ("runtime_refusals_num{reason=\"memory-limit\"}", 1.0),
        ("runtime_refusals_num{reason=\"max-body\"}", 1.0),
    ] {
        assert!(metric(&text, series) >= least, "{series} in\n{text}");
    }
}

/// Under the name of the setting, as in the message.
#[test]
fn refusals_are_counted_by_their_limit() {
    let limits = ["--max-aliases", "2", "--max-root-fields", "3", "--max-operation-calls", "2", "--max-tokens", "40"];
    let more = ["--max-selection-depth", "4", "--max-depth", "2", "--max-response", "20"];
    let (_app, runner) = faults(&[&limits[..], &more].concat());
    let post = |query: &str| runner.post("/graphql", &json!({"query": query}).to_string());
    for (query, limit) in [
        ("{ a: counter b: counter c: counter }", "max-aliases"),
        ("{ counter counter counter counter }", "max-root-fields"),
        ("{ counter startedAt panics }", "max-operation-calls"),
        ("{ counter { a { b { c { d { e } } } } } }", "max-selection-depth"),
        (&format!("{{ counter {} }}", "@include(if: true) ".repeat(20)), "max-tokens"),
        ("{ startedAt a: startedAt }", "max-response"),
    ] {
        let (_, body) = post(query);
        assert!(body.contains(&format!("(limit `{limit}`)")), "{query}: {body}");
        let (_, text) = runner.get("/metrics");
        assert!(metric(&text, &format!("runtime_refusals_num{{reason=\"{limit}\"}}")) >= 1.0, "{limit} in\n{text}");
    }
}

/// Starts the runner without a port to wait for; exit code and log.
fn refused(artifact: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = runner::command(artifact).args(arguments).output().expect("modus-runner runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn configuration_is_checked_first() {
    let app = app::compile(&guests::build("examples/people"), app::OPEN);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    assert_eq!(refused(&app.artifact, &["--check-config"]).0, Some(0));

    let bad = write("bad.json", "{\"endpoints\": 1}");
    let endpoint = json!({"type": "graphql", "path": "/graphql", "auth": "none"});
    let twice = write("twice.json", &json!({"endpoints": {"a": endpoint, "b": endpoint}}).to_string());
    for (arguments, words) in [
        (&["--manifest", &bad][..], "endpoints"),
        (&["--manifest", "/nowhere/modus.json"], "/nowhere/modus.json"),
        (&["--check-config", "--manifest", &twice], "cannot be served"),
        (&["--app-path", "/nowhere"], "/nowhere is not a folder"),
        (&["--secrets-dir", "/nowhere"], "/nowhere is not a folder"),
        (&["-useKubernetesSecret", "-kubernetesSecretName", "a/b"], "--secrets-dir"),
    ] {
        let (code, log) = refused(&app.artifact, arguments);
        assert_eq!((code, log.contains(words)), (Some(64), true), "{arguments:?}: {log}");
        assert!(!log.contains("Listening"), "{log}");
    }
    assert_eq!(refused("/nowhere/app.cwasm".as_ref(), &[]).0, Some(1));
    assert_eq!(refused(&app.artifact, &["--deadline", "none"]).0, Some(2));
}

#[test]
fn flags_of_the_reference_name_the_folder_of_the_app() {
    let app = app::compile(&guests::build("examples/people"), app::OPEN);
    let folder = app.artifact.parent().unwrap();
    std::fs::write(folder.join("modus.json"), app::OPEN.replace("/graphql", "/other")).unwrap();
    let arguments = [format!("-appPath={}", folder.display()), "-refresh=1s".to_owned(), "-jsonlogs".to_owned()];
    let runner = Runner::start_without_artifact(&Options { arguments: arguments.to_vec(), ..Options::default() });
    assert_eq!(runner.post("/other", &query("{ sayHello }")).0, 200);
    assert_eq!(runner.post("/graphql", &query("{ sayHello }")).0, 404);

    std::fs::remove_file(&app.artifact).unwrap();
    let output = runner::bare_command().arg(&arguments[0]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{text}");
    assert!(text.contains("modusc ") && text.contains("app.wasm"), "{text}");
}

#[test]
fn secrets_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("MODUS_APP_KEY"), "from the folder\n").unwrap();
    let options = Options::arguments(&["--secrets-dir", folder.path().to_str().unwrap()]);
    let options = options.env("MODUS_APP_KEY", "a variable").env("MODUS_APP_OTHER", "a variable");
    let app = app::compile(&Language::Go.guest("http"), app::OPEN);
    let runner = Runner::start(&app.artifact, &options);
    let ask = |name: &str| runner.query(&format!("{{ secret(name: {name:?}) }}"));
    assert_eq!(ask("KEY")["data"]["secret"], "from the folder");
    assert_ne!(ask("OTHER")["errors"], Value::Null);
    std::fs::write(folder.path().join("MODUS_APP_KEY"), "changed").unwrap();
    assert_eq!(ask("KEY")["data"]["secret"], "changed");
}

#[test]
fn the_execution_is_named_in_log_error_and_header() {
    let (_app, runner) = people(&Options::default());
    let id = |text: &str| runner.answer_headers("/graphql", &query(text), &[]).get("x-execution-id").cloned();
    let one = id("{ sayHello }").expect("a call has an id");
    runner.wait_for_log(|record| record["execution_id"] == one && record["function"] == "sayHello");
    assert_eq!(id("{ sayHello people { name } }"), None);
    assert_eq!(id("{ __typename }"), None);
    let answer = runner.query("{ person(id: 9999) { name } }");
    let id = &answer["errors"][0]["extensions"]["executionId"];
    runner.wait_for_log(|record| record["execution_id"] == *id && record["message"] == "Calling function.");
}

#[test]
fn the_log_is_filtered() {
    for (name, value, calls) in
        [("RUST_LOG", "info", true), ("RUST_LOG", "info,modus::app=off", false), ("MODUS_LOG_LEVEL", "info", true)]
    {
        let (_app, mut runner) = people(&Options::default().env(name, value));
        runner.query("{ sayHello }");
        runner.signal("TERM");
        runner.wait_for_log(|record| record["message"] == "Shut down.");
        assert_eq!(runner.log().contains("Calling function."), calls, "{name}={value}\n{}", runner.log());
    }
}
