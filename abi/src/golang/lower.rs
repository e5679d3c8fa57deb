//! Host to guest: values into core words or memory (`abi-go` section 9).

use super::heap::{Heap, element, offset};
use super::input::{has_null, has_zero, items, pairs, scalar, scalar_or_zero, text};
use super::layout::{BYTES_ID, STRING_ID, is_scalar};
use crate::budget::Exceeded;
use crate::fault::Fault;
use crate::number;
use crate::timestamp;
use crate::types::{FieldPlan, Kind, Sequence, TypeId, TypePlan, Types};
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

/// Moves values into a guest.
pub(super) struct Lowerer<'a, 'g> {
    pub(super) types: &'a Types,
    pub(super) heap: &'a mut Heap<'g>,
    /// Field names match whatever their case: records that come from the host (`abi-go` section 13).
    pub(super) any_case: bool,
    /// Values nested deeper than this are refused; the host's stack is finite.
    pub(super) max_depth: u32,
}

impl Lowerer<'_, '_> {
    /// Lowers one value.
    pub(super) fn lower(&mut self, ty: TypeId, value: &Value, mut place: Place<'_>, depth: u32) -> Result<(), Fault> {
        if depth > self.max_depth {
            return Err(Exceeded::Depth(self.max_depth).into());
        }
        let types = self.types;
        let plan = &types[ty];
        match &plan.kind {
            Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64 => self.put(place, &[(plan.size, scalar(plan, value)?)]),
            Kind::String => {
                let (address, length) = self.string(value)?;
                self.put(place, &[(4, u64::from(address)), (4, u64::from(length))])
            }
            Kind::Timestamp => self.time(value, place),
            Kind::List { element, sequence: Sequence::Fixed(length), bytes } => {
                self.array(plan, *element, *length, *bytes, value, place, depth)
            }
            Kind::List { sequence: Sequence::Growable, .. } => {
                if *value == Value::Null {
                    return self.put(place, &[(4, 0), (4, 0), (4, 0)]);
                }
                let header = self.slice(ty, value, depth)?;
                let words = self.header(header)?;
                self.put(place, &words.map(|word| (4, u64::from(word))))
            }
            Kind::Optional(target) => {
                let address = if *value == Value::Null { 0 } else { self.pointer(plan, *target, value, depth)? };
                self.put(place, &[(4, u64::from(address))])
            }
            Kind::Struct(fields) => self.fields(plan, fields, value, &mut place, depth),
            Kind::Map { .. } => {
                let address = match value {
                    Value::Null => 0,
                    _ => {
                        let slot = self.map(ty, value, depth)?;
                        self.heap.u32(slot)?
                    }
                };
                self.put(place, &[(4, u64::from(address))])
            }
            Kind::Opaque(reason) | Kind::Unsupported(reason) => Err(Fault::from(reason.clone())),
            Kind::List { .. } | Kind::Set(_) => Err(Fault::from(format!("{} is not a Go type", plan.name))),
        }
    }

    /// Appends core words, or writes them side by side with the given widths.
    fn put(&mut self, place: Place<'_>, words: &[(u32, u64)]) -> Result<(), Fault> {
        match place {
            Place::Words(out) => out.extend(words.iter().map(|(_, word)| word)),
            Place::Memory(start) => {
                let mut address = start;
                for (width, word) in words {
                    self.heap.write(address, &word.to_le_bytes()[..*width as usize])?;
                    address = offset(address, *width)?;
                }
            }
        }
        Ok(())
    }

    /// Address and length of a pinned copy of a text.
    fn string(&mut self, value: &Value) -> Result<(u32, u32), Fault> {
        match text(value)? {
            text if text.is_empty() => Ok((0, 0)),
            text => {
                let header = self.string_header(&text)?;
                Ok((self.heap.u32(header)?, self.heap.u32(offset(header, 4)?)?))
            }
        }
    }

    /// The header of a pinned copy of a text.
    fn string_header(&mut self, text: &str) -> Result<u32, Fault> {
        let header = self.heap.make(STRING_ID, text.len(), "string")?;
        let address = self.heap.u32(header)?;
        self.heap.write(address, text.as_bytes())?;
        Ok(header)
    }

    fn time(&mut self, value: &Value, place: Place<'_>) -> Result<(), Fault> {
        let Value::String(text) = value else {
            return Err(Fault::from(format!("incompatible type for timestamp: {}", value.describe())));
        };
        let instant = timestamp::parse(text).map_err(Fault::from)?;
        let seconds = instant.seconds.saturating_add(UNIX_EPOCH);
        self.put(place, &[(8, u64::from(instant.nanoseconds)), (8, seconds.cast_unsigned()), (4, 0)])
    }

    fn pointer(&mut self, plan: &TypePlan, target: TypeId, value: &Value, depth: u32) -> Result<u32, Fault> {
        let address = self.heap.object(plan.class_id, &plan.name)?;
        // A pointer adds no level to the value, but a chain of them takes host stack all the same.
        let chained = matches!(self.types[target].kind, Kind::Optional(_));
        self.lower(target, value, Place::Memory(address), depth + u32::from(chained))?;
        Ok(address)
    }

    fn fields(
        &mut self,
        plan: &TypePlan,
        fields: &[FieldPlan],
        value: &Value,
        place: &mut Place<'_>,
        depth: u32,
    ) -> Result<(), Fault> {
        let Value::Object(entries) = value else {
            return Err(Fault::from(format!("expected an object for {}, got {}", plan.name, value.describe())));
        };
        for field in fields {
            let matches = |key: &str| key == &*field.name || self.any_case && key.eq_ignore_ascii_case(&field.name);
            let given = entries.iter().find(|(key, _)| matches(key)).map(|(_, value)| value);
            if given.is_none() && !has_zero(&self.types[field.ty]) {
                return Err(Fault::from("a value is required but missing").in_field(&field.name));
            }
            self.lower(field.ty, given.unwrap_or(&Value::Null), place.part(field.offset)?, depth + 1)
                .map_err(|fault| fault.in_field(&field.name))?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one array type, taken apart by the caller")]
    fn array(
        &mut self,
        plan: &TypePlan,
        item: TypeId,
        length: u32,
        bytes: bool,
        value: &Value,
        mut place: Place<'_>,
        depth: u32,
    ) -> Result<(), Fault> {
        let Some(items) = items(value, bytes)? else {
            return self.zeros(plan, place);
        };
        if items.len() != length as usize {
            return Err(Fault::from(format!("expected {length} items for {}, got {}", plan.name, items.len())));
        }
        let part = &self.types[item];
        for (index, value) in items.iter().enumerate() {
            let place = place.part(element(0, index, part.stride())?)?;
            match value {
                Value::Null => self.zeros(part, place),
                _ => self.lower(item, value, place, depth + 1),
            }
            .map_err(|fault| fault.in_element(index))?;
        }
        Ok(())
    }

    /// The zero value; memory is zero already.
    fn zeros(&mut self, plan: &TypePlan, place: Place<'_>) -> Result<(), Fault> {
        if let Place::Words(words) = place {
            words.extend(plan.words.iter().map(|_| 0));
        }
        Ok(())
    }

    /// Lowers a list; answers the address of its pinned slice header.
    fn slice(&mut self, list: TypeId, value: &Value, depth: u32) -> Result<u32, Fault> {
        let bytes = matches!(self.types[list].kind, Kind::List { bytes: true, .. });
        if let (true, Value::String(text)) = (bytes, value) {
            let plan = &self.types[list];
            let content = number::base64(text).map_err(Fault::from)?;
            let header = self.heap.make(plan.class_id, content.len(), &plan.name)?;
            let address = self.heap.u32(header)?;
            self.heap.write(address, &content)?;
            return Ok(header);
        }
        let items = items(value, bytes)?.unwrap_or_default();
        let items: Vec<_> = items.iter().collect();
        self.elements(list, &items, None, depth)
    }

    /// Lowers the elements of a list; answers the address of its pinned slice header. `label` is the last step of an
    /// element's path, for lists that hold one side of a map's pairs.
    fn elements(&mut self, list: TypeId, items: &[&Value], label: Option<&str>, depth: u32) -> Result<u32, Fault> {
        let types = self.types;
        let plan = &types[list];
        let Kind::List { element: item, .. } = &plan.kind else {
            return Err(Fault::from(format!("{} is not a list", plan.name)));
        };
        let locate = |fault: Fault, index: usize| match label {
            Some(label) => fault.in_field(label).in_element(index),
            None => fault.in_element(index),
        };
        let header = self.heap.make(plan.class_id, items.len(), &plan.name)?;
        let start = self.heap.u32(header)?;
        let part = &types[*item];
        if is_scalar(&part.kind) {
            let mut bytes = Vec::with_capacity(items.len() * part.size as usize);
            for (index, value) in items.iter().enumerate() {
                let word = scalar_or_zero(part, value).map_err(|fault| locate(fault, index))?;
                bytes.extend_from_slice(&word.to_le_bytes()[..part.size as usize]);
            }
            self.heap.write(start, &bytes)?;
        } else if part.kind == Kind::String {
            self.strings(start, items, locate)?;
        } else {
            for (index, value) in items.iter().enumerate().filter(|(_, value)| ***value != Value::Null) {
                let place = Place::Memory(element(start, index, part.stride())?);
                self.lower(*item, value, place, depth + 1).map_err(|fault| locate(fault, index))?;
            }
        }
        Ok(header)
    }

    /// Writes string headers at `start` that all point into one block: the collector keeps it for any of them.
    fn strings(&mut self, start: u32, items: &[&Value], locate: impl Fn(Fault, usize) -> Fault) -> Result<(), Fault> {
        let mut lengths = Vec::with_capacity(items.len());
        let mut content = Vec::new();
        for (index, value) in items.iter().enumerate() {
            let text = text(value).map_err(|fault| locate(fault, index))?;
            content.extend_from_slice(text.as_bytes());
            lengths.push(text.len());
        }
        if content.is_empty() {
            return Ok(());
        }
        let blob = self.heap.make(BYTES_ID, content.len(), "[]byte")?;
        let blob = self.heap.u32(blob)?;
        self.heap.write(blob, &content)?;
        let mut headers = Vec::with_capacity(items.len() * 8);
        let mut done = 0;
        for length in lengths {
            // An empty string at the end would point behind the block.
            let address = if length == 0 { 0 } else { element(blob, done, 1)? };
            headers.extend_from_slice(&address.to_le_bytes());
            headers.extend_from_slice(&element(0, length, 1)?.to_le_bytes());
            done += length;
        }
        self.heap.write(start, &headers)
    }

    /// Lowers a map; answers the address of its pinned slot.
    fn map(&mut self, ty: TypeId, value: &Value, depth: u32) -> Result<u32, Fault> {
        let types = self.types;
        let plan = &types[ty];
        let Kind::Map { value: value_type, keys: key_list, values: value_list, .. } = &plan.kind else {
            return Err(Fault::from(format!("{} is not a map", plan.name)));
        };
        let nullable = has_null(&types[*value_type].kind);
        let pairs = pairs(value, nullable, !self.any_case, &plan.name)?;
        let slot = self.heap.make(plan.class_id, pairs.len(), &plan.name)?;
        if !pairs.is_empty() {
            let keys: Vec<_> = pairs.iter().map(|(key, _)| &**key).collect();
            let keys = self.elements(*key_list, &keys, Some("key"), depth)?;
            let values: Vec<_> = pairs.iter().map(|(_, value)| *value).collect();
            let values = self.elements(*value_list, &values, Some("value"), depth)?;
            self.heap.write_map(plan.class_id, slot, keys, values)?;
        }
        Ok(slot)
    }

    fn header(&self, address: u32) -> Result<[u32; 3], Fault> {
        Ok([self.heap.u32(address)?, self.heap.u32(offset(address, 4)?)?, self.heap.u32(offset(address, 8)?)?])
    }

    /// Lowers a host function's result that is not a scalar; answers the one address that stands for it.
    pub(super) fn by_address(&mut self, ty: TypeId, value: &Value) -> Result<u32, Fault> {
        let types = self.types;
        let plan = &types[ty];
        match &plan.kind {
            Kind::Optional(target) => self.pointer(plan, *target, value, 0),
            Kind::String => self.string_header(&text(value)?),
            Kind::List { sequence: Sequence::Growable, .. } => self.slice(ty, value, 0),
            Kind::Map { .. } => self.map(ty, value, 0),
            _ => self.pointer(plan, ty, value, 0),
        }
    }
}
