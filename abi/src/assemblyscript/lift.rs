//! Guest memory into host values (`abi-assemblyscript` sections 3, 4 and 7).
//!
//! Nothing the guest says about its memory is believed: every range is checked before it is read, every count before
//! anything is allocated for it.

use crate::guest::Limits;
use crate::selection::Selection;
use crate::transfer::budget::{Budget, Trail, is_level};
use crate::transfer::coercion;
use crate::transfer::fault::{Cause, Fault};
use crate::transfer::memory::{self, element, offset, slice};
use crate::transfer::scalar::{self, low_word};
use crate::transfer::timestamp::{self, Instant};
use crate::types::{FieldPlan, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

use super::layout::{BUFFER_ID, STRING_ID, count, null};
use super::utf16;

/// Reads values out of a guest's memory. No guest code may run meanwhile.
pub(super) struct Lifter<'a> {
    pub(super) types: &'a Types,
    pub(super) memory: &'a [u8],
    pub(super) budget: Budget,
    /// Addresses of the reference slots on the path from the root.
    trail: Trail<u32>,
}

impl<'a> Lifter<'a> {
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
        if kind.is_scalar() {
            return Ok(scalar::decode(kind, word));
        }
        self.pointer(ty, low_word(word), None, wanted)
    }

    /// Lifts what is wanted of the value in the slot at an address.
    pub(super) fn slot(&mut self, ty: TypeId, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let plan = &self.types[ty];
        if plan.kind.is_scalar() {
            return Ok(scalar::decode_slot(&plan.kind, slice(self.memory, address, plan.size.into())?));
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
            Kind::Unsupported(reason) | Kind::Opaque(reason) => Err(Fault::of_type(reason)),
            _ if address == 0 => Err(null("null pointer", plan)),
            kind if is_level(kind) => self.nested(plan, address, slot, wanted),
            _ => self.object(plan, address, wanted),
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
            Kind::String => self.text(address),
            Kind::Timestamp => self.date(address),
            Kind::List { sequence: Sequence::Buffer, .. } => self.buffer(address),
            Kind::List { bytes: true, element, sequence } => self.bytes(*element, *sequence, address),
            Kind::List { element, sequence, .. } => self.list(*element, *sequence, address, wanted),
            Kind::Struct(fields) => self.class(plan, fields, address, wanted),
            Kind::Map { key, value, .. } => self.map(*key, *value, address, wanted),
            Kind::Set(element) => self.set(*element, address, wanted),
            _ => Err(Fault::of_type(format!("type {} is not a reference", plan.name))),
        }
    }

    /// The payload length of an object; its class is checked where one is given.
    fn header(&self, address: u32, class: Option<(u32, &str)>) -> Result<u32, Fault> {
        let header = address.checked_sub(8).ok_or_else(|| Fault::from(Cause::Memory(8)))?;
        if let Some((id, article_and_name)) = class
            && self.number(header, 0)? != id
        {
            return Err(Fault::guest(format!("pointer is not to {article_and_name}")));
        }
        self.number(header, 4)
    }

    fn text(&mut self, address: u32) -> Result<Value, Fault> {
        let size = self.header(address, Some((STRING_ID, "a string")))?;
        if size % 2 != 0 {
            return Err(Fault::guest(format!("a string of {size} bytes is not UTF-16")));
        }
        self.budget.bytes(size.into())?;
        Ok(Value::String(utf16::decode(slice(self.memory, address, size.into())?)))
    }

    fn buffer(&mut self, address: u32) -> Result<Value, Fault> {
        let size = self.header(address, Some((BUFFER_ID, "an ArrayBuffer")))?;
        self.base64(address, size.into())
    }

    fn base64(&mut self, address: u32, size: u64) -> Result<Value, Fault> {
        self.budget.bytes(size)?;
        let data = slice(self.memory, address, size)?;
        Ok(Value::String(coercion::to_base64(data)))
    }

    fn date(&mut self, address: u32) -> Result<Value, Fault> {
        let milliseconds = i64::from_le_bytes(memory::read(self.memory, offset(address, 16)?)?);
        Ok(Value::String(timestamp::format(Instant::of_milliseconds(milliseconds))?))
    }

    fn class(
        &mut self,
        plan: &TypePlan,
        fields: &[FieldPlan],
        address: u32,
        wanted: &Selection,
    ) -> Result<Value, Fault> {
        slice(self.memory, address, plan.payload.into())?;
        let count = wanted.count(fields.len());
        self.budget.values(count as u64)?;
        let mut entries = Vec::with_capacity(count);
        for (field, below) in wanted.of(fields) {
            let value = offset(address, field.offset).and_then(|slot| self.slot(field.ty, slot, below));
            entries.push((field.name.clone(), value.map_err(|fault| fault.in_field(&field.name))?));
        }
        Ok(Value::Object(entries))
    }

    /// Address and number of the elements of a sequence.
    fn elements(&self, element: TypeId, sequence: Sequence, address: u32) -> Result<(u32, u32), Fault> {
        let element = &self.types[element];
        Ok(match sequence {
            Sequence::Growable | Sequence::Fixed(_) => (self.number(address, 4)?, self.number(address, 12)?),
            Sequence::View | Sequence::ClampedView => {
                (self.number(address, 4)?, count(self.number(address, 8)?, element))
            }
            Sequence::Static | Sequence::Buffer => (address, count(self.header(address, None)?, element)),
        })
    }

    fn bytes(&mut self, element: TypeId, sequence: Sequence, address: u32) -> Result<Value, Fault> {
        match self.elements(element, sequence, address)? {
            (_, 0) => Ok(Value::String(String::new())),
            (start, count) => self.base64(start, count.into()),
        }
    }

    fn list(&mut self, item: TypeId, sequence: Sequence, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let (start, count) = self.elements(item, sequence, address)?;
        if count == 0 {
            return Ok(Value::List(Vec::new()));
        }
        let plan = &self.types[item];
        let size = plan.size.max(1);
        self.budget.values(count.into())?;
        let region = slice(self.memory, start, u64::from(count).saturating_mul(size.into()))?;
        if plan.kind.is_scalar() {
            return Ok(Value::List(scalar::decode_all(plan, region)));
        }
        let mut items = Vec::with_capacity(count as usize);
        for at in 0..count as usize {
            let value = element(start, at, size).and_then(|slot| self.slot(item, slot, wanted));
            items.push(value.map_err(|fault| fault.in_element(at))?);
        }
        Ok(Value::List(items))
    }

    /// The little-endian 32-bit number so many bytes behind an address.
    pub(super) fn number(&self, address: u32, distance: u32) -> Result<u32, Fault> {
        memory::read_u32(self.memory, offset(address, distance)?)
    }
}
