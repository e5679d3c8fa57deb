//! A double of Dgraph for what a real one cannot be made to do: it speaks gRPC, records calls and answers as it is told.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::tls;

/// A call that arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// Function, for instance `Query`.
    pub function: String,
    /// Metadata, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The message.
    pub message: Vec<u8>,
}

impl Call {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What a double answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A message.
    Message(Vec<u8>),
    /// A code and a text.
    Status(u16, String),
    /// The same after a while.
    Later(Duration, Vec<u8>),
    /// Nothing, for ever.
    Never,
    /// The head, and then nothing.
    Half,
    /// The connection is reset.
    Reset,
    /// A status of HTTP and a page.
    Page(u16),
    /// A message without a status behind it.
    Unfinished(Vec<u8>),
    /// The beginning of a message that would have so many bytes.
    Announced(u32),
}

/// The text of the JSON in an answer, as a message.
pub fn json(text: &str) -> Vec<u8> {
    field(1, text.as_bytes())
}

/// The answer to somebody who signs in: two tokens.
pub fn tokens(access: &str, refresh: &str) -> Vec<u8> {
    field(1, &[field(1, access.as_bytes()), field(2, refresh.as_bytes())].concat())
}

/// A field of a message that has text, bytes or another message.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut message = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        message.push(length as u8 & 0x7f | 0x80);
        length >>= 7;
    }
    message.push(length as u8);
    message.extend_from_slice(content);
    message
}

type Answer = dyn Fn(&Call) -> Reply + Send + Sync;

/// A running double. It ends with the process.
pub struct Double {
    /// Its port, on loopback.
    pub port: u16,
    state: Arc<State>,
}

struct State {
    answer: Box<Answer>,
    calls: Mutex<Vec<Call>>,
    cancelled: AtomicUsize,
    connections: AtomicUsize,
}

impl Double {
    /// Starts one without TLS.
    pub fn start(answer: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Self::with(answer, None)
    }

    /// Starts one with TLS as `localhost`; and its certificate.
    pub fn start_with_tls(answer: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> (Self, String) {
        let (acceptor, certificate) = tls::acceptor(&["localhost"], &["h2"]);
        (Self::with(answer, Some(acceptor)), certificate)
    }

    fn with(answer: impl Fn(&Call) -> Reply + Send + Sync + 'static, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        listener.set_nonblocking(true).expect("a setting of the system");
        let state = Arc::new(State {
            answer: Box::new(answer),
            calls: Mutex::default(),
            cancelled: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(accept(listener, shared, tls));
        });
        Self { port, state }
    }

    /// What was asked so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state.calls.lock().unwrap().clone()
    }

    /// How many calls the client gave up.
    pub fn cancelled(&self) -> usize {
        self.state.cancelled.load(Ordering::SeqCst)
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, state: Arc<State>, tls: Option<TlsAcceptor>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        state.connections.fetch_add(1, Ordering::SeqCst);
        // Whenever it is closed here, it is reset.
        stream.set_zero_linger().expect("a setting of the system");
        let (state, tls) = (Arc::clone(&state), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => serve(stream, state).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, state).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, state: Arc<State>) {
    let reset = Arc::new(Notify::new());
    let service = service_fn(|request| respond(request, Arc::clone(&state), Arc::clone(&reset)));
    let connection = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = connection => {}
        () = reset.notified() => {}
    }
}

/// A call that is under way; dropped before its end it was given up.
struct UnderWay(Arc<State>, bool);

impl Drop for UnderWay {
    fn drop(&mut self) {
        if !self.1 {
            self.0.cancelled.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn respond(
    request: Request<Incoming>,
    state: Arc<State>,
    reset: Arc<Notify>,
) -> Result<Response<Parts>, Infallible> {
    let mut under_way = UnderWay(Arc::clone(&state), false);
    let (head, body) = request.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let function = head.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let call = Call { function, headers, message: body.get(5..).unwrap_or_default().to_vec() };
    let reply = (state.answer)(&call);
    state.calls.lock().unwrap().push(call);
    let response = match reply {
        Reply::Message(message) => grpc([framed(&message), status(0, "")], false),
        Reply::Status(code, text) => grpc([status(code, &text)], false),
        Reply::Later(time, message) => {
            tokio::time::sleep(time).await;
            grpc([framed(&message), status(0, "")], false)
        }
        Reply::Never => std::future::pending().await,
        Reply::Half => grpc([], true),
        Reply::Reset => {
            under_way.1 = true;
            reset.notify_one();
            std::future::pending().await
        }
        Reply::Page(code) => {
            let page = Frame::data(Bytes::from_static(b"<html>no</html>"));
            let response = Response::builder().status(code).header("content-type", "text/html");
            response.body(Parts { frames: VecDeque::from([page]), stays: false }).expect("a response")
        }
        Reply::Unfinished(message) => grpc([framed(&message)], false),
        Reply::Announced(size) => {
            let head = [&[0][..], &size.to_be_bytes()].concat();
            grpc([Frame::data(Bytes::from(head))], true)
        }
    };
    under_way.1 = true;
    Ok(response)
}

fn grpc<const N: usize>(frames: [Frame<Bytes>; N], stays: bool) -> Response<Parts> {
    let response = Response::builder().header("content-type", "application/grpc");
    response.body(Parts { frames: VecDeque::from(frames), stays }).expect("a response")
}

fn framed(message: &[u8]) -> Frame<Bytes> {
    let size = u32::try_from(message.len()).expect("a small message").to_be_bytes();
    Frame::data(Bytes::from([&[0][..], &size, message].concat()))
}

fn status(code: u16, text: &str) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    trailers.insert(HeaderName::from_static("grpc-status"), code.into());
    trailers.insert(HeaderName::from_static("grpc-message"), text.parse().expect("a header's value"));
    Frame::trailers(trailers)
}

/// Frames one after the other, and then the end, or nothing more.
struct Parts {
    frames: VecDeque<Frame<Bytes>>,
    stays: bool,
}

impl Body for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.frames.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(frame))),
            None if self.stays => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}
