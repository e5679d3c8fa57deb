//! The tables of `docs/manifest.md`, made from the JSON Schema of `modus.json`.

use std::fmt::Write as _;

use serde_json::Value;

/// What stands around them.
pub const BEGIN: &str = "<!-- members -->\n";
/// See [`BEGIN`].
pub const END: &str = "<!-- end of members -->\n";

/// The lists of members: of the manifest, then of what is in each of its own.
pub fn tables(schema: &Value) -> String {
    let mut text = String::new();
    one(&mut text, "The whole", schema);
    for (name, member) in members(schema) {
        for shape in shapes(member) {
            let found = &schema["definitions"][shape];
            one(&mut text, &format!("In `{name}`: {}", spaced(shape)), found);
            // What is inside each other has its table behind it.
            let mut open: Vec<&str> = members(found).flat_map(|(_, inner)| shapes(inner)).collect();
            while let Some(inner) = open.pop() {
                let found = &schema["definitions"][inner];
                one(&mut text, &format!("In that: {}", spaced(inner)), found);
                open.extend(members(found).flat_map(|(_, inner)| shapes(inner)));
            }
        }
    }
    text.push('\n');
    text
}

fn members(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// Names of the definitions that a member's values are of.
fn shapes(member: &Value) -> Vec<&str> {
    let one = [&member["additionalProperties"]["$ref"], &member["$ref"]];
    let several = [&member["additionalProperties"]["anyOf"], &member["allOf"], &member["anyOf"]];
    let inner = several.into_iter().filter_map(Value::as_array).flatten().map(|shape| &shape["$ref"]);
    one.into_iter().chain(inner).filter_map(|name| name.as_str()?.strip_prefix("#/definitions/")).collect()
}

/// `httpConnection` becomes `http connection`.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

fn one(text: &mut String, title: &str, shape: &Value) {
    let about = shape["description"].as_str().unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(text, "\n### {title}\n\n{}\n", wrapped(about));
    let choice: Vec<&str> =
        shape["oneOf"].as_array().into_iter().flatten().filter_map(|one| one["required"][0].as_str()).collect();
    if !choice.is_empty() {
        let _ = writeln!(text, "\nExactly one of `{}` is needed.", choice.join("` and `"));
    }
    text.push_str("\n| member | needed | value | says |\n|---|---|---|---|\n");
    let needed: Vec<&str> = shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, member) in members(shape) {
        let is_needed = if needed.contains(&name.as_str()) { "yes" } else { "" };
        let says = member["description"].as_str().unwrap_or_default().replace('|', "\\|");
        let row = format!("| `{name}` | {is_needed} | {} | {says} |\n", value(member));
        text.push_str(&row.replace("|  |", "| |"));
    }
}

fn value(member: &Value) -> String {
    let usual = member["default"].as_str().map_or(String::new(), |usual| format!(", mostly `{usual}`"));
    let values: Vec<&str> = member["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let kind = match (member["type"].as_str(), values.as_slice()) {
        (_, [_, ..]) => format!("`{}`", values.join("` or `")),
        (Some("string"), _) => "text".to_owned(),
        (Some("object"), _) if member["additionalProperties"]["type"] == "string" => "texts by name".to_owned(),
        (Some("object"), _) if !shapes(member).is_empty() => "objects by name".to_owned(),
        (Some("object"), _) => "an object".to_owned(),
        (_, _) if !shapes(member).is_empty() => "an object".to_owned(),
        (kind, _) => kind.unwrap_or("anything").to_owned(),
    };
    kind + &usual
}

/// Lines as long as those of other documents.
fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && line.len() + word.len() >= 126 {
            lines.push_str(&line);
            lines.push('\n');
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines + &line
}
