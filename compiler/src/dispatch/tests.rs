//! Every function of a module is reached through its entry, with its own arguments.

use proptest::prelude::*;
use wasm_encoder::{CustomSection, EntityType, NameMap, Section as _};
use wasmi::{Engine, Linker, Store, Val};

use super::*;
use crate::metadata::{SECTION, VERSION, VERSION_SECTION};
use crate::pipeline::analyse;
use crate::unroll;

/// The types of Go's parameters whose core types are i32, i64, f32 and f64.
const TYPES: [(&str, ValType); 4] =
    [("int32", ValType::I32), ("int64", ValType::I64), ("float32", ValType::F32), ("float64", ValType::F64)];

/// A body without locals and instructions.
const NOTHING: [u8; 2] = [0, 0x0b];

/// What a parameter counts for in a function's result.
const FACTOR: i64 = 1_000_003;

/// A Go module whose function `f<N>` has the Nth list of parameters, as places in [`TYPES`], and answers a number that
/// depends on N and on each of them.
fn module(imports: u32, functions: &[Vec<usize>]) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    for parameters in functions {
        types.ty().function(parameters.iter().map(|ty| TYPES[*ty].1), [ValType::I64]);
    }
    let mut imported = ImportSection::new();
    for import in 0..imports {
        imported.import("env", &format!("import{import}"), EntityType::Function(0));
    }
    let (mut declared, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    declared.function(0);
    code.raw(&NOTHING);
    exports.export("_initialize", ExportKind::Func, imports);
    for (number, parameters) in (0..).zip(functions) {
        declared.function(1 + number);
        exports.export(&format!("f{number}"), ExportKind::Func, imports + 1 + number);
        code.function(&sum(number, parameters));
    }
    let parameter = |(at, ty): (usize, &usize)| format!(r#"{{"name":"p{at}","type":"{}"}}"#, TYPES[*ty].0);
    let described = functions.iter().enumerate().map(|(number, parameters)| {
        let parameters: Vec<_> = parameters.iter().enumerate().map(parameter).collect();
        format!(r#""f{number}":{{"parameters":[{}],"results":[{{"type":"int64"}}]}}"#, parameters.join(","))
    });
    let described: Vec<_> = described.collect();
    let metadata = format!(r#"{{"sdk":"modus-sdk-go","fnExports":{{{}}}}}"#, described.join(","));
    let mut globals = GlobalSection::new();
    let number = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(number, &ConstExpr::i32_const(7));
    module.section(&types).section(&imported).section(&declared).section(&globals).section(&exports).section(&code);
    module.section(&CustomSection { name: VERSION_SECTION.into(), data: [VERSION].as_slice().into() });
    module.section(&CustomSection { name: SECTION.into(), data: metadata.as_bytes().into() });
    module.finish()
}

/// `number`, and for each parameter: times the factor, plus its bits.
fn sum(number: u32, parameters: &[usize]) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.i64_const(number.into());
    for (at, ty) in (0..).zip(parameters) {
        code.i64_const(FACTOR).i64_mul().local_get(at);
        match TYPES[*ty].1 {
            ValType::I32 => code.i64_extend_i32_u(),
            ValType::F32 => code.i32_reinterpret_f32().i64_extend_i32_u(),
            ValType::F64 => code.i64_reinterpret_f64(),
            _ => &mut code,
        };
        code.i64_add();
    }
    code.end();
    function
}

/// The `at`th argument of a type, and its bits.
fn argument(at: usize, ty: usize) -> (Val, i64) {
    let number = 17 + at as u32;
    match TYPES[ty].1 {
        ValType::I32 => (Val::I32(number.cast_signed()), number.into()),
        ValType::F32 => (Val::F32((number as f32).into()), (number as f32).to_bits().into()),
        ValType::F64 => (Val::F64(f64::from(number).into()), f64::from(number).to_bits().cast_signed()),
        _ => (Val::I64(number.into()), number.into()),
    }
}

/// The program of a module, and the module with its dispatchers.
fn added(wasm: &[u8]) -> (Program, Vec<u8>) {
    let mut program = analyse("test.wasm", wasm, None).0.expect("a program");
    let module = add(wasm, &mut program, unroll::body).expect("a module");
    (program, module)
}

fn check(imports: u32, functions: &[Vec<usize>]) {
    let wasm = module(imports, functions);
    let (program, module) = added(&wasm);
    let engine = Engine::default();
    let module = wasmi::Module::new(&engine, module).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    for import in 0..imports {
        linker.func_wrap("env", &format!("import{import}"), || {}).expect("a new import");
    }
    let instance = linker.instantiate_and_start(&mut store, &module).expect("an instance");
    for (number, parameters) in functions.iter().enumerate() {
        let (_, plan) = program.functions.find(&format!("f{number}")).expect("the function");
        assert_eq!(plan.uncallable, None);
        let arguments: Vec<_> = parameters.iter().enumerate().map(|(at, ty)| argument(at, *ty)).collect();
        let mut values: Vec<_> = arguments.iter().map(|(value, _)| value.clone()).collect();
        values.push(Val::I32(plan.entry.function.cast_signed()));
        let expected =
            arguments.iter().fold(number as i64, |sum, (_, bits)| sum.wrapping_mul(FACTOR).wrapping_add(*bits));
        let mut result = [Val::I64(0)];
        let dispatcher = instance.get_func(&store, &plan.entry.export()).expect("the dispatcher");
        dispatcher.call(&mut store, &values, &mut result).expect("a result");
        assert_eq!(result[0].i64(), Some(expected), "f{number} of {parameters:?}");
    }
    let exports: Vec<_> = module.exports().map(|export| export.name().to_owned()).collect();
    assert!(exports.contains(&"_initialize".to_owned()));
    assert!(!exports.contains(&"f0".to_owned()), "{exports:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_signatures(imports in 0u32..3, functions in prop::collection::vec(prop::collection::vec(0usize..4, 0..3), 1..400)) {
        check(imports, &functions);
    }
}

#[test]
fn more_than_a_dispatcher_holds() {
    for count in [MOST - 1, MOST, MOST + 1, 2 * MOST + 1] {
        check(1, &vec![vec![0, 3]; count]);
    }
}

#[test]
fn a_number_beyond_the_last_traps() {
    let wasm = module(0, &[vec![]]);
    let engine = Engine::default();
    let module = wasmi::Module::new(&engine, added(&wasm).1).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("an instance");
    let dispatcher = instance.get_func(&store, &Entry::default().export()).expect("the dispatcher");
    for number in [1, -1] {
        dispatcher.call(&mut store, &[Val::I32(number)], &mut [Val::I64(0)]).expect_err("there is no such function");
    }
}

#[test]
fn a_thousand_parameters_are_one_too_many() {
    for (count, callable) in [(MOST_PARAMETERS, true), (MOST_PARAMETERS + 1, false)] {
        let wasm = module(0, &[vec![1; count]]);
        let (_, found) = analyse("test.wasm", &wasm, None);
        let (program, module) = added(&wasm);
        assert_eq!(program.functions.get(0).expect("the function").uncallable.is_none(), callable);
        assert_eq!(found.iter().any(|finding| finding.code == codes::FUNCTION_UNCALLABLE), !callable);
        wasmparser::Validator::new_with_features(crate::read::FEATURES).validate_all(&module).expect("a valid module");
    }
}

/// The module's names go with the code, and the dispatchers get theirs; names that cannot be read do no harm.
#[test]
fn names() {
    let named = |data: &[u8]| {
        let mut wasm = module(1, &[vec![0], vec![]]);
        wasm.extend([0, 5 + data.len() as u8, 4]);
        wasm.extend(b"name");
        wasm.extend(data);
        let (_, module) = added(&wasm);
        wasmi::Module::new(&Engine::default(), &module).expect("a valid module");
        module
    };
    // Of functions (1), four bytes: one name, that of function 2, `g`.
    let module = named(&[1, 4, 1, 2, 1, b'g']);
    let contains = |text: &[u8]| module.windows(text.len()).any(|bytes| bytes == text);
    for name in [&b"\x02\x01g"[..], b"\x04\x06call 0", b"\x05\x06call 1"] {
        assert!(contains(name), "{name:?}");
    }
    named(&[1, 4, 9, 2, 1, b'g']);
    named(&[1, 200]);
}

/// The global that counts is the last one, and starts at 0.
#[test]
fn collections_are_counted_where_the_collector_is_known() {
    for name in ["runtime.runGC", "main.other"] {
        let mut wasm = module(0, &[vec![0]]);
        let (mut names, mut section) = (NameMap::new(), NameSection::new());
        names.append(0, name);
        section.functions(&names);
        section.append_to(&mut wasm);
        let engine = Engine::default();
        let module = wasmi::Module::new(&engine, added(&wasm).1).expect("a valid module");
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("an instance");
        let collector = instance.get_func(&store, "_initialize").expect("the function");
        for _ in 0..3 {
            collector.call(&mut store, &[], &mut []).expect("it returns");
        }
        let count = instance.get_global(&store, guest::COLLECTIONS).map(|global| global.get(&store).i32());
        assert_eq!(count, (name == "runtime.runGC").then_some(Some(3)), "{name}");
    }
}
