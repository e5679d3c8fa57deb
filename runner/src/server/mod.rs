//! The HTTP server: one listener, an event loop for each core, a route table, limits, and an orderly end.

pub mod admin;
mod body;
mod door;
mod explorer;
pub(crate) mod graphql_http;
mod inferences;
mod listen;
mod live;
pub mod loops;
mod origin;
mod probes;
mod rarely;
mod respond;
mod routes;
mod stall;
mod status;
mod target;

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;

use crate::limits::Limits;
use door::Door;

pub use body::Body;
pub use door::{FEWEST_FILES, raise_open_files};
pub use graphql_http::GraphqlHandler;
pub use listen::{BindError, Listeners};
pub use live::Live;
pub use loops::Loops;
pub use origin::OriginPolicy;
pub use respond::{Handler, plain};
pub use routes::{Found, Route, Routes};

/// Header fields that hyper has room for on the stack.
const USUAL_HEADERS: usize = 100;

/// hyper's side of connections.
fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    // The stream itself has the time-outs.
    builder.header_read_timeout(None).max_buf_size(limits.max_header_bytes);
    if limits.max_headers != USUAL_HEADERS {
        // For any other number it allocates, also for a smaller one.
        builder.max_headers(limits.max_headers);
    }
    builder
}

/// Serves until `shutdown` resolves, then lets requests in flight finish for as long as `drain`.
///
/// To be polled on a thread that runs no guests: whatever they do, connections are accepted, and probes are answered when
/// there is no room for more.
pub async fn serve(
    listeners: Listeners,
    loops: &Arc<Loops>,
    live: &Arc<Live>,
    shutdown: impl Future<Output = ()>,
    drain: Duration,
) {
    let door = Door::new(Arc::clone(loops), Arc::clone(live));
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
