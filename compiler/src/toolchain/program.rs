//! Programs of others: whether they are there, which version they are, and what they print.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use super::resident::{Resident, Source};
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
pub(super) fn version_in(text: &str) -> Option<[u32; 3]> {
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

/// How a tool ended. What it printed is one text, in the order in which it came.
pub(super) struct Ran {
    pub(super) succeeded: bool,
    pub(super) text: String,
}

/// Runs tools, one after the other. Another thread can end the one that runs.
#[derive(Debug, Default)]
pub struct Tools {
    stays: bool,
    state: Mutex<State>,
    /// Whether they did what they were asked for, the last time.
    did_well: AtomicBool,
    resident: Mutex<Option<Resident>>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Running(Pid),
    Ended,
}

impl Tools {
    /// Tools for one build after the other, which may stay between two. They do not hear the signals of the terminal:
    /// whoever asks for them has to [`end`](Self::end) them.
    pub fn that_stay() -> Self {
        Self { stays: true, ..Self::default() }
    }

    /// Ends the tool that runs, with all that it has started if it is one that may stay. No other starts from now on.
    pub fn end(&self) {
        if let State::Running(tool) = std::mem::replace(&mut *self.state(), State::Ended) {
            let end = if self.stays { rustix::process::kill_process_group } else { rustix::process::kill_process };
            // One that has just ended needs nothing.
            let _ = end(tool, Signal::TERM);
        }
        // One that is asked at this moment was told to end, and whoever asks it lets go of it.
        let resident = match self.resident.try_lock() {
            Ok(mut resident) => resident.take(),
            Err(TryLockError::Poisoned(resident)) => resident.into_inner().take(),
            Err(TryLockError::WouldBlock) => None,
        };
        drop(resident);
    }

    /// Whether what they need was there the last time, so that it need not be looked for.
    pub(super) fn did_well(&self) -> bool {
        self.did_well.load(Ordering::Relaxed)
    }

    pub(super) fn note(&self, did_well: bool) {
        self.did_well.store(did_well, Ordering::Relaxed);
    }

    /// Asks a tool that stays, which is started where it is not there. None where these tools do not stay, or where it ends
    /// instead of answering.
    pub(super) fn ask(&self, source: impl FnOnce() -> Option<Source>, arguments: &[&str]) -> Option<Ran> {
        let source = if self.stays { source()? } else { return None };
        // After a panic there may be half an answer in it.
        let mut resident = self.resident.lock().unwrap_or_else(|poisoned| {
            let mut resident = poisoned.into_inner();
            *resident = None;
            resident
        });
        if let Some(there) = resident.take_if(|there| there.is_of(&source)) {
            // It may have ended since it was asked last.
            let ran = self.asked(there, arguments, &mut resident);
            if ran.is_some() {
                return ran;
            }
        }
        *resident = None;
        self.asked(Resident::start(source).ok()?, arguments, &mut resident)
    }

    /// Keeps it if it answers.
    fn asked(&self, mut asked: Resident, arguments: &[&str], kept: &mut Option<Resident>) -> Option<Ran> {
        let mut state = self.state();
        if matches!(*state, State::Ended) {
            return None;
        }
        *state = State::Running(asked.id());
        drop(state);
        let ran = asked.ask(arguments);
        let mut state = self.state();
        if matches!(*state, State::Ended) {
            return None;
        }
        *state = State::Idle;
        *kept = ran.is_some().then_some(asked);
        ran
    }

    /// Whether they were told to end.
    pub fn are_ended(&self) -> bool {
        matches!(*self.state(), State::Ended)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is whole at any time.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn status(&self, command: &mut Command) -> std::io::Result<ExitStatus> {
        if self.stays {
            command.process_group(0);
        }
        let mut state = self.state();
        if matches!(*state, State::Ended) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let mut child = command.spawn()?;
        let id = Pid::from_child(&child);
        *state = State::Running(id);
        drop(state);
        // Its number is its own until it is taken note of. Until then it may be told to end.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let ended = rustix::io::retry_on_intr(|| rustix::process::waitid(WaitId::Pid(id), options));
        let mut state = self.state();
        if matches!(*state, State::Running(_)) {
            *state = State::Idle;
        }
        drop(state);
        ended?;
        child.wait()
    }
}

/// Runs a tool in a folder, without a terminal and without colours.
///
/// # Errors
/// It cannot be started.
pub(super) fn run(tools: &Tools, app: &Path, program: &Path, arguments: &[&str]) -> Result<Ran, Vec<Diagnostic>> {
    let failed = |error: std::io::Error| {
        let message = format!("cannot run {}: {error}", program.display());
        vec![Diagnostic::error(codes::TOOL_FAILED, message)]
    };
    let printed = tempfile::tempfile().map_err(failed)?;
    let (stdout, stderr) = (printed.try_clone().map_err(failed)?, printed.try_clone().map_err(failed)?);
    let mut command = Command::new(program);
    command.args(arguments).current_dir(app).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    without_colours(&mut command);
    let status = tools.status(&mut command).map_err(failed)?;
    let text = read_again(printed).map_err(failed)?;
    Ok(Ran { succeeded: status.success(), text })
}

/// Has a tool print plain text. Some colour their messages where CI says so.
pub(super) fn without_colours(command: &mut Command) {
    command.env("NO_COLOR", "1").env_remove("FORCE_COLOR").env_remove("CI");
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
    fn a_tool_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().expect("a folder");
        let fifo = folder.path().join("fifo");
        let made = Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs");
        assert!(made.success());
        let tools = Tools::that_stay();
        std::thread::scope(|scope| {
            // Both hold the pipe open: whoever reads it comes to its end once both have ended.
            let script = "exec >fifo; echo started; sleep 600 & wait";
            let ran = scope.spawn(|| run(&tools, folder.path(), Path::new("sh"), &["-c", script]));
            let mut pipe = std::io::BufReader::new(std::fs::File::open(&fifo).expect("a pipe"));
            let mut line = String::new();
            std::io::BufRead::read_line(&mut pipe, &mut line).expect("a line");
            assert_eq!(line, "started\n");
            tools.end();
            let ran = ran.join().expect("no panic").expect("it ran");
            assert!(!ran.succeeded);
            assert_eq!(std::io::copy(&mut pipe, &mut std::io::sink()).expect("the end"), 0);
        });
        assert!(run(&tools, folder.path(), Path::new("true"), &[]).is_err(), "none starts any more");
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
