//! How the commands talk, and how they end.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::render::Format;

/// How to talk.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Output {
    /// How to print errors and warnings
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub message_format: MessageFormat,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Tell what was written and how long it took
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// Forms of diagnostics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// Text with the lines in question
    #[default]
    Human,
    /// One object a line
    Json,
}

/// Uses of colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Output {
    /// The renderer's form.
    pub fn format(&self) -> Format {
        match self.message_format {
            MessageFormat::Human => Format::Human,
            MessageFormat::Json => Format::Json,
        }
    }
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// The input was refused or a file could not be read or written.
    Refused,
    /// The command line asks for something that cannot be done.
    Usage,
    /// The user ended it.
    Interrupted,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Refused => 1,
            Outcome::Usage => 2,
            Outcome::Interrupted => 130,
        })
    }
}
