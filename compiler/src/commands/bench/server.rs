//! The server under test, a process of its own.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use loadgen::cores::Cores;
use loadgen::process::Process;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::unix::pipe::Receiver;

use crate::codes;
use crate::diagnostic::Diagnostic;

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);
/// Lines of the log that are kept for a message.
const TAIL: usize = 8;
/// Variables by which the line with the address could be kept out of the log.
const LOG_FILTERS: [&str; 2] = ["RUST_LOG", "MODUS_LOG_LEVEL"];

/// How to start a server.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) program: PathBuf,
    /// What comes before our own flags, which count for more.
    pub(super) arguments: Vec<OsString>,
    /// Variables beside those of this process.
    pub(super) variables: Vec<(String, String)>,
    /// Where it runs; this process keeps to the other cores.
    pub(super) cores: Option<Cores>,
}

/// A running server; it ends when this is dropped.
pub(super) struct Server {
    process: Process,
    tail: Tail,
    pub(super) address: SocketAddr,
    /// The app's environment, such as `prod`.
    pub(super) environment: String,
}

/// The last lines of a log.
#[derive(Clone, Default)]
struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Launch {
    /// Starts a server and waits until it listens.
    ///
    /// # Errors
    /// It cannot be started, ends, or does not listen in time; with the end of its log.
    pub(super) async fn start(&self) -> Result<Server, Diagnostic> {
        let shown = self.program.display();
        let failed = |what: &str, error: std::io::Error| {
            Diagnostic::error(codes::BENCH, format!("cannot {what} {shown}: {error}"))
        };
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(["--host", "127.0.0.1", "--port", "0", "--json-logs"]);
        LOG_FILTERS.iter().for_each(|name| _ = command.env_remove(name));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = Process::spawn(command, self.cores.as_ref()).map_err(|error| failed("run", error))?;
        let pipe = process.take_stderr().ok_or(std::io::ErrorKind::BrokenPipe.into());
        let pipe = pipe.and_then(|pipe| Receiver::from_owned_fd(OwnedFd::from(pipe)));
        let pipe = pipe.map_err(|error| failed("read the log of", error))?;
        let mut log = BufReader::new(pipe);
        let tail = Tail::default();
        let found = tokio::time::timeout(PATIENCE, listening(&mut log, &tail)).await;
        let Ok(Some((address, environment))) = found else {
            let what = match found {
                Err(_) => format!("{shown} does not listen after {} s", PATIENCE.as_secs()),
                Ok(_) => format!("{shown} ended before it listened"),
            };
            return Err(tail.explain(&what));
        };
        let kept = tail.clone();
        // Read to the end: a server whose log nobody reads would wait for room in the pipe.
        tokio::spawn(async move { while next_line(&mut log, &kept).await.is_some() {} });
        Ok(Server { process, tail, address, environment })
    }
}

/// The address and the environment in the log; `None` at its end.
async fn listening(log: &mut BufReader<Receiver>, tail: &Tail) -> Option<(SocketAddr, String)> {
    loop {
        let line = next_line(log, tail).await?;
        let Ok(record) = serde_json::from_str::<Value>(&line) else { continue };
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        if let Some(address) = text("address").and_then(|address| address.parse().ok()) {
            return Some((address, text("environment").unwrap_or_default().to_owned()));
        }
    }
}

async fn next_line(log: &mut BufReader<Receiver>, tail: &Tail) -> Option<String> {
    let mut line = Vec::new();
    let count = log.read_until(b'\n', &mut line).await.unwrap_or(0);
    (count > 0).then(|| {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        tail.push(&line);
        line
    })
}

impl Tail {
    fn push(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == TAIL {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }

    /// An error with the end of the log.
    fn explain(&self, what: &str) -> Diagnostic {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let texts: Vec<String> = lines.iter().filter_map(|line| complaint(line)).collect();
        let colon = if texts.is_empty() { "" } else { ":\n" };
        Diagnostic::error(codes::BENCH, format!("{what}{colon}{}", texts.join("\n")))
    }
}

/// What a line of the log says for people; `None` for news that are no complaint.
fn complaint(line: &str) -> Option<String> {
    let Ok(record) = serde_json::from_str::<Value>(line) else { return Some(line.to_owned()) };
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let calm = matches!(text("level"), Some("info" | "debug" | "trace"));
    (!calm).then(|| text("message").unwrap_or(line).to_owned())
}

impl Server {
    /// An error when the server has ended by itself.
    ///
    /// # Errors
    /// That it has.
    pub(super) fn check_alive(&mut self) -> Result<(), Diagnostic> {
        match self.process.ended() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.tail.explain(&format!("the server ended while it was measured ({status})"))),
            Err(error) => Err(self.tail.explain(&format!("the server is lost: {error}"))),
        }
    }

    /// Time since just before the process was started.
    pub(super) fn age(&self) -> Duration {
        self.process.age()
    }

    /// Resident memory now and at its peak, in bytes; `None` where the system does not tell.
    pub(super) fn memory(&self) -> Option<(u64, u64)> {
        self.process.memory("VmRSS").ok().zip(self.process.memory("VmHWM").ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_told_from_news() {
        assert_eq!(complaint(r#"{"level":"info","message":"Serving."}"#), None);
        assert_eq!(complaint(r#"{"level":"error","message":"no"}"#), Some("no".to_owned()));
        assert_eq!(complaint("modus-runner: no such file"), Some("modus-runner: no such file".to_owned()));
    }
}
