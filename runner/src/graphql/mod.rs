//! GraphQL: documents, arguments, execution.
//!
//! juniper reads documents, validates them and answers introspection; `execute` says why it does not execute. A
//! validated document becomes a plan that is kept, so that a repeated query costs a look-up, its calls, and the
//! writing of its answer.

mod bounds;
mod cache;
mod compile;
mod error;
mod execute;
mod findings;
mod input;
mod introspection;
mod json;
mod output;
mod part;
mod plan;
mod prepare;
mod reading;
mod request;
mod response;
mod root;
mod scalar;
mod selection;
mod subscription;
mod surrogates;
#[cfg(test)]
mod tests;
mod variables;

use std::sync::{Arc, OnceLock};

use abi::budget::Budget;
use abi::plan::Program;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tracing::Instrument as _;

use crate::call::Call;
use crate::events::{Events, NoAgents};
use crate::limits::{LimitId, Limits};
use crate::telemetry::traces;

pub(crate) use juniper::OperationType;
pub(crate) use prepare::Prepared;
pub use request::GraphqlRequest;
pub use response::{Media, Response};

use cache::Cache;
use error::RequestError;
use execute::Context;
use input::Tables;
use part::Part;
use plan::EntryKind;
use root::Root;

/// How an [`Engine`] behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether a response has `extensions.invocations` and its errors have levels.
    pub extensions: bool,
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// Whether messages suggest what the client may have meant.
    pub suggestions: bool,
    /// Bounds on documents, operations and responses.
    pub limits: Limits,
}

impl Options {
    /// Within `limits`.
    pub fn new(limits: Limits) -> Self {
        Self { extensions: false, introspection: true, suggestions: true, limits }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

/// The most documents whose plans are kept.
const CACHED_DOCUMENTS: usize = 1024;

/// Answers GraphQL requests for one app.
pub struct Engine {
    program: Arc<Program>,
    caller: Arc<dyn Call>,
    events: Arc<dyn Events>,
    options: Options,
    cache: Cache,
    tables: Tables,
    /// The whole schema as juniper sees it: made when a part of it does not do.
    whole: OnceLock<Root>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine for `program`, whose functions `caller` runs.
    pub fn new(program: Arc<Program>, caller: Arc<dyn Call>, options: Options) -> Self {
        let cache = Cache::new(CACHED_DOCUMENTS, options.limits.max_cached);
        let events = Arc::new(NoAgents);
        let tables = Tables::new(&program);
        Self { program, caller, events, options, cache, tables, whole: OnceLock::new() }
    }

    /// The same with a source of events for subscriptions.
    #[must_use]
    pub fn with_events(mut self, events: Arc<dyn Events>) -> Self {
        self.events = events;
        self
    }

    /// Answers one request; a subscription is refused. Dropping the future cancels its calls.
    pub async fn execute(&self, request: GraphqlRequest<'_>) -> Response {
        match self.prepare(request) {
            Ok(prepared) if prepared.kind() == OperationType::Subscription => {
                Response::status(prepared.media, 400, NO_EVENT_STREAM)
            }
            Ok(prepared) => self.run(prepared).await,
            Err(refusal) => refusal,
        }
    }

    /// Runs a query or mutation. Dropping the future cancels its calls.
    pub(crate) async fn run(&self, prepared: Prepared) -> Response {
        let Prepared { document, operation, variables, time_zone, claims, media } = prepared;
        let operation = &document.operations[operation];
        let introspected = match operation.root.introspects() {
            true => match introspection::run(&document, operation, &variables, self.whole()) {
                Ok(introspected) => Some(introspected),
                Err(error) => return Response::refused(media, vec![error]),
            },
            false => None,
        };
        let entries: Vec<_> = operation.root.active(&variables).collect();
        let calls = entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Call { .. })).count();
        let most = self.options.limits.max_operation_calls;
        if calls > most {
            let message = format_args!("the operation calls {calls} functions; at most {most} are allowed");
            return Response::refused(media, vec![RequestError::beyond(LimitId::MaxOperationCalls, message)]);
        }
        let admitted = if calls > 0 { self.caller.admit(calls).map(Some) } else { Ok(None) };
        let Ok(_admitted) = admitted else { return Response::overloaded(media) };
        let context = self.context(&variables, time_zone, claims);
        let kind = if operation.kind == OperationType::Mutation { "mutation" } else { "query" };
        let span = traces::operation(kind, operation.name.as_deref());
        let ended = execute::run(&entries, operation.kind, &context).instrument(span).await;
        let body = execute::respond(operation, &entries, &ended, introspected.as_ref(), &context);
        Response { execution_id: execute::only_execution(ended), ..Response::executed(media, body) }
    }

    /// The responses of a subscription, one for each event.
    pub(crate) fn subscribe(&self, prepared: Prepared) -> BoxStream<'static, Vec<u8>> {
        let Prepared { document, operation, variables, time_zone, claims, .. } = prepared;
        let context = self.context(&variables, time_zone, claims);
        let mut budget = Budget::new(&self.options.limits.values());
        let entry = document.operations[operation].root.active(&variables).next();
        let agent = match entry.map(|entry| &entry.kind) {
            Some(EntryKind::Call { call, .. }) => execute::request(call, &context, &mut budget).and_then(|request| {
                subscription::agent(&request.arguments).ok_or_else(|| RequestError::new("no agentId"))
            }),
            _ => return stream::empty().boxed(),
        };
        let (events, most) = (Arc::clone(&self.events), self.options.limits.max_response);
        let responses = async move {
            let refusal = |error: RequestError| stream::iter([subscription::refusal(error)]).boxed();
            let agent = match agent {
                Ok(agent) => agent,
                Err(error) => return refusal(error),
            };
            match events.subscribe(&agent).await {
                Ok(events) => events
                    .map(move |event| subscription::event(&document.operations[operation], &variables, most, event))
                    .boxed(),
                Err(refused) => refusal(RequestError::new(refused.to_string())),
            }
        };
        stream::once(responses).flatten().boxed()
    }

    fn context<'c>(
        &'c self,
        variables: &'c [Option<abi::value::Value>],
        time_zone: Option<Arc<str>>,
        claims: Option<Arc<str>>,
    ) -> Context<'c> {
        Context { tables: &self.tables, caller: &self.caller, variables, time_zone, claims, options: &self.options }
    }

    fn whole(&self) -> &Root {
        self.whole.get_or_init(|| root::build(&self.program, Part::all(&self.program.schema), &self.options))
    }
}

/// What a subscription without `Accept: text/event-stream` is told.
pub(crate) const NO_EVENT_STREAM: &str =
    "Subscriptions use SSE (Server-Sent Events). Requests must accept 'text/event-stream' for SSE responses.";
