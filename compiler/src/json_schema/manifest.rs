//! The JSON Schema of `modus.json`, from the table of its members.

use abi::manifest::HYPERMODE;
use abi::manifest::members::{self, Form, Member, Shape};
use serde_json::{Map, Value, json};

use super::{DIALECT, reference};

/// The schema. Its definitions are the shapes of the table.
pub(super) fn schema() -> Value {
    let mut definitions = Map::new();
    let mut schema = object(&members::MANIFEST, &mut definitions);
    schema["$schema"] = DIALECT.into();
    schema["title"] = "modus.json".into();
    schema["definitions"] = definitions.into();
    schema
}

/// The schema of an object. What it holds becomes definitions.
fn object(shape: &Shape, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for found in shape.members {
        properties.insert(found.name.to_owned(), member(found, definitions));
    }
    let needed = shape.members.iter().filter(|member| member.needed).map(|member| member.name);
    let mut schema = json!({
        "description": shape.about,
        "type": "object",
        "properties": properties,
        "required": needed.collect::<Vec<_>>(),
        "additionalProperties": false,
    });
    if !shape.one_of.is_empty() {
        schema["oneOf"] = shape.one_of.iter().map(|name| json!({"required": [name]})).collect();
    }
    schema
}

fn member(member: &Member, definitions: &mut Map<String, Value>) -> Value {
    let mut schema = match member.form {
        Form::AnyText => json!({"type": "string"}),
        Form::Text => json!({"type": "string", "minLength": 1}),
        Form::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
        Form::OneOf(values) => json!({"type": "string", "enum": values}),
        Form::AnyObject => json!({"type": "object"}),
        Form::Texts(names) => json!({
            "type": "object",
            "propertyNames": {"pattern": names},
            "additionalProperties": {"type": "string", "minLength": 1},
        }),
        // Draft 7 reads nothing beside a reference.
        Form::Object(shape) => json!({"allOf": [defined(shape, definitions)]}),
        Form::Named(shapes) => named(member.name, shapes, definitions),
    };
    schema["description"] = member.about.into();
    if !member.suggestion.is_empty() {
        schema["default"] = member.suggestion.into();
    }
    schema
}

fn named(name: &str, shapes: &[&Shape], definitions: &mut Map<String, Value>) -> Value {
    let mut kinds: Vec<Value> = shapes.iter().map(|shape| defined(shape, definitions)).collect();
    let kind = if kinds.len() == 1 { kinds.swap_remove(0) } else { json!({"anyOf": kinds}) };
    let mut names = json!({"pattern": members::NAME, "maxLength": members::MAX_NAME});
    if name == "connections" {
        names["not"] = json!({"const": HYPERMODE});
    }
    json!({"type": "object", "propertyNames": names, "additionalProperties": kind})
}

fn defined(shape: &Shape, definitions: &mut Map<String, Value>) -> Value {
    let schema = object(shape, definitions);
    definitions.insert(shape.name.to_owned(), schema);
    reference(shape.name)
}
