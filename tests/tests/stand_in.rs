//! Promise: `modusc stand-in` answers in place of models without a key: chat, tools, JSON, embeddings, Anthropic, Gemini and
//! hosted models, to apps of both languages.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tests::app;
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};

/// A running stand-in.
struct StandIn {
    child: Child,
    url: String,
}

impl StandIn {
    fn start() -> Self {
        let mut child = Command::new(tests::binary("modusc"))
            .arg("stand-in")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("modusc runs");
        let mut url = String::new();
        let stdout = child.stdout.as_mut().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut url).expect("it prints its URL");
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Models by name, with their paths at the stand-in.
const MODELS: [(&str, &str); 6] = [
    ("chat", "v1/chat/completions"),
    ("vectors", "v1/embeddings"),
    ("claude", "v1/messages"),
    ("gemini", "v1beta/models/gemini-2.0-flash:generateContent"),
    ("labels", "hosted/classification/x"),
    ("minilm", "hosted/models/all-MiniLM-L6-v2"),
];

fn manifest(url: &str) -> String {
    let mut manifest = app::open_with(&json!({"connections": {"stand-in": {"type": "http", "baseUrl": url}}}));
    for (name, path) in MODELS {
        manifest["models"][name] = json!({"sourceModel": name, "connection": "stand-in", "path": path});
    }
    manifest.to_string()
}

fn said(content: &Value) -> bool {
    content.as_str().is_some_and(|text| text.contains("stand-in") && text.contains("Why is it blue?"))
}

/// Path, body, what it is, and whether an answer is right.
type Question = (&'static str, Value, &'static str, fn(&Value) -> bool);

#[test]
fn every_interface_answers_apps_of_both_languages() {
    let stand_in = StandIn::start();
    let question = json!([{"role": "user", "content": "Why is it blue?"}]);
    let schema = json!({"type": "object", "required": ["sure"], "properties": {"sure": {"type": "boolean"}}});
    let format = json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}});
    let tool = json!({"type": "function", "function": {"name": "explainBlue", "parameters": schema}});
    let asked: [Question; 8] = [
        ("chat", json!({"messages": question}), "/choices/0/message/content", said),
        ("chat", json!({"messages": question, "tools": [tool]}), "/choices/0/message/tool_calls/0/function", |call| {
            *call == json!({"name": "explainBlue", "arguments": "{\"sure\":true}"})
        }),
        ("chat", json!({"messages": question, "response_format": format}), "/choices/0/message/content", |text| {
            text == "{\"sure\":true}"
        }),
        ("vectors", json!({"input": ["a"], "dimensions": 5}), "/data/0/embedding", |vector| {
            vector.as_array().is_some_and(|vector| vector.len() == 5)
        }),
        ("claude", json!({"messages": question, "max_tokens": 9}), "/content/0/text", said),
        (
            "gemini",
            json!({"contents": [{"role": "user", "parts": [{"text": "Why is it blue?"}]}]}),
            "/candidates/0/content/parts/0/text",
            said,
        ),
        ("labels", json!({"instances": ["so good"]}), "/predictions/0/label", |label| label == "POSITIVE"),
        ("minilm", json!({"instances": ["a"]}), "/predictions/0", |vector| {
            vector.as_array().is_some_and(|vector| vector.len() == 384)
        }),
    ];
    for language in Language::ALL {
        let app = app::compile(&language.guest("models"), &manifest(&stand_in.url));
        let runner = Runner::start(&app.artifact, &Options::default());
        for (model, input, pointer, fits) in &asked {
            let query = "query Ask($name: String!, $input: String!) { invoke(name: $name, input: $input) }";
            let ask = || {
                let variables = json!({"name": model, "input": input.to_string()});
                let answer = runner.ask(query, &variables);
                let text = answer["data"]["invoke"].as_str().unwrap_or_else(|| panic!("{model}: {answer}"));
                serde_json::from_str::<Value>(text).expect("JSON")
            };
            let answer = ask();
            let found = answer.pointer(pointer).unwrap_or_else(|| panic!("{language:?} {model}: {answer}"));
            assert!(fits(found), "{language:?} {model}: {found}");
            assert_eq!(ask(), answer, "{language:?} {model}: not the same again");
        }
    }
}
