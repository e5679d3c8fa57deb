//! Guest memory into host values (`abi-assemblyscript` sections 3, 4 and 7).
//!
//! Nothing the guest says about its memory is believed: every range is checked before it is read, every count before
//! anything is allocated for it.

use crate::guest::{self, Limits};
use crate::number;
use crate::timestamp::{self, Instant};
use crate::types::{FieldPlan, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

use super::fault::Fault;
use super::layout::{BUFFER_ID, STRING_ID};
use super::scalar;

/// How often one slot may occur on the path from the root before null is shown in its place.
const MAX_ENTRIES: usize = 5;

/// Reads values out of a guest's memory. No guest code may run meanwhile.
pub(super) struct Lifting<'a> {
    pub(super) types: &'a Types,
    pub(super) memory: &'a [u8],
    /// Levels that are left.
    depth: u32,
    /// Values that are left.
    values: u64,
    /// Bytes of text and data that are left.
    bytes: u64,
    /// Addresses of the reference slots on the path from the root.
    path: Vec<u32>,
}

impl<'a> Lifting<'a> {
    pub(super) fn new(types: &'a Types, memory: &'a [u8], limits: &Limits) -> Self {
        Self { types, memory, depth: limits.depth, values: limits.values, bytes: limits.bytes, path: Vec::new() }
    }

    /// Lifts a core value.
    pub(super) fn word(&mut self, ty: TypeId, word: u64) -> Result<Value, Fault> {
        let kind = &self.types[ty].kind;
        if scalar::is_scalar(kind) {
            self.count(1)?;
            return Ok(scalar::decode(kind, word));
        }
        self.pointer(ty, word as u32, None)
    }

    /// Lifts what is in the slot at an address.
    pub(super) fn slot(&mut self, ty: TypeId, address: u32) -> Result<Value, Fault> {
        let plan = &self.types[ty];
        if scalar::is_scalar(&plan.kind) {
            self.count(1)?;
            let bytes = self.region(address, plan.size.into())?;
            return Ok(scalar::decode(&plan.kind, scalar::bits(bytes)));
        }
        self.pointer(ty, self.number(address, 0)?, Some(address))
    }

    fn pointer(&mut self, ty: TypeId, address: u32, slot: Option<u32>) -> Result<Value, Fault> {
        self.count(1)?;
        let types = self.types;
        let mut plan = &types[ty];
        if let Kind::Optional(inner) = plan.kind {
            if address == 0 {
                return Ok(Value::Null);
            }
            plan = &types[inner];
        }
        match &plan.kind {
            Kind::Unsupported(reason) | Kind::Opaque(reason) => Err(reason.as_str().into()),
            _ if address == 0 => Err(Fault::null("null pointer", plan)),
            Kind::String => self.text(address),
            Kind::List { sequence: Sequence::Buffer, .. } => self.buffer(address),
            _ => self.nested(plan, address, slot),
        }
    }

    /// Enters an object that can hold others. A cycle is cut off where it enters a slot once too often.
    fn nested(&mut self, plan: &'a TypePlan, address: u32, slot: Option<u32>) -> Result<Value, Fault> {
        if let Some(slot) = slot {
            if self.path.iter().filter(|entered| **entered == slot).count() >= MAX_ENTRIES {
                return Ok(Value::Null);
            }
            self.path.push(slot);
        }
        self.depth = self.depth.checked_sub(1).ok_or("the value is nested too deeply")?;
        let value = self.object(plan, address)?;
        self.depth += 1;
        if slot.is_some() {
            self.path.pop();
        }
        Ok(value)
    }

    fn object(&mut self, plan: &'a TypePlan, address: u32) -> Result<Value, Fault> {
        match &plan.kind {
            Kind::Timestamp => self.date(address),
            Kind::List { element, sequence, bytes } => self.list(*element, *sequence, *bytes, address),
            Kind::Struct(fields) => self.class(plan, fields, address),
            Kind::Map { key, value, .. } => self.map(*key, *value, address),
            Kind::Set(element) => self.set(*element, address),
            _ => Err(format!("type {} is not a reference", plan.name).into()),
        }
    }

    /// The payload length of an object; its class is checked where one is given.
    fn header(&self, address: u32, class: Option<(u32, &str)>) -> Result<u32, Fault> {
        let header = address.checked_sub(8).ok_or_else(|| outside(address, 0))?;
        if let Some((id, article_and_name)) = class
            && self.number(header, 0)? != id
        {
            return Err(format!("pointer is not to {article_and_name}").into());
        }
        self.number(header, 4)
    }

    fn text(&mut self, address: u32) -> Result<Value, Fault> {
        let size = self.header(address, Some((STRING_ID, "a string")))?;
        if size % 2 != 0 {
            return Err(format!("a string of {size} bytes is not UTF-16").into());
        }
        let (units, _) = self.region(address, size.into())?.as_chunks::<2>();
        self.charge(size.into())?;
        let mut text = String::with_capacity(units.len());
        let characters = char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)));
        text.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
        Ok(Value::String(text))
    }

    fn buffer(&mut self, address: u32) -> Result<Value, Fault> {
        let size = self.header(address, Some((BUFFER_ID, "an ArrayBuffer")))?;
        self.base64(address, size.into())
    }

    fn base64(&mut self, address: u32, size: u64) -> Result<Value, Fault> {
        let data = self.region(address, size)?;
        self.charge(size)?;
        Ok(Value::String(number::to_base64(data)))
    }

    fn date(&mut self, address: u32) -> Result<Value, Fault> {
        let milliseconds = i64::from_le_bytes(self.read(address, 16)?);
        let nanoseconds = milliseconds.rem_euclid(1000) as u32 * 1_000_000;
        Ok(Value::String(timestamp::format(Instant { seconds: milliseconds.div_euclid(1000), nanoseconds })?))
    }

    fn class(&mut self, plan: &TypePlan, fields: &[FieldPlan], address: u32) -> Result<Value, Fault> {
        self.region(address, plan.payload.into())?;
        let mut entries = Vec::with_capacity(fields.len());
        for field in fields {
            let at = address.checked_add(field.offset).ok_or_else(|| outside(address, plan.payload.into()))?;
            let value = self.slot(field.ty, at).map_err(|fault| fault.in_field(&field.name))?;
            entries.push((field.name.clone(), value));
        }
        Ok(Value::Object(entries))
    }

    fn list(&mut self, element: TypeId, sequence: Sequence, bytes: bool, address: u32) -> Result<Value, Fault> {
        let plan = &self.types[element];
        let size = u64::from(plan.size.max(1));
        let (start, count) = match sequence {
            Sequence::Growable | Sequence::Fixed(_) => (self.number(address, 4)?, self.number(address, 12)?.into()),
            Sequence::View | Sequence::ClampedView => {
                (self.number(address, 4)?, u64::from(self.number(address, 8)?) / size)
            }
            Sequence::Static | Sequence::Buffer => (address, u64::from(self.header(address, None)?) / size),
        };
        if count == 0 {
            return Ok(if bytes { Value::String(String::new()) } else { Value::List(Vec::new()) });
        }
        if bytes {
            return self.base64(start, count);
        }
        let region = self.region(start, count * size)?;
        if scalar::is_scalar(&plan.kind) {
            self.count(count)?;
            let elements = region.chunks_exact(size as usize);
            return Ok(Value::List(elements.map(|bytes| scalar::decode(&plan.kind, scalar::bits(bytes))).collect()));
        }
        // Each element counts when it is lifted; this is only about the room for them.
        self.room(count)?;
        let mut items = Vec::with_capacity(count as usize);
        for at in 0..count as usize {
            // Inside the region above, hence inside 32 bits.
            let slot = start + at as u32 * 4;
            items.push(self.slot(element, slot).map_err(|fault| fault.in_element(at))?);
        }
        Ok(Value::List(items))
    }

    /// The little-endian 32-bit number at an address plus an offset.
    pub(super) fn number(&self, address: u32, offset: u32) -> Result<u32, Fault> {
        self.read(address, offset).map(u32::from_le_bytes)
    }

    fn read<const N: usize>(&self, address: u32, offset: u32) -> Result<[u8; N], Fault> {
        let read = address.checked_add(offset).and_then(|at| guest::read(self.memory, at));
        read.ok_or_else(|| outside(address, u64::from(offset) + N as u64))
    }

    /// The bytes at an address.
    pub(super) fn region(&self, address: u32, length: u64) -> Result<&'a [u8], Fault> {
        guest::slice(self.memory, address, length).ok_or_else(|| outside(address, length))
    }

    fn count(&mut self, values: u64) -> Result<(), Fault> {
        self.room(values)?;
        self.values -= values;
        Ok(())
    }

    /// Whether so many more values would still be within the limit.
    pub(super) fn room(&self, values: u64) -> Result<(), Fault> {
        if values <= self.values { Ok(()) } else { Err("it holds more values than a call may move".into()) }
    }

    fn charge(&mut self, bytes: u64) -> Result<(), Fault> {
        let left = self.bytes.checked_sub(bytes).ok_or("it holds more text or data than a call may move")?;
        self.bytes = left;
        Ok(())
    }
}

fn outside(address: u32, length: u64) -> Fault {
    format!("{length} bytes at address {address:#x} are not all inside the guest's memory").into()
}
