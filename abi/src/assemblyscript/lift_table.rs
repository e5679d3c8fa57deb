//! `Map` and `Set` out of guest memory (`abi-assemblyscript` sections 4.5, 4.6 and 7).

use std::sync::Arc;

use crate::selection::Selection;
use crate::types::{Kind, TypeId};
use crate::value::Value;

use super::fault::Fault;
use super::layout::EntryLayout;
use super::lift::Lifting;

impl Lifting<'_> {
    /// A list of `{key, value}` objects, sorted by the keys' text; keys without one keep insertion order.
    pub(super) fn map(&mut self, key: TypeId, value: TypeId, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let layout = EntryLayout::new(self.types[key].size, self.types[value].size);
        let slots = self.live_entries(address, layout)?;
        let (of_key, of_value) = (wanted.field(Selection::KEY), wanted.field(Selection::VALUE));
        // The keys decide the order of the values.
        let sorted = self.has_text(key) && (of_key.is_some() || of_value.is_some());
        let reading = of_key.or(sorted.then_some(&Selection::All));
        let (key_name, value_name): (Arc<str>, Arc<str>) = ("key".into(), "value".into());
        let mut pairs = Vec::with_capacity(slots.len());
        for (at, slot) in slots.into_iter().enumerate() {
            let fault = |name: &'static str| move |fault: Fault| fault.in_field(name).in_element(at);
            let mut entries = Vec::with_capacity(wanted.count(2));
            let mut order = None;
            if let Some(below) = reading {
                self.budget.values(1)?;
                let lifted = self.slot(key, slot, below).map_err(fault("key"))?;
                // Null, which has no text, comes first.
                order = lifted.key_text().filter(|_| sorted);
                entries.extend(of_key.map(|_| (key_name.clone(), lifted)));
            }
            if let Some(below) = of_value {
                self.budget.values(1)?;
                let lifted = self.slot(value, slot + layout.value, below).map_err(fault("value"))?;
                entries.push((value_name.clone(), lifted));
            }
            pairs.push((order, Value::Object(entries)));
        }
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Value::List(pairs.into_iter().map(|(_, pair)| pair).collect()))
    }

    /// A list in insertion order.
    pub(super) fn set(&mut self, element: TypeId, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let layout = EntryLayout::new(self.types[element].size, 0);
        let slots = self.live_entries(address, layout)?;
        let lift = |(at, slot)| self.slot(element, slot, wanted).map_err(|fault: Fault| fault.in_element(at));
        slots.into_iter().enumerate().map(lift).collect::<Result<_, _>>().map(Value::List)
    }

    /// Addresses of the entries that are not deleted, in insertion order.
    fn live_entries(&mut self, address: u32, layout: EntryLayout) -> Result<Vec<u32>, Fault> {
        let entries = self.number(address, 8)?;
        let capacity = self.number(address, 12)?;
        let used = self.number(address, 16)?;
        let live = self.number(address, 20)?;
        if capacity == 0 || used > capacity || live > used {
            return Err(format!("a map of {live} entries in {used} of {capacity} slots cannot be").into());
        }
        // Deleted entries are looked at, too.
        self.budget.values(used.into())?;
        self.region(entries, u64::from(used) * u64::from(layout.size))?;
        let mut slots = Vec::with_capacity(live as usize);
        for at in 0..used {
            // Inside the region above, hence inside 32 bits.
            let slot = entries + at * layout.size;
            if self.number(slot, layout.tag)? & 1 == 0 {
                if slots.len() == live as usize {
                    return Err(format!("a map of {live} entries has more than that").into());
                }
                slots.push(slot);
            }
        }
        if slots.len() < live as usize {
            return Err(format!("a map of {live} entries has only {}", slots.len()).into());
        }
        Ok(slots)
    }

    fn has_text(&self, key: TypeId) -> bool {
        match &self.types[key].kind {
            Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64 | Kind::String | Kind::Timestamp => true,
            Kind::Optional(inner) => matches!(self.types[*inner].kind, Kind::String | Kind::Timestamp),
            _ => false,
        }
    }
}
