//! Argument counts, defaults, endings, host functions.

use serde_json::json;

use super::fake::{Fake, function, metadata};
use crate::language::Frontend as _;
use abi::assemblyscript::AssemblyScript;
use abi::assemblyscript::plan::FunctionPart;
use abi::guest::{CallError, Limits, Stopped};
use abi::language::GuestLanguage as _;
use abi::plan::{DefaultValue, FunctionPlan, ImportPlan, ParameterPlan};
use abi::selection::Selection;
use abi::types::{CoreType, Types};
use abi::value::Value;

fn call(types: &Types, function: &FunctionPlan, arguments: &[Option<Value>]) -> (Fake, Result<Value, CallError>) {
    let mut guest = Fake::new();
    let result = AssemblyScript.call(types, function, &Limits::default(), &Selection::All, &mut guest, arguments);
    assert_eq!(guest.pins(), 0);
    (guest, result)
}

/// `probe(p0: i32, p1: i32 = 7, p2: Seat = new Seat())`
fn with_defaults() -> (Types, FunctionPlan) {
    let mut types = Types::default();
    let mut function = function(&mut types, &["i32", "i32", "assembly/index/Seat"]);
    function.parameters[1].default = DefaultValue::Literal(Value::Int(7));
    function.parameters[2].default = DefaultValue::Placeholder;
    function.own = FunctionPart { optional_arguments: true }.into();
    (types, function)
}

#[test]
fn omitted_arguments() {
    let (types, function) = with_defaults();
    let one = || Some(Value::Int(1));
    let seat = || Some(Value::from(&json!({"row": 1, "tags": []})));
    let (guest, result) = call(&types, &function, &[one(), None, None]);
    assert_eq!((result, guest.announced, guest.words), (Ok(Value::Int(1)), Some(1), vec![1, 0, 0]));
    let (guest, _) = call(&types, &function, &[one()]);
    assert_eq!(guest.announced, Some(1));
    let (guest, _) = call(&types, &function, &[one(), one(), Some(Value::Null)]);
    assert_eq!((guest.announced, guest.words), (Some(2), vec![1, 1, 0]));
    let (guest, _) = call(&types, &function, &[None, None, seat()]);
    assert_eq!((guest.announced, &guest.words[..2]), (Some(3), [0u64, 7].as_slice()));
}

#[test]
fn placeholders_cannot_be_passed() {
    let (types, mut function) = with_defaults();
    function.parameters.swap(1, 2);
    let (guest, result) = call(&types, &function, &[Some(Value::Int(1)), None, Some(Value::Int(2))]);
    assert!(matches!(result, Err(CallError::Argument { ref path, .. }) if path.to_string() == "p2"), "{result:?}");
    assert_eq!((guest.news, guest.words.len()), (0, 0));
}

#[test]
fn without_an_announcement_literals_are_passed() {
    let (types, mut function) = with_defaults();
    function.own = FunctionPart::default().into();
    let seat = Some(Value::from(&json!({"row": 1, "tags": []})));
    let (guest, _) = call(&types, &function, &[None, None, seat]);
    assert_eq!((guest.announced, &guest.words[..2]), (None, [0u64, 7].as_slice()));
    assert!(call(&types, &function, &[]).1.is_err());
}

#[test]
fn missing_references() {
    let mut types = Types::default();
    let nullable = function(&mut types, &["~lib/string/String | null"]);
    assert_eq!(call(&types, &nullable, &[None]).1, Ok(Value::Null));
    let required = function(&mut types, &["~lib/string/String"]);
    assert!(
        matches!(call(&types, &required, &[None]).1, Err(CallError::Argument { ref path, .. }) if path.to_string() == "p0")
    );
}

#[test]
fn a_stopped_guest_is_left_alone() {
    let mut types = Types::default();
    let function = function(&mut types, &["~lib/string/String"]);
    let mut guest = Fake::new();
    guest.stop_at_call = true;
    let arguments = [Some(Value::String("x".into()))];
    let result = AssemblyScript.call(&types, &function, &Limits::default(), &Selection::All, &mut guest, &arguments);
    assert_eq!(result, Err(CallError::Stopped(Stopped)));
    assert_eq!(guest.pins(), 1);
}

#[test]
fn bad_results_still_unpin() {
    let mut types = Types::default();
    let function = function(&mut types, &["~lib/string/String"]);
    let mut guest = Fake::new();
    (guest.echo, guest.answer) = (None, 0xffff_fff0);
    let arguments = [Some(Value::String("x".into()))];
    let result = AssemblyScript.call(&types, &function, &Limits::default(), &Selection::All, &mut guest, &arguments);
    assert!(matches!(result, Err(CallError::Result { .. })), "{result:?}");
    assert_eq!(guest.pins(), 0);
}

#[test]
fn signatures() {
    let mut types = Types::default();
    let function = function(&mut types, &["i64", "f32", "u8", "assembly/index/Seat", "f64"]);
    let expected = [CoreType::I64, CoreType::F32, CoreType::I32, CoreType::I32, CoreType::F64];
    assert_eq!(function.signature.parameters, expected);
    assert_eq!((function.signature.results, function.own), (vec![CoreType::I64], FunctionPart::default().into()));
}

fn import(types: &mut Types, name: &str) -> ImportPlan {
    let ty = AssemblyScript.resolve(name, &metadata(), types);
    let signature = AssemblyScript.import_signature(&[ty], Some(ty), types);
    let parameters = vec![ParameterPlan { name: "value".into(), ty, default: DefaultValue::None }];
    let (module, name) = ("modus_test".into(), "probe".into());
    ImportPlan { module, name, signature, parameters, result: Some(ty), problem: None }
}

#[test]
fn host_functions() {
    let mut types = Types::default();
    let import = import(&mut types, "assembly/index/Seat");
    let mut guest = Fake::new();
    assert_eq!(AssemblyScript.import_result(&types, &import, &Limits::default(), &mut guest, &Value::Null), Ok(0));
    let record = Value::from(&json!({"ROW": 9, "row": 1, "Tags": null}));
    let word = AssemblyScript.import_result(&types, &import, &Limits::default(), &mut guest, &record).unwrap();
    assert_eq!(guest.pins(), 0);
    let lifted = AssemblyScript.import_arguments(&types, &import, &Limits::default(), &mut guest, &[word]).unwrap();
    assert_eq!(lifted[0].to_json(), json!({"row": 1, "tags": []}));

    let missing = Value::from(&json!({"row": 1}));
    let result = AssemblyScript.import_result(&types, &import, &Limits::default(), &mut guest, &missing);
    assert!(
        matches!(&result, Err(CallError::Result { cause, .. }) if cause.to_string().contains("not found in struct"))
    );
    assert_eq!(guest.pins(), 0);
    let result = AssemblyScript.import_arguments(&types, &import, &Limits::default(), &mut guest, &[0]);
    assert!(matches!(result, Err(CallError::Argument { ref path, .. }) if path.to_string() == "value"));
    assert!(AssemblyScript.import_arguments(&types, &import, &Limits::default(), &mut guest, &[]).is_err());
}
