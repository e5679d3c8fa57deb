//! Every limit on what clients and calls may take: its default, its setting on the command line, and its name in a
//! refusal.
//!
//! A refusal carries its [`LimitId`] from where it arises to the metric, the status and the message; there it is named by
//! the setting, for instance ``(limit `max-body`)``.

use std::fmt;
use std::time::Duration;

use abi::transfer::budget::Exceeded;

use crate::label::label;

/// The limits that are settings, in the order of the help: `field: type = default, Id, "flag", "VALUE", "help", [reader]`.
/// The reader is one of [`crate::cli`]'s, with its bounds where it has some.
macro_rules! table {
    ($with:ident) => {
        $with! {
            max_body: usize = 1 << 20, MaxBody, "max-body", "BYTES", "Bytes of a request's body", [number];
            // hyper's buffer is never smaller.
            max_header_bytes: usize = 64 << 10, MaxHeaderBytes, "max-header-bytes", "BYTES",
                "Bytes of a request's head", [within(8192..=16 << 20)];
            max_headers: usize = 100, MaxHeaders, "max-headers", "N", "Header fields of a request", [number];
            head_timeout: Duration = Duration::from_secs(10), HeadTimeout, "head-timeout", "SECONDS",
                "Seconds for the head of a request, and between requests of a connection", [seconds];
            body_timeout: Duration = Duration::from_secs(30), BodyTimeout, "body-timeout", "SECONDS",
                "Seconds for the body of a request", [seconds];
            write_timeout: Duration = Duration::from_secs(30), WriteTimeout, "write-timeout", "SECONDS",
                "Seconds in which a client must take some of what it is sent", [seconds];
            max_connections: usize = 4096, MaxConnections, "max-connections", "N",
                "Open connections; more are answered 503, or their probes", [within(1..=usize::MAX)];
            max_tokens: usize = 15_000, MaxTokens, "max-tokens", "N", "Tokens of a GraphQL document", [number];
            max_selection_depth: usize = 64, MaxSelectionDepth, "max-selection-depth", "N",
                "Levels of a document's selections and literals", [number];
            max_aliases: usize = 50, MaxAliases, "max-aliases", "N", "Aliases in a document", [number];
            max_root_fields: usize = 100, MaxRootFields, "max-root-fields", "N",
                "Fields that an operation selects at its root, repetitions included", [number];
            max_operation_calls: usize = 50, MaxOperationCalls, "max-operation-calls", "N",
                "Functions that one operation calls", [number];
            max_response: usize = 256 << 20, MaxResponse, "max-response", "BYTES",
                "Bytes of data that a response may have", [number];
            max_cached: usize = 32 << 20, MaxCached, "max-cached", "BYTES",
                "Bytes of memory for documents that are kept, persisted queries included", [number];
            max_calls: u32 = 256, MaxCalls, "max-calls", "N", "Calls that may run at once; more wait",
                [within(1..=10_000)];
            // With the running ones, as many as the reference has at most.
            max_waiting: u32 = 768, MaxWaiting, "max-waiting", "N",
                "Calls that may wait for their turn; requests beyond are answered 503", [number];
            max_lookups: usize = 16, MaxLookups, "max-lookups", "N",
                "Names of servers that may be looked up at a time; 16 times as many wait", [within(1..=1024)];
            deadline: Duration = Duration::from_secs(30), Deadline, "deadline", "SECONDS",
                "Seconds a call may take", [seconds];
            memory_limit: u32 = 128, MemoryLimit, "memory-limit", "MIB", "MiB of memory a call may have",
                [within(1..=4096)];
            max_depth: u32 = 128, MaxDepth, "max-depth", "N", "Levels that arguments and results may be nested",
                [within(1..=256)];
            max_values: u64 = 4_000_000, MaxValues, "max-values", "N",
                "Values that an argument list, a result or the arguments of a host function may hold", [number];
            max_bytes: u64 = 64 << 20, MaxBytes, "max-bytes", "BYTES",
                "Bytes of text and binary data that they may hold", [number];
        }
    };
}
pub(crate) use table;

macro_rules! settings {
    ($($field:ident: $type:ty = $default:expr, $Id:ident, $name:literal, $value:literal, $help:literal, [$($read:tt)+];)*) => {
        /// The limits as settings.
        #[derive(Clone, Debug)]
        pub struct Limits {
            $(#[doc = $help] pub $field: $type,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        label! {
            /// What a refusal can name: the settings of [`Limits`], and limits that have none.
            pub enum LimitId {
                $(#[doc = $help] $Id $name,)*
                /// Calls of host functions within one call.
                HostCalls "host_calls",
                /// Bytes that a call prints and logs.
                Output "output",
                /// Entries of a guest's table of functions.
                Table "table",
                /// Addresses that guests may reach.
                Egress "egress",
                /// Redirects to servers that no connection names.
                StrictRedirects "strict-redirects",
                /// Bytes of memory of all guests together.
                GuestMemory "guest-memory",
            }
        }
    };
}
table!(settings);

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

    /// The other crate has defaults of its own, for those who do not set any.
    #[test]
    fn defaults_of_both_crates() {
        let (ours, theirs) = (Limits::default().values(), abi::guest::Limits::default());
        assert_eq!((ours.depth, ours.values, ours.bytes), (theirs.depth, theirs.values, theirs.bytes));
    }

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
