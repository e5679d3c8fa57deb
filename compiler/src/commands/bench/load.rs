//! Calls at one connection for their latency, and at many for their number.

use std::net::SocketAddr;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use super::client::{Connection, Fault, Message};
use super::machine;
use super::summary::{Samples, Summary};

/// Requests to warm up with at most.
const WARM_UP: usize = 100;

/// What came of many requests at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Load {
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    /// The message of the first failure.
    pub(super) failure: Option<String>,
    /// From the first request to the last answer.
    pub(super) took: Duration,
}

impl Load {
    /// Requests per second that were answered without errors.
    pub(super) fn rate(&self) -> f64 {
        if self.took.is_zero() { 0.0 } else { self.succeeded as f64 / self.took.as_secs_f64() }
    }

    fn add(&mut self, other: Self) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.failure = self.failure.take().or(other.failure);
        self.took = self.took.max(other.took);
    }
}

/// Latency at one connection: requests one after the other for about `length`, after a tenth of it to warm up.
///
/// # Errors
/// The first request that fails.
pub(super) async fn latency(address: SocketAddr, message: &Message, length: Duration) -> Result<Summary, Fault> {
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

/// Requests over many connections, each with one under way, begun for `length`.
pub(super) async fn throughput(address: SocketAddr, message: &Message, connections: u32, length: Duration) -> Load {
    // The server needs cores too. One thread is enough for as many connections as it keeps busy.
    let cores = machine::cores();
    let threads = u32::try_from(cores / 2).unwrap_or(1).clamp(1, connections);
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

impl Load {
    fn lost(reason: &str) -> Self {
        Self { failed: 1, failure: Some(reason.to_owned()), ..Self::default() }
    }
}

/// One thread's share of the connections.
fn on_thread(address: SocketAddr, message: &Message, share: u32, length: Duration, barrier: &Barrier) -> Load {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        barrier.wait();
        return Load::lost("a client thread cannot start");
    };
    runtime.block_on(async {
        let mut open = Vec::new();
        let mut load = Load::default();
        for _ in 0..share {
            match Connection::open(address).await {
                Ok(connection) => open.push(connection),
                Err(fault) => load.add(Load::lost(fault.text())),
            }
        }
        // Waited for even without a connection: the others would wait for ever.
        barrier.wait();
        let started = Instant::now();
        let tasks: Vec<_> = open
            .into_iter()
            .map(|connection| tokio::spawn(repeat(connection, message.clone(), started, length)))
            .collect();
        for task in tasks {
            load.add(task.await.unwrap_or_else(|_| Load::lost("a client task ended early")));
        }
        load
    })
}

async fn repeat(mut connection: Connection, message: Message, started: Instant, length: Duration) -> Load {
    let mut load = Load::default();
    while started.elapsed() < length {
        match connection.ask(&message).await {
            Ok(()) => load.succeeded += 1,
            Err(fault) => {
                load.failed += 1;
                load.failure.get_or_insert_with(|| fault.text().to_owned());
                if matches!(fault, Fault::Connection(_)) {
                    break;
                }
            }
        }
        load.took = started.elapsed();
    }
    load
}
