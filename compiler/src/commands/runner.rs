//! The runner that an executable app is made with.

use std::path::PathBuf;

use super::compile::Compile;
use crate::codes;
use crate::diagnostic::Diagnostic;

/// The program's name.
const NAME: &str = "modus-runner";

/// The runner's bytes; `None` where no executable is asked for.
pub(super) fn read(arguments: &Compile) -> Result<Option<Vec<u8>>, Diagnostic> {
    if !arguments.exe {
        return Ok(None);
    }
    let Some(path) = arguments.runner.clone().or_else(find) else {
        let message = format!("there is no {NAME} beside modusc or on PATH to make an executable with");
        return Err(Diagnostic::error(codes::RUNNER, message).with_help("name one with --runner"));
    };
    let failed = |error| Diagnostic::error(codes::READ_FILE, format!("cannot read {}: {error}", path.display()));
    std::fs::read(&path).map(Some).map_err(failed)
}

/// Beside modusc, else the first on PATH.
pub(super) fn find() -> Option<PathBuf> {
    let own = std::env::current_exe().ok();
    let beside = own.and_then(|own| Some(own.parent()?.to_owned()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    beside.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(NAME)).find(|file| file.is_file())
}
