//! `modusc completions` and `modusc man`: the command line, told to a shell and to the reader of a manual.

use clap::Args;
use clap_complete::Shell;

use super::output::{Outcome, Output};
use super::print;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell that is to complete
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints what makes a shell complete the command's words.
pub fn run(arguments: &Completions, mut command: clap::Command, output: &Output) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "modusc", &mut text);
    print(output, &text)
}

/// Prints the manual's page (`man -l -` shows it).
pub fn manual(command: clap::Command, output: &Output) -> Outcome {
    let mut text = Vec::new();
    match clap_mangen::Man::new(command).render(&mut text) {
        Ok(()) => print(output, &text),
        Err(error) => {
            super::fail(output, super::Diagnostic::error(super::codes::IO, format!("no manual page: {error}")))
        }
    }
}
