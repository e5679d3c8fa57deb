//! Guest to host: core words or memory into values (`abi-go` section 10).

use super::heap::Heap;
use super::lower::UNIX_EPOCH;
use crate::guest::Limits;
use crate::selection::Selection;
use crate::transfer::budget::{Budget, Trail};
use crate::transfer::coercion;
use crate::transfer::fault::Fault;
use crate::transfer::json_text;
use crate::transfer::memory::{element, offset};
use crate::transfer::pairs::{self, Pairs, Wanted};
use crate::transfer::scalar;
use crate::transfer::timestamp::{self, Instant};
use crate::types::{FieldPlan, JsonText, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

/// Seconds from 0001-01-01 to 1885-01-01, where times with a monotonic reading count from.
const WALL_EPOCH: i64 = 59_453_308_800;

/// Moves values out of a guest.
pub(super) struct Lifter<'a, 'g> {
    pub(super) types: &'a Types,
    pub(super) heap: &'a mut Heap<'g>,
    budget: Budget,
    /// Addresses and types of the structs being decoded.
    trail: Trail<(u32, TypeId)>,
}

impl<'a, 'g> Lifter<'a, 'g> {
    pub(super) fn new(types: &'a Types, heap: &'a mut Heap<'g>, limits: &Limits) -> Self {
        Self { types, heap, budget: Budget::new(limits), trail: Trail::new() }
    }

    /// The work so far.
    pub(super) fn weight(&self) -> u64 {
        self.budget.weight()
    }

    /// Tells the guest's owner what was cut off.
    pub(super) fn warn(&mut self) {
        self.trail.warnings().for_each(|text| self.heap.warn(&text));
    }

    /// Lifts the value of a type without addresses from the one core word, or none, that it flattens to.
    pub(super) fn word(&mut self, ty: TypeId, word: u64, wanted: &Selection) -> Result<Value, Fault> {
        let types = self.types;
        let plan = &types[ty];
        match &plan.kind {
            kind if kind.is_scalar() => Ok(scalar::decode(kind, word)),
            Kind::List { sequence: Sequence::Fixed(length), bytes: true, .. } => {
                let content = word.to_le_bytes();
                Ok(Value::String(coercion::to_base64(content.get(..*length as usize).unwrap_or(&content))))
            }
            Kind::List { element, sequence: Sequence::Fixed(length), .. } => {
                self.budget.values(u64::from(*length))?;
                let items = |lifter: &mut Self| (0..*length).map(|_| lifter.word(*element, word, wanted)).collect();
                self.nested(items).map(Value::List)
            }
            // All parts but one have no size, so each may look at the word.
            Kind::Struct(fields) => {
                self.budget.values(wanted.count(fields.len()) as u64)?;
                let entry = |lifter: &mut Self, (field, below): (&FieldPlan, &Selection)| {
                    let value = lifter.word(field.ty, word, below).map_err(|fault| fault.in_field(&field.name))?;
                    Ok((field.name.clone(), value))
                };
                self.nested(|lifter| wanted.of(fields).map(|part| entry(lifter, part)).collect()).map(Value::Object)
            }
            Kind::Opaque(reason) | Kind::Unsupported(reason) => Err(Fault::of_type(reason)),
            _ => Err(Fault::of_type(format!("{} is not a single word", plan.name))),
        }
    }

    /// Lifts what is wanted of the value stored at `address`.
    pub(super) fn memory(&mut self, ty: TypeId, address: u32, wanted: &Selection) -> Result<Value, Fault> {
        let types = self.types;
        let (mut ty, mut address) = (ty, address);
        // A chain of pointers is as long as its type's name, so it must not take host stack.
        let mut pointers = 0;
        while let Kind::Optional(target) = types[ty].kind {
            match self.heap.u32(address)? {
                0 => return Ok(Value::Null),
                place => (ty, address) = (target, place),
            }
            // The first pointer belongs to the value, further ones are work without a value.
            self.budget.values(pointers)?;
            pointers = 1;
        }
        let plan = &types[ty];
        match &plan.kind {
            Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64 => {
                Ok(scalar::decode_slot(&plan.kind, self.heap.bytes(address, u64::from(plan.size))?))
            }
            Kind::String => self.string(address),
            Kind::Timestamp => self.time(address),
            Kind::Json(text) => self.json(*text, address),
            Kind::List { element, sequence: Sequence::Growable, bytes } => match self.heap.u32(address)? {
                0 => Ok(Value::Null),
                start => {
                    let length = self.heap.u32(offset(address, 4)?)?;
                    self.list(*element, *bytes, start, length, wanted)
                }
            },
            Kind::List { element, sequence: Sequence::Fixed(length), bytes } => {
                self.list(*element, *bytes, address, *length, wanted)
            }
            Kind::Struct(fields) => self.fields(ty, fields, address, wanted),
            Kind::Map { key, value, .. } => self.map(plan, *key, *value, address, wanted),
            Kind::Opaque(reason) | Kind::Unsupported(reason) => Err(Fault::of_type(reason)),
            Kind::List { .. } | Kind::Set(_) | Kind::Optional(_) => {
                Err(Fault::of_type(format!("{} is not a Go type", plan.name)))
            }
        }
    }

    /// Runs `lift` one level down.
    fn nested<T>(&mut self, lift: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.budget.enter()?;
        let result = lift(self);
        self.budget.leave();
        result
    }

    fn string(&mut self, address: u32) -> Result<Value, Fault> {
        let [start, length] = self.heap.words(address)?;
        if start == 0 || length == 0 {
            return Ok(Value::String(String::new()));
        }
        self.budget.bytes(u64::from(length))?;
        let bytes = self.heap.bytes(start, u64::from(length))?;
        Ok(Value::String(String::from_utf8_lossy(bytes).into_owned()))
    }

    /// Lifts text that is JSON, whose address and length are at `address`.
    fn json(&mut self, text: JsonText, address: u32) -> Result<Value, Fault> {
        let [start, length] = self.heap.words(address)?;
        if start == 0 || length == 0 {
            return Ok(json_text::empty(text));
        }
        self.budget.bytes(u64::from(length))?;
        json_text::lift(text, self.heap.bytes(start, u64::from(length))?)
    }

    fn time(&mut self, address: u32) -> Result<Value, Fault> {
        let wall = self.heap.u64(address)?;
        let ext = self.heap.u64(offset(address, 8)?)?.cast_signed();
        let nanoseconds = scalar::low_word(wall & 0x3fff_ffff);
        // The highest bit tells of a monotonic reading; then the next 33 are the seconds.
        let monotonic = wall >> 63 == 1;
        let seconds = if monotonic { WALL_EPOCH.saturating_add(((wall << 1) >> 31).cast_signed()) } else { ext };
        let instant = seconds
            .checked_sub(UNIX_EPOCH)
            .filter(|_| nanoseconds < 1_000_000_000)
            .map(|seconds| Instant { seconds, nanoseconds })
            .ok_or_else(|| Fault::guest("the timestamp is malformed"))?;
        Ok(Value::String(timestamp::format(instant)?))
    }

    fn list(&mut self, item: TypeId, bytes: bool, start: u32, length: u32, wanted: &Selection) -> Result<Value, Fault> {
        if bytes {
            self.budget.bytes(u64::from(length))?;
            let content = self.heap.bytes(start, u64::from(length))?;
            return Ok(Value::String(coercion::to_base64(content)));
        }
        self.nested(|lifter| lifter.elements(item, start, length, wanted, Fault::in_element)).map(Value::List)
    }

    /// Lifts elements, such as one side of a map's entries.
    fn elements(
        &mut self,
        item: TypeId,
        start: u32,
        length: u32,
        wanted: &Selection,
        locate: impl Fn(Fault, usize) -> Fault,
    ) -> Result<Vec<Value>, Fault> {
        self.budget.values(u64::from(length))?;
        let types = self.types;
        let part = &types[item];
        let stride = part.stride();
        // Checked as a whole first, so that an absurd length fails before room is made for it.
        let content = self.heap.bytes(start, u64::from(length).saturating_mul(stride.into()))?;
        if part.kind.is_scalar() {
            return Ok(scalar::decode_all(part, content));
        }
        let mut items = Vec::with_capacity(length as usize);
        for index in 0..length as usize {
            let value = element(start, index, stride).and_then(|address| self.memory(item, address, wanted));
            items.push(value.map_err(|fault| locate(fault, index))?);
        }
        Ok(items)
    }

    fn fields(&mut self, ty: TypeId, fields: &[FieldPlan], address: u32, wanted: &Selection) -> Result<Value, Fault> {
        if !self.trail.enter((address, ty), &self.types[ty].name) {
            return Ok(Value::Null);
        }
        let count = wanted.count(fields.len());
        self.budget.values(count as u64)?;
        let object = self.nested(|lifter| {
            let mut entries = Vec::with_capacity(count);
            for (field, below) in wanted.of(fields) {
                let value = offset(address, field.offset).and_then(|place| lifter.memory(field.ty, place, below));
                entries.push((field.name.clone(), value.map_err(|fault| fault.in_field(&field.name))?));
            }
            Ok(Value::Object(entries))
        });
        self.trail.leave();
        object
    }

    /// Lifts the map in the variable at `slot`; a nil map is an empty list.
    fn map(
        &mut self,
        plan: &TypePlan,
        key: TypeId,
        value: TypeId,
        slot: u32,
        wanted: &Selection,
    ) -> Result<Value, Fault> {
        if self.heap.u32(slot)? == 0 {
            return Ok(Value::List(Vec::new()));
        }
        let mark = self.heap.held.mark();
        let (keys, values) = self.heap.read_map(plan.class_id, slot, &plan.name)?;
        let pairs = self.nested(|lifter| lifter.pairs(plan, (key, keys), (value, values), wanted))?;
        self.heap.held.release(mark)?;
        Ok(pairs)
    }

    fn pairs(
        &mut self,
        plan: &TypePlan,
        keys: (TypeId, u32),
        values: (TypeId, u32),
        wanted: &Selection,
    ) -> Result<Value, Fault> {
        let ([key_start, length], [value_start, other]) = (self.heap.words(keys.1)?, self.heap.words(values.1)?);
        if length != other {
            return Err(Fault::guest(format!("{} has {length} keys but {other} values", plan.name)));
        }
        self.budget.values(u64::from(length))?;
        let wanted = Wanted::of(self.types, keys.0, wanted);
        let mut keys = match wanted.key {
            Some(below) => self.elements(keys.0, key_start, length, below, pairs::in_key)?,
            None => Vec::new(),
        }
        .into_iter();
        let mut values = match wanted.value {
            Some(below) => self.elements(values.0, value_start, length, below, pairs::in_value)?,
            None => Vec::new(),
        }
        .into_iter();
        let mut list = Pairs::new(wanted, length as usize);
        (0..length).for_each(|_| list.push(keys.next(), values.next()));
        Ok(list.into_value())
    }
}
