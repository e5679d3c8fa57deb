//! `modusc json-schema`: what editors and programs check JSON with.

use clap::{Args, ValueEnum};

use super::output::{Outcome, Output};
use super::print;
use crate::json_schema::Subject;

/// Arguments of `json-schema`.
#[derive(Debug, Args)]
pub struct JsonSchema {
    /// Whose schema
    #[arg(value_enum)]
    pub subject: Named,
}

/// Names of the subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Named {
    /// The manifest, modus.json
    Manifest,
    /// What modusc prints for programs: diagnostics, and the output of --json
    Output,
}

/// Prints the schema.
pub fn run(arguments: &JsonSchema, output: &Output) -> Outcome {
    let subject = match arguments.subject {
        Named::Manifest => Subject::Manifest,
        Named::Output => Subject::Output,
    };
    print(output, subject.text().as_bytes())
}
