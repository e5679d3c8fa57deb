//! What the tests of the history of model calls have in common: an app with a model, its provider's double, and the records.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::app::{self, App};
use crate::guests::{Apps as _, Language};
use crate::providers::KEY;
use crate::runner::{Options, Runner};
use crate::stand_in::StandIn;

/// Where the history is read.
pub const PATH: &str = "/explorer/api/inferences";
/// How long a record may take to be there. No figure is checked: this only ends a test that would never end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The manifest of an app whose model `chat` is the double's; `other` is the same by another name.
fn manifest(url: &str) -> Value {
    let model = |path: &str| json!({"sourceModel": "gpt-4o-mini", "connection": "p", "path": path});
    app::open_with(&json!({
        "models": {"chat": model("v1/chat/completions"), "other": model("v1/chat/completions")},
        "connections": {"p": {"type": "http", "baseUrl": url, "headers": {"Authorization": "Bearer {{KEY}}"}}},
    }))
}

/// An app that sends JSON of its caller's choice to the double.
pub fn compile(language: Language, double: &StandIn) -> App {
    app::compile(&language.guest("models"), &manifest(&double.url).to_string())
}

/// Options with the connection's secret.
pub fn options(arguments: &[&str]) -> Options {
    Options::arguments(arguments).env("MODUS_P_KEY", KEY)
}

/// The same in development.
pub fn dev(arguments: &[&str]) -> Options {
    options(arguments).env("MODUS_ENV", "dev")
}

/// A chat request with this prompt.
pub fn prompt(prompt: &str) -> Value {
    json!({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]})
}

/// Has the guest send JSON to a model; the whole answer.
pub fn invoke(runner: &Runner, model: &str, input: &str) -> Value {
    let query = "query ($model: String!, $input: String!) { invoke(name: $model, input: $input) }";
    runner.ask(query, &json!({"model": model, "input": input}))
}

/// Has the guest call a model 45 times: nearly as often as one operation may.
pub fn invoke_often(runner: &Runner) {
    let input = prompt("x").to_string();
    let fields: String =
        (0..45).map(|number| format!("a{number}: invoke(name: \"chat\", input: {input:?}) ")).collect();
    assert_eq!(runner.query(&format!("{{ {fields} }}"))["errors"], Value::Null);
}

/// The records that a request for them answers with.
pub fn records(runner: &Runner, query: &str) -> Vec<Value> {
    let (status, body) = runner.get(&format!("{PATH}{query}"));
    assert_eq!(status, 200, "{body}\n{}", runner.log());
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// The same once there are so many: no call waits for its record, and a database may be slow to answer at first.
pub fn wait_for(runner: &Runner, query: &str, count: usize) -> Vec<Value> {
    let end = Instant::now() + PATIENCE;
    loop {
        let (status, body) = runner.get(&format!("{PATH}{query}"));
        assert!(matches!(status, 200 | 503), "{status}: {body}\n{}", runner.log());
        let found: Vec<Value> = serde_json::from_str(&body).unwrap_or_default();
        if found.len() >= count {
            assert_eq!(found.len(), count, "{found:?}");
            return found;
        }
        assert!(Instant::now() < end, "{} of {count} records: {body}\n{}", found.len(), runner.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A counter of the metrics.
pub fn counter(runner: &Runner, name: &str) -> u64 {
    runner.metric(name).unwrap_or_else(|| panic!("no {name} in the metrics")) as u64
}
