//! A local stand-in for model providers: answers like OpenAI's API and records every request.

use std::convert::Infallible;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Method.
    pub method: String,
    /// Path and query.
    pub url: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body as text.
    pub body: String,
}

impl Recorded {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the request has a JSON body")
    }
}

/// Answers a request with a status and a body.
pub type Answer = dyn Fn(&Recorded) -> (u16, String) + Send + Sync;

/// A running stand-in. It ends with the process.
pub struct StandIn {
    /// Its URL, ending in a slash.
    pub url: String,
    requests: Arc<Mutex<Vec<Recorded>>>,
}

impl StandIn {
    /// Starts one on a free port that answers like the provider.
    pub fn start() -> Self {
        Self::with(|request| (200, provider(request).to_string()))
    }

    /// Starts one on a free port.
    pub fn with(answer: impl Fn(&Recorded) -> (u16, String) + Send + Sync + 'static) -> Self {
        Self::on(0, Arc::new(answer))
    }

    /// Starts one on the given port. Every connection has a thread of its own, so that slow answers do not queue.
    pub fn on(port: u16, answer: Arc<Answer>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the stand-in's port is free");
        let address = listener.local_addr().expect("the stand-in has an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, record) = (answer.clone(), record.clone());
                std::thread::spawn(move || connection(stream, &*answer, &record));
            }
        });
        Self { url: format!("http://{address}/"), requests }
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }
}

fn connection(stream: TcpStream, answer: &Answer, record: &Mutex<Vec<Recorded>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        stream.set_nonblocking(true).expect("a socket");
        let stream = TokioIo::new(tokio::net::TcpStream::from_std(stream).expect("a socket"));
        let service = service_fn(|request| async move { Ok::<_, Infallible>(respond(request, answer, record).await) });
        let _ = http1::Builder::new().serve_connection(stream, service).await;
    });
}

async fn respond(request: Request<Incoming>, answer: &Answer, record: &Mutex<Vec<Recorded>>) -> Response<String> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let recorded = Recorded {
        method: head.method.to_string(),
        url: head.uri.to_string(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    record.lock().unwrap().push(recorded.clone());
    let (status, text) = answer(&recorded);
    Response::builder().status(status).header("content-type", "application/json").body(text).expect("a valid response")
}

/// What the provider answers, by path: chat completions, embeddings, anything else as a classification.
pub fn provider(request: &Recorded) -> Value {
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    if request.url.contains("chat/completions") {
        return chat(&body);
    }
    if request.url.contains("embeddings") {
        let texts = body["input"].as_array().map_or(1, Vec::len);
        let data: Vec<Value> = (0..texts)
            .map(|index| json!({"object": "embedding", "index": index, "embedding": [0.25, -0.5, index as f64]}))
            .collect();
        return json!({"object": "list", "model": body["model"], "data": data,
                      "usage": {"prompt_tokens": 3, "total_tokens": 3}});
    }
    let instances = body["instances"].as_array().map_or(1, Vec::len);
    let prediction = json!({"label": "positive", "confidence": 0.75,
        "probabilities": [{"label": "positive", "probability": 0.75}, {"label": "negative", "probability": 0.25}]});
    json!({"predictions": vec![prediction; instances]})
}

fn chat(body: &Value) -> Value {
    let asked = body["messages"]
        .as_array()
        .and_then(|messages| messages.last())
        .and_then(|message| message["content"].as_str())
        .unwrap_or_default();
    json!({
        "id": "chatcmpl-stand-in", "object": "chat.completion", "created": 1_700_000_000, "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": null, "message": {"role": "assistant",
            "content": format!("You asked: {asked} I would love to, but my cat has just learned to open doors.")}}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 15, "total_tokens": 35}
    })
}

/// Keeps a thread busy with sleeping for `duration`, then answers like the provider.
pub fn slow(duration: Duration) -> impl Fn(&Recorded) -> (u16, String) + Send + Sync {
    move |request| {
        std::thread::sleep(duration);
        (200, provider(request).to_string())
    }
}
