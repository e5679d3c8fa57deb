//! The subcommands and what they share.

pub mod bench;
pub mod build;
pub mod check;
pub mod compile;
pub mod completions;
pub mod dev;
pub mod doctor;
pub mod explain;
pub mod inspect;
pub mod json_schema;
mod load;
pub mod new;
pub mod output;
mod runner;
pub mod schema;
pub mod stand_in;

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use abi::manifest::FILE_NAME;

use self::output::{Outcome, Output};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::pipeline::ManifestText;
use crate::render::{Format, Renderer};

/// A file's contents and how to call it.
struct Input {
    /// As the user named it; `<stdin>` for `-`.
    name: String,
    bytes: Vec<u8>,
}

/// Whether the path stands for standard input or output.
fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reads a file, or standard input for `-`.
fn read_input(path: &Path) -> Result<Input, Diagnostic> {
    if !is_dash(path) {
        let name = path.display().to_string();
        return match std::fs::read(path) {
            Ok(bytes) => Ok(Input { name, bytes }),
            Err(error) => Err(Diagnostic::error(codes::READ_FILE, format!("cannot read {name}: {error}"))),
        };
    }
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        return Err(Diagnostic::error(codes::USAGE, "standard input is a terminal; give it a module"));
    }
    let mut bytes = Vec::new();
    match stdin.read_to_end(&mut bytes) {
        Ok(_) => Ok(Input { name: "<stdin>".to_owned(), bytes }),
        Err(error) => Err(Diagnostic::error(codes::READ_FILE, format!("cannot read standard input: {error}"))),
    }
}

/// Reads a manifest.
fn read_manifest(path: &Path) -> Result<ManifestText, Diagnostic> {
    read_input(path).and_then(manifest_of)
}

/// A manifest from a file's contents.
fn manifest_of(input: Input) -> Result<ManifestText, Diagnostic> {
    match abi::manifest::text(input.bytes) {
        Ok(text) => Ok(ManifestText { text, file: input.name }),
        Err(error) => Err(Diagnostic::error(codes::MANIFEST_SYNTAX, error.to_string()).in_file(&input.name)),
    }
}

/// The manifest beside a module, if there is one.
fn beside(module: &Path) -> Result<Option<ManifestText>, Diagnostic> {
    let path = module.with_file_name(FILE_NAME);
    match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        _ => read_manifest(&path).map(Some),
    }
}

fn keep<T>(result: Result<T, Diagnostic>) -> (Option<T>, Vec<Diagnostic>) {
    match result {
        Ok(value) => (Some(value), Vec::new()),
        Err(diagnostic) => (None, vec![diagnostic]),
    }
}

/// Writes a file so that a reader finds the old one or the new one, never a part.
fn write_file(path: &Path, bytes: &[u8], executable: bool) -> Result<(), Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::error(codes::WRITE_FILE, format!("cannot write {}: {error}", path.display()))
    };
    // A link keeps pointing where it does; a device or pipe is written to.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if std::fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return std::fs::write(&target, bytes).map_err(failed);
    }
    written_beside(&target, bytes, executable).map_err(failed)
}

/// The file is whole before it has its name. Until then it has a short one: that of the target may be as long as names can be.
fn written_beside(target: &Path, bytes: &[u8], executable: bool) -> std::io::Result<()> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // What others may do with it is up to the umask. It is removed where something fails.
    let permissions = std::fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().prefix(".modusc-").permissions(permissions).tempfile_in(folder)?;
    file.write_all(bytes)?;
    if executable {
        // Whoever may read it may run it.
        let mode = file.as_file().metadata()?.permissions().mode();
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))?;
    }
    // Not forced to the disk: what a power failure leaves unfinished is noticed when it is loaded.
    file.persist(target)?;
    Ok(())
}

/// Writes to standard output, and says why where that fails. A reader that has gone away (`| head`) is no failure.
fn print(output: &Output, bytes: &[u8]) -> Outcome {
    print_to(output, std::io::stdout().lock(), bytes)
}

/// The same for a text with colours, which only terminals get.
pub fn print_styled(output: &Output, text: &str) -> Outcome {
    print_to(output, anstream::stdout().lock(), text.as_bytes())
}

fn print_to(output: &Output, mut stdout: impl Write, bytes: &[u8]) -> Outcome {
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            fail(output, Diagnostic::error(codes::WRITE_FILE, format!("cannot write to standard output: {error}")))
        }
        _ => Outcome::Done,
    }
}

/// Writes diagnostics to standard error and tells how the run ends.
fn report(output: &Output, renderer: &Renderer, diagnostics: &[Diagnostic]) -> Outcome {
    let mut stderr = anstream::stderr().lock();
    for diagnostic in diagnostics.iter().filter(|diagnostic| !output.quiet || diagnostic.is_error()) {
        // There is nowhere left to complain to.
        let _ = renderer.write(&mut stderr, std::slice::from_ref(diagnostic));
    }
    if output.format() == Format::Human && !output.quiet {
        let _ = stderr.write_all(where_to_read_more(diagnostics).as_bytes());
    }
    outcome(diagnostics)
}

/// Which pages explain the errors. Those about files and usage say it all.
fn where_to_read_more(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|found| found.is_error() && !found.code.starts_with(codes::PLAIN));
    let codes: BTreeSet<&str> = errors.map(|error| error.code).collect();
    let Some(first) = codes.first() else { return String::new() };
    match codes.len() {
        1 => format!("More about it: modusc explain {first}\n"),
        _ => format!("More about them: modusc explain {first}, and so for each code\n"),
    }
}

/// How a run with these diagnostics ends.
fn outcome(diagnostics: &[Diagnostic]) -> Outcome {
    let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).peekable();
    if errors.peek().is_none() {
        Outcome::Done
    } else if errors.all(|error| error.code == codes::USAGE) {
        Outcome::Usage
    } else {
        Outcome::Refused
    }
}

/// Reports one error without source text.
fn fail(output: &Output, diagnostic: Diagnostic) -> Outcome {
    report(output, &Renderer::new(output.format()), &[diagnostic])
}
