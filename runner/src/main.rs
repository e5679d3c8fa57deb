//! `modus-runner`: see `--help`.

use std::io::Write as _;
use std::process::ExitCode;

use runner::cli::{self, Command};

/// Exit code for a command line that cannot be understood.
const MISUSED: u8 = 2;

/// By this modusc knows a runner that fits.
#[used]
static MARK: &str = abi::engine::RUNNER_MARK;

fn main() -> ExitCode {
    let (code, error) = match cli::parse(std::env::args_os().skip(1), |name| std::env::var_os(name)) {
        Err(error) => (MISUSED, error.to_string()),
        Ok(Command::Print(text)) => {
            // There is nowhere to report that standard output is closed.
            let _ = std::io::stdout().write_all(text.as_bytes());
            return ExitCode::SUCCESS;
        }
        Ok(Command::Serve(arguments)) => match runner::app::run(&arguments) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => (error.exit_code(), error.to_string()),
        },
    };
    eprintln!("modus-runner: {error}");
    ExitCode::from(code)
}
