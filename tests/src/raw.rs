//! HTTP byte by byte, for what no client library sends.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::runner::Runner;

/// A connection.
pub struct Raw {
    stream: TcpStream,
    /// Bytes read beyond the last answer.
    rest: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, chunks joined.
    pub body: String,
}

impl Raw {
    /// Connects to the runner.
    pub fn connect(runner: &Runner) -> Self {
        let address = runner.url.strip_prefix("http://").expect("an http URL");
        let stream = TcpStream::connect(address).expect("the runner listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        stream.set_write_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        Self { stream, rest: Vec::new() }
    }

    /// Sends bytes. False when the server has closed the connection, as it may.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Lets [`Self::send`] give up after this time.
    pub fn limit_writes(&mut self, time: Duration) {
        self.stream.set_write_timeout(Some(time)).expect("a time-out");
    }

    /// The text of a POST with a JSON body.
    pub fn post(body: &str, headers: &[(&str, &str)]) -> String {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{more}\r\n{body}"
        )
    }

    /// Whether the server has closed the connection, or does so soon.
    pub fn is_closed(&mut self) -> bool {
        let mut part = [0; 1024];
        loop {
            match self.stream.read(&mut part) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            }
        }
    }

    /// The next answer; `None` when the connection ends before it.
    pub fn answer(&mut self) -> Option<Answer> {
        let head = String::from_utf8_lossy(&self.until(b"\r\n\r\n")?).into_owned();
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let body = if headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
            let mut body = Vec::new();
            while let Some(chunk) = self.chunk() {
                body.extend_from_slice(&chunk);
            }
            body
        } else {
            self.exactly(headers.get("content-length").map_or(0, |length| length.parse().expect("a length")))?
        };
        Some(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// The head of the next answer, and nothing of its body.
    pub fn head(&mut self) -> Option<String> {
        Some(String::from_utf8_lossy(&self.until(b"\r\n\r\n")?).into_owned())
    }

    /// What comes until the server closes the connection.
    pub fn rest(&mut self) -> Vec<u8> {
        while self.more().is_some() {}
        std::mem::take(&mut self.rest)
    }

    /// The next chunk of a body; `None` after the last one.
    pub fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = String::from_utf8_lossy(&self.until(b"\r\n")?).trim().to_owned();
        let length = usize::from_str_radix(&line, 16).expect("a chunk's length");
        let chunk = self.exactly(length)?;
        self.until(b"\r\n")?;
        (length > 0).then_some(chunk)
    }

    fn until(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        loop {
            if let Some(at) = self.rest.windows(end.len()).position(|window| window == end) {
                return Some(self.rest.drain(..at + end.len()).collect());
            }
            self.more()?;
        }
    }

    fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.rest.len() < length {
            self.more()?;
        }
        Some(self.rest.drain(..length).collect())
    }

    fn more(&mut self) -> Option<()> {
        let mut part = [0; 16 * 1024];
        let read = self.stream.read(&mut part).ok().filter(|read| *read > 0)?;
        self.rest.extend_from_slice(&part[..read]);
        Some(())
    }
}
