//! The command line: [`crate::settings`] from its words, and its help.

mod help;
mod parse;

pub use crate::settings::Arguments;
pub use parse::{Command, UsageError, parse};
