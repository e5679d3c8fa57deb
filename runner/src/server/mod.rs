//! The HTTP server: one listener, a route table, limits, and an orderly end.

mod endpoint;
pub mod explorer;
mod listen;
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
pub use respond::{Handler, plain};
pub use routes::{Found, Route, Routes};

/// Bytes of a request's body.
pub const BODY_LIMIT: usize = 1 << 20;
/// Time for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the body of a request.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for requests in flight when the server is told to end.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves until `shutdown` resolves, then lets requests in flight finish for five seconds.
pub async fn serve(listeners: Listeners, routes: Arc<Routes>, shutdown: impl Future<Output = ()>) {
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
        let routes = Arc::clone(&routes);
        let service = service_fn(move |request| answer(Arc::clone(&routes), request));
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(target: "modus", error = %error, "A connection ended early.");
            }
        });
    }
    drop(listeners);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!(target: "modus", "Requests were still running after five seconds.");
    }
}

async fn answer(routes: Arc<Routes>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(respond::respond(&routes, request).await.map(Full::new))
}
