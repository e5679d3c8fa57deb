//! The runner as a process on a core of its own, and one connection to it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use measure::Result;
use measure::process::{Process, free_address};

const RUNNER: &str = "target/release/modus-runner";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Core of the server; this program has the other.
const SERVER_CORE: usize = 1;
/// Core of this program.
pub(crate) const CLIENT_CORE: usize = 0;

/// A running server. It is killed when dropped.
pub(crate) struct Server {
    process: Process,
    address: SocketAddr,
}

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Server {
    /// Starts the runner with an artifact.
    pub(crate) fn spawn(artifact: &Path, options: &[&str]) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(RUNNER);
        command.arg(artifact).args(["--host", "127.0.0.1", "--port", &address.port().to_string()]).args(options);
        Ok(Self { process: Process::spawn(command, &[SERVER_CORE])?, address })
    }

    /// Time since just before the process was spawned.
    pub(crate) fn age(&self) -> Duration {
        self.process.age()
    }

    /// Connects in a tight loop: a sleep would round a cold start up.
    pub(crate) fn connect(&mut self) -> Result<Connection> {
        for attempt in 1_u64.. {
            match TcpStream::connect(self.address) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_read_timeout(Some(PATIENCE))?;
                    return Ok(Connection { stream, buffer: Vec::with_capacity(1 << 16) });
                }
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error.into()),
            }
            if attempt.is_multiple_of(64) && (self.process.ended()?.is_some() || self.age() > PATIENCE) {
                break;
            }
        }
        Err("the server does not listen".into())
    }

    /// One of the sizes in `/proc/PID/status`, in MiB: `VmRSS`, `RssAnon`, `VmHWM`.
    pub(crate) fn mebibytes(&self, field: &str) -> Result<f64> {
        Ok(self.process.status(field)? / 1024.0)
    }
}

/// A POST request with this body.
pub(crate) fn post(body: &str) -> String {
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

impl Connection {
    /// Sends a request and reads the answer to its last byte; answers its body, which has data and no errors.
    pub(crate) fn exchange(&mut self, request: &str) -> Result<&[u8]> {
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        let mut chunk = [0; 1 << 16];
        let mut body = None;
        loop {
            let count = self.stream.read(&mut chunk)?;
            if count == 0 {
                return Err("the connection was closed before the answer was complete".into());
            }
            self.buffer.extend_from_slice(&chunk[..count]);
            if body.is_none() {
                body = head(&self.buffer)?;
            }
            match body {
                Some((start, length)) if self.buffer.len() >= start + length => {
                    let body = &self.buffer[start..];
                    // A fast error must not count as a fast answer.
                    if !self.buffer.starts_with(b"HTTP/1.1 200") || !body.starts_with(br#"{"data":{"#) {
                        let shown = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(500)]);
                        return Err(format!("not the answer wanted: {shown}").into());
                    }
                    return Ok(body);
                }
                _ => {}
            }
        }
    }
}

/// Where the body begins and how long it is, once all headers are there. The runner always says the length.
fn head(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end])?;
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = length.ok_or("the answer does not say its length")?;
    Ok(Some((end + 4, length.trim().parse()?)))
}
