//! GraphQL: documents, arguments, execution.
//!
//! juniper reads documents, validates them and answers introspection; `execute` says why it does not execute. A
//! validated document becomes a plan that is kept, so that a repeated query costs a look-up, its calls, and the
//! writing of its answer.

mod cache;
mod compile;
mod error;
mod execute;
mod input;
mod introspection;
mod json;
mod output;
mod plan;
mod reading;
mod request;
mod root;
mod scalar;
mod selection;
mod surrogates;
#[cfg(test)]
mod tests;
mod variables;

use std::sync::{Arc, OnceLock};

use abi::guest::Limits;
use abi::plan::Program;
use juniper::OperationType;
use tracing::Instrument as _;

use crate::call::Call;
use crate::telemetry::traces;

pub use request::GraphqlRequest;

use cache::Cache;
use compile::Environment;
use error::{Rejection, RequestError};
use execute::Context;
use input::Tables;
use plan::Document;
use root::Root;

/// How an [`Engine`] behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether a response has `extensions.invocations` and its errors have levels.
    pub extensions: bool,
    /// The most functions one operation may call.
    pub max_calls: usize,
    /// The most documents whose plans are kept.
    pub cached_documents: usize,
    /// Bounds on the arguments of an operation.
    pub limits: Limits,
    /// The most bytes of data a response may have.
    pub max_response: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            extensions: false,
            max_calls: 50,
            cached_documents: 1024,
            limits: Limits::default(),
            max_response: 256 << 20,
        }
    }
}

/// The answer to a request on a GraphQL endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `Allow`, for 405.
    pub allow: Option<&'static str>,
    /// The execution, if the request led to exactly one.
    pub execution_id: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    fn json(status: u16, body: Vec<u8>) -> Self {
        Self { status, content_type: "application/json", allow: None, execution_id: None, body }
    }

    fn text(status: u16, text: &str) -> Self {
        let body = format!("{text}\n").into_bytes();
        Self { status, content_type: "text/plain; charset=utf-8", allow: None, execution_id: None, body }
    }

    fn errors(status: u16, errors: &[RequestError]) -> Self {
        let mut out = b"{\"errors\":[".to_vec();
        for (index, error) in errors.iter().enumerate() {
            json::separate(&mut out, index);
            out.extend_from_slice(b"{\"message\":");
            json::string(&mut out, &error.message);
            if !error.locations.is_empty() {
                out.extend_from_slice(b",\"locations\":[");
                for (index, (line, column)) in error.locations.iter().enumerate() {
                    json::separate(&mut out, index);
                    json::integer(&mut out, format_args!("{{\"line\":{line},\"column\":{column}}}"));
                }
                out.push(b']');
            }
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        Self::json(status, out)
    }
}

/// Answers GraphQL requests for one app.
pub struct Engine {
    program: Arc<Program>,
    caller: Arc<dyn Call>,
    options: Options,
    cache: Cache,
    /// Made for the first document, not at start.
    schema: OnceLock<(Root, Tables)>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine for `program`, whose functions `caller` runs.
    pub fn new(program: Arc<Program>, caller: Arc<dyn Call>, options: Options) -> Self {
        let cache = Cache::new(options.cached_documents);
        Self { program, caller, options, cache, schema: OnceLock::new() }
    }

    /// Answers one request. Dropping the future cancels its calls.
    pub async fn execute(&self, request: GraphqlRequest<'_>) -> Response {
        let members = match request::read(&request) {
            Ok(members) => members,
            Err(error) => return Response::text(400, &error.to_string()),
        };
        let document = match self.document(&members.query) {
            Ok(document) => document,
            Err(Rejection::Syntax(error)) => return Response::errors(400, &[error]),
            Err(Rejection::Invalid(errors)) => return Response::errors(200, &errors),
        };
        let operation = match document.operation(members.operation_name.as_deref()) {
            Ok(operation) => operation,
            Err(reason) => return Response::errors(200, &[RequestError::new(reason)]),
        };
        match operation.kind {
            OperationType::Mutation if members.from_query_string => {
                let refusal = Response::text(405, "Mutations are not allowed with GET.");
                return Response { allow: Some("POST"), ..refusal };
            }
            OperationType::Subscription => {
                return Response::text(400, "Subscriptions are not available yet in this version.");
            }
            _ => {}
        }
        let (root, tables) = self.schema();
        let variables = match variables::coerce(operation, members.variables.as_ref(), tables) {
            Ok(variables) => variables,
            Err(errors) => return Response::errors(200, &errors),
        };
        let introspected = match operation.root.introspects() {
            true => match introspection::run(&document, operation, &variables, root) {
                Ok(introspected) => Some(introspected),
                Err(error) => return Response::errors(200, &[error]),
            },
            false => None,
        };
        let context = Context {
            tables,
            caller: &self.caller,
            variables: &variables,
            time_zone: request.time_zone,
            claims: request.claims,
            options: &self.options,
        };
        let entries: Vec<_> = operation.root.active(&variables).collect();
        let kind = if operation.kind == OperationType::Mutation { "mutation" } else { "query" };
        let span = traces::operation(kind, operation.name.as_deref());
        match execute::run(&entries, operation.kind, &context).instrument(span).await {
            Ok(ended) => {
                let body = execute::respond(operation, &entries, &ended, introspected.as_ref(), &context);
                Response { execution_id: execute::only_execution(ended), ..Response::json(200, body) }
            }
            Err(error) => Response::errors(200, &[error]),
        }
    }

    fn schema(&self) -> &(Root, Tables) {
        self.schema.get_or_init(|| (root::build(&self.program), Tables::new(&self.program)))
    }

    fn document(&self, text: &str) -> Result<Arc<Document>, Rejection> {
        if let Some(document) = self.cache.get(text) {
            return Ok(document);
        }
        let (root, tables) = self.schema();
        let environment = Environment { program: &self.program, root, tables };
        let document = Arc::new(compile::compile(text, &environment)?);
        self.cache.put(text, &document);
        Ok(document)
    }
}
