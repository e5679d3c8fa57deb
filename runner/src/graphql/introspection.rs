//! `__schema` and `__type`: juniper executes the document, and of its answer only these fields are used.

use abi::schema::TypeRef;
use abi::value::Value;
use juniper::parser::Spanning;
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

/// The variables, as juniper wants them. It ends the process where a condition is not a boolean, so each boolean has a
/// value.
fn juniper_variables(operation: &Operation, values: &[Option<Value>]) -> Variables<Scalar> {
    let mut variables = Variables::new();
    for (variable, value) in operation.variables.iter().zip(values) {
        let value = match (variable.ty.nullable(), value) {
            (TypeRef::Named(name), value) if name == "Boolean" => {
                InputValue::Scalar(Scalar::Boolean(*value == Some(Value::Bool(true))))
            }
            // A scalar that is a list; no introspection field takes it.
            (TypeRef::Named(_), Some(Value::List(_))) => InputValue::Scalar(Scalar::Text(String::new())),
            (_, Some(value)) => input_value(value),
            (_, None) => continue,
        };
        variables.insert(variable.name.clone(), value);
    }
    variables
}

fn input_value(value: &Value) -> InputValue<Scalar> {
    match value {
        Value::Null => InputValue::Null,
        Value::Bool(value) => InputValue::Scalar(Scalar::Boolean(*value)),
        Value::String(text) => InputValue::Scalar(Scalar::Text(text.clone())),
        Value::List(items) => InputValue::list(items.iter().map(input_value).collect()),
        Value::Object(entries) => InputValue::Object(
            entries
                .iter()
                .map(|(name, value)| (Spanning::unlocated(name.to_string()), Spanning::unlocated(input_value(value))))
                .collect(),
        ),
        number => InputValue::Scalar(Scalar::Number(number.to_json().to_string())),
    }
}

impl Introspected {
    /// Writes the answer of the root field `key`.
    pub(crate) fn write(&self, out: &mut Vec<u8>, key: &str, operation: &Operation) {
        let value = self.answer.as_ref().and_then(|answer| answer.get_field_value(key));
        let Some(juniper::Value::Object(schema)) = value else {
            return write(out, value.unwrap_or(&juniper::Value::Null), None);
        };
        let keys = operation.introspection.iter().find(|keys| keys.root == key);
        out.push(b'{');
        for (index, (name, value)) in schema.iter().enumerate() {
            json::separate(out, index);
            json::key(out, name);
            write(out, value, keys.and_then(|keys| self.hidden(keys, name)));
        }
        out.push(b'}');
    }

    /// Which items of the list `key` are left out: clients of the reference see neither introspection's own types nor
    /// directives it does not know.
    fn hidden(&self, keys: &SchemaKeys, key: &str) -> Option<&[bool]> {
        if keys.types.iter().any(|one| one == key) {
            Some(&self.hidden_types)
        } else if keys.directives.iter().any(|one| one == key) {
            Some(&self.hidden_directives)
        } else {
            None
        }
    }
}

fn write(out: &mut Vec<u8>, value: &juniper::Value<Scalar>, hidden: Option<&[bool]>) {
    match value {
        juniper::Value::Null => out.extend_from_slice(b"null"),
        juniper::Value::Scalar(Scalar::Text(text)) => json::string(out, text),
        juniper::Value::Scalar(other) => json::integer(out, other),
        juniper::Value::List(items) => {
            out.push(b'[');
            let hides = |index: usize| hidden.is_some_and(|hidden| hidden.get(index) == Some(&true));
            let shown = items.iter().enumerate().filter(|(index, _)| !hides(*index));
            for (index, (_, item)) in shown.enumerate() {
                json::separate(out, index);
                write(out, item, None);
            }
            out.push(b']');
        }
        juniper::Value::Object(members) => {
            out.push(b'{');
            for (index, (name, member)) in members.iter().enumerate() {
                json::separate(out, index);
                json::key(out, name);
                write(out, member, None);
            }
            out.push(b'}');
        }
    }
}
