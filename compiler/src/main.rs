//! The `modusc` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    modusc::cli::run()
}
