//! Promise: requests are found and understood in every form that clients give them, and what is wrong with one is said.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::raw::{Answer, Raw};
use tests::runner::{Options, Runner};

const ASKS: &str = r#"{"query":"{ sayHello(name: \"Ada\") }"}"#;
const ANSWER: &str = r#"{"data":{"sayHello":"Hello, Ada!"}}"#;

fn endpoints(paths: &[&str]) -> String {
    let endpoint = |path: &&str| json!({"type": "graphql", "path": path, "auth": "none"});
    let named = paths.iter().enumerate().map(|(index, path)| (format!("e{index}"), endpoint(path)));
    json!({"endpoints": named.collect::<serde_json::Map<_, _>>()}).to_string()
}

fn people(manifest: &str, options: &Options) -> (App, Runner) {
    app::compile(&guests::build("examples/people"), manifest).serve(options)
}

/// Sends a head of these lines and a body, on a connection of its own.
fn send(runner: &Runner, first: &str, headers: &[&str], body: &str) -> Answer {
    let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let mut raw = Raw::connect(runner);
    let host = runner.url.trim_start_matches("http://");
    raw.send(format!("{first} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n{more}\r\n{body}", body.len()));
    raw.answer().expect("an answer")
}

fn post(runner: &Runner, path: &str, body: &str) -> (u16, String) {
    let answer = send(runner, &format!("POST {path}"), &["content-type: application/json"], body);
    (answer.status, answer.body)
}

#[test]
fn endpoints_are_found_however_their_path_is_escaped() {
    let (_app, runner) = people(&endpoints(&["/gräph", "/gr%61phql", "/日本/"]), &Options::default());
    for path in ["/gr%C3%A4ph", "/gr%c3%a4%70h", "/gräph", "/graphql", "/gr%61phql", "/%E6%97%A5%E6%9C%AC/any"] {
        assert_eq!(post(&runner, path, ASKS), (200, ANSWER.to_owned()), "{path}");
    }
    for path in ["/gr%E4ph", "/graphql%", "/gr%zzphql", "/gra%2Fphql", "/GRAPHQL"] {
        assert_eq!(post(&runner, path, ASKS).0, 404, "{path}");
    }
    assert_eq!(runner.get("/l%69vez"), runner.get("/livez"));
    assert_eq!(runner.get("/l%69vez").0, 200);
    // What is announced can be asked.
    let announced = |end: &str| {
        runner.wait_for_log(|record| record["url"].as_str().is_some_and(|url| url == format!("{}{end}", runner.url)))
    };
    announced("/gr%C3%A4ph");
    announced("/graphql");
}

#[test]
fn paths_that_no_client_can_ask_for_are_refused_with_a_reason() {
    let paths = ["/a?b", "/a#b", "/{x}", "/a/../b", "//", "/a\u{1}", "/a%0a", "/a%zz", "/metr%69cs", "/livez"];
    let manifest = endpoints(&[&paths[..], &["/graphql"]].concat());
    let (app, runner) = people(&manifest, &Options::default());
    for (index, path) in paths.iter().enumerate() {
        assert!(app.messages.contains(&format!("[e{index}]: `path` must not")), "{path}: {}", app.messages);
    }
    assert_eq!(post(&runner, "/graphql", ASKS), (200, ANSWER.to_owned()));
    let serving = runner.log().lines().filter(|line| line.contains("\"Serving.\"")).count();
    assert_eq!(serving, 1, "{}", runner.log());

    // A manifest that the runner reads itself.
    let file = app.artifact.with_file_name("other.json");
    std::fs::write(&file, &manifest).expect("room");
    let arguments = ["--manifest", file.to_str().expect("text")];
    let other = Runner::start(&app.artifact, &Options::arguments(&arguments));
    for index in 0..paths.len() {
        assert!(other.log().contains(&format!("[e{index}]: `path` must not")), "{}", other.log());
    }
    assert_eq!(post(&other, "/graphql", ASKS), (200, ANSWER.to_owned()));
}

#[test]
fn the_explorer_takes_no_request_for_an_operation() {
    let (_app, runner) = people(app::OPEN, &Options::default().env("MODUS_ENV", "dev"));
    let hash = "3d0e3ab6d3cd7c2a2d1dffa7b2c5c5b5b3a1b8b7e1f9b1f4a4c6b5a7e8d9c0f1";
    let persisted = format!(
        "/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hash}%22%7D%7D"
    );
    let page = "accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for accept in ["accept: */*", page, "x-none: 1"] {
        let answer = send(&runner, &format!("GET {persisted}"), &[accept], "");
        assert_eq!(answer.status, 200, "{accept}: {}", answer.body);
        assert!(answer.body.contains("PERSISTED_QUERY_NOT_FOUND"), "{accept}: {}", answer.body);
    }
    let visit = send(&runner, "GET /graphql", &[page], "");
    assert_eq!((visit.status, visit.headers["location"].as_str()), (307, "/explorer"));
    for target in ["/graphql?operationName=A", "/graphql?variables=%7B%7D", "/graphql?qu%65ry="] {
        assert_ne!(send(&runner, &format!("GET {target}"), &[page], "").status, 307, "{target}");
    }
    for accept in ["accept: */*", "accept: text/html;q=0.5, application/json", "x-none: 1"] {
        assert_ne!(send(&runner, "GET /graphql", &[accept], "").status, 307, "{accept}");
    }
}

#[test]
fn optional_members_may_be_empty_or_texts() {
    let (_app, runner) = people(app::OPEN, &Options::default());
    let query = "query A($n: String) { sayHello(name: $n) }";
    for (operation_name, variables) in [
        (json!(""), json!({"n": "Ada"})),
        (json!(""), json!(r#"{"n": "Ada"}"#)),
        (json!(null), json!(r#"{"n": "Ada"}"#)),
        (json!("A"), json!(r#" {"n":"\u0041da"} "#)),
    ] {
        let request =
            json!({"query": query, "operationName": operation_name, "variables": variables, "extensions": ""});
        assert_eq!(post(&runner, "/graphql", &request.to_string()), (200, ANSWER.to_owned()), "{request}");
        let headers = ["content-type: application/json", "accept: text/event-stream"];
        let events = send(&runner, "POST /graphql", &headers, &request.to_string());
        assert!(events.status == 200 && events.body.contains(&format!("data: {ANSWER}")), "{request}: {}", events.body);
    }
    for empty in [json!(""), json!(null), json!({}), json!("{}"), json!("null")] {
        let request = json!({"query": "{ sayHello(name: \"Ada\") }", "variables": empty, "extensions": empty});
        assert_eq!(post(&runner, "/graphql", &request.to_string()), (200, ANSWER.to_owned()), "{request}");
    }
}

#[test]
fn what_is_not_supported_is_said() {
    let (_app, runner) = people(app::OPEN, &Options::default());
    let refused = |body: &str, reason: &str| {
        let expected = format!("Failed to parse GraphQL request. {reason}\n");
        assert_eq!(post(&runner, "/graphql", body), (400, expected), "{body}");
    };
    let batch = "A batch is not supported: send each operation as a request of its own.";
    refused(&format!("[{ASKS}]"), batch);
    refused(" []", batch);
    refused(r#"{"query":"{a}","variables":"{"}"#, "`variables` must be an object, or the JSON text of one.");
    refused(r#"{"query":"{a}","extensions":[1]}"#, "`extensions` must be an object, or the JSON text of one.");
    let upgrade = [
        "connection: keep-alive, Upgrade",
        "upgrade: WebSocket",
        "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-protocol: graphql-transport-ws",
    ];
    let answer = send(&runner, "GET /graphql", &upgrade, "");
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("WebSockets are not supported") && answer.body.contains("SSE"), "{}", answer.body);
}

#[test]
fn literals_of_scalars() {
    let app = app::compile(&guests::build("tests/guests/assemblyscript/types"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::default());
    let error = |query: &str| {
        let (status, body) = runner.post("/graphql", &json!({"query": query}).to_string());
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert!(status == 200 && body.get("data").is_none(), "{query}: {status} {body}");
        let place = &body["errors"][0]["locations"][0];
        (body["errors"][0]["message"].as_str().unwrap_or_default().to_owned(), place["column"].as_u64())
    };
    let text = "String cannot represent a non string value";
    assert_eq!(error("{ echoString(v: {a: 1}) }"), (format!("{text}: an object (at v)"), Some(17)));
    assert_eq!(error("{ echoString(v: [\"a\"]) }"), (format!("{text}: a list (at v)"), Some(17)));
    assert_eq!(error("query($v: String = {}) { echoString(v: $v) }").1, Some(20));
    // For a custom scalar a literal is what the same value in a variable is.
    for (literal, value) in [("[0.5, 2]", json!([0.5, 2])), ("{a: [1]}", json!({"a": [1]})), ("[[1]]", json!([[1]]))] {
        let literal = runner.query(&format!("{{ echoFloat32Array(v: {literal}) }}"));
        let variable = runner.ask("query($v: Float32Array!) { echoFloat32Array(v: $v) }", &json!({"v": value}));
        let told = |answer: &Value| (answer.get("data").cloned(), answer["errors"][0]["message"].clone());
        assert_eq!(told(&literal), told(&variable), "{value}");
        assert!(literal.get("data").is_some(), "{literal}");
    }
    assert_eq!(runner.query("{ echoFloat32Array(v: [0.5, 2]) }")["data"], json!({"echoFloat32Array": [0.5, 2]}));
}
