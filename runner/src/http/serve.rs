//! Connections: accepting, protocol, orderly end.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::service::Server;

/// Longest head of a request.
const HEAD: usize = 64 * 1024;

/// Serves until `shutdown` is ready; then running requests get [`Limits::drain`](super::Limits) to end.
pub async fn serve(listeners: Vec<TcpListener>, server: Arc<Server>, shutdown: impl Future<Output = ()>) {
    let (stop, stopped) = watch::channel(());
    let loops = listeners.into_iter().map(|listener| accept(listener, Arc::clone(&server), stopped.clone()));
    let mut loops = std::pin::pin!(futures::future::join_all(loops));
    tokio::select! {
        _ = &mut loops => return,
        () = shutdown => drop(stop),
    }
    loops.await;
}

async fn accept(listener: TcpListener, server: Arc<Server>, mut stopped: watch::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&server), graceful.watcher(), stopped.clone()));
                }
                Err(error) => {
                    // Out of descriptors, mostly: wait for some to come back.
                    tracing::warn!(%error, "Failed to accept a connection.");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    // Idle connections end at once, the others after their request.
    if tokio::time::timeout(server.limits.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(connections = connections.len(), "Requests still running at shutdown are cancelled.");
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, server: Arc<Server>, watcher: Watcher, mut stopped: watch::Receiver<()>) {
    // An answer is one small write; waiting to fill a packet would only delay it.
    let _ = stream.set_nodelay(true);
    let header_time = server.limits.header_time;
    let detected = tokio::select! {
        detected = tokio::time::timeout(header_time, detect(&stream)) => detected,
        _ = stopped.changed() => return,
    };
    let Ok(Some(protocol)) = detected else { return };
    let service = service_fn(move |request| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(server.answer(request).await) }
    });
    let io = TokioIo::new(stream);
    // Whatever ends a connection (reset, time-out, bad syntax) concerns nobody else.
    let _ = match protocol {
        Protocol::Http1 => {
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(header_time).max_buf_size(HEAD);
            watcher.watch(builder.serve_connection(io, service)).await
        }
        Protocol::Http2 => {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                .max_header_list_size(HEAD as u32)
                .keep_alive_interval(Duration::from_secs(20));
            watcher.watch(builder.serve_connection(io, service)).await
        }
    };
}

enum Protocol {
    Http1,
    Http2,
}

/// HTTP/2 without TLS begins with `PRI`, which is no method of HTTP/1. hyper-util can tell them apart too, but waits
/// for the first bytes without a limit.
async fn detect(stream: &TcpStream) -> Option<Protocol> {
    const PREFACE: &[u8] = b"PRI";
    loop {
        let mut start = [0; PREFACE.len()];
        let length = stream.peek(&mut start).await.ok()?;
        return match &start[..length] {
            [] => None,
            PREFACE => Some(Protocol::Http2),
            part if PREFACE.starts_with(part) => {
                // One or two bytes: peeking again would answer the same at once.
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
            _ => Some(Protocol::Http1),
        };
    }
}
