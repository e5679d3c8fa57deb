//! An unrolled loop does what the loop did, whatever branches it has.

use proptest::prelude::*;
use wasm_encoder::{
    BlockType as Block, ExportKind, ExportSection, Function, FunctionSection, Instruction as I, TypeSection, ValType,
};
use wasmi::{Engine, Linker, Store};

use super::*;

/// Turns after which a loop that was made up at random is left.
const MOST_TURNS: i32 = 23;

/// A function `f(i32) -> i32` with three more locals.
fn function(code: &[I<'_>]) -> Vec<u8> {
    let (mut types, mut functions, mut exports, mut bodies) =
        (TypeSection::new(), FunctionSection::new(), ExportSection::new(), CodeSection::new());
    types.ty().function([ValType::I32], [ValType::I32]);
    functions.function(0);
    exports.export("f", ExportKind::Func, 0);
    let mut body = Function::new([(3, ValType::I32)]);
    for instruction in code {
        body.instruction(instruction);
    }
    bodies.function(&body);
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&functions).section(&exports).section(&bodies);
    module.finish()
}

fn run(wasm: &[u8], argument: i32) -> i32 {
    let engine = Engine::default();
    let module = wasmi::Module::new(&engine, wasm).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("an instance");
    let f = instance.get_typed_func::<i32, i32>(&store, "f").expect("the function");
    f.call(&mut store, argument).expect("a result")
}

/// How many loops are unrolled, where all of `arguments` give the same as before.
fn check(code: &[I<'_>], arguments: impl IntoIterator<Item = i32>) -> usize {
    let wasm = function(code);
    let unrolled = module(&wasm).expect("a module");
    for argument in arguments {
        assert_eq!(run(&unrolled, argument), run(&wasm, argument), "{code:?} of {argument}");
    }
    let loops = |wasm: &[u8]| {
        let mut found = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            if let wasmparser::Payload::CodeSectionEntry(body) = payload.expect("valid") {
                let all: Vec<_> = body.get_operators_reader().expect("valid").into_iter().map(Result::unwrap).collect();
                found +=
                    all.iter().filter(|operator| matches!(operator, Operator::LocalSet { local_index: 3 })).count();
            }
        }
        found
    };
    // The marker `local.set 3` stands once in each loop that is to be counted.
    loops(&unrolled).saturating_sub(loops(&wasm)) / (COPIES - 1)
}

const MARK: [I<'_>; 2] = [I::LocalGet(1), I::LocalSet(3)];

/// `local 1 += local 2 += 1`
const STEP: [I<'_>; 8] =
    [I::LocalGet(2), I::I32Const(1), I::I32Add, I::LocalTee(2), I::LocalGet(1), I::I32Add, I::LocalSet(1), I::Nop];
/// Whether there are turns left.
const MORE: [I<'_>; 3] = [I::LocalGet(2), I::LocalGet(0), I::I32LtS];
const ANSWER: [I<'_>; 2] = [I::LocalGet(1), I::End];

/// The shapes that compilers write: the test at the end, at the beginning, around the body, and in the midst of it.
#[test]
fn usual_shapes() {
    let shapes: [&[&[I<'_>]]; 5] = [
        &[&[I::Loop(Block::Empty)], &MARK, &STEP, &MORE, &[I::BrIf(0), I::End]],
        &[
            &[I::Block(Block::Empty), I::Loop(Block::Empty)],
            &MORE,
            &[I::I32Eqz, I::BrIf(1)],
            &MARK,
            &STEP,
            &[I::Br(0), I::End, I::End],
        ],
        &[&[I::Loop(Block::Empty)], &MORE, &[I::If(Block::Empty)], &MARK, &STEP, &[I::Br(1), I::End, I::End]],
        &[
            &[I::Loop(Block::Empty)],
            &MARK,
            &STEP,
            &[I::LocalGet(1), I::LocalGet(0), I::I32GeS],
            &[I::If(Block::Empty), I::LocalGet(1), I::Return, I::End, I::Br(0), I::End],
        ],
        &[
            &[I::Block(Block::Empty), I::Block(Block::Empty), I::Loop(Block::Empty)],
            &MARK,
            &STEP,
            &[I::LocalGet(1), I::I32Const(7), I::I32RemU],
            &[I::BrTable([0, 0, 1, 0].as_slice().into(), 2), I::End, I::End, I::I32Const(-5), I::LocalSet(1), I::End],
        ],
    ];
    for shape in shapes {
        let code = [shape.concat(), ANSWER.to_vec()].concat();
        assert_eq!(check(&code, 0..3 * COPIES as i32), 1, "{code:?}");
    }
}

/// Others inside, calls, results, too much code, hardly any values.
#[test]
fn others_are_left_alone() {
    let long = vec![I::Nop; SMALL];
    let shapes: [&[&[I<'_>]]; 5] = [
        &[&[I::Loop(Block::Empty)], &MARK, &[I::LocalGet(1), I::BrIf(0), I::End]],
        &[&[I::Loop(Block::Empty)], &MARK, &STEP, &[I::Loop(Block::Empty), I::End], &MORE, &[I::BrIf(0), I::End]],
        &[&[I::Loop(Block::Empty)], &MARK, &STEP, &[I::I32Const(0), I::Call(0), I::Drop], &MORE, &[I::BrIf(0), I::End]],
        &[&[I::Loop(Block::Result(ValType::I32))], &MARK, &STEP, &MORE, &[I::BrIf(0), I::LocalGet(1), I::End, I::Drop]],
        &[&[I::Loop(Block::Empty)], &MARK, &STEP, &long, &MORE, &[I::BrIf(0), I::End]],
    ];
    for shape in shapes {
        let code = [shape.concat(), ANSWER.to_vec()].concat();
        let none = std::iter::empty();
        assert_eq!(check(&code, none), 0, "{code:?}");
    }
}

/// An operator that is not known may be a branch, or begin a block, in the loop or in a block in it. Loops beside it are
/// unrolled all the same.
#[test]
fn unknown_operators_are_left_alone() {
    let turn: &[I<'_>] = &[&MARK[..], &STEP].concat();
    let begin = &[I::Loop(Block::Empty)][..];
    let end = &[&MORE[..], &[I::BrIf(0), I::End]].concat()[..];
    let label = ValType::Ref(wasm_encoder::RefType::FUNCREF);
    let within = |operators: &[I<'static>]| [begin, turn, operators, end].concat();
    let plain = within(&[]);
    let unknown: [&[I<'static>]; 5] = [
        &[I::RefNull(wasm_encoder::HeapType::FUNC), I::BrOnNull(0), I::Drop],
        &[I::TryTable(Block::Empty, [wasm_encoder::Catch::All { label: 0 }].as_slice().into()), I::End],
        &[I::Block(Block::Empty), I::Block(Block::Result(label)), I::Unreachable, I::End, I::BrOnNonNull(0), I::End],
        &[I::ReturnCall(0)],
        &[I::AtomicFence],
    ];
    let count = |code: &[&[I<'_>]]| check(&code.concat(), std::iter::empty());
    for operators in unknown {
        let holds_it = &within(operators)[..];
        assert_eq!(count(&[holds_it, &ANSWER]), 0, "{operators:?}");
        assert_eq!(count(&[&plain, holds_it, &plain, &ANSWER]), 2, "{operators:?}");
        // One inside another that holds it.
        assert_eq!(count(&[begin, &plain, operators, &plain, end, &ANSWER]), 2, "{operators:?}");
    }
    assert_eq!(count(&[&within(&[I::I32Const(1), I::I32Extend8S, I::Drop, I::DataDrop(0)]), &ANSWER]), 1);
}

/// Random statements from a tape of decisions: sums, tests, blocks, and branches to any block around.
struct Random<'a> {
    tape: std::slice::Iter<'a, u8>,
    code: Vec<I<'static>>,
    /// Blocks and loops that are open.
    depth: u32,
}

impl Random<'_> {
    fn next(&mut self, below: u8) -> u8 {
        self.tape.next().map_or(0, |byte| byte % below)
    }

    fn statements(&mut self, nested: u32) {
        for _ in 0..=self.next(3) {
            self.statement(nested);
        }
    }

    fn condition(&mut self) {
        let (local, by) = (self.next(3), self.next(5));
        self.code.extend([I::LocalGet(local.into()), I::I32Const(i32::from(by) + 2), I::I32RemU]);
    }

    fn statement(&mut self, nested: u32) {
        match self.next(6) {
            1 if nested < 3 => self.within(I::Block(Block::Empty), nested),
            2 if nested < 3 => {
                self.condition();
                self.within(I::If(Block::Empty), nested);
            }
            3 => {
                let depth = u32::from(self.next(16)) % self.depth;
                self.condition();
                self.code.push(I::BrIf(depth));
            }
            4 => {
                let (one, other) = (u32::from(self.next(16)) % self.depth, u32::from(self.next(16)) % self.depth);
                self.condition();
                self.code.extend([I::If(Block::Empty), I::LocalGet(1)]);
                self.code.extend([I::BrTable(vec![one + 1, other + 1, 0].into(), 0), I::End]);
            }
            _ => {
                let factor = i32::from(self.next(9)) + 1;
                self.code.extend([I::LocalGet(1), I::I32Const(factor), I::I32Mul, I::LocalGet(2), I::I32Add]);
                self.code.push(I::LocalSet(1));
            }
        }
    }

    fn within(&mut self, block: I<'static>, nested: u32) {
        self.code.push(block);
        self.depth += 1;
        self.statements(nested + 1);
        self.depth -= 1;
        self.code.push(I::End);
    }
}

/// Two blocks, a loop of random statements, more of them, and the answer.
fn random(tape: &[u8]) -> Vec<I<'static>> {
    let mut random = Random { tape: tape.iter(), code: Vec::new(), depth: 2 };
    random.code.extend([I::LocalGet(0), I::LocalSet(1), I::Block(Block::Empty), I::Block(Block::Empty)]);
    random.code.push(I::Loop(Block::Empty));
    random.depth += 1;
    // Each turn counts, and there is a last one.
    random.code.extend(MARK);
    random.code.extend([I::LocalGet(2), I::I32Const(1), I::I32Add, I::LocalTee(2)]);
    random.code.extend([I::I32Const(MOST_TURNS), I::I32GtS, I::If(Block::Empty), I::LocalGet(1), I::Return, I::End]);
    random.statements(0);
    if random.next(2) == 0 {
        random.code.push(I::Br(0));
    }
    random.depth -= 1;
    random.code.push(I::End);
    random.statements(3);
    random.code.extend([I::End, I::LocalGet(1), I::I32Const(77), I::I32Xor, I::LocalSet(1), I::End]);
    random.code.extend(ANSWER);
    random.code
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn any_branches(tape in prop::collection::vec(any::<u8>(), 0..60), argument in any::<i32>()) {
        check(&random(&tape), [argument, 0, 1]);
    }
}
