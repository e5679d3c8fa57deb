//! The interfaces of the providers: what was asked, in the terms of [`super::prompt`], and the answer in theirs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::Answer;
use super::prompt::{Choice, Prompt, Said, Tool, spoken, tokens};
use super::redirect::CLASSIFICATION;
use super::vectors::{MAX_DIMENSIONS, dimensions, vector};

/// Time of all answers, in seconds: they are always the same.
const CREATED: u64 = 1_700_000_000;
/// Answers to one question.
const MAX_CHOICES: u64 = 16;

/// OpenAI's chat completions.
pub(super) fn chat(body: &Value) -> Value {
    let messages = list(&body["messages"]);
    let last = messages.last().copied().unwrap_or(&Value::Null);
    let format = &body["response_format"];
    let prompt = Prompt {
        text: last_of(&messages, "user", "content"),
        tool_answer: (last["role"] == "tool").then(|| text(&last["content"])),
        tools: list(&body["tools"]).into_iter().filter_map(|tool| offered(&tool["function"], "parameters")).collect(),
        choice: match &body["tool_choice"] {
            Value::String(word) if word == "none" => Choice::None,
            Value::String(word) if word == "required" => Choice::Some,
            Value::Object(one) => {
                one.get("function").and_then(|one| one["name"].as_str()).map_or(Choice::Auto, Choice::Named)
            }
            _ => Choice::Auto,
        },
        schema: match format["type"].as_str() {
            Some("json_object") => Some(&Value::Null),
            Some("json_schema") => Some(&format["json_schema"]["schema"]),
            _ => None,
        },
    };
    let (mut message, reason) = match prompt.answer() {
        Said::Text(text) => (json!({"content": text}), "stop"),
        Said::Call { name, arguments } => {
            let function = json!({"name": name, "arguments": arguments.to_string()});
            let call = json!({"id": "call_stand_in", "type": "function", "function": function});
            (json!({"content": null, "tool_calls": [call]}), "tool_calls")
        }
    };
    message["role"] = "assistant".into();
    message["refusal"] = Value::Null;
    let said = message["content"].as_str().unwrap_or_default();
    let logprobs = if body["logprobs"] == true { log_probabilities(said) } else { Value::Null };
    let count = body["n"].as_u64().unwrap_or(1).clamp(1, MAX_CHOICES);
    let choice = |index| json!({"index": index, "finish_reason": reason, "logprobs": logprobs, "message": message});
    let (input, output) = (asked(&messages), tokens(said));
    json!({
        "id": "chatcmpl-stand-in", "object": "chat.completion", "created": CREATED, "model": body["model"],
        "system_fingerprint": "stand-in", "choices": (0..count).map(choice).collect::<Vec<_>>(),
        "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
    })
}

/// Every word is certain.
fn log_probabilities(said: &str) -> Value {
    let token = |word: &str| json!({"token": word, "logprob": 0.0, "bytes": word.as_bytes(), "top_logprobs": []});
    json!({"content": said.split_inclusive(' ').map(token).collect::<Vec<_>>()})
}

/// Anthropic's messages.
pub(super) fn anthropic(body: &Value) -> Value {
    let messages = list(&body["messages"]);
    let last = messages.last().copied().unwrap_or(&Value::Null);
    let results: Vec<String> = list(&last["content"])
        .into_iter()
        .filter(|block| block["type"] == "tool_result")
        .map(|block| text(&block["content"]))
        .collect();
    let prompt = Prompt {
        text: last_of(&messages, "user", "content"),
        tool_answer: (!results.is_empty()).then(|| results.join(" ")),
        tools: list(&body["tools"]).into_iter().filter_map(|tool| offered(tool, "input_schema")).collect(),
        choice: match body["tool_choice"]["type"].as_str() {
            Some("none") => Choice::None,
            Some("any") => Choice::Some,
            Some("tool") => body["tool_choice"]["name"].as_str().map_or(Choice::Auto, Choice::Named),
            _ => Choice::Auto,
        },
        schema: None,
    };
    let (block, reason, output) = match prompt.answer() {
        Said::Text(text) => (json!({"type": "text", "text": text}), "end_turn", tokens(&text)),
        Said::Call { name, arguments } => {
            (json!({"type": "tool_use", "id": "toolu_stand_in", "name": name, "input": arguments}), "tool_use", 0)
        }
    };
    json!({
        "id": "msg_stand_in", "type": "message", "role": "assistant", "model": body["model"], "content": [block],
        "stop_reason": reason, "stop_sequence": null,
        "usage": {"input_tokens": asked(&messages) + tokens(&text(&body["system"])), "output_tokens": output},
    })
}

/// Gemini's generateContent.
pub(super) fn gemini(path: &str, body: &Value) -> Value {
    let contents = list(&body["contents"]);
    let parts = list(&contents.last().copied().unwrap_or(&Value::Null)["parts"]);
    let answered = parts.iter().find_map(|part| part.get("functionResponse"));
    let offered_tools = list(&body["tools"]).into_iter().flat_map(|tool| list(&tool["functionDeclarations"]));
    let calling = &body["toolConfig"]["functionCallingConfig"];
    let config = &body["generationConfig"];
    let prompt = Prompt {
        text: last_of(&contents, "user", "parts"),
        tool_answer: answered.map(|answer| answer["response"].to_string()),
        tools: offered_tools.filter_map(|tool| offered(tool, "parameters")).collect(),
        choice: match calling["mode"].as_str() {
            Some("NONE") => Choice::None,
            Some("ANY") => calling["allowedFunctionNames"][0].as_str().map_or(Choice::Some, Choice::Named),
            _ => Choice::Auto,
        },
        schema: (config["responseMimeType"] == "application/json").then_some(&config["responseSchema"]),
    };
    let (part, output) = match prompt.answer() {
        Said::Text(text) => (json!({"text": text}), tokens(&text)),
        Said::Call { name, arguments } => (json!({"functionCall": {"name": name, "args": arguments}}), 0),
    };
    let model = path.rsplit('/').next().and_then(|last| last.split(':').next()).unwrap_or_default();
    let input: usize = contents.iter().map(|content| tokens(&text(&content["parts"]))).sum();
    json!({
        "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0,
                        "safetyRatings": []}],
        "usageMetadata": {"promptTokenCount": input, "candidatesTokenCount": output, "totalTokenCount": input + output},
        "modelVersion": model,
    })
}

/// Completions of a prompt, and what Meta's models at Bedrock answer to one.
pub(super) fn completion(body: &Value) -> Value {
    let prompt = text(&body["prompt"]);
    let said = spoken(&prompt);
    let (input, output) = (tokens(&prompt), tokens(&said));
    json!({
        "id": "cmpl-stand-in", "object": "text_completion", "created": CREATED, "model": body["model"],
        "choices": [{"index": 0, "text": said, "finish_reason": "stop", "logprobs": null}],
        "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
        "generation": said, "prompt_token_count": input, "generation_token_count": output, "stop_reason": "stop",
    })
}

/// OpenAI's embeddings.
pub(super) fn embeddings(body: &Value) -> Answer {
    // A text, a list of texts, a text as numbers of tokens, or a list of those.
    let inputs = match &body["input"] {
        Value::Array(items) if !items.first().is_some_and(Value::is_number) => items.iter().map(written).collect(),
        one => vec![written(one)],
    };
    let length = match &body["dimensions"] {
        Value::Null => dimensions(body["model"].as_str().unwrap_or_default()),
        asked => match asked.as_u64().and_then(|asked| usize::try_from(asked).ok()) {
            Some(asked @ 1..=MAX_DIMENSIONS) => asked,
            _ => return Answer::refused(&format!("`dimensions` must be 1 to {MAX_DIMENSIONS}, not {asked}")),
        },
    };
    let is_base64 = body["encoding_format"] == "base64";
    let data = inputs.iter().enumerate().map(|(index, input)| {
        let numbers = vector(input, length);
        let embedding = if is_base64 { base64_of(&numbers) } else { json!(numbers) };
        json!({"object": "embedding", "index": index, "embedding": embedding})
    });
    let data: Vec<Value> = data.collect();
    let used: usize = inputs.iter().map(|input| tokens(input)).sum();
    json!({"object": "list", "model": body["model"], "data": data, "usage": {"prompt_tokens": used, "total_tokens": used}})
        .into()
}

fn base64_of(numbers: &[f64]) -> Value {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| (*number as f32).to_le_bytes()).collect();
    STANDARD.encode(bytes).into()
}

/// The interface of the models that Hypermode hosted; the path tells whether they label texts or make vectors of them.
pub(super) fn hosted(path: &str, body: &Value) -> Value {
    let texts: Vec<String> = list(&body["instances"]).into_iter().map(written).collect();
    if path.contains(CLASSIFICATION) {
        return json!({"predictions": texts.iter().map(|text| labelled(text)).collect::<Vec<_>>()});
    }
    let length = dimensions(path);
    json!({"predictions": texts.iter().map(|text| vector(text, length)).collect::<Vec<_>>()})
}

const GOOD: [&str; 10] =
    ["amazing", "best", "excellent", "fantastic", "good", "great", "happy", "like", "love", "wonderful"];
const BAD: [&str; 10] = ["angry", "awful", "bad", "broken", "hate", "horrible", "poor", "sad", "terrible", "worst"];

/// The labels of a model of moods, by words for them.
fn labelled(text: &str) -> Value {
    let lower = text.to_lowercase();
    let count = |words: &[&str]| {
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| words.contains(word)).count()
    };
    // A text without such words is a little more one than the other, as answers of models are.
    let (good, bad) = (count(&GOOD) as f64 + 0.6, count(&BAD) as f64 + 0.4);
    let positive = (good / (good + bad) * 1e4).round() / 1e4;
    let negative = ((1.0 - positive) * 1e4).round() / 1e4;
    let (label, confidence) = if positive >= negative { ("POSITIVE", positive) } else { ("NEGATIVE", negative) };
    json!({"label": label, "confidence": confidence, "probabilities": [
        {"label": "POSITIVE", "probability": positive}, {"label": "NEGATIVE", "probability": negative}]})
}

/// The items of a list; none of what is no list.
fn list(value: &Value) -> Vec<&Value> {
    value.as_array().into_iter().flatten().collect()
}

/// A text as it is, anything else as JSON.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The text of a message's content: a text, or the texts among its parts.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.as_str().or_else(|| part["text"].as_str()));
            texts.collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// The text of the last message of a role that has one; `content` is the member with it. A message without a role is the
/// user's.
fn last_of(messages: &[&Value], role: &str, content: &str) -> String {
    let of_role = |message: &&&Value| message["role"].is_null() || message["role"] == role;
    let mut texts = messages.iter().rev().filter(of_role).map(|message| text(&message[content]));
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

/// Tokens of all messages.
fn asked(messages: &[&Value]) -> usize {
    messages.iter().map(|message| tokens(&text(&message["content"]))).sum()
}

fn offered<'a>(tool: &'a Value, parameters: &str) -> Option<Tool<'a>> {
    let about = tool["description"].as_str().unwrap_or_default();
    Some(Tool { name: tool["name"].as_str()?, about, parameters: &tool[parameters] })
}

#[cfg(test)]
mod tests;
