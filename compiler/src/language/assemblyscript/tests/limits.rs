//! Cycles, explosions, and the limits by their names.

use super::fake::{Fake, function, lift, lift_within};
use super::lifting::{fruit, reason};
use abi::assemblyscript::AssemblyScript;
use abi::guest::Limits;
use abi::language::GuestLanguage as _;
use abi::plan::{DefaultValue, ImportPlan, ParameterPlan};
use abi::selection::Selection;
use abi::types::Types;
use abi::value::Value;

const LOOPS: &str = "~lib/array/Array<assembly/index/Loop>";

/// A list of two objects that refer to each other.
fn couple() -> Fake {
    let mut guest = Fake::new();
    guest.put_words(0x100, 21, &[7, 0x200]);
    guest.put_words(0x200, 21, &[8, 0x100]);
    guest.put_words(0x300, 36, &[0x340, 0x340, 8, 2]);
    guest.put_words(0x340, 1, &[0x100, 0x200]);
    guest
}

#[test]
fn cycles_are_cut_off() {
    let mut guest = Fake::new();
    guest.put_words(0x100, 21, &[7, 0x100]);
    let mut value = lift(&guest, "assembly/index/Loop", 0x100).unwrap();
    let mut copies = 0;
    while let Some(next) = value.get("next").cloned() {
        copies += 1;
        value = next;
    }
    assert_eq!((copies, value), (6, Value::Null));
}

#[test]
fn a_cut_is_told_once_for_each_type() {
    let mut types = Types::default();
    let function = function(&mut types, &[LOOPS]);
    let mut guest = couple();
    (guest.echo, guest.answer) = (None, 0x300);
    let argument = [Some(Value::List(Vec::new()))];
    let call = AssemblyScript.call(&types, &function, &Limits::default(), &Selection::All, &mut guest, &argument);
    assert!(call.is_ok());
    let warning = "Excessive recursion detected in assembly/index/Loop. Stopping at depth 5.";
    assert_eq!(guest.warnings, [warning]);

    let parameter = ParameterPlan { name: "list".into(), ty: function.parameters[0].ty, default: DefaultValue::None };
    let import = ImportPlan {
        module: "modus_test".into(),
        name: "probe".into(),
        signature: function.signature,
        parameters: vec![parameter],
        result: None,
        problem: None,
    };
    assert!(AssemblyScript.import_arguments(&types, &import, &Limits::default(), &mut guest, &[0x300]).is_ok());
    assert_eq!(guest.warnings, [warning, warning]);
    let limits = Limits { values: 20, ..Limits::default() };
    let error = AssemblyScript.import_arguments(&types, &import, &limits, &mut guest, &[0x300]).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("function parameter 'list[0].next"), "{text}");
    assert!(text.ends_with("is invalid: there are more than 20 values (limit `max-values`)"), "{text}");
}

#[test]
fn limits_are_named() {
    let check = |guest: &Fake, name: &str, address: u64, limits: Limits, expected: &str| {
        assert_eq!(reason(lift_within(guest, name, address, &limits)), expected, "{name}");
    };
    let (values, depth) = (Limits { values: 10, ..Limits::default() }, Limits { depth: 3, ..Limits::default() });
    let too_many = "there are more than 10 values (limit `max-values`)";
    check(&couple(), LOOPS, 0x300, values, &format!("[0].next.next.next.next: {too_many}"));
    let too_deep = "values are nested deeper than 3 levels (limit `max-depth`)";
    check(&couple(), LOOPS, 0x300, depth, &format!("[0].next.next: {too_deep}"));
    let bytes = Limits { bytes: 9, ..Limits::default() };
    let too_large = "there are more than 9 bytes of text and binary data (limit `max-bytes`)";
    check(&fruit(), "~lib/array/Array<~lib/string/String>", 0x8a50, bytes, &format!("[1]: {too_large}"));
}

/// The most that `--max-depth` takes fits a worker's stack of 2 MiB, which a test's has, too.
#[test]
fn the_deepest_setting_fits_the_stack() {
    let depth = Limits { depth: 256, ..Limits::default() };
    let mut guest = Fake::new();
    for at in (0x1000..0x4000).step_by(16) {
        guest.put_words(at, 21, &[7, at + 16]);
    }
    let text = reason(lift_within(&guest, "assembly/index/Loop", 0x1000, &depth));
    assert!(text.ends_with("values are nested deeper than 256 levels (limit `max-depth`)"), "{text}");
    let nested =
        (0..300).fold(Value::Null, |next, _| Value::Object(vec![("id".into(), Value::Int(1)), ("next".into(), next)]));
    let mut types = Types::default();
    let function = function(&mut types, &["assembly/index/Loop"]);
    let call = AssemblyScript.call(&types, &function, &depth, &Selection::All, &mut guest, &[Some(nested)]);
    assert!(call.is_err_and(|error| error.to_string().ends_with("(limit `max-depth`)")));
}

/// Nothing that takes room or time in the host is free, however little of the guest's memory it takes.
#[test]
fn nothing_is_free() {
    let values = Limits { values: 100, ..Limits::default() };
    let refused = |guest: &Fake, name: &str, address: u64| {
        let text = reason(lift_within(guest, name, address, &values));
        assert!(text.ends_with("there are more than 100 values (limit `max-values`)"), "{name}: {text}");
    };
    let mut guest = Fake::new();
    // The same empty text, and the same object without fields, over and over.
    guest.put(0x100, 2, &[]);
    guest.put(0x110, 22, &[]);
    guest.put_words(0x200, 4, &[0x240, 0x240, 404, 101]);
    guest.put_words(0x240, 1, &[0x100; 101]);
    refused(&guest, "~lib/array/Array<~lib/string/String>", 0x200);
    guest.put_words(0x240, 37, &[0x100; 101]);
    refused(&guest, "~lib/staticarray/StaticArray<~lib/string/String>", 0x240);
    guest.put(0x800, 24, &[0; 16]);
    guest.put_words(0x800, 24, &[0x240, 0x240, 404, 101]);
    refused(&guest, "~lib/array/Array<i32>", 0x800);
    // Maps and sets whose entries are all deleted.
    guest.put_words(0x1000, 1, &[1; 404]);
    guest.put_words(0x2000, 27, &[0x1000, 3, 0x1000, 101, 101, 0]);
    refused(&guest, "~lib/map/Map<u8,u8>", 0x2000);
    refused(&guest, "~lib/set/Set<~lib/string/String>", 0x2000);
    // A map whose entries count as much as what is in them.
    guest.put_words(0x1000, 1, &[0; 404]);
    guest.put_words(0x2000, 27, &[0x1000, 3, 0x1000, 34, 34, 34]);
    refused(&guest, "~lib/map/Map<u8,u8>", 0x2000);
}
