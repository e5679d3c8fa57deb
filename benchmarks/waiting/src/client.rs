//! Clients that each have a connection of their own and wait for their answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Result;

/// What each of many clients asks.
#[derive(Clone)]
pub(crate) struct Question {
    query: Arc<str>,
    expected: Arc<str>,
}

impl Question {
    /// A request with so many calls that make the model wait.
    pub(crate) fn waiting(fields: usize, wait: Duration) -> Self {
        let milliseconds = wait.as_millis();
        let asked: Vec<String> =
            (0..fields).map(|field| format!(r#"a{field}: ask(prompt: \"{milliseconds}\")"#)).collect();
        let answered: Vec<String> = (0..fields).map(|field| format!(r#""a{field}":"{milliseconds}""#)).collect();
        Self {
            query: format!(r#"{{"query":"{{ {} }}"}}"#, asked.join(" ")).into(),
            expected: format!(r#"{{"data":{{{}}}"#, answered.join(",")).into(),
        }
    }
}

/// A connection that is kept.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    /// Posts a query; the answer's body begins with `expected`, or this fails: a fast error is no fast answer.
    pub(crate) async fn ask(&mut self, query: &str, expected: &str) -> Result<()> {
        let length = query.len();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{query}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the connection was closed before the answer was complete".into());
            }
            if let Some(body) = body(&self.buffer)? {
                let right = self.buffer.starts_with(b"HTTP/1.1 200") && body.starts_with(expected.as_bytes());
                let wrong = || format!("not the answer: {}", String::from_utf8_lossy(&self.buffer)).into();
                return if right { Ok(()) } else { Err(wrong()) };
            }
        }
    }
}

/// The body once it is complete.
fn body(bytes: &[u8]) -> Result<Option<&[u8]>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end])?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.ok_or("an answer without its length")?.trim().parse()?;
    Ok(bytes.get(end + 4..end + 4 + length))
}

/// Many clients, with one request each; the time from before the first connection to after the last answer.
pub(crate) async fn burst(address: SocketAddr, count: usize, question: &Question) -> Result<Duration> {
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..count {
        let Question { query, expected } = question.clone();
        clients.spawn(async move { Client::connect(address).await?.ask(&query, &expected).await });
    }
    while let Some(finished) = clients.join_next().await {
        finished??;
    }
    Ok(started.elapsed())
}

/// Many clients that ask again as soon as they have an answer, until they are stopped.
pub(crate) struct Crowd {
    clients: JoinSet<Result<()>>,
    stop: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
}

impl Crowd {
    pub(crate) fn start(address: SocketAddr, count: usize, question: &Question) -> Self {
        let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut clients = JoinSet::new();
        for _ in 0..count {
            let Question { query, expected } = question.clone();
            let (stop, answers) = (Arc::clone(&stop), Arc::clone(&answers));
            clients.spawn(async move {
                let mut client = Client::connect(address).await?;
                while !stop.load(Ordering::Relaxed) {
                    client.ask(&query, &expected).await?;
                    answers.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
        }
        Self { clients, stop, answers }
    }

    /// Answers so far.
    pub(crate) fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Waits for the answers that are still to come.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(finished) = self.clients.join_next().await {
            finished??;
        }
        Ok(())
    }
}
