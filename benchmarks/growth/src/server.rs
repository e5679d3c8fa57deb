//! The runner as a process on a core of its own, and one connection to it.

use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use loadgen::client::{self, HeaderMap, Message};
use loadgen::cores::Cores;
use tokio::runtime::Runtime;

use crate::Result;

const RUNNER: &str = "target/release/modus-runner";
/// Core of the server; this program has the other.
const SERVER_CORE: usize = 1;
/// Core of this program.
const CLIENT_CORE: usize = 0;

/// A running server. It is killed when dropped.
pub(crate) struct Server {
    inner: loadgen::server::Server,
    runtime: Rc<Runtime>,
}

/// A connection that is kept open. It waits where it is asked: there is nothing else to do meanwhile.
pub(crate) struct Connection {
    inner: client::Connection,
    runtime: Rc<Runtime>,
}

/// Keeps this program, and all that it starts from now on but servers, on its core.
pub(crate) fn pin() -> Result<()> {
    Ok(Cores::of(&[CLIENT_CORE])?.enter()?)
}

/// A POST request with this body.
pub(crate) fn post(body: impl Into<String>) -> Message {
    Message::post("/graphql", &HeaderMap::new(), body.into())
}

impl Server {
    /// Starts the runner with an artifact.
    pub(crate) fn spawn(artifact: &Path, options: &[&str]) -> Result<Self> {
        let runtime = Rc::new(tokio::runtime::Builder::new_current_thread().enable_all().build()?);
        let command = |port: u16| {
            let mut command = Command::new(RUNNER);
            command.arg(artifact).args(["--host", "127.0.0.1", "--port", &port.to_string()]).args(options);
            command
        };
        let inner = loadgen::server::Server::spawn(command, &Cores::of(&[SERVER_CORE])?)?;
        Ok(Self { inner, runtime })
    }

    /// Time since just before the process was spawned.
    pub(crate) fn age(&self) -> Duration {
        self.inner.process.age()
    }

    /// Connects as soon as the server listens.
    pub(crate) fn connect(&mut self) -> Result<Connection> {
        let inner = self.runtime.block_on(self.inner.connect())?;
        Ok(Connection { inner, runtime: Rc::clone(&self.runtime) })
    }

    /// One of the sizes in `/proc/PID/status`, in MiB: `VmRSS`, `RssAnon`, `VmHWM`.
    pub(crate) fn mebibytes(&self, field: &str) -> Result<f64> {
        Ok(self.inner.process.mebibytes(field)?)
    }
}

impl Connection {
    /// Sends a request; answers the body, of which only the beginning is looked at here: to read all of a large one would
    /// count as the server's time.
    pub(crate) fn exchange(&mut self, message: &Message) -> Result<impl AsRef<[u8]> + use<>> {
        let answer = self.runtime.block_on(self.inner.exchange(message))?;
        // A fast error must not count as a fast answer.
        if answer.status.is_success() && answer.body.starts_with(br#"{"data":{"#) {
            return Ok(answer.body);
        }
        let shown = String::from_utf8_lossy(answer.body.get(..500).unwrap_or(&answer.body));
        Err(format!("not the answer wanted: {}: {shown}", answer.status).into())
    }
}
