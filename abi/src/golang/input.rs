//! What a JSON-like value means for a Go type, before anything is written (`abi-go` section 9).

use std::borrow::Cow;

use crate::transfer::coercion;
use crate::transfer::fault::Fault;
use crate::types::{JsonText, Kind, Sequence, TypePlan};
use crate::value::Value;

/// The text of a string; null is the empty one.
pub(super) fn text(value: &Value) -> Result<Cow<'_, str>, Fault> {
    match value {
        Value::Null => Ok(Cow::Borrowed("")),
        value => Ok(coercion::string(value)?),
    }
}

/// The items of a list; `None` for null. A base64 text gives bytes, any other single value a list of one.
pub(super) fn items(value: &Value, bytes: bool) -> Result<Option<Cow<'_, [Value]>>, Fault> {
    Ok(match value {
        Value::Null => None,
        Value::List(items) => Some(Cow::Borrowed(items)),
        Value::String(text) if bytes => {
            let content = coercion::base64(text)?;
            Some(content.into_iter().map(|byte| Value::Int(byte.into())).collect())
        }
        single => Some(Cow::Borrowed(std::slice::from_ref(single))),
    })
}

/// Whether null is a value of the kind.
pub(super) fn has_null(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Optional(_)
            | Kind::Map { .. }
            | Kind::List { sequence: Sequence::Growable, .. }
            | Kind::Json(JsonText::Raw)
    )
}

/// Whether a struct field of this type may be left out: nil, the zero value of an array, or that of a type which nobody
/// can write a value of.
pub(super) fn has_zero(plan: &TypePlan) -> bool {
    has_null(&plan.kind) || matches!(plan.kind, Kind::List { .. } | Kind::Opaque(_) | Kind::Unsupported(_))
}
