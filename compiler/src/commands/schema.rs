//! `modusc schema`: the GraphQL schema as SDL.

use std::path::PathBuf;

use clap::Args;

use super::load::load;
use super::output::{Outcome, Output};
use super::{print, report};
use crate::schema::sdl;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// The module or artifact, or - for standard input
    pub file: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Schema, output: &Output) -> Outcome {
    let loaded = load(&arguments.file, output.format());
    let outcome = report(output, &loaded.renderer, &loaded.diagnostics);
    match loaded.program {
        Some(program) if outcome == Outcome::Done => print(output, sdl::print(&program.schema).as_bytes()),
        _ => outcome,
    }
}
