//! Queries for the fields of a schema: arguments made from their types, and everything selected that a result has.

use abi::plan::{FunctionPlan, Program};
use abi::schema::{RootField, Schema, TypeRef};
use abi::types::{Kind, Sequence, TypeId, Types};
use serde_json::{Map, Value, json};

/// Deeper results are not selected.
const MAX_SELECTION_DEPTH: usize = 4;
/// Longest list made; a longer fixed array is left to the user.
const MAX_ELEMENTS: u32 = 1024;

/// A call of a field.
#[derive(Debug, PartialEq)]
pub(super) struct Example {
    /// The field with its arguments, shortened for people.
    pub(super) label: String,
    /// The document.
    pub(super) query: String,
    /// Its variables.
    pub(super) variables: Map<String, Value>,
}

/// A call of a query field; arguments that may be left out are.
///
/// # Errors
/// Why none can be made.
pub(super) fn example(program: &Program, field: &RootField) -> Result<Example, String> {
    let function = program.functions.get(field.function as usize).ok_or("its function is not there")?;
    if let Some(reason) = &function.uncallable {
        return Err(format!("it cannot be called: {reason}"));
    }
    let mut variables = Map::new();
    let (mut declared, mut passed, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for argument in &field.arguments {
        if argument.default.is_some() || !matches!(argument.ty, TypeRef::NonNull(_)) {
            continue;
        }
        let name = &argument.name;
        let value =
            parameter(function, name).and_then(|ty| value(&program.types, ty, &mut Vec::new())).map_err(|reason| {
                format!("no value can be made for its argument `{name}` ({reason}); write a call with --query")
            })?;
        let value = value.unwrap_or(Value::Null);
        declared.push(format!("${name}: {}", argument.ty));
        passed.push(format!("{name}: ${name}"));
        shown.push(if value.is_array() || value.is_object() {
            format!("{name}: …")
        } else {
            format!("{name}: {value}")
        });
        variables.insert(name.clone(), value);
    }
    let list = |items: &[String]| if items.is_empty() { String::new() } else { format!("({})", items.join(", ")) };
    let operation = if declared.is_empty() { String::new() } else { format!("query{} ", list(&declared)) };
    let selection = selection(&program.schema, &field.ty, &mut Vec::new());
    Ok(Example {
        label: format!("{}{}", field.name, list(&shown)),
        query: format!("{operation}{{ {}{}{selection} }}", field.name, list(&passed)),
        variables,
    })
}

fn parameter(function: &FunctionPlan, name: &str) -> Result<TypeId, String> {
    let found = function.parameters.iter().find(|parameter| *parameter.name == *name);
    found.map(|parameter| parameter.ty).ok_or_else(|| "its type is not known".to_owned())
}

/// A small value of a guest type, as JSON; `None` for a struct inside itself, as `path` tells. From the guest's types and
/// not GraphQL's, which do not tell the length of an array or that a text is base64.
fn value(types: &Types, ty: TypeId, path: &mut Vec<TypeId>) -> Result<Option<Value>, String> {
    let plan = &types[ty];
    let mut inner = |ty| value(types, ty, path);
    let list =
        |element: Option<Value>, length: u32| element.map_or_else(Vec::new, |value| vec![value; length as usize]);
    Ok(Some(match &plan.kind {
        Kind::Bool => json!(true),
        Kind::Int(_) => json!(1),
        Kind::F32 | Kind::F64 => json!(1.5),
        Kind::String => json!("text"),
        Kind::Timestamp => json!("2024-02-29T12:00:00Z"),
        Kind::List { sequence: Sequence::Fixed(length), bytes, .. } if *length > MAX_ELEMENTS => {
            return Err(format!("{length} {}", if *bytes { "bytes" } else { "elements" }));
        }
        Kind::List { sequence: Sequence::Fixed(length), bytes: true, .. } => zeros(*length as usize).into(),
        Kind::List { bytes: true, .. } => zeros(3).into(),
        Kind::List { sequence: Sequence::Fixed(length), element, .. } => list(inner(*element)?, *length).into(),
        Kind::List { element, .. } | Kind::Set(element) => list(inner(*element)?, 1).into(),
        Kind::Map { key, value, .. } => match (inner(*key)?, inner(*value)?) {
            (Some(key), Some(value)) => json!([{ "key": key, "value": value }]),
            _ => json!([]),
        },
        Kind::Optional(_) => Value::Null,
        Kind::Struct(_) if path.contains(&ty) => return Ok(None),
        Kind::Struct(fields) => {
            path.push(ty);
            let mut object = Map::new();
            for field in fields {
                // Without a value it may be left out: GraphQL lets a type that needs itself be null.
                let value = value(types, field.ty, path)?.filter(|value| !value.is_null());
                object.extend(value.map(|value| (field.name.to_string(), value)));
            }
            path.pop();
            object.into()
        }
        Kind::Json(_) => json!(1),
        Kind::Opaque(_) | Kind::Unsupported(_) => return Err(format!("type {}", plan.name)),
    }))
}

/// That many zero bytes as base64.
fn zeros(length: usize) -> String {
    let padding = (3 - length % 3) % 3;
    "A".repeat(length.div_ceil(3) * 4 - padding) + &"=".repeat(padding)
}

/// What to select of a type, with a blank before it: all its fields, except those that lead back or too deep.
fn selection<'s>(schema: &'s Schema, ty: &'s TypeRef, path: &mut Vec<&'s str>) -> String {
    let Some(object) = schema.objects.iter().find(|object| object.name == ty.name()) else { return String::new() };
    path.push(&object.name);
    let mut fields = Vec::new();
    for field in &object.fields {
        let is_object = schema.objects.iter().any(|object| object.name == field.ty.name());
        if is_object && (path.len() >= MAX_SELECTION_DEPTH || path.contains(&field.ty.name())) {
            continue;
        }
        fields.push(format!("{}{}", field.name, selection(schema, &field.ty, path)));
    }
    path.pop();
    if fields.is_empty() {
        fields.push("__typename".to_owned());
    }
    format!(" {{ {} }}", fields.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::schema::{ObjectField, ObjectType};

    #[test]
    fn base64_of_zeros() {
        assert_eq!([0, 1, 2, 3, 4].map(zeros), ["", "AA==", "AAA=", "AAAA", "AAAAAA=="]);
    }

    #[test]
    fn a_type_that_contains_itself_is_selected_once() {
        let named = |name: &str| TypeRef::Named(name.to_owned());
        let field = |name: &str, ty| ObjectField { name: name.to_owned(), description: None, ty };
        let object =
            |name: &str, fields| ObjectType { name: name.to_owned(), description: None, fields, is_map_pair: false };
        let schema = Schema {
            objects: vec![
                object(
                    "Node",
                    vec![field("id", named("Int")), field("next", named("Node")), field("leaf", named("Leaf"))],
                ),
                object("Leaf", vec![field("node", named("Node"))]),
            ]
            .into(),
            ..Schema::default()
        };
        assert_eq!(selection(&schema, &named("Node"), &mut Vec::new()), " { id leaf { __typename } }");
        assert_eq!(selection(&schema, &named("Int"), &mut Vec::new()), "");
    }
}
