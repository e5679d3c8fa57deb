//! From type names to layouts (`abi-assemblyscript` sections 2 to 4).
//!
//! Slot sizes follow from a name alone, so types are resolved from a work list and not by recursion.

use abi::assemblyscript::layout::{ARRAY_SIZE, BUFFER_ID, DATE_SIZE, STRING_ID, TABLE_SIZE, VIEW_SIZE};
use abi::types::{CoreType, FieldPlan, IntKind, Kind, Sequence, TypeId, TypePlan, Types};

use super::names::{self, Form};
use crate::metadata::{Metadata, TypeDefinition, split_version};

/// Resolves a name and all it refers to.
pub(super) fn resolve(name: &str, metadata: &Metadata, types: &mut Types) -> TypeId {
    let mut resolver = Resolver { metadata, types, open: Vec::new() };
    let id = resolver.id(name);
    while let Some(open) = resolver.open.pop() {
        resolver.define(open);
    }
    id
}

struct Resolver<'a> {
    metadata: &'a Metadata,
    types: &'a mut Types,
    /// Types that have an id and a slot, but no kind yet.
    open: Vec<TypeId>,
}

impl Resolver<'_> {
    /// The id of a name, reserved if it is new.
    fn id(&mut self, name: &str) -> TypeId {
        let name = names::canonical(name);
        if let Some((id, _)) = self.types.iter().find(|(_, plan)| plan.name == name) {
            return id;
        }
        let id = self.types.add(shell(name));
        self.open.push(id);
        id
    }

    fn define(&mut self, id: TypeId) {
        let mut plan = self.types[id].clone();
        let name = plan.name.clone();
        let (underlying, nullable) = names::strip_nullable(&name);
        if nullable {
            let inner = self.id(underlying);
            plan.kind = if self.types[inner].pointers {
                Kind::Optional(inner)
            } else {
                Kind::Unsupported(format!("type {name} is not supported: only references can be null"))
            };
        } else {
            self.define_underlying(&mut plan, underlying);
        }
        self.types.set(id, plan);
    }

    fn define_underlying(&mut self, plan: &mut TypePlan, name: &str) {
        let list = |element, sequence, bytes| Kind::List { element, sequence, bytes };
        let (kind, payload) = match names::form(name) {
            Form::Bool => (Kind::Bool, 0),
            Form::Int(kind) => (Kind::Int(kind), 0),
            Form::F32 => (Kind::F32, 0),
            Form::F64 => (Kind::F64, 0),
            Form::String => (Kind::String, 0),
            Form::Buffer => (list(self.id("u8"), Sequence::Buffer, true), 0),
            Form::View { element, clamped } => {
                let sequence = if clamped { Sequence::ClampedView } else { Sequence::View };
                (list(self.id(element), sequence, element == "u8"), VIEW_SIZE)
            }
            Form::Array(element) => (list(self.id(element), Sequence::Growable, element == "u8"), ARRAY_SIZE),
            Form::Static(element) => (list(self.id(element), Sequence::Static, false), 0),
            Form::Map(key, value) => {
                let (key, value) = (self.id(key), self.id(value));
                (Kind::Map { key, value, keys: key, values: value }, TABLE_SIZE)
            }
            Form::Set(element) => (Kind::Set(self.id(element)), TABLE_SIZE),
            Form::Date => (Kind::Timestamp, DATE_SIZE),
            Form::Class => return self.define_class(plan, name),
            Form::Foreign if self.definition(name).is_some() => return self.define_class(plan, name),
            Form::Foreign => (not_supported(name), 0),
        };
        plan.payload = payload;
        plan.kind = kind;
        match plan.kind {
            Kind::List { sequence: Sequence::Buffer, .. } => plan.class_id = BUFFER_ID,
            Kind::String => plan.class_id = STRING_ID,
            Kind::List { .. } | Kind::Map { .. } | Kind::Set(_) | Kind::Timestamp => match self.definition(name) {
                Some(definition) => plan.class_id = definition.id,
                None => plan.kind = self.unknown(name),
            },
            _ => {}
        }
    }

    /// Fields in metadata order, each aligned to its slot; the size is not rounded up
    /// (`abi-assemblyscript` section 4.9).
    fn define_class(&mut self, plan: &mut TypePlan, name: &str) {
        let Some(definition) = self.definition(name).cloned() else {
            plan.kind = self.unknown(name);
            return;
        };
        // Nobody knows what lies behind such a field.
        if let Some(field) = definition.fields.iter().find(|field| self.has_no_slot(&field.type_name)) {
            plan.kind = not_supported(&field.type_name);
            return;
        }
        let mut offset = 0u32;
        let mut fields = Vec::with_capacity(definition.fields.len());
        for field in &definition.fields {
            let ty = self.id(&field.type_name);
            let slot = &self.types[ty];
            offset = offset.next_multiple_of(slot.align.max(1));
            fields.push(FieldPlan { name: field.name.as_str().into(), offset, ty });
            offset += slot.size;
        }
        plan.class_id = definition.id;
        plan.payload = offset;
        plan.kind = Kind::Struct(fields);
    }

    fn definition(&self, name: &str) -> Option<&TypeDefinition> {
        let types = &self.metadata.types;
        let other_spellings = || {
            let dates = names::DATES.iter().filter(|_| names::DATES.contains(&name));
            dates.copied().find_map(|date| types.get(date))
        };
        types.get(name).or_else(|| types.get(&name.replace("|null", " | null"))).or_else(other_spellings)
    }

    /// Whether it is not known how much room a field of this type takes. A function is a reference.
    fn has_no_slot(&self, name: &str) -> bool {
        let name = names::canonical(name);
        let (underlying, _) = names::strip_nullable(&name);
        names::form(underlying) == Form::Foreign && !name.contains("=>") && self.definition(underlying).is_none()
    }

    fn unknown(&self, name: &str) -> Kind {
        let (app, _) = split_version(&self.metadata.plugin);
        Kind::Opaque(format!("info for type {name} not found in app {app}"))
    }
}

fn not_supported(name: &str) -> Kind {
    Kind::Unsupported(format!("type {name} is not supported"))
}

/// A type with its slot, but not yet its kind.
fn shell(name: String) -> TypePlan {
    let (underlying, nullable) = names::strip_nullable(&name);
    let (size, core) = match names::form(underlying) {
        _ if nullable => (4, CoreType::I32),
        Form::Bool => (1, CoreType::I32),
        Form::Int(IntKind { bits: 64, .. }) => (8, CoreType::I64),
        Form::Int(kind) => (u32::from(kind.bits / 8), CoreType::I32),
        Form::F32 => (4, CoreType::F32),
        Form::F64 => (8, CoreType::F64),
        _ => (4, CoreType::I32),
    };
    let scalar = matches!(names::form(underlying), Form::Bool | Form::Int(_) | Form::F32 | Form::F64);
    TypePlan {
        kind: Kind::Unsupported(format!("type {name} is not resolved")),
        name,
        class_id: 0,
        size,
        align: size,
        payload: 0,
        words: vec![core],
        pointers: nullable || !scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::fake::metadata;
    use super::*;
    use crate::language::problem;

    fn resolved(name: &str) -> (Types, TypeId) {
        let mut types = Types::default();
        let id = resolve(name, &metadata(), &mut types);
        assert_eq!(types.check(), Ok(()));
        (types, id)
    }

    #[test]
    fn gauge() {
        let (types, id) = resolved("assembly/index/Gauge");
        let plan = &types[id];
        let Kind::Struct(fields) = &plan.kind else { unreachable!("{plan:?}") };
        let offsets: Vec<u32> = fields.iter().map(|field| field.offset).collect();
        assert_eq!(offsets, [0, 2, 8, 16, 20, 24, 28]);
        assert_eq!((plan.payload, plan.class_id, plan.size, plan.align), (29, 6, 4, 4));
        assert_eq!(types[fields[4].ty].kind, Kind::Optional(id));
        assert_eq!(problem(&types, id), None);
    }

    #[test]
    fn same_name_same_id() {
        let mut types = Types::default();
        let metadata = metadata();
        let first = resolve("assembly/index/Gauge | null", &metadata, &mut types);
        let count = types.len();
        assert_eq!(resolve("assembly/index/Gauge|null", &metadata, &mut types), first);
        assert_eq!(types.len(), count);
    }

    #[test]
    fn problems() {
        let problem_of = |name: &str| {
            let (types, id) = resolved(name);
            problem(&types, id)
        };
        let missing = "info for type assembly/index/Nowhere not found in app probe";
        assert_eq!(problem_of("assembly/index/Nowhere").as_deref(), Some(missing));
        assert_eq!(problem_of("(i32) => i32").as_deref(), Some("type (i32) => i32 is not supported"));
        assert_eq!(problem_of("externref").as_deref(), Some("type externref is not supported"));
        assert!(problem_of("i32 | null").is_some_and(|reason| reason.contains("only references")));
        assert!(problem_of("~lib/array/Array<v128>").is_some());
        assert_eq!(problem_of("Date | null"), None);
    }
}
