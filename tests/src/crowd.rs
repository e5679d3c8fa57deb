//! Many clients at once, on one thread, each with a connection of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::runner::Runner;

/// An answer to a client.
#[derive(Debug)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// The body as text.
    pub body: String,
    /// The value of `Retry-After`.
    pub retry_after: Option<String>,
    /// From before the request was sent to the end of the answer.
    pub took: Duration,
}

/// What a client got; or why there is no answer.
pub type Got = Result<Reply, String>;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A connection that is kept.
struct Client(SendRequest<Full<Bytes>>);

impl Client {
    async fn connect(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the sender; what goes wrong is seen there.
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    async fn ask(&mut self, query: &str) -> Result<Reply, Failure> {
        let request = Request::post("/graphql")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(json!({"query": query}).to_string())))?;
        let started = Instant::now();
        self.0.ready().await?;
        let response = self.0.send_request(request).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = response.into_body().collect().await?.to_bytes();
        let took = started.elapsed();
        Ok(Reply { status, body: String::from_utf8_lossy(&body).into_owned(), retry_after, took })
    }
}

/// Clients that ask one query each.
pub struct Crowd(JoinHandle<Vec<Got>>);

impl Crowd {
    /// Lets so many clients ask at once, each as long as `patience` for its answer.
    pub fn ask(runner: &Runner, count: usize, query: &str, patience: Duration) -> Self {
        let (address, query) = (address(runner), Arc::<str>::from(query));
        let asked = async move {
            let mut clients = JoinSet::new();
            for _ in 0..count {
                clients.spawn(one(address, Arc::clone(&query), patience));
            }
            clients.join_all().await
        };
        Self(std::thread::spawn(move || runtime().block_on(asked)))
    }

    /// What they got, once all have something.
    pub fn answers(self) -> Vec<Got> {
        self.0.join().expect("the clients' thread")
    }
}

async fn one(address: SocketAddr, query: Arc<str>, patience: Duration) -> Got {
    let asked = async { Client::connect(address).await?.ask(&query).await };
    match timeout(patience, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer in {patience:?}")),
    }
}

/// Clients that ask again as soon as they have an answer, for a while; answers per second.
///
/// # Errors
/// When one gets no answer, or one that does not begin like the one expected.
pub fn throughput(
    runner: &Runner,
    clients: usize,
    query: &str,
    expected: &str,
    during: Duration,
) -> Result<f64, String> {
    let address = address(runner);
    let started = Instant::now();
    let answers = runtime().block_on(async {
        let mut crowd = JoinSet::new();
        for _ in 0..clients {
            let (query, expected) = (query.to_owned(), expected.to_owned());
            crowd.spawn(async move { again_and_again(address, &query, &expected, started + during).await });
        }
        crowd.join_all().await.into_iter().sum::<Result<usize, String>>()
    });
    answers.map(|answers| answers as f64 / started.elapsed().as_secs_f64())
}

async fn again_and_again(address: SocketAddr, query: &str, expected: &str, end: Instant) -> Result<usize, String> {
    let mut client = Client::connect(address).await.map_err(|error| error.to_string())?;
    let mut answers = 0;
    while Instant::now() < end {
        let answer = timeout(Duration::from_secs(10), client.ask(query)).await;
        let reply = answer.map_err(|_| "no answer in 10 s")?.map_err(|error| error.to_string())?;
        if !reply.body.starts_with(expected) {
            return Err(format!("not the answer: {reply:?}"));
        }
        answers += 1;
    }
    Ok(answers)
}

fn address(runner: &Runner) -> SocketAddr {
    runner.url.trim_start_matches("http://").parse().expect("an address")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
