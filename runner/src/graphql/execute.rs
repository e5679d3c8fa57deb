//! Running an operation: calls in the right order, results in document order.
//!
//! juniper parses, validates and introspects, but does not execute our fields. Its executor fills in defaults that
//! only the guest may apply, numbers errors by text position instead of document order, builds a tree of values
//! before there is text, and knows nothing of a result that exists already as one value. The plan of a document says
//! all that is needed, so that executing is: make the calls, write the selected members.

use std::sync::Arc;

use abi::budget::Budget;
use abi::value::Value;
use futures::future::join_all;
use juniper::OperationType;

use crate::call::{Call, CallFailure, Outcome, PathSegment, Request};

use super::Options;
use super::error::RequestError;
use super::input::{Given, Invalid, Tables};
use super::introspection::Introspected;
use super::json;
use super::output::{FieldError, Path, Segment, Writer};
use super::plan::{ArgumentSource, CallPlan, Entry, EntryKind, Operation, Shape, ShapeKind};

/// What calls of one operation have in common.
pub(crate) struct Context<'c> {
    pub(crate) tables: &'c Tables,
    pub(crate) caller: &'c Arc<dyn Call>,
    pub(crate) variables: &'c [Option<Value>],
    pub(crate) time_zone: Option<Arc<str>>,
    pub(crate) claims: Option<Arc<str>>,
    pub(crate) options: &'c Options,
}

/// A call's end, or why there was none.
pub(crate) type Ended = Result<Outcome, RequestError>;

/// Makes the calls of `entries`, which are the present root fields; the result has one item for each of them.
pub(crate) async fn run(entries: &[&Entry], kind: OperationType, context: &Context<'_>) -> Vec<Option<Ended>> {
    let calls = entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Call { .. })).count();
    let mut ended: Vec<Option<Ended>> = Vec::with_capacity(entries.len());
    let mut parallel = Vec::new();
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
                parallel.push(async move { (index, call.await) });
                ended.push(None);
            }
        }
    }
    for (index, outcome) in join_all(parallel).await {
        ended[index] = Some(Ok(outcome));
    }
    ended
}

/// The id of the execution where there was exactly one.
pub(crate) fn only_execution(ended: Vec<Option<Ended>>) -> Option<String> {
    let mut outcomes = ended.into_iter().flatten().flatten();
    let only = outcomes.next()?;
    outcomes.next().is_none().then_some(only.execution_id).filter(|id| !id.is_empty())
}

/// The request of a call.
pub(crate) fn request(call: &CallPlan, context: &Context<'_>, budget: &mut Budget) -> Result<Request, RequestError> {
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
    Ok(Request {
        function: call.function,
        arguments,
        selection: Arc::clone(&call.selection),
        time_zone: context.time_zone.clone(),
        claims: context.claims.clone(),
        weight: 0,
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

/// Writes the response's body.
pub(crate) fn respond(
    operation: &Operation,
    entries: &[&Entry],
    ended: &[Option<Ended>],
    introspected: Option<&Introspected>,
    context: &Context<'_>,
) -> Vec<u8> {
    let root = if operation.kind == OperationType::Mutation { "Mutation" } else { "Query" };
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"{\"data\":");
    let mut writer = Writer::new(root, context.variables, out, context.options.limits.max_response);
    let start = writer.out.len();
    let (mut whole, mut produced) = (true, false);
    writer.out.push(b'{');
    for (index, (entry, ended)) in entries.iter().zip(ended).enumerate() {
        json::separate(&mut writer.out, index);
        json::key(&mut writer.out, &entry.key);
        match (&entry.kind, ended) {
            (EntryKind::Call { shape, .. }, Some(ended)) => {
                let path = Path { parent: None, segment: Segment::Key(&entry.key) };
                let value = take_errors(&mut writer, entry, shape, ended);
                produced |= *value != Value::Null;
                whole &= writer.result(value, shape, &path).is_ok();
            }
            (EntryKind::TypeName(name), _) => {
                json::string(&mut writer.out, name);
                produced = true;
            }
            _ => match introspected {
                Some(introspected) => {
                    introspected.write(&mut writer.out, &entry.key, operation);
                    produced = true;
                }
                None => writer.out.extend_from_slice(b"null"),
            },
        }
    }
    if whole {
        writer.out.push(b'}');
    } else {
        writer.out.truncate(start);
        writer.out.extend_from_slice(b"null");
    }
    // A lone failing field says enough with its own error.
    if produced || writer.errors.is_empty() {
        writer.errors.append(&mut writer.nulls);
    }
    let mut body = with_errors(writer.out, &writer.errors, context.options.extensions);
    if context.options.extensions {
        invocations(&mut body, entries, ended);
    }
    body.push(b'}');
    body
}

/// Notes the errors of a call and answers its value.
fn take_errors<'e>(writer: &mut Writer<'_>, entry: &Entry, shape: &Shape, ended: &'e Ended) -> &'e Value {
    let key = || PathSegment::Field(Arc::clone(&entry.key));
    match ended {
        Ok(outcome) => {
            let id: Arc<str> = outcome.execution_id.as_str().into();
            for CallFailure { message, level, path } in &outcome.errors {
                let mut full = vec![key()];
                full.append(&mut response_path(shape, path));
                let execution_id = Some(Arc::clone(&id));
                writer.errors.push(FieldError { message: message.clone(), path: full, execution_id, level: *level });
            }
            writer.execution_id = Some(id);
            outcome.value.as_ref().unwrap_or(&Value::Null)
        }
        Err(error) => {
            error.count();
            let (message, path) = (error.message.clone(), vec![key()]);
            writer.errors.push(FieldError { message, path, execution_id: None, level: None });
            writer.execution_id = None;
            &Value::Null
        }
    }
}

/// Turns a path of guest fields into one of response keys, as far as they are selected. Of several keys for one field,
/// that below which most of the path is selected.
fn response_path(shape: &Shape, path: &[PathSegment]) -> Vec<PathSegment> {
    let Some((first, rest)) = path.split_first() else { return Vec::new() };
    let below = |step: PathSegment, shape: &Shape| {
        let mut full = vec![step];
        full.append(&mut response_path(shape, rest));
        full
    };
    match (first, &shape.kind) {
        (PathSegment::Index(_), ShapeKind::List(element)) => below(first.clone(), element),
        (PathSegment::Field(name), ShapeKind::Object(selection)) => {
            let paths = selection.entries.iter().filter_map(|entry| match &entry.kind {
                EntryKind::Field { name: field, shape, .. } if field == name => {
                    Some(below(PathSegment::Field(Arc::clone(&entry.key)), shape))
                }
                _ => None,
            });
            paths.reduce(|best, other| if other.len() > best.len() { other } else { best }).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Puts the errors before the data, where clients of the reference expect them.
fn with_errors(data: Vec<u8>, errors: &[FieldError], levels: bool) -> Vec<u8> {
    if errors.is_empty() {
        return data;
    }
    let mut out = Vec::with_capacity(data.len() + errors.len() * 128);
    out.extend_from_slice(b"{\"errors\":[");
    for (index, error) in errors.iter().enumerate() {
        json::separate(&mut out, index);
        field_error(&mut out, error, levels);
    }
    out.extend_from_slice(b"],");
    out.extend_from_slice(data.get(1..).unwrap_or_default());
    out
}

fn field_error(out: &mut Vec<u8>, error: &FieldError, levels: bool) {
    out.extend_from_slice(b"{\"message\":");
    json::string(out, &error.message);
    out.extend_from_slice(b",\"path\":[");
    for (index, segment) in error.path.iter().enumerate() {
        json::separate(out, index);
        match segment {
            PathSegment::Field(key) => json::string(out, key),
            PathSegment::Index(index) => json::integer(out, index),
        }
    }
    out.push(b']');
    if let Some(id) = &error.execution_id {
        out.extend_from_slice(b",\"extensions\":{\"executionId\":");
        json::string(out, id);
        if let Some(level) = error.level.filter(|_| levels) {
            out.extend_from_slice(b",\"level\":");
            json::string(out, level.as_str());
        }
        out.push(b'}');
    }
    out.push(b'}');
}

/// `extensions.invocations`: the execution id and the messages of each call.
fn invocations(out: &mut Vec<u8>, entries: &[&Entry], ended: &[Option<Ended>]) {
    let outcomes = entries.iter().zip(ended).filter_map(|(entry, ended)| match ended {
        Some(Ok(outcome)) => Some((&entry.key, outcome)),
        _ => None,
    });
    let start = out.len();
    out.extend_from_slice(b",\"extensions\":{\"invocations\":{");
    let before = out.len();
    for (index, (key, outcome)) in outcomes.enumerate() {
        json::separate(out, index);
        json::key(out, key);
        out.extend_from_slice(b"{\"executionId\":");
        json::string(out, &outcome.execution_id);
        if !outcome.logs.is_empty() {
            out.extend_from_slice(b",\"logs\":[");
            for (index, message) in outcome.logs.iter().enumerate() {
                json::separate(out, index);
                out.push(b'{');
                if let Some(level) = message.level {
                    json::key(out, "level");
                    json::string(out, level.as_str());
                    out.push(b',');
                }
                json::key(out, "message");
                json::string(out, &message.text);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.push(b'}');
    }
    if out.len() == before {
        out.truncate(start);
    } else {
        out.extend_from_slice(b"}}");
    }
}
