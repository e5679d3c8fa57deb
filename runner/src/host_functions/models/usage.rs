//! What requests and answers of models tell about a call, in the words of each provider's interface.

use serde_json::value::RawValue;
use url::Url;

use super::super::json::Members;
use crate::telemetry::traces::{ModelRequest, ModelResponse};

/// Bytes of a request or an answer that are looked through: about 4 ms of an event loop. What larger ones tell is not known.
const LOOKED_THROUGH: usize = 2 << 20;

/// What an answer tells; each as far as it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The model that answered, in the provider's words.
    pub(super) model: Option<String>,
    /// The provider's name of the answer.
    pub(super) id: Option<String>,
    /// Tokens that were read, those of a cache included.
    pub(super) input_tokens: Option<u64>,
    /// Tokens that were written, those of thoughts included.
    pub(super) output_tokens: Option<u64>,
}

impl Told {
    /// What an answer's text tells.
    pub(super) fn by(answer: &str) -> Self {
        let Some(members) = members(answer) else { return Self::default() };
        let text = |names: [&str; 2]| names.iter().find_map(|name| string(members.get(name)?));
        let (input_tokens, output_tokens) = tokens(&members);
        Self { model: text(["model", "modelVersion"]), id: text(["id", "responseId"]), input_tokens, output_tokens }
    }

    /// The same for the call's span.
    pub(super) fn for_traces(&self) -> ModelResponse<'_> {
        let Self { model, id, input_tokens, output_tokens } = self;
        ModelResponse {
            model: model.as_deref(),
            id: id.as_deref(),
            input_tokens: *input_tokens,
            output_tokens: *output_tokens,
        }
    }
}

fn members(text: &str) -> Option<Members<'_>> {
    let raw: &RawValue = (text.len() <= LOOKED_THROUGH).then(|| serde_json::from_str(text).ok()).flatten()?;
    Some(Members::of(raw))
}

fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// Tokens in and out.
fn tokens(answer: &Members<'_>) -> (Option<u64>, Option<u64>) {
    let none = Members::default();
    let inner = |name: &str| answer.get(name).map_or_else(|| none.clone(), Members::of);
    let (usage, gemini) = (inner("usage"), inner("usageMetadata"));
    let number = |members: &Members<'_>, name: &str| serde_json::from_str::<u64>(members.get(name)?.get()).ok();
    // OpenAI's; then OpenAI's newer one and Anthropic's, which counts a cache's apart; Gemini's; Ollama's own.
    let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"].map(|name| number(&usage, name));
    let read = number(&usage, "prompt_tokens")
        .or_else(|| sum(number(&usage, "input_tokens")?, &cached))
        .or_else(|| number(&gemini, "promptTokenCount"))
        .or_else(|| number(answer, "prompt_eval_count"));
    let written = number(&usage, "completion_tokens")
        .or_else(|| number(&usage, "output_tokens"))
        .or_else(|| sum(number(&gemini, "candidatesTokenCount")?, &[number(&gemini, "thoughtsTokenCount")]))
        .or_else(|| number(answer, "eval_count"));
    (read, written)
}

fn sum(first: u64, others: &[Option<u64>]) -> Option<u64> {
    Some(others.iter().flatten().fold(first, |sum, number| sum.saturating_add(*number)))
}

/// What a request tells. `model` is the manifest's word for the model, where the request has none.
pub(super) fn request(url: &Url, input: &[u8], model: &str) -> ModelRequest {
    let input = std::str::from_utf8(input).ok().and_then(members).unwrap_or_default();
    let own = input.get("model").and_then(string).filter(|name| !name.is_empty());
    ModelRequest {
        operation: operation(url.path(), &input),
        provider: provider(url),
        model: own.unwrap_or_else(|| model.to_owned()),
        server: url.host_str().unwrap_or_default().to_owned(),
        port: url.port_or_known_default().unwrap_or_default(),
    }
}

/// What is asked for, by OpenTelemetry's names where it has one.
fn operation(path: &str, input: &Members<'_>) -> &'static str {
    // By the shape of the request, the more telling members first.
    const SHAPES: [(&str, &str); 6] = [
        ("messages", "chat"),
        ("contents", "generate_content"),
        ("prompt", "text_completion"),
        ("inputs", "classification"),
        ("instances", "prediction"),
        ("input", "chat"),
    ];
    if path.to_ascii_lowercase().contains("embed") {
        return "embeddings";
    }
    SHAPES.iter().find(|(member, _)| input.get(member).is_some()).map_or("invocation", |(_, operation)| operation)
}

/// Hosts that end so, or paths that hold it, and OpenTelemetry's name for the provider.
const PROVIDERS: [(&str, &str); 13] = [
    ("openai.azure.com", "azure.ai.openai"),
    ("cognitiveservices.azure.com", "azure.ai.openai"),
    ("services.ai.azure.com", "azure.ai.inference"),
    ("anthropic.com", "anthropic"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("mistral.ai", "mistral_ai"),
    ("groq.com", "groq"),
    ("deepseek.com", "deepseek"),
    ("cohere.com", "cohere"),
    ("x.ai", "x_ai"),
    ("perplexity.ai", "perplexity"),
    ("openrouter.ai", "openrouter"),
];
const INTERFACES: [(&str, &str); 3] =
    [("/openai/deployments/", "azure.ai.openai"), ("/v1/messages", "anthropic"), (":generateContent", "gcp.gemini")];

/// Whose service it is; else whose interface. OpenAI's is the one that most servers have.
fn provider(url: &Url) -> &'static str {
    let host = url.host_str().unwrap_or_default();
    let is_at =
        |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with(['.', '-']));
    let service = PROVIDERS.iter().find(|(domain, _)| is_at(domain));
    let found = service.or_else(|| INTERFACES.iter().find(|(part, _)| url.path().contains(part)));
    found.map_or("openai", |(_, provider)| provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(answer: &str) -> (Option<u64>, Option<u64>) {
        let told = Told::by(answer);
        (told.input_tokens, told.output_tokens)
    }

    #[test]
    fn tokens_of_each_provider() {
        let check = |answer: &str, input: Option<u64>, output: Option<u64>| {
            assert_eq!(told(answer), (input, output), "{answer}");
        };
        check(r#"{"usage": {"prompt_tokens": 20, "completion_tokens": 15, "total_tokens": 35}}"#, Some(20), Some(15));
        check(r#"{"data": [], "usage": {"prompt_tokens": 3, "total_tokens": 3}}"#, Some(3), None);
        let cache = r#""cache_creation_input_tokens": 4, "cache_read_input_tokens": null"#;
        check(&format!(r#"{{"usage": {{"input_tokens": 10, "output_tokens": 2, {cache}}}}}"#), Some(14), Some(2));
        let gemini = r#""promptTokenCount": 4, "candidatesTokenCount": 5, "thoughtsTokenCount": 6"#;
        check(&format!(r#"{{"usageMetadata": {{{gemini}}}}}"#), Some(4), Some(11));
        check(r#"{"prompt_eval_count": 26, "eval_count": 290}"#, Some(26), Some(290));
    }

    #[test]
    fn answers_that_tell_nothing() {
        let large = format!(r#"{{"usage": {{"prompt_tokens": 1}}, "x": "{}"}}"#, "x".repeat(LOOKED_THROUGH));
        for answer in ["", "no JSON", "[]", "{}", r#"{"usage": 3}"#, r#"{"usage": {"prompt_tokens": -1.5}}"#, &large] {
            assert_eq!(Told::by(answer), Told::default(), "{}", &answer[..answer.len().min(80)]);
        }
    }

    #[test]
    fn names() {
        let told = Told::by(r#"{"modelVersion": "gemini-2.5", "responseId": "r", "model": 3}"#);
        assert_eq!((told.model.as_deref(), told.id.as_deref()), (Some("gemini-2.5"), Some("r")));
    }

    #[test]
    fn requests() {
        let check = |url: &str, input: &str, expected: [&str; 3]| {
            let url = Url::parse(url).expect("a URL");
            let ModelRequest { operation, provider, model, .. } = request(&url, input.as_bytes(), "own");
            assert_eq!([operation, provider, &model], expected, "{url}");
        };
        let chat = r#"{"model": "gpt", "messages": []}"#;
        check("https://api.openai.com/v1/chat/completions", chat, ["chat", "openai", "gpt"]);
        check("http://localhost:11434/v1/embeddings", r#"{"input": "x"}"#, ["embeddings", "openai", "own"]);
        check("https://api.openai.com/v1/responses", r#"{"input": "x"}"#, ["chat", "openai", "own"]);
        check("http://127.0.0.1/v1/messages", chat, ["chat", "anthropic", "gpt"]);
        let gemini = "https://generativelanguage.googleapis.com/v1beta/models/g:generateContent";
        check(gemini, r#"{"contents": []}"#, ["generate_content", "gcp.gemini", "own"]);
        let azure = "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=1";
        check(azure, r#"{"messages": []}"#, ["chat", "azure.ai.openai", "own"]);
        check("https://us-aiplatform.googleapis.com/v1/x", "", ["invocation", "gcp.vertex_ai", "own"]);
        check("https://notx.ai/v1/completions", r#"{"prompt": ""}"#, ["text_completion", "openai", "own"]);
        check("http://h/predict", r#"{"inputs": [], "model": ""}"#, ["classification", "openai", "own"]);
    }
}
