//! Promise: what the head of a request decides is answered by it: where only the head is wanted, where nobody can tell for
//! whom the request is, and where its body would be sent for nothing.

use serde_json::json;
use tests::app;
use tests::guests;
use tests::raw::Raw;
use tests::runner::{Options, Runner};

#[test]
fn probes_without_bodies() {
    let app = app::compile(&guests::build("examples/people"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default().env("MODUS_ENV", "dev"));
    let ask = |method: &str, path: &str| {
        let mut client = Raw::connect(&runner);
        client.send(format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"));
        let head = client.head().expect("an answer");
        let lines = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
        (lines.map(str::to_owned).collect::<Vec<_>>(), client.rest())
    };
    let paths = [
        "/livez",
        "/readyz",
        "/ready",
        "/health",
        "/livez/",
        "/",
        "/explorer",
        "/explorer/",
        "/explorer/api/endpoints",
        "/explorer/assets/explorer.js",
        "/explorer/nothing",
        "/nowhere",
    ];
    for path in paths {
        let (with, body) = ask("GET", path);
        assert!(!body.is_empty(), "{path}");
        assert_eq!(ask("HEAD", path), (with, Vec::new()), "{path}");
    }
    // What is measured changes meanwhile.
    let (head, body) = ask("HEAD", "/metrics");
    assert!(head[0].contains("200") && head.iter().any(|line| line.starts_with("content-length: ")), "{head:?}");
    assert!(body.is_empty());
    for (method, path, allowed) in [
        ("HEAD", "/graphql", "allow: GET, POST"),
        ("PUT", "/graphql", "allow: GET, POST"),
        ("PUT", "/livez", "allow: GET, HEAD, POST"),
        ("DELETE", "/nowhere", "allow: GET, HEAD, POST"),
    ] {
        let (head, _) = ask(method, path);
        assert!(head[0].contains("405") && head.iter().any(|line| line == allowed), "{method} {path}: {head:?}");
    }

    let runner = Runner::start(&app.artifact, &Options::arguments(&["--admin-address", "127.0.0.1:0"]));
    let told = runner.wait_for_log(|record| record["admin"].is_string());
    let admin = format!("http://{}", told["admin"].as_str().expect("an address"));
    for path in ["/livez", "/readyz", "/health", "/metrics"] {
        assert_eq!(ureq::head(format!("{admin}{path}")).call().expect("an answer").status(), 200, "{path}");
        assert!(matches!(ureq::put(format!("{admin}{path}")).send(""), Err(ureq::Error::StatusCode(405))), "{path}");
    }
}

#[test]
fn for_whom_a_request_is() {
    let app = app::compile(&guests::build("examples/people"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default());
    let body = json!({"query": "{ sayHello }"}).to_string();
    let ask = |line: &str, headers: &str| {
        let mut client = Raw::connect(&runner);
        let length = body.len();
        client.send(format!(
            "{line}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        ));
        let answer = client.answer().expect("an answer");
        if answer.status == 400 {
            assert_eq!(answer.headers["connection"], "close", "{line} {headers}");
            assert!(client.is_closed(), "{line} {headers}");
        }
        answer.status
    };
    let post = "POST /graphql HTTP/1.1";
    for (line, headers, status) in [
        (post, "host: x\r\n", 200),
        (post, "host: [::1]:8686\r\n", 200),
        ("POST /graphql HTTP/1.0", "", 200),
        ("POST http://y/graphql HTTP/1.1", "host: x\r\n", 200),
        (post, "", 400),
        (post, "host: x\r\nhost: x\r\n", 400),
        (post, "host: x\r\nHost: y\r\n", 400),
        ("POST /graphql HTTP/1.0", "host: x\r\nhost: y\r\n", 400),
        (post, "host:\r\n", 400),
        (post, "host: u@x\r\n", 400),
        (post, "host: x:y\r\n", 400),
        (post, "host: x, y\r\n", 400),
        (post, "host: http://x/\r\n", 400),
        ("POST http://y/graphql HTTP/1.1", "", 400),
        ("POST http://u@y/graphql HTTP/1.1", "host: x\r\n", 400),
        ("POST ftp://y/graphql HTTP/1.1", "host: x\r\n", 400),
        ("POST y:80 HTTP/1.1", "host: x\r\n", 400),
        ("GET * HTTP/1.1", "host: x\r\n", 400),
        ("GET /livez HTTP/1.1", "", 400),
    ] {
        assert_eq!(ask(line, headers), status, "{line} {headers}");
    }
}

#[test]
fn bodies_that_are_asked_for_first() {
    let manifest = json!({"endpoints": {
        "open": {"type": "graphql", "path": "/graphql", "auth": "none"},
        "closed": {"type": "graphql", "path": "/closed", "auth": "bearer-token"},
    }});
    let app = app::compile(&guests::build("examples/people"), &manifest.to_string());
    let known = ["--allow-host", "localhost", "--allow-origin", "https://page.example"];
    let runner = Runner::start(&app.artifact, &Options::arguments(&known));
    let (body, json) = (json!({"query": "{ sayHello }"}).to_string(), "content-type: application/json\r\n");
    let begin = |line: &str, length: usize, headers: &str| {
        let mut client = Raw::connect(&runner);
        let host = if headers.contains("host:") { "" } else { "host: localhost\r\n" };
        client.send(format!(
            "{line} HTTP/1.1\r\n{host}expect: 100-Continue\r\ncontent-length: {length}\r\n{headers}\r\n"
        ));
        client
    };
    for (line, length, headers, status) in [
        ("POST /closed", 10, json, 401),
        ("POST /closed", 10, "authorization: Basic eA==\r\n", 400),
        ("POST /graphql", 10, "host: evil.test\r\n", 403),
        ("POST /graphql", 10, "origin: http://evil.test\r\n", 403),
        ("POST /nowhere", 10, json, 404),
        ("POST /graphql/", 10, json, 301),
        ("PUT /graphql", 10, json, 405),
        ("POST /graphql", 2 << 20, json, 413),
        ("POST /graphql", 10, "content-type: text/plain\r\n", 415),
        ("POST /graphql", 10, "content-type: application/json\r\ncontent-encoding: gzip\r\n", 415),
        ("POST /graphql", 10, "host: x\r\nhost: x\r\n", 400),
    ] {
        let mut client = begin(line, length, headers);
        let answer = client.answer().expect("an answer");
        assert_eq!(answer.status, status, "{line} {headers}: {answer:?}");
        // Nobody knows whether the body still comes.
        assert_eq!(answer.headers["connection"], "close", "{line} {headers}");
        assert!(client.is_closed(), "{line} {headers}");
    }
    // Whoever may send it is told so, and the connection goes on.
    let mut client = begin("POST /graphql", body.len(), json);
    for _ in 0..2 {
        assert_eq!(client.head().as_deref(), Some("HTTP/1.1 100 Continue\r\n\r\n"));
        client.send(&body);
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.body.contains("Hello!")), (200, true), "{answer:?}");
        client.send(format!(
            "POST /graphql HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n{json}content-length: {}\r\n\r\n",
            body.len()
        ));
    }
    // Without the question a refusal leaves the connection as it is.
    let mut client = Raw::connect(&runner);
    for _ in 0..2 {
        client
            .send(format!("POST /closed HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
        assert_eq!(client.answer().map(|answer| answer.status), Some(401));
    }
}
