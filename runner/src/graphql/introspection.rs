//! `__schema` and `__type`: juniper executes the document, and of its answer only these fields are used.

use abi::value::Value;
use juniper::{InputValue, Object, ValidatedOperation, Variables};

use super::error::RequestError;
use super::json;
use super::plan::{Document, Operation, SchemaKeys};
use super::root::Root;
use super::scalar::Scalar;

/// The answers of an operation's introspection fields.
pub(crate) struct Introspected {
    answer: Option<Object<Scalar>>,
    hidden_types: Vec<bool>,
    hidden_directives: Vec<bool>,
}

/// Runs the introspection fields of `operation`.
pub(crate) fn run(
    document: &Document,
    operation: &Operation,
    variables: &[Option<Value>],
    root: &Root,
) -> Result<Introspected, RequestError> {
    let fail = |error: juniper::GraphQLError| RequestError::new(error.to_string());
    let validated =
        ValidatedOperation::new(&document.introspection_text, operation.name.as_deref(), root).map_err(fail)?;
    let (answer, errors) = validated.execute_sync(&juniper_variables(operation, variables), &()).map_err(fail)?;
    if let Some(error) = errors.first() {
        return Err(RequestError::new(error.error().message()));
    }
    let answer = match answer {
        juniper::Value::Object(answer) => Some(answer),
        _ => None,
    };
    let builtin = |name: Option<&str>| name.is_some_and(|name| name.starts_with("__"));
    Ok(Introspected {
        answer,
        hidden_types: (root.schema.type_list().iter().filter_map(|ty| ty.to_concrete()?.name()))
            .filter(|name| !name.starts_with("_Empty"))
            .map(|name| builtin(Some(name)))
            .collect(),
        hidden_directives: root.schema.directive_list().iter().map(|directive| &*directive.name == "oneOf").collect(),
    })
}

/// The variables that are of use to introspection. juniper ends the process where a condition is not a boolean, so
/// each boolean has a value.
fn juniper_variables(operation: &Operation, values: &[Option<Value>]) -> Variables<Scalar> {
    let mut variables = Variables::new();
    for (variable, value) in operation.variables.iter().zip(values) {
        let value = match value {
            _ if variable.ty.name() == "Boolean" => {
                InputValue::Scalar(Scalar::Boolean(matches!(value, Some(Value::Bool(true)))))
            }
            Some(Value::String(text)) => InputValue::Scalar(Scalar::Text(text.clone())),
            // Only functions take the others, and they are not called here; but a required one must be present.
            _ if matches!(variable.ty, abi::schema::TypeRef::NonNull(_)) => {
                stand_in(&variable.ty)
            }
            _ => continue,
        };
        variables.insert(variable.name.clone(), value);
    }
    variables
}

fn stand_in(_: &abi::schema::TypeRef) -> InputValue<Scalar> {
    InputValue::List(Vec::new())
}
