//! From type names to plans: sizes, offsets, core values, class ids (`abi-go` sections 3, 4, 6 and 13).

use std::sync::Arc;

use abi::golang::layout::{BYTES_ID, STRING_ID};
use abi::plan::{ParameterPlan, ResultPlan, Signature};
use abi::types::{CoreType, FieldPlan, IntKind, JsonText, Kind, Sequence, TypeId, TypePlan, Types};

use super::names::{self, TypeName};
use crate::metadata::{Field, Metadata};

/// Engines accept at most 1000 parameters; one more is kept so that a wider type can never match a module.
const MAX_WORDS: usize = 1001;
/// Structs and arrays held by value inside each other.
const MAX_DEPTH: u32 = 64;
const MAX_NAME: usize = 4096;

/// Resolves a type name and all it refers to.
pub(super) fn resolve(name: &str, metadata: &Metadata, types: &mut Types) -> TypeId {
    let mut resolver = Resolver { metadata, types, open: Vec::new(), pending: Vec::new() };
    let id = resolver.declare(name, 0);
    resolver.complete();
    id
}

/// Pointers, slices and maps have a known size, so what they refer to waits in `pending`: recursive types need no
/// visiting order. Structs and arrays need their parts' sizes at once; `open` holds those being worked out.
struct Resolver<'a> {
    metadata: &'a Metadata,
    types: &'a mut Types,
    open: Vec<TypeId>,
    pending: Vec<TypeId>,
}

impl<'a> Resolver<'a> {
    /// The id of a type whose layout is final; what it points to may still be pending.
    fn declare(&mut self, name: &str, depth: u32) -> TypeId {
        if let Some(id) = find(self.types, name) {
            return id;
        }
        if name.len() > MAX_NAME {
            return self.types.add(unsupported(name, format!("a type name of {} bytes is too long", name.len())));
        }
        let plan = match names::parse(name) {
            TypeName::Bool => scalar(name, 1, CoreType::I32, Kind::Bool),
            TypeName::Int(kind) => integer(name, kind),
            TypeName::F32 => scalar(name, 4, CoreType::F32, Kind::F32),
            TypeName::F64 => scalar(name, 8, CoreType::F64, Kind::F64),
            TypeName::String => reference(name, 8, STRING_ID, Kind::String),
            TypeName::Time => self.time(name),
            TypeName::Json(text) => json(name, text),
            TypeName::Slice(element) => return self.defer(name, 12, self.slice_id(name, element)),
            TypeName::Pointer(target) => return self.defer(name, 4, self.pointer_id(name, target)),
            TypeName::Map(..) => return self.defer(name, 4, self.id(name)),
            TypeName::Array(length, element) => return self.array(name, length, element, depth),
            TypeName::Foreign(words) => foreign(name, words, Kind::Unsupported(not_passed(name, name))),
            TypeName::Malformed => unsupported(name, format!("{name:?} is not a Go type name")),
            TypeName::Named => return self.named(name, depth),
        };
        self.types.add(plan)
    }

    /// Class id by the metadata, 0 if it has none.
    fn id(&self, name: &str) -> u32 {
        self.metadata.types.get(name).map_or(0, |definition| definition.id)
    }

    fn slice_id(&self, name: &str, element: &str) -> u32 {
        match self.id(name) {
            // Without an id of its own, a byte slice of any spelling is allocated as `[]byte`.
            0 if names::is_byte(element) => BYTES_ID,
            _ if name == "[]byte" => BYTES_ID,
            id => id,
        }
    }

    fn pointer_id(&self, name: &str, target: &str) -> u32 {
        match self.id(name) {
            // `__new` strips one star: the id of T allocates T as well, unless T is a pointer itself.
            0 if !target.starts_with('*') => self.id(target),
            id => id,
        }
    }

    fn time(&self, name: &str) -> TypePlan {
        TypePlan {
            size: 24,
            align: 8,
            words: vec![CoreType::I64, CoreType::I64, CoreType::I32],
            ..reference(name, 4, self.id(name), Kind::Timestamp)
        }
    }

    fn defer(&mut self, name: &str, size: u32, class_id: u32) -> TypeId {
        let id = self.types.add(reference(name, size, class_id, Kind::Unsupported("unresolved".to_owned())));
        self.pending.push(id);
        id
    }

    /// Fills in what the deferred types refer to.
    fn complete(&mut self) {
        while let Some(id) = self.pending.pop() {
            let mut plan = self.types[id].clone();
            plan.kind = match names::parse(self.made_of(&plan.name).unwrap_or(&plan.name)) {
                TypeName::Slice(element) => Kind::List {
                    element: self.declare(element, 0),
                    sequence: Sequence::Growable,
                    bytes: names::is_byte(element),
                },
                TypeName::Pointer(target) => Kind::Optional(self.declare(target, 0)),
                TypeName::Map(key, value) => Kind::Map {
                    key: self.declare(key, 0),
                    value: self.declare(value, 0),
                    keys: self.declare(&format!("[]{key}"), 0),
                    values: self.declare(&format!("[]{value}"), 0),
                },
                _ => continue,
            };
            self.types.set(id, plan);
        }
    }

    /// Reserves an id for a type that holds others by value.
    fn begin(&mut self, name: &str) -> TypeId {
        let id = self.types.add(unsupported(name, format!("{name} contains itself")));
        self.open.push(id);
        id
    }

    fn end(&mut self, id: TypeId, plan: TypePlan) -> TypeId {
        self.open.pop();
        self.types.set(id, plan);
        id
    }

    fn array(&mut self, name: &str, length: u32, element: &str, depth: u32) -> TypeId {
        if depth > MAX_DEPTH {
            return self.types.add(unsupported(name, format!("{name} is nested too deeply")));
        }
        let id = self.begin(name);
        let element_id = self.declare(element, depth + 1);
        let part = &self.types[element_id];
        let plan = match (self.open.contains(&element_id), part.stride().checked_mul(length)) {
            (true, _) => unsupported(name, format!("{element} contains itself")),
            (_, None) => unsupported(name, format!("{name} is larger than a guest's memory")),
            (_, Some(size)) => TypePlan {
                name: name.to_owned(),
                class_id: self.id(name),
                size,
                align: part.align,
                payload: 0,
                words: part.words.iter().copied().cycle().take(word_count(part.words.len(), length)).collect(),
                pointers: part.pointers && length > 0,
                kind: Kind::List {
                    element: element_id,
                    sequence: Sequence::Fixed(length),
                    bytes: names::is_byte(element),
                },
            },
        };
        self.end(id, plan)
    }

    fn named(&mut self, name: &str, depth: u32) -> TypeId {
        let metadata = self.metadata;
        let fields = metadata.types.get(name).map_or(&[][..], |definition| &definition.fields);
        if fields.is_empty() {
            return match self.made_of(name) {
                Some(underlying) => self.like(name, underlying, depth),
                None => {
                    let kind = Kind::Opaque(not_told(name));
                    self.types.add(TypePlan { class_id: self.id(name), kind, ..unsupported(name, "") })
                }
            };
        }
        if depth > MAX_DEPTH {
            return self.types.add(unsupported(name, format!("{name} is nested too deeply")));
        }
        let id = self.begin(name);
        let plan = self.fields(name, fields, depth).unwrap_or_else(|reason| unsupported(name, reason));
        self.end(id, plan)
    }

    /// What a named type without fields is made of, as far as something tells.
    fn made_of(&self, name: &str) -> Option<&'a str> {
        let definition = self.metadata.types.get(name).filter(|definition| definition.fields.is_empty())?;
        definition.underlying.as_deref()
    }

    /// A named type that is like another one. The guest's helpers know both under the id of the other.
    fn like(&mut self, name: &str, underlying: &str, depth: u32) -> TypeId {
        match names::parse(underlying) {
            TypeName::Slice(element) => return self.defer(name, 12, self.slice_id(underlying, element)),
            TypeName::Pointer(target) => return self.defer(name, 4, self.pointer_id(underlying, target)),
            TypeName::Map(..) if self.id(underlying) != 0 => return self.defer(name, 4, self.id(underlying)),
            // Only a helper made for the very type reads a map.
            TypeName::Map(..) => {
                let kind = Kind::Opaque(format!(
                    "{name} is a {underlying}, and the app has no helper for that; use {underlying} itself in place of {name}"
                ));
                return self.types.add(foreign(name, &[CoreType::I32], kind));
            }
            TypeName::Foreign(_) if underlying == "struct{}" => {
                return self.types.add(TypePlan { kind: Kind::Struct(Vec::new()), ..unsupported(name, "") });
            }
            TypeName::Foreign(words) => {
                let kind = Kind::Opaque(not_passed(name, underlying));
                return self.types.add(foreign(name, words, kind));
            }
            _ if depth > MAX_DEPTH => return self.types.add(unsupported(name, format!("{name} is nested too deeply"))),
            _ => {}
        }
        let id = self.begin(name);
        let other = self.declare(underlying, depth + 1);
        let plan = match self.open.contains(&other) {
            true => unsupported(name, format!("{name} contains itself")),
            false => TypePlan { name: name.to_owned(), ..self.types[other].clone() },
        };
        self.end(id, plan)
    }

    fn fields(&mut self, name: &str, fields: &[Field], depth: u32) -> Result<TypePlan, String> {
        let mut parts = Vec::with_capacity(fields.len());
        for field in fields {
            let ty = self.declare(&field.type_name, depth + 1);
            if self.open.contains(&ty) {
                return Err(format!("{} contains itself", field.type_name));
            }
            parts.push((Arc::from(field.name.as_str()), ty));
        }
        record(name, self.id(name), parts, self.types)
    }
}

fn find(types: &Types, name: &str) -> Option<TypeId> {
    types.iter().find(|(_, plan)| plan.name == name).map(|(id, _)| id)
}

fn word_count(element: usize, length: u32) -> usize {
    element.saturating_mul(length as usize).min(MAX_WORDS)
}

/// A struct: fields in order at their own alignment, the end rounded up to the largest one.
fn record(name: &str, class_id: u32, parts: Vec<(Arc<str>, TypeId)>, types: &Types) -> Result<TypePlan, String> {
    let too_large = || format!("{name} is larger than a guest's memory");
    let (mut size, mut align, mut pointers, mut words) = (0u32, 1u32, false, Vec::new());
    let mut fields = Vec::with_capacity(parts.len());
    for (name, ty) in parts {
        let part = &types[ty];
        let offset = size.checked_next_multiple_of(part.align).ok_or_else(too_large)?;
        size = offset.checked_add(part.size).ok_or_else(too_large)?;
        align = align.max(part.align);
        pointers |= part.pointers;
        words.extend(part.words.iter().take(MAX_WORDS - words.len()));
        fields.push(FieldPlan { name, offset, ty });
    }
    let size = size.checked_next_multiple_of(align).ok_or_else(too_large)?;
    let kind = Kind::Struct(fields);
    Ok(TypePlan { name: name.to_owned(), class_id, size, align, payload: 0, words, pointers, kind })
}

fn scalar(name: &str, size: u32, word: CoreType, kind: Kind) -> TypePlan {
    let name = name.to_owned();
    TypePlan { name, class_id: 0, size, align: size, payload: 0, words: vec![word], pointers: false, kind }
}

fn integer(name: &str, kind: IntKind) -> TypePlan {
    let word = if kind.bits == 64 { CoreType::I64 } else { CoreType::I32 };
    scalar(name, u32::from(kind.bits / 8), word, Kind::Int(kind))
}

/// A type made of `size / 4` words, the first of which is an address.
fn reference(name: &str, size: u32, class_id: u32, kind: Kind) -> TypePlan {
    let words = vec![CoreType::I32; size as usize / 4];
    TypePlan { name: name.to_owned(), class_id, size, align: 4, payload: 0, words, pointers: true, kind }
}

pub(super) fn unsupported(name: &str, reason: impl Into<String>) -> TypePlan {
    let (name, kind) = (name.to_owned(), Kind::Unsupported(reason.into()));
    TypePlan { name, class_id: 0, size: 0, align: 1, payload: 0, words: Vec::new(), pointers: false, kind }
}

/// A type whose values cannot be passed, but whose room is known as far as `words` says.
fn foreign(name: &str, words: &[CoreType], kind: Kind) -> TypePlan {
    let width = words.first().map_or(0, |word| if *word == CoreType::F64 { 8 } else { 4 });
    let plan = unsupported(name, "");
    let pointers = words.contains(&CoreType::I32);
    TypePlan { size: width * words.len() as u32, align: width.max(1), words: words.to_vec(), pointers, kind, ..plan }
}

/// Text that is JSON, held as a slice of bytes or a string.
fn json(name: &str, text: JsonText) -> TypePlan {
    let (size, class_id) = match text {
        JsonText::Raw => (12, BYTES_ID),
        JsonText::Number => (8, STRING_ID),
    };
    reference(name, size, class_id, Kind::Json(text))
}

/// Why a named type is opaque, and what to do.
pub(super) fn not_told(name: &str) -> String {
    format!(
        "nothing in the module tells what {name} is; build the app with debug information, which TinyGo adds by default"
    )
}

/// Why values of a type cannot be passed that is `underlying`.
fn not_passed(name: &str, underlying: &str) -> String {
    let what = match underlying {
        names::UNTOLD_MAP => {
            return format!(
                "nothing in the module tells what {name} is a map of; use the map type itself in place of it"
            );
        }
        _ if underlying == name => return format!("values of Go type {name} cannot be passed"),
        _ if underlying.starts_with("func") => "function",
        _ if underlying.starts_with("chan") => "channel",
        _ if underlying.starts_with("complex") => "complex number",
        _ if underlying.starts_with("interface") => "value of an interface",
        _ => "value of a type without a name",
    };
    format!("{name} is a {what}, which cannot be passed; use a struct or a text in place of it")
}

/// The core signature of an export, and the type of its hidden result block (`abi-go` section 6).
pub(super) fn signature(
    parameters: &[ParameterPlan],
    results: &[ResultPlan],
    types: &mut Types,
) -> (Signature, Option<TypeId>) {
    let mut words: Vec<_> = parameters.iter().flat_map(|parameter| types[parameter.ty].words.clone()).collect();
    let answer: Vec<_> = results.iter().flat_map(|result| types[result.ty].words.clone()).collect();
    if answer.len() < 2 {
        return (Signature { parameters: words, results: answer }, None);
    }
    words.insert(0, CoreType::I32);
    let list: Vec<_> = results.iter().map(|result| format!("{} {}", result.name, types[result.ty].name)).collect();
    // Parentheses keep the name apart from every Go type.
    let name = format!("({})", list.join(", "));
    let block = find(types, &name).unwrap_or_else(|| {
        let parts = results.iter().map(|result| (result.name.clone(), result.ty)).collect();
        let plan = record(&name, 0, parts, types).unwrap_or_else(|reason| unsupported(&name, reason));
        types.add(plan)
    });
    (Signature { parameters: words, results: Vec::new() }, Some(block))
}

/// The core signature of an import (`abi-go` section 13).
pub(super) fn import_signature(parameters: &[TypeId], result: Option<TypeId>, types: &Types) -> Signature {
    let word = |id: TypeId| match &types[id] {
        plan if plan.kind.is_scalar() => plan.words[0],
        _ => CoreType::I32,
    };
    Signature {
        parameters: parameters.iter().map(|id| word(*id)).collect(),
        results: result.into_iter().map(word).collect(),
    }
}
