//! The HTTP server: one listener, a route table, limits, and an orderly end.

mod endpoint;
pub mod explorer;
mod listen;
mod live;
mod probes;
mod respond;
mod routes;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;

pub use listen::{BindError, Listeners};
pub use live::Live;
pub use respond::{Handler, plain};
pub use routes::{Found, Route, Routes};

/// Bytes of a request's body.
pub const BODY_LIMIT: usize = 1 << 20;
/// Time for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the body of a request.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves until `shutdown` resolves, then lets requests in flight finish for as long as `drain`.
pub async fn serve(listeners: Listeners, live: &Arc<Live>, shutdown: impl Future<Output = ()>, drain: Duration) {
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listeners.accept() => accepted,
            () = &mut shutdown => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: give the connections there are some time to end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let live = Arc::clone(live);
        let service = service_fn(move |request| answer(Arc::clone(&live), request));
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(target: "modus", error = %error, "A connection ended early.");
            }
        });
    }
    drop(listeners);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        let seconds = drain.as_secs_f64();
        tracing::warn!(target: "modus", seconds, "Requests were still running when the time to finish was up.");
    }
}

async fn answer(live: Arc<Live>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(respond::respond(&live, request).await.map(Full::new))
}
