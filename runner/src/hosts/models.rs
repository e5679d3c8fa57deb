//! `modus_models`: a transparent POST proxy to model providers (`models` sections 2, 3 and 5).

use std::collections::HashMap;
use std::sync::Arc;

use abi::manifest::{HttpConnection, Manifest, Model};
use abi::value::Value;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use url::Url;

use super::client::{Request, Response};
use super::url as urls;
use super::{Answer, HostError, HostFunction, Invocation, Messages, Pending, Work, connection, object, text};
use crate::environment::HYPERMODE_URL;

const MODULE: &str = "modus_models";
/// The reserved connection.
const HYPERMODE: &str = "hypermode";

pub(super) static FUNCTIONS: [HostFunction; 2] = [
    HostFunction {
        module: MODULE,
        name: "getModelInfo",
        messages: Messages {
            cancelled: Some("Cancelled getting model info."),
            error: Some("Error getting model info."),
            ..Messages::NONE
        },
        detail,
        work: Work::Immediate(model_info),
    },
    HostFunction {
        module: MODULE,
        name: "invokeModel",
        messages: Messages {
            starting: Some("Invoking model."),
            completed: Some("Completed model invocation."),
            cancelled: Some("Cancelled model invocation."),
            error: Some("Error invoking model."),
        },
        detail,
        work: Work::Waiting(invoke),
    },
];

fn detail(arguments: &[Value]) -> Option<String> {
    Some(format!("Model: {}", text(arguments, 0)))
}

fn find<'a>(invocation: &'a Invocation<'_>, name: &str) -> Result<&'a Model, HostError> {
    invocation.services.manifest.models.get(name).ok_or_else(|| format!("model {name} was not found").into())
}

fn model_info(invocation: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
    let name = text(arguments, 0);
    let model = find(invocation, name)?;
    let (name, full_name) = (Value::String(name.to_owned()), Value::String(model.source_model.clone()));
    Ok(object([("name", name), ("fullName", full_name)]))
}

fn invoke(invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
    let services = Arc::clone(invocation.services);
    let request = prepare(invocation, text(arguments, 0), text(arguments, 1));
    Box::pin(async move {
        let (model, request) = request?;
        let response = services.send(request).await?;
        answer(&model, services.environment.is_dev(), response)
    })
}

fn prepare(invocation: &Invocation<'_>, name: &str, input: &str) -> Result<(Model, Request), HostError> {
    let model = find(invocation, name)?.clone();
    let (url, headers) = if model.connection == HYPERMODE {
        hosted(invocation, name, &model)?
    } else {
        external(invocation, name, &model)?
    };
    // Whatever the manifest adds belongs to the first server only.
    let confidential = headers.keys().cloned().collect();
    let mut all = headers;
    all.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    Ok((model, Request { method: Method::POST, url, headers: all, confidential, body: input.to_owned().into() }))
}

/// Where models are, by name, but for those that Hypermode hosts; or why that cannot be told.
pub(super) type Addresses = HashMap<String, Result<Url, HostError>>;

/// The addresses of a manifest's models.
pub(super) fn addresses(manifest: &Manifest) -> Addresses {
    let external = manifest.models.iter().filter(|(_, model)| model.connection != HYPERMODE);
    let read = |model: &Model| url(&address(connection::named(manifest, &model.connection)?, &model.path)?);
    external.map(|(name, model)| (name.clone(), read(model))).collect()
}

/// Address and headers for an `http` connection of the manifest.
fn external(invocation: &Invocation<'_>, name: &str, model: &Model) -> Result<(Url, HeaderMap), HostError> {
    let services = invocation.services;
    let mut url = services.models.get(name).cloned().ok_or_else(|| format!("model {name} was not found"))??;
    let name = &model.connection;
    let connection = connection::named(&services.manifest, name)?;
    connection::add_parameters(invocation, name, connection, &mut url);
    Ok((url, connection::headers(invocation, name, connection)?))
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
fn hosted(invocation: &Invocation<'_>, name: &str, model: &Model) -> Result<(Url, HeaderMap), HostError> {
    let environment = &invocation.services.environment;
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
            None => return Err("local authentication failed".into()),
        }
    }
    let address = match (replaced, environment.is_dev(), get("HYPERMODE_MODEL_HOST")) {
        (Some(url), ..) => url,
        (None, true, _) => format!("https://models.hypermode.host/{source}"),
        (None, false, Some(host)) => format!("http://{name}.{host}/{name}:predict"),
        (None, false, None) => return Err("hypermode hosted models are not available in this environment".into()),
    };
    Ok((url(&address)?, headers))
}

fn answer(model: &Model, dev: bool, response: Response) -> Answer {
    let status = response.status;
    let body = readable(&response.body);
    if status.is_success() {
        return Ok(Value::String(body));
    }
    let special = (model.connection == HYPERMODE).then(|| special(model, dev, status)).flatten();
    if let Some(message) = special {
        return Err(message.into());
    }
    let reason = status.canonical_reason().unwrap_or_default();
    let message = format!("HTTP error: {} {reason}", status.as_u16()).trim_end().to_owned();
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
        let ok = answer(&model("x"), true, response(StatusCode::OK, b"{\"a\":1,\x00\xff\"b\":2}"));
        assert_eq!(ok, Ok(text("{\"a\":1,\"b\":2}")));
        let failed = answer(&model("x"), true, response(StatusCode::UNAUTHORIZED, b"no"));
        assert_eq!(failed, Err(HostError { message: "HTTP error: 401 Unauthorized".to_owned(), answer: text("no") }));
        let hosted = answer(&model(HYPERMODE), true, response(StatusCode::TOO_MANY_REQUESTS, b"no"));
        assert_eq!(hosted, Err("rate limit exceeded".into()));
    }
}
