//! The answer of an operation: results in document order, errors before them.

use std::sync::Arc;

use abi::value::Value;
use juniper::OperationType;

use crate::call::{CallFailure, MOST_ERRORS, Outcome, PathSegment, Usage};

use super::error::RequestError;
use super::introspection::Introspected;
use super::json;
use super::output::{FieldError, Path, Segment, Writer};
use super::plan::{Document, Entry, EntryKind, Shape, ShapeKind};

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The response, as JSON.
    pub(crate) body: Vec<u8>,
    /// The execution, if there was exactly one.
    pub(crate) execution_id: Option<String>,
}

/// A call's end, or why there was none.
pub(crate) type Ended = Result<Outcome, RequestError>;

/// An operation whose calls are over. It owns all that its answer is made of, so that any thread can write it.
pub(crate) struct Unwritten {
    pub(crate) document: Arc<Document>,
    /// Index of the operation.
    pub(crate) operation: usize,
    pub(crate) variables: Vec<Option<Value>>,
    /// One for each root field that is present; `None` for those that call nothing.
    pub(crate) ended: Vec<Option<Ended>>,
    pub(crate) introspected: Option<Introspected>,
    /// Whether there are `extensions.invocations`.
    pub(crate) extensions: bool,
    /// Bytes of data that the answer may have.
    pub(crate) most: usize,
}

impl Unwritten {
    /// The work that it is to write it.
    pub(crate) fn weight(&self) -> u64 {
        let entries = self.document.operations[self.operation].entries(&self.variables);
        let weights = entries.zip(&self.ended).map(|(entry, ended)| match (&entry.kind, ended) {
            (EntryKind::Call { call, .. }, Some(Ok(outcome))) => outcome.weight.saturating_mul(call.spread),
            // How much it is, nobody has counted.
            (EntryKind::Introspection, _) => u64::MAX,
            _ => 0,
        });
        weights.fold(0, u64::saturating_add)
    }

    /// Writes it.
    pub(crate) fn write(self) -> Answer {
        let body = self.body();
        Answer { body, execution_id: only_execution(self.ended) }
    }

    fn body(&self) -> Vec<u8> {
        let operation = &self.document.operations[self.operation];
        let entries: Vec<_> = operation.entries(&self.variables).collect();
        let root = if operation.kind == OperationType::Mutation { "Mutation" } else { "Query" };
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(b"{\"data\":");
        let mut writer = Writer::new(root, operation.held(&self.variables), out, self.most);
        let start = writer.out.len();
        let (mut whole, mut produced) = (true, false);
        writer.out.push(b'{');
        for (index, (entry, ended)) in entries.iter().zip(&self.ended).enumerate() {
            json::separate(&mut writer.out, index);
            json::key(&mut writer.out, &entry.key);
            let path = Path { parent: None, segment: Segment::Key(&entry.key) };
            match (&entry.kind, ended) {
                (EntryKind::Call { shape, .. }, Some(ended)) => {
                    let value = take_errors(&mut writer, entry, shape, ended);
                    produced |= *value != Value::Null;
                    whole &= writer.result(value, shape, &path).is_ok();
                }
                (EntryKind::TypeName(name), _) => {
                    json::string(&mut writer.out, name);
                    produced = true;
                }
                _ => match &self.introspected {
                    Some(introspected) => {
                        let write = |out: &mut Vec<u8>| introspected.write(out, &entry.key, operation);
                        whole &= writer.other(&path, write).is_ok();
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
        let mut body = with_errors(writer.out, &writer.errors, self.extensions);
        if self.extensions {
            invocations(&mut body, &entries, &self.ended);
        }
        body.push(b'}');
        body
    }
}

/// The id of the execution where there was exactly one.
fn only_execution(ended: Vec<Option<Ended>>) -> Option<String> {
    let mut outcomes = ended.into_iter().flatten().flatten();
    let only = outcomes.next()?;
    outcomes.next().is_none().then_some(only.execution_id).filter(|id| !id.is_empty())
}

/// Notes the errors of a call and answers its value.
fn take_errors<'e>(writer: &mut Writer, entry: &Entry, shape: &Shape, ended: &'e Ended) -> &'e Value {
    let key = || PathSegment::Field(Arc::clone(&entry.key));
    match ended {
        Ok(outcome) => {
            let id: Arc<str> = outcome.execution_id.as_str().into();
            for CallFailure { message, level, path, is_own } in &outcome.errors {
                if writer.errors.len() >= MOST_ERRORS && !is_own {
                    continue;
                }
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

/// `extensions.invocations`: the execution id of each call, what it took, and its messages.
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
        if let Some(Usage { time, memory }) = outcome.usage {
            out.extend_from_slice(b",\"durationMs\":");
            json::integer(out, format_args!("{:.3}", time.as_secs_f64() * 1000.0));
            out.extend_from_slice(b",\"memoryBytes\":");
            json::integer(out, memory);
        }
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
