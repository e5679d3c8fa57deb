//! The span of a model's call, by OpenTelemetry's conventions for generative AI.

use tracing::{Span, field};

use super::{TARGET, is_active};

/// What is known before a model is called.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    /// What is asked for: `chat`, `embeddings` and so on.
    pub operation: &'static str,
    /// Whose interface or service it is: `openai`, `anthropic` and so on.
    pub provider: &'static str,
    /// The provider's name of the model; may be empty.
    pub model: String,
    /// The server's name or address.
    pub server: String,
    /// Its port; 0 where the scheme has none.
    pub port: u16,
}

/// What a model's answer tells.
#[derive(Clone, Copy, Debug)]
pub struct ModelResponse<'a> {
    /// The model that answered.
    pub model: Option<&'a str>,
    /// The provider's name of the answer.
    pub id: Option<&'a str>,
    /// Tokens that were read.
    pub input_tokens: Option<u64>,
    /// Tokens that were written.
    pub output_tokens: Option<u64>,
}

/// The span of a call; `request` is asked only where there are traces. `name` is the manifest's of the model.
pub fn model(name: &str, request: impl FnOnce() -> ModelRequest) -> Span {
    if !is_active() {
        return Span::none();
    }
    let ModelRequest { operation, provider, model, server, port } = request();
    let shown = if model.is_empty() { name } else { &model };
    tracing::info_span!(
        target: TARGET,
        "model",
        otel.name = format!("{operation} {shown}"),
        otel.kind = "client",
        otel.status_code = field::Empty,
        modus.model = name,
        modus.connection = field::Empty,
        gen_ai.operation.name = operation,
        gen_ai.provider.name = provider,
        gen_ai.request.model = (!model.is_empty()).then_some(model.as_str()),
        gen_ai.response.model = field::Empty,
        gen_ai.response.id = field::Empty,
        gen_ai.usage.input_tokens = field::Empty,
        gen_ai.usage.output_tokens = field::Empty,
        server.address = server,
        server.port = i64::from(port),
        error.type = field::Empty,
    )
}

/// Notes in the span of a model's call what the answer tells.
pub fn model_answered(span: &Span, response: ModelResponse<'_>) {
    if span.is_disabled() {
        return;
    }
    span.record("gen_ai.response.model", response.model);
    span.record("gen_ai.response.id", response.id);
    let number = |tokens: Option<u64>| tokens.and_then(|tokens| i64::try_from(tokens).ok());
    span.record("gen_ai.usage.input_tokens", number(response.input_tokens));
    span.record("gen_ai.usage.output_tokens", number(response.output_tokens));
}

/// Notes in the span of a model's call what it ended with, where that is no success: the status.
pub fn model_failed(span: &Span, ending: &str) {
    if !span.is_disabled() {
        span.record("error.type", ending);
        span.record("otel.status_code", "ERROR");
    }
}
