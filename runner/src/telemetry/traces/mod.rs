//! Traces by OpenTelemetry, only where `OTEL_EXPORTER_OTLP_ENDPOINT` asks for them: request, operation, call, instance,
//! host function. Otherwise nothing of it exists and no span is made.

mod model;

use std::sync::OnceLock;
use std::time::Duration;

use hyper::header::HeaderMap;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HeaderExtractor, HeaderInjector, HttpClient};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing::{Span, Subscriber, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::environment::is_true;
pub use model::{ModelRequest, ModelResponse, model, model_answered, model_failed};

/// Target of all spans.
const TARGET: &str = "modus::trace";
/// Bytes of a client's own text in a span. Thousands of spans wait to be exported.
const LONGEST: usize = 100;
/// The methods that a span names, as OpenTelemetry's conventions have it.
const METHODS: [&str; 9] = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"];
/// Time to export what is left at the end.
const FLUSH: Duration = Duration::from_secs(3);

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Whether the variables ask for traces.
pub fn are_wanted() -> bool {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
    let endpoint = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| variable("OTEL_EXPORTER_OTLP_ENDPOINT"));
    endpoint.is_some()
        && !variable("OTEL_SDK_DISABLED").is_some_and(|text| is_true(text.trim()))
        && variable("OTEL_TRACES_EXPORTER").is_none_or(|text| text.trim() != "none")
}

/// The layer that turns spans into traces, which `client` sends. `app` is the name for want of `OTEL_SERVICE_NAME`.
///
/// # Errors
/// A sentence when the variables cannot be used.
pub(super) fn layer<S, C>(app: &str, client: C) -> Result<impl Layer<S> + use<S, C>, String>
where
    C: HttpClient + 'static,
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let exporter = SpanExporter::builder().with_http().with_http_client(client).build();
    let exporter = exporter.map_err(|error| format!("traces cannot be exported: {error}"))?;
    let named = ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"].iter().any(|name| {
        std::env::var(name).is_ok_and(|text| *name == "OTEL_SERVICE_NAME" || text.contains("service.name="))
    });
    let resource = Resource::builder();
    let resource = if named { resource } else { resource.with_service_name(app.to_owned()) };
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
    let provider = PROVIDER.get_or_init(|| provider);
    let spans = filter_fn(|metadata| metadata.is_span() && metadata.target() == TARGET);
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("modus-runner"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_context_activation(false);
    Ok(layer.with_filter(spans.with_max_level_hint(LevelFilter::INFO)))
}

/// Exports what is left. On a thread of its own, because whoever shuts the exporter down waits for it, and it for the
/// runtime.
pub async fn finish() {
    let Some(provider) = PROVIDER.get() else { return };
    let (send, finished) = tokio::sync::oneshot::channel();
    let shut_down = move || _ = send.send(provider.shutdown_with_timeout(FLUSH).map_err(|error| error.to_string()));
    let error = match std::thread::Builder::new().name("traces".to_owned()).spawn(shut_down) {
        Err(error) => error.to_string(),
        Ok(_) => match finished.await {
            Ok(Err(error)) => error,
            Ok(Ok(())) | Err(_) => return,
        },
    };
    tracing::warn!(target: "modus", error, "The last traces could not be exported.");
}

fn is_active() -> bool {
    PROVIDER.get().is_some()
}

/// The span of a request on an endpoint, part of the trace that its headers name.
pub fn request(method: &str, route: &str, headers: &HeaderMap) -> Span {
    if !is_active() {
        return Span::none();
    }
    let (name, method) = if METHODS.contains(&method) { (method, method) } else { ("HTTP", "_OTHER") };
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        otel.name = format!("{name} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        http.response.status_code = field::Empty,
        otel.status_code = field::Empty,
    );
    // Fails only where there is no layer.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&HeaderExtractor(headers)));
    span
}

/// Notes the response's status in the span of a request.
pub fn responded(span: &Span, status: u16) {
    if !span.is_disabled() {
        span.record("http.response.status_code", status);
        if status >= 500 {
            span.record("otel.status_code", "ERROR");
        }
    }
}

/// A client's text, as far as a span has it.
fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// The span of an operation: `kind` is `query` or `mutation`. Its name does not depend on the client, so that the spans of
/// one kind can be counted together.
pub fn operation(kind: &str, name: Option<&str>) -> Span {
    if !is_active() {
        return Span::none();
    }
    tracing::info_span!(
        target: TARGET,
        "operation",
        otel.name = kind,
        graphql.operation.type = kind,
        graphql.operation.name = name.map(short),
    )
}

/// The span of a function's call.
pub fn call(function: &str, execution_id: &str) -> Span {
    if !is_active() {
        return Span::none();
    }
    tracing::info_span!(
        target: TARGET,
        "call",
        otel.name = function,
        modus.function = function,
        modus.execution_id = execution_id,
        error.type = field::Empty,
        otel.status_code = field::Empty,
    )
}

/// Notes in the current span, of a call or of what asks another server, that it ended without a result.
pub fn failed(ending: &str) {
    if is_active() {
        let span = Span::current();
        span.record("error.type", ending);
        span.record("otel.status_code", "ERROR");
    }
}

/// The span of making an instance.
pub fn instantiation() -> Span {
    if is_active() { tracing::info_span!(target: TARGET, "instantiate") } else { Span::none() }
}

/// The span of a host function; `waiting` where it asks another server.
pub fn host_function(name: impl FnOnce() -> String, waiting: bool) -> Span {
    if !is_active() {
        return Span::none();
    }
    let kind = if waiting { "client" } else { "internal" };
    let name = name();
    tracing::info_span!(
        target: TARGET,
        "host_function",
        otel.name = name,
        otel.kind = kind,
        modus.host_function = name,
        modus.connection = field::Empty,
        db.system.name = field::Empty,
        error.type = field::Empty,
        otel.status_code = field::Empty,
    )
}

/// Notes in the span of a host function that it failed.
pub fn host_function_failed(span: &Span) {
    if !span.is_disabled() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Notes in the current span, a host function's or a model's, the connection that is asked.
pub fn connection(name: &str) {
    if is_active() {
        Span::current().record("modus.connection", name);
    }
}

/// The same of a database, and what kind that is.
pub fn database(name: &str, system: &str) {
    connection(name);
    if is_active() {
        Span::current().record("db.system.name", system);
    }
}

/// Names the current span to another server, unless the guest did so itself.
pub fn inject(headers: &mut HeaderMap) {
    if is_active() && !headers.contains_key("traceparent") {
        TraceContextPropagator::new().inject_context(&Span::current().context(), &mut HeaderInjector(headers));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_clients_are_cut() {
        assert_eq!(short("Fetch"), "Fetch");
        assert_eq!(short(&"n".repeat(900_000)), "n".repeat(LONGEST));
        assert_eq!(short(&"€".repeat(50)), "€".repeat(33));
    }
}
