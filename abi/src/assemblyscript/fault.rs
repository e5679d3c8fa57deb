//! Errors while values move, with the place inside the value.

use crate::budget::Exceeded;
use crate::guest::{CallError, Stopped};
use crate::types::{Kind, Sequence, TypePlan};

/// Why a value could not be moved. The place is put together on the way out.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    /// A value or the guest's memory is not as it should be.
    Invalid {
        /// Place, e.g. `.row` or `[3].name`.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The guest ended.
    Stopped,
    /// The host stopped the transfer.
    Unfinished,
}

impl From<Stopped> for Fault {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<Exceeded> for Fault {
    fn from(limit: Exceeded) -> Self {
        match limit {
            Exceeded::Turn => Self::Unfinished,
            limit => limit.to_string().into(),
        }
    }
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Invalid { path: String::new(), reason }
    }
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

impl Fault {
    /// Null for a type that has none; `what` tells a null host value from a null address.
    pub(super) fn null(what: &str, plan: &TypePlan) -> Self {
        match &plan.kind {
            Kind::String => format!("unexpected {what} for non-nullable string"),
            Kind::List { sequence: Sequence::Buffer, .. } => format!("unexpected {what} for non-nullable ArrayBuffer"),
            _ => format!("unexpected {what} for non-nullable type {}", plan.name),
        }
        .into()
    }

    /// The same, inside a field.
    pub(super) fn in_field(self, name: &str) -> Self {
        self.inside(|path| format!(".{name}{path}"))
    }

    /// The same, inside an element.
    pub(super) fn in_element(self, index: usize) -> Self {
        self.inside(|path| format!("[{index}]{path}"))
    }

    fn inside(self, place: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Invalid { path, reason } => Self::Invalid { path: place(path), reason },
            other => other,
        }
    }

    /// As an error of the parameter called `name`.
    pub(super) fn of_argument(self, name: &str) -> CallError {
        match self {
            Self::Invalid { path, reason } => CallError::Argument { path: format!("{name}{path}"), reason },
            Self::Stopped => CallError::Stopped(Stopped),
            Self::Unfinished => CallError::Unfinished,
        }
    }

    /// As an error of the result.
    pub(super) fn of_result(self) -> CallError {
        match self {
            Self::Invalid { path, reason } => {
                CallError::Result { path: path.trim_start_matches('.').to_owned(), reason }
            }
            Self::Stopped => CallError::Stopped(Stopped),
            Self::Unfinished => CallError::Unfinished,
        }
    }
}
