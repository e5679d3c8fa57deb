//! Host values into objects of the guest (`abi-assemblyscript` sections 4 to 6).

use crate::guest::Limits;
use crate::transfer::budget::{Budget, is_level};
use crate::transfer::coercion;
use crate::transfer::fault::Fault;
use crate::transfer::record::{Members, Source};
use crate::transfer::scalar::low_word;
use crate::transfer::{memory, scalar, timestamp};
use crate::types::{FieldPlan, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

use super::image::Image;
use super::layout::{ARRAY_SIZE, BUFFER_ID, DATE_SIZE, STRING_ID, VIEW_SIZE, count, null};
use super::utf16;

/// Builds the objects of values, all into one image.
pub(super) struct Lowerer<'a> {
    pub(super) types: &'a Types,
    pub(super) image: Image,
    pub(super) source: Source,
    budget: Budget,
}

impl<'a> Lowerer<'a> {
    pub(super) fn new(types: &'a Types, source: Source, limits: &Limits) -> Self {
        Self { types, image: Image::default(), source, budget: Budget::new(limits) }
    }

    /// Lowers a value to its core value, which is an address in the image for a reference.
    pub(super) fn word(&mut self, ty: TypeId, value: &Value) -> Result<u64, Fault> {
        let plan = &self.types[ty];
        if plan.kind.is_scalar() {
            return scalar::encode(plan, value);
        }
        self.reference(ty, value).map(u64::from)
    }

    /// Lowers a reference; answers the address of its object in the image, or null.
    pub(super) fn reference(&mut self, ty: TypeId, value: &Value) -> Result<u32, Fault> {
        let types = self.types;
        let mut plan = &types[ty];
        if let Kind::Optional(inner) = plan.kind {
            if *value == Value::Null {
                return Ok(0);
            }
            plan = &types[inner];
        }
        let empty = Value::List(Vec::new());
        let value = match (value, self.source, &plan.kind) {
            (Value::Null, Source::Host, Kind::List { .. } | Kind::Map { .. } | Kind::Set(_)) => &empty,
            (Value::Null, ..) => return Err(null("nil value", plan)),
            _ => value,
        };
        if !is_level(&plan.kind) {
            return self.object(plan, value);
        }
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
            Kind::Unsupported(reason) | Kind::Opaque(reason) => Err(Fault::of_type(reason)),
            Kind::Optional(_) | Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64 | Kind::Json(_) => {
                Err(Fault::of_type(format!("type {} is not a reference", plan.name)))
            }
        }
    }

    fn text(&mut self, value: &Value) -> Result<u32, Fault> {
        let text = coercion::string(value)?;
        let size = (utf16::length(&text) as u64).saturating_mul(2);
        let address = self.image.allocate(size, STRING_ID)?;
        utf16::encode(&text, self.image.payload(address)?);
        Ok(address)
    }

    /// The guest's getters use the cached year, month and day, so all four are written.
    fn date(&mut self, plan: &TypePlan, value: &Value) -> Result<u32, Fault> {
        let instant = timestamp::from_value(value)?;
        let date = timestamp::date(instant)?;
        let address = self.image.allocate(u64::from(DATE_SIZE), plan.class_id)?;
        self.image.write_words(address, date)?;
        self.image.write(address, 16, &instant.milliseconds().to_le_bytes())?;
        Ok(address)
    }

    fn class(&mut self, plan: &TypePlan, fields: &[FieldPlan], value: &Value) -> Result<u32, Fault> {
        let Value::Object(members) = value else {
            return Err(Fault::value(format!("{} is not an object of type {}", value.describe(), plan.name)));
        };
        let root = self.image.allocate(u64::from(plan.payload), plan.class_id)?;
        let mut members = Members::of(members, self.source);
        for field in fields {
            let nullable = matches!(self.types[field.ty].kind, Kind::Optional(_));
            let value = members.field(&field.name, nullable);
            value
                .and_then(|value| self.store(root, field.offset, field.ty, value))
                .map_err(|fault| fault.in_field(&field.name))?;
        }
        Ok(root)
    }

    /// Lowers a value into a slot of an object.
    fn store(&mut self, parent: u32, distance: u32, ty: TypeId, value: &Value) -> Result<(), Fault> {
        let word = self.word(ty, value)?;
        self.put(parent, distance, ty, word)
    }

    /// Writes a core value into a slot.
    pub(super) fn put(&mut self, parent: u32, distance: u32, ty: TypeId, word: u64) -> Result<(), Fault> {
        let plan = &self.types[ty];
        if plan.kind.is_scalar() {
            return self.image.write(parent, distance, scalar::low(&word.to_le_bytes(), plan));
        }
        self.image.refer(parent, distance, low_word(word))
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
                let data = coercion::base64(text)?;
                if !data.len().is_multiple_of(element_plan.size.max(1) as usize) {
                    let length = data.len();
                    return Err(Fault::value(format!(
                        "{length} bytes are not a whole number of {} elements",
                        plan.name
                    )));
                }
                return self.data(plan, element, sequence, &data);
            }
            Value::List(items) => items.as_slice(),
            other if bytes => {
                let given = other.describe();
                let reason = format!("{given} is neither a base64 string nor a list for type {}", plan.name);
                return Err(Fault::value(reason));
            }
            // A list type takes a single value as a list of one.
            single => std::slice::from_ref(single),
        };
        if sequence == Sequence::ClampedView {
            let clamped = |(at, item)| coercion::clamped_byte(item).map_err(|error| Fault::from(error).in_element(at));
            let data = items.iter().enumerate().map(clamped).collect::<Result<Vec<u8>, _>>()?;
            return self.data(plan, element, sequence, &data);
        }
        if element_plan.kind.is_scalar() {
            let data = scalar::encode_all(element_plan, items.iter(), Fault::in_element)?;
            return self.data(plan, element, sequence, &data);
        }
        self.references(plan, element, sequence, items)
    }

    /// A sequence whose elements are not references.
    fn data(&mut self, plan: &TypePlan, element: TypeId, sequence: Sequence, data: &[u8]) -> Result<u32, Fault> {
        let (root, start) = self.sequence(plan, element, sequence, data.len() as u64)?;
        self.image.write(start, 0, data)?;
        Ok(root)
    }

    fn references(
        &mut self,
        plan: &TypePlan,
        element: TypeId,
        sequence: Sequence,
        items: &[Value],
    ) -> Result<u32, Fault> {
        let (root, start) = self.sequence(plan, element, sequence, (items.len() as u64).saturating_mul(4))?;
        for (at, item) in items.iter().enumerate() {
            let distance = memory::element(0, at, 4)?;
            self.store(start, distance, element, item).map_err(|fault| fault.in_element(at))?;
        }
        Ok(root)
    }

    /// An object for `size` bytes of elements, and the address of the first one. Empty ones have a buffer, too.
    fn sequence(
        &mut self,
        plan: &TypePlan,
        element: TypeId,
        sequence: Sequence,
        size: u64,
    ) -> Result<(u32, u32), Fault> {
        let root_size = match sequence {
            Sequence::Buffer | Sequence::Static => {
                let root = self.image.allocate(size, plan.class_id)?;
                return Ok((root, root));
            }
            Sequence::View | Sequence::ClampedView => VIEW_SIZE,
            Sequence::Growable | Sequence::Fixed(_) => ARRAY_SIZE,
        };
        let root = self.image.allocate(root_size.into(), plan.class_id)?;
        let buffer = self.image.allocate(size, BUFFER_ID)?;
        let size = u32::try_from(size).expect("the image has an object of so many bytes");
        self.image.refer(root, 0, buffer)?;
        self.image.refer(root, 4, buffer)?;
        self.image.write(root, 8, &size.to_le_bytes())?;
        if root_size == ARRAY_SIZE {
            self.image.write(root, 12, &count(size, &self.types[element]).to_le_bytes())?;
        }
        Ok((root, buffer))
    }
}
