//! What the schema asks of a type name.

/// A type name taken apart, as far as the GraphQL schema asks (`graphql` section 2).
#[derive(Clone, Debug, PartialEq)]
pub struct TypeFacts {
    /// Null is a value of the type.
    pub nullable: bool,
    /// The type's name without one nullable mark.
    pub underlying: String,
    /// What the underlying type is.
    pub shape: Shape,
}

/// What an underlying type is for the schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Text.
    String,
    /// Bytes shown as base64.
    Bytes,
    /// Truth value.
    Bool,
    /// Any float.
    Float,
    /// An integer of this many bits.
    Int {
        /// 8 to 64.
        bits: u8,
        /// Whether negative values exist.
        signed: bool,
    },
    /// A point in time.
    Timestamp,
    /// A list of this element type.
    List(String),
    /// A map of these key and value types.
    Map(String, String),
    /// A class, struct or other named type.
    Named,
}
