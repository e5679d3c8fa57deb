//! A model's provider that takes as long as it is told, for any number of calls at once, on one thread.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

/// Connections that may arrive before one is accepted.
const BACKLOG: u32 = 4096;
/// The prompt of a call that is held until all are let go.
pub const HELD: &str = "held";

/// A running provider. It answers a chat request with its prompt: after as many milliseconds as that names, or when all
/// that are held are let go.
pub struct SlowModel {
    /// Its URL, with a slash at its end.
    pub url: String,
    state: Arc<State>,
}

struct State {
    arrived: AtomicUsize,
    released: watch::Sender<bool>,
}

impl SlowModel {
    /// Serves on a free port, by the runtime that this is called in, until that ends.
    ///
    /// # Errors
    /// When there is no port.
    pub fn listen() -> std::io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        let url = format!("http://{}/", listener.local_addr()?);
        let state = Arc::new(State { arrived: AtomicUsize::new(0), released: watch::Sender::new(false) });
        tokio::spawn(serve(listener, Arc::clone(&state)));
        Ok(Self { url, state })
    }

    /// Serves on a thread of its own until the process ends.
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let model = {
            let _runtime = runtime.enter();
            Self::listen().expect("a free port")
        };
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        model
    }

    /// Requests so far.
    pub fn arrived(&self) -> usize {
        self.state.arrived.load(Ordering::Relaxed)
    }

    /// Waits until there were so many requests, or the time is over; as many as there were.
    pub fn wait_for(&self, wanted: usize, patience: Duration) -> usize {
        let end = Instant::now() + patience;
        while self.arrived() < wanted && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.arrived()
    }

    /// Lets go those that are held, and those to come.
    pub fn release(&self) {
        self.state.released.send_replace(true);
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        let service = service_fn(move |request| answer(request, Arc::clone(&state)));
        // A runner that is killed breaks its connections.
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await });
    }
}

async fn answer(request: Request<Incoming>, state: Arc<State>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    state.arrived.fetch_add(1, Ordering::Relaxed);
    let asked: Option<Value> = serde_json::from_slice(&body).ok();
    let prompt = asked.as_ref().and_then(|asked| asked["messages"].as_array()?.last()?["content"].as_str());
    let Some(prompt) = prompt else { return Ok(refusal()) };
    if prompt == HELD {
        let _ = state.released.subscribe().wait_for(|released| *released).await;
    } else {
        let Ok(wait) = prompt.parse() else { return Ok(refusal()) };
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    let answer = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": null,
                     "message": {"role": "assistant", "content": prompt}}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 15, "total_tokens": 35}
    });
    Ok(Response::new(Full::new(answer.to_string().into())))
}

fn refusal() -> Response<Full<Bytes>> {
    let mut refusal = Response::new(Full::default());
    *refusal.status_mut() = StatusCode::BAD_REQUEST;
    refusal
}
