//! A module as a native program, kept running and asked line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::{Result, Subject};

/// A running program; killed when dropped.
pub(crate) struct Native {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Native {
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let (questions, answers) = (child.stdin.take(), child.stdout.take());
        let (Some(questions), Some(answers)) = (questions, answers) else { return Err("no pipes".into()) };
        Ok(Self { child, questions, answers: BufReader::new(answers) })
    }
}

impl Subject for Native {
    fn run(&mut self, function: &str) -> Result<(u32, u64)> {
        writeln!(self.questions, "{function}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let (checksum, time) = line.trim().split_once(' ').ok_or("a native program ended")?;
        Ok((checksum.parse()?, time.parse()?))
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
