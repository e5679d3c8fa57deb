//! Every limit on what clients and calls may take: its default, its setting on the command line, and where it applies.
//!
//! A refusal names its limit by the setting, for instance ``(limit `max-body`)``.

use std::time::Duration;

use crate::cli::{Flag, number, put, seconds, within};
use crate::{graphql, sandbox, server};

/// Bytes of a request's body.
pub const BODY: usize = 1 << 20;
/// Bytes of a request's head.
pub const HEADER_BYTES: usize = 64 << 10;
/// hyper's buffer is never smaller.
const LEAST_HEADER_BYTES: usize = 8192;
/// Header fields of a request.
pub const HEADERS: usize = 100;
/// Time for the head of a request, and between requests of a connection.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the body of a request.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Time in which a client must take some of what it is sent.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Open connections.
pub const CONNECTIONS: usize = 4096;
/// Tokens of a document.
pub const TOKENS: usize = 15_000;
/// Levels of a document's selections and literals.
pub const SELECTION_DEPTH: usize = 64;
/// Aliases in a document.
pub const ALIASES: usize = 50;
/// Fields that an operation selects at its root, repetitions included.
pub const ROOT_FIELDS: usize = 100;
/// Functions that one operation calls.
pub const OPERATION_CALLS: usize = 50;
/// Bytes of data of a response.
pub const RESPONSE: usize = 256 << 20;
/// Documents whose plans are kept.
pub const CACHED_DOCUMENTS: usize = 1024;
/// Bytes of memory for these documents.
pub const CACHED_BYTES: usize = 32 << 20;
/// Calls that run at once.
pub const CALLS: u32 = 256;
/// Calls that wait for their turn; with the running ones, as many as the reference has at most.
pub const WAITING: u32 = 768;
/// Time a call may take, waiting for its turn included.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// MiB of memory a call may have.
pub const MEMORY_MIB: u32 = 128;
/// Levels that arguments and results may be nested.
pub const DEPTH: u32 = 128;
/// Values that arguments or a result may hold.
pub const VALUES: u64 = 4_000_000;
/// Bytes of text and binary data that they may hold.
pub const BYTES: u64 = 64 << 20;

/// A limit that a refusal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "replaced at once")]
pub enum LimitId {
    MaxWaiting,
    MaxCalls,
    GuestMemory,
    MemoryLimit,
    Table,
    HostCalls,
    MaxConnections,
}
impl From<LimitId> for &'static str {
    fn from(_: LimitId) -> Self {
        "temporary"
    }
}

/// The limits as settings: see the constants and flags of the same names.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the table of flags says what each is")]
pub struct Limits {
    pub max_body: usize,
    pub max_header_bytes: usize,
    pub max_headers: usize,
    pub head_timeout: Duration,
    pub body_timeout: Duration,
    pub write_timeout: Duration,
    pub max_connections: usize,
    pub max_tokens: usize,
    pub max_selection_depth: usize,
    pub max_aliases: usize,
    pub max_root_fields: usize,
    pub max_operation_calls: usize,
    pub max_response: usize,
    pub max_cached: usize,
    pub max_calls: u32,
    pub max_waiting: u32,
    pub deadline: Duration,
    pub memory_limit: u32,
    pub max_depth: u32,
    pub max_values: u64,
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body: BODY,
            max_header_bytes: HEADER_BYTES,
            max_headers: HEADERS,
            head_timeout: HEAD_TIMEOUT,
            body_timeout: BODY_TIMEOUT,
            write_timeout: WRITE_TIMEOUT,
            max_connections: CONNECTIONS,
            max_tokens: TOKENS,
            max_selection_depth: SELECTION_DEPTH,
            max_aliases: ALIASES,
            max_root_fields: ROOT_FIELDS,
            max_operation_calls: OPERATION_CALLS,
            max_response: RESPONSE,
            max_cached: CACHED_BYTES,
            max_calls: CALLS,
            max_waiting: WAITING,
            deadline: DEADLINE,
            memory_limit: MEMORY_MIB,
            max_depth: DEPTH,
            max_values: VALUES,
            max_bytes: BYTES,
        }
    }
}

macro_rules! limit {
    ($field:ident, $name:literal, $value:literal, $help:literal, seconds) => {
        limit!($field, $name, $value, $help, seconds, |time: Duration| time.as_secs_f64())
    };
    ($field:ident, $name:literal, $value:literal, $help:literal, $read:expr) => {
        limit!($field, $name, $value, $help, $read, |number| number)
    };
    ($field:ident, $name:literal, $value:literal, $help:literal, $read:expr, $shown:expr) => {
        Flag::text($name, $value, $help, |given, text| put(&mut given.limits.$field, $read(text)))
            .default(|given| ($shown)(given.limits.$field).to_string())
    };
}

/// The flags, in the order of the help.
pub(crate) const FLAGS: &[Flag] = &[
    limit!(max_body, "max-body", "BYTES", "Bytes of a request's body", number),
    limit!(
        max_header_bytes,
        "max-header-bytes",
        "BYTES",
        "Bytes of a request's head",
        (|text| within(LEAST_HEADER_BYTES..=16 << 20, text))
    ),
    limit!(max_headers, "max-headers", "N", "Header fields of a request", number),
    limit!(
        head_timeout,
        "head-timeout",
        "SECONDS",
        "Seconds for the head of a request, and between requests of a connection",
        seconds
    ),
    limit!(body_timeout, "body-timeout", "SECONDS", "Seconds for the body of a request", seconds),
    limit!(
        write_timeout,
        "write-timeout",
        "SECONDS",
        "Seconds in which a client must take some of what it is sent",
        seconds
    ),
    limit!(
        max_connections,
        "max-connections",
        "N",
        "Open connections; more wait to be accepted",
        (|text| within(1..=usize::MAX, text))
    ),
    limit!(max_tokens, "max-tokens", "N", "Tokens of a GraphQL document", number),
    limit!(max_selection_depth, "max-selection-depth", "N", "Levels of a document's selections and literals", number),
    limit!(max_aliases, "max-aliases", "N", "Aliases in a document", number),
    limit!(
        max_root_fields,
        "max-root-fields",
        "N",
        "Fields that an operation selects at its root, repetitions included",
        number
    ),
    limit!(max_operation_calls, "max-operation-calls", "N", "Functions that one operation calls", number),
    limit!(max_response, "max-response", "BYTES", "Bytes of data that a response may have", number),
    limit!(
        max_cached,
        "max-cached",
        "BYTES",
        "Bytes of memory for documents that are kept, persisted queries included",
        number
    ),
    limit!(max_calls, "max-calls", "N", "Calls that may run at once; more wait", (|text| within(1..=10_000, text))),
    limit!(
        max_waiting,
        "max-waiting",
        "N",
        "Calls that may wait for their turn; requests beyond are answered 503",
        number
    ),
    limit!(deadline, "deadline", "SECONDS", "Seconds a call may take", seconds),
    limit!(memory_limit, "memory-limit", "MIB", "MiB of memory a call may have", (|text| within(1..=4096, text))),
    limit!(
        max_depth,
        "max-depth",
        "N",
        "Levels that arguments and results may be nested",
        (|text| within(1..=256, text))
    ),
    limit!(
        max_values,
        "max-values",
        "N",
        "Values that an argument list, a result or the arguments of a host function may hold",
        number
    ),
    limit!(max_bytes, "max-bytes", "BYTES", "Bytes of text and binary data that they may hold", number),
];

impl Limits {
    /// Those of the HTTP server.
    pub fn server(&self) -> server::Limits {
        server::Limits {
            body: self.max_body,
            header_bytes: self.max_header_bytes,
            headers: self.max_headers,
            head_timeout: self.head_timeout,
            body_timeout: self.body_timeout,
            write_timeout: self.write_timeout,
            connections: self.max_connections,
        }
    }

    /// Those of GraphQL; the other options are the defaults.
    pub fn graphql(&self) -> graphql::Options {
        graphql::Options {
            max_tokens: self.max_tokens,
            max_selection_depth: self.max_selection_depth,
            max_aliases: self.max_aliases,
            max_root_fields: self.max_root_fields,
            max_calls: self.max_operation_calls,
            max_response: self.max_response,
            cached_bytes: self.max_cached,
            limits: self.values(),
            ..graphql::Options::default()
        }
    }

    /// Those of calls; the other options are the defaults.
    pub fn sandbox(&self) -> sandbox::Options {
        sandbox::Options {
            deadline: self.deadline,
            memory_limit: (self.memory_limit as usize) << 20,
            values: self.values(),
            ..sandbox::Options::default()
        }
    }

    fn values(&self) -> abi::guest::Limits {
        let (depth, values, bytes) = (self.max_depth, self.max_values, self.max_bytes);
        abi::guest::Limits { depth, values, bytes, ..abi::guest::Limits::default() }
    }
}

/// The limit that a refusal names.
pub fn named(refusal: &str) -> Option<&str> {
    let (_, name) = refusal.split_once("(limit `")?;
    Some(name.split_once('`')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the parts of the runner do by themselves is what they are told by default.
    #[test]
    fn defaults() {
        let limits = Limits::default();
        assert_eq!(format!("{:?}", limits.server()), format!("{:?}", server::Limits::default()));
        assert_eq!(format!("{:?}", limits.graphql()), format!("{:?}", graphql::Options::default()));
        assert_eq!(format!("{:?}", limits.sandbox()), format!("{:?}", sandbox::Options::default()));
    }
}
