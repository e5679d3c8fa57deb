//! Promise: a call may wait for long and compute for less: each has its limit, the first to be reached ends the call, and
//! is named. Nothing here looks at a clock: the limits are far enough apart to tell which one it was.

use std::time::Duration;

use abi::value::Value as Passed;
use runner::limits::Limits;
use runner::sandbox;
use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::in_process::{self, Guest};
use tests::runner::{Options, Runner};
use tests::services::until;
use tests::slow_model::SlowModel;

/// A provider, an app that asks it, and a runner with these limits.
fn serve(language: Language, arguments: &[&str]) -> (SlowModel, App, Runner) {
    let model = SlowModel::start();
    let manifest = app::open_with(&json!({
        "models": {"chat": {"sourceModel": "m", "connection": "provider", "path": "v1/chat/completions"}},
        "connections": {"provider": {"type": "http", "baseUrl": model.url}},
    }));
    let app = app::compile(&language.guest("turns"), &manifest.to_string());
    let runner = Runner::start(&app.artifact, &Options::arguments(arguments));
    (model, app, runner)
}

/// How often a series of `/metrics` was counted.
fn count(runner: &Runner, series: &str) -> u64 {
    runner.metric(series).map_or(0, |count| count as u64)
}

/// Each query is ended with this message. The log has it, and both metrics count it under this name and no other.
#[track_caller]
fn ended(language: Language, runner: &Runner, queries: &[&str], message: &str, log: &str, limit: &str) {
    for query in queries {
        let answer = runner.query(query);
        let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(matches!(errors, [one] if one["message"] == message), "{language:?} {query}: {answer}");
    }
    let record = runner.wait_for_log(|record| record["message"] == log);
    assert_eq!((&record["error"], &record["level"]), (&json!(message), &json!("warn")), "{language:?}: {record}");
    for name in ["cpu-time", "deadline"] {
        let expected = if name == limit { queries.len() as u64 } else { 0 };
        for series in ["runtime_refusals_num{reason", "runtime_function_failures_num{ending"] {
            let series = format!("{series}=\"{name}\"}}");
            // A call that is late is counted when its thread hears of it, which may be after the client.
            until(&series, || count(runner, &series) >= expected);
            assert_eq!(count(runner, &series), expected, "{language:?}: {series}");
        }
    }
}

const TIMED_OUT: &str = "Function execution timed out.";
const USED_UP: &str = "Function execution used up its CPU time.";

/// The waits take three times as long as the call may compute.
#[test]
fn waiting_is_not_computing() {
    for language in Language::ALL {
        let (_model, _app, runner) = serve(language, &["--cpu-time", "1"]);
        assert_eq!(runner.query(r#"{ asks(prompt: "1500", times: 2) }"#), json!({"data": {"asks": "1500"}}));
        let message = "the function used more than 1 s of CPU time (limit `cpu-time`)";
        ended(language, &runner, &["{ loops }"], message, USED_UP, "cpu-time");
    }
}

/// Also where the function never computes for a whole turn, wherever it is in between.
#[test]
fn what_is_computed_between_calls_of_the_host_adds_up() {
    for language in Language::ALL {
        let (_model, _app, runner) = serve(language, &["--cpu-time", "0.25"]);
        let queries = [r#"{ loopsWithWaits(prompt: "0") }"#, "{ loopsWithCalls }", "{ loopsWithSleeps }"];
        let message = "the function used more than 0.25 s of CPU time (limit `cpu-time`)";
        ended(language, &runner, &queries, message, USED_UP, "cpu-time");
    }
}

#[test]
fn waiting_has_its_own_limit() {
    for language in Language::ALL {
        // A request that takes too long would end before the call, by its own limit.
        let (_model, _app, runner) = serve(language, &["--deadline", "1", "--http-timeout", "30"]);
        let queries = [r#"{ asks(prompt: "held", times: 1) }"#, r#"{ asks(prompt: "200", times: 1000) }"#];
        ended(
            language,
            &runner,
            &queries,
            "the function timed out after 1 s (limit `deadline`)",
            TIMED_OUT,
            "deadline",
        );
    }
}

/// A deadline that comes before the computing is too long ends calls that compute as well.
#[test]
fn the_first_limit_to_be_reached_counts() {
    for language in Language::ALL {
        let (_model, _app, runner) = serve(language, &["--deadline", "0.5", "--cpu-time", "20"]);
        let message = "the function timed out after 0.5 s (limit `deadline`)";
        ended(language, &runner, &["{ loops }"], message, TIMED_OUT, "deadline");
    }
}

/// Two calls that together compute for longer than one may.
#[test]
fn each_call_of_a_request_has_its_own_time() {
    for language in Language::ALL {
        let (_model, _app, runner) = serve(language, &["--cpu-time", "1"]);
        let answer = runner.query("{ a: computes(milliseconds: 600) b: computes(milliseconds: 600) }");
        assert_eq!(answer["errors"], Value::Null, "{language:?}: {answer}");
    }
}

/// The time begins anew with each call of an instance that is kept.
#[test]
fn instances_that_are_kept() {
    let limits = Limits { cpu_time: Duration::from_secs(1), ..Limits::default() };
    for language in Language::ALL {
        let guest = Guest::load(&language.guest("turns"), sandbox::Options::from(&limits));
        guest.with_kept(|kept| {
            let computes = guest.request("computes", &[Passed::Int(400)]);
            for _ in 0..4 {
                in_process::value(kept.call(&computes)).expect("it has time enough");
            }
            let error = in_process::value(kept.call(&guest.request("loops", &[])));
            let message = "the function used more than 1 s of CPU time (limit `cpu-time`)";
            assert_eq!(error, Err(message.to_owned()), "{language:?}");
        });
    }
}

/// While a call may wait for minutes, the end of the process waits no longer than it says.
#[test]
fn the_end_of_the_runner_waits_for_nobody_that_long() {
    for language in Language::ALL {
        let (model, _app, mut runner) = serve(language, &["--shutdown-timeout", "0.5"]);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let query = json!({"query": r#"{ asks(prompt: "held", times: 1) }"#}).to_string();
                let agent = ureq::agent();
                let url = format!("{}/graphql", runner.url);
                let answer = agent.post(url).content_type("application/json").send(query);
                assert!(answer.is_err(), "{language:?}: the call is cut");
            });
            assert_eq!(model.wait_for(1, Duration::from_secs(20)), 1);
            runner.send_signal("TERM");
            let record = runner.wait_for_log(|record| record["message"] == "Shut down.");
            assert_eq!((&record["finished"], &record["cut"]), (&json!(0), &json!(1)), "{language:?}: {record}");
        });
        assert_eq!(runner.wait(), Some(0), "{language:?}");
    }
}
