//! Connections of clients that are slow: they read nothing, do not finish the head of a request, or ask nothing more. And of
//! those that go away and leave something behind that nobody reads.

use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::limits::{LimitId, Limits};
use crate::telemetry::metrics;

/// Bytes of an answer for which a client has a second, besides the time in which it must take some: a slow phone has as much.
/// Otherwise whoever takes a little now and then would keep an answer for days.
const RATE: u64 = 16 << 10;

/// Time between two looks whether a client is there that sent more than its request.
const LOOK: Duration = Duration::from_millis(250);

/// How long a connection waits for its client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Until the client takes some of what it is sent, and until it has all of it, besides what [`RATE`] allows.
    write: Duration,
    /// From the first byte of a request's head to its last.
    head: Duration,
    /// Until there is such a byte.
    idle: Duration,
}

impl Patience {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { write: limits.write_timeout, head: limits.head_timeout, idle: limits.idle_timeout }
    }

    /// That of a connection for one request.
    pub(super) fn for_one_request(limits: &Limits) -> Self {
        Self { idle: limits.head_timeout, ..Self::new(limits) }
    }
}

/// Whose turn it is on a connection: odd while a request is answered, even while one is waited for. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn(Arc<AtomicU32>);

/// A request that is being answered, until this is dropped.
pub(super) struct Answering(Turn);

impl Turn {
    /// The head of a request has arrived.
    pub(super) fn begin(&self) -> Answering {
        self.0.fetch_add(1, Ordering::Relaxed);
        Answering(self.clone())
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A stream that ends when the client is waited for too long.
///
/// hyper has one limit for the time from one request to the end of the next one's head, so that a limit that fits heads
/// would close connections which a load balancer keeps for later. What hyper has read together with the end of another
/// request counts as nothing until there is more.
pub(super) struct Stalling {
    stream: TcpStream,
    patience: Patience,
    turn: Turn,
    /// The turn that what follows is about.
    seen: u32,
    /// Some of the next head has arrived.
    has_begun: bool,
    /// When the wait for the client is over; it counts where it is armed.
    waited: Option<Pin<Box<Sleep>>>,
    is_armed: bool,
    /// While the client has not taken all that there is.
    behind: Option<Behind>,
    /// Whoever reads is woken by what arrives: since the last flush, and as the last thing, it found nothing.
    is_watched: bool,
    /// The next look whether the client is there, where nobody does.
    look: Option<Pin<Box<Sleep>>>,
}

/// A client that does not take at once what it is sent.
struct Behind {
    since: Instant,
    /// Bytes that it has taken since then.
    taken: u64,
    /// When it has been waited for too long; counts while the stream takes nothing.
    over: Pin<Box<Sleep>>,
    /// The stream takes nothing.
    is_stalled: bool,
}

impl Behind {
    fn new(limit: Duration) -> Self {
        Self { since: Instant::now(), taken: 0, over: Box::pin(tokio::time::sleep(limit)), is_stalled: false }
    }

    /// The stream takes nothing from now on.
    fn stall(&mut self, limit: Duration) {
        if !std::mem::replace(&mut self.is_stalled, true) {
            let allowed = limit + Duration::from_millis(self.taken.saturating_mul(1000) / RATE);
            self.over.as_mut().reset((Instant::now() + limit).min(self.since + allowed));
        }
    }
}

impl Stalling {
    pub(super) fn new(stream: TcpStream, patience: Patience, turn: Turn) -> Self {
        let (seen, has_begun, waited, is_armed, behind) = (0, false, None, false, None);
        Self { stream, patience, turn, seen, has_begun, waited, is_armed, behind, is_watched: false, look: None }
    }

    fn written(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(result) = &written {
            if let Some(behind) = &mut self.behind {
                behind.is_stalled = false;
                behind.taken += *result.as_ref().unwrap_or(&0) as u64;
            }
            // The end of an answer may be on its way for long after the turn is over.
            self.is_armed &= self.has_begun;
            return written;
        }
        let limit = self.patience.write;
        let behind = self.behind.get_or_insert_with(|| Behind::new(limit));
        behind.stall(limit);
        ready!(behind.over.as_mut().poll(context));
        Poll::Ready(Err(timed_out(LimitId::WriteTimeout, "the client reads nothing, or too slowly")))
    }

    /// Whether a client has gone away whose request is being answered.
    ///
    /// hyper notices that by reading, which it does not do while it has bytes that belong to no request yet. With one byte more
    /// than its request a client could leave a call behind until its deadline. As elsewhere, one that has ended its side of the
    /// connection is gone.
    fn is_deserted(&mut self, context: &mut Context<'_>) -> bool {
        let is_watched = std::mem::take(&mut self.is_watched);
        if is_watched || self.turn.0.load(Ordering::Relaxed).is_multiple_of(2) {
            self.look = None;
            return false;
        }
        let mut look = self.look.take().unwrap_or_else(|| Box::pin(tokio::time::sleep(LOOK)));
        while look.as_mut().poll(context).is_ready() {
            if self.is_closed() {
                return true;
            }
            look.as_mut().reset(Instant::now() + LOOK);
        }
        self.look = Some(look);
        false
    }

    /// Whether the end of what the client sends has arrived, behind whatever is still to be read.
    fn is_closed(&self) -> bool {
        let ready = pin!(self.stream.ready(Interest::READABLE));
        let ready = ready.poll(&mut Context::from_waker(Waker::noop()));
        matches!(ready, Poll::Ready(Ok(ready)) if ready.is_read_closed())
    }

    /// Nothing has arrived. An idle connection ends as if the client had closed it.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.behind.is_some() {
            return Poll::Pending;
        }
        let limit = if self.has_begun { self.patience.head } else { self.patience.idle };
        let waited = self.waited.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        if !self.is_armed {
            waited.as_mut().reset(Instant::now() + limit);
            self.is_armed = true;
        }
        ready!(waited.as_mut().poll(context));
        Poll::Ready(match self.has_begun {
            true => Err(timed_out(LimitId::HeadTimeout, "the head of a request is not finished")),
            false => Ok(()),
        })
    }
}

fn timed_out(limit: LimitId, what: &str) -> io::Error {
    metrics::refused(limit);
    io::Error::new(io::ErrorKind::TimedOut, format!("{what} ({limit})"))
}

impl AsyncRead for Stalling {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.is_watched = read.is_pending();
        let turn = self.turn.0.load(Ordering::Relaxed);
        if turn != self.seen {
            (self.seen, self.has_begun, self.is_armed) = (turn, false, false);
        }
        let is_answering = turn % 2 == 1;
        if is_answering {
            return read;
        }
        if read.is_pending() {
            return self.wait(context);
        }
        if !self.has_begun && buffer.filled().len() > before {
            (self.has_begun, self.is_armed) = (true, false);
        }
        read
    }
}

impl AsyncWrite for Stalling {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Asked when everything there is has been written.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.behind = None;
        if self.is_deserted(context) {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the client is gone")));
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    /// Both ends of a connection.
    async fn connected(turn: &Turn) -> (Stalling, std::net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let client = std::net::TcpStream::connect(listener.local_addr().expect("an address")).expect("it listens");
        let (stream, _) = listener.accept().await.expect("a client");
        let patience = Patience::new(&Limits { write_timeout: Duration::from_millis(300), ..Limits::default() });
        (Stalling::new(stream, patience, turn.clone()), client)
    }

    /// Sends more than the system keeps, and answers how that ended and what it took.
    async fn sent(bytes: usize, pause: Duration) -> (io::Result<()>, Duration) {
        let (mut stream, mut client) = connected(&Turn::default()).await;
        let reading = std::thread::spawn(move || {
            let mut part = vec![0; 64 << 10];
            while client.read(&mut part).is_ok_and(|read| read > 0) {
                std::thread::sleep(pause);
            }
        });
        let started = Instant::now();
        let answer = vec![0_u8; bytes];
        let sent = async {
            stream.write_all(&answer).await?;
            stream.flush().await
        };
        let result = sent.await;
        let took = started.elapsed();
        drop(stream);
        reading.join().expect("it reads to the end");
        (result, took)
    }

    #[tokio::test]
    async fn a_client_that_takes_a_little_now_and_then_is_too_slow() {
        // It always takes some in time, and never goes on as fast as it must.
        let behind = |since: Duration, taken| {
            let mut behind = Behind::new(Duration::from_secs(30));
            behind.since -= since;
            behind.taken = taken;
            behind.stall(Duration::from_secs(30));
            behind.over.deadline().saturating_duration_since(Instant::now()).as_secs_f64().round()
        };
        let seconds = Duration::from_secs;
        assert!((behind(seconds(0), 0) - 30.0).abs() < 1.5);
        assert!((behind(seconds(25), 4096) - 5.0).abs() < 1.5);
        assert!((behind(seconds(75), 3 * 4096) - 0.0).abs() < 1.5);
        assert!((behind(seconds(100), 80 * RATE) - 10.0).abs() < 1.5);
        assert!((behind(seconds(100), 200 * RATE) - 30.0).abs() < 1.5);
        // The same on a connection: one that is fast enough has all of it, however long that takes.
        let (result, took) = sent(40 << 20, Duration::from_millis(2)).await;
        assert!(result.is_ok() && took > Duration::from_millis(300), "{result:?} {took:?}");
    }
    #[tokio::test]
    async fn a_client_that_goes_away_is_noticed_behind_what_it_has_sent() {
        let turn = Turn::default();
        let (mut stream, mut client) = connected(&turn).await;
        let _answering = turn.begin();
        client.write_all(b"more").expect("room");
        let flush = |context: &mut Context<'_>| match Pin::new(&mut stream).poll_flush(context) {
            Poll::Ready(Err(error)) => Poll::Ready(error),
            _ => Poll::Pending,
        };
        let mut gone = pin!(std::future::poll_fn(flush));
        assert!(tokio::time::timeout(LOOK * 3, gone.as_mut()).await.is_err(), "it is still there");
        drop(client);
        let error = tokio::time::timeout(LOOK * 8, gone).await.expect("it is noticed");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    }
}
