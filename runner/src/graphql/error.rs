//! Errors that concern a whole request.

use std::collections::HashMap;

use juniper::RuleError;
use juniper::parser::SourcePosition;

use crate::limits::LimitId;
use crate::telemetry::metrics;

/// Errors that one refusal tells.
pub(crate) const MOST_ERRORS: usize = 20;
/// Places that one error tells.
const MOST_LOCATIONS: usize = 10;

/// An error that is not about a field's value: syntax, validation, variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestError {
    pub(crate) message: String,
    /// Line and column, both from 1.
    pub(crate) locations: Vec<(usize, usize)>,
    /// `extensions.code`
    pub(crate) code: Option<&'static str>,
    /// The limit that the message names.
    pub(crate) limit: Option<LimitId>,
}

impl RequestError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    pub(crate) fn at(message: impl Into<String>, position: SourcePosition) -> Self {
        Self::new(message).located(position)
    }

    /// The same with its place in the document.
    pub(crate) fn located(self, position: SourcePosition) -> Self {
        Self { locations: vec![location(position)], ..self }
    }

    /// Something was beyond a limit, which the message will name.
    pub(crate) fn beyond(limit: LimitId, message: impl std::fmt::Display) -> Self {
        Self { limit: Some(limit), ..Self::new(format!("{message} ({limit})")) }
    }

    /// Counts it where it is a limit's: once, when it becomes a part of a response.
    pub(crate) fn count(&self) {
        if let Some(limit) = self.limit {
            metrics::refused(limit);
        }
    }
}

impl From<&RuleError> for RequestError {
    fn from(error: &RuleError) -> Self {
        let locations = error.locations().iter().copied().map(location).collect();
        Self { locations, ..Self::new(error.message()) }
    }
}

fn location(position: SourcePosition) -> (usize, usize) {
    (position.line() + 1, position.column() + 1)
}

/// Bytes of one error's text.
const LONGEST: usize = 1000;

/// Errors with the same text become one, and there are neither many nor long ones: a refusal must not be larger than what
/// it refuses.
pub(crate) fn summarize(errors: Vec<RequestError>) -> Vec<RequestError> {
    let mut kept: Vec<RequestError> = Vec::new();
    let mut known = HashMap::new();
    for mut error in errors {
        let at = *known.entry(error.message.clone()).or_insert(kept.len());
        if let Some(same) = kept.get_mut(at) {
            same.locations.append(&mut error.locations);
        } else if kept.len() < MOST_ERRORS {
            kept.push(error);
        }
    }
    for error in &mut kept {
        error.locations.truncate(MOST_LOCATIONS);
        if error.message.len() > LONGEST {
            error.message.truncate(error.message.floor_char_boundary(LONGEST));
            error.message.push('…');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_errors_are_one() {
        let error = |message: &str, line| RequestError { locations: vec![(line, 1)], ..RequestError::new(message) };
        let many = (0..100).map(|line| error("same", line));
        let others = (0..100).map(|line| error(&format!("other {line}"), line));
        let kept = summarize(many.chain(others).collect());
        assert_eq!((kept.len(), kept[0].locations.len()), (MOST_ERRORS, MOST_LOCATIONS));
        assert_eq!(kept[1], error("other 0", 0));
        let kept = summarize(vec![RequestError::new("é".repeat(LONGEST))]);
        assert_eq!(kept[0].message, "é".repeat(LONGEST / 2) + "…");
    }
}
