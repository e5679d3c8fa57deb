//! Promise: the runner is an ordinary, well-behaved server: health, ports, signals, bad requests.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::runner::{self, Options, Runner};

fn people() -> (App, Runner) {
    app::compile(&guests::build("examples/people"), app::OPEN).serve(&Options::default())
}

#[test]
fn the_people_example_answers() {
    let (_app, runner) = people();
    let answer = runner.query(r#"{ sayHello(name: "Ada") person(id: 1) { name } people { name home { city } } }"#);
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    assert_eq!(answer["data"]["sayHello"], "Hello, Ada!");
    assert!(answer["data"]["person"]["name"].is_string());
    assert!(answer["data"]["people"].as_array().is_some_and(|people| people.len() > 1));
    let missing = runner.query("{ person(id: 9999) { name } }");
    assert_eq!(missing["data"], json!({"person": null}));
    assert_eq!(missing["errors"][0]["message"], "no person has the id 9999");
}

#[test]
fn health_and_unknown_paths() {
    let (_app, runner) = people();
    let (status, body) = runner.get("/health");
    assert_eq!((status, body.contains("ok")), (200, true), "{body}");
    assert_eq!(runner.get("/nowhere"), (404, "Not Found\n".to_owned()));
    // Followed by the client: a final slash too many is forgiven.
    assert_eq!(runner.get("/health/").0, 200);
}

#[test]
fn a_manifest_of_its_own() {
    let (app, _) = people();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("staging.json");
    let options = Options::arguments(&["--manifest", path.to_str().unwrap()]);
    std::fs::write(&path, app::OPEN.replace("/graphql", "/api/")).unwrap();
    let runner = Runner::start(&app.artifact, &options);
    let body = json!({"query": "{ sayHello }"}).to_string();
    for (path, status) in [("/api", 200), ("/api/", 200), ("/api/more", 200), ("/graphql", 404), ("/apis", 404)] {
        assert_eq!(runner.post(path, &body).0, status, "{path}");
    }

    std::fs::write(&path, "{\n  \"endpoints\": 1\n}").unwrap();
    let output = runner::command(&app.artifact).args(&options.arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(64), "{text}");
    assert!(text.contains("staging.json: 2:") && text.contains("endpoints"), "{text}");
}

#[test]
fn bad_requests_are_refused_and_serving_goes_on() {
    let (_app, runner) = people();
    assert_eq!(runner.post("/graphql", "").0, 400);
    assert_eq!(runner.post("/graphql", "not json").0, 400);
    assert_eq!(runner.post("/graphql", "[]").0, 400);
    assert_eq!(runner.post("/graphql", r#"{"query": "{ sayHello("}"#).0, 400);
    assert_eq!(runner.post("/graphql", &" ".repeat(3 << 20)).0, 413);
    for (query, variables, text) in [
        ("{ nothing }", json!({}), "nothing"),
        ("{ person(id: 1) }", json!({}), "person"),
        ("{ person { name } }", json!({}), "id"),
        (r#"{ person(id: "one") { name } }"#, json!({}), "non-integer"),
        ("query($id: Int!) { person(id: $id) { name } }", json!({}), "id"),
        ("query($id: Int!) { person(id: $id) { name } }", json!({"id": "one"}), "id"),
        ("query($id: Int!) { person(id: $id) { name } }", json!({"id": 4294967296u64}), "id"),
    ] {
        let answer = runner.ask(query, &variables);
        assert!(answer["errors"].to_string().contains(text), "{query}: {answer}");
    }
    assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
}

#[test]
fn a_port_in_use_is_named() {
    let (app, runner) = people();
    let port = runner.url.rsplit(':').next().unwrap();
    let output = runner::command(&app.artifact).args(["--host", "127.0.0.1", "--port", port]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
}

#[test]
fn signals_end_it_in_order() {
    for signal in ["TERM", "INT"] {
        let (_app, mut runner) = people();
        assert_eq!(runner.query("{ sayHello }")["data"]["sayHello"], "Hello!");
        assert_eq!(runner.signal(signal), Some(0), "{signal}");
    }
}

#[test]
fn bearer_token_endpoints_stay_closed() {
    let app = app::compile(&guests::build("examples/people"), app::CLOSED);
    let body = json!({"query": "{ sayHello }"}).to_string();
    let closed = Runner::start(&app.artifact, &Options::default());
    assert_eq!(closed.post("/graphql", &body).0, 401);
    let open = Runner::start(&app.artifact, &Options::default().env("MODUS_ENV", "dev"));
    assert_eq!(open.post("/graphql", &body).0, 200);
}

#[test]
fn cross_origin_requests() {
    let (_app, runner) = people();
    let preflight = |headers: &[(&str, &str)]| runner.options("/graphql", headers);
    let asked = ("Access-Control-Request-Method", "POST");
    let origin = ("Origin", "https://example.com");
    let (status, headers) = preflight(&[origin, asked, ("Access-Control-Request-Headers", "content-type")]);
    assert_eq!(status, 204);
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert_eq!(headers["access-control-allow-methods"], "POST");
    assert_eq!(headers["access-control-allow-headers"], "content-type");
    let (status, headers) = preflight(&[asked]);
    assert_eq!((status, headers.contains_key("access-control-allow-origin")), (204, false));
    assert_eq!(preflight(&[origin]).0, 405);
}
