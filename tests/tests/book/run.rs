//! Running a page: its commands in one shell, in a folder of their own, with the real programs first on PATH.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use tests::services::free_port;

use crate::page::{Action, Exchange, Page, matches, session};

const PREAMBLE: &str = include_str!("preamble.sh");
/// The port that pages name; each page gets a free one in its place.
const PORT: &str = "8686";

/// The programs as they lie in a release archive, with the SDK where `modusc new` looks for it.
pub struct Installed {
    folder: TempDir,
}

impl Installed {
    /// Puts them side by side. They are linked, because they are large.
    pub fn new() -> Self {
        let built = tests::binary("modusc");
        let folder = tempfile::tempdir_in(built.parent().expect("a folder")).expect("a folder");
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).expect("a folder");
        for name in ["modusc", "modus-runner"] {
            let (from, to) = (tests::binary(name), bin.join(name));
            if std::fs::hard_link(&from, &to).is_err() {
                std::fs::copy(&from, &to).expect("a copy");
            }
        }
        let sdk = tests::root().join("sdk");
        std::os::unix::fs::symlink(sdk, folder.path().join("sdk")).expect("a link");
        Self { folder }
    }

    fn path(&self) -> std::ffi::OsString {
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(self.folder.path().join("bin")).chain(std::env::split_paths(&rest));
        std::env::join_paths(all).expect("folders of PATH")
    }
}

/// How a page went.
pub struct Ran {
    /// What went wrong, with its line.
    pub problems: Vec<String>,
    /// The page with what its commands printed.
    pub mended: String,
}

/// Runs what a page has its reader do.
pub fn run(source: &str, installed: &Installed) -> Ran {
    let page = Page::read(source);
    let mut ran = Ran { problems: page.problems.clone(), mended: source.to_owned() };
    if page.steps.is_empty() {
        return ran;
    }
    let (folder, steps) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let port = free_port().to_string();
    let script = steps.path().join("script");
    std::fs::write(&script, self::script(&page, &port)).expect("written");
    let mut command = Command::new("bash");
    command.arg(&script).current_dir(folder.path()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_ours(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command.env("PATH", installed.path()).env("PORT", &port).env("STEPS", steps.path()).env("BOOK", tests::root());
    let output = command.output().expect("bash runs");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    judge(&page, steps.path(), &port, &complaint, &mut ran);
    ran
}

/// Variables of these tests, which no reader has.
fn is_ours(name: &str) -> bool {
    name.starts_with("MODUS") || name.starts_with("CARGO") || ["CI", "FORCE_COLOR", "RUST_LOG"].contains(&name)
}

/// All steps as one script. Each writes its output and status into files by its number.
fn script(page: &Page, port: &str) -> String {
    let mut script = PREAMBLE.to_owned();
    let (out, mut number) = ("\"$STEPS/", 0);
    for step in &page.steps {
        let mut add = |text: String, is_done: bool| {
            script.push_str(&text.replace(PORT, port));
            number += usize::from(is_done);
            number
        };
        let at = add(String::new(), false);
        match &step.action {
            Action::Commands(text) => {
                add(format!("set -e\n{{\n{text}\n}} >{out}{at}.out\" 2>&1\nset +e\ncheck {at} 0 works\n"), true);
            }
            Action::Server(text) => {
                let started = format!("(\nset -e\n{text}\n) >{out}{at}.out\" 2>&1 &\nserver=$!\n");
                add(format!("stop_server\nset -m\n{started}set +m\nwait_for_server {at}\ncheck {at} 0 works\n"), true);
            }
            Action::Session(exchanges) => {
                let mut at = at;
                for exchange in exchanges {
                    let end = if exchange.fails() { "fails" } else { "works" };
                    let command = &exchange.command;
                    at = add(format!("{{\n{command}}} >{out}{at}.out\" 2>&1\ncheck {at} $? {end}\n"), true);
                }
            }
            Action::File { name, text } => {
                add(format!("mkdir -p \"$(dirname {name})\"\ncat >{name} <<'END OF FILE'\n{text}END OF FILE\n"), false);
            }
        }
    }
    script
}

/// Compares what was printed with what the page says.
fn judge(page: &Page, steps: &Path, port: &str, complaint: &str, ran: &mut Ran) {
    let mut number = 0;
    let mut mended = Vec::new();
    for step in &page.steps {
        match &step.action {
            Action::File { .. } => {}
            Action::Commands(_) | Action::Server(_) => {
                let result = Result::of(steps, number, port);
                number += 1;
                if result.status != Some(0) {
                    return ran.problems.push(format!("{}: {}{complaint}", step.line, result.told()));
                }
            }
            Action::Session(exchanges) => {
                let mut seen = Vec::new();
                for exchange in exchanges {
                    let result = Result::of(steps, number, port);
                    number += 1;
                    let ended = result.status.is_some_and(|status| (status != 0) == exchange.fails());
                    if !ended {
                        let (command, told) = (&exchange.command, result.told());
                        return ran.problems.push(format!("{}: {command}{told}{complaint}", step.line));
                    }
                    if !matches(&exchange.output, &result.output) {
                        let Exchange { command, output } = exchange;
                        let difference = format!("the page has\n{output}and it printed\n{}", result.output);
                        ran.problems.push(format!("{}: {command}{difference}", step.line));
                    }
                    let is_right = matches(&exchange.output, &result.output);
                    let output = if is_right { exchange.output.clone() } else { result.output };
                    seen.push(Exchange { command: exchange.command.clone(), output });
                }
                mended.push((step.range.clone(), session(&seen)));
            }
        }
    }
    for (range, text) in mended.into_iter().rev() {
        ran.mended.replace_range(range, &text);
    }
}

/// What became of a command.
struct Result {
    status: Option<i32>,
    output: String,
}

impl Result {
    fn of(steps: &Path, number: usize, port: &str) -> Self {
        let read = |ending: &str| -> std::io::Result<Vec<u8>> {
            let path: PathBuf = steps.join(format!("{number}.{ending}"));
            std::fs::read(path)
        };
        let status = read("status").ok().and_then(|text| String::from_utf8_lossy(&text).trim().parse().ok());
        let mut output = String::from_utf8_lossy(&read("out").unwrap_or_default()).replace(port, PORT);
        if !output.is_empty() && !output.ends_with('\n') {
            output.push('\n');
        }
        Self { status, output }
    }

    fn told(&self) -> String {
        let status = self
            .status
            .map_or("it did not get there, or ended the shell".to_owned(), |status| format!("it ended with {status}"));
        format!("{status}:\n{}", self.output)
    }
}
