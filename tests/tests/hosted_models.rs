//! Promise: an operator says what stands in for the models that Hypermode hosted, and apps that name them work unchanged:
//! chat, embeddings and classification, each in the terms of the server that takes its place.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{self, Apps as _, Language};
use tests::providers::{self, KEY, REFUSED};
use tests::runner::{self, Options, Runner};
use tests::stand_in::{Recorded, Reply, StandIn, provider};

/// An app, and the models that it names, all of them hosted.
fn compile(folder: &str, models: &[&str]) -> App {
    let model = |name: &&str| {
        let model =
            json!({"sourceModel": "meta-llama/Llama-3.2", "provider": "hugging-face", "connection": "hypermode"});
        ((*name).to_owned(), model)
    };
    let manifest = app::open_with(&json!({
        "models": models.iter().map(model).collect::<serde_json::Map<_, _>>(),
    }));
    app::compile(&guests::build(folder), &manifest.to_string())
}

/// Serves it with the stand-ins of a file.
fn serve(app: &App, stand_ins: &Value) -> Runner {
    serve_with_key(app, stand_ins, "sk-test")
}

fn serve_with_key(app: &App, stand_ins: &Value, key: &str) -> Runner {
    let file = app.artifact.with_file_name("hosted.json");
    std::fs::write(&file, stand_ins.to_string()).expect("a file");
    let options = Options::arguments(&["--hosted-models", file.to_str().expect("a path")]);
    Runner::start(&app.artifact, &options.env("MODUS_HYPERMODE_KEY", key))
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

/// A server that docs/models.md shows a file for.
struct Shown {
    /// How that can be told.
    base_url: &'static str,
    double: fn(&Recorded) -> Reply,
    /// A prompt that it refuses, and what it says then.
    refused: (&'static str, &'static str),
    /// What it says to those with another key, where it asks for one.
    wrong_key: Option<&'static str>,
    embeds: bool,
}

const SHOWN: [Shown; 4] = [
    Shown {
        base_url: "http://localhost:11434/v1",
        double: providers::ollama,
        refused: ("", ""),
        wrong_key: None,
        embeds: true,
    },
    Shown {
        base_url: "http://localhost:8000/v1",
        double: providers::vllm,
        refused: (REFUSED, "This model's maximum context length is 8192 tokens."),
        wrong_key: Some("Unauthorized"),
        embeds: true,
    },
    Shown {
        base_url: "http://localhost:8080/v1",
        double: providers::llama_cpp,
        refused: (REFUSED, "Loading model"),
        wrong_key: None,
        embeds: true,
    },
    Shown {
        base_url: "https://openrouter.ai/api/v1",
        double: providers::openrouter,
        refused: (REFUSED, "Insufficient credits."),
        wrong_key: Some("No auth credentials found"),
        embeds: false,
    },
];

/// The file that the document shows for a server, with the double in its place.
fn shown(server: &Shown, double: &StandIn) -> Value {
    let document = std::fs::read_to_string(tests::root().join("docs/models.md")).expect("the document");
    let (_, servers) = document.split_once("## Servers").expect("a heading");
    let texts = servers.split("```json").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0));
    let text = texts.into_iter().find(|text| text.contains(&format!("\"{}\"", server.base_url)));
    let text = text.unwrap_or_else(|| panic!("no file for {}", server.base_url));
    let (_, path) = server.base_url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).expect("a path");
    let text = text.replace(server.base_url, &format!("{}{path}", double.url));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Each server of the document, with its own members and its own errors, and guests of both languages.
#[test]
fn servers_of_the_document() {
    for language in Language::ALL {
        let app = compile(&format!("tests/guests/{}/waiting", language.folder()), &["chat"]);
        for server in &SHOWN {
            let double = StandIn::with(server.double);
            let file = shown(server, &double);
            let ask = |key: &str, prompt: &str| {
                let runner = serve_with_key(&app, &file, key);
                let answer = runner.query(&format!(r#"{{ ask(prompt: "{prompt}") }}"#));
                assert!(!runner.log().contains(key), "the secret is in the log");
                answer
            };
            let answer = ask(KEY, "Why?");
            assert_eq!(answer, json!({"data": {"ask": "You asked: Why?"}}), "{language:?} {}", server.base_url);
            let (prompt, said) = server.refused;
            let refused = ask(KEY, prompt)["errors"].to_string();
            assert!(prompt.is_empty() || refused.contains(said), "{language:?} {}: {refused}", server.base_url);
            let Some(said) = server.wrong_key else { continue };
            let refused = ask("sk-wrong", "Why?")["errors"].to_string();
            assert!(refused.contains(said), "{language:?} {}: {refused}", server.base_url);
        }
    }
    let app = compile("tests/guests/go/embeddings", &["minilm"]);
    for server in SHOWN.iter().filter(|server| server.embeds) {
        let double = StandIn::with(server.double);
        let runner = serve_with_key(&app, &shown(server, &double), KEY);
        let answer = runner.query(r#"{ embedHosted(texts: ["one", "two"]) }"#);
        let expected = json!({"data": {"embedHosted": [[0.25, -0.5, 0], [0.25, -0.5, 1]]}});
        assert_eq!(answer, expected, "{}: {}", server.base_url, runner.log());
    }
}

/// A model that the server does not have: what is to be done about it stands in the server's own words.
#[test]
fn models_that_the_server_does_not_have() {
    for (double, said) in [
        (providers::ollama as fn(&Recorded) -> Reply, "try pulling it first"),
        (providers::vllm, "The model `another` does not exist."),
    ] {
        for language in Language::ALL {
            let double = StandIn::with(double);
            let app = compile(&format!("tests/guests/{}/waiting", language.folder()), &["chat"]);
            let headers = json!({"Authorization": "Bearer {{KEY}}"});
            let entry = json!({"baseUrl": format!("{}v1", double.url), "model": "another", "headers": headers});
            let runner = serve_with_key(&app, &json!({"*": entry}), KEY);
            let answer = runner.query(r#"{ ask(prompt: "Why?") }"#);
            assert!(answer["errors"].to_string().contains(said), "{language:?}: {answer}");
        }
    }
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

/// `--check-config` says what to set before anybody calls a model.
#[test]
fn models_that_nothing_stands_in_for_are_told_before_serving() {
    let app = compile("tests/guests/go/text", &["text-generator", "classifier"]);
    let file = app.artifact.with_file_name("hosted.json");
    let check = |stand_ins: Option<&Value>, url: &str| {
        let mut command = runner::command(&app.artifact);
        command.arg("--check-config").env("MODUS_HYPERMODE_URL", url);
        if let Some(stand_ins) = stand_ins {
            std::fs::write(&file, stand_ins.to_string()).expect("a file");
            command.arg("--hosted-models").arg(&file);
        }
        let output = command.output().expect("the runner starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let entry = json!({"baseUrl": "http://127.0.0.1:1/v1"});
    for (stand_ins, named) in
        [(None, "[classifier], [text-generator]"), (Some(json!({"classifier": entry})), ": [text-generator]")]
    {
        let (code, log) = check(stand_ins.as_ref(), "");
        assert_eq!(code, Some(64), "{log}");
        for part in [named, "--hosted-models", "MODUS_HOSTED_MODELS", "a connection of type `http`"] {
            assert!(log.contains(part), "no {part} in {log}");
        }
    }
    for (stand_ins, url) in [(Some(json!({"*": entry})), ""), (None, "http://127.0.0.1:1")] {
        let (code, log) = check(stand_ins.as_ref(), url);
        assert_eq!(code, Some(0), "{log}");
    }
}
