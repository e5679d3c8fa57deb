//! `modus-runner`: see `--help`.
//!
//! On Linux the C library calls [`main`] without Rust's own preparations, which take a fifteenth of the time to the first
//! answer: they read `/proc/self/maps`, and make a stack for telling of overflows. What is needed of them stands in
//! [`open_standard_files`] and where the server takes its signals. What is missing is the message: a host that runs out of
//! stack ends with SIGSEGV instead of SIGABRT. (Stacks of guests are wasmtime's business.)

#![cfg_attr(all(target_os = "linux", target_env = "gnu"), no_main)]

use std::io::Write as _;
use std::panic::AssertUnwindSafe;

use runner::cli::{self, Command};
use runner::telemetry::log;

/// Exit code for a command line that cannot be understood.
const MISUSED: u8 = 2;
/// Exit code where standard output cannot be written to.
const UNWRITTEN: u8 = 1;
/// Exit code of a Rust program that panicked.
const PANICKED: u8 = 101;

/// By this modusc knows a runner that fits.
#[used]
static MARK: &str = abi::engine::RUNNER_MARK;

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn main() -> std::process::ExitCode {
    run(true).into()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library calls a function of this name")]
// SAFETY: no other function has the name. It takes no arguments: the standard library knows them already.
#[unsafe(no_mangle)]
extern "C" fn main() -> std::ffi::c_int {
    run(open_standard_files()).into()
}

/// Gives standard files that are closed something to be: the next file that is opened would take their place, and logs
/// would be written into it. The answer is whether standard output was open.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn open_standard_files() -> bool {
    let has_output = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_ok();
    for file in [rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr()] {
        if rustix::io::fcntl_getfd(file) == Err(rustix::io::Errno::BADF) {
            // The lowest free number is this one. Without it nothing is safe to open: Rust's own start ends here, too.
            match std::fs::OpenOptions::new().read(true).write(true).open("/dev/null") {
                Ok(null) => _ = std::os::fd::IntoRawFd::into_raw_fd(null),
                Err(_) => std::process::abort(),
            }
        }
    }
    has_output
}

/// Writes to standard output. A reader that has gone away is no failure.
fn print(text: &str, has_output: bool) -> std::io::Result<()> {
    if !has_output {
        return Err(std::io::Error::other("it is closed"));
    }
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// The whole program, to its exit code.
fn run(has_output: bool) -> u8 {
    let (code, error) = match cli::parse(std::env::args_os().skip(1), |name| std::env::var_os(name)) {
        Err(error) => (MISUSED, error.to_string()),
        Ok(Command::Print(text)) => match print(&text, has_output) {
            Ok(()) => return 0,
            Err(error) => (UNWRITTEN, format!("cannot write to standard output: {error}")),
        },
        // Nothing of it is used after a panic. Without this one would abort the process before the log is written.
        Ok(Command::Serve(arguments)) => {
            match std::panic::catch_unwind(AssertUnwindSafe(|| runner::app::run(&arguments))) {
                Ok(Ok(())) => {
                    log::flush(log::PATIENCE);
                    return 0;
                }
                Ok(Err(error)) => (error.exit_code(), error.to_string()),
                Err(_) => (PANICKED, "the runner panicked".to_owned()),
            }
        }
    };
    log::last_words(&format!("modus-runner: {error}"), log::PATIENCE);
    code
}
