//! Requests at one connection for their latency, and at many for their number.

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use crate::client::{Connection, Fault, Message};
use crate::cores;
use crate::samples::{Samples, Summary};

/// Requests to warm up with at most.
const WARM_UP: usize = 100;

/// What came of many requests at once.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Requests with an answer that counts.
    pub succeeded: u64,
    /// The others, and connections that could not be opened.
    pub failed: u64,
    /// The message of the first failure.
    pub failure: Option<String>,
    /// From the first request to the last answer.
    pub took: Duration,
}

impl Load {
    /// Requests per second that were answered without errors.
    #[must_use]
    pub fn rate(&self) -> f64 {
        if self.took.is_zero() { 0.0 } else { self.succeeded as f64 / self.took.as_secs_f64() }
    }

    fn add(&mut self, other: Self) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.failure = self.failure.take().or(other.failure);
        self.took = self.took.max(other.took);
    }

    fn lost(reason: impl ToString) -> Self {
        Self { failed: 1, failure: Some(reason.to_string()), ..Self::default() }
    }
}

/// Latency at one connection: requests one after the other for about `length`, after a tenth of it to warm up.
///
/// # Errors
/// The first request that fails.
pub async fn latency(address: SocketAddr, message: &Message, length: Duration) -> Result<Summary<Duration>, Fault> {
    let mut connection = Connection::open(address).await?;
    let end = Instant::now() + length / 10;
    for _ in 0..WARM_UP {
        connection.ask(message).await?;
        if Instant::now() > end {
            break;
        }
    }
    let mut samples = Samples::default();
    let mut now = Instant::now();
    let end = now + length;
    loop {
        connection.ask(message).await?;
        let then = std::mem::replace(&mut now, Instant::now());
        samples.push(now - then);
        if now >= end {
            break;
        }
    }
    samples.summary().ok_or_else(|| Fault::Connection("nothing was measured".to_owned()))
}

/// Requests over many connections, each with one under way, begun for `length`. The client has threads of its own.
pub async fn throughput(address: SocketAddr, message: &Message, connections: u32, length: Duration) -> Load {
    // The server needs cores too. One thread is enough for as many connections as it keeps busy.
    let threads = u32::try_from(cores::available() / 2).unwrap_or(1).clamp(1, connections);
    let barrier = Arc::new(Barrier::new(threads as usize));
    let waiting: Vec<_> = (0..threads)
        .map(|index| {
            let share = connections / threads + u32::from(index < connections % threads);
            let (barrier, message) = (Arc::clone(&barrier), message.clone());
            let (give, take) = tokio::sync::oneshot::channel();
            std::thread::spawn(move || {
                // Nobody takes it after an interruption.
                let _ = give.send(on_thread(address, &message, share, length, &barrier));
            });
            take
        })
        .collect();
    let mut load = Load::default();
    for part in waiting {
        load.add(part.await.unwrap_or_else(|_| Load::lost("a client thread ended early")));
    }
    load
}

/// One thread's share of the connections.
fn on_thread(address: SocketAddr, message: &Message, share: u32, length: Duration, barrier: &Barrier) -> Load {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        barrier.wait();
        return Load::lost("a client thread cannot start");
    };
    runtime.block_on(async {
        let (open, mut load) = connections(address, share).await;
        // Waited for even without a connection: the others would wait for ever.
        barrier.wait();
        // Each connection asks once at least, however late this thread gets to it.
        let (started, first) = (Instant::now(), Cell::new(true));
        load.add(repeat(open, message, move || first.replace(false) || started.elapsed() < length).await);
        load
    })
}

/// Opens connections; those that cannot be opened count as failed.
pub async fn connections(address: SocketAddr, count: u32) -> (Vec<Connection>, Load) {
    let mut open = Vec::new();
    let mut failed = Load::default();
    for _ in 0..count {
        match Connection::open(address).await {
            Ok(connection) => open.push(connection),
            Err(fault) => failed.add(Load::lost(fault)),
        }
    }
    (open, failed)
}

/// Sends a request on each connection again and again, for as long as there is to be one `more`.
pub async fn repeat<M>(open: Vec<Connection>, message: &Message, more: M) -> Load
where
    M: Fn() -> bool + Clone + Send + 'static,
{
    let started = Instant::now();
    let tasks: Vec<_> = open
        .into_iter()
        .map(|connection| tokio::spawn(on_connection(connection, message.clone(), started, more.clone())))
        .collect();
    let mut load = Load::default();
    for task in tasks {
        load.add(task.await.unwrap_or_else(|_| Load::lost("a client task ended early")));
    }
    load
}

async fn on_connection(
    mut connection: Connection,
    message: Message,
    started: Instant,
    more: impl Fn() -> bool,
) -> Load {
    let mut load = Load::default();
    while more() {
        match connection.ask(&message).await {
            Ok(()) => load.succeeded += 1,
            Err(fault) => {
                load.failed += 1;
                load.failure.get_or_insert_with(|| fault.to_string());
                if matches!(fault, Fault::Connection(_)) {
                    break;
                }
            }
        }
        load.took = started.elapsed();
    }
    load
}
