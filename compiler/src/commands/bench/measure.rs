//! The measurement itself: a trial, cold starts, then calls and memory of one server.

use std::time::Duration;

use loadgen::client::{Connection, HeaderMap, Message};
use loadgen::load::{self, Load};
use loadgen::samples::{Samples, Summary};

use super::arguments::Bench;
use super::heap::{Counts, Usage};
use super::progress::Progress;
use super::questions::Question;
use super::server::Server;
use super::subject::Subject;
use crate::codes;
use crate::diagnostic::Diagnostic;

/// What a server does right after its first answer is part of being idle.
const SETTLE: Duration = Duration::from_millis(300);
/// Seconds of load in all, unless told.
const SECONDS_IN_ALL: f64 = 5.0;
/// Seconds of load for one of them, unless told.
const SECONDS_EACH: std::ops::RangeInclusive<f64> = 0.1..=2.0;
/// A page that neither GraphQL nor the sandbox has to do with.
pub(super) const FLOOR: &str = abi::reserved_paths::LIVE;

/// All figures.
#[derive(Debug)]
pub(super) struct Figures {
    /// The app's environment, such as `prod`.
    pub(super) environment: String,
    /// Time to the first answer, for each question that was the first.
    pub(super) cold: Vec<(Question, Summary<Duration>)>,
    /// Latency of a page without GraphQL.
    pub(super) floor: Option<Summary<Duration>>,
    /// Each question with its figures, or why there are none.
    pub(super) calls: Vec<(Question, Result<Call, String>)>,
    /// Bytes resident after the first answer and at the peak.
    pub(super) memory: Option<(u64, u64)>,
    /// Seconds of load for each question.
    pub(super) seconds: f64,
}

/// Figures of one question.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) latency: Summary<Duration>,
    pub(super) load: Load,
    /// What its calls do to their memory; `None` where the runner does not tell, or nothing was called.
    pub(super) usage: Option<Usage>,
}

/// A measurement under way.
pub(super) struct Measurement<'m> {
    pub(super) arguments: &'m Bench,
    pub(super) subject: &'m Subject,
    pub(super) headers: &'m HeaderMap,
    pub(super) progress: &'m Progress,
}

impl Measurement<'_> {
    /// Measures everything. Dropping the future ends the server.
    ///
    /// # Errors
    /// A server that does not start, refuses the simplest query, or ends.
    pub(super) async fn run(&self, asked: &[Question]) -> Result<Figures, Diagnostic> {
        self.progress.show("trying each query once");
        let (environment, failures) = self.trial(asked).await?;
        let usable =
            || asked.iter().zip(&failures).filter(|(_, failure)| failure.is_none()).map(|(question, _)| question);
        let mut first = vec![Question::typename()];
        if asked.iter().any(|question| question.given) {
            first.extend(usable().filter(|question| question.given).cloned());
        } else {
            first.extend(usable().next().cloned());
        }
        let cold = self.cold_starts(first).await?;
        let seconds = self.arguments.seconds.unwrap_or_else(|| {
            let each = SECONDS_IN_ALL / usable().count().max(1) as f64;
            each.clamp(*SECONDS_EACH.start(), *SECONDS_EACH.end())
        });
        let mut server = self.subject.launch.start().await?;
        let mut connection = open(&server).await?;
        // The last of them: a call, if there is one that works.
        if let Some((question, _)) = cold.last() {
            self.first_answer(&mut connection, question).await?;
        }
        tokio::time::sleep(SETTLE).await;
        let idle = server.memory();
        let length = Duration::from_secs_f64(seconds);
        self.progress.show(FLOOR);
        let floor = load::latency(server.address, &Message::get(FLOOR), length / 2).await.ok();
        let mut calls = Vec::new();
        for (index, (question, failure)) in asked.iter().zip(failures).enumerate() {
            self.progress.show(&format!("{} ({} of {})", question.label, index + 1, asked.len()));
            let call = match failure {
                Some(failure) => Err(failure),
                None => self.call(&server, question, length).await,
            };
            server.check_alive()?;
            calls.push((question.clone(), call));
        }
        // The kernel's peak may lag behind what it has told as resident.
        let memory = idle.zip(server.memory()).map(|((idle, _), (now, peak))| (idle, peak.max(now).max(idle)));
        Ok(Figures { environment, cold, floor, calls, memory, seconds })
    }

    /// Asks each question once. This also brings the files into the page cache.
    async fn trial(&self, asked: &[Question]) -> Result<(String, Vec<Option<String>>), Diagnostic> {
        let mut server = self.subject.launch.start().await?;
        self.first_answer(&mut open(&server).await?, &Question::typename()).await?;
        let mut failures = Vec::new();
        for question in asked {
            // A connection may be of no use after a call that failed.
            let answer = open(&server).await?.ask(&self.message(question)).await;
            server.check_alive()?;
            failures.push(answer.err().map(|fault| fault.to_string()));
        }
        Ok((server.environment.clone(), failures))
    }

    /// Starts a server for each question in turn, round by round, so that what changes on the machine changes for all.
    async fn cold_starts(&self, first: Vec<Question>) -> Result<Vec<(Question, Summary<Duration>)>, Diagnostic> {
        let rounds = self.arguments.rounds;
        let mut times = vec![Samples::default(); first.len()];
        for round in 1..=rounds {
            self.progress.show(&format!("cold start, round {round} of {rounds}"));
            for (question, times) in first.iter().zip(&mut times) {
                let server = self.subject.launch.start().await?;
                self.first_answer(&mut open(&server).await?, question).await?;
                times.push(server.age());
            }
        }
        Ok(first.into_iter().zip(times).filter_map(|(question, times)| Some((question, times.summary()?))).collect())
    }

    async fn first_answer(&self, connection: &mut Connection, question: &Question) -> Result<(), Diagnostic> {
        connection.ask(&self.message(question)).await.map_err(|fault| {
            let (label, path) = (&question.label, &self.subject.path);
            Diagnostic::error(codes::BENCH, format!("{label} at {path} failed: {fault}"))
        })
    }

    async fn call(&self, server: &Server, question: &Question, length: Duration) -> Result<Call, String> {
        let message = self.message(question);
        let before = counts(server).await;
        let latency = load::latency(server.address, &message, length / 2).await;
        let latency = latency.map_err(|fault| fault.to_string())?;
        let load = load::throughput(server.address, &message, self.arguments.connections, length).await;
        match load.failure {
            Some(failure) if load.succeeded == 0 => Err(failure),
            _ => {
                let usage = counts(server).await.zip(before).and_then(|(now, before)| now.since(before));
                Ok(Call { latency, load, usage })
            }
        }
    }

    fn message(&self, question: &Question) -> Message {
        Message::post(&self.subject.path, self.headers, question.body())
    }
}

async fn open(server: &Server) -> Result<Connection, Diagnostic> {
    let connection = Connection::open(server.address).await;
    connection.map_err(|fault| Diagnostic::error(codes::BENCH, format!("the server cannot be reached: {fault}")))
}

/// Over a connection of its own: one that failed is of no use.
async fn counts(server: &Server) -> Option<Counts> {
    Counts::of(&mut Connection::open(server.address).await.ok()?).await
}
