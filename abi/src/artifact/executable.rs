//! A runner and an app in one file.

use object::LittleEndian as LE;
use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64};
use object::read::elf::FileHeader as _;
use thiserror::Error;

use super::Artifact;
use crate::engine::RUNNER_MARK;

/// Where the app begins behind the runner: the largest page size there is, so that its parts can be mapped.
pub(super) const BOUNDARY: usize = 64 << 10;

/// Why no executable app can be made of a runner.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RunnerError {
    /// Not a program for Linux.
    #[error("the runner is not an executable ELF file")]
    NotAnExecutable,
    /// A program for another processor.
    #[error("the runner is not a program for {target}; give one with --runner")]
    Target {
        /// The app's target.
        target: String,
    },
    /// Some other program, or a runner of another release.
    #[error("it is no modus-runner of version {}; give the one of the same release with --runner", env!("CARGO_PKG_VERSION"))]
    NotARunner,
    /// An executable app.
    #[error("the runner holds an app already; give a plain modus-runner with --runner")]
    HoldsAnApp,
}

/// The file header of a runner for `target`.
pub(super) fn header(runner: &[u8], target: &str) -> Result<FileHeader64<LE>, RunnerError> {
    let header = FileHeader64::<LE>::parse(runner).map_err(|_| RunnerError::NotAnExecutable)?;
    if header.e_phnum.get(LE) == 0 {
        return Err(RunnerError::NotAnExecutable);
    }
    let machine = match target.split('-').next() {
        Some("aarch64") => Some(EM_AARCH64),
        Some("x86_64") => Some(EM_X86_64),
        _ => None,
    };
    if machine != Some(header.e_machine.get(LE)) {
        return Err(RunnerError::Target { target: target.to_owned() });
    }
    if Artifact::parse(runner).is_ok() {
        return Err(RunnerError::HoldsAnApp);
    }
    let mark = RUNNER_MARK.as_bytes();
    if !runner.windows(mark.len()).any(|bytes| bytes == mark) {
        return Err(RunnerError::NotARunner);
    }
    Ok(*header)
}

#[cfg(test)]
mod tests {
    use super::{RunnerError, header};

    /// This test is a program for this machine, and no runner.
    #[test]
    fn a_program_is_for_one_target() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let refused = |target: &str| matches!(header(&program, target), Err(RunnerError::Target { .. }));
        assert!(!refused(&crate::cpu::target()));
        for other in ["riscv64gc-unknown-linux-gnu", "wasm32-wasip1", ""] {
            assert!(refused(other), "{other}");
        }
    }
}
