//! `Map` and `Set` out of guest memory (`abi-assemblyscript` sections 4.5, 4.6 and 7).

use std::sync::Arc;

use crate::types::{Kind, TypeId};
use crate::value::Value;

use super::fault::Fault;
use super::layout::EntryLayout;
use super::lift::Lifting;

impl Lifting<'_> {
    /// A list of `{key, value}` objects, sorted by the keys' text; keys without one keep insertion order.
    pub(super) fn map(&mut self, key: TypeId, value: TypeId, address: u32) -> Result<Value, Fault> {
        let layout = EntryLayout::new(self.types[key].size, self.types[value].size);
        let slots = self.live_entries(address, layout)?;
        let mut pairs = Vec::with_capacity(slots.len());
        for (at, slot) in slots.into_iter().enumerate() {
            let fault = |name: &'static str| move |fault: Fault| fault.in_field(name).in_element(at);
            let lifted = self.slot(key, slot).map_err(fault("key"))?;
            pairs.push((lifted, self.slot(value, slot + layout.value).map_err(fault("value"))?));
        }
        if self.has_text(key) {
            // Null comes first.
            pairs.sort_by_cached_key(|(key, _)| key.key_text());
        }
        let (key_name, value_name): (Arc<str>, Arc<str>) = ("key".into(), "value".into());
        let pair = |(key, value)| Value::Object(vec![(key_name.clone(), key), (value_name.clone(), value)]);
        Ok(Value::List(pairs.into_iter().map(pair).collect()))
    }

    /// A list in insertion order.
    pub(super) fn set(&mut self, element: TypeId, address: u32) -> Result<Value, Fault> {
        let layout = EntryLayout::new(self.types[element].size, 0);
        let slots = self.live_entries(address, layout)?;
        let lift = |(at, slot)| self.slot(element, slot).map_err(|fault: Fault| fault.in_element(at));
        slots.into_iter().enumerate().map(lift).collect::<Result<_, _>>().map(Value::List)
    }

    /// Addresses of the entries that are not deleted, in insertion order.
    fn live_entries(&self, address: u32, layout: EntryLayout) -> Result<Vec<u32>, Fault> {
        let entries = self.number(address, 8)?;
        let capacity = self.number(address, 12)?;
        let used = self.number(address, 16)?;
        let live = self.number(address, 20)?;
        if capacity == 0 || used > capacity || live > used {
            return Err(format!("a map of {live} entries in {used} of {capacity} slots cannot be").into());
        }
        self.region(entries, u64::from(used) * u64::from(layout.size))?;
        self.room(live.into())?;
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
