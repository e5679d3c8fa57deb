//! `modus-runner`: see `--help`.

use std::process::ExitCode;

use clap::Parser as _;

/// By this modusc knows a runner that fits.
#[used]
static MARK: &str = abi::engine::RUNNER_MARK;

fn main() -> ExitCode {
    let arguments = runner::cli::Arguments::parse_from(runner::cli::spell(std::env::args_os()));
    match runner::app::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("modus-runner: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
