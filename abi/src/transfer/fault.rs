//! Why a value could not be moved, and where in it the reason lies.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::budget::Exceeded;
use super::coercion::CoercionError;
use crate::guest::{CallError, Stopped};
use crate::plan::ParameterPlan;

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A field of an object, or the parameter that the path begins at. An entry of a map has the fields `key` and `value`.
    Field(Arc<str>),
    /// An item of a list, or an entry of a map.
    Index(usize),
}

/// A place inside a parameter or a result; empty for a whole result. As text it is `seats[3].row`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The innermost first, as they are found on the way out.
    inside_out: Vec<Step>,
}

impl Path {
    /// The steps, from the outside to the inside.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.inside_out.iter().rev()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps().enumerate() {
            match step {
                Step::Field(name) if index == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Cause {
    /// A limit was reached.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// The value is not one of its type.
    #[error(transparent)]
    Coercion(#[from] CoercionError),
    /// A field of an object, a key or a value of a map is not there, or null where there is no null.
    #[error("a value is required but missing")]
    Missing,
    /// Null where the type has none.
    #[error("unexpected {0}")]
    Null(String),
    /// Values of the type cannot be moved at all.
    #[error("{0}")]
    Type(String),
    /// So many bytes are not all inside the guest's memory.
    #[error("{0} bytes are not all inside the guest's memory")]
    Memory(u64),
    /// The guest's data or the answer of its allocator is not what its language's runtime makes.
    #[error("{0}")]
    Guest(String),
}

/// A [`CallError`] before it is known whose. The path is put together on the way out.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    /// A value or the guest's memory is not as it should be.
    Invalid { path: Path, cause: Cause },
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
            limit => Cause::Limit(limit).into(),
        }
    }
}

impl From<CoercionError> for Fault {
    fn from(error: CoercionError) -> Self {
        Cause::Coercion(error).into()
    }
}

impl From<Cause> for Fault {
    fn from(cause: Cause) -> Self {
        Self::Invalid { path: Path::default(), cause }
    }
}

impl Fault {
    /// The value is not what its type takes.
    #[cold]
    pub(crate) fn value(reason: impl Into<String>) -> Self {
        CoercionError(reason.into()).into()
    }

    /// Values of the type cannot be moved.
    #[cold]
    pub(crate) fn of_type(reason: impl Into<String>) -> Self {
        Cause::Type(reason.into()).into()
    }

    /// The guest's data or its allocator is not as it should be.
    #[cold]
    pub(crate) fn guest(reason: impl Into<String>) -> Self {
        Cause::Guest(reason.into()).into()
    }

    /// The same, inside a field.
    pub(crate) fn in_field(self, name: &str) -> Self {
        self.inside(Step::Field(name.into()))
    }

    /// The same, inside an element.
    pub(crate) fn in_element(self, index: usize) -> Self {
        self.inside(Step::Index(index))
    }

    fn inside(mut self, step: Step) -> Self {
        if let Self::Invalid { path, .. } = &mut self {
            path.inside_out.push(step);
        }
        self
    }

    /// As an error of the parameter called `name`.
    pub(crate) fn of_argument(self, name: &str) -> CallError {
        match self.in_field(name) {
            Self::Invalid { path, cause } => CallError::Argument { path, cause },
            Self::Stopped => CallError::Stopped(Stopped),
            Self::Unfinished => CallError::Unfinished,
        }
    }

    /// As an error of all parameters together, which shows as one of the last.
    pub(crate) fn of_last(self, parameters: &[ParameterPlan]) -> CallError {
        match parameters.last() {
            Some(last) => self.of_argument(&last.name),
            None => self.of_result(),
        }
    }

    /// As an error of the result.
    pub(crate) fn of_result(self) -> CallError {
        match self {
            Self::Invalid { path, cause } => CallError::Result { path, cause },
            Self::Stopped => CallError::Stopped(Stopped),
            Self::Unfinished => CallError::Unfinished,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let fault = || Fault::guest("odd").in_field("a.b").in_element(3).in_field("seats");
        assert_eq!(fault().of_argument("p").to_string(), "function parameter 'p.seats[3].a.b' is invalid: odd");
        let CallError::Result { path, cause } = fault().of_result() else { panic!("of a result") };
        let field = |name: &str| Step::Field(name.into());
        assert!(path.steps().eq(&[field("seats"), Step::Index(3), field("a.b")]));
        assert_eq!((path.to_string().as_str(), cause), ("seats[3].a.b", Cause::Guest("odd".to_owned())));
        let list = Fault::guest("odd").in_element(1).in_element(0).of_result();
        assert_eq!(list.to_string(), "the function's result is invalid at [0][1]: odd");
        assert_eq!(Fault::guest("odd").of_result().to_string(), "the function's result is invalid: odd");
    }

    #[test]
    fn limits_are_known_as_such() {
        let limit = Exceeded::Values(7);
        let error = Fault::from(limit).in_element(1).of_result();
        assert!(matches!(error, CallError::Result { cause: Cause::Limit(found), .. } if found == limit));
        assert_eq!(Fault::from(Exceeded::Turn).in_field("f").of_argument("p"), CallError::Unfinished);
    }
}
