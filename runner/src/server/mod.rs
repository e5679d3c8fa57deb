//! The HTTP server: one listener, an event loop for each core, a route table, limits, and an orderly end.

pub mod admin;
mod body;
mod door;
mod explorer;
pub(crate) mod graphql_http;
mod listen;
mod live;
pub mod loops;
mod origin;
mod probes;
mod respond;
mod routes;
mod stall;

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;

use crate::limits::Limits as Settings;
use door::Door;

pub use body::Body;
pub use door::raise_open_files;
pub use graphql_http::Endpoint;
pub use listen::{BindError, Listeners};
pub use live::Live;
pub use loops::Loops;
pub use origin::OriginPolicy;
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
        Self::from(&Settings::default())
    }
}

impl From<&Settings> for Limits {
    fn from(settings: &Settings) -> Self {
        Self {
            body: settings.max_body,
            header_bytes: settings.max_header_bytes,
            headers: settings.max_headers,
            head_timeout: settings.head_timeout,
            body_timeout: settings.body_timeout,
            write_timeout: settings.write_timeout,
            connections: settings.max_connections,
        }
    }
}

/// Header fields that hyper has room for on the stack.
const USUAL_HEADERS: usize = 100;

impl Limits {
    fn builder(&self) -> http1::Builder {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.head_timeout).max_buf_size(self.header_bytes);
        if self.headers != USUAL_HEADERS {
            // For any other number it allocates, also for a smaller one.
            builder.max_headers(self.headers);
        }
        builder
    }
}

/// Serves until `shutdown` resolves, then lets requests in flight finish for as long as `drain`.
///
/// To be polled on a thread that runs no guests: whatever they do, connections are accepted, and probes are answered when
/// there is no room for more.
pub async fn serve(
    listeners: Listeners,
    loops: &Arc<Loops>,
    live: &Arc<Live>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
    drain: Duration,
) {
    let door = Door::new(Arc::clone(loops), Arc::clone(live), limits);
    tokio::select! {
        () = door.accept(&listeners) => {}
        () = shutdown => {}
    }
    drop(listeners);
    let drained = async {
        door.close().await;
        live.mutations.finished().await;
    };
    if tokio::time::timeout(drain, drained).await.is_err() {
        let seconds = drain.as_secs_f64();
        tracing::warn!(target: "modus", seconds, "Requests were still running when the time to finish was up.");
    }
}
