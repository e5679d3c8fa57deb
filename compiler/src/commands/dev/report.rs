//! What became of the last build, in a file: the runner's API explorer shows it in development (`explorer` section 6.1).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::commands::write_file;
use crate::diagnostic::Diagnostic;
use crate::render;
use crate::toolchain::BUILD;

/// Findings that are told. A missing bracket can have thousands.
const MOST: usize = 200;

/// Where a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It goes on.
    Building,
    /// The app before is served on.
    Failed,
    /// There is an artifact.
    Built,
}

/// A file with what became of the last build; gone with this.
pub(super) struct Report {
    path: PathBuf,
}

impl Report {
    /// In the folder of what is built.
    pub(super) fn of(app: &Path) -> Self {
        Self { path: app.join(BUILD).join(".report.json") }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Tells it, as a whole: the runner reads it at any time. The app can be worked on without, so nobody hears of a disk that
    /// is full.
    pub(super) fn tell(&self, state: State, findings: &[Diagnostic]) {
        let _ = self.path.parent().map(std::fs::create_dir_all);
        let _ = write_file(&self.path, text(state, findings).as_bytes(), false);
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// `state` is a word; `findings` are as `--message-format json` has them, errors first.
fn text(state: State, findings: &[Diagnostic]) -> String {
    let word = match state {
        State::Building => "building",
        State::Failed => "failed",
        State::Built => "built",
    };
    let mut findings: Vec<&Diagnostic> = findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let findings: Vec<Value> = findings.into_iter().take(MOST).map(render::json_value).collect();
    json!({"state": word, "findings": findings}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;
    use crate::diagnostic::Location;

    #[test]
    fn it_is_there_while_it_is_worked_on() {
        let app = tempfile::tempdir().expect("a folder");
        let report = Report::of(app.path());
        let read =
            |path: &Path| serde_json::from_slice::<Value>(&std::fs::read(path).expect("the report")).expect("JSON");
        report.tell(State::Building, &[]);
        assert_eq!(read(report.path()), json!({"state": "building", "findings": []}));
        let place = Location { file: "main.go".to_owned(), line: 7, column: 2, ..Location::default() };
        let warning = Diagnostic::warning(codes::IO, "rather not");
        let findings = [warning, Diagnostic::error(codes::IO, "no").at(place)];
        report.tell(State::Failed, &findings);
        let error =
            json!({"code": codes::IO, "severity": "error", "message": "no", "file": "main.go", "line": 7, "column": 2});
        let warning = json!({"code": codes::IO, "severity": "warning", "message": "rather not"});
        assert_eq!(read(report.path()), json!({"state": "failed", "findings": [error, warning]}));
        report.tell(State::Built, &vec![findings[0].clone(); MOST + 1]);
        assert_eq!(read(report.path())["findings"].as_array().map(Vec::len), Some(MOST));
        let path = report.path().to_owned();
        drop(report);
        assert!(!path.exists());
        assert_eq!(std::fs::read_dir(path.parent().expect("a folder")).expect("a folder").count(), 0);
    }
}
