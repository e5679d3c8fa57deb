//! `Map` and `Set` into guest memory (`abi-assemblyscript` sections 4.5 to 4.7).

use std::collections::HashMap;

use crate::transfer::fault::Fault;
use crate::transfer::memory;
use crate::transfer::pairs::{self, Entry};
use crate::transfer::{coercion, scalar};
use crate::types::{Kind, TypeId, TypePlan};
use crate::value::Value;

use super::hash;
use super::layout::{BUFFER_ID, EntryLayout, TABLE_SIZE, capacity};
use super::lower::{Lowerer, utf16};

/// What goes into one slot.
enum Item<'v> {
    /// An entry of a map.
    Entry(Entry<'v>),
    /// An element of a set, by its index.
    Element(usize, &'v Value),
}

impl Item<'_> {
    fn key(&self) -> &Value {
        match self {
            Self::Entry(entry) => entry.key(),
            Self::Element(_, element) => element,
        }
    }

    fn in_key(&self, fault: Fault) -> Fault {
        match self {
            Self::Entry(entry) => entry.in_key(fault),
            Self::Element(at, _) => fault.in_element(*at),
        }
    }
}

/// What makes two keys the same, once they are of the key type. Objects are the same only if they are one object.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Identity {
    Bits(u64),
    Text(String),
}

impl Lowerer<'_, '_> {
    /// Lowers a list of `{key, value}` objects, or an object whose names are the keys.
    pub(super) fn map(&mut self, plan: &TypePlan, value: &Value) -> Result<u32, Fault> {
        let Kind::Map { key, value: value_type, .. } = plan.kind else { return Err(no_table(plan)) };
        let nullable = |id: TypeId| matches!(self.types[id].kind, Kind::Optional(_));
        let entries = pairs::entries(value, self.source, (nullable(key), nullable(value_type)), &plan.name)?;
        self.table(plan, key, Some(value_type), entries.into_iter().map(Item::Entry))
    }

    /// Lowers a list without its duplicates.
    pub(super) fn set(&mut self, plan: &TypePlan, value: &Value) -> Result<u32, Fault> {
        let Kind::Set(element) = plan.kind else { return Err(no_table(plan)) };
        let items = match value {
            Value::List(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        self.table(plan, element, None, items.iter().enumerate().map(|(at, item)| Item::Element(at, item)))
    }

    fn table<'v>(
        &mut self,
        plan: &TypePlan,
        key: TypeId,
        value: Option<TypeId>,
        items: impl ExactSizeIterator<Item = Item<'v>>,
    ) -> Result<u32, Fault> {
        let items = self.distinct(key, items)?;
        let layout = EntryLayout::new(self.types[key].size, value.map_or(0, |id| self.types[id].size));
        let (bucket_count, slots) = capacity(items.len() as u64);
        let mark = self.heap.mark();
        let root = self.heap.allocate(TABLE_SIZE.into(), plan.class_id)?;
        let buckets = self.heap.allocate(bucket_count.saturating_mul(4), BUFFER_ID)?;
        let storage = self.heap.allocate(slots.saturating_mul(layout.size.into()), BUFFER_ID)?;
        let small = |count: u64| u32::try_from(count).expect("the heap has allocated more bytes than that");
        let mask = small(bucket_count).saturating_sub(1);
        self.heap.write_words(root, [buckets, mask, storage, small(slots), 0, 0])?;
        self.release_parts(mark)?;
        let mut heads = vec![0u32; small(bucket_count) as usize];
        for ((identity, item), used) in items.iter().zip(1u32..) {
            let address = memory::element(storage, used.saturating_sub(1) as usize, layout.size)?;
            let hash = self.key(address, key, identity.as_ref(), item).map_err(|fault| item.in_key(fault))?;
            if let (Item::Entry(entry), Some(ty)) = (item, value) {
                let word = self.word(ty, entry.value).map_err(|fault| entry.in_value(fault))?;
                self.put(address, layout.value, ty, word)?;
            }
            if let Some(head) = heads.get_mut((hash & mask) as usize) {
                let next = std::mem::replace(head, address);
                self.heap.write(address, layout.tag, &next.to_le_bytes())?;
            }
            // From here on the map keeps key and value alive: slots used, and entries that are live.
            self.heap.write(root, 16, &used.to_le_bytes())?;
            self.heap.write(root, 20, &used.to_le_bytes())?;
            self.release_parts(mark)?;
        }
        let heads: Vec<u8> = heads.into_iter().flat_map(u32::to_le_bytes).collect();
        self.heap.write(buckets, 0, &heads)?;
        Ok(root)
    }

    /// Writes the key, which stays pinned; answers its hash.
    fn key(&mut self, address: u32, key: TypeId, identity: Option<&Identity>, item: &Item<'_>) -> Result<u32, Fault> {
        let (word, hash) = match identity {
            Some(Identity::Bits(bits)) => (*bits, hash::scalar(&self.types[key].kind, *bits)),
            Some(Identity::Text(text)) => {
                let hash = hash::bytes(&utf16(text));
                (self.word(key, item.key())?, hash)
            }
            None => {
                let object = self.reference(key, item.key())?;
                let null_text = object == 0 && self.is_text(key);
                (object.into(), if null_text { 0 } else { hash::short(object, 4) })
            }
        };
        self.put(address, 0, key, word)?;
        Ok(hash)
    }

    /// Of equal keys the last value counts, at the place of the first.
    fn distinct<'v>(
        &self,
        key: TypeId,
        items: impl ExactSizeIterator<Item = Item<'v>>,
    ) -> Result<Vec<(Option<Identity>, Item<'v>)>, Fault> {
        let mut list: Vec<(Option<Identity>, Item<'v>)> = Vec::with_capacity(items.len());
        let mut seen = HashMap::new();
        for item in items {
            let identity = self.identity(key, item.key()).map_err(|fault| item.in_key(fault))?;
            // All nulls are one key; other objects are never the same.
            if identity.is_none() && *item.key() != Value::Null {
                list.push((None, item));
                continue;
            }
            match seen.get(&identity).and_then(|at: &usize| list.get_mut(*at)) {
                Some((_, first)) => *first = item,
                None => {
                    seen.insert(identity.clone(), list.len());
                    list.push((identity, item));
                }
            }
        }
        Ok(list)
    }

    /// The key's identity; nothing for null and for objects.
    fn identity(&self, key: TypeId, value: &Value) -> Result<Option<Identity>, Fault> {
        let plan = &self.types[key];
        if plan.kind.is_scalar() {
            return scalar::encode(plan, value).map(Identity::Bits).map(Some);
        }
        if *value == Value::Null || !self.is_text(key) {
            return Ok(None);
        }
        Ok(Some(Identity::Text(coercion::string(value)?.into_owned())))
    }

    fn is_text(&self, id: TypeId) -> bool {
        match self.types[id].kind {
            Kind::String => true,
            Kind::Optional(inner) => self.types[inner].kind == Kind::String,
            _ => false,
        }
    }
}

fn no_table(plan: &TypePlan) -> Fault {
    Fault::of_type(format!("type {} is neither a map nor a set", plan.name))
}
