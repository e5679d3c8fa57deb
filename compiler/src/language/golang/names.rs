//! Go type names as the build tool prints them: full import paths, no spaces (`abi-go` section 3).

use abi::types::{CoreType, IntKind, JsonText};

use crate::language::{Shape, TypeFacts};

/// One level of a type name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeName<'a> {
    /// `*T`
    Pointer(&'a str),
    /// `[]T`
    Slice(&'a str),
    /// `[N]T`
    Array(u32, &'a str),
    /// `map[K]V`
    Map(&'a str, &'a str),
    /// `bool`
    Bool,
    /// Any integer, and `time.Duration`.
    Int(IntKind),
    /// `float32`
    F32,
    /// `float64`
    F64,
    /// `string`
    String,
    /// `time.Time`
    Time,
    /// `encoding/json.RawMessage` and `encoding/json.Number`
    Json(JsonText),
    /// A type that cannot cross the boundary: interfaces, channels, functions, complex numbers, and unnamed structs. All
    /// but the last have a size, and so core values that they consist of.
    Foreign(&'static [CoreType]),
    /// Not a type name: unbalanced brackets, a bad array length, nothing at all.
    Malformed,
    /// Anything else: a name that `types` should define.
    Named,
}

/// Takes the outermost level off a type name.
pub(super) fn parse(name: &str) -> TypeName<'_> {
    if let Some(target) = name.strip_prefix('*') {
        return TypeName::Pointer(target);
    }
    if name.starts_with("map[") {
        return split_map(name).map_or(TypeName::Malformed, |(key, value)| TypeName::Map(key, value));
    }
    if let Some(rest) = name.strip_prefix('[') {
        return match rest.split_once(']') {
            Some(("", element)) => TypeName::Slice(element),
            Some((length, element)) if length.bytes().all(|b| b.is_ascii_digit()) => {
                length.parse().map_or(TypeName::Malformed, |length| TypeName::Array(length, element))
            }
            _ => TypeName::Malformed,
        };
    }
    if let Some(kind) = integer(name) {
        return TypeName::Int(kind);
    }
    match name {
        "" => TypeName::Malformed,
        "bool" => TypeName::Bool,
        "float32" => TypeName::F32,
        "float64" => TypeName::F64,
        "string" => TypeName::String,
        "time.Time" => TypeName::Time,
        "encoding/json.RawMessage" => TypeName::Json(JsonText::Raw),
        "encoding/json.Number" => TypeName::Json(JsonText::Number),
        _ => foreign(name).map_or(TypeName::Named, TypeName::Foreign),
    }
}

/// The core values of a type that cannot cross the boundary; none where its size is not known.
fn foreign(name: &str) -> Option<&'static [CoreType]> {
    let whole = FOREIGN.iter().find(|(known, _)| name == *known);
    let begun = || FOREIGN_PREFIXES.iter().find(|(prefix, _)| name.starts_with(prefix));
    whole.or_else(begun).map(|(_, words)| *words)
}

const ADDRESS: &[CoreType] = &[CoreType::I32];
const TWO_ADDRESSES: &[CoreType] = &[CoreType::I32; 2];

const FOREIGN: [(&str, &[CoreType]); 6] = [
    ("any", TWO_ADDRESSES),
    ("error", TWO_ADDRESSES),
    ("complex64", &[CoreType::F32; 2]),
    ("complex128", &[CoreType::F64; 2]),
    ("unsafe.Pointer", ADDRESS),
    (UNTOLD_MAP, ADDRESS),
];

/// How the printer begins types that have no name.
const FOREIGN_PREFIXES: [(&str, &[CoreType]); 9] = [
    ("interface{", TWO_ADDRESSES),
    ("interface {", TWO_ADDRESSES),
    ("func(", TWO_ADDRESSES),
    ("chan ", ADDRESS),
    ("chan<-", ADDRESS),
    ("<-chan ", ADDRESS),
    ("struct{", &[]),
    ("struct {", &[]),
    ("untyped ", &[]),
];

/// Stands for a map of which nobody tells the types of keys and values.
pub(super) const UNTOLD_MAP: &str = "map";

/// The types that a type name mentions and the metadata has an entry for.
pub(super) fn mentioned(name: &str) -> Vec<&str> {
    let (mut open, mut found) = (vec![name], Vec::new());
    while let Some(name) = open.pop() {
        match parse(name) {
            TypeName::Pointer(part) | TypeName::Slice(part) | TypeName::Array(_, part) => open.push(part),
            TypeName::Map(key, value) => open.extend([key, value]),
            TypeName::Named | TypeName::Json(_) => found.push(name),
            _ => {}
        }
    }
    found
}

fn integer(name: &str) -> Option<IntKind> {
    let (bits, signed) = match name {
        "int8" => (8, true),
        "int16" => (16, true),
        "int" | "int32" | "rune" => (32, true),
        "int64" | "time.Duration" => (64, true),
        "uint8" | "byte" => (8, false),
        "uint16" => (16, false),
        "uint" | "uint32" | "uintptr" => (32, false),
        "uint64" => (64, false),
        _ => return None,
    };
    Some(IntKind { bits, signed })
}

/// Key and value of `map[K]V`; the key may hold brackets of its own.
fn split_map(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix("map[")?;
    let end = closing(rest)?;
    Some((&rest[..end], &rest[end + 1..]))
}

/// Position of the `]` that closes a bracket opened just before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => open += 1,
            b']' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether the name spells an unsigned byte.
pub(super) fn is_byte(name: &str) -> bool {
    matches!(name, "byte" | "uint8")
}

/// Whether the name alone says what the type is, and not its parts: no slice, no array, no channel.
pub(super) fn is_named(name: &str) -> bool {
    !matches!(parse(name), TypeName::Slice(_) | TypeName::Array(..)) && !name.contains('<')
}

/// Whether null is a value of the type: pointers, slices, maps, and `json.RawMessage`, which can hold nothing.
pub(super) fn facts(name: &str) -> TypeFacts {
    let target = name.strip_prefix('*');
    let nullable = target.is_some()
        || matches!(parse(name), TypeName::Slice(_) | TypeName::Map(..) | TypeName::Json(JsonText::Raw));
    // Several stars collapse into one nullable type, so the shape is that of the innermost target.
    TypeFacts { nullable, underlying: target.unwrap_or(name).to_owned(), shape: shape(name.trim_start_matches('*')) }
}

fn shape(name: &str) -> Shape {
    match parse(name) {
        TypeName::Bool => Shape::Bool,
        TypeName::Int(IntKind { bits, signed }) => Shape::Int { bits, signed },
        TypeName::F32 | TypeName::F64 => Shape::Float,
        TypeName::String => Shape::String,
        TypeName::Time => Shape::Timestamp,
        TypeName::Slice(element) | TypeName::Array(_, element) if is_byte(element) => Shape::Bytes,
        TypeName::Slice(element) | TypeName::Array(_, element) => Shape::List(element.to_owned()),
        TypeName::Map(key, value) => Shape::Map(key.to_owned(), value.to_owned()),
        TypeName::Json(_) | TypeName::Pointer(_) | TypeName::Foreign(_) | TypeName::Malformed | TypeName::Named => {
            Shape::Named
        }
    }
}

/// The name without its import path; targets, elements, keys, values and type arguments are shortened likewise.
pub(super) fn short_name(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    let mut word_start = 0;
    // A path never holds a bracket, comma or star, so each run between those is one name.
    for (at, character) in name.char_indices() {
        if matches!(character, '[' | ']' | ',' | '*' | ' ') {
            short.push_str(last_segment(&name[word_start..at]));
            short.push(character);
            word_start = at + character.len_utf8();
        }
    }
    short.push_str(last_segment(&name[word_start..]));
    short
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_by_bracket_counting() {
        assert_eq!(parse("map[[2]string][]int"), TypeName::Map("[2]string", "[]int"));
        assert_eq!(parse("map[string]map[int]bool"), TypeName::Map("string", "map[int]bool"));
        assert_eq!(parse("map[demo.Key[int]]*demo.V"), TypeName::Map("demo.Key[int]", "*demo.V"));
        assert_eq!(parse("[]map[string]int"), TypeName::Slice("map[string]int"));
        assert_eq!(parse("[3][4]int"), TypeName::Array(3, "[4]int"));
        assert_eq!(parse("**int"), TypeName::Pointer("*int"));
        assert_eq!(parse("a.b/c.Box[int]"), TypeName::Named);
        for bad in ["", "map[string", "[x]int", "[99999999999]int", "[3", "[-1]int"] {
            assert_eq!(parse(bad), TypeName::Malformed, "{bad}");
        }
        for foreign in ["any", "interface{}", "chan int", "func(int) string", "struct{a int}", "complex64"] {
            assert!(matches!(parse(foreign), TypeName::Foreign(_)), "{foreign}");
        }
    }

    #[test]
    fn facts_follow_the_schema_rules() {
        let check = |name: &str, nullable: bool, underlying: &str, shape: Shape| {
            assert_eq!(facts(name), TypeFacts { nullable, underlying: underlying.into(), shape }, "{name}");
        };
        check("*int", true, "int", Shape::Int { bits: 32, signed: true });
        check("**string", true, "*string", Shape::String);
        check("[]uint8", true, "[]uint8", Shape::Bytes);
        check("[4]byte", false, "[4]byte", Shape::Bytes);
        check("[2]bool", false, "[2]bool", Shape::List("bool".into()));
        check("*[]string", true, "[]string", Shape::List("string".into()));
        check("map[rune]x.Y", true, "map[rune]x.Y", Shape::Map("rune".into(), "x.Y".into()));
        check("time.Duration", false, "time.Duration", Shape::Int { bits: 64, signed: true });
        check("time.Time", false, "time.Time", Shape::Timestamp);
        check("any", false, "any", Shape::Named);
    }

    #[test]
    fn short_names_drop_every_path() {
        let check = |name: &str, short: &str| assert_eq!(short_name(name), short);
        check("github.com/a.b/c.Seat", "Seat");
        check("x/y.Pair[string,github.com/a/b.Box[c.D]]", "Pair[string,Box[D]]");
        check("map[string]*a/b.C", "map[string]*C");
        check("[]a.B", "[]B");
        check("int", "int");
    }
}
