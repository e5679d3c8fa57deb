//! Promise: in development a browser finds the API explorer, which asks nothing but this server.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::runner::{Options, Runner};
use tests::{guests, npm};

/// Two endpoints, not in alphabetical order.
const TWO: &str = r#"{"endpoints": {
    "open": {"type": "graphql", "path": "/graphql", "auth": "none"},
    "api": {"type": "graphql", "path": "/api/", "auth": "bearer-token"}}}"#;

fn people(manifest: &str, options: &Options) -> (App, Runner) {
    let app = app::compile(&guests::build("examples/people"), manifest);
    let runner = Runner::start(&app.artifact, options);
    (app, runner)
}

fn dev() -> Options {
    Options::default().env("MODUS_ENV", "dev")
}

#[test]
fn a_browser_reads_docs_and_runs_queries() {
    let (_app, runner) = people(TWO, &dev());
    let seen = npm::run(
        "explorer.mjs",
        &json!({
            "url": runner.url,
            "query": r#"{ sayHello(name: "Ada") }"#,
            "fault": "{ person(id: 9999) { name } }",
            "token": "abc.def.ghi",
        }),
    );
    assert_eq!(seen["failed"], Value::Null, "{seen:#}");
    assert_eq!(seen["address"], json!(format!("{}/explorer/", runner.url)));
    assert_eq!(seen["endpoints"], json!(["/graphql", "/api/"]));
    assert!(seen["docs"].as_str().is_some_and(|docs| docs.contains("sayHello(")), "{seen:#}");
    assert_eq!(seen["answer"]["data"]["sayHello"], "Hello, Ada!");
    assert_eq!(seen["fault"]["errors"][0]["message"], "no person has the id 9999");
    assert_eq!(seen["authorization"], "Bearer abc.def.ghi");
    assert!(!seen["kept"].as_str().unwrap().contains("abc.def.ghi"), "the token is kept: {}", seen["kept"]);
    assert_eq!(seen["event"]["data"]["agentEvent"]["name"], "seen");
    assert_eq!(seen["violations"], json!([]));
    assert_eq!(seen["outside"], json!([]), "requests to other servers");
    assert_eq!(seen["console"], json!([]));
    let bytes = seen["bytes"].as_u64().unwrap();
    assert!((200_000..300_000).contains(&bytes), "{bytes} bytes transferred");
}

#[test]
fn it_explains_what_a_closed_endpoint_wants() {
    let closed = app::OPEN.replace("\"none\"", "\"bearer-token\"");
    let (_app, runner) = people(&closed, &Options::arguments(&["--explorer"]));
    let seen = npm::run("explorer.mjs", &json!({"url": runner.url, "query": "{ sayHello }"}));
    assert_eq!(seen["failed"], Value::Null, "{seen:#}");
    let message = seen["answer"]["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("401 Unauthorized") && message.contains("token"), "{seen:#}");
}

#[test]
fn paths_and_redirects() {
    let (_app, runner) = people(TWO, &dev());
    for (path, accept, status, location) in [
        ("/", "text/html", 303, Some("/explorer/")),
        ("/explorer", "text/html", 307, Some("/explorer/")),
        ("/explorer/", "text/html", 200, None),
        ("/explorer/nothing", "text/html", 404, None),
        ("/graphql", "text/html", 307, Some("/explorer")),
        ("/graphql", "application/json", 400, None),
        ("/graphql?query=%7BsayHello%7D", "text/html", 200, None),
        ("/nowhere", "text/html", 404, None),
    ] {
        let (found, headers) = runner.head_of(path, &[("Accept", accept)]);
        assert_eq!((found, headers.get("location").map(String::as_str)), (status, location), "{path} {accept}");
    }
    let (_, headers) = runner.head_of("/explorer/", &[]);
    let policy = &headers["content-security-policy"];
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let list = r#"[{"type":"GraphQL","name":"open","path":"/graphql"},{"type":"GraphQL","name":"api","path":"/api/"}]"#;
    assert_eq!(runner.get("/explorer/api/endpoints"), (200, list.to_owned()));
    assert_eq!(runner.get("/explorer/api/inferences"), (200, "[]".to_owned()));
}

#[test]
fn an_endpoint_may_have_the_root_but_not_the_explorers_path() {
    let manifest = TWO.replace("\"/graphql\"", "\"/\"").replace("\"/api/\"", "\"/explorer/api\"");
    let (_app, runner) = people(&manifest, &dev());
    let body = json!({"query": "{ sayHello }"}).to_string();
    assert_eq!(runner.post("/", &body).0, 200);
    assert_eq!(runner.post("/explorer/api", &body).0, 404);
    assert!(runner.log().contains("its path is the API explorer's"), "{}", runner.log());
}

#[test]
fn outside_development_it_is_off_unless_asked_for() {
    let (app, runner) = people(TWO, &Options::default());
    for path in ["/", "/explorer", "/explorer/", "/explorer/api/endpoints"] {
        assert_eq!(runner.head_of(path, &[]).0, 404, "{path}");
    }
    assert_eq!(runner.head_of("/graphql", &[("Accept", "text/html")]).0, 400);
    let on = Runner::start(&app.artifact, &Options::arguments(&["--explorer"]));
    assert_eq!(on.head_of("/explorer/", &[]).0, 200);
    // The endpoint's own rule still counts.
    assert_eq!(on.post("/api", &json!({"query": "{ sayHello }"}).to_string()).0, 401);
}
