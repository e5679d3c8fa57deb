//! The history of model calls (`history-and-observability` section 3): where it is kept, and what of it is asked for.
//!
//! No call waits for its record. What waits to be written is bounded; beyond that records are dropped and counted.

mod budget;
mod embedded;
mod page;
mod postgres;
mod record;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use abi::manifest::Model;
use jiff::Timestamp;
use tokio::sync::oneshot::{self, error::TryRecvError};

use super::metadata::{self, DATABASE, EMBEDDED};
use crate::environment::Environment;
use crate::limits::HistoryLimits;
use crate::process::Process;
use crate::state::{State, StateError};
use crate::telemetry::{LogContext, metrics};
use budget::Budget;
pub use page::Wanted;
use record::Cut;
pub(super) use record::{Inference, Plugin};

/// How long the end waits for records, and how long whoever reads them waits for an answer.
const FLUSH: Duration = Duration::from_secs(3);
const PAGE: Duration = Duration::from_secs(5);

/// How old and how many the records may become; what is not given is up to the store.
#[derive(Clone, Copy, Debug, Default)]
struct Retention {
    days: Option<u32>,
    records: Option<u64>,
}

/// Where records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sink {
    /// Nowhere.
    Off,
    /// Into the runner's own state.
    Embedded,
    /// Into PostgreSQL.
    Postgres,
}

/// What outlives apps.
#[derive(Default)]
struct Kept {
    budget: Arc<Budget>,
    postgres: postgres::Thread,
    /// What becomes of records that were given to the state.
    given: Mutex<VecDeque<oneshot::Receiver<Result<(), StateError>>>>,
    /// The last failure that was told.
    told: Mutex<String>,
}

/// The history of the app that is served. Cheap to clone.
#[derive(Clone)]
pub struct History {
    kept: Arc<Kept>,
    environment: Arc<Environment>,
    state: State,
    limits: HistoryLimits,
    sink: Arc<OnceLock<Sink>>,
}

/// Why the history cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the history of model calls cannot be read: {0}")]
pub struct HistoryError(String);

impl History {
    /// The history of an app with this environment. Nothing is read or opened.
    pub fn of(process: &Process, environment: &Arc<Environment>) -> Self {
        Self {
            kept: process.kept.get(),
            environment: Arc::clone(environment),
            state: process.state.clone(),
            limits: process.history,
            sink: Arc::default(),
        }
    }

    /// Where records go: told by the first call of a model.
    fn sink(&self) -> Sink {
        *self.sink.get_or_init(|| {
            let sink = self.choose();
            if self.limits.keep == Some(true) && sink == Sink::Off {
                let error = format!(
                    "there is neither the secret {DATABASE} nor a state folder; name one with --state-dir (or MODUS_STATE_DIR)"
                );
                self.kept.tell(&error);
            }
            sink
        })
    }

    fn choose(&self) -> Sink {
        let wanted = self.limits.keep.unwrap_or_else(|| self.environment.is_dev());
        let embedded = self.environment.flag(EMBEDDED);
        let has_database = metadata::is_named(&self.environment);
        match (self.limits.keep, has_database, self.state.is_somewhere()) {
            (Some(false), ..) => Sink::Off,
            (_, true, _) => Sink::Postgres,
            (_, false, true) if wanted || embedded => Sink::Embedded,
            _ => Sink::Off,
        }
    }

    fn settings(&self) -> postgres::Settings {
        let environment = Arc::clone(&self.environment);
        postgres::Settings { environment, most: self.limits.bytes, retention: self.retention() }
    }

    fn retention(&self) -> Retention {
        Retention { days: self.limits.days, records: self.limits.records }
    }

    /// Begins the record of a call. `secrets` are texts that are left out of it. The record is written when it is answered
    /// or dropped.
    pub(super) fn begin(&self, about: &About<'_>, secrets: impl FnOnce() -> Vec<String>) -> Recording {
        if self.sink() == Sink::Off {
            return Recording(None);
        }
        let (started_at, secrets) = (Timestamp::now(), secrets());
        let inference = Inference {
            id: record::new_id(started_at),
            plugin: Arc::clone(about.plugin),
            function: Arc::clone(&about.log.function),
            execution_id: Arc::clone(&about.log.execution_id),
            model: about.name.to_owned(),
            model_hash: record::hash(about.name, about.model),
            connection: about.model.connection.clone(),
            input: Cut::of(about.input, self.limits.bytes, &secrets),
            output: Cut::default(),
            started_at,
            duration_ms: 0,
            status: None,
            input_tokens: None,
            output_tokens: None,
        };
        Recording(Some(Begun { history: self.clone(), started: Instant::now(), secrets, inference }))
    }

    fn write(&self, inference: Inference) {
        let Some(room) = self.kept.budget.take(inference.bytes(), self.limits.waiting) else {
            return metrics::inference_dropped();
        };
        if self.sink() == Sink::Postgres {
            return self.kept.postgres.write(self.settings(), inference, room);
        }
        let (most, retention, bytes) = (self.limits.bytes, self.retention(), inference.bytes());
        let work = move |connection: &rusqlite::Connection| {
            let _room = room;
            embedded::insert(connection, &inference, most, retention)
        };
        let given = self.state.post(bytes, work, |()| {});
        match given {
            Ok(answer) => self.kept.note(answer),
            Err(error) => self.kept.lost(&error.to_string()),
        }
    }

    /// A page of records: a JSON array.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub async fn page(&self, wanted: Wanted) -> Result<String, HistoryError> {
        let records = match self.sink() {
            Sink::Off => Vec::new(),
            Sink::Embedded => {
                let read = self.state.read(move |connection| embedded::page(connection, &wanted)).await;
                read.map_err(|error| HistoryError(error.to_string()))?
            }
            Sink::Postgres => {
                let answer = self.kept.postgres.read(self.settings(), wanted);
                let answer = answer.ok_or_else(|| HistoryError("too many wait for it".to_owned()))?;
                let answer = tokio::time::timeout(PAGE, answer).await;
                let answer = answer.ok().and_then(Result::ok).unwrap_or_else(|| Err(late()));
                answer.map_err(HistoryError)?
            }
        };
        serde_json::to_string(&records).map_err(|error| HistoryError(error.to_string()))
    }
}

/// Why there is no answer of the database.
fn late() -> String {
    format!("the database of {DATABASE} did not answer in {} s", PAGE.as_secs())
}

/// Writes what waits, as far as that is possible in a few seconds. (What was given to the state is written with that.)
pub async fn flush(process: &Process) {
    let kept: Arc<Kept> = process.kept.get();
    if let Some(flushed) = kept.postgres.flush() {
        let _ = tokio::time::timeout(FLUSH, flushed).await;
    }
}

impl Kept {
    /// Notes a record that was given to the state, and looks what has become of those before.
    fn note(&self, answer: oneshot::Receiver<Result<(), StateError>>) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.push_back(answer);
        while let Some(first) = given.front_mut() {
            match first.try_recv() {
                Err(TryRecvError::Empty) => return,
                Ok(Err(error)) => self.lost(&error.to_string()),
                Ok(Ok(())) | Err(TryRecvError::Closed) => {}
            }
            given.pop_front();
        }
    }

    /// A record is lost.
    fn lost(&self, error: &str) {
        metrics::inference_dropped();
        self.tell(error);
    }

    /// Says why records are lost: once, until there is another reason.
    fn tell(&self, error: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != error {
            error.clone_into(&mut told);
            drop(told);
            tracing::warn!(target: "modus", error, "The history of model calls is not kept.");
        }
    }
}

/// What is known of a call when it begins.
pub(super) struct About<'a> {
    /// The calling function.
    pub(super) log: &'a LogContext,
    pub(super) plugin: &'a Arc<Plugin>,
    /// The model's name in the manifest.
    pub(super) name: &'a str,
    pub(super) model: &'a Model,
    /// What is sent.
    pub(super) input: &'a [u8],
}

/// What is known of a call when it is answered.
pub(super) struct Answered<'a> {
    /// HTTP status.
    pub(super) status: u16,
    pub(super) body: &'a str,
    pub(super) input_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
}

/// The record of a call that goes on. Where it is dropped, there was no answer: that is recorded, too.
pub(super) struct Recording(Option<Begun>);

struct Begun {
    history: History,
    started: Instant,
    secrets: Vec<String>,
    inference: Inference,
}

impl Recording {
    /// The call is answered.
    pub(super) fn answered(mut self, answered: &Answered<'_>) {
        if let Some(Begun { history, secrets, inference, .. }) = &mut self.0 {
            let number = |tokens: Option<u64>| tokens.and_then(|tokens| i64::try_from(tokens).ok());
            inference.output = Cut::of(answered.body.as_bytes(), history.limits.bytes, secrets);
            inference.status = Some(answered.status);
            inference.input_tokens = number(answered.input_tokens);
            inference.output_tokens = number(answered.output_tokens);
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(Begun { history, started, mut inference, .. }) = self.0.take() {
            inference.duration_ms = i32::try_from(started.elapsed().as_millis()).unwrap_or(i32::MAX);
            history.write(inference);
        }
    }
}

impl fmt::Debug for History {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("History").field("sink", &self.sink).finish_non_exhaustive()
    }
}
