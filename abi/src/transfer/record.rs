//! Which member of an object is which field of a guest's type (`host-functions` section 1.3).

use std::sync::Arc;

use super::fault::{Cause, Fault};
use crate::value::Value;

/// Where values that go into a guest come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A caller of the app's function, who knows the names and types of its schema.
    Caller,
    /// A host function, which knows its own.
    Host,
}

impl Source {
    /// The value of a field.
    ///
    /// # Errors
    /// There is none, and the field cannot do without.
    pub(crate) fn field<'v>(
        self,
        members: &'v [(Arc<str>, Value)],
        name: &str,
        may_be_absent: bool,
    ) -> Result<&'v Value, Fault> {
        let found = match self {
            Self::Caller => exact(members, name),
            Self::Host => member(members, name),
        };
        match found {
            Some(value) => Ok(value),
            None if may_be_absent => Ok(&Value::Null),
            None => Err(Fault::from(Cause::Missing)),
        }
    }
}

fn exact<'v>(members: &'v [(Arc<str>, Value)], name: &str) -> Option<&'v Value> {
    members.iter().find(|(key, _)| **key == *name).map(|(_, value)| value)
}

/// The member called `name` of a record that a host function and a guest exchange.
///
/// Each side knows the record by the names of its own language, so case does not count: the member of the very name if
/// there is one, else the first whose name differs in the case of ASCII letters only. The names of our records are ASCII.
pub fn member<'v>(members: &'v [(Arc<str>, Value)], name: &str) -> Option<&'v Value> {
    let in_any_case = || members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    exact(members, name).or_else(in_any_case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let members = |names: &[&str]| -> Vec<(Arc<str>, Value)> {
            names.iter().zip(0..).map(|(name, at)| ((*name).into(), Value::Int(at))).collect()
        };
        let of_host = |names: &[&str], name: &str| Source::Host.field(&members(names), name, false).cloned().ok();
        assert_eq!(of_host(&["ID", "Id", "id"], "id"), Some(Value::Int(2)));
        assert_eq!(of_host(&["x", "ID", "Id"], "id"), Some(Value::Int(1)));
        assert_eq!(of_host(&["Über"], "Über"), Some(Value::Int(0)));
        // Other letters than those of ASCII have no case here: neither umlauts, nor the sign for kelvin.
        assert_eq!((of_host(&["ÜBER"], "über"), of_host(&["\u{212a}ey"], "key")), (None, None));
        let of_caller = |name: &str, absent| Source::Caller.field(&members(&["ID", "n"]), name, absent).cloned();
        assert_eq!(of_caller("n", false), Ok(Value::Int(1)));
        assert_eq!(of_caller("id", true), Ok(Value::Null));
        assert_eq!(of_caller("id", false), Err(Cause::Missing.into()));
    }
}
