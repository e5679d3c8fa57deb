//! Doubles of models' providers and servers: each lets in, answers and refuses as the real one does, with the members that
//! it alone has.

use serde_json::{Value, json};

use crate::stand_in::{Recorded, Reply};

/// The key that all of them want.
pub const KEY: &str = "sk-canary-7f3a";
/// A prompt that each refuses, as it refuses what it cannot take.
pub const REFUSED: &str = "refuse this";

fn reply(status: u16, body: &Value) -> Reply {
    Reply::from((status, body.to_string()))
}

/// The text of the last message.
fn prompt(request: &Recorded) -> String {
    let body = request.json();
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let content = messages.last().map(|message| message["content"].clone()).unwrap_or_default();
    let text = if content.is_string() { &content } else { &content[0]["text"] };
    text.as_str().unwrap_or_default().to_owned()
}

fn is_let_in(request: &Recorded) -> bool {
    request.header("authorization") == Some(&format!("Bearer {KEY}"))
}

/// A chat completion, with members of the server's own.
fn completion(request: &Recorded, model: &str, message: &Value, choice: &Value, own: &Value) -> Reply {
    let text = format!("You asked: {}", prompt(request));
    let mut answer = json!({
        "id": "chatcmpl-double", "object": "chat.completion", "created": 1_700_000_000, "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": null, "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 15, "total_tokens": 35},
    });
    merge(&mut answer["choices"][0]["message"], message);
    merge(&mut answer["choices"][0], choice);
    merge(&mut answer, own);
    reply(200, &answer)
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}

fn embeddings(request: &Recorded, own: &Value) -> Reply {
    let body = request.json();
    let texts = body["input"].as_array().map_or(1, Vec::len);
    let vector = |index| json!({"object": "embedding", "index": index, "embedding": [0.25, -0.5, index]});
    let data: Vec<Value> = (0..texts).map(vector).collect();
    let usage = json!({"prompt_tokens": 3, "total_tokens": 3});
    let mut answer = json!({"object": "list", "data": data, "model": body["model"], "usage": usage});
    merge(&mut answer, own);
    reply(200, &answer)
}

/// OpenAI.
pub fn openai(request: &Recorded) -> Reply {
    let error = |status, message: &str, code: &str| {
        let error = json!({"message": message, "type": "invalid_request_error", "param": null, "code": code});
        reply(status, &json!({"error": error}))
    };
    if !is_let_in(request) {
        return error(401, "Incorrect API key provided: sk-*****.", "invalid_api_key");
    }
    match request.url.as_str() {
        "/v1/embeddings" => embeddings(request, &json!({})),
        "/v1/chat/completions" if prompt(request) == REFUSED => {
            error(400, "Invalid prompt: your prompt was flagged.", "invalid_prompt")
        }
        "/v1/chat/completions" => completion(
            request,
            "gpt-4o-mini-2024-07-18",
            &json!({"refusal": null, "annotations": []}),
            &json!({}),
            &json!({"service_tier": "default", "system_fingerprint": "fp_44709d6fcb"}),
        ),
        path => error(404, &format!("Invalid URL (POST {path})"), "unknown_url"),
    }
}

/// Anthropic.
pub fn anthropic(request: &Recorded) -> Reply {
    let error = |status, kind: &str, message: &str| {
        let error = json!({"type": kind, "message": message});
        reply(status, &json!({"type": "error", "error": error, "request_id": "req_011"}))
    };
    if request.header("x-api-key") != Some(KEY) {
        return error(401, "authentication_error", "invalid x-api-key");
    }
    if request.header("anthropic-version") != Some("2023-06-01") {
        return error(400, "invalid_request_error", "anthropic-version: header is required");
    }
    if request.url != "/v1/messages" {
        return error(404, "not_found_error", "Not found");
    }
    if prompt(request) == REFUSED {
        return error(400, "invalid_request_error", "messages: at least one message is required");
    }
    reply(
        200,
        &json!({
            "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF", "type": "message", "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": [{"type": "text", "text": format!("You asked: {}", prompt(request))}],
            "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": 10, "cache_creation_input_tokens": 4, "cache_read_input_tokens": 6,
                      "output_tokens": 15, "service_tier": "standard"},
        }),
    )
}

/// Gemini, whose key is in the query.
pub fn gemini(request: &Recorded) -> Reply {
    let error = |code: u16, status: &str, message: &str| {
        let details = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]);
        reply(code, &json!({"error": {"code": code, "message": message, "status": status, "details": details}}))
    };
    let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    if query != format!("key={KEY}") {
        return error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.");
    }
    if path != "/v1beta/models/gemini-2.5-flash:generateContent" {
        return error(404, "NOT_FOUND", "models/x is not found for API version v1beta");
    }
    let text = request.json()["contents"][0]["parts"][0]["text"].as_str().unwrap_or_default().to_owned();
    if text == REFUSED {
        return error(400, "INVALID_ARGUMENT", "Unable to process input.");
    }
    reply(
        200,
        &json!({
            "candidates": [{"content": {"parts": [{"text": format!("You asked: {text}")}], "role": "model"},
                            "finishReason": "STOP", "index": 0}],
            "usageMetadata": {"promptTokenCount": 20, "candidatesTokenCount": 10, "totalTokenCount": 35,
                              "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}], "thoughtsTokenCount": 5},
            "modelVersion": "gemini-2.5-flash", "responseId": "mAitaLmkHPPlz7IPvtfUqQ4",
        }),
    )
}

/// A deployment of Azure, with its key in a header of its own and its version in the query.
pub fn azure(request: &Recorded) -> Reply {
    let error =
        |status, code: &str, message: &str| reply(status, &json!({"error": {"code": code, "message": message}}));
    if request.header("api-key") != Some(KEY) {
        let message = "Access denied due to invalid subscription key or wrong API endpoint.";
        return error(401, "401", message);
    }
    if request.url != "/openai/deployments/chat/chat/completions?api-version=2024-10-21" {
        return error(404, "DeploymentNotFound", "The API deployment for this resource does not exist.");
    }
    if prompt(request) == REFUSED {
        let inner =
            json!({"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"jailbreak": {"filtered": true}}});
        let message = "The response was filtered due to the prompt triggering content management policy.";
        let error = json!({"message": message, "type": null, "param": "prompt", "code": "content_filter", "status": 400,
                           "innererror": inner});
        return reply(400, &json!({"error": error}));
    }
    let filtered = json!({"hate": {"filtered": false, "severity": "safe"}});
    completion(
        request,
        "gpt-4o-2024-11-20",
        &json!({"refusal": null}),
        &json!({"content_filter_results": filtered}),
        &json!({"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": filtered}]}),
    )
}

/// OpenRouter.
pub fn openrouter(request: &Recorded) -> Reply {
    let error = |code: u16, message: &str| {
        reply(code, &json!({"error": {"message": message, "code": code, "metadata": {}}, "user_id": "user_2"}))
    };
    if !is_let_in(request) {
        return error(401, "No auth credentials found");
    }
    if request.url != "/api/v1/chat/completions" {
        return reply(404, &json!({"error": {"message": "Not Found", "code": 404}}));
    }
    if prompt(request) == REFUSED {
        return error(402, "Insufficient credits. Add more using https://openrouter.ai/credits");
    }
    completion(
        request,
        "meta-llama/llama-3.2-3b-instruct",
        &json!({"refusal": null, "reasoning": null}),
        &json!({"native_finish_reason": "stop"}),
        &json!({"provider": "DeepInfra"}),
    )
}

/// Ollama, which knows one model for chat and one for embeddings.
pub fn ollama(request: &Recorded) -> Reply {
    let model = request.json()["model"].as_str().unwrap_or_default().to_owned();
    let known = ["llama3.2", "all-minilm"].contains(&model.as_str());
    if !known {
        let message = format!("model \"{model}\" not found, try pulling it first");
        let error = json!({"message": message, "type": "api_error", "param": null, "code": null});
        return reply(404, &json!({"error": error}));
    }
    match request.url.as_str() {
        "/v1/embeddings" => embeddings(request, &json!({})),
        "/v1/chat/completions" => {
            completion(request, &model, &json!({}), &json!({}), &json!({"system_fingerprint": "fp_ollama"}))
        }
        _ => Reply { status: 404, ..Reply::body("404 page not found") },
    }
}

/// vLLM with `--api-key`. What it serves has its name on Hugging Face.
pub fn vllm(request: &Recorded) -> Reply {
    if !is_let_in(request) {
        return reply(401, &json!({"error": "Unauthorized"}));
    }
    let model = request.json()["model"].as_str().unwrap_or_default().to_owned();
    let error = |code: u16, kind: &str, message: String| {
        let error = json!({"message": message, "type": kind, "param": "model", "code": code});
        reply(code, &json!({"error": error}))
    };
    match request.url.as_str() {
        "/v1/chat/completions" | "/v1/embeddings" if model != "meta-llama/Llama-3.2" => {
            error(404, "NotFoundError", format!("The model `{model}` does not exist."))
        }
        "/v1/chat/completions" if prompt(request) == REFUSED => {
            // An older form, which some versions still have.
            let text = "This model's maximum context length is 8192 tokens.";
            let kind = "BadRequestError";
            reply(400, &json!({"object": "error", "message": text, "type": kind, "param": null, "code": 400}))
        }
        "/v1/embeddings" => embeddings(request, &json!({"id": "embd-1", "created": 1_700_000_000})),
        "/v1/chat/completions" => completion(
            request,
            &model,
            &json!({"refusal": null, "annotations": null, "audio": null, "function_call": null, "tool_calls": [],
                    "reasoning_content": null}),
            &json!({"stop_reason": null, "token_ids": null}),
            &json!({"service_tier": null, "system_fingerprint": null, "prompt_logprobs": null, "prompt_token_ids": null,
                    "kv_transfer_params": null}),
        ),
        _ => reply(404, &json!({"detail": "Not Found"})),
    }
}

/// The server of llama.cpp, which has one model, whatever it is called.
pub fn llama_cpp(request: &Recorded) -> Reply {
    let error = |code: u16, kind: &str, message: &str| {
        reply(code, &json!({"error": {"code": code, "message": message, "type": kind}}))
    };
    match request.url.as_str() {
        "/v1/chat/completions" if prompt(request) == REFUSED => error(503, "unavailable_error", "Loading model"),
        "/v1/chat/completions" => completion(
            request,
            "gpt-3.5-turbo",
            &json!({}),
            &json!({}),
            &json!({"system_fingerprint": "b4567-abcdef12",
                    "timings": {"prompt_n": 20, "prompt_ms": 31.2, "predicted_n": 15, "predicted_ms": 201.5}}),
        ),
        "/v1/embeddings" => embeddings(request, &json!({})),
        _ => error(404, "not_found_error", "File Not Found"),
    }
}
