//! Running an operation: calls in the right order; `answer` writes their results.
//!
//! juniper parses, validates and introspects, but does not execute our fields. Its executor fills in defaults that
//! only the guest may apply, numbers errors by text position instead of document order, builds a tree of values
//! before there is text, and knows nothing of a result that exists already as one value. The plan of a document says
//! all that is needed, so that executing is: make the calls, write the selected members.

use std::sync::Arc;

use abi::transfer::budget::Budget;
use abi::value::Value;
use juniper::OperationType;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::call::{Call, CallRequest};

use super::Options;
use super::answer::Ended;
use super::error::RequestError;
use super::input::{Given, Invalid, Tables};
use super::plan::{ArgumentSource, CallPlan, Entry, EntryKind};

/// What calls of one operation have in common.
pub(crate) struct Context<'c> {
    pub(crate) tables: &'c Tables,
    pub(crate) caller: &'c Arc<dyn Call>,
    pub(crate) variables: &'c [Option<Value>],
    pub(crate) time_zone: Option<Arc<str>>,
    pub(crate) claims: Option<Arc<str>>,
    pub(crate) options: &'c Options,
}

/// Makes the calls of `entries`, which are the present root fields; the result has one item for each of them.
pub(crate) async fn run(entries: &[&Entry], kind: OperationType, context: &Context<'_>) -> Vec<Option<Ended>> {
    let calls = entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Call { .. })).count();
    let mut ended: Vec<Option<Ended>> = Vec::with_capacity(entries.len());
    // Each is a task of its own: between two turns of them, others have theirs.
    let mut parallel: Option<JoinSet<_>> = None;
    // One for all calls: their arguments exist at the same time.
    let mut budget = Budget::new(&context.options.limits.values());
    for (index, entry) in entries.iter().enumerate() {
        let EntryKind::Call { call, .. } = &entry.kind else {
            ended.push(None);
            continue;
        };
        match request(call, context, &mut budget) {
            Err(reason) => ended.push(Some(Err(reason))),
            Ok(request) if kind == OperationType::Mutation || calls == 1 => {
                ended.push(Some(Ok(context.caller.call(request).await)));
            }
            Ok(request) => {
                let call = context.caller.call(request);
                let parallel = parallel.get_or_insert_default();
                parallel.spawn(async move { (index, call.await) }.in_current_span());
                ended.push(None);
            }
        }
    }
    let Some(mut parallel) = parallel else { return ended };
    while let Some(joined) = parallel.join_next().await {
        match joined {
            Ok((index, outcome)) => ended[index] = Some(Ok(outcome)),
            // As it would be without a task.
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Only who drops the set cancels them.
            Err(_) => {}
        }
    }
    ended
}

/// The request of a call.
pub(crate) fn request(
    call: &CallPlan,
    context: &Context<'_>,
    budget: &mut Budget,
) -> Result<CallRequest, RequestError> {
    let before = budget.weight();
    let mut given = Given { variables: context.variables, budget };
    let mut arguments = Vec::with_capacity(call.arguments.len());
    for argument in &call.arguments {
        let value = match &argument.source {
            ArgumentSource::Absent => None,
            ArgumentSource::Constant(value) => Some(value.clone()),
            ArgumentSource::Template(literal) => {
                let value = context.tables.literal(literal, &argument.ty, Some(&mut given));
                value.map_err(|invalid| unfit(call, &argument.name, &invalid))?
            }
        };
        arguments.push(value.filter(|value| !(argument.null_is_absent && *value == Value::Null)));
    }
    Ok(CallRequest {
        function: call.function,
        arguments,
        selection: Arc::clone(&call.selection),
        weight: budget.weight() - before,
        time_zone: context.time_zone.clone(),
        claims: context.claims.clone(),
        is_inner: false,
    })
}

/// What is wrong with an argument.
fn unfit(call: &CallPlan, argument: &str, invalid: &Invalid) -> RequestError {
    let (path, field) = (invalid.path(), &call.field);
    let message = if path.is_empty() && invalid.value == "null" {
        format!("argument: {argument} on field: {field} must not be null")
    } else {
        format!("argument: {argument}{path} on field: {field} is invalid: {}", invalid.message)
    };
    RequestError { limit: invalid.limit, ..RequestError::new(message) }
}
