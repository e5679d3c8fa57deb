//! The servers that the examples speak to: real databases and a real embedding model, and doubles of those on the internet.

use std::any::Any;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::LazyLock;

use serde_json::{Value, json};
use tests::app;
use tests::embedding_model::EmbeddingModel;
use tests::guests::{self, Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::services::dgraph::Dgraph;
use tests::services::is_left_out;
use tests::services::mariadb::{self, MariaDb};
use tests::services::neo4j::{self, Neo4j};
use tests::services::postgres::{self, Postgres};
use tests::stand_in::{Recorded, Reply, StandIn, provider};

/// What an example finds around it.
#[derive(Default)]
pub struct World {
    /// What is written in place of what stands in the manifest, and in files that the README names.
    pub replaced: Vec<(String, String)>,
    /// Variables in place of the README's.
    pub environment: Vec<(String, String)>,
    /// Further variables of the runner, which are no matter of the README.
    pub surroundings: Vec<(String, String)>,
    kept: Vec<Box<dyn Any>>,
}

impl World {
    fn replacing(from: &str, to: &str) -> Self {
        Self { replaced: vec![(from.to_owned(), to.to_owned())], ..Self::default() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Nothing is around.
pub fn empty(_: Language) -> Option<World> {
    Some(World::default())
}

fn schema(example: &str) -> String {
    std::fs::read_to_string(tests::root().join("examples").join(example).join("schema.sql")).expect("a schema")
}

/// A table in PostgreSQL, made anew.
pub fn postgresql(_: Language) -> Option<World> {
    static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start(""));
    if is_left_out("postgres") {
        return None;
    }
    SERVER.sql(&format!("SET ROLE {};\n{}", postgres::USER, schema("postgresql")));
    let world = World::replacing("localhost:5432/todo", &format!("127.0.0.1:{}/app", SERVER.port));
    Some(world.with("MODUS_TODO_USERNAME", postgres::USER).with("MODUS_TODO_PASSWORD", postgres::PASSWORD))
}

/// A database of MariaDB for each language.
pub fn mysql(language: Language) -> Option<World> {
    static SERVER: LazyLock<MariaDb> = LazyLock::new(|| {
        let schema = schema("mysql");
        let lines: Vec<&str> = schema.lines().filter(|line| !line.starts_with("--")).collect();
        // What runs at the server's start has a statement on each line.
        let statements = lines.join(" ").replace("; ", ";\n");
        let databases = Language::ALL.map(|language| {
            let name = language.folder();
            let rights = format!("GRANT ALL ON `{name}`.* TO {}@'%';", mariadb::USER);
            format!("CREATE DATABASE `{name}` CHARACTER SET utf8mb4;\n{rights}\nUSE `{name}`;\n{statements}\n")
        });
        MariaDb::start(&databases.concat())
    });
    if is_left_out("mariadb") {
        return None;
    }
    let address = format!("127.0.0.1:{}/{}", SERVER.port, language.folder());
    let world = World::replacing("localhost:3306/guestbook", &address);
    Some(world.with("MODUS_GUESTBOOK_USERNAME", mariadb::USER).with("MODUS_GUESTBOOK_PASSWORD", mariadb::PASSWORD))
}

/// An empty Dgraph.
pub fn dgraph(_: Language) -> Option<World> {
    static SERVER: LazyLock<Dgraph> = LazyLock::new(Dgraph::start);
    if is_left_out("dgraph") {
        return None;
    }
    // Its HTTP port is that of gRPC less 1000.
    let dropped = ureq::post(format!("http://localhost:{}/alter", SERVER.port() - 1000)).send(r#"{"drop_all": true}"#);
    assert!(dropped.as_ref().is_ok_and(|response| response.status() == 200), "{dropped:?}");
    Some(World::replacing("localhost:9080", &SERVER.address()))
}

/// A Neo4j, which the example empties itself.
pub fn neo4j(_: Language) -> Option<World> {
    static SERVER: LazyLock<Neo4j> = LazyLock::new(Neo4j::start);
    if is_left_out("neo4j") {
        return None;
    }
    let world = World::replacing("localhost:7687", &format!("localhost:{}", SERVER.port));
    Some(world.with("MODUS_METRO_PASSWORD", neo4j::PASSWORD))
}

/// The example `people`, which the README starts on another port.
pub fn people(_: Language) -> Option<World> {
    let folder = tests::root().join("examples/people");
    let manifest = std::fs::read_to_string(folder.join("modus.json")).expect("a manifest");
    let app = app::compile(&guests::build("examples/people"), &manifest);
    let runner = Runner::start(&app.artifact, &Options::default().env("MODUS_ENV", "dev"));
    let mut world = World::replacing("http://localhost:8687/", &format!("{}/", runner.url));
    world.kept.push(Box::new((app, runner)));
    Some(world)
}

/// A real model for embeddings in the place of Ollama.
pub fn ollama(_: Language) -> Option<World> {
    static MODEL: LazyLock<EmbeddingModel> = LazyLock::new(EmbeddingModel::start);
    if is_left_out("embeddings") {
        return None;
    }
    Some(World::replacing("http://localhost:11434/", MODEL.base_url.strip_suffix("v1").expect("a version")))
}

/// A double of text-embeddings-inference that knows the README's texts.
pub fn classifier(_: Language) -> Option<World> {
    let server = StandIn::with(|request| {
        let bad = (request.method.as_str(), request.url.as_str()) != ("POST", "/predict");
        let texts: Vec<[String; 1]> = serde_json::from_value(request.json()["inputs"].clone()).unwrap_or_default();
        if bad || texts.is_empty() {
            return (422, r#"{"error": "no inputs", "error_type": "Validation"}"#.to_owned());
        }
        let labels = texts.iter().map(|[text]| {
            let positive = match text.as_str() {
                "The tea was wonderful." => 0.99,
                "The tea was tea." => 0.55,
                "Lovely!" => 0.98,
                "Fine, thanks." => 0.8,
                _ => 0.02,
            };
            json!([{"score": positive, "label": "POSITIVE"}, {"score": 1.0 - positive, "label": "NEGATIVE"}])
        });
        (200, Value::from_iter(labels).to_string())
    });
    Some(World::replacing("http://localhost:8080/", &server.url))
}

/// Doubles of servers on the internet. The app asks them by their names, over TLS, and its manifest is as it is: a proxy leads
/// to the doubles.
fn internet(names: &'static [&'static str], answer: fn(&Recorded) -> Reply) -> Option<World> {
    let (server, certificate) = StandIn::with_tls_as(names, answer);
    let port = server.url.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
    let proxy = proxy(names, port.expect("a port"));
    let roots = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(roots.path(), certificate).expect("a file");
    let path = roots.path().to_str().expect("text").to_owned();
    let surroundings = vec![("HTTPS_PROXY".to_owned(), proxy), ("SSL_CERT_FILE".to_owned(), path)];
    Some(World { surroundings, kept: vec![Box::new(roots)], ..World::default() })
}

/// A proxy that leads to this port whoever wants one of the names; its URL.
fn proxy(names: &'static [&'static str], port: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            std::thread::spawn(move || lead(client, names, port));
        }
    });
    format!("http://{address}")
}

fn lead(mut client: TcpStream, names: &[&str], port: u16) -> Option<()> {
    let mut head = Vec::new();
    // The client says nothing more until it has an answer.
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    if !names.iter().any(|name| head.starts_with(&format!("CONNECT {name}:443 "))) {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").ok();
    }
    let server = TcpStream::connect(("127.0.0.1", port)).ok()?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let (mut from, mut to) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (server, client);
    let _ = std::io::copy(&mut from, &mut to);
    to.shutdown(Shutdown::Write).ok()
}

fn refusal(status: u16, message: &str) -> Reply {
    (status, json!({"error": {"message": message, "type": "invalid_request_error"}}).to_string()).into()
}

/// Open-Meteo and ntfy.
pub fn weather_and_ntfy(_: Language) -> Option<World> {
    internet(&["api.open-meteo.com", "ntfy.sh"], |request| match (request.method.as_str(), request.url.as_str()) {
        ("GET", "/v1/forecast?latitude=59.91&longitude=10.75&current=temperature_2m,wind_speed_10m") => {
            let now =
                json!({"time": "2026-01-10T09:30", "interval": 900, "temperature_2m": -3.5, "wind_speed_10m": 7.2});
            (200, json!({"latitude": 59.9, "longitude": 10.75, "elevation": 9.0, "current": now}).to_string()).into()
        }
        ("POST", "/") => {
            let sent = json!({"topic": "tea-kitchen", "message": "The tea is ready."});
            let is_right = request.header("authorization") == Some("Bearer tk_example")
                && request.header("content-type") == Some("application/json")
                && request.json() == sent;
            if !is_right {
                return refusal(401, "unauthorized");
            }
            (200, json!({"id": "hwQ2YpKdmg", "time": 1_768_000_000, "event": "message"}).to_string()).into()
        }
        _ => (400, r#"{"error": true, "reason": "Latitude must be in range of -90 to 90."}"#.to_owned()).into(),
    })
}

/// OpenAI, where it excuses people.
pub fn excuses(_: Language) -> Option<World> {
    internet(&["api.openai.com"], |request| match is_let_in(request) {
        true if request.body.contains("the Monday meeting") => (200, provider(request).to_string()).into(),
        _ => refusal(401, "Incorrect API key provided"),
    })
}

fn is_let_in(request: &Recorded) -> bool {
    request.header("authorization") == Some("Bearer sk-example") && request.url == "/v1/chat/completions"
}

/// OpenAI, where it wants to know about orders.
pub fn orders(_: Language) -> Option<World> {
    internet(&["api.openai.com"], |request| {
        let body = request.json();
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        let Some(last) = messages.last().filter(|_| is_let_in(request)) else {
            return refusal(401, "Incorrect API key provided");
        };
        let text = last["content"].as_str().unwrap_or_default();
        let tool = &body["tools"][0]["function"];
        let number = &tool["parameters"]["properties"]["number"];
        if tool["name"] != "order_status" || number["type"] != "integer" {
            return refusal(400, "there is no tool for orders");
        }
        let message = if last["role"] == "tool" {
            let asked = &messages[messages.len() - 2];
            if last["tool_call_id"] != "call_1" || asked["tool_calls"][0]["id"] != "call_1" {
                return refusal(400, "a message with role 'tool' must be a response to a message with 'tool_calls'");
            }
            json!({"role": "assistant", "content": format!("I have looked it up. {text}")})
        } else if text.contains("order 17") {
            let function = json!({"name": "order_status", "arguments": "{\"number\": 17}"});
            let call = json!({"id": "call_1", "type": "function", "function": function});
            json!({"role": "assistant", "content": null, "tool_calls": [call]})
        } else {
            json!({"role": "assistant", "content": "We do, brass ones too."})
        };
        let choice = json!({"index": 0, "finish_reason": "stop", "message": message});
        let usage = json!({"prompt_tokens": 20, "completion_tokens": 15, "total_tokens": 35});
        let answer = json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000,
            "model": body["model"], "choices": [choice], "usage": usage});
        (200, answer.to_string()).into()
    })
}
