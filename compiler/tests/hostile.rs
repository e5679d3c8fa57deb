//! Whatever a guest's memory holds, its helpers answer and a client sends: an error or a value, and never a panic, a
//! hang, or room made on the guest's word.
//!
//! `scripts/fuzz.sh` runs these for longer. What it finds is kept in `hostile.regressions` and tried first ever after.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by unwrapping")]

use std::sync::{Arc, LazyLock};

use abi::guest::{Callable, Guest, Helper, Limits, Pause, Stopped};
use abi::language::Language;
use abi::plan::{DefaultValue, FunctionPlan, ImportPlan, ParameterPlan, ResultPlan, Signature};
use abi::selection::Selection;
use abi::types::Types;
use abi::value::Value;
use modusc::language::{frontend, problem};
use modusc::metadata::Metadata;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde_json::json;

/// Cases of each property, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 4_000;
/// Bytes of memory a hostile guest has.
const MEMORY: usize = 1024;
const LIMITS: Limits = Limits { depth: 32, values: 20_000, bytes: 1 << 16, pause: || Pause::Over };

const GO: [&str; 30] = [
    "bool",
    "int8",
    "uint16",
    "int",
    "uint",
    "int64",
    "uint64",
    "float32",
    "float64",
    "string",
    "[]byte",
    "[3]uint8",
    "time.Time",
    "time.Duration",
    "[]string",
    "[2]string",
    "[][]int64",
    "[]time.Time",
    "*string",
    "**int32",
    "[0]int64",
    "map[string]string",
    "map[int8]m.Node",
    "map[m.Key]bool",
    "[]map[string][]int32",
    "m.Key",
    "m.Node",
    "*m.Node",
    "[]m.Node",
    "[]m.None",
];

const ASSEMBLYSCRIPT: [&str; 30] = [
    "bool",
    "i8",
    "u16",
    "i32",
    "usize",
    "i64",
    "u64",
    "f32",
    "f64",
    "~lib/string/String",
    "~lib/string/String | null",
    "~lib/arraybuffer/ArrayBuffer",
    "~lib/typedarray/Uint8Array",
    "~lib/typedarray/Int16Array",
    "~lib/typedarray/Uint8ClampedArray",
    "~lib/typedarray/Float64Array",
    "~lib/array/Array<u8>",
    "~lib/array/Array<i64>",
    "~lib/array/Array<~lib/string/String|null>",
    "~lib/array/Array<~lib/array/Array<f32>>",
    "~lib/staticarray/StaticArray<i16>",
    "~lib/staticarray/StaticArray<m/Node>",
    "~lib/map/Map<~lib/string/String,i32>",
    "~lib/map/Map<u8,m/Node|null>",
    "~lib/map/Map<f64,~lib/set/Set<i32>>",
    "~lib/set/Set<~lib/string/String>",
    "~lib/set/Set<u16>",
    "~lib/wasi_date/wasi_Date",
    "m/Node",
    "m/Node | null",
];

/// Every type of a language as parameter and result of a function of its own.
struct Case {
    language: Language,
    types: Types,
    functions: Vec<FunctionPlan>,
}

static ALL: LazyLock<[Case; 2]> =
    LazyLock::new(|| [case(Language::Go, &GO), case(Language::AssemblyScript, &ASSEMBLYSCRIPT)]);

fn case(language: Language, names: &[&str]) -> Case {
    let metadata = metadata(language, names);
    let frontend = frontend(language);
    let mut types = Types::default();
    let functions = names.iter().map(|name| {
        let ty = frontend.resolve(name, &metadata, &mut types);
        assert_eq!(problem(&types, ty), None, "{name}");
        let parameter = |name: &str| ParameterPlan { name: name.into(), ty, default: DefaultValue::None };
        let results = vec![ResultPlan { name: "item1".into(), ty }];
        let parameters = vec![parameter("a"), parameter("b")];
        let (signature, own) = frontend.signature(&parameters, &results, &mut types);
        FunctionPlan::new(*name, parameters, results, signature, own)
    });
    let functions = functions.collect();
    Case { language, types, functions }
}

fn metadata(language: Language, names: &[&str]) -> Metadata {
    let field = |name: &str, ty: &str| json!({"name": name, "type": ty});
    let mut types = match language {
        Language::Go => json!({
            "m.None": {"id": 3, "fields": [field("nothing", "[0]int64")]},
            "m.Key": {"id": 4, "fields": [field("row", "int8"), field("at", "time.Time"), field("name", "string")]},
            "m.Node": {"id": 5, "fields": [field("n", "int16"), field("next", "*m.Node"), field("all", "[]m.Node"),
                field("by", "map[string]m.Node"), field("text", "*string")]},
        }),
        Language::AssemblyScript => json!({
            "m/Node": {"id": 5, "fields": [field("n", "i16"), field("next", "m/Node | null"),
                field("all", "~lib/array/Array<m/Node>"), field("by", "~lib/map/Map<~lib/string/String,m/Node>"),
                field("text", "~lib/string/String")]},
        }),
    };
    // An id for whatever else may want one.
    let inner = ["[]m.Key", "[]bool", "[]int8", "[]int32", "[]string", "[][]int32", "*m.Node", "[]int64", "*int32"];
    let more =
        ["map[string]m.Node", "map[string][]int32", "[]m.Node", "~lib/array/Array<f32>", "~lib/array/Array<m/Node>"];
    let generic = ["~lib/map/Map<~lib/string/String,m/Node>", "~lib/set/Set<i32>"];
    let named = names.iter().chain(&inner).chain(&more).chain(&generic);
    for (id, name) in (6..).zip(named.map(|name| name.trim_end_matches(" | null"))) {
        if types.get(name).is_none() {
            types[name] = json!({ "id": id });
        }
    }
    serde_json::from_value(json!({ "types": types })).expect("the metadata is valid")
}

/// A guest that answers with what it was given, and may stop at any time.
#[derive(Clone, Debug)]
struct Hostile {
    memory: Vec<u8>,
    /// What helpers and functions answer, in turn; `None` stops.
    answers: Vec<Option<u64>>,
    asked: usize,
}

impl Hostile {
    fn answer(&mut self) -> Result<u64, Stopped> {
        let answer = self.answers[self.asked % self.answers.len()];
        self.asked += 1;
        // A guest can move its memory with every call.
        self.memory.resize(MEMORY + self.asked % 3 * 64, 0xff);
        answer.ok_or(Stopped)
    }
}

impl Guest for Hostile {
    fn memory(&self) -> &[u8] {
        &self.memory
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        &mut self.memory
    }

    fn helper(&mut self, _: &'static Helper, _: &[u32]) -> Result<u64, Stopped> {
        self.answer()
    }

    fn warn(&mut self, _: &str) {}
}

impl Callable for Hostile {
    fn function(&mut self, _: &[u64]) -> Result<u64, Stopped> {
        self.answer()
    }
}

/// Numbers, mostly such that are addresses or lengths in so small a memory.
fn words() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => (0..MEMORY as u32 / 4).prop_map(|at| at * 4),
        3 => 0u32..16,
        1 => (MEMORY as u32 - 8)..(MEMORY as u32 + 8),
        1 => Just(u32::MAX),
        1 => any::<u32>(),
    ]
}

fn guests() -> impl Strategy<Value = Hostile> {
    let answer = (words(), words()).prop_map(|(low, high)| u64::from(high) << 32 | u64::from(low));
    let answers = vec(prop_oneof![30 => answer.prop_map(Some), 1 => Just(None)], 1..12);
    (vec(words(), MEMORY / 4), answers).prop_map(|(words, answers)| Hostile {
        memory: words.into_iter().flat_map(u32::to_le_bytes).collect(),
        answers,
        asked: 0,
    })
}

/// Any JSON, mostly such that some type takes.
fn values() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_filter("JSON has finite numbers", |number| number.is_finite()).prop_map(|n| format!("{n:e}")),
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        numbers.prop_map(|text| Value::from_number_text(&text)),
        any::<String>().prop_map(Value::String),
        "[+-]?[0-9a-fx_.]{0,24}".prop_map(Value::String),
        "[0-9]{1,5}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9.]{1,12})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
            .prop_map(Value::String),
        "[A-Za-z0-9+/]{0,16}={0,3}".prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        let name =
            prop::sample::select(vec!["key", "value", "n", "next", "all", "by", "text", "row", "at", "name", "x"]);
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::List),
            vec((name, inner), 0..6).prop_map(|entries| {
                let mut object: Vec<(Arc<str>, Value)> = Vec::new();
                for (name, value) in entries {
                    if object.iter().all(|(known, _)| &**known != name) {
                        object.push((name.into(), value));
                    }
                }
                Value::Object(object)
            }),
        ]
    })
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").map_or(CASES, |text| text.parse().expect("PROPTEST_CASES is a number"));
    let persistence = Box::new(FileFailurePersistence::WithSource("regressions"));
    ProptestConfig { cases, failure_persistence: Some(persistence), source_file: Some(file!()), ..Default::default() }
}

fn import(function: &FunctionPlan) -> ImportPlan {
    ImportPlan {
        module: "modus_test".to_owned(),
        name: function.name.clone(),
        signature: Signature::default(),
        parameters: function.parameters.clone(),
        result: Some(function.results[0].ty),
        problem: None,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn calls(guest in guests(), arguments in (values(), values()), at in 0..GO.len()) {
        for Case { language, types, functions } in &*ALL {
            let arguments = [Some(arguments.0.clone()), Some(arguments.1.clone())];
            let all = Selection::All;
            let _ = language.implementation().call(types, &functions[at], &LIMITS, &all, &mut guest.clone(), &arguments);
        }
    }

    /// Arguments that every parameter takes, so that the call gets as far as its result.
    #[test]
    fn results(guest in guests(), at in 0..GO.len()) {
        for Case { language, types, functions } in &*ALL {
            let function = FunctionPlan { parameters: Vec::new(), ..functions[at].clone() };
            let (signature, _) = frontend(*language).signature(&[], &function.results, &mut types.clone());
            let function = FunctionPlan { signature, ..function };
            let _ = language.implementation().call(types, &function, &LIMITS, &Selection::All, &mut guest.clone(), &[]);
        }
    }

    #[test]
    fn imports(guest in guests(), words in vec(words().prop_map(u64::from), 2), answer in values(), at in 0..GO.len()) {
        for Case { language, types, functions } in &*ALL {
            let import = import(&functions[at]);
            let language = language.implementation();
            let _ = language.import_arguments(types, &import, &LIMITS, &mut guest.clone(), &words);
            let _ = language.import_result(types, &import, &LIMITS, &mut guest.clone(), &answer);
        }
    }
}
