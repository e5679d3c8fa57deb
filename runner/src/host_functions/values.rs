//! Arguments and answers of host functions.

use std::sync::Arc;

use abi::transfer::record;
use abi::value::Value;

/// The text of an argument; null and absent count as empty.
pub(super) fn text(arguments: &[Value], index: usize) -> &str {
    optional_text(arguments, index).unwrap_or_default()
}

pub(super) fn optional_text(arguments: &[Value], index: usize) -> Option<&str> {
    match arguments.get(index) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// A member of a guest's object, in whatever case the guest's language writes its name.
pub(super) fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    match value {
        Value::Object(members) => record::member(members, name).unwrap_or(&Value::Null),
        _ => &Value::Null,
    }
}

/// The text of a value; anything else counts as empty.
pub(super) fn text_of(value: &Value) -> &str {
    match value {
        Value::String(text) => text,
        _ => "",
    }
}

pub(super) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Object(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect())
}
