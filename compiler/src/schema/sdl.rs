//! The schema as text (`graphql` section 8).

use std::fmt::Write as _;

use abi::schema::{Argument, ObjectType, RootField, Schema};
use abi::table::Table;

pub(super) const HEADER: &str = "# Modus GraphQL Schema (auto-generated)\n";

/// What every schema has after the app's own types.
pub(super) const BUILT_IN: &str = "
scalar JSON

type AgentEvent {
  name: String!
  data: JSON
  timestamp: String
}

type Subscription {
  agentEvent(agentId: String!): AgentEvent!
}
";

/// The schema in the schema definition language.
pub fn print(schema: &Schema) -> String {
    let mut text = HEADER.to_owned();
    root(&mut text, "Query", &schema.query);
    root(&mut text, "Mutation", &schema.mutation);
    if !schema.scalars.is_empty() {
        text.push('\n');
    }
    for scalar in &schema.scalars {
        line(&mut text, format_args!("scalar {scalar}"));
    }
    for object in &schema.inputs {
        object_type(&mut text, "input", object);
    }
    for object in &schema.objects {
        object_type(&mut text, "type", object);
    }
    text.push_str(BUILT_IN);
    text
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    writeln!(text, "{content}").expect("writing to a String does not fail");
}

fn root(text: &mut String, name: &str, fields: &Table<RootField>) {
    if fields.is_empty() {
        return;
    }
    line(text, format_args!("\ntype {name} {{"));
    for field in fields {
        description(text, "  ", field.description.as_deref());
        let arguments: Vec<String> = field.arguments.iter().map(argument).collect();
        let list = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        line(text, format_args!("  {}{list}: {}", field.name, field.ty));
    }
    text.push_str("}\n");
}

fn argument(argument: &Argument) -> String {
    match &argument.default {
        Some(default) => format!("{}: {} = {}", argument.name, argument.ty, default.to_json()),
        None => format!("{}: {}", argument.name, argument.ty),
    }
}

fn object_type(text: &mut String, keyword: &str, object: &ObjectType) {
    text.push('\n');
    description(text, "", object.description.as_deref());
    line(text, format_args!("{keyword} {} {{", object.name));
    for field in &object.fields {
        description(text, "  ", field.description.as_deref());
        line(text, format_args!("  {}: {}", field.name, field.ty));
    }
    text.push_str("}\n");
}

fn description(text: &mut String, indent: &str, description: Option<&str>) {
    let Some(description) = description else { return };
    line(text, format_args!("{indent}\"\"\""));
    for content in description.split('\n') {
        line(text, format_args!("{indent}{}", content.replace("\"\"\"", "\\\"\"\"")));
    }
    line(text, format_args!("{indent}\"\"\""));
}
