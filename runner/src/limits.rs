//! The limits on what clients and calls may take, as the layers see them.
//!
//! A refusal carries its [`LimitId`] from where it arises to the metric, the status and the message; there it is named by
//! the setting, for instance ``(limit `max-body`)``.

use std::fmt;
use std::time::Duration;

use abi::transfer::budget::Exceeded;

pub use crate::settings::{CONDITIONS, HOST_CALLS, INTROSPECTED, LimitId, Limits, OUTPUT_BYTES, TABLE_ENTRIES};

/// As a message has it, in brackets at its end: ``limit `max-body` ``.
impl fmt::Display for LimitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limit `{}`", self.name())
    }
}

impl Limits {
    /// Those on arguments and results.
    pub fn values(&self) -> abi::guest::Limits {
        let (depth, values, bytes) = (self.max_depth, self.max_values, self.max_bytes);
        abi::guest::Limits { depth, values, bytes, ..abi::guest::Limits::default() }
    }

    /// Bytes of memory that a call may have.
    pub fn memory_bytes(&self) -> usize {
        (self.memory_limit as usize) << 20
    }
}

/// What may be asked of one database.
#[derive(Clone, Copy, Debug)]
pub struct DatabaseLimits {
    /// How long an operation may take.
    pub timeout: Duration,
    /// How many operations may run at once.
    pub connections: usize,
    /// How many more may wait.
    pub waiting: usize,
    /// Bytes of an answer.
    pub answer: usize,
}

impl Default for DatabaseLimits {
    fn default() -> Self {
        Limits::default().databases()
    }
}

impl Limits {
    /// Those on databases.
    pub fn databases(&self) -> DatabaseLimits {
        DatabaseLimits {
            timeout: self.database_timeout,
            connections: self.database_connections,
            waiting: self.database_waiting,
            answer: self.database_answer,
        }
    }
}

/// What may be asked of the servers of one `http` connection.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// How long a request may take.
    pub timeout: Duration,
    /// How many requests may run at once.
    pub requests: usize,
    /// How many more may wait.
    pub waiting: usize,
    /// Bytes of an answer.
    pub answer: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Limits::default().http()
    }
}

impl Limits {
    /// Those on servers that are reached by HTTP.
    pub fn http(&self) -> HttpLimits {
        HttpLimits {
            timeout: self.http_timeout.unwrap_or(self.deadline / 5 * 4),
            requests: self.http_requests,
            waiting: self.http_waiting,
            answer: self.http_answer,
        }
    }
}

/// How patient calls of models are with servers that refuse them for now.
#[derive(Clone, Copy, Debug)]
pub struct ModelLimits {
    /// How often a call is sent again.
    pub retries: u32,
    /// How long it may wait for that altogether.
    pub retry_wait: Duration,
}

impl Default for ModelLimits {
    fn default() -> Self {
        Limits::default().models()
    }
}

impl Limits {
    /// Those on calls of models.
    pub fn models(&self) -> ModelLimits {
        ModelLimits { retries: self.model_retries, retry_wait: self.model_retry_wait }
    }
}

/// What is kept of calls of models.
#[derive(Clone, Copy, Debug)]
pub struct HistoryLimits {
    /// Whether a history is kept, where that was said.
    pub keep: Option<bool>,
    /// Records that may wait to be written.
    pub waiting: usize,
    /// Bytes of an input or output.
    pub bytes: usize,
    /// Days that a record is kept; what is not given is up to the store.
    pub days: Option<u32>,
    /// Records that are kept, likewise.
    pub records: Option<u64>,
}

impl Default for HistoryLimits {
    fn default() -> Self {
        Limits::default().history(None)
    }
}

impl Limits {
    /// Those on the history of calls of models, with whether it is kept.
    pub fn history(&self, keep: Option<bool>) -> HistoryLimits {
        HistoryLimits {
            keep,
            waiting: self.history_waiting,
            bytes: self.history_bytes,
            days: self.history_days,
            records: self.history_records,
        }
    }
}

/// What collections may take, and how up to date they are.
#[derive(Clone, Copy, Debug)]
pub struct CollectionLimits {
    /// Bytes of memory for vectors.
    pub memory: usize,
    /// How long a search may overlook what another runner has written to the same database.
    pub refresh: Duration,
}

impl Default for CollectionLimits {
    fn default() -> Self {
        let arguments = crate::settings::Arguments::default();
        arguments.limits.collections(arguments.collections_refresh)
    }
}

impl Limits {
    /// Those on collections.
    pub fn collections(&self, refresh: Duration) -> CollectionLimits {
        CollectionLimits { memory: self.collections_memory, refresh }
    }
}

impl LimitId {
    /// The limit on values that was reached; none where a transfer is only to be begun again.
    pub fn of_values(exceeded: Exceeded) -> Option<Self> {
        match exceeded {
            Exceeded::Depth(_) => Some(Self::MaxDepth),
            Exceeded::Values(_) => Some(Self::MaxValues),
            Exceeded::Bytes(_) => Some(Self::MaxBytes),
            Exceeded::Turn => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(LimitId::MaxBody.to_string(), "limit `max-body`");
        assert!(LimitId::ALL.iter().zip(LimitId::NAMES).all(|(id, name)| id.name() == name));
        let mut names = LimitId::NAMES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), LimitId::ALL.len());
    }

    /// The message of the other crate names the same setting.
    #[test]
    fn limits_of_values() {
        for exceeded in [Exceeded::Depth(1), Exceeded::Values(1), Exceeded::Bytes(1)] {
            let limit = LimitId::of_values(exceeded).expect("a limit");
            assert!(exceeded.to_string().ends_with(&format!("({limit})")), "{exceeded} {limit}");
        }
        assert_eq!(LimitId::of_values(Exceeded::Turn), None);
    }
}
