//! Values of an operation's variables.

use abi::value::Value;

use super::error::RequestError;
use super::input::Tables;
use super::plan::Operation;

/// Values in the order of the definitions; `None` where there is none.
pub(crate) fn coerce(
    operation: &Operation,
    given: Option<&serde_json::Map<String, serde_json::Value>>,
    tables: &Tables,
) -> Result<Vec<Option<Value>>, Vec<RequestError>> {
    let mut values = Vec::with_capacity(operation.variables.len());
    let mut errors = Vec::new();
    for variable in &operation.variables {
        let required = matches!(variable.ty, abi::schema::TypeRef::NonNull(_));
        let value = match given.and_then(|given| given.get(&variable.name)) {
            None if variable.default.is_some() => variable.default.clone(),
            None if required => {
                let (name, ty) = (&variable.name, &variable.ty);
                errors.push(RequestError::new(format!(
                    "Variable \"${name}\" of required type \"{ty}\" was not provided."
                )));
                None
            }
            None => None,
            Some(json) => match tables.value(Value::from(json), &variable.ty) {
                Ok(value) => Some(value),
                Err(error) => {
                    let path = error.path();
                    let place =
                        if path.is_empty() { String::new() } else { format!(" at \"{}{path}\"", variable.name) };
                    errors.push(RequestError::new(format!(
                        "Variable \"${}\" got invalid value {}{place}; {}",
                        variable.name, error.value, error.message
                    )));
                    None
                }
            },
        };
        values.push(value);
    }
    if errors.is_empty() {
        // `@include(if: $x)` with an explicit null for a nullable `$x` that has a default.
        for index in &operation.condition_variables {
            if !matches!(values.get(*index), Some(Some(Value::Bool(_)))) {
                let name = operation.variables.get(*index).map_or("", |variable| &variable.name);
                errors.push(RequestError::new(format!(
                    "Argument \"if\" of required type \"Boolean!\" was provided the variable \"${name}\" which was not \
                     provided a runtime value."
                )));
            }
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}
