//! Why a request is not executed. How a client is told is a matter of the protocol.

use super::error::RequestError;
use crate::limits::LimitId;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no request for an operation; what is wrong with it, where that is clear.
    Malformed(Option<&'static str>),
    /// It asks for a document by a kind of hash that nobody knows.
    UnsupportedHash,
    /// It asks for a document by a hash, and no document with it is kept.
    UnknownHash,
    /// Its document has another hash than it says.
    WrongHash,
    /// It was to change nothing, and is a mutation.
    ReadOnly,
    /// Its document is not GraphQL.
    Syntax(RequestError),
    /// Document, operation or variables do not fit the schema, or go beyond a limit.
    Invalid(Vec<RequestError>),
    /// There is no room for its calls now.
    Overloaded(LimitId),
    /// It was carried out, and there is no room for its answer.
    Untold(LimitId),
    /// The runner itself failed.
    Internal,
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        Self::Invalid(vec![error])
    }
}
