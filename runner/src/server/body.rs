//! Bodies of responses: whole ones, and streams.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::Stream;
use futures::stream::BoxStream;
use hyper::body::{Bytes, Frame, SizeHint};

/// A response's body.
pub struct Body {
    kind: Kind,
    /// Dropped when the body is.
    _held: Option<Box<dyn Send>>,
}

enum Kind {
    /// `None` once it is sent.
    Whole(Option<Bytes>),
    /// Asked for the next part when the connection has room for it.
    Stream(BoxStream<'static, Bytes>),
}

impl Body {
    /// A body that is sent part by part, each at once. Dropped with its connection.
    pub fn stream(parts: impl Stream<Item = Bytes> + Send + 'static) -> Self {
        Self { kind: Kind::Stream(Box::pin(parts)), _held: None }
    }

    /// The same, with something more that lives as long.
    #[must_use]
    pub fn holding(self, held: impl Send + 'static) -> Self {
        Self { _held: Some(Box::new((held, self._held))), ..self }
    }

    /// The bytes of a whole body that is not sent yet.
    pub fn whole(&self) -> Option<&[u8]> {
        match &self.kind {
            Kind::Whole(bytes) => Some(bytes.as_deref().unwrap_or_default()),
            Kind::Stream(_) => None,
        }
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self { kind: Kind::Whole(Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty())), _held: None }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self { kind: Kind::Whole(None), _held: None }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let part = match &mut self.kind {
            Kind::Whole(bytes) => bytes.take(),
            Kind::Stream(parts) => ready!(parts.as_mut().poll_next(context)),
        };
        Poll::Ready(part.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.kind, Kind::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Kind::Stream(_) => SizeHint::default(),
        }
    }
}
