//! Programs of others: whether they are there, which version they are, and what they print.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::codes;
use crate::diagnostic::Diagnostic;

/// Something that building needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What it is called.
    pub name: &'static str,
    /// Which of it does, in words: `20 or newer`.
    pub wanted: String,
    /// What there is.
    pub found: Found,
    /// How to get it.
    pub advice: String,
}

/// What there is of something that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It does: its version.
    Good(String),
    /// It is there, and does not do: its version, or what is wrong.
    Wrong(String),
    /// It is not there.
    Missing,
}

impl Need {
    /// A program of at least this version, as `arguments` make it tell.
    pub(super) fn program(name: &'static str, arguments: &[&str], least: [u32; 3], advice: &str) -> Self {
        let found = match output_of(Command::new(name).args(arguments)) {
            Err(_) => Found::Missing,
            Ok(text) => match version_in(&text) {
                Some(version) if version >= least => Found::Good(shown(version)),
                Some(version) => Found::Wrong(shown(version)),
                None => Found::Wrong("of a version that it does not tell".to_owned()),
            },
        };
        let wanted = format!("{} or newer", shown(least).trim_end_matches(".0"));
        Self { name, wanted, found, advice: advice.to_owned() }
    }

    /// What there is to say where it does not do.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        let Self { name, wanted, advice, .. } = self;
        let message = match &self.found {
            Found::Good(_) => return None,
            Found::Missing => format!("{name} is missing; {wanted} is needed"),
            Found::Wrong(what) => format!("{name} is {what}; {wanted} is needed"),
        };
        Some(Diagnostic::error(codes::TOOL_MISSING, message).with_help(advice.clone()))
    }
}

fn shown([major, minor, patch]: [u32; 3]) -> String {
    format!("{major}.{minor}.{patch}")
}

/// The first version in a text: numbers with points between them.
fn version_in(text: &str) -> Option<[u32; 3]> {
    let candidates = text.split(|character: char| !character.is_ascii_digit() && character != '.');
    let numbers = candidates.map(|word| word.trim_matches('.').split('.').map(str::parse::<u32>).collect::<Vec<_>>());
    // "go1.26" and "version 108" are versions as well; a lone digit of a sentence is none.
    let found = numbers
        .filter(|parts| parts.iter().all(Result::is_ok))
        .find(|parts| parts.len() > 1 || matches!(parts.first(), Some(Ok(n)) if *n > 9))?;
    let part = |index: usize| found.get(index).and_then(|part| part.clone().ok()).unwrap_or(0);
    Some([part(0), part(1), part(2)])
}

/// What a program prints, if it runs and succeeds.
fn output_of(command: &mut Command) -> std::io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(std::io::Error::other("it failed"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

/// Runs a tool in a folder. What it prints is one text, in the order in which it came.
pub(super) struct Ran {
    pub(super) succeeded: bool,
    pub(super) text: String,
}

/// Runs a tool in a folder, without a terminal and without colours.
///
/// # Errors
/// It cannot be started.
pub(super) fn run(app: &Path, program: &Path, arguments: &[&str]) -> Result<Ran, Vec<Diagnostic>> {
    let failed = |error: std::io::Error| {
        let message = format!("cannot run {}: {error}", program.display());
        vec![Diagnostic::error(codes::TOOL_FAILED, message)]
    };
    let printed = tempfile::tempfile().map_err(failed)?;
    let (stdout, stderr) = (printed.try_clone().map_err(failed)?, printed.try_clone().map_err(failed)?);
    let mut command = Command::new(program);
    command.args(arguments).current_dir(app).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    // Tools colour their messages where CI says so.
    command.env("NO_COLOR", "1").env_remove("FORCE_COLOR").env_remove("CI");
    let status = command.status().map_err(failed)?;
    let text = read_again(printed).map_err(failed)?;
    Ok(Ran { succeeded: status.success(), text })
}

fn read_again(mut file: std::fs::File) -> std::io::Result<String> {
    use std::io::{Read as _, Seek as _};
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a tool said that failed and named no place in the sources: the end of its text.
pub(super) fn failure(tool: &str, text: &str) -> Diagnostic {
    const LINES: usize = 20;
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n");
    let said = if last.is_empty() { "it said nothing".to_owned() } else { last };
    Diagnostic::error(codes::TOOL_FAILED, format!("{tool} failed: {said}"))
}

/// The nearest file of this name, in the folder or one above it, as Node.js looks for packages.
pub(super) fn upwards(app: &Path, name: &str) -> Option<PathBuf> {
    let app = std::fs::canonicalize(app).ok()?;
    app.ancestors().map(|folder| folder.join(name)).find(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (text, expected) in [
            ("go version go1.26.8 linux/amd64", Some([1, 26, 8])),
            ("go version go1.26 linux/amd64", Some([1, 26, 0])),
            ("v20.20.2\n", Some([20, 20, 2])),
            ("tinygo version 0.41.0 linux/amd64 (using go version go1.26.8 and LLVM version 19.1.7)", Some([0, 41, 0])),
            ("wasm-opt version 108\n", Some([108, 0, 0])),
            ("wasm-opt version 120 (version_120)", Some([120, 0, 0])),
            ("none", None),
        ] {
            assert_eq!(version_in(text), expected, "{text}");
        }
    }

    #[test]
    fn needs_that_are_not_met() {
        let missing = Need::program("no-such-program", &["--version"], [1, 2, 0], "get it");
        assert_eq!(missing.found, Found::Missing);
        let diagnostic = missing.diagnostic().expect("a diagnostic");
        assert_eq!(diagnostic.message, "no-such-program is missing; 1.2 or newer is needed");
        let old = Need::program("sh", &["-c", "echo version 1.1.9"], [1, 2, 0], "get it");
        assert_eq!(old.found, Found::Wrong("1.1.9".to_owned()));
        let good = Need::program("sh", &["-c", "echo 1.2.0"], [1, 2, 0], "get it");
        assert_eq!(good.diagnostic(), None);
    }
}
