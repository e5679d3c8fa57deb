//! Connections of clients that are slow: they read nothing, do not finish the head of a request, or ask nothing more.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::limits::{LimitId, Limits};
use crate::telemetry::metrics;

/// How long a connection waits for its client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Until the client takes some of what it is sent.
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
    /// While the stream takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Stalling {
    pub(super) fn new(stream: TcpStream, patience: Patience, turn: Turn) -> Self {
        let (seen, has_begun, waited, is_armed, stalled) = (0, false, None, false, None);
        Self { stream, patience, turn, seen, has_begun, waited, is_armed, stalled }
    }

    fn written(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            // The end of an answer may be on its way for long after the turn is over.
            self.is_armed &= self.has_begun;
            return written;
        }
        let limit = self.patience.write;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(timed_out(LimitId::WriteTimeout, "the client reads nothing")))
    }

    /// Nothing has arrived. An idle connection ends as if the client had closed it.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.stalled.is_some() {
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

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
