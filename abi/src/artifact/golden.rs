//! The encoding that a format number stands for, in `golden.txt`: a change that nobody gave a number to is found here.

// What is encoded has no language of a test.
#![cfg(not(feature = "trial-language"))]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::{Cpu, FORMAT, Header, program};
use crate::assemblyscript::plan as assemblyscript;
use crate::engine::Bounds;
use crate::golang::plan as golang;
use crate::language::{FunctionPart, Language};
use crate::manifest::{Auth, Collection, Connection, Endpoint, HttpConnection, Manifest, Model, SearchMethod};
use crate::plan::{
    App, DefaultValue, Entry, FunctionPlan, ImportPlan, Memory, ParameterPlan, Program, ResultPlan, Signature,
};
use crate::renewal::{Clock, Form, Piece, Renewal, Seed};
use crate::schema::{Argument, ObjectField, ObjectType, RootField, Schema, TypeRef};
use crate::types::{CoreType, FieldPlan, IntKind, JsonText, Kind, Sequence, TypeId, TypePlan, Types};
use crate::value::Value;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/artifact/golden.txt");

/// One value of each variant. The match does not compile when a variant is missing.
macro_rules! each {
    ($type:ty: $($pattern:pat => $value:expr),* $(,)?) => {{
        let _: fn(&$type) = |value| match value { $( $pattern => {} )* };
        vec![$( $value ),*]
    }};
}

fn core_types() -> Vec<CoreType> {
    each!(CoreType: CoreType::I32 => CoreType::I32, CoreType::I64 => CoreType::I64, CoreType::F32 => CoreType::F32,
        CoreType::F64 => CoreType::F64)
}

fn kinds() -> Vec<Kind> {
    let ty = TypeId;
    let sequences = each!(Sequence: Sequence::Growable => Sequence::Growable, Sequence::Fixed(_) => Sequence::Fixed(300),
        Sequence::View => Sequence::View, Sequence::ClampedView => Sequence::ClampedView,
        Sequence::Static => Sequence::Static, Sequence::Buffer => Sequence::Buffer);
    let field = FieldPlan { name: "field".into(), offset: 4, ty: ty(2) };
    let kinds = each!(Kind:
        Kind::Bool => Kind::Bool,
        Kind::Int(_) => Kind::Int(IntKind { bits: 16, signed: true }),
        Kind::F32 => Kind::F32,
        Kind::F64 => Kind::F64,
        Kind::String => Kind::String,
        Kind::Timestamp => Kind::Timestamp,
        Kind::List { .. } => Kind::List { element: ty(1), sequence: Sequence::Growable, bytes: true },
        Kind::Struct(_) => Kind::Struct(vec![field]),
        Kind::Optional(_) => Kind::Optional(ty(3)),
        Kind::Map { .. } => Kind::Map { key: ty(4), value: ty(5), keys: ty(6), values: ty(7) },
        Kind::Set(_) => Kind::Set(ty(8)),
        Kind::Opaque(_) => Kind::Opaque("opaque".to_owned()),
        Kind::Unsupported(_) => Kind::Unsupported("unsupported".to_owned()),
        Kind::Json(_) => Kind::Json(JsonText::Raw),
    );
    let texts = each!(JsonText: JsonText::Raw => JsonText::Raw, JsonText::Number => JsonText::Number);
    let texts = texts.into_iter().map(Kind::Json);
    let lists = sequences.into_iter().map(|sequence| Kind::List { element: ty(0), sequence, bytes: false });
    kinds.into_iter().chain(lists).chain(texts).collect()
}

fn values() -> Vec<Value> {
    each!(Value:
        Value::Null => Value::Null,
        Value::Bool(_) => Value::Bool(true),
        Value::Int(_) => Value::Int(-300),
        Value::UInt(_) => Value::UInt(u64::MAX),
        Value::Float(_) => Value::Float(1.5),
        Value::Float32(_) => Value::Float32(2.5),
        Value::Number(_) => Value::Number("1e400".to_owned()),
        Value::String(_) => Value::String("text".to_owned()),
        Value::List(_) => Value::List(vec![Value::Null]),
        Value::Object(_) => Value::Object(vec![("key".into(), Value::Int(1))]),
        Value::Json(_) => Value::Json("[1]".to_owned()),
    )
}

fn types() -> Types {
    let mut types = Types::default();
    for (number, kind) in (0..).zip(kinds()) {
        types.add(TypePlan {
            name: format!("type {number}"),
            class_id: 1000 + number,
            size: 8,
            align: 4,
            payload: 16,
            words: core_types(),
            pointers: true,
            kind,
        });
    }
    types
}

fn parameters() -> Vec<ParameterPlan> {
    let defaults = each!(DefaultValue:
        DefaultValue::None => DefaultValue::None,
        DefaultValue::Literal(_) => DefaultValue::Literal(Value::List(values())),
        DefaultValue::Placeholder => DefaultValue::Placeholder,
    );
    let parameter = |default| ParameterPlan { name: "parameter".into(), ty: TypeId(1), default };
    defaults.into_iter().map(parameter).collect()
}

fn functions() -> Vec<FunctionPlan> {
    let parts = each!(FunctionPart:
        FunctionPart::Go(_) => golang::FunctionPart { result_block: Some(TypeId(3)) }.into(),
        FunctionPart::AssemblyScript(_) => assemblyscript::FunctionPart { optional_arguments: true }.into(),
    );
    let function = |(number, own): (usize, FunctionPart)| FunctionPlan {
        name: format!("function{}", 9 - number),
        parameters: parameters(),
        results: vec![ResultPlan { name: "result".into(), ty: TypeId(2) }],
        signature: Signature { parameters: core_types(), results: vec![CoreType::F64] },
        own,
        entry: Entry { dispatcher: 5, function: 6 },
        uncallable: (number > 0).then(|| "reason".to_owned()),
    };
    parts.into_iter().enumerate().map(function).collect()
}

fn schema() -> Schema {
    let named = || Box::new(TypeRef::Named("Named".to_owned()));
    let references = each!(TypeRef: TypeRef::Named(_) => *named(), TypeRef::List(_) => TypeRef::List(named()),
        TypeRef::NonNull(_) => TypeRef::NonNull(named()));
    let text = || Some("description".to_owned());
    let argument = |ty: &TypeRef| Argument { name: "argument".to_owned(), ty: ty.clone(), default: Some(Value::Null) };
    let root = |(name, function): (&str, u32)| RootField {
        name: name.to_owned(),
        description: text(),
        arguments: references.iter().map(argument).collect(),
        ty: TypeRef::NonNull(named()),
        function,
    };
    let field = |ty: &TypeRef| ObjectField { name: "field".to_owned(), description: text(), ty: ty.clone() };
    let object = |name: &str, is_map_pair| ObjectType {
        name: name.to_owned(),
        description: text(),
        fields: references.iter().map(field).collect(),
        is_map_pair,
    };
    Schema {
        query: [("one", 1), ("another", 0)].map(root).into_iter().collect(),
        mutation: [("change", 1)].map(root).into_iter().collect(),
        scalars: vec!["Scalar".to_owned()],
        inputs: vec![object("Input", false)].into(),
        objects: vec![object("Object", true)].into(),
    }
}

fn manifest() -> Manifest {
    let text = |text: &str| text.to_owned();
    let pairs = |name: &str| BTreeMap::from([(text(name), text("value"))]);
    let (endpoint, base_url) = (text("endpoint"), text("base"));
    let http = HttpConnection { base_url, endpoint, headers: pairs("header"), query_parameters: pairs("parameter") };
    let connections = each!(Connection:
        Connection::Http(_) => Connection::Http(http),
        Connection::Postgresql { .. } => Connection::Postgresql { conn_string: text("postgresql") },
        Connection::Mysql { .. } => Connection::Mysql { conn_string: text("mysql") },
        Connection::Dgraph { .. } =>
            Connection::Dgraph { conn_string: text("dgraph"), grpc_target: text("target"), key: text("key") },
        Connection::Neo4j { .. } =>
            Connection::Neo4j { db_uri: text("uri"), username: text("user"), password: text("password") },
    );
    let auths = each!(Auth: Auth::None => Auth::None, Auth::BearerToken => Auth::BearerToken);
    let endpoint = |(number, auth)| (format!("endpoint{number}"), Endpoint { path: text("/path"), auth });
    let model =
        Model { source_model: text("model"), provider: text("provider"), connection: text("http"), path: text("/v1") };
    let method = SearchMethod { embedder: text("embedder"), index: text("hnsw") };
    let collection = Collection { search_methods: BTreeMap::from([(text("method"), method)]) };
    Manifest {
        endpoints: (0..).zip(auths).map(endpoint).collect(),
        endpoint_order: vec![text("endpoint1"), text("endpoint0")],
        models: BTreeMap::from([(text("model"), model)]),
        connections: (0..).zip(connections).map(|(number, one)| (format!("connection{number}"), one)).collect(),
        collections: BTreeMap::from([(text("collection"), collection)]),
        embedders: vec![text("embedder")],
    }
}

fn renewal() -> Renewal {
    let clocks = each!(Clock: Clock::Real => Clock::Real, Clock::Monotonic => Clock::Monotonic);
    let forms = each!(Form: Form::Nanoseconds => Form::Nanoseconds, Form::Split => Form::Split);
    let seeds = each!(Seed:
        Seed::Random { .. } => Seed::Random { address: 1024, from: 5, kept: vec![1, 0] },
        Seed::Time { .. } => Seed::Time { address: 2048, clock: Clock::Real, form: Form::Split, plus: 9 },
    );
    let time = |(clock, form)| Seed::Time { address: 4096, clock, form, plus: u64::MAX };
    Renewal {
        far: vec![Piece { address: 500_000, bytes: vec![17; 3] }],
        random: 16,
        secret: true,
        seeds: seeds.into_iter().chain(clocks.into_iter().zip(forms).map(time)).collect(),
    }
}

fn example(language: Language) -> Program {
    let import = ImportPlan {
        module: "module".to_owned(),
        name: "import".to_owned(),
        signature: Signature { parameters: vec![CoreType::I32], results: core_types() },
        parameters: parameters(),
        result: Some(TypeId(4)),
        problem: Some("problem".to_owned()),
    };
    let [name, version, sdk, build_id, build_time, git_repo, git_commit] =
        ["name", "version", "sdk", "id", "time", "repository", "commit"].map(str::to_owned);
    Program {
        app: App { name, version, sdk, build_id, build_time, git_repo, git_commit },
        language,
        start: Some("start".to_owned()),
        renewal: renewal(),
        memory: Some(Memory { built: 2, pages: 8, free: Some(300_000) }),
        types: types(),
        functions: functions().into(),
        imports: vec![import],
        schema: schema(),
        manifest: manifest(),
    }
}

fn header(bounds: Bounds) -> Header {
    Header {
        producer: "1.2.3".to_owned(),
        target: "target".to_owned(),
        cpu: Cpu { level: "level".to_owned(), features: vec!["feature".to_owned()] },
        wasmtime: "4.5.6".to_owned(),
        bounds,
        settings: "settings".to_owned(),
        source_sha256: [1; 32],
        source_length: 2000,
        code_sha256: [3; 32],
        code_offset: 4000,
        code_length: 5000,
        program_offset: 6000,
        program_length: 7000,
        program_crc: 8000,
    }
}

/// Adds lines of 32 bytes each; text is shown as it is, everything else by its code.
fn add(dump: &mut String, title: &str, bytes: &[u8]) {
    writeln!(dump, "\n{title}").unwrap();
    for line in bytes.chunks(32) {
        writeln!(dump, "  {}", line.escape_ascii()).unwrap();
    }
}

/// The encodings of all parts: first each by itself, so that a difference shows where it is, then the whole.
fn dump() -> String {
    let mut dump = format!("format {FORMAT}\n");
    let all_bounds = each!(Bounds: Bounds::Guard => Bounds::Guard, Bounds::Explicit => Bounds::Explicit);
    for bounds in all_bounds {
        add(&mut dump, &format!("header, bounds {}", bounds.name()), &postcard::to_stdvec(&header(bounds)).unwrap());
    }
    let whole = example(Language::Go);
    let mut part = |title: &str, items: Vec<Vec<u8>>| {
        items.iter().for_each(|item| add(&mut dump, title, item));
    };
    part("type", whole.types.iter().map(|(_, plan)| encoded(plan)).collect());
    part("function", whole.functions.iter().map(encoded).collect());
    part("import", whole.imports.iter().map(encoded).collect());
    part("seed", whole.renewal.seeds.iter().map(encoded).collect());
    part("root field", whole.schema.query.iter().map(encoded).collect());
    part("object type", whole.schema.objects.iter().map(encoded).collect());
    part("manifest", vec![encoded(&whole.manifest)]);
    for language in Language::ALL {
        add(&mut dump, &format!("program, {language}"), &program::encode(&example(language)).unwrap());
    }
    dump
}

fn encoded<T: Serialize>(item: &T) -> Vec<u8> {
    postcard::to_stdvec(item).unwrap()
}

const ADVICE: &str = "\
The encoding of `Program` or `Header` is another than that of the format number. A runner would read artifacts of the other \
encoding as if they were of its own. Raise `FORMAT` in abi/src/artifact/header.rs, then let BLESS=1 write the new golden.txt. \
If no artifact of this number has left the repository yet, remove abi/src/artifact/golden.txt first in place of raising it.";

#[test]
fn an_encoding_has_a_number_of_its_own() {
    let dump = dump();
    let golden = std::fs::read_to_string(PATH).unwrap_or_default();
    if golden == dump {
        return;
    }
    // The same number for something else is not blessed.
    let is_new = golden.lines().next() != dump.lines().next();
    assert!(is_new && std::env::var_os("BLESS").is_some(), "{ADVICE}\n\n{}", difference(&golden, &dump));
    std::fs::write(PATH, dump).unwrap();
}

/// The first line that differs, and what it is part of.
fn difference(golden: &str, dump: &str) -> String {
    let same = golden.lines().zip(dump.lines()).take_while(|(golden, dump)| golden == dump).count();
    let part = dump.lines().take(same + 1).filter(|line| !line.starts_with(' ')).last().unwrap_or_default();
    let line = |text: &str| text.lines().nth(same).unwrap_or_default().to_owned();
    format!("{part}, line {}\n- {}\n+ {}", same + 1, line(golden), line(dump))
}

/// What was encoded is what is read, for each language.
#[test]
fn the_example_is_read_as_it_was_written() {
    for language in Language::ALL {
        let written = example(language);
        let bytes = program::encode(&written).unwrap();
        let read = program::decode(&bytes.into()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{written:?}"));
        assert_eq!(read.intact(), Ok(()));
    }
}
