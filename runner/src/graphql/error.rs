//! Errors that concern a whole request.

use juniper::RuleError;
use juniper::parser::SourcePosition;

/// An error that is not about a field's value: syntax, validation, variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestError {
    pub(crate) message: String,
    /// Line and column, both from 1.
    pub(crate) locations: Vec<(usize, usize)>,
}

impl RequestError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), locations: Vec::new() }
    }

    pub(crate) fn at(message: impl Into<String>, position: SourcePosition) -> Self {
        Self { message: message.into(), locations: vec![location(position)] }
    }
}

impl From<&RuleError> for RequestError {
    fn from(error: &RuleError) -> Self {
        let locations = error.locations().iter().copied().map(location).collect();
        Self { message: error.message().to_owned(), locations }
    }
}

fn location(position: SourcePosition) -> (usize, usize) {
    (position.line() + 1, position.column() + 1)
}

/// Why a document cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// It is not GraphQL.
    Syntax(RequestError),
    /// It does not fit the schema.
    Invalid(Vec<RequestError>),
}
