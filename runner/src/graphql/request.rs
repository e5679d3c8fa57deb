//! What the engine is asked.

use std::sync::Arc;

use super::cache::Hash;

/// A request for one operation, as a protocol has read it.
#[derive(Clone, Debug, Default)]
pub(crate) struct GraphqlRequest {
    /// The document; may be missing where there is a hash.
    pub(crate) query: Option<String>,
    /// The SHA-256 by which the document is known, or is to be known from now on.
    pub(crate) hash: Option<Hash>,
    /// Values of variables.
    pub(crate) variables: Option<serde_json::Map<String, serde_json::Value>>,
    /// Which of several operations is meant.
    pub(crate) operation_name: Option<String>,
    /// Mutations are refused: the client says that it changes nothing.
    pub(crate) read_only: bool,
    /// The client's time zone, not checked.
    pub(crate) time_zone: Option<Arc<str>>,
    /// Claims of the verified token as JSON text.
    pub(crate) claims: Option<Arc<str>>,
}
