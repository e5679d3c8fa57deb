//! A tool that stays, and is asked for one build after the other: one that has run before takes a part of the time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::SystemTime;

use rustix::process::{Pid, Signal};
use serde::Deserialize;

use super::program::{self, Ran};

/// What a tool that stays is made of. With other files another one is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    app: PathBuf,
    program: &'static str,
    script: PathBuf,
    changed: Vec<Option<SystemTime>>,
}

impl Source {
    /// A script that a program runs, for an app. It is as it was as long as these files are.
    pub(super) fn of(app: &Path, program: &'static str, script: PathBuf, files: &[PathBuf]) -> Self {
        let changed = |file: &PathBuf| file.metadata().and_then(|about| about.modified()).ok();
        Self { app: app.to_owned(), program, changed: files.iter().chain([&script]).map(changed).collect(), script }
    }
}

/// A tool that is running.
#[derive(Debug)]
pub(super) struct Resident {
    source: Source,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Answer {
    status: i32,
    text: String,
}

impl Resident {
    /// Starts it, in the app's folder and a process group of its own.
    pub(super) fn start(source: Source) -> std::io::Result<Self> {
        let mut command = Command::new(source.program);
        program::without_colours(command.arg(&source.script).current_dir(&source.app));
        // What it says when it cannot begin, the tool that does not stay says as well.
        let child = command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = child.spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (questions, answers) = pipes.ok_or_else(|| std::io::Error::other("it has no pipes"))?;
        Ok(Self { source, child, questions, answers: BufReader::new(answers) })
    }

    pub(super) fn is_of(&self, source: &Source) -> bool {
        self.source == *source
    }

    pub(super) fn id(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Has it do what these arguments say. None where it has ended, or says what is no answer.
    pub(super) fn ask(&mut self, arguments: &[&str]) -> Option<Ran> {
        let question = serde_json::to_string(arguments).ok()?;
        self.questions.write_all((question + "\n").as_bytes()).ok()?;
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        let Answer { status, text } = serde_json::from_str(&line).ok()?;
        Some(Ran { succeeded: status == 0, text })
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        // One that has ended by itself needs nothing; it is waited for all the same.
        let _ = rustix::process::kill_process_group(self.id(), Signal::TERM);
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::Tools;
    use super::*;

    /// Answers with its number and how often it was asked, and ends when it is told to.
    const SCRIPT: &str = r#"
        count=0
        while read -r question; do
            count=$((count + 1))
            [ "$question" != '["end"]' ] || exit 1
            echo "{\"status\":0,\"text\":\"$$ $count\"}"
        done
    "#;

    #[test]
    fn a_tool_is_asked_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (script, mark) = (folder.path().join("tool.sh"), folder.path().join("mark"));
        std::fs::write(&script, SCRIPT).expect("a file");
        let source = || Some(Source::of(folder.path(), "sh", script.clone(), std::slice::from_ref(&mark)));
        let tools = Tools::that_stay();
        let ask = |argument: &str| {
            let text = tools.ask(source, &[argument])?.text;
            let (id, count) = text.split_once(' ')?;
            Some((id.parse::<i32>().ok()?, count.to_owned()))
        };
        let (first, count) = ask("build").expect("an answer");
        assert_eq!(count, "1");
        assert_eq!(ask("build"), Some((first, "2".to_owned())));
        std::fs::write(&mark, "").expect("a file");
        let (second, count) = ask("build").expect("an answer");
        assert!(second != first && count == "1", "another one, of other files");
        assert_eq!(ask("end"), None, "nor does one that has just begun answer");
        let (third, count) = ask("build").expect("an answer");
        assert!(third != second && count == "1");
        tools.end();
        assert_eq!(ask("build"), None, "none starts any more");
        for id in [first, second, third] {
            let id = Pid::from_raw(id).expect("a number");
            assert_eq!(rustix::process::test_kill_process(id), Err(rustix::io::Errno::SRCH), "{id:?} is left");
        }
        assert!(Tools::default().ask(source, &["build"]).is_none(), "those for one build do not stay");
    }
}
