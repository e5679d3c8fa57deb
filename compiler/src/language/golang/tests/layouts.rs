use super::*;
use crate::language::problem;
use abi::types::{Kind, TypeId};

fn resolve(name: &str) -> (Types, TypeId) {
    let mut types = Types::default();
    let id = Go.resolve(name, &metadata(), &mut types);
    assert_eq!(types.check(), Ok(()));
    (types, id)
}

fn offsets(name: &str) -> (Vec<u32>, u32, u32) {
    let (types, id) = resolve(name);
    let Kind::Struct(fields) = &types[id].kind else { panic!("{name} is not a struct: {:?}", types[id]) };
    (fields.iter().map(|field| field.offset).collect(), types[id].size, types[id].align)
}

#[test]
fn structs_are_laid_out_as_in_the_guest() {
    assert_eq!(offsets("demo.Site"), (vec![0, 8, 10, 16, 40], 48, 8));
    assert_eq!(offsets("demo.Node"), (vec![0, 8, 16], 32, 8));
    assert_eq!(offsets("demo.Odd"), (vec![0, 0], 8, 8));
}

#[test]
fn the_worked_example_has_its_signature() {
    let (types, function) = plan(&["int64", "demo.Site", "[]float32"], &["string", "bool"]);
    assert_eq!(
        function.signature.to_string(),
        "(i32, i64, i32, i32, i32, i32, i64, i64, i32, i32, i32, i32, i32) -> ()"
    );
    let block = &types[result_block(&function).expect("three words need a block")];
    assert_eq!((block.size, block.align), (12, 4));
}

#[test]
fn recursive_types_do_not_depend_on_the_order_of_visits() {
    let (types, id) = resolve("*demo.Node");
    let Kind::Optional(node) = types[id].kind else { panic!("a pointer") };
    assert_eq!((types[node].size, types[id].class_id), (32, 10));
    assert_eq!(problem(&types, id), None);
    assert!(matches!(&types[node].kind, Kind::Struct(fields) if fields[0].ty == id));
}

#[test]
fn the_same_name_gives_the_same_id() {
    let (metadata, mut types) = (metadata(), Types::default());
    let first = Go.resolve("demo.Site", &metadata, &mut types);
    let count = types.len();
    assert_eq!((Go.resolve("demo.Site", &metadata, &mut types), types.len()), (first, count));
}

#[test]
fn ids_come_from_the_metadata_or_are_fixed() {
    for (name, id) in [("string", 2), ("[]byte", 1), ("[]uint8", 1), ("[]float32", 4), ("*demo.Site", 5), ("**int", 0)]
    {
        let (types, ty) = resolve(name);
        assert_eq!(types[ty].class_id, id, "{name}");
    }
}

#[test]
fn what_cannot_cross_says_why() {
    for (name, part) in [
        ("any", "any cannot be passed"),
        ("[]interface{}", "cannot be passed"),
        ("*demo.Bad", "any cannot be passed"),
        ("map[string]chan int", "cannot be passed"),
        ("demo.Color", "nothing in the module tells what demo.Color is"),
        ("demo.Missing", "nothing in the module tells what demo.Missing is"),
        ("demo.Loop", "demo.Loop contains itself"),
        ("[4294967295]int64", "larger than a guest's memory"),
        ("map[string", "not a Go type name"),
        ("[][x]int", "not a Go type name"),
    ] {
        let (types, id) = resolve(name);
        let reason = problem(&types, id);
        assert!(reason.as_ref().is_some_and(|reason| reason.contains(part)), "{name}: {reason:?}");
    }
    let (types, id) = resolve(&format!("{}int", "[1]".repeat(500)));
    assert!(problem(&types, id).is_some());
}

#[test]
fn wide_arrays_keep_their_words_bounded() {
    let (types, id) = resolve("[100000]int32");
    assert_eq!((types[id].size, types[id].words.len()), (400_000, 1001));
}

#[test]
fn imports_pass_scalars_as_themselves_and_the_rest_by_address() {
    let (metadata, mut types) = (metadata(), Types::default());
    let ids: Vec<_> = ["uint64", "float32", "*string", "demo.Site", "[]string"]
        .iter()
        .map(|name| Go.resolve(name, &metadata, &mut types))
        .collect();
    let signature = Go.import_signature(&ids, Some(ids[3]), &types);
    assert_eq!(signature.to_string(), "(i64, f32, i32, i32, i32) -> (i32)");
}
