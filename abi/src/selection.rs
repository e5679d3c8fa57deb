//! Which parts of a result are wanted, so that the others need not be read.

/// The wanted part of a value. Lists and nullable values pass it on to what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Everything.
    #[default]
    All,
    /// Of an object, these fields with the selection below each, sorted by their index. The fields are those of a
    /// struct in the order of its plan, [`KEY`](Self::KEY) and [`VALUE`](Self::VALUE) of a map's entries, or several
    /// results in their order.
    Fields(Vec<(u32, Selection)>),
}

static ALL: Selection = Selection::All;

impl Selection {
    /// Index of the key of a map's entry.
    pub const KEY: u32 = 0;
    /// Index of its value.
    pub const VALUE: u32 = 1;

    /// The wanted ones of an object's fields, in their order, each with the selection below it.
    pub fn of<'a, T>(&'a self, fields: &'a [T]) -> impl Iterator<Item = (&'a T, &'a Self)> {
        let (all, some) = match self {
            Self::All => (fields, &[][..]),
            Self::Fields(some) => (&[][..], &**some),
        };
        let picked = some.iter().filter_map(|(index, below)| Some((fields.get(*index as usize)?, below)));
        all.iter().map(|field| (field, &ALL)).chain(picked)
    }

    /// How many of `fields` fields are wanted.
    pub fn count(&self, fields: usize) -> usize {
        match self {
            Self::All => fields,
            Self::Fields(some) => some.len(),
        }
    }

    /// The selection below a field; `None` where it is not wanted.
    pub fn field(&self, index: u32) -> Option<&Self> {
        match self {
            Self::All => Some(&ALL),
            Self::Fields(some) => some.iter().find(|(at, _)| *at == index).map(|(_, below)| below),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let some =
            Selection::Fields(vec![(0, Selection::All), (2, Selection::Fields(Vec::new())), (9, Selection::All)]);
        let names =
            |selection: &Selection| -> Vec<_> { selection.of(&["a", "b", "c"]).map(|(name, _)| *name).collect() };
        assert_eq!(names(&some), ["a", "c"]);
        assert_eq!(names(&Selection::All), ["a", "b", "c"]);
        assert_eq!(some.field(2), Some(&Selection::Fields(Vec::new())));
        assert_eq!((some.field(1), Selection::All.field(7)), (None, Some(&Selection::All)));
    }
}
