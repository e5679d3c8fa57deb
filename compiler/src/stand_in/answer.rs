//! Which interface a request is of.

use serde_json::{Value, json};

use super::providers;

/// What the stand-in answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Status of HTTP.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// A request that the stand-in has no answer to.
    pub(super) fn refused(why: &str) -> Self {
        let error = json!({"message": format!("the stand-in for models: {why}"), "type": "invalid_request_error",
                           "param": null, "code": null});
        Self { status: 400, body: json!({"error": error}) }
    }
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self { status: 200, body }
    }
}

/// The answer to a body that was sent to a path. Which interface it is of is told by its members, and where those are shared,
/// by the end of the path.
pub fn answer(path: &str, body: &[u8]) -> Answer {
    let body: Value = match serde_json::from_slice(body) {
        Ok(body @ Value::Object(_)) => body,
        Ok(_) => return Answer::refused("the body is no JSON object"),
        Err(error) => return Answer::refused(&format!("the body is no JSON: {error}")),
    };
    if body["stream"] == true {
        return Answer::refused("answers are not streamed here; leave `stream` out");
    }
    let has = |name: &str| body.get(name).is_some();
    if has("contents") {
        providers::gemini(path, &body).into()
    } else if has("messages") && path.ends_with("/messages") {
        providers::anthropic(&body).into()
    } else if has("messages") {
        providers::chat(&body).into()
    } else if has("instances") {
        providers::hosted(path, &body).into()
    } else if has("input") {
        providers::embeddings(&body)
    } else if has("prompt") {
        providers::completion(&body).into()
    } else {
        Answer::refused(
            "it knows chat completions (`messages`), embeddings (`input`), completions (`prompt`), Gemini (`contents`) and \
             the interface of hosted models (`instances`)",
        )
    }
}
