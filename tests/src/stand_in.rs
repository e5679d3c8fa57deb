//! A local stand-in for other servers: answers like OpenAI's API unless told otherwise, and records every request.

use std::convert::Infallible;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Uri, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;

use crate::tls;

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Method.
    pub method: String,
    /// Path and query.
    pub url: String,
    /// Version of HTTP.
    pub version: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body as text.
    pub body: String,
    /// Body as it came.
    pub bytes: Vec<u8>,
}

impl Recorded {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a header.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the request has a JSON body")
    }
}

/// What a stand-in answers.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A body with status 200.
    pub fn body(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into() }
    }

    /// A redirect.
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self { status, headers: vec![("location", location.into())], body: Vec::new() }
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A status and a JSON body.
impl From<(u16, String)> for Reply {
    fn from((status, body): (u16, String)) -> Self {
        Self { status, ..Self::body(body) }.header("content-type", "application/json")
    }
}

/// Answers a request.
pub type Answer = dyn Fn(&Recorded) -> Reply + Send + Sync;

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
    pub fn with<R: Into<Reply>>(answer: impl Fn(&Recorded) -> R + Send + Sync + 'static) -> Self {
        Self::on(0, Arc::new(move |request| answer(request).into()))
    }

    /// Starts one on a free port that holds its answers back: it sends for each request that arrives, and answers once it is
    /// told to, or whoever would tell it is gone.
    pub fn held<R: Into<Reply>>(
        answer: impl Fn(&Recorded) -> R + Send + Sync + 'static,
    ) -> (Self, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let ((arrived, arrivals), (open, opened)) = (mpsc::channel(), mpsc::channel());
        let (arrived, opened) = (Mutex::new(arrived), Mutex::new(opened));
        let stand_in = Self::with(move |request| {
            // Without anybody who listens there is nothing to tell, or to wait for.
            let _ = arrived.lock().expect("a lock").send(());
            let _ = opened.lock().expect("a lock").recv();
            answer(request)
        });
        (stand_in, arrivals, open)
    }

    /// Starts one on a free port that speaks HTTPS, HTTP/2 included, as `localhost`; and its certificate.
    pub fn with_tls<R: Into<Reply>>(answer: impl Fn(&Recorded) -> R + Send + Sync + 'static) -> (Self, String) {
        Self::with_tls_as(&["localhost"], answer)
    }

    /// The same with a certificate for these names.
    pub fn with_tls_as<R: Into<Reply>>(
        names: &[&str],
        answer: impl Fn(&Recorded) -> R + Send + Sync + 'static,
    ) -> (Self, String) {
        let (acceptor, certificate) = tls::acceptor(names, &["h2", "http/1.1"]);
        let mut stand_in = Self::listen(0, Arc::new(move |request| answer(request).into()), Some(acceptor));
        stand_in.url = stand_in.url.replace("http://127.0.0.1", "https://localhost");
        (stand_in, certificate)
    }

    /// Starts one on the given port. Every connection has a thread of its own, so that slow answers do not queue.
    pub fn on(port: u16, answer: Arc<Answer>) -> Self {
        Self::listen(port, answer, None)
    }

    fn listen(port: u16, answer: Arc<Answer>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the stand-in's port is free");
        let address = listener.local_addr().expect("the stand-in has an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, record, tls) = (answer.clone(), record.clone(), tls.clone());
                std::thread::spawn(move || connection(stream, tls, answer, record));
            }
        });
        Self { url: format!("http://{address}/"), requests }
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }
}

fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, answer: Arc<Answer>, record: Arc<Mutex<Vec<Recorded>>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        stream.set_nonblocking(true).expect("a socket");
        let stream = tokio::net::TcpStream::from_std(stream).expect("a socket");
        let service = service_fn(move |request| {
            let (answer, record) = (answer.clone(), record.clone());
            async move { Ok::<_, Infallible>(respond(request, &*answer, &record).await) }
        });
        let server = auto::Builder::new(TokioExecutor::new());
        match tls {
            None => drop(server.serve_connection(TokioIo::new(stream), service).await),
            // A client that refuses the certificate ends the connection.
            Some(tls) => {
                if let Ok(stream) = tls.accept(stream).await {
                    drop(server.serve_connection(TokioIo::new(stream), service).await);
                }
            }
        }
    });
}

async fn respond(request: Request<Incoming>, answer: &Answer, record: &Mutex<Vec<Recorded>>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let recorded = Recorded {
        method: head.method.to_string(),
        // Over HTTP/2 the whole URL arrives.
        url: if head.version == Version::HTTP_2 { path(&head.uri) } else { head.uri.to_string() },
        version: format!("{:?}", head.version),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        bytes: body.to_vec(),
    };
    record.lock().unwrap().push(recorded.clone());
    let reply = answer(&recorded);
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(reply.body.into())).expect("a valid response")
}

fn path(uri: &Uri) -> String {
    uri.path_and_query().map(ToString::to_string).unwrap_or_default()
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
