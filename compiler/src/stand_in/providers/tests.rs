use super::super::answer::answer;
use super::*;

fn ask(path: &str, body: &Value) -> Value {
    let answer = answer(path, body.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer, super::super::answer::answer(path, body.to_string().as_bytes()), "not the same again");
    answer.body
}

fn weather() -> Value {
    json!({"name": "get_weather", "description": "Tells the weather of a city",
           "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
                          "required": ["city"]}})
}

#[test]
fn chat_says_whose_answer_it_is_and_what_was_asked() {
    let body = json!({"model": "gpt", "messages": [
        {"role": "system", "content": "Be kind."}, {"role": "user", "content": [{"type": "text", "text": "Why is"}, {"type": "text", "text": "it blue?"}]}],
        "n": 2, "logprobs": true});
    let answer = ask("/v1/chat/completions", &body);
    let choice = &answer["choices"][1];
    let said = choice["message"]["content"].as_str().unwrap();
    assert_eq!(said, "This answer is a stand-in's: no model was asked. You wrote: Why is it blue?");
    assert_eq!((&choice["finish_reason"], &answer["model"]), (&json!("stop"), &json!("gpt")));
    assert_eq!(choice["logprobs"]["content"].as_array().unwrap().len(), tokens(said));
    assert_eq!(answer["usage"]["prompt_tokens"], 6);
}

#[test]
fn chat_calls_a_tool_once_and_then_tells_its_answer() {
    let mut body = json!({"messages": [{"role": "user", "content": "How is the weather in Oslo for 3 days?"}],
                          "tools": [{"type": "function", "function": weather()}]});
    let answer = ask("/x", &body);
    let message = answer["choices"][0]["message"].clone();
    let call = &message["tool_calls"][0]["function"];
    assert_eq!((&call["name"], &answer["choices"][0]["finish_reason"]), (&json!("get_weather"), &json!("tool_calls")));
    let arguments: Value = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({"city": "Oslo", "days": 3}));
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(message);
    messages.push(json!({"role": "tool", "tool_call_id": "call_stand_in", "content": "It rains."}));
    let answer = ask("/x", &body);
    assert!(answer["choices"][0]["message"]["content"].as_str().unwrap().ends_with("The tool answered: It rains."));
    body["tool_choice"] = "none".into();
    body["messages"] = json!([{"role": "user", "content": "weather"}]);
    assert!(ask("/x", &body)["choices"][0]["message"].get("tool_calls").is_none());
}

#[test]
fn chat_answers_json_that_fits() {
    let mut body =
        json!({"messages": [{"role": "user", "content": "red"}], "response_format": {"type": "json_object"}});
    let content = |body: &Value| -> Value {
        serde_json::from_str(ask("/x", body)["choices"][0]["message"]["content"].as_str().unwrap()).unwrap()
    };
    assert_eq!(content(&body), json!({"standIn": true, "prompt": "red"}));
    let schema = json!({"type": "object", "properties": {"colour": {"type": "string"}, "sure": {"type": "boolean"}}});
    body["response_format"] = json!({"type": "json_schema", "json_schema": {"name": "c", "schema": schema}});
    assert_eq!(content(&body), json!({"colour": "red", "sure": true}));
}

#[test]
fn anthropic_speaks_and_calls() {
    let tool = json!({"name": "get_weather", "input_schema": weather()["parameters"]});
    let mut body = json!({"model": "claude", "system": "Be kind.", "max_tokens": 9, "tools": [tool],
                          "messages": [{"role": "user", "content": "Good morning"}]});
    let answer = ask("/v1/messages", &body);
    assert!(answer["content"][0]["text"].as_str().unwrap().ends_with("You wrote: Good morning"), "{answer}");
    assert_eq!((&answer["stop_reason"], &answer["usage"]["input_tokens"]), (&json!("end_turn"), &json!(4)));
    body["tool_choice"] = json!({"type": "any"});
    let answer = ask("/v1/messages", &body);
    assert_eq!(answer["content"][0]["input"], json!({"city": "Good morning", "days": 1}));
    assert_eq!(answer["stop_reason"], "tool_use");
    body["messages"] =
        json!([{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "sun"}]}]);
    assert!(ask("/v1/messages", &body)["content"][0]["text"].as_str().unwrap().ends_with("answered: sun"));
}

#[test]
fn gemini_speaks_and_calls() {
    let path = "/v1beta/models/gemini-2.0-flash:generateContent";
    let mut body = json!({"contents": [{"role": "user", "parts": [{"text": "Tell the weather in Rome"}]}]});
    let answer = ask(path, &body);
    let part = |answer: &Value| answer["candidates"][0]["content"]["parts"][0].clone();
    assert!(part(&answer)["text"].as_str().unwrap().ends_with("You wrote: Tell the weather in Rome"));
    assert_eq!(answer["modelVersion"], "gemini-2.0-flash");
    body["tools"] = json!([{"functionDeclarations": [weather()]}]);
    assert_eq!(part(&ask(path, &body))["functionCall"]["args"]["city"], "Rome");
    body["tools"] = json!([]);
    body["generationConfig"] = json!({"responseMimeType": "application/json",
        "responseSchema": {"type": "ARRAY", "items": {"type": "STRING"}}});
    assert_eq!(part(&ask(path, &body))["text"], "[\"Rome\"]");
}

#[test]
fn embeddings_in_both_encodings() {
    let mut body = json!({"model": "text-embedding-3-small", "input": ["a cat", "a cat"]});
    let answer = ask("/v1/embeddings", &body);
    assert_eq!(answer["data"][0]["embedding"].as_array().unwrap().len(), 1536);
    assert_eq!((&answer["data"][1]["index"], answer["data"].as_array().unwrap().len()), (&json!(1), 2));
    body["dimensions"] = 8.into();
    body["input"] = "a cat".into();
    let numbers = ask("/v1/embeddings", &body)["data"][0]["embedding"].clone();
    body["encoding_format"] = "base64".into();
    let text = ask("/v1/embeddings", &body)["data"][0]["embedding"].clone();
    let bytes = STANDARD.decode(text.as_str().unwrap()).unwrap();
    let decoded = bytes.chunks(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    for (decoded, number) in decoded.zip(numbers.as_array().unwrap()) {
        assert!((f64::from(decoded) - number.as_f64().unwrap()).abs() < 1e-6);
    }
    body["dimensions"] = 0.into();
    assert_eq!(answer_status("/v1/embeddings", &body), 400);
}

fn answer_status(path: &str, body: &Value) -> u16 {
    answer(path, body.to_string().as_bytes()).status
}

#[test]
fn hosted_models_label_texts_or_make_vectors() {
    let body = json!({"instances": ["I love it", "a terrible, awful day"]});
    let answer = ask("/hosted/classification/distilbert", &body);
    assert_eq!(answer["predictions"][0]["label"], "POSITIVE");
    assert_eq!(answer["predictions"][1]["label"], "NEGATIVE");
    let sum: f64 =
        (0..2).map(|at| answer["predictions"][1]["probabilities"][at]["probability"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-9);
    let vectors = ask("/hosted/embeddings/all-mpnet-base", &body);
    assert_eq!(vectors["predictions"][1].as_array().unwrap().len(), 768);
}

#[test]
fn completions_and_what_is_refused() {
    let answer = ask("/x", &json!({"prompt": "Once"}));
    assert_eq!(answer["generation"], answer["choices"][0]["text"]);
    for body in ["", "[]", "{}", "{\"messages\": [], \"stream\": true}"] {
        let found = super::super::answer::answer("/x", body.as_bytes());
        assert_eq!(found.status, 400, "{body}");
        assert!(found.body["error"]["message"].as_str().unwrap().contains("stand-in"), "{body}");
    }
    // Whatever is in a body, there is an answer.
    for body in ["{\"messages\": 1}", "{\"messages\": [1, {}]}", "{\"contents\": [null]}", "{\"input\": null}"] {
        assert_eq!(answer_status("/x", &serde_json::from_str(body).unwrap()), 200, "{body}");
    }
}
