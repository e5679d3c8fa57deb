//! Fields of a selection set by their response keys.

use std::collections::HashMap;

use juniper::parser::{SourcePosition, Spanning};
use juniper::{InputValue, Selection};

use super::plan::{Conditions, Occurrence};
use super::scalar::Scalar;
use crate::limits::CONDITIONS;

pub(crate) type Selections<'d> = &'d [Selection<'d, Scalar>];
/// juniper does not export the names of these types of its syntax tree.
pub(crate) type Arguments<'d> = [(Spanning<&'d str>, Spanning<InputValue<Scalar>>)];
/// Selections below a field, with the conditions that lead there.
pub(crate) type Below<'d> = (Selections<'d>, Conditions);

/// The fields selected under one response key.
pub(crate) struct Group<'d> {
    pub(crate) key: &'d str,
    pub(crate) name: &'d str,
    pub(crate) arguments: &'d Arguments<'d>,
    pub(crate) position: SourcePosition,
    pub(crate) occurrences: Vec<Occurrence>,
    /// The selections below each occurrence.
    pub(crate) below: Vec<Below<'d>>,
}

/// Groups by response key, in order of the first occurrence.
#[derive(Default)]
pub(crate) struct Collector<'d> {
    pub(crate) groups: Vec<Group<'d>>,
    index: HashMap<&'d str, usize>,
    sequence: usize,
}

impl<'d> Collector<'d> {
    /// The group of `key`; `None` where it stands for something else already.
    pub(crate) fn group(
        &mut self,
        key: &'d str,
        name: &'d str,
        arguments: &'d Arguments<'d>,
        position: SourcePosition,
    ) -> Option<&mut Group<'d>> {
        let next = self.groups.len();
        let at = *self.index.entry(key).or_insert(next);
        if at == next {
            let (occurrences, below) = (Vec::new(), Vec::new());
            self.groups.push(Group { key, name, arguments, position, occurrences, below });
        }
        let group = &mut self.groups[at];
        let same = |(name, value): &(Spanning<&str>, Spanning<InputValue<Scalar>>)| {
            let other = group.arguments.iter().find(|(other, _)| other.item == name.item);
            other.is_some_and(|(_, other)| other.item.unlocated_eq(&value.item))
        };
        let fits = group.name == name
            && group.arguments.len() == arguments.len()
            && (std::ptr::eq(group.arguments, arguments) || arguments.iter().all(same));
        fits.then_some(group)
    }

    /// Notes one more occurrence of `key`, which has a group; false where there are too many of them.
    pub(crate) fn occurs(&mut self, key: &str, conditions: Conditions) -> bool {
        let sequence = self.sequence;
        self.sequence += 1;
        let Some(group) = self.index.get(key).and_then(|at| self.groups.get_mut(*at)) else { return true };
        // After one that always holds, or that needs no more than this one, the others say nothing new.
        if group.occurrences.iter().any(|earlier| earlier.conditions.are_among(conditions)) {
            return true;
        }
        if group.occurrences.len() >= CONDITIONS {
            return false;
        }
        group.occurrences.push(Occurrence { sequence, conditions });
        true
    }
}
