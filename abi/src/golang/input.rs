//! What a JSON-like value means for a Go type, before anything is written (`abi-go` section 9).

use std::borrow::Cow;
use std::sync::Arc;

use crate::fault::Fault;
use crate::number;
use crate::types::{Kind, Sequence, TypePlan};
use crate::value::Value;

/// The little-endian bits of a bool, integer or float; integers of up to 32 bits are extended to 32.
pub(super) fn scalar(plan: &TypePlan, value: &Value) -> Result<u64, Fault> {
    let bits = match &plan.kind {
        Kind::Bool => number::boolean(value).map(u64::from),
        Kind::Int(kind) => number::integer(value, *kind, &plan.name).map(|number| {
            let bits = number as u64;
            if kind.bits == 64 { bits } else { bits & u64::from(u32::MAX) }
        }),
        Kind::F32 => number::float32(value).map(|number| u64::from(number.to_bits())),
        Kind::F64 => number::float(value).map(f64::to_bits),
        _ => Err(format!("{} is not a scalar", plan.name)),
    };
    bits.map_err(Fault::from)
}

/// Like [`scalar`], with null for the zero value.
pub(super) fn scalar_or_zero(plan: &TypePlan, value: &Value) -> Result<u64, Fault> {
    if *value == Value::Null { Ok(0) } else { scalar(plan, value) }
}

/// The text of a string; null is the empty one.
pub(super) fn text(value: &Value) -> Result<Cow<'_, str>, Fault> {
    match value {
        Value::Null => Ok(Cow::Borrowed("")),
        value => number::string(value).map_err(Fault::from),
    }
}

/// The items of a list; `None` for null. A base64 text gives bytes, any other single value a list of one.
pub(super) fn items(value: &Value, bytes: bool) -> Result<Option<Cow<'_, [Value]>>, Fault> {
    Ok(match value {
        Value::Null => None,
        Value::List(items) => Some(Cow::Borrowed(items)),
        Value::String(text) if bytes => {
            let content = number::base64(text).map_err(Fault::from)?;
            Some(content.into_iter().map(|byte| Value::Int(byte.into())).collect())
        }
        single => Some(Cow::Borrowed(std::slice::from_ref(single))),
    })
}

/// Whether null is a value of the kind.
pub(super) fn has_null(kind: &Kind) -> bool {
    matches!(kind, Kind::Optional(_) | Kind::Map { .. } | Kind::List { sequence: Sequence::Growable, .. })
}

/// Whether a struct field of this type may be left out: nil, or the zero value of an array.
pub(super) fn has_zero(plan: &TypePlan) -> bool {
    has_null(&plan.kind) || matches!(plan.kind, Kind::List { .. })
}

fn is_pair(entries: &[(Arc<str>, Value)]) -> bool {
    entries.iter().any(|(name, _)| &**name == "key")
        && entries.iter().all(|(name, _)| matches!(&**name, "key" | "value"))
}

/// Key and value of each entry of a map, given as a list of `{key, value}` objects or as one object. With `coerce`, an
/// object made of `key` and `value` is a list of one pair.
pub(super) fn pairs<'v>(
    value: &'v Value,
    nullable: bool,
    coerce: bool,
    type_name: &str,
) -> Result<Vec<(Cow<'v, Value>, &'v Value)>, Fault> {
    let missing = |field: &str, index: usize| {
        Err(Fault::from("a value is required but missing").in_field(field).in_element(index))
    };
    let check = |key: Cow<'v, Value>, value: Option<&'v Value>, index: usize| match value.unwrap_or(&Value::Null) {
        Value::Null if !nullable => missing("value", index),
        value => Ok((key, value)),
    };
    match value {
        Value::Object(entries) if !(coerce && is_pair(entries)) => entries
            .iter()
            .enumerate()
            .map(|(index, (key, value))| check(Cow::Owned(Value::String(key.to_string())), Some(value), index))
            .collect(),
        Value::Object(_) | Value::List(_) => {
            let items = match value {
                Value::List(items) => items.as_slice(),
                single => std::slice::from_ref(single),
            };
            let pair = |(index, item): (usize, &'v Value)| match item.get("key") {
                None | Some(Value::Null) => missing("key", index),
                Some(key) => check(Cow::Borrowed(key), item.get("value"), index),
            };
            items.iter().enumerate().map(pair).collect()
        }
        other => {
            Err(Fault::from(format!("expected a list of key/value pairs for {type_name}, got {}", other.describe())))
        }
    }
}
