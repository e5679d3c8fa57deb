//! A module does the same with its functions inlined.

use proptest::prelude::*;
use wasm_encoder::{
    BlockType as Block, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    Instruction as I, TypeSection, ValType as Core,
};
use wasmi::{Engine, Linker, Store};

use super::*;

/// Number of the imported function, and of the first one that has a body.
const HOST: u32 = 0;
const FIRST: u32 = 1;

/// A module of functions `(i64, i32) -> i32` with two more locals, the last of which is exported as `f`. It imports one.
fn functions(bodies: &[Vec<I<'_>>]) -> Vec<u8> {
    let (mut types, mut imports, mut declared, mut exports, mut code) =
        (TypeSection::new(), ImportSection::new(), FunctionSection::new(), ExportSection::new(), CodeSection::new());
    types.ty().function([Core::I64, Core::I32], [Core::I32]);
    imports.import("host", "h", EntityType::Function(0));
    for body in bodies {
        declared.function(0);
        let mut function = Function::new([(1, Core::I32), (1, Core::I64)]);
        body.iter().for_each(|instruction| _ = function.instruction(instruction));
        code.function(function.instruction(&I::End));
    }
    exports.export("f", ExportKind::Func, bodies.len() as u32);
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&imports).section(&declared).section(&exports).section(&code);
    module.finish()
}

fn run(wasm: &[u8], argument: i32) -> i32 {
    let engine = Engine::default();
    let module = wasmi::Module::new(&engine, wasm).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "h", |long: i64, short: i32| short.wrapping_mul(3) ^ long as i32).expect("once");
    let instance = linker.instantiate_and_start(&mut store, &module).expect("an instance");
    let f = instance.get_typed_func::<(i64, i32), i32>(&store, "f").expect("the function");
    f.call(&mut store, (i64::from(argument) << 3, argument)).expect("a result")
}

/// The calls of functions of the module that are left in the last function, where it answers the same as before.
fn check(bodies: &[Vec<I<'_>>]) -> usize {
    let wasm = functions(bodies);
    let inlined = module(&wasm).expect("a valid module");
    for argument in [-7, -1, 0, 1, 2, 3, 100] {
        assert_eq!(run(&inlined, argument), run(&wasm, argument), "{bodies:?} of {argument}");
    }
    let last = Parser::new(0).parse_all(&inlined).filter_map(|payload| match payload.expect("valid") {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let last = instructions(&last.last().expect("a function")).expect("valid");
    last.iter()
        .filter(|one| matches!(one.operator, Operator::Call { function_index } if function_index >= FIRST))
        .count()
}

fn call(function: u32) -> Vec<I<'static>> {
    vec![I::LocalGet(0), I::LocalGet(1), I::Call(function)]
}

/// Answers early from within two blocks, or what its locals began with, which it then changes.
fn leaving() -> Vec<I<'static>> {
    vec![
        I::Block(Block::Empty),
        I::LocalGet(1),
        I::If(Block::Empty),
        I::LocalGet(1),
        I::I32Const(2),
        I::I32GtS,
        I::BrIf(1),
        I::LocalGet(1),
        I::I32Const(5),
        I::I32Mul,
        I::Return,
        I::Else,
        I::I32Const(40),
        I::Br(2),
        I::End,
        I::End,
        I::LocalGet(2),
        I::LocalGet(3),
        I::I32WrapI64,
        I::I32Add,
        I::LocalGet(1),
        I::I32Add,
        I::I32Const(1000),
        I::LocalSet(2),
        I::LocalGet(0),
        I::LocalSet(3),
    ]
}

#[test]
fn what_leaves_early_and_what_begins_with_zero() {
    // Called in a loop, so that the locals of one turn would be seen in the next.
    let turns = [
        vec![I::Loop(Block::Empty), I::LocalGet(2)],
        call(FIRST),
        vec![
            I::I32Add,
            I::LocalSet(2),
            I::LocalGet(3),
            I::I64Const(1),
            I::I64Add,
            I::LocalTee(3),
            I::I64Const(4),
            I::I64LtS,
            I::BrIf(0),
            I::End,
            I::LocalGet(2),
        ],
    ];
    assert_eq!(check(&[leaving(), turns.concat()]), 0);
}

#[test]
fn small_functions_of_small_functions_and_of_imported_ones() {
    let of = |function| [call(function), vec![I::I32Const(1), I::I32Add]].concat();
    assert_eq!(
        check(&[
            leaving(),
            of(HOST),
            of(FIRST),
            of(FIRST + 1),
            [of(FIRST + 2), call(FIRST + 3), vec![I::I32Add]].concat()
        ]),
        0
    );
}

#[test]
fn what_stays() {
    // Itself, and each other.
    let guarded = |function| {
        let less = vec![I::LocalGet(0), I::LocalGet(1), I::I32Const(1), I::I32Sub, I::Call(function)];
        let head =
            vec![I::LocalGet(1), I::I32Const(0), I::I32LeS, I::If(Block::Result(Core::I32)), I::I32Const(7), I::Else];
        [head, less, vec![I::End]].concat()
    };
    assert_eq!(check(&[guarded(FIRST)]), 1);
    assert_eq!(check(&[guarded(FIRST + 1), guarded(FIRST)]), 1);
    let long = [vec![I::Nop; SMALL], vec![I::LocalGet(1)]].concat();
    assert_eq!(check(&[long, call(FIRST)]), 1);
    let looping = vec![I::Loop(Block::Empty), I::End, I::LocalGet(1)];
    assert_eq!(check(&[looping, call(FIRST)]), 1);
}

#[test]
fn a_body_does_not_grow_for_ever() {
    let many: Vec<I<'_>> = (0..5000).flat_map(|_| [call(FIRST), vec![I::Drop]].concat()).collect();
    let wasm = functions(&[leaving(), [many, vec![I::LocalGet(1)]].concat()]);
    let inlined = module(&wasm).expect("a valid module");
    assert!(inlined.len() < wasm.len() + 2 * LARGE, "{}", inlined.len());
    wasmparser::Validator::new().validate_all(&inlined).expect("a valid module");
}

/// A function that calls those before it.
fn calling(before: u32) -> impl Strategy<Value = Vec<I<'static>>> {
    let steps = prop::collection::vec((0..before + FIRST, 0..6_u8, any::<i8>()), 1..4);
    steps.prop_map(|steps| {
        let mut body = Vec::new();
        for (function, kind, number) in steps {
            body.extend(call(function));
            let number = I::I32Const(i32::from(number));
            match kind {
                0 => body.extend([I::LocalTee(1), I::LocalGet(2), I::I32Add, I::LocalSet(2)]),
                1 => body.extend([number, I::I32GtS, I::If(Block::Empty), I::LocalGet(2), I::Return, I::End]),
                2 => body.extend([I::Block(Block::Empty), I::LocalGet(1), I::BrIf(0), I::End, I::LocalSet(2)]),
                3 => body.extend([I::I64ExtendI32S, I::LocalSet(0)]),
                4 => body.extend([number, I::I32Xor, I::LocalSet(1)]),
                _ => body.push(I::Drop),
            }
        }
        body.extend([I::LocalGet(1), I::LocalGet(2), I::I32Sub]);
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_calls_whatever(bodies in (calling(0), calling(1), calling(2), calling(3), calling(4))) {
        let (a, b, c, d, e) = bodies;
        check(&[a, b, c, d, e]);
    }
}
