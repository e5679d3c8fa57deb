//! The HTTP server: one listener, an event loop for each core, a route table, limits, and an orderly end.

mod accept;
mod body;
mod endpoint;
mod events;
pub mod explorer;
mod listen;
mod live;
pub mod loops;
mod probes;
mod respond;
mod routes;
mod stall;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::Semaphore;

use crate::limits;
use crate::telemetry::metrics;
use stall::Stalling;

pub use body::Body;
pub use endpoint::Endpoint;
pub use listen::{BindError, Listeners};
pub use live::Live;
pub use loops::Loops;
pub use respond::{Handler, plain};
pub use routes::{Found, Route, Routes};

/// Bounds on connections and requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body: usize,
    /// Bytes of a request's head.
    pub header_bytes: usize,
    /// Header fields of a request.
    pub headers: usize,
    /// Time for the head of a request, and between requests of a connection.
    pub head_timeout: Duration,
    /// Time for the body of a request.
    pub body_timeout: Duration,
    /// Time in which a client must take some of what it is sent.
    pub write_timeout: Duration,
    /// Open connections.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: limits::BODY,
            header_bytes: limits::HEADER_BYTES,
            headers: limits::HEADERS,
            head_timeout: limits::HEAD_TIMEOUT,
            body_timeout: limits::BODY_TIMEOUT,
            write_timeout: limits::WRITE_TIMEOUT,
            connections: limits::CONNECTIONS,
        }
    }
}

impl Limits {
    fn builder(&self) -> http1::Builder {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.head_timeout).max_buf_size(self.header_bytes);
        if self.headers != limits::HEADERS {
            // hyper has room for its default on the stack, and allocates for any other number.
            builder.max_headers(self.headers);
        }
        builder
    }
}

/// Serves until `shutdown` resolves, then lets requests in flight finish for as long as `drain`. Runs on the first of the
/// loops.
pub async fn serve(
    listeners: Listeners,
    loops: &Arc<Loops>,
    live: &Arc<Live>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
    drain: Duration,
) {
    let graceful = GracefulShutdown::new();
    let builder = limits.builder();
    let slots = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    let mut shutdown = std::pin::pin!(shutdown);
    let mut full = false;
    loop {
        if slots.available_permits() == 0 && !std::mem::replace(&mut full, true) {
            metrics::refused("max-connections");
            tracing::warn!(target: "modus", "New connections wait: there are as many as may be (limit `max-connections`).");
        }
        let accepted = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => {
                tokio::select! {
                    accepted = listeners.accept() => accepted.map(|(stream, _)| (stream, slot)),
                    () = &mut shutdown => break,
                }
            }
            () = &mut shutdown => break,
        };
        let Ok((stream, slot)) = accepted else {
            // Out of file descriptors, most likely: give the connections there are some time to end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        full = full && slots.available_permits() == 0;
        let _ = stream.set_nodelay(true);
        let place = loops.place();
        let entered = place.runtime().enter();
        let Ok(stream) = place.take(stream) else { continue };
        let live = Arc::clone(live);
        let service = service_fn(move |request: Request<Incoming>| {
            let live = Arc::clone(&live);
            async move { Ok::<_, Infallible>(respond::respond(&live, &limits, request).await) }
        });
        let connection = builder.serve_connection(TokioIo::new(Stalling::new(stream, limits.write_timeout)), service);
        let connection = graceful.watch(connection);
        drop(entered);
        place.runtime().clone().spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(target: "modus", error = %error, "A connection ended early.");
            }
            drop((place, slot));
        });
    }
    drop(listeners);
    let drained = async {
        graceful.shutdown().await;
        live.routes().graphql.finished().await;
    };
    if tokio::time::timeout(drain, drained).await.is_err() {
        let seconds = drain.as_secs_f64();
        tracing::warn!(target: "modus", seconds, "Requests were still running when the time to finish was up.");
    }
}
