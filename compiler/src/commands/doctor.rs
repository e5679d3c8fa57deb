//! `modusc doctor`: what building apps needs, and what of it is missing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{Outcome, Output};
use super::{fail, print_styled, runner};
use crate::toolchain::{self, Found, Need, TOOLCHAINS, Toolchain};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// An app's folder: only what this app needs [default: what apps of each language need]
    pub app: Option<PathBuf>,
}

/// Runs the command. It is refused where an app, or apps of every language, cannot be built.
pub fn run(arguments: &Doctor, output: &Output) -> Outcome {
    let app = arguments.app.as_deref();
    let asked: Vec<&dyn Toolchain> = match app.map(toolchain::of).transpose() {
        Err(diagnostic) => return fail(output, diagnostic),
        Ok(Some(toolchain)) => vec![toolchain],
        Ok(None) => TOOLCHAINS.to_vec(),
    };
    let mut text = String::new();
    let mut is_any_complete = false;
    for toolchain in asked {
        is_any_complete |= tell(&mut text, toolchain, app);
    }
    let runner = runner::find();
    let found = runner.as_ref().map_or(Found::Missing, |path| Found::Good(path.display().to_string()));
    let advice = "put modus-runner beside modusc, or on PATH".to_owned();
    let _ = writeln!(text, "\x1b[1mServing\x1b[0m");
    line(&mut text, &Need { name: "modus-runner", wanted: "the one of this release".to_owned(), found, advice });
    match print_styled(output, &text) {
        Outcome::Done if is_any_complete && runner.is_some() => Outcome::Done,
        Outcome::Done => Outcome::Refused,
        failed => failed,
    }
}

/// Tells of a language; whether all is there.
fn tell(text: &mut String, toolchain: &dyn Toolchain, app: Option<&Path>) -> bool {
    let needs = toolchain.needs(app);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\x1b[1m{}\x1b[0m", toolchain.language());
    needs.iter().for_each(|need| line(text, need));
    needs.iter().all(|need| matches!(need.found, Found::Good(_)))
}

fn line(text: &mut String, need: &Need) {
    let Need { name, wanted, advice, .. } = need;
    let _ = match &need.found {
        Found::Good(what) => writeln!(text, "  \x1b[32m✓\x1b[0m {name}: {what}"),
        Found::Wrong(what) => {
            writeln!(text, "  \x1b[31m✗\x1b[0m {name}: {what}, but {wanted} is needed\n      {advice}")
        }
        Found::Missing => writeln!(text, "  \x1b[31m✗\x1b[0m {name}: missing, {wanted} is needed\n      {advice}"),
    };
}
