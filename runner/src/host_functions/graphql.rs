//! `modus_graphql_client`: operations on the GraphQL servers of the manifest's connections (`host-functions` section 8).

mod response;

use std::sync::Arc;

use abi::host_functions as table;
use abi::value::Value;
use hyper::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;

use super::capability::Function;
use super::connection::{Connections, handled, http_error, post};
use super::values::text;
use super::{Answer, Capability, HostError, Invocation, Messages, Pending, Setup};
use crate::client::url as urls;
use crate::client::{Request, Response};
use crate::telemetry::{LogContext, Record, Severity};
use response::{Body, is_graphql};

/// The capability.
pub(super) struct GraphQl {
    connections: Arc<Connections>,
}

impl Capability for GraphQl {
    const TABLE: &'static table::Capability = &table::GRAPHQL;

    const FUNCTIONS: &'static [Function<Self>] = &[Function::waiting(
        "executeQuery",
        Messages {
            starting: Some("Executing GraphQL operation."),
            completed: Some("Completed GraphQL operation."),
            cancelled: Some("Cancelled GraphQL operation."),
            error: Some("Error executing GraphQL operation."),
            detail: |arguments| Some(format!("Host: {} Query: {}", text(arguments, 0), text(arguments, 1))),
        },
        Self::execute,
    )];

    fn configure(setup: &Setup<'_>) -> Self {
        Self { connections: setup.connections() }
    }
}

/// How often an answer is gone through: as text, as JSON, for its members, and for what the guest reads.
const PASSES: u64 = 4;

/// What is sent.
#[derive(Serialize)]
struct Operation<'a> {
    query: &'a str,
    variables: &'a RawValue,
}

impl GraphQl {
    fn execute(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (connections, log) = (Arc::clone(&self.connections), invocation.log.clone());
        let name = text(arguments, 0).to_owned();
        let request = self.prepare(&log, &name, text(arguments, 1), text(arguments, 2));
        Box::pin(async move {
            let response = connections.send("GraphQL", &name, request?).await?;
            handled(response.body.len(), PASSES, move || answer(&log, &response)).await
        })
    }

    fn prepare(&self, log: &LogContext, name: &str, query: &str, variables: &str) -> Result<Request, HostError> {
        let connection = self.connections.named(name)?;
        let variables = parse_variables(variables)?;
        if connection.endpoint.is_empty() {
            return Err(failed("connection endpoint is not defined"));
        }
        let mut url = urls::parse(&connection.endpoint).map_err(|error| failed(&error.to_string()))?;
        self.connections.add_parameters(log, name, connection, &mut url);
        let headers = self.connections.headers(log, name, &connection.headers)?;
        let body = serde_json::to_vec(&Operation { query, variables }).map_err(|error| error.to_string())?;
        Ok(post(url, headers, body.into()))
    }
}

fn failed(problem: &str) -> HostError {
    format!("error posting GraphQL statement: {problem}").into()
}

/// The variables as they are sent: an object or null, in the guest's own spelling.
fn parse_variables(text: &str) -> Result<&RawValue, HostError> {
    let invalid = |problem: &str| HostError::from(format!("the variables are not a JSON object: {problem}"));
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| invalid(&error.to_string()))?;
    match raw.get().as_bytes().first() {
        Some(b'{') => Ok(raw),
        _ if raw.get() == "null" => Ok(raw),
        _ => Err(invalid("it is another value")),
    }
}

/// What the guest gets: the server's text. Errors of the operation are the guest's to handle.
fn answer(log: &LogContext, response: &Response) -> Answer {
    let status = response.status;
    let body = match Body::parse(&response.body) {
        Ok(body) => body,
        Err(problem) if status == StatusCode::OK => {
            return Err(format!("response from GraphQL API is not valid JSON: {problem}").into());
        }
        Err(_) => return Err(failed(&http_error(status))),
    };
    // Other statuses tell what is wrong with the operation, where the body is one of GraphQL's.
    if status != StatusCode::OK && !(is_graphql(&response.headers) && body.errors().is_some()) {
        return Err(failed(&http_error(status)));
    }
    if let Some(errors) = body.errors() {
        let record = Record { errors: Some(errors), user_visible: true, ..Default::default() };
        log.write(Severity::Warn, "GraphQL API call returned errors.", record);
    }
    Ok(Value::String(body.into_text()))
}

#[cfg(test)]
mod tests;
