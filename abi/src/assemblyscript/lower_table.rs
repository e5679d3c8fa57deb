//! `Map` and `Set` into guest memory (`abi-assemblyscript` sections 4.5 to 4.7).

use std::borrow::Cow;
use std::collections::HashMap;

use crate::transfer::fault::Fault;
use crate::transfer::memory;
use crate::transfer::pairs::{self, Entry};
use crate::transfer::{coercion, scalar};
use crate::types::{Kind, TypeId, TypePlan};
use crate::value::Value;

use super::hash;
use super::image::ByAddress;
use super::layout::{BUFFER_ID, EntryLayout, TABLE_SIZE, capacity};
use super::lower::Lowerer;

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
enum Identity<'v> {
    Null,
    Bits(u64),
    Text(Cow<'v, str>),
}

impl Lowerer<'_> {
    /// Lowers a list of `{key, value}` objects, or an object whose names are the keys.
    pub(super) fn map(&mut self, plan: &TypePlan, value: &Value) -> Result<u32, Fault> {
        let Kind::Map { key, value: value_type, .. } = plan.kind else { return Err(no_table(plan)) };
        let nullable = |id: TypeId| matches!(self.types[id].kind, Kind::Optional(_));
        let entries = pairs::entries(value, self.source, (nullable(key), nullable(value_type)), &plan.name)?;
        self.table(plan, key, Some(value_type), &entries.into_iter().map(Item::Entry).collect::<Vec<_>>())
    }

    /// Lowers a list without its duplicates.
    pub(super) fn set(&mut self, plan: &TypePlan, value: &Value) -> Result<u32, Fault> {
        let Kind::Set(element) = plan.kind else { return Err(no_table(plan)) };
        let items = match value {
            Value::List(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let items: Vec<_> = items.iter().enumerate().map(|(at, item)| Item::Element(at, item)).collect();
        self.table(plan, element, None, &items)
    }

    fn table(&mut self, plan: &TypePlan, key: TypeId, value: Option<TypeId>, items: &[Item<'_>]) -> Result<u32, Fault> {
        let items = self.distinct(key, items)?;
        let layout = EntryLayout::new(self.types[key].size, value.map_or(0, |id| self.types[id].size));
        let (bucket_count, slots) = capacity(items.len() as u64);
        let root = self.image.allocate(TABLE_SIZE.into(), plan.class_id)?;
        let buckets = self.image.allocate(bucket_count.saturating_mul(4), BUFFER_ID)?;
        let entries = self.image.allocate(slots.saturating_mul(layout.size.into()), BUFFER_ID)?;
        let small = |count: u64| u32::try_from(count).expect("the image has objects of more bytes than that");
        let (mask, count) = (small(bucket_count).saturating_sub(1), small(items.len() as u64));
        self.image.write_words(root, [0, mask, 0, small(slots), count, count])?;
        self.image.refer(root, 0, buckets)?;
        self.image.refer(root, 8, entries)?;
        let mut heads = vec![0u32; small(bucket_count) as usize];
        for (at, (identity, item)) in items.iter().enumerate() {
            let address = memory::element(entries, at, layout.size)?;
            let hash = self.key(address, key, identity.as_ref(), item).map_err(|fault| item.in_key(fault))?;
            if let (Item::Entry(entry), Some(ty)) = (item, value) {
                let word = self.word(ty, entry.value).map_err(|fault| entry.in_value(fault))?;
                self.put(address, layout.value, ty, word)?;
            }
            if let Some(head) = hash.and_then(|hash| heads.get_mut((hash & mask) as usize)) {
                let next = std::mem::replace(head, address);
                self.image.refer(address, layout.tag, next)?;
            }
        }
        if !self.has_hash(key) {
            self.image.chain_later(ByAddress { buckets, mask, entries, count, stride: layout.size, tag: layout.tag });
        }
        for (at, head) in heads.into_iter().enumerate() {
            self.image.refer(memory::element(buckets, at, 4)?, 0, head)?;
        }
        Ok(root)
    }

    /// Writes the key; answers its hash, unless it has none yet.
    fn key(
        &mut self,
        address: u32,
        key: TypeId,
        identity: Option<&Identity<'_>>,
        item: &Item<'_>,
    ) -> Result<Option<u32>, Fault> {
        let (word, hash) = match identity {
            Some(Identity::Bits(bits)) => (*bits, Some(hash::scalar(&self.types[key].kind, *bits))),
            _ => {
                let object = self.reference(key, item.key())?;
                // Null is hashed as 0 where it is among texts.
                let hash = match (self.is_text(key), object) {
                    (true, 0) => Some(0),
                    (true, _) => Some(hash::bytes(self.image.payload(object)?)),
                    (false, _) => None,
                };
                (object.into(), hash)
            }
        };
        self.put(address, 0, key, word)?;
        Ok(hash)
    }

    /// Whether keys of the type are hashed by their content, and not by their address.
    fn has_hash(&self, key: TypeId) -> bool {
        self.types[key].kind.is_scalar() || self.is_text(key)
    }

    /// Of equal keys the last value counts, at the place of the first.
    fn distinct<'i, 'v>(
        &self,
        key: TypeId,
        items: &'i [Item<'v>],
    ) -> Result<Vec<(Option<Identity<'i>>, &'i Item<'v>)>, Fault> {
        let mut list: Vec<(Option<Identity<'i>>, &'i Item<'v>)> = Vec::with_capacity(items.len());
        let mut seen = HashMap::with_capacity(items.len());
        for item in items {
            let identity = self.identity(key, item.key()).map_err(|fault| item.in_key(fault))?;
            let known = identity.clone().map(|identity| *seen.entry(identity).or_insert(list.len()));
            match known.and_then(|at| list.get_mut(at)) {
                Some((_, first)) => *first = item,
                None => list.push((identity, item)),
            }
        }
        Ok(list)
    }

    /// The key's identity; objects have none.
    fn identity<'v>(&self, key: TypeId, value: &'v Value) -> Result<Option<Identity<'v>>, Fault> {
        let plan = &self.types[key];
        Ok(match value {
            _ if plan.kind.is_scalar() => Some(Identity::Bits(scalar::encode(plan, value)?)),
            Value::Null => Some(Identity::Null),
            _ if self.is_text(key) => Some(Identity::Text(coercion::string(value)?)),
            _ => None,
        })
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
