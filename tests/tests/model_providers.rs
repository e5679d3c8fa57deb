//! Promise: models of OpenAI, Anthropic, Gemini, Azure and OpenRouter are called as each wants it, from both languages; what a
//! provider says of a failure reaches the guest; refusals that name their end are waited for, within bounds; tokens are
//! counted and traced.

use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Attribute;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{self, Apps as _, Language};
use tests::providers::{self, KEY, REFUSED};
use tests::runner::{Options, Runner};
use tests::stand_in::{Recorded, Reply, StandIn};

/// How a provider is called.
struct Provider {
    /// Of the model and of its connection.
    name: &'static str,
    double: fn(&Recorded) -> Reply,
    /// What the connection adds.
    connection: fn() -> Value,
    path: &'static str,
    input: fn(&str) -> Value,
    /// What it says of what it refuses, and of a wrong key.
    refusal: (u16, &'static str),
    wrong_key: (u16, &'static str),
    tokens: [i64; 2],
    /// Operation, provider, model that was asked and model that answered, as traces have them.
    traced: [&'static str; 4],
}

fn messages(model: Option<&str>, prompt: &str) -> Value {
    let mut input = json!({"messages": [{"role": "user", "content": prompt}]});
    if let Some(model) = model {
        input["model"] = model.into();
    }
    input
}

const PROVIDERS: [Provider; 5] = [
    Provider {
        name: "openai",
        double: providers::openai,
        connection: || json!({"headers": {"Authorization": "Bearer {{KEY}}"}}),
        path: "v1/chat/completions",
        input: |prompt| messages(Some("gpt-4o-mini"), prompt),
        refusal: (400, "Invalid prompt: your prompt was flagged."),
        wrong_key: (401, "Incorrect API key provided"),
        tokens: [20, 15],
        traced: ["chat", "openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"],
    },
    Provider {
        name: "anthropic",
        double: providers::anthropic,
        connection: || json!({"headers": {"x-api-key": "{{KEY}}", "anthropic-version": "2023-06-01"}}),
        path: "v1/messages",
        input: |prompt| messages(Some("claude-sonnet-4-5"), prompt),
        refusal: (400, "messages: at least one message is required"),
        wrong_key: (401, "invalid x-api-key"),
        tokens: [20, 15],
        traced: ["chat", "anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"],
    },
    Provider {
        name: "gemini",
        double: providers::gemini,
        connection: || json!({"queryParameters": {"key": "{{KEY}}"}}),
        path: "v1beta/models/gemini-2.5-flash:generateContent",
        input: |prompt| json!({"contents": [{"role": "user", "parts": [{"text": prompt}]}]}),
        refusal: (400, "Unable to process input."),
        wrong_key: (400, "API key not valid."),
        tokens: [20, 15],
        traced: ["generate_content", "gcp.gemini", "source-gemini", "gemini-2.5-flash"],
    },
    Provider {
        name: "azure",
        double: providers::azure,
        connection: || json!({"headers": {"api-key": "{{KEY}}"}}),
        path: "openai/deployments/chat/chat/completions?api-version=2024-10-21",
        input: |prompt| messages(None, prompt),
        refusal: (400, "content management policy"),
        wrong_key: (401, "Access denied due to invalid subscription key"),
        tokens: [20, 15],
        traced: ["chat", "azure.ai.openai", "source-azure", "gpt-4o-2024-11-20"],
    },
    Provider {
        name: "openrouter",
        double: providers::openrouter,
        connection: || json!({"headers": {"Authorization": "Bearer {{KEY}}", "X-Title": "tests"}}),
        path: "api/v1/chat/completions",
        input: |prompt| messages(Some("meta-llama/llama-3.2-3b-instruct"), prompt),
        refusal: (402, "Insufficient credits."),
        wrong_key: (401, "No auth credentials found"),
        tokens: [20, 15],
        traced: ["chat", "openai", "meta-llama/llama-3.2-3b-instruct", "meta-llama/llama-3.2-3b-instruct"],
    },
];

/// All providers, and an app that knows them all.
struct Served {
    doubles: Vec<StandIn>,
    _app: App,
    runner: Runner,
}

fn compile(guest: &str, language: Language, models: &Value, connections: &Value) -> App {
    let manifest = app::open_with(&json!({"models": models, "connections": connections}));
    app::compile(&language.guest(guest), &manifest.to_string())
}

fn serve(language: Language, key: &str, options: Options) -> Served {
    let doubles: Vec<StandIn> = PROVIDERS.iter().map(|provider| StandIn::with(provider.double)).collect();
    let (mut models, mut connections) = (json!({}), json!({}));
    let mut options = options;
    for (provider, double) in PROVIDERS.iter().zip(&doubles) {
        let name = provider.name;
        let mut connection = (provider.connection)();
        connection["type"] = json!("http");
        connection["baseUrl"] = json!(double.url);
        connections[name] = connection;
        models[name] = json!({"sourceModel": format!("source-{name}"), "connection": name, "path": provider.path});
        options = options.env(&format!("MODUS_{}_KEY", name.to_uppercase()), key);
    }
    let app = compile("models", language, &models, &connections);
    let runner = Runner::start(&app.artifact, &options);
    Served { doubles, _app: app, runner }
}

/// Has the guest send JSON to a model; what it got.
fn invoke(runner: &Runner, model: &str, input: &Value) -> Value {
    let query = "query ($model: String!, $input: String!) { invoke(name: $model, input: $input) }";
    runner.ask(query, &json!({"model": model, "input": input.to_string()}))
}

/// The same where the guest gets an answer: its JSON.
fn answered(runner: &Runner, model: &str, input: &Value) -> Value {
    let answer = invoke(runner, model, input);
    let text = answer["data"]["invoke"].as_str().unwrap_or_else(|| panic!("{model}: {answer}\n{}", runner.log()));
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{model}: {error}: {text}"))
}

#[test]
fn each_is_called_as_it_wants_it() {
    for language in Language::ALL {
        let served = serve(language, KEY, Options::default());
        for (provider, double) in PROVIDERS.iter().zip(&served.doubles) {
            let input = (provider.input)("Why?");
            let answer = answered(&served.runner, provider.name, &input);
            assert!(answer.to_string().contains("You asked: Why?"), "{language:?} {}: {answer}", provider.name);
            let requests = double.requests();
            assert_eq!(requests.len(), 1, "{language:?} {}", provider.name);
            assert_eq!((requests[0].method.as_str(), requests[0].json()), ("POST", input), "{}", provider.name);
            assert_eq!(requests[0].header("content-type"), Some("application/json"));
        }
        let metrics = served.runner.get("/metrics").1;
        for Provider { name, tokens: [read, written], .. } in &PROVIDERS {
            for (kind, tokens) in [("input", read), ("output", written)] {
                let line = format!("runtime_model_tokens_num{{model=\"{name}\",kind=\"{kind}\"}} {tokens}\n");
                assert!(metrics.contains(&line), "no {line} in {metrics}");
            }
            let line = format!("runtime_model_duration_seconds_count{{model=\"{name}\"}} 1\n");
            assert!(metrics.contains(&line), "no {line} in {metrics}");
        }
        assert!(!served.runner.log().contains(KEY), "the secret is in the log");
        assert!(!metrics.contains(KEY));
    }
}

#[test]
fn what_a_provider_says_of_a_failure_reaches_the_guest() {
    for language in Language::ALL {
        for (key, prompt) in [(KEY, REFUSED), ("sk-wrong", "Why?")] {
            let served = serve(language, key, Options::default());
            for provider in &PROVIDERS {
                let (status, text) = if key == KEY { provider.refusal } else { provider.wrong_key };
                let answer = answered(&served.runner, provider.name, &(provider.input)(prompt));
                assert!(answer["error"]["message"].as_str().is_some_and(|said| said.contains(text)), "{answer}");
                let record = served.runner.wait_for_log(|record| {
                    record["message"] == "Error invoking model."
                        && record["detail"] == format!("Model: {}", provider.name)
                });
                let error = record["error"].as_str().unwrap_or_default();
                assert!(error.starts_with(&format!("HTTP error: {status} ")), "{record}");
            }
            let metrics = served.runner.get("/metrics").1;
            for Provider { name, .. } in &PROVIDERS {
                let line = format!("runtime_model_failures_num{{model=\"{name}\",ending=\"status\"}} 1\n");
                assert!(metrics.contains(&line), "no {line} in {metrics}");
            }
            assert!(!served.runner.log().contains(key), "the secret is in the log");
        }
    }
}

/// The SDKs' own packages, with members that the guests do not know.
#[test]
fn through_the_packages_of_the_sdks() {
    let double = StandIn::with(|request| match request.url.as_str() {
        "/v1/messages" => providers::anthropic(request),
        _ => providers::openai(request),
    });
    let headers = json!({"Authorization": "Bearer {{KEY}}", "x-api-key": "{{KEY}}", "anthropic-version": "2023-06-01"});
    let connections = json!({"p": {"type": "http", "baseUrl": double.url, "headers": headers}});
    let models = json!({
        "chat": {"sourceModel": "gpt-4o-mini", "connection": "p", "path": "v1/chat/completions"},
        "anthropic": {"sourceModel": "claude-sonnet-4-5", "connection": "p", "path": "v1/messages"},
        "embeddings": {"sourceModel": "text-embedding-3-small", "connection": "p", "path": "v1/embeddings"},
        "embedder": {"sourceModel": "text-embedding-3-small", "connection": "p", "path": "v1/embeddings"},
    });
    let ask = |language: Language, guest: &str, query: &str| {
        let app = compile(guest, language, &models, &connections);
        Runner::start(&app.artifact, &Options::default().env("MODUS_P_KEY", KEY)).query(query)
    };
    for language in Language::ALL {
        let chat = ask(language, "waiting", r#"{ ask(prompt: "Why?") }"#);
        assert_eq!(chat, json!({"data": {"ask": "You asked: Why?"}}), "{language:?}");
        let refused = ask(language, "waiting", &format!(r#"{{ ask(prompt: "{REFUSED}") }}"#));
        assert!(refused["errors"].to_string().contains("your prompt was flagged"), "{language:?}: {refused}");
    }
    let vectors = json!([[0.25, -0.5, 0], [0.25, -0.5, 1]]);
    let embedded = ask(Language::AssemblyScript, "host", r#"{ embed(v: ["one", "two"]) }"#);
    assert_eq!(embedded["data"]["embed"].to_string().replace(".0", ""), vectors.to_string(), "{embedded}");
    let embedded = ask(Language::Go, "embeddings", r#"{ embed(texts: ["one", "two"]) }"#);
    assert_eq!(embedded["data"]["embed"], vectors, "{embedded}");
    let message = ask(Language::Go, "models", r#"{ askAnthropic(prompt: "Why?") }"#);
    assert_eq!(message, json!({"data": {"askAnthropic": "You asked: Why?"}}));
}

/// An app with a model, whose manifest another one takes the place of.
fn one_model(language: Language, url: &str) -> (App, String) {
    let connection = json!({"type": "http", "baseUrl": url, "headers": {"Authorization": "Bearer {{KEY}}"}});
    let models = json!({"chat": {"sourceModel": "m", "connection": "p", "path": "v1/chat/completions"}});
    let app = compile("models", language, &models, &json!({"p": connection}));
    let manifest = std::fs::read_to_string(app.artifact.with_file_name("modus.json")).expect("a manifest");
    (app, manifest)
}

/// A server that answers so often with a refusal before it answers otherwise: the guest's answer, the requests, the metrics.
fn refusing(
    (app, manifest): &(App, String),
    refusal: &Reply,
    times: usize,
    arguments: &[&str],
) -> (Value, usize, String) {
    let (refusal, count) = (refusal.clone(), AtomicUsize::new(0));
    let double = StandIn::with(move |request| match count.fetch_add(1, Ordering::Relaxed) < times {
        true => refusal.clone(),
        false => providers::openai(request),
    });
    let file = app.artifact.with_file_name("other.json");
    std::fs::write(&file, manifest.replace(NOWHERE, &double.url)).expect("a file");
    let arguments = [arguments, &["--manifest", file.to_str().expect("a path")]].concat();
    let runner = Runner::start(&app.artifact, &Options::arguments(&arguments).env("MODUS_P_KEY", KEY));
    let answer = answered(&runner, "chat", &messages(Some("m"), "Why?"));
    (answer, double.requests().len(), runner.get("/metrics").1)
}

/// A URL that a double's takes the place of.
const NOWHERE: &str = "http://127.0.0.1:9/";

fn refusal(status: u16, retry_after: Option<&str>) -> Reply {
    let reply = Reply::from((status, json!({"error": {"message": "slow down"}}).to_string()));
    match retry_after {
        Some(value) => reply.header("retry-after", value),
        None => reply,
    }
}

#[test]
fn refusals_that_name_their_end_are_waited_for() {
    for language in Language::ALL {
        let app = one_model(language, NOWHERE);
        for (status, retry_after) in [(429, "0"), (503, "0"), (429, "Sun, 06 Nov 1994 08:49:37 GMT")] {
            let (answer, requests, metrics) = refusing(&app, &refusal(status, Some(retry_after)), 2, &[]);
            assert!(answer.to_string().contains("You asked: Why?"), "{language:?} {status}: {answer}");
            assert_eq!(requests, 3, "{language:?} {status}");
            let line = format!("runtime_model_retries_num{{code=\"{status}\"}} 2\n");
            assert!(metrics.contains(&line), "no {line} in {metrics}");
        }
    }
}

#[test]
fn waiting_for_the_end_of_refusals_is_bounded() {
    let (always, app) = (usize::MAX, one_model(Language::Go, NOWHERE));
    let check = |refusal: &Reply, arguments: &[&str], expected: usize, limit: Option<&str>| {
        let (answer, requests, metrics) = refusing(&app, refusal, always, arguments);
        assert_eq!(answer["error"]["message"], "slow down");
        assert_eq!(requests, expected, "{refusal:?} {arguments:?}");
        let refused = limit.map(|limit| format!("runtime_refusals_num{{reason=\"{limit}\"}} 1\n"));
        assert!(refused.is_none_or(|line| metrics.contains(&line)), "{limit:?}: {metrics}");
    };
    check(&refusal(503, Some("0")), &[], 3, Some("model-retries"));
    check(&refusal(429, Some("0")), &["--model-retries", "5"], 6, Some("model-retries"));
    check(&refusal(429, Some("0")), &["--model-retries", "0"], 1, Some("model-retries"));
    check(&refusal(429, Some("31")), &[], 1, Some("model-retry-wait"));
    check(&refusal(429, Some("4")), &["--model-retry-wait", "3"], 1, Some("model-retry-wait"));
    // What does not say when, and what may have been begun, is not sent again.
    check(&refusal(429, None), &[], 1, None);
    check(&refusal(429, Some("soon")), &[], 1, None);
    check(&refusal(500, Some("0")), &[], 1, None);
}

fn attribute<'s>(span: &'s Span, name: &str) -> Option<&'s Attribute> {
    span.attributes.iter().find(|attribute| attribute.key == name)?.value.as_ref()?.value.as_ref()
}

#[test]
fn calls_are_traced_by_the_conventions_for_generative_ai() {
    let collector = StandIn::with(|_| (200, String::new()));
    let options = Options::default().env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.trim_end_matches('/'));
    let mut served = serve(Language::Go, KEY, options);
    for provider in &PROVIDERS {
        answered(&served.runner, provider.name, &(provider.input)("Why?"));
    }
    answered(&served.runner, "openai", &messages(Some("other"), REFUSED));
    assert_eq!(served.runner.signal("TERM"), Some(0), "{}", served.runner.log());
    let exports = collector.requests();
    assert!(exports.iter().all(|export| !export.body.contains(KEY)), "the secret is in the traces");
    let decoded =
        exports.iter().map(|export| ExportTraceServiceRequest::decode(export.bytes.as_slice()).expect("OTLP"));
    let resources = decoded.flat_map(|export| export.resource_spans);
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    let spans: Vec<Span> = scopes.flat_map(|scope| scope.spans).collect();
    let text = |text: &str| Some(Attribute::StringValue(text.to_owned()));
    let of = |name: &str, model: &str| {
        let is = |span: &&Span| {
            attribute(span, "modus.model").cloned() == text(name)
                && attribute(span, "gen_ai.request.model").cloned() == text(model)
        };
        spans.iter().find(is).unwrap_or_else(|| panic!("no span of {name} {model} in {spans:?}"))
    };
    for Provider { name, traced: [operation, provider, asked, answered], tokens, .. } in &PROVIDERS {
        let span = of(name, asked);
        assert_eq!(span.name, format!("{operation} {asked}"));
        // A client's.
        assert_eq!(span.kind, 3);
        for (attribute_name, expected) in [
            ("gen_ai.operation.name", operation),
            ("gen_ai.provider.name", provider),
            ("gen_ai.response.model", answered),
            ("server.address", &"127.0.0.1"),
        ] {
            assert_eq!(attribute(span, attribute_name).cloned(), text(expected), "{name} {attribute_name}");
        }
        for (attribute_name, expected) in ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"].iter().zip(tokens)
        {
            let expected = Some(Attribute::IntValue(*expected));
            assert_eq!(attribute(span, attribute_name).cloned(), expected, "{name} {attribute_name}");
        }
    }
    let failed = of("openai", "other");
    assert_eq!(attribute(failed, "error.type").cloned(), text("400"));
    assert_eq!(failed.status.as_ref().map(|status| status.code), Some(2));
    let parent = spans.iter().find(|span| span.span_id == failed.parent_span_id);
    assert_eq!(parent.map(|span| span.name.as_str()), Some("modus_models.invokeModel"));
}

#[test]
fn a_path_behind_a_whole_url_is_found_when_the_app_is_built() {
    let models = json!({"chat": {"sourceModel": "m", "connection": "p", "path": "v1/chat/completions"}});
    let connections = json!({"p": {"type": "http", "endpoint": "http://127.0.0.1:9/v1/chat/completions"}});
    let manifest = app::open_with(&json!({"models": models, "connections": connections}));
    let app = app::compile(&guests::build("tests/guests/go/models"), &manifest.to_string());
    let expected = "`path` does not go with connection `p`, whose `endpoint` is the whole URL";
    assert!(app.messages.contains(expected), "{}", app.messages);
}
