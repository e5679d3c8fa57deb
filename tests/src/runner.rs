//! Running the real modus-runner and asking it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::services::free_port;
use crate::surroundings::{Surrounded, Surroundings};

/// A running server; killed when dropped.
pub struct Runner {
    child: Child,
    /// `http://127.0.0.1:<port>`
    pub url: String,
    log: Arc<Mutex<String>>,
    /// The log, where nobody reads it.
    _unread: Option<ChildStderr>,
    _files: Option<TempDir>,
}

/// How to start a runner.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Further arguments.
    pub arguments: Vec<String>,
    /// Further environment variables.
    pub environment: Vec<(String, String)>,
    /// What the machine gives it.
    pub surroundings: Surroundings,
}

impl Options {
    /// With command-line arguments.
    pub fn arguments(arguments: &[&str]) -> Self {
        Self { arguments: arguments.iter().map(ToString::to_string).collect(), ..Self::default() }
    }

    /// With an environment variable more.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The command without the arguments.
pub fn command(artifact: &Path) -> Command {
    let mut command = bare_command();
    command.arg(artifact);
    command
}

/// The same without an artifact.
pub fn bare_command() -> Command {
    clean(&crate::binary("modus-runner"))
}

/// A command in a clean environment, so that the machine's own settings do not matter.
fn clean(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin");
    command
}

impl Runner {
    /// Starts a runner on a free port and waits until it listens.
    pub fn start(artifact: &Path, options: &Options) -> Self {
        Self::spawn(command(artifact), options)
    }

    /// The same for an executable app.
    pub fn start_program(program: &Path, options: &Options) -> Self {
        Self::spawn(clean(program), options)
    }

    /// Starts a runner that finds its artifact by its arguments.
    pub fn start_without_artifact(options: &Options) -> Self {
        Self::spawn(bare_command(), options)
    }

    /// Starts a command of the caller's that becomes a runner.
    pub fn start_command(command: Command, options: &Options) -> Self {
        Self::spawn(command, options)
    }

    fn spawn(command: Command, options: &Options) -> Self {
        let Surrounded { mut command, files } = options.surroundings.around(command);
        let port = if options.surroundings.unread_log { free_port() } else { 0 };
        let mut child = command
            .args(["--port", &port.to_string(), "--host", "127.0.0.1", "--json-logs"])
            .args(&options.arguments)
            .envs(options.environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("modus-runner starts");
        let log = Arc::new(Mutex::new(String::new()));
        let mut stderr = child.stderr.take();
        let address = if options.surroundings.unread_log {
            wait_until_it_listens(SocketAddr::from(([127, 0, 0, 1], port)))
        } else {
            read_log(stderr.take().expect("stderr is piped"), &log)
        };
        Self { child, url: format!("http://{address}"), log, _unread: stderr, _files: files }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the runner has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The log's records once one of them satisfies `wanted`; fails after ten seconds.
    pub fn wait_for_log(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let log = self.log();
            let found = log.lines().filter_map(|line| serde_json::from_str(line).ok()).find(|record| wanted(record));
            match found {
                Some(record) => return record,
                None => assert!(Instant::now() < end, "no such record in the log:\n{log}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks a query without variables at `/graphql`.
    pub fn query(&self, query: &str) -> Value {
        self.ask(query, &json!({}))
    }

    /// Asks a query with variables at `/graphql`; the answer's body.
    pub fn ask(&self, query: &str, variables: &Value) -> Value {
        let (status, body) = self.post("/graphql", &json!({"query": query, "variables": variables}).to_string());
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    /// Posts a body; status and answer.
    pub fn post(&self, path: &str, body: &str) -> (u16, String) {
        self.send(path, body, &[])
    }

    /// Posts a body of JSON with further headers.
    pub fn send(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> (u16, String) {
        self.send_as(path, body, &[&[("content-type", "application/json")], headers].concat())
    }

    /// Posts a body with these headers.
    pub fn send_as(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let mut request = agent().post(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send(body).expect("the server answers");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("the answer is text"))
    }

    /// Posts a body; the headers of the answer, names in lower case.
    pub fn answer_headers(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut request = agent().post(format!("{}{path}", self.url)).content_type("application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        texts(request.send(body).expect("the server answers").headers())
    }

    /// Gets a path; status and answer.
    pub fn get(&self, path: &str) -> (u16, String) {
        self.get_as(path, &[])
    }

    /// Gets a path with these headers; status and answer.
    pub fn get_as(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let mut request = agent().get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.call().expect("the server answers");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("the answer is text"))
    }

    /// The number of a series of `/metrics`, by its name and labels, where it is there. Panics when that is no number.
    pub fn metric(&self, series: &str) -> Option<f64> {
        let text = self.get("/metrics").1;
        let number = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
        Some(number.parse::<f64>().unwrap_or_else(|error| panic!("{error}: {series} {number}")))
    }

    /// Gets a path without following redirects; status and headers, names in lower case.
    pub fn head_of(&self, path: &str, headers: &[(&str, &str)]) -> (u16, BTreeMap<String, String>) {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let mut request = ureq::Agent::from(config.build()).get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.call().expect("the server answers");
        (response.status().as_u16(), texts(response.headers()))
    }

    /// Sends OPTIONS; status and headers, names in lower case.
    pub fn options(&self, path: &str, headers: &[(&str, &str)]) -> (u16, BTreeMap<String, String>) {
        let mut request = agent().options(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.call().expect("the server answers");
        (response.status().as_u16(), texts(response.headers()))
    }

    /// Sends a signal and waits for the end; the exit code.
    pub fn signal(&mut self, signal: &str) -> Option<i32> {
        self.send_signal(signal);
        self.wait()
    }

    /// Sends a signal.
    pub fn send_signal(&self, signal: &str) {
        let signal = match signal {
            "TERM" => Signal::TERM,
            "INT" => Signal::INT,
            "HUP" => Signal::HUP,
            "KILL" => Signal::KILL,
            other => panic!("{other}"),
        };
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Waits for the end; the exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("the runner ends").code()
    }

    /// Waits so long for the end; the exit code, if it ended.
    pub fn wait_within(&mut self, time: Duration) -> Option<Option<i32>> {
        let end = Instant::now() + time;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return Some(status.code());
            }
            if Instant::now() > end {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What is mapped into the process, as `/proc/…/maps` has it.
    pub fn maps(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/maps", self.child.id())).expect("procfs")
    }

    /// Resident memory now and at its peak, in KiB.
    pub fn memory(&self) -> (u64, u64) {
        (self.status("VmRSS:"), self.status("VmHWM:"))
    }

    /// Threads now.
    pub fn threads(&self) -> u64 {
        self.status("Threads:")
    }

    /// A number of `/proc/…/status`.
    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("procfs");
        let line = status.lines().find(|line| line.starts_with(name));
        let line = line.unwrap_or_else(|| panic!("no {name} of a process that has ended?\n{}", self.log()));
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
    }
}

/// Collects the log on a thread of its own; the address of the record that tells it.
fn read_log(stderr: ChildStderr, log: &Arc<Mutex<String>>) -> String {
    let mut lines = BufReader::new(stderr);
    let address = loop {
        let mut line = String::new();
        let read = lines.read_line(&mut line).expect("the log is text");
        log.lock().unwrap().push_str(&line);
        assert!(read > 0, "modus-runner ended:\n{}", log.lock().unwrap());
        if let Some(address) = serde_json::from_str::<Value>(&line)
            .ok()
            .and_then(|record| record.get("address").and_then(Value::as_str).map(str::to_owned))
        {
            break address;
        }
    };
    let sink = Arc::clone(log);
    std::thread::spawn(move || {
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
            sink.lock().unwrap().push_str(&line);
            line.clear();
        }
    });
    address
}

fn wait_until_it_listens(address: SocketAddr) -> String {
    let end = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < end, "modus-runner does not listen");
        std::thread::sleep(Duration::from_millis(10));
    }
    address.to_string()
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn texts(headers: &ureq::http::HeaderMap) -> BTreeMap<String, String> {
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(180)))
        .build()
        .into()
}
