//! Promise: the log never holds the runner up. Where nobody reads it, lines are dropped and counted, requests and probes are
//! answered, and signals are heard; where somebody reads again, the lines are whole, and one says how many are missing. What
//! guests say is escaped.

use std::io::{BufRead as _, BufReader, PipeReader};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::runner::{self, Options, Runner};
use tests::services::free_port;

/// Calls in one request; each writes two lines.
const CALLS: usize = 50;
/// Requests whose lines are several times what the pipe and the buffer hold.
const REQUESTS: usize = 400;
/// Requests after the first line is dropped.
const FURTHER: usize = 20;

/// A runner whose standard error is a pipe; ended with the test.
struct Process {
    child: Child,
    url: String,
    agent: ureq::Agent,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn faults(language: Language) -> App {
    app::compile(&language.guest("faults"), app::OPEN)
}

/// Calls a function that does nothing, many times.
fn many(language: Language) -> String {
    let field = if language == Language::Go { r#"env(name: "TZ")"# } else { "ok(v: 1)" };
    let fields: Vec<String> = (0..CALLS).map(|index| format!("c{index}: {field}")).collect();
    json!({"query": format!("{{ {} }}", fields.join(" "))}).to_string()
}

impl Process {
    /// Starts a runner of which only the first cores may be used, and waits until it is ready.
    fn start(app: &App, cores: &str) -> (Self, PipeReader) {
        let port = free_port();
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let runner = runner::command(&app.artifact);
        let mut command = Command::new("taskset");
        command.args(["-c", cores]).arg(runner.get_program()).args(runner.get_args());
        command.env_clear().env("PATH", "/usr/bin:/bin");
        command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--json-logs"]).stderr(writer);
        let child = command.spawn().expect("taskset is installed");
        // Closes the writing end here.
        drop(command);
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = config.timeout_global(Some(Duration::from_secs(20))).build().into();
        let process = Self { child, url: format!("http://127.0.0.1:{port}"), agent };
        let end = Instant::now() + Duration::from_secs(20);
        while process.agent.get(format!("{}/readyz", process.url)).call().is_err() {
            assert!(Instant::now() < end, "the runner does not get ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        (process, reader)
    }

    fn get(&self, path: &str) -> String {
        let mut response = self.agent.get(format!("{}{path}", self.url)).call().expect("the server answers");
        assert_eq!(response.status().as_u16(), 200, "{path}");
        response.body_mut().read_to_string().expect("text")
    }

    fn post(&self, body: &str) {
        let post = self.agent.post(format!("{}/graphql", self.url)).header("content-type", "application/json");
        let text = post.send(body).expect("the server answers").body_mut().read_to_string().expect("text");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(answer["data"].as_object().map(|data| data.len()), Some(CALLS), "{answer}");
        assert_eq!(answer["errors"], Value::Null, "{answer}");
    }

    /// Lines that were dropped so far.
    fn dropped(&self) -> u64 {
        let text = self.get("/metrics");
        let value = text.lines().find_map(|line| line.strip_prefix("runtime_log_lines_dropped_num "));
        value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no such metric in\n{text}"))
    }

    /// Asks until lines are dropped, and on. Everything is answered meanwhile, and probes at once.
    fn flood(&self, language: Language) {
        let body = many(language);
        let mut further = FURTHER;
        for _ in 0..REQUESTS {
            self.post(&body);
            self.probe();
            further -= usize::from(self.dropped() > 0);
            if further == 0 {
                return;
            }
        }
        panic!("nothing is dropped:\n{}", self.get("/metrics"));
    }

    /// Asks whether the runner is alive. One answer may be late because the machine is busy; a runner that waits for the
    /// log's reader is late each time.
    fn probe(&self) {
        let time = || {
            let started = Instant::now();
            self.get("/livez");
            started.elapsed()
        };
        let times: Vec<Duration> = (0..3).map(|_| time()).collect();
        assert!(times.iter().any(|time| *time < Duration::from_secs(2)), "/livez took {times:?}");
    }

    /// Sends SIGTERM; the exit code, which has to be there in time.
    fn terminate(&mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return status.code();
            }
            assert!(Instant::now() < end, "SIGTERM does not end it");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn a_log_that_nobody_reads() {
    for language in Language::ALL {
        let app = faults(language);
        for cores in ["0", "0,1"] {
            // Not read, but not closed either.
            let (mut process, _unread) = Process::start(&app, cores);
            process.flood(language);
            assert_eq!(process.terminate(), Some(0), "{language:?} on {cores}");
        }
    }
}

fn is_notice(record: &Value) -> bool {
    record["message"] == "Log lines were dropped: standard error was not read fast enough."
}

#[test]
fn a_log_that_is_read_late() {
    for language in Language::ALL {
        let app = faults(language);
        let (mut process, reader) = Process::start(&app, "0,1");
        process.flood(language);
        let dropped = process.dropped();
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || BufReader::new(reader).lines().try_for_each(|line| send.send(line.expect("text"))));
        let mut records = Vec::new();
        let mut next = || {
            let line = lines.recv_timeout(Duration::from_secs(20)).ok()?;
            let record: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            records.push(record);
            records.last().map(is_notice)
        };
        while !next().expect("the log tells of lines that are missing") {}
        process.post(&many(language));
        assert_eq!(process.terminate(), Some(0));
        while next().is_some() {}
        let notices: Vec<&Value> = records.iter().filter(|record| is_notice(record)).collect();
        let [notice] = notices.as_slice() else { panic!("{notices:?}") };
        assert_eq!((&notice["level"], &notice["lines"]), (&json!("warn"), &json!(dropped)), "{notice}");
        assert_eq!(records.first().map(|record| &record["message"]), Some(&json!("Serving.")));
        assert_eq!(records.last().map(|record| &record["message"]), Some(&json!("Shut down.")));
    }
}

/// With the buffer's whole content still to be written, the end waits for a reader that is slow but there.
#[test]
fn the_end_loses_nothing() {
    let app = faults(Language::AssemblyScript);
    let mut runner = Runner::start(&app.artifact, &Options::default());
    runner.query("{ logFlood(count: 3000) }");
    assert_eq!(runner.signal("TERM"), Some(0));
    runner.wait_for_log(|record| record["message"] == "Shut down.");
    let log = runner.log();
    for index in 0..3000 {
        assert!(log.contains(&format!("\"text\":\"line {index}\"")), "line {index} is missing");
    }
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

/// What is wrong at the start is there, whole, before the process ends.
#[test]
fn a_start_that_fails_is_told() {
    let app = faults(Language::AssemblyScript);
    let output = runner::command(&app.artifact)
        .env("RUST_LOG", "modus=loud")
        .args(["--json-logs", "--host", "192.0.2.1", "--port", "9"])
        .output()
        .expect("modus-runner runs");
    let log = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{log}");
    let [warning, error] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
    assert!(warning.contains("RUST_LOG is ignored"), "{log}");
    assert!(error.starts_with("modus-runner: ") && error.contains("192.0.2.1"), "{log}");
}

#[test]
fn long_texts_are_cut_and_the_line_stays_json() {
    let app = faults(Language::AssemblyScript);
    let runner = Runner::start(&app.artifact, &Options::default());
    let text = "\u{1b}\"x".repeat(100_000);
    runner.ask("query($v: String!) { logs(v: $v) }", &json!({"v": text}));
    let record = runner.wait_for_log(|record| record["level"] == "debug" && record["text"].is_string());
    let shown = record["text"].as_str().expect("text");
    assert!(shown.starts_with("\u{1b}\"x\u{1b}") && shown.ends_with(" [cut: it has 300000 bytes]"), "{record}");
    assert!(record.to_string().len() < 70_000 && record["execution_id"].is_string(), "{record}");
}

/// A guest cannot write a line that looks like one of the runner's, or steer the terminal.
#[test]
fn debugging_messages_are_escaped() {
    let forged = "2026-01-01T00:00:00.000Z error Shut down.\u{1b}[2J";
    let app = faults(Language::AssemblyScript);
    let body = json!({"query": "query($v: String!) { logs(v: $v) }", "variables": {"v": format!("a\n{forged}")}});

    let runner = Runner::start(&app.artifact, &Options::default().env("MODUS_DEBUG", "true"));
    assert_eq!(runner.post("/graphql", &body.to_string()).0, 200);
    let text = json!(format!("a\n{forged}"));
    let record = runner.wait_for_log(|record| record["level"] == "debug" && record["text"] == text);
    assert_eq!(record["message"], "Message logged from function.");

    // As people see it.
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}/graphql");
    let mut command = runner::command(&app.artifact);
    command.env("MODUS_DEBUG", "true").args(["--host", "127.0.0.1", "--port", &port.to_string()]);
    let child = command.stderr(std::process::Stdio::piped()).spawn().expect("modus-runner");
    let end = Instant::now() + Duration::from_secs(20);
    let post = || ureq::post(&url).header("content-type", "application/json").send(body.to_string());
    while post().is_err() {
        assert!(Instant::now() < end, "no answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    let killed = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    let log = String::from_utf8(child.wait_with_output().expect("it ends").stderr).expect("text");
    let line = log.lines().find(|line| line.ends_with(r"debug a\n2026-01-01T00:00:00.000Z error Shut down.\u{1b}[2J"));
    assert!(line.is_some_and(|line| line.starts_with("20")), "{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
}
