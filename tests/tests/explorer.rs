//! Promise: a browser finds the API explorer, where each function has a form, its answer, its logs and its model calls, and GraphiQL
//! beside it; all of it in light and dark, by keyboard, on a narrow screen, and without asking any other server.

use std::process::Command;

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{Apps as _, Language};
use tests::providers::{self, KEY};
use tests::runner::{Options, Runner};
use tests::stand_in::StandIn;
use tests::{guests, npm};

/// Two endpoints, not in alphabetical order.
const TWO: &str = r#"{"endpoints": {
    "open": {"type": "graphql", "path": "/graphql", "auth": "none"},
    "api": {"type": "graphql", "path": "/api/", "auth": "bearer-token"}}}"#;

/// Bytes that all files of the page may have on the wire together, and those that the first view needs.
const WIRE: u64 = 400_000;
const FIRST: u64 = 60_000;

fn people(manifest: &str, options: &Options) -> (App, Runner) {
    app::compile(&guests::build("examples/people"), manifest).serve(options)
}

/// An app with arguments of each kind, and a model.
fn every_kind(language: Language, double: &StandIn) -> (App, Runner) {
    let model = json!({"sourceModel": "gpt-4o-mini", "connection": "p", "path": "v1/chat/completions"});
    let connection = json!({"type": "http", "baseUrl": double.url, "headers": {"Authorization": "Bearer {{KEY}}"}});
    let manifest = app::open_with(&json!({"models": {"chat": model}, "connections": {"p": connection}}));
    app::compile(&language.guest("explorer"), &manifest.to_string()).serve(&dev().env("MODUS_P_KEY", KEY))
}

fn dev() -> Options {
    Options::default().env("MODUS_ENV", "dev")
}

/// What a browser sees in a scenario of `tests/npm/explorer.mjs`.
#[track_caller]
fn visit(runner: &Runner, scenario: &str, mut input: Value) -> Value {
    (input["url"], input["scenario"]) = (json!(runner.url), json!(scenario));
    let seen = npm::run("explorer.mjs", &input);
    assert_eq!(seen["failed"], Value::Null, "{seen:#}");
    assert_eq!((&seen["violations"], &seen["outside"]), (&json!([]), &json!([])), "requests to other servers");
    seen
}

fn text<'v>(seen: &'v Value, name: &str) -> &'v str {
    seen[name].as_str().unwrap_or_else(|| panic!("{name}: {seen:#}"))
}

/// JSON that is shown as text.
fn shown(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_else(|| panic!("{value}"));
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_code_behind_the_forms() {
    let folder = tests::root().join("runner/explorer");
    let output = Command::new("node").arg("--test").current_dir(folder).output().expect("node is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn graphiql_reads_docs_and_runs_queries() {
    let (_app, runner) = people(TWO, &dev());
    let query = r#"{ sayHello(name: "Ada") }"#;
    let input = json!({"query": query, "fault": "{ person(id: 9999) { name } }", "token": "abc.def.ghi"});
    let seen = visit(&runner, "graphiql", input);
    assert_eq!(seen["address"], json!(format!("{}/explorer/", runner.url)));
    assert_eq!(seen["endpoints"], json!(["/graphql", "/api/"]));
    assert!(text(&seen, "docs").contains("sayHello("), "{seen:#}");
    assert_eq!(seen["answer"]["data"]["sayHello"], "Hello, Ada!");
    assert_eq!(seen["fault"]["errors"][0]["message"], "no person has the id 9999");
    assert_eq!(seen["authorization"], "Bearer abc.def.ghi");
    assert!(!text(&seen, "kept").contains("abc.def.ghi"), "the token is kept: {}", seen["kept"]);
    assert_eq!(seen["event"]["data"]["agentEvent"]["name"], "seen");
    assert_eq!(seen["console"], json!([]));
    // GraphiQL is loaded when it is wanted.
    let wire =
        |names: &[&str]| -> u64 { names.iter().map(|name| seen["wire"][name].as_u64().unwrap_or_default()).sum() };
    let first = ["", "explorer.js", "explorer.css"];
    assert!(!seen["before"].to_string().contains("graphiql"), "{}", seen["before"]);
    assert!((1..FIRST).contains(&wire(&first)), "{}", seen["wire"]);
    let all = wire(&first) + wire(&["graphiql.js", "graphiql.css"]);
    assert!((200_000..WIRE).contains(&all), "{}", seen["wire"]);
}

#[test]
fn forms_take_arguments_of_every_kind() {
    for language in Language::ALL {
        let (raw, listed) = match language {
            Language::Go => ("\"calm\"", "calm"),
            _ => ("[0.5, -2]", "0.5,-2.0"),
        };
        let double = StandIn::with(providers::openai);
        let (_app, runner) = every_kind(language, &double);
        let seen = visit(&runner, "functions", json!({"raw": raw}));
        let list =
            ["query/ask", "query/complain", "query/describe", "query/echoSerial", "query/greet", "mutation/addSeat"];
        assert_eq!(seen["list"], json!(list), "{language:?}");
        assert!(text(&seen, "described").contains("One argument of each kind."), "{seen:#}");
        assert!(text(&seen, "described").contains("Row, from the stage."), "{seen:#}");

        // What is missing is named, and nothing is sent.
        assert_eq!(seen["missing"], json!(["count", "serial", "ratio", "at", "seat.row", "raw"]), "{language:?}");
        assert_eq!((&seen["focused"], &seen["sent"]), (&json!("argument-count"), &json!(false)));
        assert!(text(&seen, "explained").contains("A whole number is needed"), "{seen:#}");

        assert_eq!(seen["wrongAfter"], json!([]));
        let described = |note: &str| {
            json!(format!(
                "a \"text\"\nof two lines|-7|18446744073709551615|0.5|true|2026-01-31T09:05:07.000Z|one,three|a=1,b=2|\
                 3 aisle x beside window|{listed}|{note}"
            ))
        };
        assert_eq!(seen["every"]["value"], described("null"), "{language:?}");
        assert!(seen["every"]["facts"].as_str().is_some_and(|facts| facts.contains("200 OK")), "{seen:#}");
        for fact in ["time", "function", "memory", "size", "execution"] {
            assert!(seen["every"]["facts"].as_str().is_some_and(|facts| facts.contains(fact)), "{fact}: {seen:#}");
        }
        assert_eq!(seen["emptyNote"], described("\"\""), "{language:?}");
        assert_eq!(seen["nullNote"], described("null"), "{language:?}");
        let output = Command::new("bash").arg("-c").arg(text(&seen, "command")).output().expect("bash is installed");
        let answer: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        assert_eq!(answer["data"]["describe"], described("null"), "{}", seen["command"]);
        assert_eq!(seen["serial"], json!("18446744073709551615"));
        assert_eq!((&seen["remembered"], &seen["address"]), (&json!("window"), &json!("#/functions/query/describe")));

        answers(language, &seen);
        assert_eq!(seen["console"], json!([]));
    }
}

/// Values, logs, errors and model calls, as they are shown.
fn answers(language: Language, seen: &Value) {
    let added = shown(&seen["added"]["value"]);
    let tags = if language == Language::Go { Value::Null } else { json!([]) };
    assert_eq!(added, json!({"row": 5, "label": "", "tags": tags}), "{language:?}");
    assert_eq!(seen["added"]["logs"], json!(["debuglooking", "inforow 5", "warningnearly full"]));
    assert_eq!(seen["response"]["data"]["addSeat"], added);
    let complained = &seen["complained"];
    assert_eq!(complained["logs"], json!(["errorthis went wrong"]), "{language:?}");
    assert!(complained["errors"][0].as_str().is_some_and(|error| error.contains("this went wrong")), "{complained}");
    assert_eq!(complained["value"], "done");
    assert!(complained["facts"].as_str().is_some_and(|facts| facts.contains("with errors")), "{complained}");
    assert_eq!(seen["asked"]["value"], "You asked: Why?");
    for part in ["chat", "200", "20 → 15 tokens", "Be brief.", "Why?", "You asked: Why?"] {
        assert!(text(seen, "call").contains(part), "{part}: {}", seen["call"]);
        assert!(
            part == "20 → 15 tokens"
                || part == "Be brief."
                || seen["table"][0].as_str().is_some_and(|row| row.contains(part))
        );
    }
    assert_eq!(seen["table"].as_array().map(Vec::len), Some(1));
    assert!(text(seen, "opened").contains("Be brief.") && text(seen, "opened").contains("You asked: Why?"), "{seen:#}");
    assert!(seen["graphiql"]["query"].as_str().is_some_and(|query| query.starts_with("query ask($prompt: String!)")));
    assert_eq!(seen["graphiql"]["answer"]["data"]["ask"], "You asked: Why?");
}

#[test]
fn it_is_used_without_a_mouse() {
    let double = StandIn::with(providers::openai);
    for language in Language::ALL {
        let (_app, runner) = every_kind(language, &double);
        let seen = visit(&runner, "keyboard", json!({}));
        assert_eq!(seen["heading"], "greet");
        // Go has no defaults.
        let usual = if language == Language::Go { "0" } else { "default: 2" };
        assert_eq!(seen["usual"], usual, "{language:?}");
        assert_eq!(shown(&seen["greeted"]["value"]), json!(["Hello, Ada!"]), "{language:?}");
        assert!(text(&seen, "announced").starts_with("Answered in "), "{seen:#}");
        assert_eq!((&seen["nameless"], &seen["console"]), (&json!([]), &json!([])));
    }
}

#[test]
fn it_is_light_dark_and_narrow() {
    let double = StandIn::with(providers::openai);
    let (_app, runner) = every_kind(Language::AssemblyScript, &double);
    let seen = visit(&runner, "looks", json!({}));
    let grounds = &seen["grounds"];
    assert_eq!(grounds[0], grounds[2], "the switch brings light back");
    assert_ne!(grounds[0], grounds[1]);
    assert_eq!((&seen["sideways"], &seen["console"]), (&json!([]), &json!([])));
}

#[test]
fn it_explains_what_a_closed_endpoint_wants() {
    let (_app, runner) = people(app::CLOSED, &Options::arguments(&["--explorer"]));
    let seen = visit(&runner, "closed", json!({"query": "{ sayHello }"}));
    assert!(text(&seen, "explained").contains("wants a bearer token"), "{seen:#}");
    let message = seen["answer"]["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("401 Unauthorized") && message.contains("token"), "{seen:#}");
    assert!(text(&seen, "calls").contains("MODUS_RUNNER_ADMIN_TOKEN"), "{seen:#}");
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
    let (status, body) = runner.get("/explorer/api/status");
    let told: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &told["development"], &told["report"]), (200, &json!(true), &Value::Null), "{body}");
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
    for path in ["/", "/explorer", "/explorer/", "/explorer/api/endpoints", "/explorer/api/status"] {
        assert_eq!(runner.head_of(path, &[]).0, 404, "{path}");
    }
    assert_eq!(runner.head_of("/graphql", &[("Accept", "text/html")]).0, 400);
    let on = Runner::start(&app.artifact, &Options::arguments(&["--explorer"]));
    assert_eq!(on.head_of("/explorer/", &[]).0, 200);
    // Nobody is told there which build is served.
    assert_eq!(on.get("/explorer/api/status"), (200, r#"{"development":false}"#.to_owned()));
    // The endpoint's own rule still counts.
    assert_eq!(on.post("/api", &json!({"query": "{ sayHello }"}).to_string()).0, 401);
}
