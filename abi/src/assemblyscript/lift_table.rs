//! `Map` and `Set` out of guest memory (`abi-assemblyscript` sections 4.5, 4.6 and 7).

use crate::selection::Selection;
use crate::transfer::fault::Fault;
use crate::transfer::memory::{element, offset, slice};
use crate::transfer::pairs::{self, Pairs, Wanted};
use crate::types::TypeId;
use crate::value::Value;

use super::layout::EntryLayout;
use super::lift::Lifter;

impl Lifter<'_> {
    /// A list of `{key, value}` objects in the order of [`Pairs`].
    pub(super) fn map(&mut self, key: TypeId, value: TypeId, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let layout = EntryLayout::new(self.types[key].size, self.types[value].size);
        let slots = self.live_entries(address, layout)?;
        let wanted = Wanted::of(self.types, key, wanted);
        let mut list = Pairs::new(wanted, slots.len());
        for (at, slot) in slots.into_iter().enumerate() {
            let mut part = |ty, distance, below: Option<&Selection>| {
                let below = below?;
                let place = self.budget.values(1).map_err(Fault::from).and_then(|()| offset(slot, distance));
                Some(place.and_then(|place| self.slot(ty, place, below)))
            };
            let lifted = part(key, 0, wanted.key).transpose().map_err(|fault| pairs::in_key(fault, at))?;
            let value = part(value, layout.value, wanted.value).transpose();
            list.push(lifted, value.map_err(|fault| pairs::in_value(fault, at))?);
        }
        Ok(list.into_value())
    }

    /// A list in insertion order.
    pub(super) fn set(&mut self, item: TypeId, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let layout = EntryLayout::new(self.types[item].size, 0);
        let slots = self.live_entries(address, layout)?;
        let lift = |(at, slot)| self.slot(item, slot, wanted).map_err(|fault: Fault| fault.in_element(at));
        slots.into_iter().enumerate().map(lift).collect::<Result<_, _>>().map(Value::List)
    }

    /// Addresses of the entries that are not deleted, in insertion order.
    fn live_entries(&mut self, address: u32, layout: EntryLayout) -> Result<Vec<u32>, Fault> {
        let entries = self.number(address, 8)?;
        let capacity = self.number(address, 12)?;
        let used = self.number(address, 16)?;
        let live = self.number(address, 20)?;
        if capacity == 0 || used > capacity || live > used {
            return Err(Fault::guest(format!("a map of {live} entries in {used} of {capacity} slots cannot be")));
        }
        // Deleted entries are looked at, too.
        self.budget.values(used.into())?;
        slice(self.memory, entries, u64::from(used).saturating_mul(layout.size.into()))?;
        let mut slots = Vec::with_capacity(live as usize);
        for at in 0..used as usize {
            let slot = element(entries, at, layout.size)?;
            if self.number(slot, layout.tag)? & 1 == 0 {
                if slots.len() == live as usize {
                    return Err(Fault::guest(format!("a map of {live} entries has more than that")));
                }
                slots.push(slot);
            }
        }
        if slots.len() < live as usize {
            return Err(Fault::guest(format!("a map of {live} entries has only {}", slots.len())));
        }
        Ok(slots)
    }
}
