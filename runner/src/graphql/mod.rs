//! GraphQL: documents, arguments, execution.
//!
//! juniper reads documents, validates them and answers introspection; `execute` says why it does not execute. A
//! validated document becomes a plan that is kept, so that a repeated query costs a look-up, its calls, and the
//! writing of its answer.

mod answer;
mod bounds;
mod cache;
mod collector;
mod compile;
mod compiler;
mod error;
mod execute;
mod findings;
mod input;
mod introspection;
mod json;
mod output;
mod parse;
mod part;
mod plan;
mod prepare;
mod reading;
mod refusal;
mod request;
mod response;
mod root;
mod scalar;
mod selection;
mod subscription;
#[cfg(test)]
mod tests;
mod variables;

use std::sync::Arc;

use abi::plan::Program;
use abi::transfer::budget::Budget;
use abi::value::Value;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tracing::Instrument as _;

use crate::call::Call;
use crate::capacity::Admission;
use crate::compute;
use crate::events::{Events, NoAgents};
use crate::limits::{LimitId, Limits};
use crate::telemetry::traces;

pub(crate) use answer::Answer;
pub(crate) use cache::Hash;
pub(crate) use error::{RequestError, summarize};
pub(crate) use juniper::OperationType;
pub(crate) use prepare::Prepared;
pub(crate) use refusal::Refusal;
pub(crate) use request::GraphqlRequest;
pub(crate) use response::errors as body_of_errors;

use answer::{Ended, Unwritten};
use cache::Cache;
use compiler::Compiler;
use execute::Context;
use introspection::Introspected;
use plan::{Document, EntryKind, Operation};

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
    compiler: Arc<Compiler>,
    caller: Arc<dyn Call>,
    events: Arc<dyn Events>,
    cache: Cache,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("options", &self.compiler.options).finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine for `program`, whose functions `caller` runs.
    pub fn new(program: Arc<Program>, caller: Arc<dyn Call>, options: Options) -> Self {
        let cache = Cache::new(CACHED_DOCUMENTS, options.limits.max_cached);
        let events = Arc::new(NoAgents);
        Self { compiler: Arc::new(Compiler::new(program, options)), caller, events, cache }
    }

    /// The same with a source of events for subscriptions.
    #[must_use]
    pub fn with_events(mut self, events: Arc<dyn Events>) -> Self {
        self.events = events;
        self
    }

    /// Runs a query or mutation. Dropping the future cancels its calls.
    pub(crate) async fn run(&self, prepared: Prepared) -> Result<Answer, Refusal> {
        let Prepared { document, operation: index, variables, time_zone, claims } = prepared;
        let operation = &document.operations[index];
        let (introspected, variables) = match operation.root.introspects() {
            true => self.introspect(&document, index, variables).await?,
            false => (None, variables),
        };
        // What is being written is as much of a load as what runs.
        let (ended, _admission) = self.calls(operation, &variables, time_zone, claims).await?;
        let unwritten = Unwritten {
            document,
            operation: index,
            variables,
            ended,
            introspected,
            extensions: self.compiler.options.extensions,
            most: self.compiler.options.limits.max_response,
        };
        Ok(compute::offload(unwritten.weight(), move || unwritten.write()).await)
    }

    /// Answers the introspection of an operation, where that holds up nobody: a whole schema takes milliseconds.
    async fn introspect(
        &self,
        document: &Arc<Document>,
        operation: usize,
        variables: Vec<Option<Value>>,
    ) -> Result<(Option<Introspected>, Vec<Option<Value>>), RequestError> {
        let (compiler, document) = (Arc::clone(&self.compiler), Arc::clone(document));
        let run = move || {
            let operation = &document.operations[operation];
            let introspected = introspection::run(&document, operation, &variables, compiler.whole())?;
            Ok((Some(introspected), variables))
        };
        compute::offload(u64::MAX, run).await
    }

    /// Makes the calls of an operation; the result has one item for each of its root fields that are present, and what was
    /// admitted.
    async fn calls(
        &self,
        operation: &Operation,
        variables: &[Option<Value>],
        time_zone: Option<Arc<str>>,
        claims: Option<Arc<str>>,
    ) -> Result<(Vec<Option<Ended>>, Admission), Refusal> {
        let entries: Vec<_> = operation.entries(variables).collect();
        let calls = entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Call { .. })).count();
        let most = self.compiler.options.limits.max_operation_calls;
        if calls > most {
            let message = format_args!("the operation calls {calls} functions; at most {most} are allowed");
            return Err(RequestError::beyond(LimitId::MaxOperationCalls, message).into());
        }
        let admission = match calls {
            0 => Admission::default(),
            calls => self.caller.admit(calls).map_err(Refusal::Overloaded)?,
        };
        let context = self.context(variables, time_zone, claims);
        let kind = if operation.kind == OperationType::Mutation { "mutation" } else { "query" };
        let span = traces::operation(kind, operation.name.as_deref());
        Ok((execute::run(&entries, operation.kind, &context).instrument(span).await, admission))
    }

    /// The responses of a subscription, one for each event.
    pub(crate) fn subscribe(&self, prepared: Prepared) -> BoxStream<'static, Vec<u8>> {
        let Prepared { document, operation, variables, time_zone, claims, .. } = prepared;
        let context = self.context(&variables, time_zone, claims);
        let mut budget = Budget::new(&self.compiler.options.limits.values());
        let entry = document.operations[operation].entries(&variables).next();
        let agent = match entry.map(|entry| &entry.kind) {
            Some(EntryKind::Call { call, .. }) => execute::request(call, &context, &mut budget).and_then(|request| {
                subscription::agent(&request.arguments).ok_or_else(|| RequestError::new("no agentId"))
            }),
            _ => return stream::empty().boxed(),
        };
        let (events, most) = (Arc::clone(&self.events), self.compiler.options.limits.max_response);
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
        variables: &'c [Option<Value>],
        time_zone: Option<Arc<str>>,
        claims: Option<Arc<str>>,
    ) -> Context<'c> {
        let Compiler { tables, options, .. } = &*self.compiler;
        Context { tables, caller: &self.caller, variables, time_zone, claims, options }
    }
}
