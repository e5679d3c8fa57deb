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

/// The members of an object, to be looked up by the names of a type's fields.
pub(crate) struct Members<'v> {
    list: &'v [(Arc<str>, Value)],
    source: Source,
    /// Where the next one is, if the members are in the order of the fields.
    next: usize,
}

impl<'v> Members<'v> {
    pub(crate) fn of(list: &'v [(Arc<str>, Value)], source: Source) -> Self {
        Self { list, source, next: 0 }
    }

    /// The value of a field.
    ///
    /// # Errors
    /// There is none, and the field cannot do without.
    pub(crate) fn field(&mut self, name: &str, may_be_absent: bool) -> Result<&'v Value, Fault> {
        if let Some((key, value)) = self.list.get(self.next)
            && **key == *name
        {
            self.next = self.next.saturating_add(1);
            return Ok(value);
        }
        let found = match self.source {
            Source::Caller => exact(self.list, name),
            Source::Host => position(self.list, name),
        };
        match found.and_then(|at| Some((at, self.list.get(at)?))) {
            Some((at, (_, value))) => {
                self.next = at.saturating_add(1);
                Ok(value)
            }
            None if may_be_absent => Ok(&Value::Null),
            None => Err(Fault::from(Cause::Missing)),
        }
    }
}

fn exact(members: &[(Arc<str>, Value)], name: &str) -> Option<usize> {
    members.iter().position(|(key, _)| **key == *name)
}

fn position(members: &[(Arc<str>, Value)], name: &str) -> Option<usize> {
    exact(members, name).or_else(|| members.iter().position(|(key, _)| key.eq_ignore_ascii_case(name)))
}

/// The member called `name` of a record that a host function and a guest exchange.
///
/// Each side knows the record by the names of its own language, so case does not count: the member of the very name if
/// there is one, else the first whose name differs in the case of ASCII letters only. The names of our records are ASCII.
pub fn member<'v>(members: &'v [(Arc<str>, Value)], name: &str) -> Option<&'v Value> {
    position(members, name).and_then(|at| members.get(at)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let members = |names: &[&str]| -> Vec<(Arc<str>, Value)> {
            names.iter().zip(0..).map(|(name, at)| ((*name).into(), Value::Int(at))).collect()
        };
        let of_host =
            |names: &[&str], name: &str| Members::of(&members(names), Source::Host).field(name, false).cloned().ok();
        assert_eq!(of_host(&["ID", "Id", "id"], "id"), Some(Value::Int(2)));
        assert_eq!(of_host(&["x", "ID", "Id"], "id"), Some(Value::Int(1)));
        assert_eq!(of_host(&["Über"], "Über"), Some(Value::Int(0)));
        // Other letters than those of ASCII have no case here: neither umlauts, nor the sign for kelvin.
        assert_eq!((of_host(&["ÜBER"], "über"), of_host(&["\u{212a}ey"], "key")), (None, None));
        let of_caller =
            |name: &str, absent| Members::of(&members(&["ID", "n"]), Source::Caller).field(name, absent).cloned();
        assert_eq!(of_caller("n", false), Ok(Value::Int(1)));
        assert_eq!(of_caller("id", true), Ok(Value::Null));
        assert_eq!(of_caller("id", false), Err(Cause::Missing.into()));
    }

    /// In whatever order the members are, and whichever are left out.
    #[test]
    fn one_after_the_other() {
        let list: Vec<(Arc<str>, Value)> =
            ["b", "c", "a", "e"].into_iter().zip(0..).map(|(name, at)| (name.into(), Value::Int(at))).collect();
        for source in [Source::Caller, Source::Host] {
            let mut members = Members::of(&list, source);
            let found = ["a", "b", "c", "d", "e", "e"].map(|name| members.field(name, true).cloned().unwrap());
            assert_eq!(found, [Value::Int(2), Value::Int(0), Value::Int(1), Value::Null, Value::Int(3), Value::Int(3)]);
        }
    }
}
