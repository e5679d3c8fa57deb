//! Test apps of every language that let their caller send requests.

use serde_json::{Value, json};

use crate::app::{self, App};
use crate::guests::Apps as _;
use crate::guests::Language;
use crate::runner::{Options, Runner};
use crate::stand_in::{Recorded, StandIn};

const FAILED: &str = "HTTP fetch failed";

/// Serves the test app of a language with these connections.
pub fn serve(language: Language, connections: &Value, options: &Options) -> (App, Runner) {
    let manifest = app::open_with(&json!({"connections": connections})).to_string();
    app::compile(&language.guest(guest(language)), &manifest).serve(options)
}

/// The name of a language's test app.
pub fn guest(language: Language) -> &'static str {
    if language == Language::Go { "http" } else { "host" }
}

/// Serves the test app of every language with one connection whose base URL is the stand-in's.
pub fn each_language(stand_in: &StandIn, connection: Value, options: &Options, test: impl Fn(Language, &Runner)) {
    let mut connection = connection;
    connection["type"] = json!("http");
    connection["baseUrl"] = json!(stand_in.url);
    for language in Language::ALL {
        let (_app, runner) = serve(language, &json!({"local": connection}), options);
        test(language, &runner);
    }
}

/// Lets the guest send a request; the answer's body.
fn exchange(runner: &Runner, method: &str, url: &str, headers: &Value, body: &str) -> Value {
    let query = r"query ($method: String!, $url: String!, $headers: [[String!]!]!, $body: String!) {
        exchange(method: $method, url: $url, headers: $headers, body: $body) { status statusText ok headers body }
    }";
    runner.ask(query, &json!({"method": method, "url": url, "headers": headers, "body": body}))
}

/// The same for what succeeds: the guest's view of the response.
pub fn answer(runner: &Runner, method: &str, url: &str, headers: &Value, body: &str) -> Value {
    let answer = exchange(runner, method, url, headers, body);
    assert_eq!(answer["errors"], Value::Null, "{method} {url}: {answer}\n{}", runner.log());
    answer["data"]["exchange"].clone()
}

/// Gets a URL; the guest's view of the response.
pub fn get(runner: &Runner, url: &str) -> Value {
    answer(runner, "GET", url, &json!([]), "")
}

/// A fetch that fails: the guest is told no reason, the log is.
pub fn refused(runner: &Runner, url: &str, reason: &str) {
    let answer = exchange(runner, "GET", url, &json!([]), "");
    let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{url}: {answer}"));
    assert!(message.contains(FAILED) && !message.contains("127.0.0.1"), "{url}: {message}");
    runner.wait_for_log(|record| {
        record["message"] == "Error making HTTP request."
            && record["error"].as_str().is_some_and(|e| e.contains(reason))
    });
}

/// The requests since the last time, of which there must be one.
pub fn only(stand_in: &StandIn, earlier: &mut usize) -> Recorded {
    let requests = stand_in.requests();
    assert_eq!(requests.len(), *earlier + 1, "{requests:?}");
    *earlier = requests.len();
    requests.into_iter().next_back().expect("a request")
}

/// Names and values of the headers that a guest saw, in order.
pub fn sorted(headers: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut headers: Vec<_> =
        headers.as_array().expect("headers").iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
    headers.sort();
    headers
}
