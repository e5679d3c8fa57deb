//! `agentEvent`, the one subscription of every schema (`graphql` section 19).

use std::sync::{Arc, LazyLock};

use abi::schema::{Argument, ObjectField, ObjectType, RootField, TypeRef};
use abi::value::Value;

use crate::events::AgentEvent;

use super::error::RequestError;
use super::output::{Path, Segment, Writer};
use super::plan::{EntryKind, Operation};
use super::{json, response};

/// The type of its events.
pub(crate) const EVENT: &str = "AgentEvent";
/// Stands where other root fields have the number of their function.
const NO_FUNCTION: u32 = u32::MAX;

/// The field.
pub(crate) static FIELD: LazyLock<RootField> = LazyLock::new(|| RootField {
    name: "agentEvent".to_owned(),
    description: None,
    arguments: vec![Argument { name: "agentId".to_owned(), ty: non_null("String"), default: None }],
    ty: non_null(EVENT),
    function: NO_FUNCTION,
});

/// The type.
pub(crate) static TYPE: LazyLock<ObjectType> = LazyLock::new(|| {
    let field = |name: &str, ty| ObjectField { name: name.to_owned(), description: None, ty };
    let fields = vec![
        field("name", non_null("String")),
        field("data", TypeRef::Named("JSON".to_owned())),
        field("timestamp", TypeRef::Named("String".to_owned())),
    ];
    ObjectType { name: EVENT.to_owned(), description: None, fields, is_map_pair: false }
});

fn non_null(name: &str) -> TypeRef {
    TypeRef::NonNull(Box::new(TypeRef::Named(name.to_owned())))
}

/// The response that one event is.
pub(crate) fn event(operation: &Operation, variables: &[Option<Value>], most: usize, event: AgentEvent) -> Vec<u8> {
    let timestamp = event.timestamp.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let value = Value::Object(vec![
        ("name".into(), Value::String(event.name)),
        ("data".into(), event.data),
        ("timestamp".into(), Value::String(timestamp)),
    ]);
    let mut writer = Writer::new("Subscription", operation.held(variables), b"{\"data\":{".to_vec(), most);
    for (index, entry) in operation.entries(variables).enumerate() {
        let EntryKind::Call { shape, .. } = &entry.kind else { continue };
        json::separate(&mut writer.out, index);
        json::key(&mut writer.out, &entry.key);
        let path = Path { parent: None, segment: Segment::Key(&entry.key) };
        if writer.result(&value, shape, &path).is_err() {
            let text = writer.errors.first().map_or("the event cannot be shown", |error| &error.message);
            return refusal(RequestError::new(text));
        }
    }
    writer.out.extend_from_slice(b"}}");
    writer.out
}

/// The response when there are no events.
pub(crate) fn refusal(error: RequestError) -> Vec<u8> {
    let mut body = response::errors(&[error]);
    body.truncate(body.len() - 1);
    body.extend_from_slice(b",\"data\":null}");
    body
}

/// The agent whose events are asked for.
pub(crate) fn agent(arguments: &[Option<Value>]) -> Option<Arc<str>> {
    match arguments.first() {
        Some(Some(Value::String(id))) => Some(id.as_str().into()),
        _ => None,
    }
}
