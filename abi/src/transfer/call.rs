//! How calls begin in every language: which value a parameter gets, and what a host function is passed.

use super::fault::Fault;
use crate::guest::CallError;
use crate::plan::{DefaultValue, ImportPlan, ParameterPlan};
use crate::types::TypeId;
use crate::value::Value;

/// What the caller gives for the parameter at an index. Null counts as nothing where only the guest knows the default.
pub(crate) fn given<'v>(parameters: &[ParameterPlan], arguments: &'v [Option<Value>], at: usize) -> Option<&'v Value> {
    let value = arguments.get(at)?.as_ref()?;
    let default = &parameters.get(at)?.default;
    (*value != Value::Null || *default != DefaultValue::Placeholder).then_some(value)
}

/// The value of a parameter: what is given, else the default that the metadata tells, else null.
///
/// # Errors
/// Only the guest knows the default.
pub(crate) fn argument<'v>(parameter: &'v ParameterPlan, given: Option<&'v Value>) -> Result<&'v Value, CallError> {
    match (given, &parameter.default) {
        (Some(value), _) | (None, DefaultValue::Literal(value)) => Ok(value),
        (None, DefaultValue::None) => Ok(&Value::Null),
        (None, DefaultValue::Placeholder) => {
            let fault = Fault::value("it was left out, and only the guest knows its default; supply it");
            Err(fault.of_argument(&parameter.name))
        }
    }
}

/// The arguments of a host function, from one core value each.
///
/// # Errors
/// [`CallError::Argument`]
pub(crate) fn import_arguments(
    import: &ImportPlan,
    words: &[u64],
    mut lift: impl FnMut(TypeId, u64) -> Result<Value, Fault>,
) -> Result<Vec<Value>, CallError> {
    let mut values = Vec::with_capacity(import.parameters.len());
    for (at, parameter) in import.parameters.iter().enumerate() {
        let word = words.get(at).ok_or_else(|| Fault::guest("the guest did not pass it"));
        let value = word.and_then(|word| lift(parameter.ty, *word));
        values.push(value.map_err(|fault| fault.of_argument(&parameter.name))?);
    }
    Ok(values)
}
