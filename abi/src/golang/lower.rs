//! Host to guest: values into core words or memory (`abi-go` section 9).

use super::heap::{Heap, length_of};
use super::input::{has_null, has_zero, items, text};
use super::layout::{BYTES_ID, STRING_ID};
use super::texts::{Slot, Texts};
use crate::guest::Limits;
use crate::transfer::budget::Budget;
use crate::transfer::fault::Fault;
use crate::transfer::json_text;
use crate::transfer::memory::{element, offset};
use crate::transfer::pairs::{self, Entry};
use crate::transfer::record::{Members, Source};
use crate::transfer::{coercion, scalar, timestamp};
use crate::types::{FieldPlan, JsonText, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

/// Seconds from 0001-01-01 to the Unix epoch.
pub(super) const UNIX_EPOCH: i64 = 62_135_596_800;

/// Where a value goes.
pub(super) enum Place<'w> {
    /// Appended, flattened, to the parameters of a call.
    Words(&'w mut Vec<u64>),
    /// Into zeroed guest memory at this address.
    Memory(u32),
}

impl Place<'_> {
    /// The place of a part that lies `distance` bytes further on in memory.
    fn part(&mut self, distance: u32) -> Result<Place<'_>, Fault> {
        Ok(match self {
            Self::Words(words) => Place::Words(words),
            Self::Memory(address) => Place::Memory(offset(*address, distance)?),
        })
    }
}

/// Builds values in a guest, or as the core words of a call.
pub(super) struct Lowerer<'a, 'g> {
    types: &'a Types,
    heap: &'a mut Heap<'g>,
    texts: Texts,
    source: Source,
    budget: Budget,
}

impl<'a, 'g> Lowerer<'a, 'g> {
    pub(super) fn new(types: &'a Types, heap: &'a mut Heap<'g>, source: Source, limits: &Limits) -> Self {
        Self { types, heap, texts: Texts::default(), source, budget: Budget::new(limits) }
    }

    /// Writes what is still wanted where values were lowered to: in memory, and among the parameters of the call.
    pub(super) fn finish(self, words: &mut [u64]) -> Result<(), Fault> {
        self.texts.finish(self.heap, words)
    }

    /// Lowers one value.
    pub(super) fn lower(&mut self, ty: TypeId, value: &Value, mut place: Place<'_>) -> Result<(), Fault> {
        let types = self.types;
        let plan = &types[ty];
        match &plan.kind {
            Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64 => {
                self.put(place, &[(plan.size, scalar::encode(plan, value)?)])
            }
            Kind::String => self.string(value, place),
            Kind::Timestamp => self.time(value, place),
            Kind::List { element, sequence: Sequence::Fixed(length), bytes } => {
                self.array(plan, (*element, *length, *bytes), value, place)
            }
            Kind::List { sequence: Sequence::Growable, .. } => {
                let header: [u32; 3] = match value {
                    Value::Null => [0; 3],
                    _ => {
                        let header = self.slice(ty, value)?;
                        self.heap.words(header)?
                    }
                };
                self.put(place, &header.map(|word| (4, word.into())))
            }
            Kind::Optional(target) => {
                let address = if *value == Value::Null { 0 } else { self.pointer(plan, *target, value)? };
                self.put(place, &[(4, address.into())])
            }
            Kind::Struct(fields) => self.fields(plan, fields, value, &mut place),
            Kind::Map { .. } => {
                let address = match value {
                    Value::Null => 0,
                    _ => {
                        let slot = self.map(ty, value)?;
                        self.heap.u32(slot)?
                    }
                };
                self.put(place, &[(4, address.into())])
            }
            Kind::Json(text) => self.json(*text, value, place),
            Kind::Opaque(_) | Kind::Unsupported(_) if *value == Value::Null => {
                zeros(plan, place);
                Ok(())
            }
            Kind::Opaque(reason) | Kind::Unsupported(reason) => Err(Fault::of_type(reason)),
            Kind::List { .. } | Kind::Set(_) => Err(Fault::of_type(format!("{} is not a Go type", plan.name))),
        }
    }

    /// Runs `lower` one level down.
    fn nested<T>(&mut self, lower: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.budget.enter()?;
        let result = lower(self);
        self.budget.leave();
        result
    }

    /// Appends core words, or writes them side by side with the given widths.
    fn put(&mut self, place: Place<'_>, words: &[(u32, u64)]) -> Result<(), Fault> {
        match place {
            Place::Words(out) => out.extend(words.iter().map(|(_, word)| word)),
            Place::Memory(start) => {
                let mut address = start;
                for (width, word) in words {
                    let bytes = word.to_le_bytes();
                    self.heap.write(address, bytes.get(..*width as usize).unwrap_or(&bytes))?;
                    address = offset(address, *width)?;
                }
            }
        }
        Ok(())
    }

    fn string(&mut self, value: &Value, place: Place<'_>) -> Result<(), Fault> {
        let text = text(value)?;
        if text.is_empty() {
            return self.put(place, &[(4, 0), (4, 0)]);
        }
        let slot = match &place {
            Place::Words(words) => Slot::Word(words.len()),
            Place::Memory(address) => Slot::Memory(*address),
        };
        let length = length_of(text.len(), "string")?;
        self.put(place, &[(4, 0), (4, length.into())])?;
        self.texts.add(self.heap, &text, slot)
    }

    /// Writes a value as JSON text: the header of a string, or of a slice of bytes.
    fn json(&mut self, text: JsonText, value: &Value, place: Place<'_>) -> Result<(), Fault> {
        let (id, words) = match text {
            JsonText::Raw => (BYTES_ID, 3),
            JsonText::Number => (STRING_ID, 2),
        };
        let Some(content) = json_text::lower(text, value)? else {
            return self.put(place, [(4, 0); 3].get(..words).unwrap_or_default());
        };
        let header = self.heap.make(id, content.len(), "[]byte")?;
        let address = self.heap.u32(header)?;
        self.heap.write(address, content.as_bytes())?;
        let length = self.heap.u32(offset(header, 4)?)?;
        let header = [address, length, length].map(|word| (4, word.into()));
        self.put(place, header.get(..words).unwrap_or_default())
    }

    /// The header of a pinned copy of a text.
    fn string_header(&mut self, text: &str) -> Result<u32, Fault> {
        let header = self.heap.make(STRING_ID, text.len(), "string")?;
        let address = self.heap.u32(header)?;
        self.heap.write(address, text.as_bytes())?;
        Ok(header)
    }

    fn time(&mut self, value: &Value, place: Place<'_>) -> Result<(), Fault> {
        let instant = timestamp::from_value(value)?;
        let seconds = instant.seconds.saturating_add(UNIX_EPOCH);
        self.put(place, &[(8, instant.nanoseconds.into()), (8, seconds.cast_unsigned()), (4, 0)])
    }

    fn pointer(&mut self, plan: &TypePlan, target: TypeId, value: &Value) -> Result<u32, Fault> {
        let address = self.heap.object(plan.class_id, &plan.name)?;
        // A pointer adds no level to the value, but a chain of them takes host stack all the same.
        if matches!(self.types[target].kind, Kind::Optional(_)) {
            self.nested(|lowerer| lowerer.lower(target, value, Place::Memory(address)))?;
        } else {
            self.lower(target, value, Place::Memory(address))?;
        }
        Ok(address)
    }

    fn fields(
        &mut self,
        plan: &TypePlan,
        fields: &[FieldPlan],
        value: &Value,
        place: &mut Place<'_>,
    ) -> Result<(), Fault> {
        let Value::Object(members) = value else {
            return Err(Fault::value(format!("expected an object for {}, got {}", plan.name, value.describe())));
        };
        self.nested(|lowerer| {
            let mut members = Members::of(members, lowerer.source);
            for field in fields {
                let given = members.field(&field.name, has_zero(&lowerer.types[field.ty]));
                given
                    .and_then(|given| lowerer.lower(field.ty, given, place.part(field.offset)?))
                    .map_err(|fault| fault.in_field(&field.name))?;
            }
            Ok(())
        })
    }

    /// An array of `length` items, which lies where it is used.
    fn array(
        &mut self,
        plan: &TypePlan,
        (item, length, bytes): (TypeId, u32, bool),
        value: &Value,
        mut place: Place<'_>,
    ) -> Result<(), Fault> {
        let Some(items) = items(value, bytes)? else {
            zeros(plan, place);
            return Ok(());
        };
        if items.len() != length as usize {
            return Err(Fault::value(format!("expected {length} items for {}, got {}", plan.name, items.len())));
        }
        let part = &self.types[item];
        self.nested(|lowerer| {
            for (index, value) in items.iter().enumerate() {
                let place = place.part(element(0, index, part.stride())?)?;
                match value {
                    Value::Null => zeros(part, place),
                    _ => lowerer.lower(item, value, place).map_err(|fault| fault.in_element(index))?,
                }
            }
            Ok(())
        })
    }

    /// Lowers a list; answers the address of its pinned slice header.
    fn slice(&mut self, list: TypeId, value: &Value) -> Result<u32, Fault> {
        let bytes = matches!(self.types[list].kind, Kind::List { bytes: true, .. });
        if let (true, Value::String(text)) = (bytes, value) {
            let plan = &self.types[list];
            let content = coercion::base64(text)?;
            let header = self.heap.make(plan.class_id, content.len(), &plan.name)?;
            let address = self.heap.u32(header)?;
            self.heap.write(address, &content)?;
            return Ok(header);
        }
        let items = items(value, bytes)?.unwrap_or_default();
        self.nested(|lowerer| lowerer.elements(list, &items, |item| item, Fault::in_element))
    }

    /// Lowers a value of each item, such as one side of a map's entries; answers the address of their pinned slice header.
    fn elements<'v, T>(
        &mut self,
        list: TypeId,
        items: &'v [T],
        value: impl Fn(&'v T) -> &'v Value,
        locate: impl Fn(Fault, usize) -> Fault,
    ) -> Result<u32, Fault> {
        let types = self.types;
        let plan = &types[list];
        let Kind::List { element: item, .. } = &plan.kind else {
            return Err(Fault::of_type(format!("{} is not a list", plan.name)));
        };
        let part = &types[*item];
        let header = match plan.class_id {
            // No helper is made for the slice that a named type is like.
            0 => self.heap.slice(items.len(), part.stride(), &plan.name)?,
            id => self.heap.make(id, items.len(), &plan.name)?,
        };
        let start = self.heap.u32(header)?;
        let values = items.iter().map(value);
        if part.kind.is_scalar() {
            let bytes = scalar::encode_all(part, values, locate)?;
            self.heap.write(start, &bytes)?;
        } else {
            for (index, value) in values.enumerate().filter(|(_, value)| **value != Value::Null) {
                let place = element(start, index, part.stride())?;
                self.lower(*item, value, Place::Memory(place)).map_err(|fault| locate(fault, index))?;
            }
        }
        Ok(header)
    }

    /// Lowers a map; answers the address of its pinned slot.
    fn map(&mut self, ty: TypeId, value: &Value) -> Result<u32, Fault> {
        let types = self.types;
        let plan = &types[ty];
        let Kind::Map { key, value: value_type, keys: key_list, values: value_list } = &plan.kind else {
            return Err(Fault::of_type(format!("{} is not a map", plan.name)));
        };
        let nullable = |id: TypeId| has_null(&types[id].kind);
        let entries = pairs::entries(value, self.source, (nullable(*key), nullable(*value_type)), &plan.name)?;
        let slot = self.heap.make(plan.class_id, entries.len(), &plan.name)?;
        if entries.is_empty() {
            return Ok(slot);
        }
        let in_key = |fault: Fault, at: usize| match entries.get(at) {
            Some(entry) => entry.in_key(fault),
            None => fault,
        };
        let in_value = |fault: Fault, at: usize| match entries.get(at) {
            Some(entry) => entry.in_value(fault),
            None => fault,
        };
        self.nested(|lowerer| {
            let keys = lowerer.elements(*key_list, &entries, Entry::key, in_key)?;
            let values = lowerer.elements(*value_list, &entries, |entry| entry.value, in_value)?;
            // The map copies keys and values as they are now.
            lowerer.texts.flush(lowerer.heap)?;
            lowerer.heap.write_map(plan.class_id, slot, keys, values)
        })?;
        Ok(slot)
    }

    /// Lowers a host function's result that is not a scalar; answers the one address that stands for it.
    pub(super) fn by_address(mut self, ty: TypeId, value: &Value) -> Result<u32, Fault> {
        let types = self.types;
        let plan = &types[ty];
        let address = match &plan.kind {
            Kind::Optional(target) => self.pointer(plan, *target, value),
            Kind::String => self.string_header(&text(value)?),
            Kind::List { sequence: Sequence::Growable, .. } => self.slice(ty, value),
            Kind::Map { .. } => self.map(ty, value),
            _ => self.pointer(plan, ty, value),
        }?;
        self.finish(&mut [])?;
        Ok(address)
    }
}

/// The zero value; memory is zero already.
fn zeros(plan: &TypePlan, place: Place<'_>) {
    if let Place::Words(words) = place {
        words.extend(plan.words.iter().map(|_| 0));
    }
}
