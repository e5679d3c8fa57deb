//! Every limit on what clients and calls may take: its default, its setting on the command line, and where it applies.
//!
//! A refusal names its limit by the setting, for instance ``(limit `max-body`)``.

use std::time::Duration;

use clap::Args;

use crate::{graphql, sandbox, server};

/// Bytes of a request's body.
pub const BODY: usize = 1 << 20;
/// Bytes of a request's head.
pub const HEADER_BYTES: usize = 64 << 10;
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

/// The limits as settings.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Bytes of a request's body
    #[arg(long, value_name = "BYTES", default_value_t = BODY)]
    pub max_body: usize,
    /// Bytes of a request's head
    #[arg(long, value_name = "BYTES", default_value_t = HEADER_BYTES, value_parser = header_bytes)]
    pub max_header_bytes: usize,
    /// Header fields of a request
    #[arg(long, value_name = "N", default_value_t = HEADERS)]
    pub max_headers: usize,
    /// Seconds for the head of a request, and between requests of a connection
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub head_timeout: Duration,
    /// Seconds for the body of a request
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub body_timeout: Duration,
    /// Seconds in which a client must take some of what it is sent
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub write_timeout: Duration,
    /// Open connections; more wait to be accepted
    #[arg(long, value_name = "N", default_value_t = CONNECTIONS, value_parser = positive)]
    pub max_connections: usize,
    /// Tokens of a GraphQL document
    #[arg(long, value_name = "N", default_value_t = TOKENS)]
    pub max_tokens: usize,
    /// Levels of a document's selections and literals
    #[arg(long, value_name = "N", default_value_t = SELECTION_DEPTH)]
    pub max_selection_depth: usize,
    /// Aliases in a document
    #[arg(long, value_name = "N", default_value_t = ALIASES)]
    pub max_aliases: usize,
    /// Fields that an operation selects at its root, repetitions included
    #[arg(long, value_name = "N", default_value_t = ROOT_FIELDS)]
    pub max_root_fields: usize,
    /// Functions that one operation calls
    #[arg(long, value_name = "N", default_value_t = OPERATION_CALLS)]
    pub max_operation_calls: usize,
    /// Bytes of data that a response may have
    #[arg(long, value_name = "BYTES", default_value_t = RESPONSE)]
    pub max_response: usize,
    /// Bytes of memory for documents that are kept, persisted queries included
    #[arg(long, value_name = "BYTES", default_value_t = CACHED_BYTES)]
    pub max_cached: usize,
    /// Calls that may run at once; more wait
    #[arg(long, value_name = "N", default_value_t = CALLS, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub max_calls: u32,
    /// Calls that may wait for their turn; requests beyond are answered 503
    #[arg(long, value_name = "N", default_value_t = WAITING)]
    pub max_waiting: u32,
    /// Seconds a call may take
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub deadline: Duration,
    /// MiB of memory a call may have
    #[arg(long, value_name = "MIB", default_value_t = MEMORY_MIB, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub memory_limit: u32,
    /// Levels that arguments and results may be nested
    #[arg(long, value_name = "N", default_value_t = DEPTH, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub max_depth: u32,
    /// Values that an argument list, a result or the arguments of a host function may hold
    #[arg(long, value_name = "N", default_value_t = VALUES)]
    pub max_values: u64,
    /// Bytes of text and binary data that they may hold
    #[arg(long, value_name = "BYTES", default_value_t = BYTES)]
    pub max_bytes: u64,
}

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
            concurrency: self.max_calls as usize,
            waiting: self.max_waiting as usize,
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

/// A number of seconds, which may be none.
pub(crate) fn pause(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|duration| *duration <= Duration::from_secs(86_400))
        .ok_or_else(|| "expected a number of seconds, at most 86400".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    pause(text)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "expected a number of seconds, more than 0 and at most 86400".to_owned())
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "expected a positive number".to_owned())
}

/// hyper's buffer is never smaller.
fn header_bytes(text: &str) -> Result<usize, String> {
    let known = text.parse().ok().filter(|bytes| (8192..=16 << 20).contains(bytes));
    known.ok_or_else(|| "expected 8192 to 16777216 bytes".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    /// The times are written twice, because the command line shows seconds.
    #[test]
    fn defaults() {
        let given = crate::cli::Arguments::try_parse_from(["modus-runner", "app.cwasm"]).map(|given| given.limits);
        let limits = given.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(format!("{:?}", limits.server()), format!("{:?}", server::Limits::default()));
        assert_eq!(format!("{:?}", limits.graphql()), format!("{:?}", graphql::Options::default()));
        assert_eq!(format!("{:?}", limits.sandbox()), format!("{:?}", sandbox::Options::default()));
    }
}
