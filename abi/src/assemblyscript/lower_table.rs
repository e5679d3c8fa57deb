//! `Map` and `Set` into guest memory (`abi-assemblyscript` sections 4.5 to 4.7).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::number;
use crate::types::{Kind, TypeId, TypePlan};
use crate::value::Value;

use super::fault::Fault;
use super::layout::{BUFFER_ID, EntryLayout, TABLE_SIZE, capacity};
use super::lower::{Lowering, utf16};
use super::{hash, scalar};

/// An entry of a map or set as given.
struct Entry<'v> {
    key: Cow<'v, Value>,
    /// Nothing in a set.
    value: Option<&'v Value>,
    place: Place,
}

enum Place {
    Index(usize),
    Name(Arc<str>),
}

impl Place {
    fn of(&self, fault: Fault) -> Fault {
        match self {
            Self::Index(at) => fault.in_element(*at),
            Self::Name(name) => fault.in_field(name),
        }
    }
}

/// What makes two keys the same, once they are of the key type. Objects are the same only if they are one object.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Identity {
    Bits(u64),
    Text(String),
}

impl Lowering<'_> {
    /// Lowers a list of `{key, value}` objects, or an object whose names are the keys.
    pub(super) fn map(&mut self, plan: &TypePlan, value: &Value) -> Result<u32, Fault> {
        let Kind::Map { key, value: value_type, .. } = plan.kind else { return Err(no_table(plan)) };
        let mut entries = Vec::new();
        match value {
            Value::Object(fields) => entries.extend(fields.iter().map(|(name, value)| Entry {
                key: Cow::Owned(Value::String(name.to_string())),
                value: Some(value),
                place: Place::Name(name.clone()),
            })),
            Value::List(pairs) => {
                for (at, pair) in pairs.iter().enumerate() {
                    if !matches!(pair, Value::Object(_)) {
                        let reason = format!("{} is not an object with a key and a value", pair.describe());
                        return Err(Fault::from(reason).in_element(at));
                    }
                    let part = |name| pair.get(name).unwrap_or(&Value::Null);
                    let key = Cow::Borrowed(part("key"));
                    entries.push(Entry { key, value: Some(part("value")), place: Place::Index(at) });
                }
            }
            other => return Err(format!("{} is not a map of type {}", other.describe(), plan.name).into()),
        }
        self.table(plan, key, Some(value_type), entries)
    }

    /// Lowers a list without its duplicates.
    pub(super) fn set(&mut self, plan: &TypePlan, value: &Value) -> Result<u32, Fault> {
        let Kind::Set(element) = plan.kind else { return Err(no_table(plan)) };
        let items = match value {
            Value::List(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let entry = |(at, item)| Entry { key: Cow::Borrowed(item), value: None, place: Place::Index(at) };
        self.table(plan, element, None, items.iter().enumerate().map(entry).collect())
    }

    fn table(
        &mut self,
        plan: &TypePlan,
        key: TypeId,
        value: Option<TypeId>,
        entries: Vec<Entry<'_>>,
    ) -> Result<u32, Fault> {
        let entries = self.distinct(key, value, entries)?;
        let layout = EntryLayout::new(self.types[key].size, value.map_or(0, |id| self.types[id].size));
        let (bucket_count, slots) = capacity(entries.len() as u64);
        let mark = self.mark();
        let root = self.allocate(TABLE_SIZE.into(), plan.class_id)?;
        let buckets = self.allocate(bucket_count * 4, BUFFER_ID)?;
        let storage = self.allocate(slots * u64::from(layout.size), BUFFER_ID)?;
        // The allocations above have refused counts beyond 30 bits.
        let mask = (bucket_count - 1) as u32;
        self.write_words(root, [buckets, mask, storage, slots as u32, 0, 0])?;
        self.release(mark + 1)?;
        let mut heads = vec![0u32; bucket_count as usize];
        for (at, (identity, entry)) in entries.iter().enumerate() {
            let address = storage + at as u32 * layout.size;
            let parts = (key, value);
            let hash = self.entry(address, layout, parts, identity.as_ref(), entry).map_err(|f| entry.place.of(f))?;
            let head = &mut heads[(hash & mask) as usize];
            let next = std::mem::replace(head, address);
            self.write(address, layout.tag.into(), &next.to_le_bytes())?;
            // From here on the map keeps key and value alive.
            let used = (at as u32 + 1).to_le_bytes();
            self.write(root, 16, &used)?;
            self.write(root, 20, &used)?;
            self.release(mark + 1)?;
        }
        let heads: Vec<u8> = heads.into_iter().flat_map(u32::to_le_bytes).collect();
        self.write(buckets, 0, &heads)?;
        Ok(root)
    }

    /// Writes key and value, which stay pinned; answers the key's hash.
    fn entry(
        &mut self,
        address: u32,
        layout: EntryLayout,
        (key, value): (TypeId, Option<TypeId>),
        identity: Option<&Identity>,
        entry: &Entry<'_>,
    ) -> Result<u32, Fault> {
        let in_key = |fault: Fault| if value.is_some() { fault.in_field("key") } else { fault };
        let plan = &self.types[key];
        let (word, hash) = match identity {
            Some(Identity::Bits(bits)) => (*bits, hash::scalar(&plan.kind, *bits)),
            Some(Identity::Text(text)) => {
                let hash = hash::bytes(&utf16(text));
                (self.word(key, &entry.key).map_err(in_key)?, hash)
            }
            None => {
                let address = self.reference(key, &entry.key).map_err(in_key)?;
                let null_text = address == 0 && self.is_text(key);
                (address.into(), if null_text { 0 } else { hash::short(address, 4) })
            }
        };
        self.put(address, 0, key, word)?;
        if let (Some(ty), Some(value)) = (value, entry.value) {
            let word = self.word(ty, value).map_err(|fault| match entry.place {
                Place::Index(_) => fault.in_field("value"),
                Place::Name(_) => fault,
            })?;
            self.put(address, layout.value, ty, word)?;
        }
        Ok(hash)
    }

    fn put(&mut self, address: u32, offset: u32, ty: TypeId, word: u64) -> Result<(), Fault> {
        let size = self.types[ty].size.min(8) as usize;
        self.write(address, offset.into(), &word.to_le_bytes()[..size])
    }

    /// Of equal keys the last value counts, at the place of the first.
    fn distinct<'v>(
        &self,
        key: TypeId,
        value: Option<TypeId>,
        entries: Vec<Entry<'v>>,
    ) -> Result<Vec<(Option<Identity>, Entry<'v>)>, Fault> {
        let mut list: Vec<(Option<Identity>, Entry<'v>)> = Vec::with_capacity(entries.len());
        let mut seen = HashMap::new();
        for entry in entries {
            let missing =
                |ty: TypeId, value: &Value| *value == Value::Null && !matches!(self.types[ty].kind, Kind::Optional(_));
            if value.is_some() && missing(key, &entry.key) {
                return Err(entry.place.of(Fault::null("nil value", &self.types[key]).in_field("key")));
            }
            if let (Some(ty), Some(given)) = (value, entry.value)
                && missing(ty, given)
            {
                return Err(entry.place.of(Fault::null("nil value", &self.types[ty]).in_field("value")));
            }
            let identity = self.identity(key, &entry.key).map_err(|reason| {
                let fault = Fault::from(reason);
                entry.place.of(if value.is_some() { fault.in_field("key") } else { fault })
            })?;
            // All nulls are one key; other objects are never the same.
            if identity.is_none() && *entry.key != Value::Null {
                list.push((None, entry));
                continue;
            }
            match seen.get(&identity) {
                Some(&at) => {
                    let (_, first): &mut (_, Entry<'v>) = &mut list[at];
                    (first.value, first.place) = (entry.value, entry.place);
                }
                None => {
                    seen.insert(identity.clone(), list.len());
                    list.push((identity, entry));
                }
            }
        }
        Ok(list)
    }

    /// The key's identity; nothing for null and for objects.
    fn identity(&self, key: TypeId, value: &Value) -> Result<Option<Identity>, String> {
        let plan = &self.types[key];
        if scalar::is_scalar(&plan.kind) {
            return scalar::encode(plan, value).map(Identity::Bits).map(Some);
        }
        if *value == Value::Null || !self.is_text(key) {
            return Ok(None);
        }
        Ok(Some(Identity::Text(number::string(value)?.into_owned())))
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
    format!("type {} is neither a map nor a set", plan.name).into()
}
