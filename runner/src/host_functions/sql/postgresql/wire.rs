//! Messages of PostgreSQL's protocol over a stream. What they hold is told apart by postgres-protocol.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use postgres_protocol::message::backend::{ErrorResponseBody, Header, Message};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};

use crate::compute;
use crate::host_functions::database::DatabaseError;

/// Room for what is read at once.
const CHUNK: usize = 16 << 10;
/// Bytes that are read before others have their turn.
const TURN: usize = 256 << 10;
/// Bytes of a message that takes long to read.
const LARGE: usize = 1 << 20;
/// Bytes that a message may have where no answer is read.
pub(super) const SMALL: usize = 1 << 20;

/// A connection's bytes: plain or encrypted.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection's messages.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    unread: BytesMut,
    /// What is sent next. Messages are written into it by postgres-protocol.
    pub(super) unsent: BytesMut,
    since_turn: usize,
    /// Whether a message was so large that its buffer is not worth keeping.
    was_large: bool,
}

/// An error that the server tells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ServerError {
    severity: String,
    pub(super) code: String,
    pub(super) message: String,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self { stream, unread: BytesMut::new(), unsent: BytesMut::new(), since_turn: 0, was_large: false }
    }

    /// Sends what was written.
    pub(super) async fn flush(&mut self) -> Result<(), DatabaseError> {
        self.stream.write_all_buf(&mut self.unsent).await.map_err(|error| lost(&error))?;
        self.stream.flush().await.map_err(|error| lost(&error))?;
        if self.unsent.capacity() > SMALL {
            self.unsent = BytesMut::new();
        }
        Ok(())
    }

    /// The next message, which may have so many bytes. Larger ones are not read.
    pub(super) async fn receive(&mut self, most: usize) -> Result<Message, DatabaseError> {
        loop {
            if let Some((message, is_large)) = self.parse(most)? {
                self.was_large |= is_large;
                if self.was_large && self.unread.is_empty() {
                    self.unread = BytesMut::new();
                    self.was_large = false;
                }
                if is_large {
                    // Whoever reads it takes long.
                    compute::leave().await;
                }
                return Ok(message);
            }
            if self.since_turn > TURN {
                self.since_turn = 0;
                tokio::task::yield_now().await;
            }
            self.unread.reserve(CHUNK);
            let read = self.stream.read_buf(&mut self.unread).await.map_err(|error| lost(&error))?;
            if read == 0 {
                return Err(lost(&io::ErrorKind::UnexpectedEof.into()));
            }
            self.since_turn += read;
        }
    }

    /// A message that is there already.
    pub(super) fn receive_now(&mut self) -> Result<Option<Message>, DatabaseError> {
        if let Some((message, _)) = self.parse(SMALL)? {
            return Ok(Some(message));
        }
        let mut space = [0; 1024];
        let mut space = ReadBuf::new(&mut space);
        match Pin::new(&mut *self.stream).poll_read(&mut Context::from_waker(Waker::noop()), &mut space) {
            Poll::Pending => Ok(None),
            Poll::Ready(Ok(())) if space.filled().is_empty() => Err(lost(&io::ErrorKind::UnexpectedEof.into())),
            Poll::Ready(Ok(())) => {
                self.unread.extend_from_slice(space.filled());
                Ok(self.parse(SMALL)?.map(|(message, _)| message))
            }
            Poll::Ready(Err(error)) => Err(lost(&error)),
        }
    }

    /// The next message, if all of it is there, and whether it is [`LARGE`].
    fn parse(&mut self, most: usize) -> Result<Option<(Message, bool)>, DatabaseError> {
        // The library makes room for whatever length is announced.
        let header = Header::parse(&self.unread).map_err(|error| lost(&error))?;
        match header.map(|header| usize::try_from(header.len()).unwrap_or(usize::MAX)) {
            None => Ok(None),
            Some(bytes) if bytes > most => Err(DatabaseError::TooLarge(most)),
            Some(bytes) => {
                let message = Message::parse(&mut self.unread).map_err(|error| lost(&error))?;
                Ok(message.map(|message| (message, bytes > LARGE)))
            }
        }
    }
}

impl ServerError {
    pub(super) fn new(body: &ErrorResponseBody) -> Self {
        use fallible_iterator::FallibleIterator as _;
        let mut this = Self { severity: "ERROR".to_owned(), code: String::new(), message: String::new() };
        let mut fields = body.fields();
        // A field that cannot be read is the last.
        while let Ok(Some(field)) = fields.next() {
            let value = || String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                // In the server's language, and then, by newer servers, in English.
                b'S' | b'V' => this.severity = value(),
                b'C' => this.code = value(),
                b'M' => this.message = value(),
                _ => {}
            }
        }
        this
    }

    /// Whether the server ends the connection with it.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC") || self.code.starts_with("57P")
    }
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {} (SQLSTATE {})", self.severity, self.message, self.code)
    }
}

impl From<ServerError> for DatabaseError {
    fn from(error: ServerError) -> Self {
        if error.is_fatal() { Self::Lost(error.to_string()) } else { Self::Refused(error.to_string()) }
    }
}

/// The connection is of no use any more.
pub(super) fn lost(error: &io::Error) -> DatabaseError {
    DatabaseError::Lost(match error.kind() {
        io::ErrorKind::UnexpectedEof => "the server closed it".to_owned(),
        _ => error.to_string(),
    })
}

/// What came is not what has to come here.
pub(super) fn unexpected(what: &str) -> DatabaseError {
    DatabaseError::Lost(format!("the server sent {what} where something else has to come"))
}
