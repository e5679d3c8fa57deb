//! The JSON Schemas of `docs/schemas`, read by Ajv.

use serde_json::{Value, json};

use crate::{npm, root};

/// A schema by the name of its file.
pub fn schema(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("docs/schemas").join(name)).expect("the schema");
    serde_json::from_str(&text).expect("JSON")
}

/// The schema of one definition of `output.json`.
pub fn definition(name: &str) -> Value {
    let mut schema = schema("output.json");
    schema.as_object_mut().expect("an object").remove("anyOf");
    schema["allOf"] = json!([{"$ref": format!("#/definitions/{name}")}]);
    schema
}

/// What a schema has against each value, as JSON pointers and keywords of the schema.
pub fn findings(schema: &Value, values: &[Value]) -> Vec<Vec<(String, String)>> {
    let found = npm::run("json-schema.mjs", &json!({"schema": schema, "values": values}));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let of_value = |found: &Value| {
        let found = found.as_array().expect("a list").iter();
        found.map(|finding| (text(&finding["pointer"]), text(&finding["keyword"]))).collect()
    };
    found.as_array().expect("a list").iter().map(of_value).collect()
}
