//! Types of the guest language to GraphQL types (`graphql` section 4).

use std::collections::{BTreeMap, BTreeSet};

use abi::schema::{ObjectField, TypeRef};

use super::names;
use crate::language::{Frontend, Shape};
use crate::metadata::Metadata;

/// Deeper nesting of lists and maps than this is refused.
const MAX_DEPTH: u32 = 64;

/// What a table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Arguments.
    Input,
    /// Results.
    Output,
}

/// A GraphQL type with fields, or a scalar without.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// Fields; none for a scalar.
    pub(super) fields: Vec<ObjectField>,
    /// Description.
    pub(super) description: Option<String>,
    /// A key/value pair of a map.
    pub(super) is_map: bool,
    /// Why the type cannot be shown, if so.
    pub(super) broken: Option<String>,
}

/// The GraphQL types of one direction.
pub(super) struct Table<'m> {
    pub(super) direction: Direction,
    metadata: &'m Metadata,
    /// GraphQL name of each usable type definition, by full type name.
    pub(super) names: BTreeMap<String, String>,
    /// By GraphQL name.
    pub(super) entries: BTreeMap<String, Entry>,
    /// Names that generated types step aside for.
    pub(super) taken: BTreeSet<String>,
    /// Names of the entries that conversions have added, in their order.
    added: Vec<String>,
}

impl<'m> Table<'m> {
    pub(super) fn new(direction: Direction, metadata: &'m Metadata) -> Self {
        let (names, entries) = (BTreeMap::new(), BTreeMap::new());
        Self { direction, metadata, names, entries, taken: BTreeSet::new(), added: Vec::new() }
    }

    /// How many entries conversions have added so far.
    pub(super) fn additions(&self) -> usize {
        self.added.len()
    }

    /// Takes back what conversions have added since there were so many additions.
    pub(super) fn take_back(&mut self, additions: usize) {
        for name in self.added.drain(additions..) {
            self.entries.remove(&name);
        }
    }

    fn add(&mut self, name: &str, entry: Entry) {
        self.entries.insert(name.to_owned(), entry);
        self.added.push(name.to_owned());
    }

    /// The GraphQL type of a type name.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn convert(&mut self, language: &dyn Frontend, type_name: &str) -> Result<TypeRef, String> {
        self.convert_nested(language, type_name, 0)
    }

    fn convert_nested(&mut self, language: &dyn Frontend, full: &str, depth: u32) -> Result<TypeRef, String> {
        if depth > MAX_DEPTH {
            return Err(format!("the type is nested more than {MAX_DEPTH} levels deep"));
        }
        let Bare { name, shape, nullable } = bare(language, self.metadata, full);
        let ty = match shape {
            Shape::String | Shape::Bytes => TypeRef::Named("String".to_owned()),
            Shape::Bool => TypeRef::Named("Boolean".to_owned()),
            Shape::Float => TypeRef::Named("Float".to_owned()),
            Shape::Int { bits: 64, signed: true } => self.scalar("Int64"),
            Shape::Int { bits: 64, signed: false } => self.scalar("UInt64"),
            Shape::Int { bits: 32, signed: false } => self.scalar("UInt"),
            Shape::Int { .. } => TypeRef::Named("Int".to_owned()),
            Shape::Timestamp => self.scalar("Timestamp"),
            Shape::List(element) => TypeRef::List(Box::new(self.convert_nested(language, &element, depth + 1)?)),
            Shape::Map(key, value) => {
                let key = self.convert_nested(language, &key, depth + 1)?;
                let value = self.convert_nested(language, &value, depth + 1)?;
                TypeRef::List(Box::new(non_null(TypeRef::Named(self.pair(key, value)))))
            }
            Shape::Named => match self.names.get(&name) {
                Some(name) => TypeRef::Named(name.clone()),
                None => return Err(format!("unsupported type or missing type definition: {name}")),
            },
        };
        Ok(if nullable { ty } else { non_null(ty) })
    }

    /// Records a scalar.
    pub(super) fn scalar(&mut self, name: &str) -> TypeRef {
        if !self.entries.contains_key(name) {
            self.add(name, Entry::default());
        }
        TypeRef::Named(name.to_owned())
    }

    /// The name of the pair type of a map, which is added where it is new.
    fn pair(&mut self, key: TypeRef, value: TypeRef) -> String {
        let suffix = if self.direction == Direction::Input { "Input" } else { "" };
        let name = format!("{}{}Pair{suffix}", self.name_part(&key), self.name_part(&value));
        let field = |name: &str, ty| ObjectField { name: name.to_owned(), description: None, ty };
        let fields = vec![field("key", key), field("value", value)];
        self.generated(&name, fields, true)
    }

    /// Adds a generated type, under the first free number of its name unless the very same one is there.
    pub(super) fn generated(&mut self, name: &str, fields: Vec<ObjectField>, is_map: bool) -> String {
        for number in 1.. {
            let name = names::numbered(name, number);
            match self.entries.get(&name) {
                Some(entry) if entry.is_map == is_map && entry.fields == fields => return name,
                Some(_) => {}
                None if self.taken.contains(&name) => {}
                None => {
                    self.add(&name, Entry { fields, is_map, ..Entry::default() });
                    return name;
                }
            }
        }
        unreachable!("a free number is found long before they end")
    }

    /// What a key or value type contributes to the name of its pair type.
    fn name_part(&self, ty: &TypeRef) -> String {
        let core = match ty.nullable() {
            TypeRef::List(item) => {
                let inner = match &**item {
                    // Clients hold names that lack the last letter here.
                    TypeRef::Named(name) => self.without_suffix(&name[..name.len().saturating_sub(1)]).to_owned(),
                    item if matches!(item.nullable(), TypeRef::Named(_)) => self.without_suffix(item.name()).to_owned(),
                    item => self.name_part(item),
                };
                format!("{inner}List")
            }
            named => self.without_suffix(named.name()).to_owned(),
        };
        if matches!(ty, TypeRef::NonNull(_)) { core } else { format!("Nullable{core}") }
    }

    fn without_suffix<'n>(&self, name: &'n str) -> &'n str {
        match self.direction {
            Direction::Input => name.strip_suffix("Input").unwrap_or(name),
            Direction::Output => name,
        }
    }

    /// Everything reachable from `types`, by name.
    pub(super) fn reachable<'t>(&self, types: impl IntoIterator<Item = &'t TypeRef>) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<String> = types.into_iter().map(|ty| ty.name().to_owned()).collect();
        while let Some(name) = open.pop() {
            if let Some(entry) = self.entries.get(&name)
                && seen.insert(name)
            {
                open.extend(entry.fields.iter().map(|field| field.ty.name().to_owned()));
            }
        }
        seen
    }
}

/// `!`
pub(super) fn non_null(ty: TypeRef) -> TypeRef {
    TypeRef::NonNull(Box::new(ty))
}

/// A type without its nullable marks.
pub(super) struct Bare {
    pub(super) name: String,
    /// What it is.
    pub(super) shape: Shape,
    /// Whether there were marks, or the type has null of itself.
    pub(super) nullable: bool,
}

/// Takes the nullable marks off a type. A named type is seen through where it is like a list or a map, since nobody can
/// select anything of a scalar.
pub(super) fn bare(language: &dyn Frontend, metadata: &Metadata, type_name: &str) -> Bare {
    let mut name = language.trimmed(type_name).to_owned();
    let mut nullable = false;
    // Types that are like each other in a circle are no more than there are.
    let mut left = metadata.types.len();
    loop {
        let facts = language.facts(&name);
        nullable |= facts.nullable;
        if facts.nullable && facts.underlying != name {
            name = language.trimmed(&facts.underlying).to_owned();
        } else if let Some(other) = seen_through(language, metadata, &name).filter(|_| left > 0) {
            name = other.to_owned();
            left -= 1;
        } else {
            return Bare { name: facts.underlying, shape: facts.shape, nullable };
        }
    }
}

/// What is shown in place of a named type without fields: what it is like, if that has parts, or is named itself.
pub(super) fn seen_through<'m>(language: &dyn Frontend, metadata: &'m Metadata, name: &str) -> Option<&'m str> {
    let definition = metadata.types.get(name).filter(|definition| definition.fields.is_empty())?;
    let other = definition.underlying.as_deref()?;
    let facts = language.facts(other);
    let has_parts = matches!(facts.shape, Shape::List(_) | Shape::Map(..) | Shape::Bytes | Shape::Timestamp);
    let is_pointer = facts.nullable && facts.underlying != other;
    (has_parts || is_pointer || metadata.types.contains_key(other)).then_some(other)
}
