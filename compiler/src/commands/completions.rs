//! `modusc completions` and `modusc man`: the command line, told to a shell and to the reader of a manual.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;
use clap_mangen::Man;

use super::output::{Outcome, Output};
use super::{Diagnostic, codes, fail, print};
use crate::render::escaped;

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

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct Manual {
    /// The command whose page it is, such as dev [default: modusc itself]
    #[arg(value_name = "COMMAND")]
    pub name: Option<String>,
    /// Write the pages of modusc and of each command into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "name")]
    pub into: Option<PathBuf>,
}

/// Prints a page of the manual (`man -l -` shows it), or writes all of them.
pub fn manual(arguments: &Manual, mut command: clap::Command, output: &Output) -> Outcome {
    if let Some(folder) = &arguments.into {
        let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
        return match written {
            Ok(()) => Outcome::Done,
            Err(error) => failed(output, &format!("cannot write pages into {}: {error}", folder.display())),
        };
    }
    // Only then have commands their whole names.
    command.build();
    let page = match &arguments.name {
        Some(name) => command.find_subcommand(name).cloned(),
        None => Some(command),
    };
    let Some(page) = page else {
        let message = format!("there is no command {}", escaped(arguments.name.as_deref().unwrap_or_default()));
        return fail(output, Diagnostic::error(codes::USAGE, message).with_help("modusc --help lists all commands"));
    };
    let mut text = Vec::new();
    match Man::new(page).render(&mut text) {
        Ok(()) => print(output, &text),
        Err(error) => failed(output, &format!("no manual page: {error}")),
    }
}

fn failed(output: &Output, message: &str) -> Outcome {
    fail(output, Diagnostic::error(codes::IO, message))
}
