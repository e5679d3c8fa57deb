//! Host values into guest memory (`abi-assemblyscript` sections 4 to 6).

use std::sync::Arc;

use crate::budget::Budget;
use crate::guest::{self, Guest, Limits, Stopped};
use crate::language::Root;
use crate::number;
use crate::timestamp;
use crate::types::{FieldPlan, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

use super::fault::Fault;
use super::helpers;
use super::layout::{ARRAY_SIZE, BUFFER_ID, DATE_SIZE, MAX_PAYLOAD, STRING_ID, VIEW_SIZE};
use super::scalar;

/// Where values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A caller of the app's function: fields match exactly.
    Caller,
    /// A host function: fields match whatever their case, and a null list is an empty one.
    Host,
}

/// Builds objects in a guest.
///
/// Every object is pinned at once and unpinned when it is stored in its parent, which is pinned itself; the roots stay
/// pinned until [`release`](Self::release).
pub(super) struct Lowering<'a> {
    pub(super) guest: &'a mut dyn Guest,
    pub(super) types: &'a Types,
    source: Source,
    budget: Budget,
    /// Objects that are pinned, oldest first.
    pins: Vec<Root>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(types: &'a Types, guest: &'a mut dyn Guest, source: Source, limits: &Limits) -> Self {
        Self::with(types, guest, source, limits, Vec::new())
    }

    /// The same with objects that were pinned before.
    pub(super) fn with(
        types: &'a Types,
        guest: &'a mut dyn Guest,
        source: Source,
        limits: &Limits,
        pins: Vec<Root>,
    ) -> Self {
        Self { guest, types, source, budget: Budget::new(limits), pins }
    }

    /// Leaves the pinned objects as they are, to be taken over by another.
    pub(super) fn into_roots(self) -> Vec<Root> {
        self.pins
    }

    /// Lowers a value to its core value.
    pub(super) fn word(&mut self, ty: TypeId, value: &Value) -> Result<u64, Fault> {
        let plan = &self.types[ty];
        if scalar::is_scalar(&plan.kind) {
            return Ok(scalar::encode(plan, value)?);
        }
        self.reference(ty, value).map(u64::from)
    }

    /// The number of pinned objects, for [`release`](Self::release).
    pub(super) fn mark(&self) -> usize {
        self.pins.len()
    }

    /// Unpins what was pinned after `mark`, youngest first.
    pub(super) fn release(&mut self, mark: usize) -> Result<(), Stopped> {
        while self.pins.len() > mark
            && let Some(Root::Pinned(address) | Root::Block(address)) = self.pins.pop()
        {
            self.guest.helper(&helpers::UNPIN, &[address])?;
        }
        Ok(())
    }

    /// Lowers a reference; the object, if any, is left as the one pin that was added.
    pub(super) fn reference(&mut self, ty: TypeId, value: &Value) -> Result<u32, Fault> {
        let types = self.types;
        let plan = &types[ty];
        if let Kind::Optional(inner) = plan.kind {
            return if *value == Value::Null { Ok(0) } else { self.reference(inner, value) };
        }
        let empty = Value::List(Vec::new());
        let value = match (value, self.source, &plan.kind) {
            (Value::Null, Source::Host, Kind::List { .. } | Kind::Map { .. } | Kind::Set(_)) => &empty,
            (Value::Null, ..) => return Err(Fault::null("nil value", plan)),
            _ => value,
        };
        self.budget.enter()?;
        let address = self.object(plan, value)?;
        self.budget.leave();
        Ok(address)
    }

    fn object(&mut self, plan: &'a TypePlan, value: &Value) -> Result<u32, Fault> {
        match &plan.kind {
            Kind::String => self.text(value),
            Kind::Timestamp => self.date(plan, value),
            Kind::List { element, sequence, bytes } => self.list(plan, *element, *sequence, *bytes, value),
            Kind::Struct(fields) => self.class(plan, fields, value),
            Kind::Map { .. } => self.map(plan, value),
            Kind::Set(_) => self.set(plan, value),
            Kind::Unsupported(reason) | Kind::Opaque(reason) => Err(reason.as_str().into()),
            Kind::Optional(_) | Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64 => {
                Err(format!("type {} is not a reference", plan.name).into())
            }
        }
    }

    /// Allocates and pins a zeroed object.
    pub(super) fn allocate(&mut self, size: u64, class_id: u32) -> Result<u32, Fault> {
        let small = u32::try_from(size).ok().filter(|_| size <= MAX_PAYLOAD);
        let small = small.ok_or_else(|| format!("{size} bytes are more than an object can hold"))?;
        let address = self.guest.helper(&helpers::NEW, &[small, class_id])? as u32;
        if address == 0 {
            return Err("failed to allocate WASM memory".into());
        }
        self.guest.helper(&helpers::PIN, &[address])?;
        self.pins.push(Root::Pinned(address));
        // Only one of the guest's runtimes promises zeroed memory.
        let start = address as usize;
        let end = start.checked_add(small as usize);
        match end.and_then(|end| self.guest.memory_mut().get_mut(start..end)) {
            Some(payload) => payload.fill(0),
            None => return Err(outside()),
        }
        Ok(address)
    }

    /// Writes into an object that was allocated here.
    pub(super) fn write(&mut self, address: u32, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        let at = u64::from(address) + offset;
        let at = u32::try_from(at).map_err(|_| outside())?;
        guest::write(self.guest.memory_mut(), at, bytes).ok_or_else(outside)
    }

    /// Writes consecutive 32-bit words into an object.
    pub(super) fn write_words<const N: usize>(&mut self, address: u32, words: [u32; N]) -> Result<(), Fault> {
        for (at, word) in (0u64..).step_by(4).zip(words) {
            self.write(address, at, &word.to_le_bytes())?;
        }
        Ok(())
    }

    fn text(&mut self, value: &Value) -> Result<u32, Fault> {
        let text = number::string(value)?;
        let bytes = utf16(&text);
        let address = self.allocate(bytes.len() as u64, STRING_ID)?;
        self.write(address, 0, &bytes)?;
        Ok(address)
    }

    /// The guest's getters use the cached year, month and day, so all four are written.
    fn date(&mut self, plan: &TypePlan, value: &Value) -> Result<u32, Fault> {
        let Value::String(text) = value else {
            return Err(format!("incompatible type for timestamp: {}", value.describe()).into());
        };
        let instant = timestamp::parse(text)?;
        let shown = timestamp::format(instant)?;
        let part = |from: usize, to: usize| shown.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
        let (Some(year), Some(month), Some(day)) = (part(0, 4), part(5, 7), part(8, 10)) else {
            return Err(format!("failed to parse date time string: {text}").into());
        };
        let milliseconds = instant.seconds * 1000 + i64::from(instant.nanoseconds / 1_000_000);
        let address = self.allocate(u64::from(DATE_SIZE), plan.class_id)?;
        self.write_words(address, [year, month, day])?;
        self.write(address, 16, &milliseconds.to_le_bytes())?;
        Ok(address)
    }

    fn class(&mut self, plan: &TypePlan, fields: &[FieldPlan], value: &Value) -> Result<u32, Fault> {
        let Value::Object(entries) = value else {
            return Err(format!("{} is not an object of type {}", value.describe(), plan.name).into());
        };
        let root = self.allocate(u64::from(plan.payload), plan.class_id)?;
        for field in fields {
            let slot = &self.types[field.ty];
            let value = match self.member(entries, &field.name) {
                Some(value) => value,
                None if matches!(slot.kind, Kind::Optional(_)) => &Value::Null,
                None if self.source == Source::Host => {
                    return Err(format!("field {} not found in struct {}", field.name, plan.name).into());
                }
                None => return Err(format!("field {} not found in map", field.name).into()),
            };
            self.store(root, u64::from(field.offset), field.ty, value).map_err(|fault| fault.in_field(&field.name))?;
        }
        Ok(root)
    }

    /// The value of a field by its exact name; of a host record, else by its name in another case.
    fn member<'v>(&self, entries: &'v [(Arc<str>, Value)], name: &str) -> Option<&'v Value> {
        let exact = entries.iter().find(|(key, _)| **key == *name);
        let found = match (exact, self.source) {
            (None, Source::Host) => entries.iter().find(|(key, _)| equal_ignoring_case(key, name)),
            _ => exact,
        };
        found.map(|(_, value)| value)
    }

    /// Lowers a value into a slot of a pinned object.
    fn store(&mut self, parent: u32, offset: u64, ty: TypeId, value: &Value) -> Result<(), Fault> {
        let mark = self.mark();
        let bytes = self.word(ty, value)?.to_le_bytes();
        let size = self.types[ty].size.min(8) as usize;
        self.write(parent, offset, &bytes[..size])?;
        Ok(self.release(mark)?)
    }

    fn list(
        &mut self,
        plan: &TypePlan,
        element: TypeId,
        sequence: Sequence,
        bytes: bool,
        value: &Value,
    ) -> Result<u32, Fault> {
        let element_plan = &self.types[element];
        let raw = bytes || matches!(sequence, Sequence::View | Sequence::ClampedView);
        let items = match value {
            Value::String(text) if raw => {
                let data = number::base64(text)?;
                if data.len() % element_plan.size.max(1) as usize != 0 {
                    let length = data.len();
                    return Err(format!("{length} bytes are not a whole number of {} elements", plan.name).into());
                }
                return self.data(plan, sequence, &data);
            }
            Value::List(items) => items.as_slice(),
            other if bytes => {
                let given = other.describe();
                return Err(format!("{given} is neither a base64 string nor a list for type {}", plan.name).into());
            }
            // A list type takes a single value as a list of one.
            single => std::slice::from_ref(single),
        };
        if scalar::is_scalar(&element_plan.kind) {
            let data = self.scalars(element_plan, sequence, items)?;
            return self.data(plan, sequence, &data);
        }
        self.references(plan, element, sequence, items)
    }

    fn scalars(&self, element: &TypePlan, sequence: Sequence, items: &[Value]) -> Result<Vec<u8>, Fault> {
        let size = element.size.clamp(1, 8) as usize;
        let mut data = Vec::with_capacity(items.len() * size);
        for (at, item) in items.iter().enumerate() {
            let bits = match sequence {
                Sequence::ClampedView => scalar::clamped(item).map(u64::from),
                _ => scalar::encode(element, item),
            };
            let bits = bits.map_err(|reason| Fault::from(reason).in_element(at))?;
            data.extend_from_slice(&bits.to_le_bytes()[..size]);
        }
        Ok(data)
    }

    /// A sequence whose elements are not references.
    fn data(&mut self, plan: &TypePlan, sequence: Sequence, data: &[u8]) -> Result<u32, Fault> {
        let size = data.len() as u64;
        let count = size / u64::from(self.element_size(plan));
        let mark = self.mark();
        let (root, start) = self.sequence(plan, sequence, size, count)?;
        self.write(start, 0, data)?;
        self.release(mark + 1)?;
        Ok(root)
    }

    /// The elements' buffer is complete and reachable before the first element is made, so each element needs its pin
    /// only until it is stored.
    fn references(
        &mut self,
        plan: &TypePlan,
        element: TypeId,
        sequence: Sequence,
        items: &[Value],
    ) -> Result<u32, Fault> {
        let count = items.len() as u64;
        let mark = self.mark();
        let (root, start) = self.sequence(plan, sequence, count * 4, count)?;
        self.release(mark + 1)?;
        for (at, item) in items.iter().enumerate() {
            self.store(start, at as u64 * 4, element, item).map_err(|fault| fault.in_element(at))?;
        }
        Ok(root)
    }

    /// An object for `size` bytes of elements, and the address of the first one. Empty ones have a buffer, too.
    fn sequence(&mut self, plan: &TypePlan, sequence: Sequence, size: u64, count: u64) -> Result<(u32, u32), Fault> {
        let root_size = match sequence {
            Sequence::Buffer | Sequence::Static => {
                let root = self.allocate(size, plan.class_id)?;
                return Ok((root, root));
            }
            Sequence::View | Sequence::ClampedView => VIEW_SIZE,
            Sequence::Growable | Sequence::Fixed(_) => ARRAY_SIZE,
        };
        let root = self.allocate(root_size.into(), plan.class_id)?;
        let buffer = self.allocate(size, BUFFER_ID)?;
        // `allocate` has refused sizes beyond 30 bits, and there are not more elements than bytes.
        let (size, count) = (size as u32, count as u32);
        if root_size == ARRAY_SIZE {
            self.write_words(root, [buffer, buffer, size, count])?;
        } else {
            self.write_words(root, [buffer, buffer, size])?;
        }
        Ok((root, buffer))
    }

    fn element_size(&self, plan: &TypePlan) -> u32 {
        match plan.kind {
            Kind::List { element, .. } => self.types[element].size.max(1),
            _ => 1,
        }
    }
}

/// UTF-16LE code units.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 2);
    text.encode_utf16().for_each(|unit| bytes.extend_from_slice(&unit.to_le_bytes()));
    bytes
}

fn equal_ignoring_case(a: &str, b: &str) -> bool {
    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

fn outside() -> Fault {
    "the guest's allocator answered an address outside its memory".into()
}
