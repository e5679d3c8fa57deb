//! `modus_models`: a transparent POST proxy to model providers (`models` sections 2, 3 and 5).

mod stand_ins;
mod translate;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use abi::host_functions as table;
use abi::manifest::{HOSTED_MODELS, HYPERMODE, HYPERMODE_URL, HttpConnection, Manifest, Model};
use abi::value::Value;
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::capability::Function;
use super::connection::{Connections, http_error, post};
use super::values::{object, text};
use super::{Answer, Capability, HostError, Invocation, Messages, Pending, Setup};
use crate::client::url as urls;
use crate::client::{Request, Response};
use crate::environment::Environment;
use crate::telemetry::LogContext;
pub use stand_ins::HostedModels;
use stand_ins::StandIn;
use translate::{Interface, Translated};

/// The capability.
pub(super) struct Models {
    manifest: Arc<Manifest>,
    environment: Arc<Environment>,
    stand_ins: Arc<HostedModels>,
    connections: Arc<Connections>,
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
        Self { manifest, environment, stand_ins, connections, addresses: OnceLock::new() }
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

fn detail(arguments: &[Value]) -> Option<String> {
    Some(format!("Model: {}", text(arguments, 0)))
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
        let this = Arc::clone(self);
        let prepared = self.prepare(invocation.log, text(arguments, 0), text(arguments, 1));
        Box::pin(async move {
            let Prepared { model, host, interface, request } = prepared?;
            let response = this.connections.send(request).await;
            let answered = response.and_then(|response| answer(&model, host, this.environment.is_dev(), response));
            let answered = answered.and_then(|text| translate::answer(interface, text));
            answered.map(Value::String).map_err(|error| match host {
                Host::Gone => HostError { message: gone(&error.message), ..error },
                _ => error,
            })
        })
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

/// Address and headers for Hypermode's own models. `MODUS_HYPERMODE_URL` takes the place of the service: `{model}` and
/// `{sourceModel}` in it are replaced, without either the source model's name is appended.
fn hosted(environment: &Environment, name: &str, model: &Model) -> Result<(Url, HeaderMap), HostError> {
    let get = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let (name, source) = (name.to_lowercase(), model.source_model.to_lowercase());
    let replaced = get(HYPERMODE_URL).map(|base| {
        if base.contains("{model}") || base.contains("{sourceModel}") {
            base.replace("{model}", &name).replace("{sourceModel}", &source)
        } else {
            format!("{}/{source}", base.trim_end_matches('/'))
        }
    });
    let mut headers = HeaderMap::new();
    let credentials = get("HYP_API_KEY").zip(get("HYP_WORKSPACE_ID"));
    if environment.is_dev() {
        match &credentials {
            Some((key, workspace)) => {
                let invalid = |_| HostError::from("local authentication failed");
                headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {key}")).map_err(invalid)?);
                let workspace = HeaderValue::try_from(workspace).map_err(invalid)?;
                headers.insert(HeaderName::from_static("hyp-workspace-id"), workspace);
            }
            None if replaced.is_some() => {}
            None => return Err(gone("local authentication failed").into()),
        }
    }
    let address = match (replaced, environment.is_dev(), get("HYPERMODE_MODEL_HOST")) {
        (Some(url), ..) => url,
        (None, true, _) => format!("https://models.hypermode.host/{source}"),
        (None, false, Some(host)) => format!("http://{name}.{host}/{name}:predict"),
        (None, false, None) => return Err(gone("hypermode hosted models are not available in this environment").into()),
    };
    Ok((url(&address)?, headers))
}

/// What failed, and what there is to be done about models that Hypermode hosted.
fn gone(problem: &str) -> String {
    format!(
        "{problem}: Hypermode no longer hosts models; say with --hosted-models (or {HOSTED_MODELS}) what stands in for them, or \
         give the model a connection of type `http` in the manifest"
    )
}

fn answer(model: &Model, host: Host, dev: bool, response: Response) -> Result<String, HostError> {
    let status = response.status;
    let body = readable(&response.body);
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

fn special(model: &Model, dev: bool, status: StatusCode) -> Option<String> {
    Some(match status {
        StatusCode::UNAUTHORIZED => {
            "invalid or expired API key. Please use `hyp login` to create a new API key".to_owned()
        }
        StatusCode::FORBIDDEN => "API key is disabled or usage limit exceeded".to_owned(),
        StatusCode::TOO_MANY_REQUESTS => "rate limit exceeded".to_owned(),
        StatusCode::NOT_FOUND if dev => {
            format!("model {} is not available in the local dev environment", model.source_model)
        }
        _ => return None,
    })
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
        let response = |status, body: &[u8]| Response {
            status,
            reason: String::new(),
            headers: HeaderMap::new(),
            body: body.to_vec().into(),
        };
        let text = |text: &str| Value::String(text.to_owned());
        let ok = answer(&model("x"), Host::Other, true, response(StatusCode::OK, b"{\"a\":1,\x00\xff\"b\":2}"));
        assert_eq!(ok.as_deref(), Ok("{\"a\":1,\"b\":2}"));
        let failed = answer(&model("x"), Host::Other, true, response(StatusCode::UNAUTHORIZED, b"no"));
        assert_eq!(failed, Err(HostError { message: "HTTP error: 401 Unauthorized".to_owned(), answer: text("no") }));
        let hosted = answer(&model(HYPERMODE), Host::Hypermode, true, response(StatusCode::TOO_MANY_REQUESTS, b"no"));
        assert_eq!(hosted, Err("rate limit exceeded".into()));
    }

    /// Whatever the environment is, the error says what to do.
    #[test]
    fn hosted_models_without_a_server() {
        let model = Model { connection: HYPERMODE.to_owned(), source_model: "A/b".to_owned(), ..Default::default() };
        let of = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            hosted(&Environment::new(variables, None), "M", &model).map(|(url, _)| url.to_string())
        };
        let remedies = ["--hosted-models", HOSTED_MODELS, "a connection of type `http`"];
        for (variables, problem) in [
            (&[("MODUS_ENV", "dev")][..], "local authentication failed: "),
            (&[("MODUS_ENV", "dev"), (HYPERMODE_URL, "")], "local authentication failed: "),
            (&[], "hypermode hosted models are not available in this environment: "),
        ] {
            let message = of(variables).unwrap_err().message;
            assert!(message.starts_with(problem) && remedies.iter().all(|part| message.contains(part)), "{message}");
        }
        assert_eq!(of(&[(HYPERMODE_URL, "http://h/v1/")]), Ok("http://h/v1/a/b".to_owned()));
        assert_eq!(of(&[("MODUS_ENV", "dev"), (HYPERMODE_URL, "http://h/{model}")]), Ok("http://h/m".to_owned()));
    }
}
