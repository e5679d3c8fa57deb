//! Promise: an operator says what stands in for the models that Hypermode hosted, and apps that name them work unchanged:
//! chat, embeddings and classification, each in the terms of the server that takes its place.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::runner::{self, Options, Runner};
use tests::stand_in::{Recorded, StandIn, provider};

/// An app, and the models that it names, all of them hosted.
fn compile(folder: &str, models: &[&str]) -> App {
    let model = |name: &&str| {
        let model =
            json!({"sourceModel": "meta-llama/Llama-3.2", "provider": "hugging-face", "connection": "hypermode"});
        ((*name).to_owned(), model)
    };
    let manifest = json!({
        "endpoints": {"default": {"type": "graphql", "path": "/graphql", "auth": "none"}},
        "models": models.iter().map(model).collect::<serde_json::Map<_, _>>(),
    });
    app::compile(&guests::build(folder), &manifest.to_string())
}

/// Serves it with the stand-ins of a file.
fn serve(app: &App, stand_ins: &Value) -> Runner {
    let file = app.artifact.with_file_name("hosted.json");
    std::fs::write(&file, stand_ins.to_string()).expect("a file");
    let options = Options::arguments(&["--hosted-models", file.to_str().expect("a path")]);
    Runner::start(&app.artifact, &options.env("MODUS_HYPERMODE_KEY", "sk-test"))
}

/// Answers as text-embeddings-inference does where labels are asked for.
fn server(request: &Recorded) -> (u16, String) {
    if request.url != "/predict" {
        return (200, provider(request).to_string());
    }
    let texts = request.json()["inputs"].as_array().map_or(0, Vec::len);
    let labels = json!([{"score": 0.25, "label": "negative"}, {"score": 0.75, "label": "positive"}]);
    (200, Value::from(vec![labels; texts]).to_string())
}

fn only(stand_in: &StandIn) -> Recorded {
    let mut requests = stand_in.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

#[test]
fn chat() {
    for (name, model) in [("text-generator", Some("llama3.2")), ("*", None)] {
        let stand_in = StandIn::with(server);
        let app = compile("tests/guests/go/text", &["text-generator"]);
        let headers = json!({"Authorization": "Bearer {{KEY}}"});
        let entry = json!({"baseUrl": format!("{}v1", stand_in.url), "model": model, "headers": headers});
        let runner = serve(&app, &json!({name: entry}));
        let answer = runner.query(r#"{ ask(instruction: "Be brief.", prompt: "Why?") }"#);
        assert!(answer["data"]["ask"].as_str().is_some_and(|text| text.contains("Why?")), "{answer}\n{}", runner.log());
        let request = only(&stand_in);
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "/v1/chat/completions"));
        assert_eq!(request.headers("authorization"), ["Bearer sk-test"]);
        assert_eq!(request.json()["model"], model.unwrap_or("meta-llama/Llama-3.2"));
        assert_eq!(request.json()["messages"][1]["content"], "Why?");
        assert!(!runner.log().contains("sk-test"), "the secret is in the log");
    }
}

#[test]
fn embeddings() {
    let stand_in = StandIn::with(server);
    let app = compile("tests/guests/go/embeddings", &["minilm", "embeddings"]);
    let entry = json!({"baseUrl": format!("{}v1/", stand_in.url), "model": "all-minilm"});
    let runner = serve(&app, &json!({"minilm": entry}));
    let answer = runner.query(r#"{ embedHosted(texts: ["one", "two"]) }"#);
    assert_eq!(answer, json!({"data": {"embedHosted": [[0.25, -0.5, 0], [0.25, -0.5, 1]]}}), "{}", runner.log());
    let request = only(&stand_in);
    assert_eq!(request.url, "/v1/embeddings");
    assert_eq!(request.json(), json!({"model": "all-minilm", "input": ["one", "two"]}));
}

#[test]
fn classification() {
    let stand_in = StandIn::with(server);
    let app = compile("tests/guests/go/classify", &["classifier"]);
    let entry = json!({"classifier": format!("{}predict", stand_in.url)});
    let runner = serve(&app, &json!({"classifier": entry}));
    let query = r#"{ classifyAll(texts: ["good", "fine"]) { label confidence probabilities { label probability } } }"#;
    let each = json!({"label": "positive", "confidence": 0.75, "probabilities": [
        {"label": "negative", "probability": 0.25}, {"label": "positive", "probability": 0.75},
    ]});
    assert_eq!(runner.query(query), json!({"data": {"classifyAll": [each, each]}}), "{}", runner.log());
    assert_eq!(only(&stand_in).json(), json!({"inputs": [["good"], ["fine"]], "truncate": true}));
}

/// The provider's own text reaches the guest, as from any other server.
#[test]
fn failures_of_the_stand_in() {
    let stand_in = StandIn::with(|_| (401, r#"{"error": {"message": "who are you"}}"#.to_owned()));
    let app = compile("tests/guests/go/text", &["text-generator"]);
    let runner = serve(&app, &json!({"*": {"baseUrl": stand_in.url}}));
    let answer = runner.query(r#"{ ask(instruction: "Be brief.", prompt: "Why?") }"#);
    assert!(answer["errors"].to_string().contains("who are you"), "{answer}");
    let runner = serve(&app, &json!({"another": {"baseUrl": stand_in.url}}));
    runner.query(r#"{ ask(instruction: "Be brief.", prompt: "Why?") }"#);
    let record = runner.wait_for_log(|record| record["message"] == "Error invoking model.");
    assert!(record["error"].as_str().is_some_and(|error| error.contains("--hosted-models")), "{record}");
}

#[test]
fn files_that_cannot_be_used_end_the_start() {
    let app = compile("tests/guests/go/text", &["text-generator"]);
    let file = app.artifact.with_file_name("hosted.json");
    let check = |text: Option<&str>, expected: &str| {
        match text {
            Some(text) => std::fs::write(&file, text).expect("a file"),
            None => std::fs::remove_file(&file).expect("it was there"),
        }
        let output = runner::command(&app.artifact).env("MODUS_HOSTED_MODELS", &file).arg("--check-config").output();
        let output = output.expect("the runner starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{error}");
        assert!(error.contains("hosted.json: ") && error.contains(expected), "{error}");
    };
    check(Some("{"), "EOF while parsing an object at line 1");
    check(Some(r#"{"m": {"url": "http://h"}}"#), "unknown field `url`");
    check(Some(r#"{"m": {"model": "x"}}"#), "model [m]: it needs `baseUrl`");
    check(None, "No such file");
}
