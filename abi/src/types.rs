//! The type model: every type of both guest languages, resolved to a layout.
//!
//! Sources: `abi-go` sections 3 and 4, `abi-assemblyscript` sections 2 to 4.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::table::{Damage, Item, Table};

/// Index of a type in [`Types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TypeId(pub u32);

/// A WebAssembly value type that can occur in a guest signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CoreType {
    /// 32-bit integer or address.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
}

impl std::fmt::Display for CoreType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// An integer's width and sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntKind {
    /// 8, 16, 32 or 64.
    pub bits: u8,
    /// Whether negative values exist.
    pub signed: bool,
}

/// How a run of elements is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sequence {
    /// Go slice (pointer, length, capacity) or AssemblyScript `Array` object.
    Growable,
    /// Go `[N]T`, stored in place.
    Fixed(u32),
    /// AssemblyScript typed array: a view with an offset.
    View,
    /// AssemblyScript `Uint8ClampedArray`: a view whose numbers are clamped to 0..=255.
    ClampedView,
    /// AssemblyScript `StaticArray`: elements are the payload.
    Static,
    /// AssemblyScript `ArrayBuffer`: bytes are the payload.
    Buffer,
}

/// What a type is. Layout numbers of the whole are in [`TypePlan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// One byte, 0 or 1.
    Bool,
    /// An integer; Go durations are `i64` nanoseconds.
    Int(IntKind),
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// UTF-8 (Go) or UTF-16 (AssemblyScript) text.
    String,
    /// Go `time.Time` or AssemblyScript `Date`.
    Timestamp,
    /// A list of elements. `bytes` is set for sequences of `u8` that are base64 text in JSON.
    List {
        /// Type of one element.
        element: TypeId,
        /// How the elements are stored.
        sequence: Sequence,
        /// Shown as base64.
        bytes: bool,
    },
    /// A struct or class.
    Struct(Vec<FieldPlan>),
    /// AssemblyScript `T | null` or Go `*T`.
    Optional(TypeId),
    /// A map. `keys` and `values` are the list types `[]K` and `[]V` that Go's helpers exchange (the element types
    /// themselves for AssemblyScript).
    Map {
        /// Key type.
        key: TypeId,
        /// Value type.
        value: TypeId,
        /// Go: the type `[]K`.
        keys: TypeId,
        /// Go: the type `[]V`.
        values: TypeId,
    },
    /// AssemblyScript `Set`.
    Set(TypeId),
    /// A named type whose definition the metadata does not tell; the text says so. Its size is 0 where that is not known
    /// either.
    Opaque(String),
    /// A type that cannot cross the boundary; the text says why.
    Unsupported(String),
    /// Text that is JSON in the guest, and any JSON value outside.
    Json(JsonText),
}

/// How a guest holds text that is JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JsonText {
    /// Go `json.RawMessage`: the bytes of any value. Nil stands for null.
    Raw,
    /// Go `json.Number`: the text of a number. The empty one stands for 0.
    Number,
}

/// A field of a struct or class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldPlan {
    /// Name in metadata and in GraphQL.
    pub name: Arc<str>,
    /// Bytes from the start of the struct.
    pub offset: u32,
    /// Field type.
    pub ty: TypeId,
}

/// A type with everything needed to move its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypePlan {
    /// Full name in the guest language, for messages.
    pub name: String,
    /// The guest runtime's class id; 0 where it has none.
    pub class_id: u32,
    /// Bytes a *slot* of this type takes in memory (a field, an element). AssemblyScript references are 4.
    pub size: u32,
    /// Alignment of such a slot, a power of two.
    pub align: u32,
    /// Bytes of the managed object itself (AssemblyScript classes); 0 otherwise.
    pub payload: u32,
    /// Core values the type contributes as a parameter.
    pub words: Vec<CoreType>,
    /// Whether memory of this type can hold addresses.
    pub pointers: bool,
    /// What it is.
    pub kind: Kind,
}

impl TypePlan {
    /// Distance between neighbouring elements, in bytes.
    pub fn stride(&self) -> u32 {
        self.size.next_multiple_of(self.align.max(1))
    }
}

/// All types of one app. Types refer to each other by [`TypeId`], so recursion is natural.
#[derive(Clone, Debug, Default)]
pub struct Types {
    plans: Table<TypePlan>,
    /// Stands for the first type that is referred to and cannot be had.
    missing: OnceLock<TypePlan>,
}

impl PartialEq for Types {
    fn eq(&self, other: &Self) -> bool {
        self.plans == other.plans
    }
}

impl Item for TypePlan {
    fn name(&self) -> &str {
        &self.name
    }
}

impl From<Table<TypePlan>> for Types {
    fn from(plans: Table<TypePlan>) -> Self {
        Self { plans, missing: OnceLock::new() }
    }
}

impl Types {
    /// Adds a type and answers its id.
    pub fn add(&mut self, plan: TypePlan) -> TypeId {
        self.made().push(plan);
        TypeId(u32::try_from(self.plans.len() - 1).expect("an app has fewer than 2^32 types"))
    }

    /// Replaces a type, for definitions that refer to themselves.
    pub fn set(&mut self, id: TypeId, plan: TypePlan) {
        self.made()[id.0 as usize] = plan;
    }

    fn made(&mut self) -> &mut Vec<TypePlan> {
        self.plans.made().expect("types are added where they are made, and stored when all are there")
    }

    /// All types, in order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &TypePlan)> {
        (0u32..).map(TypeId).take(self.len()).map(|id| (id, &self[id]))
    }

    /// The types as they are stored.
    pub(crate) fn table(&self) -> &Table<TypePlan> {
        &self.plans
    }

    /// The number of types.
    pub fn len(&self) -> usize {
        self.plans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Looks at all types: whether each is one, and refers to types that are there.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(&self) -> Result<(), Damage> {
        self.plans.check(|plan| self.unknown(plan.kind.references()))
    }

    /// What to say where one of the types is not there.
    pub(crate) fn unknown(&self, ids: impl IntoIterator<Item = TypeId>) -> Option<String> {
        let count = self.len();
        let id = ids.into_iter().find(|id| id.0 as usize >= count)?;
        Some(format!("it refers to type {}, and there are {count}", id.0))
    }

    /// A type in place of one that is not there, or whose bytes are none. A value of it cannot be passed, and the reason
    /// says which it is.
    fn missing(&self, id: TypeId) -> &TypePlan {
        self.missing.get_or_init(|| {
            let reason = match self.plans.damage() {
                Some(damage) => format!("the artifact is damaged ({damage})"),
                None => format!("there is no type {}, only {}", id.0, self.len()),
            };
            TypePlan {
                name: format!("type {}", id.0),
                class_id: 0,
                size: 0,
                align: 1,
                payload: 0,
                words: Vec::new(),
                pointers: false,
                kind: Kind::Unsupported(reason),
            }
        })
    }
}

impl std::ops::Index<TypeId> for Types {
    type Output = TypePlan;

    fn index(&self, id: TypeId) -> &TypePlan {
        self.plans.get(id.0 as usize).unwrap_or_else(|| self.missing(id))
    }
}

impl Kind {
    /// Whether a value is a number or truth value that is held in the slot or core value itself.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Bool | Self::Int(_) | Self::F32 | Self::F64)
    }

    /// The types this kind refers to directly.
    pub fn references(&self) -> Vec<TypeId> {
        match self {
            Self::List { element, .. } | Self::Set(element) | Self::Optional(element) => vec![*element],
            Self::Struct(fields) => fields.iter().map(|field| field.ty).collect(),
            Self::Map { key, value, keys, values } => vec![*key, *value, *keys, *values],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of a type that cannot be had cannot be passed, and the reason says which type it is and why.
    #[test]
    fn a_type_that_is_not_there_is_told() {
        let number = |name: &str| TypePlan {
            name: name.to_owned(),
            class_id: 0,
            size: 1,
            align: 1,
            payload: 0,
            words: vec![CoreType::I32],
            pointers: false,
            kind: Kind::Bool,
        };
        let mut bytes = Vec::new();
        let extent = Table::from(vec![number("a"), number("b")]).store(&mut bytes).unwrap();
        let last = bytes.len() - 1;
        let sound = Types::from(Table::stored("types", extent, bytes.clone().into()).unwrap());
        bytes[last] = 0x7f;
        let damaged = Types::from(Table::stored("types", extent, bytes.into()).unwrap());
        assert_eq!((sound.check(), damaged.check().unwrap_err().index), (Ok(()), Some(1)));
        assert_eq!((&damaged[TypeId(0)], damaged.table().damage()), (&number("a"), None));
        for (types, id, part) in [(&damaged, 1, "table types, item 1: "), (&sound, 2, "no type 2, only 2")] {
            let Kind::Unsupported(reason) = &types[TypeId(id)].kind else { panic!("{:?}", types[TypeId(id)]) };
            assert!(reason.contains(part), "{reason}");
        }
        assert!(damaged.table().damage().is_some());
        assert_eq!(sound.unknown([TypeId(1), TypeId(2)]).as_deref(), Some("it refers to type 2, and there are 2"));
    }
}
