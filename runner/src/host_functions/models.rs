//! `modus_models`: a transparent POST proxy to model providers (`models` sections 2, 3 and 5).

mod exchange;
mod hosted;
mod stand_ins;
mod translate;
mod usage;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use abi::host_functions as table;
use abi::manifest::{HYPERMODE, HYPERMODE_URL, HttpConnection, Manifest, Model};
use abi::plan::Program;
use abi::value::Value;
use futures::future::BoxFuture;
use hyper::StatusCode;
use hyper::header::HeaderMap;
use tracing::{Instrument as _, Span};
use url::Url;

use super::capability::Function;
use super::connection::{Connections, handled, http_error, post};
use super::history::{About, Answered, History, Plugin, Recording};
use super::values::{object, text};
use super::{Answer, Capability, HostError, Invocation, Messages, Pending, Setup};
use crate::client::url as urls;
use crate::client::{Request, Response};
use crate::environment::Environment;
use crate::limits::ModelLimits;
use crate::telemetry::metrics::{self, ModelFailure};
use crate::telemetry::{LogContext, traces};
use hosted::{gone, hosted, special, unserved};
pub use stand_ins::HostedModels;
use stand_ins::StandIn;
use translate::{Interface, Translated};
use usage::Told;

/// The capability.
pub(super) struct Models {
    manifest: Arc<Manifest>,
    environment: Arc<Environment>,
    stand_ins: Arc<HostedModels>,
    connections: Arc<Connections>,
    limits: ModelLimits,
    history: History,
    program: Option<Arc<Program>>,
    /// The app, as the history has it; made by the first call.
    plugin: OnceLock<Arc<Plugin>>,
    /// Where models are, by name, but for those that Hypermode hosts; or why that cannot be told. Read by the first call.
    addresses: OnceLock<HashMap<String, Result<Url, HostError>>>,
}

impl Capability for Models {
    const TABLE: &'static table::Capability = &table::MODELS;

    const FUNCTIONS: &'static [Function<Self>] = &[
        Function::immediate(
            "getModelInfo",
            Messages {
                cancelled: Some("Cancelled getting model info."),
                error: Some("Error getting model info."),
                detail,
                ..Messages::NONE
            },
            Self::model_info,
        ),
        Function::waiting(
            "invokeModel",
            Messages {
                starting: Some("Invoking model."),
                completed: Some("Completed model invocation."),
                cancelled: Some("Cancelled model invocation."),
                error: Some("Error invoking model."),
                detail,
            },
            Self::invoke,
        ),
    ];

    fn configure(setup: &Setup<'_>) -> Self {
        let (manifest, environment) = (Arc::clone(&setup.manifest), Arc::clone(&setup.environment));
        let (stand_ins, connections) = (Arc::clone(&setup.hosted_models), setup.connections());
        let history = History::of(setup.process, &environment);
        Self {
            manifest,
            environment,
            stand_ins,
            connections,
            limits: setup.process.models,
            history,
            program: setup.program.clone(),
            plugin: OnceLock::new(),
            addresses: OnceLock::new(),
        }
    }

    fn check(setup: &Setup<'_>, _connect: bool) -> BoxFuture<'static, Vec<String>> {
        let fault = unserved(&setup.environment, &setup.manifest, &setup.hosted_models);
        Box::pin(async move { fault.into_iter().collect() })
    }
}

/// What is to be sent, and how the answer is to be read.
struct Prepared {
    model: Model,
    host: Host,
    interface: Interface,
    request: Request,
}

/// Who serves a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    /// A server that the manifest or the operator names.
    Other,
    /// Hypermode, or what is at `MODUS_HYPERMODE_URL`.
    Hypermode,
    /// Hypermode, and nobody said what is in its place.
    Gone,
}

/// A call whose answer is there.
struct Asked {
    name: String,
    model: Model,
    host: Host,
    interface: Interface,
    span: Span,
    recording: Recording,
    time: Duration,
    dev: bool,
}

/// How often an answer is gone through: as text, for NUL, for the history, and for what the guest reads.
const PASSES: u64 = 4;

impl Asked {
    /// Measures, traces and records the answer, and makes of it what the guest gets.
    fn answered(self, response: &Response) -> Result<String, (ModelFailure, HostError)> {
        let Self { name, model, host, interface, span, recording, time, dev } = self;
        let (status, body) = (response.status, readable(&response.body));
        let told = Told::by(&body);
        metrics::model_answered(&name, time, told.input_tokens, told.output_tokens);
        traces::model_answered(&span, told.for_traces());
        let Told { input_tokens, output_tokens, .. } = told;
        recording.answered(&Answered { status: status.as_u16(), body: &body, input_tokens, output_tokens });
        let body = if status.is_success() {
            body
        } else {
            traces::model_failed(&span, status.as_str());
            translate::failure(interface, body)
        };
        let body = answer(&model, host, dev, status, body).map_err(|error| (ModelFailure::Status, error))?;
        translate::answer(interface, body).map_err(|error| (ModelFailure::Unreadable, error))
    }
}

fn detail(arguments: &[Value]) -> Option<String> {
    Some(detail_of(text(arguments, 0)))
}

fn detail_of(model: &str) -> String {
    format!("Model: {model}")
}

impl Models {
    fn find(&self, name: &str) -> Result<&Model, HostError> {
        self.manifest.models.get(name).ok_or_else(|| format!("model {name} was not found").into())
    }

    fn model_info(&self, _: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
        let name = text(arguments, 0);
        let model = self.find(name)?;
        let (name, full_name) = (Value::String(name.to_owned()), Value::String(model.source_model.clone()));
        Ok(object([("name", name), ("fullName", full_name)]))
    }

    fn invoke(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (this, log, name) = (Arc::clone(self), invocation.log.clone(), text(arguments, 0).to_owned());
        let prepared = self.prepare(&log, &name, text(arguments, 1));
        Box::pin(async move {
            let prepared = prepared.inspect_err(|_| this.failed(&name, ModelFailure::Unusable))?;
            this.call(&log, &name, prepared).await
        })
    }

    /// Sends what is prepared; measures and traces what comes of it.
    async fn call(&self, log: &LogContext, name: &str, prepared: Prepared) -> Answer {
        let Prepared { model, host, interface, request } = prepared;
        let span = traces::model(name, || usage::request(&request.url, &request.body, &model.source_model));
        let (detail, recording) = (detail_of(name), self.record(log, name, &model, &request));
        let started = Instant::now();
        let sent = exchange::send(&self.connections, &model.connection, self.limits, log, &detail, request);
        let response = sent.instrument(span.clone()).await;
        let (time, dev) = (started.elapsed(), self.environment.is_dev());
        let asked = Asked { name: name.to_owned(), model, host, interface, span, recording, time, dev };
        let answered = match response {
            Ok(response) => handled(response.body.len(), PASSES, move || asked.answered(&response)).await,
            Err(error) => Err((ModelFailure::Unanswered, error)),
        };
        answered.map(Value::String).map_err(|(failure, error)| {
            self.failed(name, failure);
            match host {
                Host::Gone => HostError { message: gone(&error.message), ..error },
                _ => error,
            }
        })
    }

    /// Counts a call that failed. A name that the manifest does not have is the guest's own, and no label.
    fn failed(&self, name: &str, failure: ModelFailure) {
        if self.manifest.models.contains_key(name) {
            metrics::model_failed(name, failure);
        }
    }

    /// Begins the record of a call, which shows none of the secrets that the request carries.
    fn record(&self, log: &LogContext, name: &str, model: &Model, request: &Request) -> Recording {
        let make = || Arc::new(self.program.as_deref().map(Plugin::of).unwrap_or_default());
        let about = About { log, plugin: self.plugin.get_or_init(make), name, model, input: &request.body };
        self.history.begin(&about, || exchange::secrets(request))
    }

    fn prepare(&self, log: &LogContext, name: &str, input: &str) -> Result<Prepared, HostError> {
        let model = self.find(name)?.clone();
        if model.connection == HYPERMODE
            && let Some(stand_in) = self.stand_ins.find(name)
        {
            return self.stood_in_for(log, model, stand_in, input);
        }
        let (host, (url, headers)) = if model.connection == HYPERMODE {
            let is_gone = self.environment.get(HYPERMODE_URL).is_none_or(|url| url.is_empty());
            (if is_gone { Host::Gone } else { Host::Hypermode }, hosted(&self.environment, name, &model)?)
        } else {
            (Host::Other, self.external(log, name, &model)?)
        };
        let request = post(url, headers, input.to_owned().into());
        Ok(Prepared { model, host, interface: Interface::Own, request })
    }

    /// The request to the server that an operator put in Hypermode's place.
    fn stood_in_for(
        &self,
        log: &LogContext,
        model: Model,
        stand_in: &StandIn,
        input: &str,
    ) -> Result<Prepared, HostError> {
        let name = stand_in.model.as_deref().unwrap_or(&model.source_model);
        let Translated { interface, body } = translate::request(input, name, stand_in.classifier.is_some())?;
        let url = match (interface, &stand_in.classifier) {
            (Interface::Classification, Some(text)) => url(text)?,
            (Interface::OpenAi(path), _) => stand_in.open_ai(path)?,
            _ => stand_in.open_ai("embeddings")?,
        };
        let mut headers = self.connections.headers(log, HYPERMODE, &stand_in.headers)?;
        // Nobody can tell which of them is a key that was written out.
        headers.values_mut().for_each(|value| value.set_sensitive(true));
        let request = post(url, headers, body.into());
        Ok(Prepared { model, host: Host::Other, interface, request })
    }

    /// Address and headers for an `http` connection of the manifest.
    fn external(&self, log: &LogContext, name: &str, model: &Model) -> Result<(Url, HeaderMap), HostError> {
        let addresses = self.addresses.get_or_init(|| self.read_addresses());
        let mut url = addresses.get(name).cloned().ok_or_else(|| format!("model {name} was not found"))??;
        let name = &model.connection;
        let connection = self.connections.named(name)?;
        self.connections.add_parameters(log, name, connection, &mut url);
        Ok((url, self.connections.headers(log, name, &connection.headers)?))
    }

    fn read_addresses(&self) -> HashMap<String, Result<Url, HostError>> {
        let external = self.manifest.models.iter().filter(|(_, model)| model.connection != HYPERMODE);
        let read = |model: &Model| url(&address(self.connections.named(&model.connection)?, &model.path)?);
        external.map(|(name, model)| (name.clone(), read(model))).collect()
    }
}

fn url(text: &str) -> Result<Url, HostError> {
    urls::parse(text).map_err(|error| error.to_string().into())
}

fn address(connection: &HttpConnection, path: &str) -> Result<String, HostError> {
    match (connection.base_url.as_str(), connection.endpoint.as_str(), path) {
        ("", "", "") => Err("the connection has neither a base URL nor an endpoint".into()),
        ("", endpoint, "") => Ok(endpoint.to_owned()),
        ("", ..) => Err("model path is defined but the connection has no base URL".into()),
        (_, "", "") => Err("model path is not defined".into()),
        (base, "", path) => Ok(format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))),
        _ => Err("specify either base URL or endpoint for an HTTP connection, not both".into()),
    }
}

/// What the guest gets of an answer with this status and text.
fn answer(model: &Model, host: Host, dev: bool, status: StatusCode, body: String) -> Result<String, HostError> {
    if status.is_success() {
        return Ok(body);
    }
    if let Some(message) = (host != Host::Other).then(|| special(model, dev, status)).flatten() {
        return Err(message.into());
    }
    let message = http_error(status);
    // The body tells the guest more, when there is one.
    Err(HostError { message, answer: if body.is_empty() { Value::Null } else { Value::String(body) } })
}

/// Text without NUL and without what is not UTF-8.
fn readable(bytes: &[u8]) -> String {
    let mut text: String = bytes.utf8_chunks().map(|chunk| chunk.valid()).collect();
    text.retain(|c| c != '\0');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let http = |base_url: &str, endpoint: &str| HttpConnection {
            base_url: base_url.to_owned(),
            endpoint: endpoint.to_owned(),
            ..Default::default()
        };
        assert_eq!(address(&http("https://h/", ""), "/v1/chat"), Ok("https://h/v1/chat".to_owned()));
        assert_eq!(address(&http("", "https://h/x"), ""), Ok("https://h/x".to_owned()));
        assert!(address(&http("https://h/", ""), "").is_err());
        assert!(address(&http("", "https://h/x"), "p").is_err());
        assert!(address(&http("a", "b"), "").is_err());
        assert!(address(&http("", ""), "").is_err());
    }

    #[test]
    fn answers() {
        let model = |connection: &str| Model { connection: connection.to_owned(), ..Default::default() };
        let text = |text: &str| Value::String(text.to_owned());
        let no = || "no".to_owned();
        let body = readable(b"{\"a\":1,\x00\xff\"b\":2}");
        let ok = answer(&model("x"), Host::Other, true, StatusCode::OK, body);
        assert_eq!(ok.as_deref(), Ok("{\"a\":1,\"b\":2}"));
        let failed = answer(&model("x"), Host::Other, true, StatusCode::UNAUTHORIZED, no());
        assert_eq!(failed, Err(HostError { message: "HTTP error: 401 Unauthorized".to_owned(), answer: text("no") }));
        let hosted = answer(&model(HYPERMODE), Host::Hypermode, true, StatusCode::TOO_MANY_REQUESTS, no());
        assert_eq!(hosted, Err("rate limit exceeded".into()));
    }
}
