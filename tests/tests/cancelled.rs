//! Promise: a client that goes away ends its queries at once, and what it changes is changed to the end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app;
use tests::exchange;
use tests::guests::Apps as _;
use tests::guests::Language::{self, AssemblyScript, Go};
use tests::raw::Raw;
use tests::runner::{Options, Runner};
use tests::stand_in::{Reply, StandIn};

/// Asks, goes away, and waits for the log to say so.
fn leave(runner: &Runner, query: &str, headers: &[(&str, &str)]) {
    leave_behind(runner, query, headers, ["", ""]);
}

/// The records of the log with this message.
fn records(runner: &Runner, message: &str) -> Vec<Value> {
    let log = runner.log();
    let records = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    records.filter(|record| record["message"] == message).collect()
}

/// Waits until the log has more records with this message than so many; the answer is the last one.
fn another(runner: &Runner, message: &str, before: usize) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let mut records = records(runner, message);
        if records.len() > before {
            return records.pop().expect("one more");
        }
        assert!(Instant::now() < end, "no more of \"{message}\": {}", runner.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The same, with more bytes behind the request, at once and later.
fn leave_behind(runner: &Runner, query: &str, headers: &[(&str, &str)], more: [&str; 2]) {
    let [called, cancelled] = ["Calling function.", "Function execution was cancelled."];
    let [before, cancelled_before] = [called, cancelled].map(|message| records(runner, message).len());
    let mut client = Raw::connect(runner);
    let [at_once, later] = more;
    client.send(Raw::post(&json!({"query": query}).to_string(), headers) + at_once);
    another(runner, called, before);
    // It is inside the guest now, and not on the way there.
    std::thread::sleep(Duration::from_millis(200));
    client.send(later);
    let left = Instant::now();
    drop(client);
    let record = another(runner, cancelled, cancelled_before);
    // Long before it would have ended by itself.
    assert!(left.elapsed() < Duration::from_secs(3), "{query}: {:?}", left.elapsed());
    assert!(record["execution_id"].is_string(), "{record}");
}

fn start(language: Language) -> (app::App, Runner) {
    app::compile(&language.guest("faults"), app::OPEN).serve(&Options::default())
}

#[test]
fn loops() {
    for language in Language::ALL {
        leave(&start(language).1, "{ loops }", &[]);
    }
    // Also where the answer has begun.
    leave(&start(Go).1, "{ loops }", &[("accept", "text/event-stream")]);
}

#[test]
fn waits() {
    leave(&start(Go).1, "{ sleeps(ms: 20000) }", &[]);
    let stand_in = StandIn::with(|_| {
        std::thread::sleep(Duration::from_secs(20));
        Reply::body("late")
    });
    let connection = json!({"local": {"type": "http", "baseUrl": stand_in.url}});
    let (_app, runner) = exchange::serve(AssemblyScript, &connection, &Options::default());
    leave(&runner, &format!(r#"{{ text(url: "{}") }}"#, stand_in.url), &[]);
}

/// A client that sent more than its request is gone as well, whatever it is that it sent.
#[test]
fn waits_with_something_behind_the_request() {
    let (_app, runner) = start(Go);
    let next = Raw::post(&json!({"query": "{ ok(v: 1) }"}).to_string(), &[]);
    for more in [["x", ""], ["\r\n", ""], ["\r\n", "and more"], ["", "x"], [&next, ""]] {
        leave_behind(&runner, "{ sleeps(ms: 20000) }", &[], more);
    }
    leave_behind(&runner, "{ sleeps(ms: 20000) }", &[("accept", "text/event-stream")], ["\r\n", ""]);
}

/// A stand-in that takes half a second, and an app that posts to it.
fn slow_posts() -> (StandIn, app::App, Runner) {
    let stand_in = StandIn::with(|_| {
        std::thread::sleep(Duration::from_millis(500));
        Reply::body("done")
    });
    let connection = json!({"local": {"type": "http", "baseUrl": stand_in.url}});
    let (app, runner) = exchange::serve(AssemblyScript, &connection, &Options::default());
    (stand_in, app, runner)
}

/// Begins a mutation with two fields and goes away during the first.
fn begin(stand_in: &StandIn, runner: &Runner, accept: &str) {
    let mut client = Raw::connect(runner);
    let before = stand_in.requests().len();
    let post = |name: &str| format!(r#"{name}: post(url: "{}", body: "{name}")"#, stand_in.url);
    let mutation = format!("mutation {{ {} {} }}", post("one"), post("two"));
    client.send(Raw::post(&json!({"query": mutation}).to_string(), &[("accept", accept)]));
    wait_for_requests(stand_in, runner, before + 1);
}

fn wait_for_requests(stand_in: &StandIn, runner: &Runner, count: usize) {
    let end = Instant::now() + Duration::from_secs(20);
    while stand_in.requests().len() < count {
        assert!(Instant::now() < end, "a field was not called: {}", runner.log());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn mutations_run_to_their_end() {
    let (stand_in, _app, runner) = slow_posts();
    for accept in ["*/*", "text/event-stream"] {
        let before = stand_in.requests().len();
        begin(&stand_in, &runner, accept);
        wait_for_requests(&stand_in, &runner, before + 2);
    }
    std::thread::sleep(Duration::from_millis(700));
    assert!(!runner.log().contains("cancelled"), "{}", runner.log());
}

#[test]
fn the_runner_waits_for_them_when_it_ends() {
    let (stand_in, _app, mut runner) = slow_posts();
    begin(&stand_in, &runner, "*/*");
    assert_eq!(runner.signal("TERM"), Some(0));
    assert_eq!(stand_in.requests().len(), 2, "{}", runner.log());
}
