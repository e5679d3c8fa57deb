//! The GraphQL schema as data: made by modusc, printed as SDL, executed by the runner.

use serde::{Deserialize, Serialize};

use crate::table::{Item, Table};
use crate::value::{Value, nested};

/// A GraphQL type reference.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TypeRef {
    /// A named type.
    Named(String),
    /// A list.
    List(#[serde(deserialize_with = "nested")] Box<TypeRef>),
    /// `!`
    NonNull(#[serde(deserialize_with = "nested")] Box<TypeRef>),
}

impl TypeRef {
    /// The name at the core.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::List(inner) | Self::NonNull(inner) => inner.name(),
        }
    }

    /// The type without an outer `!`.
    pub fn nullable(&self) -> &TypeRef {
        match self {
            Self::NonNull(inner) => inner,
            other => other,
        }
    }
}

impl std::fmt::Display for TypeRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::List(inner) => write!(f, "[{inner}]"),
            Self::NonNull(inner) => write!(f, "{inner}!"),
        }
    }
}

/// The whole schema; every list is in printing order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// Fields of `Query`.
    pub query: Table<RootField>,
    /// Fields of `Mutation`.
    pub mutation: Table<RootField>,
    /// Custom scalars, `Void` and the 64-bit ones included.
    pub scalars: Vec<String>,
    /// Input object types.
    pub inputs: Table<ObjectType>,
    /// Output object types.
    pub objects: Table<ObjectType>,
}

impl Item for RootField {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Item for ObjectType {
    fn name(&self) -> &str {
        &self.name
    }
}

/// A field of `Query` or `Mutation`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RootField {
    /// Field name.
    pub name: String,
    /// Description, lines joined by `\n`.
    pub description: Option<String>,
    /// Arguments, in parameter order and with the parameters' names.
    pub arguments: Vec<Argument>,
    /// Type.
    pub ty: TypeRef,
    /// Index into `Program::functions`.
    pub function: u32,
}

/// An argument of a root field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: TypeRef,
    /// Literal default, printed in the schema.
    pub default: Option<Value>,
}

/// An input or output object type. Field names equal the guest's field names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectType {
    /// Name.
    pub name: String,
    /// Description, lines joined by `\n`.
    pub description: Option<String>,
    /// Fields in declaration order.
    pub fields: Vec<ObjectField>,
    /// A generated key/value pair of a map.
    pub is_map_pair: bool,
}

/// A field of an object type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectField {
    /// Name.
    pub name: String,
    /// Description, lines joined by `\n`.
    pub description: Option<String>,
    /// Type.
    pub ty: TypeRef,
}

/// What a description says once it is printed as a block string and read again: the lines' common indentation and empty lines at
/// both ends are gone.
pub fn block_string(text: &str) -> String {
    let blank = |line: &str| line.trim_start_matches([' ', '\t']).is_empty();
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines: Vec<&str> = text.split('\n').collect();
    let common = lines.iter().filter(|line| !blank(line)).map(|line| indent(line)).min().unwrap_or(0);
    let Some(first) = lines.iter().position(|line| !blank(line)) else { return String::new() };
    let last = lines.iter().rposition(|line| !blank(line)).unwrap_or(first);
    let kept: Vec<&str> = lines[first..=last].iter().map(|line| line.get(common..).unwrap_or_default()).collect();
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::block_string;

    #[test]
    fn descriptions_as_they_are_read_again() {
        for (text, expected) in [
            ("One.", "One."),
            ("a\n  b\n\nc", "a\n  b\n\nc"),
            ("  a\n   b", "a\n b"),
            ("\n \na\n\n", "a"),
            ("\ta\n\t\tb", "a\n\tb"),
            ("", ""),
            ("  ", ""),
            ("a\n \n  b", "a\n \n  b"),
        ] {
            assert_eq!(block_string(text), expected, "{text:?}");
        }
    }
}
