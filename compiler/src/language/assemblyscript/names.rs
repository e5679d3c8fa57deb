//! Type names (`abi-assemblyscript` section 2), taken apart with a bracket-depth counter and without recursion.

use abi::types::IntKind;

use crate::language::{Shape, TypeFacts};

/// Nested type arguments beyond this are not something a compiler writes.
const MAX_NESTING: usize = 64;

/// The three spellings of the date class.
pub(super) const DATES: [&str; 3] = ["~lib/wasi_date/wasi_Date", "~lib/date/Date", "Date"];

/// What a name without its nullable suffix stands for.
#[derive(Debug, PartialEq)]
pub(super) enum Form<'a> {
    /// `bool`
    Bool,
    /// An integer.
    Int(IntKind),
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `String`
    String,
    /// `ArrayBuffer`
    Buffer,
    /// A typed array.
    View {
        /// Element type name.
        element: &'static str,
        /// Numbers are clamped.
        clamped: bool,
    },
    /// `Array<T>`
    Array(&'a str),
    /// `StaticArray<T>`
    Static(&'a str),
    /// `Map<K,V>`
    Map(&'a str, &'a str),
    /// `Set<T>`
    Set(&'a str),
    /// A date class.
    Date,
    /// Anything with a path: a class, whose definition is in the metadata.
    Class,
    /// Function types, `v128`, `externref` and the like.
    Foreign,
}

/// Removes one nullable suffix in either spelling.
pub(super) fn strip_nullable(name: &str) -> (&str, bool) {
    match name.strip_suffix(" | null").or_else(|| name.strip_suffix("|null")) {
        Some(underlying) => (underlying, true),
        None => (name, false),
    }
}

/// One spelling for both of the nullable mark: `" | null"` at the top level, `"|null"` inside type arguments.
pub(super) fn canonical(name: &str) -> String {
    let compact = name.trim().replace(" | null", "|null");
    let mut underlying = compact.as_str();
    let mut nullable = false;
    while let (shorter, true) = strip_nullable(underlying) {
        (underlying, nullable) = (shorter, true);
    }
    if nullable { format!("{underlying} | null") } else { compact }
}

/// Classifies a name that has no nullable suffix.
pub(super) fn form(name: &str) -> Form<'_> {
    if let Some(form) = simple(name) {
        return form;
    }
    if name.starts_with('(') || nesting(name) > MAX_NESTING {
        return Form::Foreign;
    }
    let arguments = |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
    if let Some(element) = arguments("~lib/array/Array<") {
        return Form::Array(element);
    }
    if let Some(element) = arguments("~lib/staticarray/StaticArray<") {
        return Form::Static(element);
    }
    if let Some(element) = arguments("~lib/set/Set<") {
        return Form::Set(element);
    }
    if let Some((key, value)) = arguments("~lib/map/Map<").and_then(split_pair) {
        return Form::Map(key, value);
    }
    if name.split('<').next().is_some_and(|path| path.contains('/')) { Form::Class } else { Form::Foreign }
}

fn simple(name: &str) -> Option<Form<'static>> {
    let int = |bits, signed| Form::Int(IntKind { bits, signed });
    Some(match name {
        "bool" => Form::Bool,
        "i8" => int(8, true),
        "i16" => int(16, true),
        "i32" | "isize" => int(32, true),
        "i64" => int(64, true),
        "u8" => int(8, false),
        "u16" => int(16, false),
        "u32" | "usize" => int(32, false),
        "u64" => int(64, false),
        "f32" => Form::F32,
        "f64" => Form::F64,
        "~lib/string/String" => Form::String,
        "~lib/arraybuffer/ArrayBuffer" => Form::Buffer,
        name if DATES.contains(&name) => Form::Date,
        name => view(name.strip_prefix("~lib/typedarray/")?)?,
    })
}

fn view(class: &str) -> Option<Form<'static>> {
    let element = match class {
        "Int8Array" => "i8",
        "Uint8Array" | "Uint8ClampedArray" => "u8",
        "Int16Array" => "i16",
        "Uint16Array" => "u16",
        "Int32Array" => "i32",
        "Uint32Array" => "u32",
        "Int64Array" => "i64",
        "Uint64Array" => "u64",
        "Float32Array" => "f32",
        "Float64Array" => "f64",
        _ => return None,
    };
    Some(Form::View { element, clamped: class == "Uint8ClampedArray" })
}

/// Calls `visit(position, character, depth)` for every character; the depth of a bracket is that of its inside. The
/// arrow of a function type is not a bracket.
fn scan(text: &str, mut visit: impl FnMut(usize, char, usize)) {
    let mut depth = 0usize;
    let mut previous = ' ';
    for (at, character) in text.char_indices() {
        if matches!(character, '<' | '(') {
            depth += 1;
        }
        visit(at, character, depth);
        if character == ')' || (character == '>' && previous != '=') {
            depth = depth.saturating_sub(1);
        }
        previous = character;
    }
}

fn nesting(name: &str) -> usize {
    let mut deepest = 0;
    scan(name, |_, _, depth| deepest = deepest.max(depth));
    deepest
}

/// Splits `K,V` at the last comma outside brackets.
fn split_pair(arguments: &str) -> Option<(&str, &str)> {
    let mut comma = None;
    scan(arguments, |at, character, depth| {
        if character == ',' && depth == 0 {
            comma = Some(at);
        }
    });
    let at = comma?;
    Some((arguments[..at].trim(), arguments[at + 1..].trim()))
}

/// Facts for the schema.
pub(super) fn facts(name: &str) -> TypeFacts {
    let (underlying, nullable) = strip_nullable(name);
    let shape = match form(underlying) {
        Form::Bool => Shape::Bool,
        Form::Int(kind) => Shape::Int { bits: kind.bits, signed: kind.signed },
        Form::F32 | Form::F64 => Shape::Float,
        Form::String => Shape::String,
        Form::Buffer | Form::View { element: "u8", .. } | Form::Array("u8") => Shape::Bytes,
        Form::Array(element) | Form::Static(element) | Form::Set(element) => Shape::List(element.to_owned()),
        Form::Map(key, value) => Shape::Map(key.to_owned(), value.to_owned()),
        Form::Date => Shape::Timestamp,
        Form::View { .. } | Form::Class | Form::Foreign => Shape::Named,
    };
    TypeFacts { nullable, underlying: underlying.to_owned(), shape }
}

/// The name without its path; so for every type argument.
pub(super) fn short_name(name: &str) -> String {
    let (underlying, _) = strip_nullable(name);
    underlying
        .split_inclusive(['<', '>', ','])
        .map(|part| part.rsplit_once('/').map_or(part, |(_, last)| last))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nullable_suffixes() {
        assert_eq!(strip_nullable("A | null"), ("A", true));
        assert_eq!(strip_nullable("A|null"), ("A", true));
        assert_eq!(strip_nullable("Box<A|null>"), ("Box<A|null>", false));
        assert_eq!(canonical("a/Box<A | null>|null"), "a/Box<A|null> | null");
    }

    #[test]
    fn forms() {
        assert_eq!(form("usize"), Form::Int(IntKind { bits: 32, signed: false }));
        assert_eq!(form("~lib/array/Array<~lib/array/Array<i32>>"), Form::Array("~lib/array/Array<i32>"));
        assert_eq!(form("~lib/typedarray/Uint8ClampedArray"), Form::View { element: "u8", clamped: true });
        assert_eq!(
            form("~lib/map/Map<a/Pair<i32,u8>,~lib/map/Map<i32,u8>|null>"),
            Form::Map("a/Pair<i32,u8>", "~lib/map/Map<i32,u8>|null")
        );
        assert_eq!(form("~lib/array/Array<(i32, u8) => i32>"), Form::Array("(i32, u8) => i32"));
        assert_eq!(form("(i32) => i32"), Form::Foreign);
        assert_eq!(form("v128"), Form::Foreign);
        assert_eq!(form("assembly/index/NS.Inner"), Form::Class);
        assert_eq!(form("~lib/map/Map<i32>"), Form::Class);
        let deep = format!("{}i32{}", "~lib/array/Array<".repeat(10_000), ">".repeat(10_000));
        assert_eq!(form(&deep), Form::Foreign);
    }

    #[test]
    fn shapes() {
        let shape = |name: &str| facts(name).shape;
        assert_eq!(shape("~lib/array/Array<u8> | null"), Shape::Bytes);
        assert_eq!(shape("~lib/staticarray/StaticArray<u8>"), Shape::List("u8".into()));
        assert_eq!(shape("~lib/set/Set<~lib/string/String>"), Shape::List("~lib/string/String".into()));
        assert_eq!(shape("~lib/typedarray/Uint8Array"), Shape::Bytes);
        assert_eq!(shape("~lib/typedarray/Int32Array"), Shape::Named);
        assert_eq!(shape("~lib/map/Map<i32,bool>"), Shape::Map("i32".into(), "bool".into()));
        let seat = facts("assembly/index/Seat|null");
        assert!(seat.nullable);
        assert_eq!((seat.underlying.as_str(), seat.shape), ("assembly/index/Seat", Shape::Named));
    }

    #[test]
    fn short_names() {
        assert_eq!(short_name("assembly/shop/Box<~lib/string/String>"), "Box<String>");
        assert_eq!(short_name("~lib/json-as/assembly/index/JSON.Raw | null"), "JSON.Raw");
        assert_eq!(short_name("a/Pair<i32,b/Box<c/D|null>>"), "Pair<i32,Box<D|null>>");
        assert_eq!(short_name("Date"), "Date");
    }
}
