//! Guest to host: core words or memory into values (`abi-go` section 10).

use std::sync::Arc;

use super::heap::{Heap, element, offset};
use super::layout::is_scalar;
use super::lower::UNIX_EPOCH;
use crate::budget::{Budget, Trail};
use crate::fault::Fault;
use crate::guest::Limits;
use crate::number;
use crate::selection::Selection;
use crate::timestamp::{self, Instant};
use crate::types::{FieldPlan, IntKind, Kind, Sequence, TypeId, TypePlan, Types};
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
    key: Arc<str>,
    value: Arc<str>,
}

impl<'a, 'g> Lifter<'a, 'g> {
    pub(super) fn new(types: &'a Types, heap: &'a mut Heap<'g>, limits: &Limits) -> Self {
        let (key, value) = (Arc::from("key"), Arc::from("value"));
        Self { types, heap, budget: Budget::new(limits), trail: Trail::new(), key, value }
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
            // Every narrower integer is truncated; only a bool looks at all 32 bits.
            Kind::Bool => Ok(Value::Bool(word as u32 != 0)),
            kind if is_scalar(kind) => scalar(kind, &word.to_le_bytes()),
            Kind::List { sequence: Sequence::Fixed(length), bytes: true, .. } => {
                let content = word.to_le_bytes();
                Ok(Value::String(number::to_base64(&content[..content.len().min(*length as usize)])))
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
            _ => Err(Fault::from(format!("{} is not a single word", plan.name))),
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
                scalar(&plan.kind, self.heap.bytes(address, u64::from(plan.size))?)
            }
            Kind::String => self.string(address),
            Kind::Timestamp => self.time(address),
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
            Kind::Opaque(reason) | Kind::Unsupported(reason) => Err(Fault::from(reason.clone())),
            Kind::List { .. } | Kind::Set(_) | Kind::Optional(_) => {
                Err(Fault::from(format!("{} is not a Go type", plan.name)))
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
        let start = self.heap.u32(address)?;
        let length = self.heap.u32(offset(address, 4)?)?;
        if start == 0 || length == 0 {
            return Ok(Value::String(String::new()));
        }
        self.budget.bytes(u64::from(length))?;
        let bytes = self.heap.bytes(start, u64::from(length))?;
        Ok(Value::String(String::from_utf8_lossy(bytes).into_owned()))
    }

    fn time(&mut self, address: u32) -> Result<Value, Fault> {
        let wall = self.heap.u64(address)?;
        let ext = self.heap.u64(offset(address, 8)?)?.cast_signed();
        let nanoseconds = (wall & 0x3fff_ffff) as u32;
        let monotonic = wall >> 63 == 1;
        // 33 bits, so the sum cannot overflow.
        let seconds = if monotonic { WALL_EPOCH + ((wall << 1) >> 31).cast_signed() } else { ext };
        let instant = seconds
            .checked_sub(UNIX_EPOCH)
            .filter(|_| nanoseconds < 1_000_000_000)
            .map(|seconds| Instant { seconds, nanoseconds })
            .ok_or_else(|| Fault::from("the timestamp is malformed"))?;
        timestamp::format(instant).map(Value::String).map_err(Fault::from)
    }

    fn list(&mut self, item: TypeId, bytes: bool, start: u32, length: u32, wanted: &Selection) -> Result<Value, Fault> {
        if bytes {
            self.budget.bytes(u64::from(length))?;
            let content = self.heap.bytes(start, u64::from(length))?;
            return Ok(Value::String(number::to_base64(content)));
        }
        self.elements(item, start, length, wanted, None).map(Value::List)
    }

    /// Lifts elements. `label` is the last step of their path, for one side of a map's entries.
    fn elements(
        &mut self,
        item: TypeId,
        start: u32,
        length: u32,
        wanted: &Selection,
        label: Option<&str>,
    ) -> Result<Vec<Value>, Fault> {
        self.budget.values(u64::from(length))?;
        let types = self.types;
        let part = &types[item];
        let stride = part.stride();
        // Checked as a whole first, so that an absurd length fails before room is made for it.
        let content = self.heap.bytes(start, u64::from(length) * u64::from(stride))?;
        if is_scalar(&part.kind) {
            return content.chunks_exact(stride.max(1) as usize).map(|bytes| scalar(&part.kind, bytes)).collect();
        }
        self.nested(|lifter| {
            let mut items = Vec::with_capacity(length as usize);
            for index in 0..length as usize {
                let value = element(start, index, stride).and_then(|address| lifter.memory(item, address, wanted));
                items.push(value.map_err(|fault| match label {
                    Some(label) => fault.in_field(label).in_element(index),
                    None => fault.in_element(index),
                })?);
            }
            Ok(items)
        })
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
        let mark = self.heap.mark();
        let (keys, values) = self.heap.read_map(plan.class_id, slot, &plan.name)?;
        let pairs = self.pairs(plan, (key, keys), (value, values), wanted)?;
        self.heap.release(mark)?;
        Ok(Value::List(pairs))
    }

    fn pairs(
        &mut self,
        plan: &TypePlan,
        keys: (TypeId, u32),
        values: (TypeId, u32),
        wanted: &Selection,
    ) -> Result<Vec<Value>, Fault> {
        let lengths = (self.heap.u32(offset(keys.1, 4)?)?, self.heap.u32(offset(values.1, 4)?)?);
        if lengths.0 != lengths.1 {
            return Err(Fault::from(format!("{} has {} keys but {} values", plan.name, lengths.0, lengths.1)));
        }
        let length = lengths.0;
        self.budget.values(u64::from(length))?;
        let (of_key, of_value) = (wanted.field(Selection::KEY), wanted.field(Selection::VALUE));
        // The keys decide the order of the values.
        let sorting = (of_value.is_some() && has_text(self.types, keys.0)).then_some(&Selection::All);
        let starts = (self.heap.u32(keys.1)?, self.heap.u32(values.1)?);
        let mut side = |item, start, wanted: Option<&Selection>, label| match wanted {
            Some(wanted) => self.elements(item, start, length, wanted, Some(label)),
            None => Ok(Vec::new()),
        };
        let mut keys = side(keys.0, starts.0, of_key.or(sorting), "key")?.into_iter();
        let mut values = side(values.0, starts.1, of_value, "value")?.into_iter();
        let texts: Option<Vec<_>> = keys.as_slice().iter().map(Value::key_text).collect();
        let pair = |_| {
            let key = keys.next().filter(|_| of_key.is_some()).map(|key| (self.key.clone(), key));
            let value = values.next().map(|value| (self.value.clone(), value));
            Value::Object(key.into_iter().chain(value).collect())
        };
        let pairs = (0..length).map(pair);
        Ok(match texts.filter(|texts| texts.len() == length as usize) {
            Some(texts) => {
                let mut sorted: Vec<_> = texts.into_iter().zip(pairs).collect();
                sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
                sorted.into_iter().map(|(_, pair)| pair).collect()
            }
            None => pairs.collect(),
        })
    }
}

/// Whether keys of this type may have a text.
fn has_text(types: &Types, key: TypeId) -> bool {
    match &types[key].kind {
        Kind::Optional(target) => has_text(types, *target),
        Kind::Struct(_) | Kind::Map { .. } => false,
        Kind::List { bytes, .. } => *bytes,
        _ => true,
    }
}

/// A bool, integer or float from its little-endian bytes; bytes beyond its width do not count.
fn scalar(kind: &Kind, bytes: &[u8]) -> Result<Value, Fault> {
    let mut padded = [0; 8];
    let known = bytes.len().min(8);
    padded[..known].copy_from_slice(&bytes[..known]);
    let bits = u64::from_le_bytes(padded);
    Ok(match kind {
        Kind::Bool => Value::Bool(bits as u8 != 0),
        Kind::Int(kind) => integer(*kind, bits),
        Kind::F32 => Value::Float32(f32::from_bits(bits as u32)),
        Kind::F64 => Value::Float(f64::from_bits(bits)),
        _ => return Err(Fault::from("the type is not a scalar")),
    })
}

fn integer(kind: IntKind, bits: u64) -> Value {
    match (kind.bits, kind.signed) {
        (8, true) => Value::Int((bits as i8).into()),
        (8, false) => Value::Int((bits as u8).into()),
        (16, true) => Value::Int((bits as i16).into()),
        (16, false) => Value::Int((bits as u16).into()),
        (32, true) => Value::Int((bits as i32).into()),
        (32, false) => Value::Int((bits as u32).into()),
        (_, true) => Value::Int(bits.cast_signed()),
        (_, false) => i64::try_from(bits).map_or(Value::UInt(bits), Value::Int),
    }
}
