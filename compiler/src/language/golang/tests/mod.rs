//! Layouts, lowering and lifting against a guest made of plain memory.

mod fake;
mod layouts;
mod limits;
mod named;
mod selecting;
mod values;

use serde_json::json;

use crate::language::Frontend as _;
use crate::metadata::Metadata;
use abi::golang::Go;
use abi::golang::plan::result_block;
use abi::guest::{CallError, Limits};
use abi::language::GuestLanguage as _;
use abi::plan::{FunctionPlan, ParameterPlan, ResultPlan};
use abi::selection::Selection;
use abi::types::Types;
use abi::value::Value;
use fake::Fake;

/// Types of the test app; ids as a build tool would give them.
fn metadata() -> Metadata {
    let field = |name: &str, ty: &str| json!({"name": name, "type": ty});
    let mut types = json!({
        "demo.Site": {"id": 5, "fields": [field("name", "string"), field("x", "int16"), field("y", "int16"),
            field("at", "time.Time"), field("tag", "*string")]},
        "demo.Node": {"id": 20, "fields": [field("next", "*demo.Node"), field("n", "int64"), field("all", "[]demo.Node")]},
        "demo.Loop": {"id": 0, "fields": [field("loop", "demo.Loop")]},
        "demo.Odd": {"id": 0, "fields": [field("none", "[0]int64"), field("flag", "int8")]},
        "demo.Color": {"id": 21},
        "demo.Bad": {"id": 22, "fields": [field("x", "any")]},
        "demo.Seat": {"id": 23, "fields": [field("row", "uint8"), field("tags", "[]string"), field("pad", "[2]int8")]},
    });
    for (id, name) in [
        (3, "*string"),
        (4, "[]float32"),
        (6, "time.Time"),
        (7, "map[string]int32"),
        (8, "[]string"),
        (9, "[]int32"),
        (10, "*demo.Node"),
        (11, "[]demo.Seat"),
        (12, "map[string]map[string]int32"),
        (13, "[]map[string]int32"),
        (14, "[]int"),
        (15, "map[string]*string"),
        (16, "[]*string"),
        (17, "*int"),
        (18, "[]bool"),
    ] {
        types[name] = json!({ "id": id });
    }
    let mut metadata: Metadata = serde_json::from_value(json!({ "types": types })).expect("the test metadata is valid");
    for (name, underlying) in [
        ("demo.Role", "string"),
        ("demo.Level", "int8"),
        ("demo.Tags", "[]string"),
        ("demo.Steps", "[]uint16"),
        ("demo.Pair", "[2]demo.Level"),
        ("demo.Tree", "[]demo.Tree"),
        ("demo.Counts", "map[string]int32"),
        ("demo.Table", "map[string]bool"),
        ("demo.Shape", "interface{}"),
        ("demo.Nothing", "struct{}"),
    ] {
        let definition = metadata.types.entry(name.to_owned()).or_default();
        definition.underlying = Some(underlying.to_owned());
    }
    metadata
}

/// A plan for a function of these parameter and result types; parameters are `a`, `b`, ….
fn plan(parameters: &[&str], results: &[&str]) -> (Types, FunctionPlan) {
    let (metadata, mut types) = (metadata(), Types::default());
    let parameters: Vec<_> = parameters
        .iter()
        .zip(["a", "b", "c"])
        .map(|(ty, name)| ParameterPlan {
            name: name.into(),
            ty: Go.resolve(ty, &metadata, &mut types),
            default: Default::default(),
        })
        .collect();
    let results: Vec<_> = results
        .iter()
        .zip(["item1", "item2", "item3"])
        .map(|(ty, name)| ResultPlan { name: name.into(), ty: Go.resolve(ty, &metadata, &mut types) })
        .collect();
    let (signature, own) = Go.signature(&parameters, &results, &mut types);
    assert_eq!(types.check(), Ok(()));
    (types, FunctionPlan::new("f", parameters, results, signature, own))
}

fn call_with(
    parameters: &[&str],
    results: &[&str],
    limits: &Limits,
    arguments: &serde_json::Value,
    body: impl FnMut(&mut Fake, &[u64]) -> u64 + 'static,
) -> (Result<Value, CallError>, Fake) {
    call_for(&Selection::All, parameters, results, limits, arguments, body)
}

fn call_for(
    wanted: &Selection,
    parameters: &[&str],
    results: &[&str],
    limits: &Limits,
    arguments: &serde_json::Value,
    body: impl FnMut(&mut Fake, &[u64]) -> u64 + 'static,
) -> (Result<Value, CallError>, Fake) {
    let (types, function) = plan(parameters, results);
    let mut guest = Fake::new(&types, body);
    let arguments: Vec<_> =
        arguments.as_array().expect("arguments are a list").iter().map(|value| Some(Value::from(value))).collect();
    let result = Go.call(&types, &function, limits, wanted, &mut guest, &arguments);
    assert!(guest.live.is_empty(), "not released: {:?}", guest.live);
    (result, guest)
}

/// The answer of a function without parameters.
fn answer(results: &[&str], body: impl FnMut(&mut Fake, &[u64]) -> u64 + 'static) -> Result<Value, CallError> {
    call_with(&[], results, &Limits::default(), &json!([]), body).0
}

/// Lowers one argument; what an error says, or the core words.
fn argument(ty: &str, value: serde_json::Value) -> Result<(Vec<u64>, Fake), String> {
    let (result, guest) = call_with(&[ty], &[], &Limits::default(), &json!([value]), |_, _| 0);
    result.map_err(|error| error.to_string()).map(|_| (guest.words.clone(), guest))
}
