//! A connection as a stream of messages: TCP, with TLS where wanted, and the chunks that messages come in.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::message::Version;
use crate::client::silence;
use crate::compute;

/// Time for a TCP connection to one address.
const CONNECT: Duration = Duration::from_secs(5);

/// Bytes of a message that takes long to read, and whose buffer is not kept.
const LARGE: usize = 1 << 20;

/// Four bytes that every Bolt connection begins with, and the versions in question: 5.4 and the four before it, then 4.4.
const HANDSHAKE: [u8; 20] = [0x60, 0x60, 0xB0, 0x17, 0, 4, 4, 5, 0, 0, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0];
const VERSIONS: &str = "5.0 to 5.4 and 4.4";

/// A connection.
#[derive(Debug)]
pub(super) struct Wire {
    stream: BufReader<Stream>,
    /// The message that was read last.
    message: Vec<u8>,
    /// How long the server may say nothing; it has promised to say that it is alive more often.
    patience: Option<Duration>,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

/// Why a message was not read.
pub(super) enum Unread {
    /// The connection is of no use any more.
    Lost(io::Error),
    /// The message has more bytes than it may.
    TooLarge,
}

impl Wire {
    /// Connects to the first address that can be reached, and agrees on a version.
    pub(super) async fn open(
        addresses: &[SocketAddr],
        tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    ) -> io::Result<(Self, Version)> {
        let tcp = connect(addresses).await?;
        silence::noticed(&tcp)?;
        let mut stream = match tls {
            None => Stream::Plain(tcp),
            Some((config, name)) => Stream::Secure(Box::new(TlsConnector::from(config).connect(name, tcp).await?)),
        };
        stream.write_all(&HANDSHAKE).await?;
        stream.flush().await?;
        let mut stream = BufReader::with_capacity(16 << 10, stream);
        let mut chosen = [0; 4];
        stream.read_exact(&mut chosen).await?;
        let version = match chosen {
            [0, 0, minor @ 0..=4, 5] => (5, minor),
            [0, 0, 4, 4] => (4, 4),
            [0, 0, 0, 0] => return Err(refused(format!("the server speaks none of the versions {VERSIONS} of Bolt"))),
            // It begins an answer with the protocol's name.
            _ if &chosen == b"HTTP" => return Err(refused("the port is one for HTTP, not for Bolt".to_owned())),
            _ => return Err(refused("the server does not speak Bolt".to_owned())),
        };
        Ok((Self { stream, message: Vec::new(), patience: None }, version))
    }

    /// How long the server may say nothing from now on.
    pub(super) fn be_patient_for(&mut self, patience: Duration) {
        self.patience = Some(patience);
    }

    /// Whether nothing says that the server has closed the connection. Nobody may be waiting for a message.
    pub(super) fn seems_alive(&self) -> bool {
        let tcp = match self.stream.get_ref() {
            Stream::Plain(tcp) => tcp,
            Stream::Secure(tls) => tls.get_ref().0,
        };
        // What a server sends unasked is its farewell.
        let waits = matches!(tcp.try_read(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        waits && self.stream.buffer().is_empty()
    }

    /// Sends messages.
    pub(super) async fn send(&mut self, messages: &[Vec<u8>]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(messages.iter().map(|message| message.len() + 8).sum());
        for message in messages {
            for chunk in message.chunks(usize::from(u16::MAX)) {
                bytes.extend_from_slice(&u16::try_from(chunk.len()).unwrap_or(u16::MAX).to_be_bytes());
                bytes.extend_from_slice(chunk);
            }
            bytes.extend_from_slice(&[0, 0]);
        }
        self.stream.write_all(&bytes).await?;
        self.stream.flush().await
    }

    /// Reads a message of at most so many bytes. Chunks without content, by which a server says that it is alive, may come
    /// before it.
    pub(super) async fn receive(&mut self, most: usize) -> Result<(), Unread> {
        if self.message.capacity() > LARGE {
            self.message = Vec::new();
        }
        self.message.clear();
        loop {
            let mut size = [0; 2];
            self.read(&mut size).await?;
            match usize::from(u16::from_be_bytes(size)) {
                0 if self.message.is_empty() => {}
                0 => {
                    if self.message.len() > LARGE {
                        // Whoever reads it takes long.
                        compute::leave().await;
                    }
                    return Ok(());
                }
                size => {
                    let before = self.message.len();
                    if before + size > most {
                        return Err(Unread::TooLarge);
                    }
                    self.message.resize(before + size, 0);
                    let mut message = std::mem::take(&mut self.message);
                    let read = self.read(message.get_mut(before..).unwrap_or_default()).await;
                    self.message = message;
                    read?;
                }
            }
        }
    }

    /// The message that was read last.
    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }

    async fn read(&mut self, bytes: &mut [u8]) -> Result<(), Unread> {
        let read = async { self.stream.read_exact(bytes).await.map(drop).map_err(Unread::Lost) };
        match self.patience {
            None => read.await,
            Some(patience) => timeout(patience, read).await.unwrap_or_else(|_| {
                Err(Unread::Lost(io::Error::new(io::ErrorKind::TimedOut, "the server has gone silent")))
            }),
        }
    }
}

async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::Error::new(io::ErrorKind::TimedOut, format!("no connection after {CONNECT:?}")),
        }
    }
    Err(last)
}

fn refused(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(context, bytes),
            Self::Secure(tls) => Pin::new(tls).poll_read(context, bytes),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(context, bytes),
            Self::Secure(tls) => Pin::new(tls).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(context),
            Self::Secure(tls) => Pin::new(tls).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(context),
            Self::Secure(tls) => Pin::new(tls).poll_shutdown(context),
        }
    }
}
