//! Who comes in: accepting, the number of open connections, and what those beyond it are told.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::TcpStream;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use abi::endpoint_path;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::loops::Place;
use super::rarely::Rarely;
use super::stall::{Patience, Stalling, Turn};
use super::{Body, Listeners, Live, Loops, builder, probes, respond, target};
use crate::limits::LimitId;
use crate::telemetry::metrics;

/// Connections beyond the limit that are open at once, to be told so, or to have their probes answered.
const BEYOND: usize = 64;
/// After an accept that failed, which most likely had no file descriptor: some connections may end meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// The entrance of the server.
pub(super) struct Door {
    loops: Arc<Loops>,
    live: Arc<Live>,
    builder: http1::Builder,
    /// Told when the connections are to end; each of them listens until it has.
    closing: watch::Sender<()>,
    slots: Arc<Semaphore>,
    beyond: Arc<Semaphore>,
}

impl Door {
    pub(super) fn new(loops: Arc<Loops>, live: Arc<Live>) -> Self {
        let slots = live.limits.max_connections.min(Semaphore::MAX_PERMITS);
        Self {
            loops,
            builder: builder(&live.limits),
            live,
            closing: watch::Sender::new(()),
            slots: Arc::new(Semaphore::new(slots)),
            beyond: Arc::new(Semaphore::new(BEYOND)),
        }
    }

    /// Lets connections in for as long as it is polled.
    pub(super) async fn accept(&self, listeners: &Listeners) {
        let (mut failed, mut full) = (Rarely::default(), Rarely::default());
        loop {
            let stream = next(listeners, &mut failed).await;
            let _ = stream.set_nodelay(true);
            if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
                self.serve(stream, slot);
                continue;
            }
            metrics::refused(LimitId::MaxConnections);
            full.say(|| {
                let limit = self.live.limits.max_connections;
                let named = LimitId::MaxConnections;
                tracing::warn!(target: "modus", limit, "No more connections: new ones are told so ({named}).");
            });
            // Without a place even for that, the client sees its connection end.
            if let Ok(place) = Arc::clone(&self.beyond).try_acquire_owned() {
                self.refuse(stream, place);
            }
        }
    }

    /// Serves a connection on one of the loops.
    fn serve(&self, stream: TcpStream, slot: OwnedSemaphorePermit) {
        let place = self.loops.place();
        let live = Arc::clone(&self.live);
        let (builder, closing) = (self.builder.clone(), self.closing.subscribe());
        let on_loop = place.runtime().clone();
        on_loop.spawn(async move {
            let _held: (Place, OwnedSemaphorePermit) = (place, slot);
            let Ok(stream) = tokio::net::TcpStream::from_std(stream) else { return };
            let turn = Turn::default();
            let stream = TokioIo::new(Stalling::new(stream, Patience::new(&live.limits), turn.clone()));
            let service = service_fn(move |request: Request<Incoming>| {
                let (live, answering) = (Arc::clone(&live), turn.begin());
                async move {
                    let response = respond::respond(&live, request).await;
                    Ok::<_, Infallible>(match response.body().whole() {
                        Some(_) => response,
                        // Between two events of a stream nothing is waited for.
                        None => response.map(|body| body.holding(answering)),
                    })
                }
            });
            ended(until_closed(builder.serve_connection(stream, service), closing).await);
        });
    }

    /// Answers here: a probe, or that there is no room.
    fn refuse(&self, stream: TcpStream, place: OwnedSemaphorePermit) {
        let live = Arc::clone(&self.live);
        let answer = move |_: &Method, path: &str| probes::only(path, &live);
        let connection = by_path(&self.builder, stream, Patience::for_one_request(&self.live.limits), answer);
        tokio::spawn(async move {
            ended(connection.await);
            drop(place);
        });
    }

    /// Lets the connections end that there are.
    pub(super) async fn close(self) {
        self.closing.send_replace(());
        self.closing.closed().await;
    }
}

/// The next connection that can be accepted. What cannot is counted, and logged now and then.
pub(super) async fn next(listeners: &Listeners, failed: &mut Rarely) -> TcpStream {
    loop {
        match listeners.accept().await {
            Ok(stream) => return stream,
            Err(error) => {
                metrics::not_accepted();
                failed.say(|| tracing::error!(target: "modus", error = %error, "A connection could not be accepted."));
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// A connection on the current loop, on which requests that are well-formed are answered by method and by the normal form of
/// their path.
pub(super) fn by_path(
    builder: &http1::Builder,
    stream: TcpStream,
    patience: Patience,
    answer: impl Fn(&Method, &str) -> Response<Body> + Send + 'static,
) -> impl Future<Output = hyper::Result<()>> + Send + 'static {
    let builder = builder.clone();
    async move {
        let Ok(stream) = tokio::net::TcpStream::from_std(stream) else { return Ok(()) };
        let turn = Turn::default();
        let stream = TokioIo::new(Stalling::new(stream, patience, turn.clone()));
        let service = service_fn(move |request: Request<Incoming>| {
            let _answering = turn.begin();
            let response = match target::check(&request) {
                Ok(()) => answer(request.method(), &endpoint_path::normal(request.uri().path()).unwrap_or_default()),
                Err(error) => respond::malformed(error),
            };
            async move { Ok::<_, Infallible>(response) }
        });
        builder.serve_connection(stream, service).await
    }
}

/// Serves a connection; when it is told to close, until the request that it is at is answered.
///
/// hyper-util has the same, and asks whether it is told so each time that the connection is polled.
async fn until_closed<C: GracefulConnection>(connection: C, mut closing: watch::Receiver<()>) -> Result<(), C::Error> {
    let told = closing.clone();
    let mut connection = pin!(connection);
    let mut closed = pin!(closing.changed());
    // Whoever has asked once is woken by it.
    let (mut has_asked, mut is_closing) = (false, false);
    poll_fn(|context| {
        if !is_closing && (!has_asked || told.has_changed().unwrap_or(true)) {
            has_asked = true;
            if closed.as_mut().poll(context).is_ready() {
                is_closing = true;
                connection.as_mut().graceful_shutdown();
            }
        }
        connection.as_mut().poll(context)
    })
    .await
}

fn ended(result: hyper::Result<()>) {
    if let Err(error) = result {
        tracing::debug!(target: "modus", error = %error, "A connection ended early.");
    }
}

/// Fewest files that have to be open at once: the app's own, those of event loops and listeners, and a few connections.
pub const FEWEST_FILES: u64 = 32;

/// Lets the process have as many files open as the system allows: each connection is one. The usual soft limit of 1024 is for
/// programs that use `select`. The answer is the number, where there is one.
///
/// # Errors
/// The system's.
pub fn raise_open_files() -> io::Result<Option<u64>> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        setrlimit(Resource::Nofile, limit)?;
    }
    Ok(limit.current)
}
