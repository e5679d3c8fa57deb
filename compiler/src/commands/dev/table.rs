//! Which functions became which fields, and why queries or mutations.

use std::fmt::Write as _;
use std::path::Path;

use abi::plan::Program;

use crate::commands::load::load;
use crate::render::Format;

/// The table for an artifact.
pub(super) fn of(artifact: &Path) -> String {
    load(artifact, Format::Human).program.map_or_else(String::new, |program| text(&program))
}

fn text(program: &Program) -> String {
    let mut text = String::new();
    let roots = [
        ("query", &program.schema.query, "its name tells of no change"),
        ("mutation", &program.schema.mutation, "its name begins with a verb of change"),
    ];
    for (root, fields, reason) in roots {
        for field in fields.iter() {
            let function = program.functions.get(field.function as usize).map_or("", |function| &function.name);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {root:<8} {:<28} {function}: {reason}", field.name);
        }
    }
    text
}
