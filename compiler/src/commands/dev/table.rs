//! Which functions became which fields, and why queries or mutations.

use std::fmt::Write as _;
use std::path::Path;

use abi::plan::Program;

use crate::commands::load::load;
use crate::render::{Format, escaped};
use crate::schema::names::mutating_verb;

/// The table for an artifact.
pub(super) fn of(artifact: &Path) -> String {
    load(artifact, Format::Human).program.map_or_else(String::new, |program| text(&program))
}

fn text(program: &Program) -> String {
    let mut text = String::new();
    for (root, fields) in [("query", &program.schema.query), ("mutation", &program.schema.mutation)] {
        for field in fields.iter() {
            let function = program.functions.get(field.function as usize).map_or("", |function| &function.name);
            let reason = match mutating_verb(function) {
                Some(verb) => format!("its name begins with \"{verb}\""),
                None => "its name begins with no verb of change".to_owned(),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {root:<8} {:<28} {}: {reason}", escaped(&field.name), escaped(function));
        }
    }
    text
}
