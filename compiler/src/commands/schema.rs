//! `modusc schema`: the GraphQL schema as SDL.

use super::load::load;
use super::{print_bytes, report};
use crate::cli::{Outcome, Output, Schema};
use crate::schema::sdl;

/// Runs the command.
pub fn run(arguments: &Schema, output: &Output) -> Outcome {
    let loaded = load(&arguments.file, output.format());
    let outcome = report(output, &loaded.renderer, &loaded.diagnostics);
    match loaded.program {
        Some(program) if outcome == Outcome::Done => print_bytes(sdl::print(&program.schema).as_bytes()),
        _ => outcome,
    }
}
