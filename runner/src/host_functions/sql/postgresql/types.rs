//! Types of columns and parameters: what the text of their values looks like.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use postgres_types::{Kind as Known, Type};

/// Number of a type in the catalogue of a database.
pub(super) type Oid = u32;

/// The shape of a type's text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Bool,
    /// Of a whole number.
    Integer,
    /// Of a number, or of what is none (`NaN`).
    Number,
    Json,
    Bytes,
    Date,
    Timestamp,
    TimestampTz,
    Inet,
    Tid,
    /// `lseg`, `box`, `path`, `polygon`
    Points(Points),
    Line,
    Circle,
    Array(Arc<Shape>, Delimiter),
    Range(Arc<Shape>),
    Multirange(Arc<Shape>),
    /// Anything else is a text already.
    Text,
    /// The same, of a type that PostgreSQL itself does not have.
    Other,
}

/// What tells the geometric types of points apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Points {
    Two,
    Path,
    Polygon,
}

/// What stands between the elements of an array.
pub(super) type Delimiter = u8;

/// How deep types may be nested: domains over arrays of domains and so on.
const DEPTH: u8 = 16;
/// Types of a database that are known at once. Beyond it they are looked up anew.
const MOST: usize = 4096;

/// The types of a database that PostgreSQL itself does not have.
#[derive(Default)]
pub(super) struct Types(Mutex<HashMap<Oid, Shape>>);

/// What the catalogue says about a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// `typtype`
    pub(super) kind: u8,
    /// `typcategory`
    pub(super) category: u8,
    pub(super) element: Oid,
    pub(super) delimiter: Delimiter,
    pub(super) base: Oid,
    /// Of a range or a multirange.
    pub(super) subtype: Oid,
}

impl Types {
    /// The shape of a type; `Err` has the number of a type that has to be looked up first.
    pub(super) fn shape(&self, oid: Oid) -> Result<Shape, Oid> {
        if let Some(known) = Type::from_oid(oid) {
            return Ok(built_in(&known));
        }
        let shapes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shapes.get(&oid).cloned().ok_or(oid)
    }

    /// Learns a type; `Err` has the number of one that it consists of and that has to be looked up first.
    pub(super) fn learn(&self, oid: Oid, entry: Option<&Entry>) -> Result<(), Oid> {
        let shape = match entry {
            Some(Entry { kind: b'd', base, .. }) => self.shape(*base)?,
            Some(Entry { kind: b'r', subtype, .. }) => Shape::Range(self.shape(*subtype)?.into()),
            Some(Entry { kind: b'm', subtype, .. }) => Shape::Multirange(self.shape(*subtype)?.into()),
            Some(Entry { kind: b'b', category: b'A', element, delimiter, .. }) if *element != 0 => {
                Shape::Array(self.shape(*element)?.into(), *delimiter)
            }
            _ => Shape::Other,
        };
        let mut shapes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shapes.len() >= MOST {
            shapes.clear();
        }
        let shape = if shape.depth() > DEPTH { Shape::Other } else { shape };
        shapes.insert(oid, shape);
        Ok(())
    }
}

impl Shape {
    fn depth(&self) -> u8 {
        match self {
            Self::Array(inner, _) | Self::Range(inner) | Self::Multirange(inner) => inner.depth().saturating_add(1),
            _ => 0,
        }
    }
}

/// A type that every PostgreSQL has.
fn built_in(known: &Type) -> Shape {
    match *known {
        Type::BOOL => Shape::Bool,
        // Their text is a list of another kind.
        Type::INT2_VECTOR | Type::OID_VECTOR => Shape::Text,
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID | Type::XID | Type::CID | Type::XID8 => Shape::Integer,
        Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC => Shape::Number,
        Type::JSON | Type::JSONB => Shape::Json,
        Type::BYTEA => Shape::Bytes,
        Type::DATE => Shape::Date,
        Type::TIMESTAMP => Shape::Timestamp,
        Type::TIMESTAMPTZ => Shape::TimestampTz,
        Type::INET => Shape::Inet,
        Type::TID => Shape::Tid,
        Type::LSEG | Type::BOX => Shape::Points(Points::Two),
        Type::PATH => Shape::Points(Points::Path),
        Type::POLYGON => Shape::Points(Points::Polygon),
        Type::LINE => Shape::Line,
        Type::CIRCLE => Shape::Circle,
        _ => match known.kind() {
            Known::Array(inner) => {
                let delimiter = if *inner == Type::BOX { b';' } else { b',' };
                Shape::Array(built_in(inner).into(), delimiter)
            }
            Known::Range(inner) => Shape::Range(built_in(inner).into()),
            Known::Multirange(inner) => Shape::Multirange(built_in(inner).into()),
            _ => Shape::Text,
        },
    }
}

/// The name of a type for an error.
pub(super) fn name(oid: Oid) -> String {
    Type::from_oid(oid).map_or_else(|| format!("type {oid}"), |known| known.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_types() {
        let types = Types::default();
        assert_eq!(types.shape(Type::JSONB_ARRAY.oid()), Ok(Shape::Array(Shape::Json.into(), b',')));
        assert_eq!(types.shape(Type::BOX_ARRAY.oid()), Ok(Shape::Array(Shape::Points(Points::Two).into(), b';')));
        assert_eq!(types.shape(Type::INT8_RANGE.oid()), Ok(Shape::Range(Shape::Integer.into())));
        assert_eq!(types.shape(Type::NUMMULTI_RANGE.oid()), Ok(Shape::Multirange(Shape::Number.into())));
        assert_eq!(types.shape(Type::INT2_VECTOR.oid()), Ok(Shape::Text));
        assert_eq!(types.shape(Type::INT2_VECTOR_ARRAY.oid()), Ok(Shape::Array(Shape::Text.into(), b',')));
    }

    #[test]
    fn other_types_are_learnt_from_what_they_consist_of() {
        let types = Types::default();
        let domain = Entry { kind: b'd', base: 20001, ..Entry::default() };
        let array = Entry { kind: b'b', category: b'A', element: 20002, delimiter: b',', ..Entry::default() };
        let range = Entry { kind: b'r', subtype: Type::FLOAT8.oid(), ..Entry::default() };
        assert_eq!(types.shape(20000), Err(20000));
        assert_eq!(types.learn(20000, Some(&domain)), Err(20001));
        assert_eq!(types.learn(20001, Some(&array)), Err(20002));
        assert_eq!(types.learn(20002, Some(&range)), Ok(()));
        assert_eq!(types.learn(20001, Some(&array)), Ok(()));
        assert_eq!(types.learn(20000, Some(&domain)), Ok(()));
        assert_eq!(types.shape(20000), Ok(Shape::Array(Shape::Range(Shape::Number.into()).into(), b',')));
        assert_eq!(types.learn(20003, None), Ok(()));
        assert_eq!(types.shape(20003), Ok(Shape::Other));
    }

    #[test]
    fn types_that_go_on_for_ever() {
        let types = Types::default();
        types.learn(30000, None).expect("a type");
        for oid in 30001..30100 {
            let entry = Entry { kind: b'r', subtype: oid - 1, ..Entry::default() };
            types.learn(oid, Some(&entry)).expect("a type");
            assert!(types.shape(oid).expect("a shape").depth() <= DEPTH);
        }
    }
}
