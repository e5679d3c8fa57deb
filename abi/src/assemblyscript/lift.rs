//! Guest memory into host values (`abi-assemblyscript` sections 3, 4 and 7).
//!
//! Nothing the guest says about its memory is believed: every range is checked before it is read, every count before
//! anything is allocated for it.

use crate::budget::{Budget, Trail};
use crate::guest::{self, Limits};
use crate::number;
use crate::selection::Selection;
use crate::timestamp::{self, Instant};
use crate::types::{FieldPlan, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

use super::fault::Fault;
use super::layout::{BUFFER_ID, STRING_ID};
use super::scalar;

/// Reads values out of a guest's memory. No guest code may run meanwhile.
pub(super) struct Lifting<'a> {
    pub(super) types: &'a Types,
    pub(super) memory: &'a [u8],
    pub(super) budget: Budget,
    /// Addresses of the reference slots on the path from the root.
    trail: Trail<u32>,
}

impl<'a> Lifting<'a> {
    pub(super) fn new(types: &'a Types, memory: &'a [u8], limits: &Limits) -> Self {
        Self { types, memory, budget: Budget::new(limits), trail: Trail::new() }
    }

    /// What the app's users should know about the values that were cut off.
    pub(super) fn warnings(&mut self) -> impl Iterator<Item = String> + use<> {
        self.trail.warnings()
    }

    /// Lifts what is wanted of a core value. What holds a value has counted it.
    pub(super) fn word(&mut self, ty: TypeId, word: u64, wanted: &Selection) -> Result<Value, Fault> {
        let kind = &self.types[ty].kind;
        if scalar::is_scalar(kind) {
            return Ok(scalar::decode(kind, word));
        }
        self.pointer(ty, word as u32, None, wanted)
    }

    /// Lifts what is wanted of the value in the slot at an address.
    pub(super) fn slot(&mut self, ty: TypeId, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let plan = &self.types[ty];
        if scalar::is_scalar(&plan.kind) {
            let bytes = self.region(address, plan.size.into())?;
            return Ok(scalar::decode(&plan.kind, scalar::bits(bytes)));
        }
        self.pointer(ty, self.number(address, 0)?, Some(address), wanted)
    }

    fn pointer(&mut self, ty: TypeId, address: u32, slot: Option<u32>, wanted: &Selection) -> Result<Value, Fault> {
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
            _ => self.nested(plan, address, slot, wanted),
        }
    }

    /// Enters an object that can hold others. A cycle is cut off where it enters a slot once too often.
    fn nested(
        &mut self,
        plan: &'a TypePlan,
        address: u32,
        slot: Option<u32>,
        wanted: &Selection,
    ) -> Result<Value, Fault> {
        if slot.is_some_and(|slot| !self.trail.enter(slot, &plan.name)) {
            return Ok(Value::Null);
        }
        self.budget.enter()?;
        let value = self.object(plan, address, wanted)?;
        self.budget.leave();
        if slot.is_some() {
            self.trail.leave();
        }
        Ok(value)
    }

    fn object(&mut self, plan: &'a TypePlan, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        match &plan.kind {
            Kind::Timestamp => self.date(address),
            Kind::List { bytes: true, element, sequence } => self.bytes(*element, *sequence, address),
            Kind::List { element, sequence, .. } => self.list(*element, *sequence, address, wanted),
            Kind::Struct(fields) => self.class(plan, fields, address, wanted),
            Kind::Map { key, value, .. } => self.map(*key, *value, address, wanted),
            Kind::Set(element) => self.set(*element, address, wanted),
            _ => Err(format!("type {} is not a reference", plan.name).into()),
        }
    }

    /// The payload length of an object; its class is checked where one is given.
    fn header(&self, address: u32, class: Option<(u32, &str)>) -> Result<u32, Fault> {
        let header = address.checked_sub(8).ok_or_else(|| outside(8))?;
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
        self.budget.bytes(size.into())?;
        let (units, _) = self.region(address, size.into())?.as_chunks::<2>();
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
        self.budget.bytes(size)?;
        let data = self.region(address, size)?;
        Ok(Value::String(number::to_base64(data)))
    }

    fn date(&mut self, address: u32) -> Result<Value, Fault> {
        let milliseconds = i64::from_le_bytes(self.read(address, 16)?);
        let nanoseconds = milliseconds.rem_euclid(1000) as u32 * 1_000_000;
        Ok(Value::String(timestamp::format(Instant { seconds: milliseconds.div_euclid(1000), nanoseconds })?))
    }

    fn class(
        &mut self,
        plan: &TypePlan,
        fields: &[FieldPlan],
        address: u32,
        wanted: &Selection,
    ) -> Result<Value, Fault> {
        self.region(address, plan.payload.into())?;
        let count = wanted.count(fields.len());
        self.budget.values(count as u64)?;
        let mut entries = Vec::with_capacity(count);
        for (field, below) in wanted.of(fields) {
            let at = address.checked_add(field.offset).ok_or_else(|| outside(plan.payload.into()))?;
            let value = self.slot(field.ty, at, below).map_err(|fault| fault.in_field(&field.name))?;
            entries.push((field.name.clone(), value));
        }
        Ok(Value::Object(entries))
    }

    /// Address and number of the elements of a sequence.
    fn elements(&self, element: TypeId, sequence: Sequence, address: u32) -> Result<(u32, u64), Fault> {
        let size = u64::from(self.types[element].size.max(1));
        Ok(match sequence {
            Sequence::Growable | Sequence::Fixed(_) => (self.number(address, 4)?, self.number(address, 12)?.into()),
            Sequence::View | Sequence::ClampedView => {
                (self.number(address, 4)?, u64::from(self.number(address, 8)?) / size)
            }
            Sequence::Static | Sequence::Buffer => (address, u64::from(self.header(address, None)?) / size),
        })
    }

    fn bytes(&mut self, element: TypeId, sequence: Sequence, address: u32) -> Result<Value, Fault> {
        match self.elements(element, sequence, address)? {
            (_, 0) => Ok(Value::String(String::new())),
            (start, count) => self.base64(start, count),
        }
    }

    fn list(&mut self, element: TypeId, sequence: Sequence, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let (start, count) = self.elements(element, sequence, address)?;
        if count == 0 {
            return Ok(Value::List(Vec::new()));
        }
        let plan = &self.types[element];
        let size = u64::from(plan.size.max(1));
        self.budget.values(count)?;
        let region = self.region(start, count * size)?;
        if scalar::is_scalar(&plan.kind) {
            let elements = region.chunks_exact(size as usize);
            return Ok(Value::List(elements.map(|bytes| scalar::decode(&plan.kind, scalar::bits(bytes))).collect()));
        }
        let mut items = Vec::with_capacity(count as usize);
        for at in 0..count as usize {
            // Inside the region above, hence inside 32 bits.
            let slot = start + at as u32 * 4;
            items.push(self.slot(element, slot, wanted).map_err(|fault| fault.in_element(at))?);
        }
        Ok(Value::List(items))
    }

    /// The little-endian 32-bit number at an address plus an offset.
    pub(super) fn number(&self, address: u32, offset: u32) -> Result<u32, Fault> {
        self.read(address, offset).map(u32::from_le_bytes)
    }

    fn read<const N: usize>(&self, address: u32, offset: u32) -> Result<[u8; N], Fault> {
        let read = address.checked_add(offset).and_then(|at| guest::read(self.memory, at));
        read.ok_or_else(|| outside(u64::from(offset) + N as u64))
    }

    /// The bytes at an address.
    pub(super) fn region(&self, address: u32, length: u64) -> Result<&'a [u8], Fault> {
        guest::slice(self.memory, address, length).ok_or_else(|| outside(length))
    }
}

fn outside(length: u64) -> Fault {
    format!("{length} bytes are not all inside the guest's memory").into()
}
