//! `modusc bench`: cold start, latency, throughput and memory of an app, through the real runner.

mod arguments;
mod example;
mod heap;
mod json;
mod machine;
mod measure;
mod progress;
mod questions;
mod server;
mod subject;
mod text;

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

pub use arguments::Bench;

use self::machine::Machine;
use self::measure::{Figures, Measurement};
use self::progress::Progress;
use self::questions::Questions;
use self::subject::Subject;
use super::output::{Outcome, Output};
use super::{print_styled, report};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::render::Renderer;
use crate::room;

/// All that there is to tell.
struct Report<'r> {
    arguments: &'r Bench,
    machine: Machine,
    subject: Subject,
    questions: Questions,
    figures: Figures,
}

/// Runs the command.
pub fn run(arguments: &Bench, output: &Output) -> Outcome {
    let renderer = Renderer::new(output.format());
    let result = match measure(arguments, output) {
        Ok(Some(result)) => result,
        Ok(None) => return Outcome::Interrupted,
        Err(diagnostic) => return report(output, &renderer, &[diagnostic]),
    };
    let text = if arguments.json { format!("{:#}\n", json::object(&result)) } else { text::table(&result) };
    let printed = print_styled(output, &text);
    match report(output, &renderer, &result.failures()) {
        Outcome::Done => printed,
        failed => failed,
    }
}

/// Everything measured; `None` after an interruption.
fn measure<'b>(arguments: &'b Bench, output: &Output) -> Result<Option<Report<'b>>, Diagnostic> {
    let machine = Machine::now();
    let subject = Subject::open(arguments)?;
    let questions = questions::choose(arguments, &subject.program)?;
    let headers = arguments::headers(&arguments.header)?;
    let progress = Progress::new(output);
    let failed = |error| Diagnostic::error(codes::IO, format!("cannot start measuring: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let measurement = Measurement { arguments, subject: &subject, headers: &headers, progress: &progress };
    let figures = runtime.block_on(async {
        let interrupted = interrupted().map_err(failed)?;
        // What is not finished is dropped, and its server with it.
        tokio::select! {
            figures = measurement.run(&questions.asked) => figures.map(Some),
            () = interrupted => Ok(None),
        }
    })?;
    drop(progress);
    Ok(figures.map(|figures| Report { arguments, machine, subject, questions, figures }))
}

/// Resolves when the user, or whoever started this process, wants it to end.
pub(super) fn interrupted() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate, mut hang_up) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

impl Report<'_> {
    /// What makes the run one that failed: a query of the command line, or everything.
    fn failures(&self) -> Vec<Diagnostic> {
        let calls = &self.figures.calls;
        let failed = calls.iter().filter_map(|(question, call)| Some((question, call.as_ref().err()?)));
        let given: Vec<Diagnostic> = failed
            .filter(|(question, _)| question.given)
            .map(|(question, reason)| {
                Diagnostic::error(codes::BENCH, format!("the query {} failed: {reason}", question.label))
            })
            .collect();
        let all_failed = !calls.is_empty() && calls.iter().all(|(_, call)| call.is_err());
        if given.is_empty() && all_failed {
            return vec![Diagnostic::error(codes::BENCH, "every field that was called failed")];
        }
        given
    }

    /// What the user should know to read the figures.
    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.questions.note.iter().cloned().collect();
        if self.subject.program.start.is_some() {
            let code = codes::PREINIT;
            notes.push(format!(
                "the app is initialised in each call, which takes longer: modusc says why when it compiles it ({code})"
            ));
        }
        if self.machine.is_busy() {
            notes.push(
                "the machine was busy before the measurement began: these times are too long and these rates too low"
                    .to_owned(),
            );
        }
        for (question, call) in &self.figures.calls {
            let usage = call.as_ref().ok().and_then(|call| call.usage);
            if let Some(note) = usage.and_then(|usage| usage.note(room::free(self.subject.program.memory))) {
                notes.push(format!("{}: {note}", question.label));
            }
            if let Ok(call) = call
                && let Some(failure) = &call.load.failure
            {
                let (failed, all) = (call.load.failed, call.load.failed + call.load.succeeded);
                notes.push(format!("{}: {failed} of {all} requests under load failed: {failure}", question.label));
            }
        }
        notes
    }
}
