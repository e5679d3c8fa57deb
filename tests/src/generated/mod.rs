//! Guests of generated types, and values for them.

mod assemblyscript;
mod go;
pub mod values;

use std::path::PathBuf;

use fastrand::Rng;

use crate::guests::{self, Language};

/// Functions, and so parameter types, in one generated guest.
pub const FUNCTIONS: usize = 40;
/// Structs to choose from.
const STRUCTS: usize = 8;
/// Levels of a type, those of its structs not counted.
const DEPTH: usize = 3;

/// A type, for both languages. Each writes what it has none of in its own nearest way.
#[derive(Clone, Debug)]
enum Type {
    Bool,
    /// Bits and sign.
    Int(u8, bool),
    Float(u8),
    Text,
    Bytes,
    Time,
    List(Box<Type>),
    /// Go: an array of this length; AssemblyScript: a static array.
    Fixed(u8, Box<Type>),
    /// Go: a slice; AssemblyScript: a typed array.
    Numbers(u8, bool),
    Map(Box<Type>, Box<Type>),
    /// Go: a map to nothing but truth; AssemblyScript: a set.
    Set(Box<Type>),
    Struct(usize),
    Optional(Box<Type>),
    /// Go: a named type made of this one; AssemblyScript: this one.
    Named(Box<Type>),
    /// Go: `json.RawMessage` or `json.Number`; AssemblyScript: a text.
    Json {
        number: bool,
    },
}

/// The fields of a struct. It refers to later ones only, and to itself through an optional.
type Fields = Vec<Type>;

struct Types {
    structs: Vec<Fields>,
    functions: Vec<Type>,
}

/// The files of an app of these types, in each language.
type Writer = fn(&Types) -> Vec<(&'static str, String)>;

const WRITERS: [(Language, Writer); 2] =
    [(Language::Go, go::sources), (Language::AssemblyScript, assemblyscript::sources)];

/// Builds a guest of [`FUNCTIONS`] functions `echo<N>`, which answer their argument, and as many `viaHost<N>`, which
/// send it through the host function `modus_test.echo<N>` first. The same seed makes the same guest.
pub fn build(language: Language, seed: u64) -> PathBuf {
    let types = generate(seed);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = folder.path().join("generated");
    std::fs::create_dir(&app).unwrap();
    let write = |path: &str, text: &str| {
        let path = app.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let (_, sources) = WRITERS.into_iter().find(|(known, _)| *known == language).expect("a writer for the language");
    for (path, text) in sources(&types) {
        write(path, &text);
    }
    guests::build(app.to_str().expect("a path in UTF-8"))
}

fn generate(seed: u64) -> Types {
    let mut rng = Rng::with_seed(seed);
    let structs = (0..STRUCTS).map(|index| fields(&mut rng, index)).collect();
    let functions = (0..FUNCTIONS).map(|_| any(&mut rng, DEPTH, 0)).collect();
    Types { structs, functions }
}

fn fields(rng: &mut Rng, index: usize) -> Fields {
    // At least one: Go's metadata does not tell an empty struct from a named number (tests/compiling).
    let mut fields: Fields = (0..rng.usize(1..8)).map(|_| any(rng, DEPTH - 1, index + 1)).collect();
    if rng.bool() {
        fields.push(Type::Optional(Type::Struct(index).into()));
    }
    fields
}

/// Any type of at most `depth` levels; structs from number `first` on.
fn any(rng: &mut Rng, depth: usize, first: usize) -> Type {
    if depth == 0 {
        return leaf(rng);
    }
    let inner = |rng: &mut Rng| Box::new(any(rng, depth - 1, first));
    match rng.u8(0..16) {
        0..4 => leaf(rng),
        4..6 => Type::List(inner(rng)),
        6 => Type::Fixed(rng.u8(0..5), inner(rng)),
        7..9 => Type::Map(key(rng).into(), inner(rng)),
        9 => Type::Set(key(rng).into()),
        10 => Type::Optional(inner(rng)),
        11..13 => Type::Named(nameable(rng).into()),
        _ if first < STRUCTS => Type::Struct(rng.usize(first..STRUCTS)),
        _ => leaf(rng),
    }
}

fn leaf(rng: &mut Rng) -> Type {
    match rng.u8(0..18) {
        0 => Type::Bool,
        1..7 => integer(rng),
        7 => Type::Float(32),
        8 => Type::Float(64),
        9..12 => Type::Text,
        12 => Type::Bytes,
        13 => Type::Numbers(8 << rng.u8(0..4), rng.bool()),
        14 => Type::Json { number: rng.bool() },
        15 => Type::Named(integer(rng).into()),
        _ => Type::Time,
    }
}

/// What a named type can be made of: Go's metadata does not have the parts of one, so no helper is made for a map in it.
fn nameable(rng: &mut Rng) -> Type {
    match rng.u8(0..8) {
        0 => Type::Bool,
        1 => integer(rng),
        2 => Type::Float(32 << rng.u8(0..2)),
        3 => Type::Text,
        4 => Type::Bytes,
        5 => Type::Numbers(8 << rng.u8(0..4), rng.bool()),
        6 => Type::List(leaf(rng).into()),
        _ => Type::Fixed(rng.u8(0..5), leaf(rng).into()),
    }
}

/// A type whose values are equal when they look the same.
fn key(rng: &mut Rng) -> Type {
    match rng.u8(0..6) {
        0 => Type::Bool,
        1 => integer(rng),
        2 => Type::Named(integer(rng).into()),
        3 => Type::Float(64),
        _ => Type::Text,
    }
}

fn integer(rng: &mut Rng) -> Type {
    Type::Int(8 << rng.u8(0..4), rng.bool())
}
