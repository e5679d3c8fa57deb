//! Promise: what the process is given, and what its clients take away, does not end it: standard files that are closed,
//! a log that nobody reads any more, clients that are gone before their answer.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tests::app::{self, App};
use tests::guests;
use tests::runner::{self, Options, Runner};
use tests::services::free_port;

const BODY: &str = r#"{"query":"{ sayHello }"}"#;

fn people() -> App {
    app::compile(&guests::build("examples/people"), app::OPEN)
}

/// A process that is ended with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks until there is an answer.
#[track_caller]
fn expect_hello(port: u16) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let post = ureq::post(format!("http://127.0.0.1:{port}/graphql")).header("Content-Type", "application/json");
        let answer = post.send(BODY);
        match answer {
            Ok(mut answer) => {
                let text = answer.body_mut().read_to_string().expect("text");
                assert_eq!(text, r#"{"data":{"sayHello":"Hello!"}}"#);
                return;
            }
            Err(error) => assert!(Instant::now() < deadline, "no answer: {error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn standard_files_that_are_closed() {
    let app = people();
    let port = free_port();
    let runner = runner::command(&app.artifact);
    let mut closing = Command::new("sh");
    closing.args(["-c", r#"exec "$0" "$@" <&- >&- 2>&-"#]).arg(runner.get_program()).args(runner.get_args());
    let started = closing.args(["--host", "127.0.0.1", "--port", &port.to_string()]).spawn().expect("sh");
    let process = Process(started);
    expect_hello(port);
    for file in 0..3 {
        let opened = std::fs::read_link(format!("/proc/{}/fd/{file}", process.0.id())).expect("it is open");
        assert_eq!(opened.to_str(), Some("/dev/null"), "file {file}");
    }
}

#[test]
fn a_log_that_nobody_reads_any_more() {
    let app = people();
    let port = free_port();
    let mut command = runner::command(&app.artifact);
    command.args(["--host", "127.0.0.1", "--port", &port.to_string()]).stderr(Stdio::piped());
    let mut process = Process(command.spawn().expect("modus-runner"));
    expect_hello(port);
    drop(process.0.stderr.take());
    for _ in 0..3 {
        expect_hello(port);
    }
}

#[test]
fn a_log_that_nobody_reads_from_the_start() {
    let app = people();
    let port = free_port();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = runner::command(&app.artifact);
    // Faulty, so that there is a line before everything else.
    command.env("RUST_LOG", "modus=loud").args(["--host", "127.0.0.1", "--port", &port.to_string()]).stderr(writer);
    let _process = Process(command.spawn().expect("modus-runner"));
    expect_hello(port);
}

#[test]
fn clients_that_are_gone_before_their_answer() {
    let app = people();
    let runner = Runner::start(&app.artifact, &Options::default());
    let address: SocketAddr = runner.url.trim_start_matches("http://").parse().expect("an address");
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    for _ in 0..50 {
        let mut stream = TcpStream::connect(address).expect("it listens");
        // Answers to the later ones are written to a connection that was reset at the first.
        stream.write_all(request.repeat(20).as_bytes()).expect("room for requests");
    }
    let answer = runner.query("{ sayHello }");
    assert_eq!(answer["data"]["sayHello"], "Hello!");
}

/// Exit code and standard error of a runner that does not get as far as serving.
fn failed(artifact: &Path, limit: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let runner = runner::command(artifact);
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("{limit} exec \"$0\" \"$@\"")]).arg(runner.get_program()).args(runner.get_args());
    let output = limited.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").output().expect("sh");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn too_few_files_that_may_be_open() {
    let app = people();
    for files in [4, 7, 8, 9, 31] {
        for arguments in [&["--port", "0"][..], &["--check-config"]] {
            let (code, log) = failed(&app.artifact, &format!("ulimit -n {files};"), arguments);
            assert_eq!(code, Some(1), "{files}: {log}");
            assert!(log.contains(&format!("only {files} files may be open")) && log.lines().count() == 1, "{log}");
        }
    }
    // The least that is allowed is enough.
    assert_eq!(failed(&app.artifact, "ulimit -n 32;", &["--check-config"]).0, Some(0));
}

#[test]
fn addresses_that_cannot_be_listened_on() {
    let app = people();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    let port = taken.port().to_string();
    for (arguments, words) in [
        (&["--host", "127.0.0.1", "--port", &port][..], "choose another port with --port"),
        (&["--host", "192.0.2.1", "--port", "0"], "this machine has no such address; name one of its own with --host"),
        (
            &["--host", "127.0.0.1", "--port", "0", "--admin-address", &taken.to_string()],
            "choose another port with --admin-address",
        ),
        (&["--host", "127.0.0.1", "--port", "0", "--admin-address", "192.0.2.1:1"], "with --admin-address"),
    ] {
        let (code, log) = failed(&app.artifact, "", arguments);
        assert_eq!(code, Some(1), "{log}");
        assert!(log.contains("cannot listen on") && log.contains(words), "{arguments:?}: {log}");
    }
}
