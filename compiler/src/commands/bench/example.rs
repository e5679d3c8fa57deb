//! Queries for the fields of a schema: arguments made from their types, and everything selected that a result has.

use abi::plan::{FunctionPlan, Program};
use abi::schema::{RootField, Schema, TypeRef};
use abi::types::{Kind, Sequence, TypeId, Types};
use serde_json::{Map, Value, json};

/// Deeper results are not selected.
const MAX_SELECTION_DEPTH: usize = 4;
/// Longest list made; a longer fixed array is left to the user.
const MAX_ELEMENTS: u32 = 1024;
/// Values made for a call altogether, bytes of binary data among them: fixed arrays may be inside each other.
const MAX_VALUES: u64 = 1 << 15;

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
    let mut maker = Maker { types: &program.types, path: Vec::new(), left: MAX_VALUES };
    let (mut declared, mut passed, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for argument in &field.arguments {
        if argument.default.is_some() || !matches!(argument.ty, TypeRef::NonNull(_)) {
            continue;
        }
        let name = &argument.name;
        let value = parameter(function, name).and_then(|ty| maker.value(ty)).map_err(|reason| {
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

/// Makes small values of guest types, as JSON. From the guest's types and not GraphQL's, which do not tell the length of an
/// array or that a text is base64.
struct Maker<'p> {
    types: &'p Types,
    /// The structs that the value is inside of.
    path: Vec<TypeId>,
    /// Values that may still be made.
    left: u64,
}

impl Maker<'_> {
    /// A value; `None` for a struct inside itself.
    fn value(&mut self, ty: TypeId) -> Result<Option<Value>, String> {
        self.take(1)?;
        let plan = &self.types[ty];
        Ok(Some(match &plan.kind {
            Kind::Bool => json!(true),
            Kind::Int(_) => json!(1),
            Kind::F32 | Kind::F64 => json!(1.5),
            Kind::String => json!("text"),
            Kind::Timestamp => json!("2024-02-29T12:00:00Z"),
            Kind::List { sequence: Sequence::Fixed(length), bytes, .. } if *length > MAX_ELEMENTS => {
                return Err(format!("{length} {}", if *bytes { "bytes" } else { "elements" }));
            }
            Kind::List { sequence: Sequence::Fixed(length), bytes: true, .. } => {
                self.take(u64::from(*length))?;
                zeros(*length as usize).into()
            }
            Kind::List { bytes: true, .. } => zeros(3).into(),
            Kind::List { sequence: Sequence::Fixed(length), element, .. } => self.list(*element, *length)?,
            Kind::List { element, .. } | Kind::Set(element) => self.list(*element, 1)?,
            Kind::Map { key, value, .. } => match (self.value(*key)?, self.value(*value)?) {
                (Some(key), Some(value)) => json!([{ "key": key, "value": value }]),
                _ => json!([]),
            },
            Kind::Optional(_) => Value::Null,
            Kind::Struct(_) if self.path.contains(&ty) => return Ok(None),
            Kind::Struct(fields) => {
                self.path.push(ty);
                let mut object = Map::new();
                for field in fields {
                    // Without a value it may be left out: GraphQL lets a type that needs itself be null.
                    let value = self.value(field.ty)?.filter(|value| !value.is_null());
                    object.extend(value.map(|value| (field.name.to_string(), value)));
                }
                self.path.pop();
                object.into()
            }
            Kind::Json(_) => json!(1),
            Kind::Opaque(_) | Kind::Unsupported(_) => return Err(format!("type {}", plan.name)),
        }))
    }

    /// So many times the same; none of what is inside itself.
    fn list(&mut self, element: TypeId, length: u32) -> Result<Value, String> {
        let before = self.left;
        let Some(value) = self.value(element)? else { return Ok(json!([])) };
        // The first one is counted.
        let others = u64::from(length.saturating_sub(1));
        self.take((before - self.left).saturating_mul(others))?;
        Ok(vec![value; length as usize].into())
    }

    fn take(&mut self, values: u64) -> Result<(), String> {
        self.left = self.left.checked_sub(values).ok_or_else(|| format!("more than {MAX_VALUES} values"))?;
        Ok(())
    }
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
    use abi::types::{FieldPlan, IntKind, TypePlan};

    fn add(types: &mut Types, kind: Kind) -> TypeId {
        let name = format!("type {}", types.iter().count());
        let words = Vec::new();
        types.add(TypePlan { name, class_id: 0, size: 0, align: 1, payload: 0, words, pointers: false, kind })
    }

    fn add_array(types: &mut Types, element: TypeId, length: u32, bytes: bool) -> TypeId {
        add(types, Kind::List { element, sequence: Sequence::Fixed(length), bytes })
    }

    /// The number of elements of what is made, or why nothing is.
    fn made(types: &Types, ty: TypeId) -> Result<usize, String> {
        let value = Maker { types, path: Vec::new(), left: MAX_VALUES }.value(ty)?;
        Ok(value.and_then(|value| Some(value.as_array()?.len())).unwrap_or(0))
    }

    #[test]
    fn arrays_are_bounded_as_a_whole() {
        let mut types = Types::default();
        let int = add(&mut types, Kind::Int(IntKind { bits: 8, signed: true }));
        let none = add_array(&mut types, int, 0, false);
        let row = add_array(&mut types, int, 1024, false);
        let rows = add_array(&mut types, row, 16, false);
        let square = add_array(&mut types, row, 1024, false);
        let cube = add_array(&mut types, square, 1024, false);
        let long = add_array(&mut types, int, 1025, false);
        let bytes = add_array(&mut types, int, 1024, true);
        let many_bytes = add_array(&mut types, bytes, 1024, false);
        assert_eq!([none, row, rows, bytes].map(|ty| made(&types, ty)), [Ok(0), Ok(1024), Ok(16), Ok(0)]);
        assert_eq!(made(&types, long), Err("1025 elements".to_owned()));
        for ty in [square, cube, many_bytes] {
            assert_eq!(made(&types, ty), Err("more than 32768 values".to_owned()));
        }
    }

    /// Each of these has two of the one before.
    #[test]
    fn structs_are_bounded_as_well() {
        let mut types = Types::default();
        let mut ty = add(&mut types, Kind::Bool);
        for _ in 0..60 {
            let fields = ["a", "b"].map(|name| FieldPlan { name: name.into(), offset: 0, ty });
            ty = add(&mut types, Kind::Struct(fields.into()));
        }
        assert_eq!(made(&types, ty), Err("more than 32768 values".to_owned()));
    }

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
