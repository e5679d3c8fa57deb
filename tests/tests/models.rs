//! Promise: text generation, embeddings and classification work with the SDK's own model packages; secrets reach the
//! provider and never the guest.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::runner::{Options, Runner};
use tests::stand_in::StandIn;

/// Serves a test app whose provider is the stand-in.
fn serve(folder: &str, stand_in: &StandIn) -> (App, Runner) {
    let manifest = std::fs::read_to_string(tests::root().join(folder).join("modus.json")).unwrap();
    let manifest =
        manifest.replace("http://127.0.0.1:0/", &stand_in.url).replace("https://api.openai.com/", &stand_in.url);
    let app = app::compile(&guests::build(folder), &manifest);
    let options = Options::default().env("MODUS_PROVIDER_API_KEY", "sk-test").env("MODUS_OPENAI_API_KEY", "sk-test");
    app.serve(&options)
}

fn check(folder: &str, query: &str, path: &str, expected: impl Fn(&Value) -> bool) {
    let stand_in = StandIn::start();
    let (_app, runner) = serve(folder, &stand_in);
    let answer = runner.query(query);
    assert_eq!(answer["errors"], Value::Null, "{answer}\n{}", runner.log());
    assert!(expected(&answer["data"]), "{answer}");
    let requests = stand_in.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert_eq!(requests[0].method, "POST");
    assert_eq!(requests[0].url, path);
    assert_eq!(requests[0].header("authorization"), Some("Bearer sk-test"));
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert!(requests[0].json().is_object());
    assert!(!runner.log().contains("sk-test"), "the secret is in the log");
}

#[test]
fn text_generation() {
    check(
        "tests/guests/go/text",
        r#"{ ask(instruction: "Be brief.", prompt: "Why?") }"#,
        "/v1/chat/completions",
        |data| data["ask"].as_str().is_some_and(|text| text.contains("Why?")),
    );
}

#[test]
fn embeddings() {
    check("tests/guests/go/embeddings", r#"{ embedText(text: "hello") }"#, "/v1/embeddings", |data| {
        data["embedText"] == json!([0.25, -0.5, 0])
    });
}

#[test]
fn assemblyscript_example() {
    check("examples/excuses", r#"{ generateExcuses(event: "the picnic") }"#, "/v1/chat/completions", |data| {
        data["generateExcuses"].as_str().is_some_and(|text| text.contains("the picnic"))
    });
}

#[test]
fn classification() {
    let stand_in = StandIn::start();
    let (_app, runner) = serve("tests/guests/go/classify", &stand_in);
    let answer = runner.query(r#"{ classify(text: "good", threshold: 0.5) }"#);
    assert_eq!(answer, json!({"data": {"classify": "positive"}}));
    assert_eq!(stand_in.requests().len(), 1);
}

#[test]
fn failures_are_errors_of_the_field() {
    let stand_in = StandIn::with(|_| (429, r#"{"error": {"message": "slow down"}}"#.to_owned()));
    let (_app, runner) = serve("tests/guests/go/text", &stand_in);
    let answer = runner.query(r#"{ ask(instruction: "Be brief.", prompt: "Why?") }"#);
    assert!(answer["errors"].to_string().contains("slow down"), "{answer}");

    // No answer at all: nothing listens on this port.
    let mut nobody = StandIn::start();
    nobody.url = "http://127.0.0.1:9/".to_owned();
    let (_app, runner) = serve("tests/guests/go/text", &nobody);
    let answer = runner.query(r#"{ ask(instruction: "Be brief.", prompt: "Why?") }"#);
    assert!(answer["errors"].to_string().contains("text-generator"), "{answer}");
    assert!(!answer.to_string().contains("127.0.0.1"), "host details reach the client: {answer}");
}

/// The service is gone; the log says what to do about it, and what takes its place is reached.
#[test]
fn models_that_hypermode_hosted() {
    let folder = "tests/guests/go/text";
    let manifest = app::open_with(&json!({
        "models": {"text-generator": {"sourceModel": "A/b", "provider": "hugging-face", "connection": "hypermode"}},
    }));
    let app = app::compile(&guests::build(folder), &manifest.to_string());
    let query = r#"{ ask(instruction: "Be brief.", prompt: "Why?") }"#;
    for environment in ["dev", "prod"] {
        let runner = Runner::start(&app.artifact, &Options::default().env("MODUS_ENV", environment));
        assert!(runner.query(query)["errors"].is_array());
        let record = runner.wait_for_log(|record| record["message"] == "Error invoking model.");
        let error = record["error"].as_str().unwrap_or_default();
        assert!(
            error.contains("--hosted-models (or MODUS_HOSTED_MODELS)") && error.contains("a connection of type `http`"),
            "{record}"
        );
    }
    let stand_in = StandIn::start();
    let options = Options::default().env("MODUS_HYPERMODE_URL", &format!("{}v1/{{sourceModel}}", stand_in.url));
    let runner = Runner::start(&app.artifact, &options);
    runner.query(query);
    assert_eq!(stand_in.requests()[0].url, "/v1/a/b");
}
