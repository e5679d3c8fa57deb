//! Start functions made by hand.

use abi::renewal::Seed;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, InstructionSink, MemArg, MemorySection, MemoryType, Module, TypeSection, ValType,
};

use super::*;

/// Numbers of the functions that a start function can call.
const RANDOM: u32 = 0;
const CLOCK: u32 = 1;

/// A module whose start function does this. It has a local of 32 bits, and words of data.
pub(super) fn module(words: &[(i32, u32)], body: &dyn Fn(&mut InstructionSink<'_>)) -> Vec<u8> {
    let (mut types, mut imports, mut functions) = (TypeSection::new(), ImportSection::new(), FunctionSection::new());
    let (mut memories, mut exports, mut code, mut data) =
        (MemorySection::new(), ExportSection::new(), CodeSection::new(), DataSection::new());
    types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32, ValType::I64, ValType::I32], [ValType::I32]);
    types.ty().function([], []);
    let wasi = "wasi_snapshot_preview1";
    imports.import(wasi, "random_get", EntityType::Function(0)).import(wasi, "clock_time_get", EntityType::Function(1));
    functions.function(2);
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    exports.export(REACTOR, ExportKind::Func, 2).export("memory", ExportKind::Memory, 0);
    let mut function = Function::new([(1, ValType::I32)]);
    body(&mut function.instructions());
    function.instructions().end();
    code.function(&function);
    for (address, word) in words {
        data.active(0, &ConstExpr::i32_const(*address), word.to_le_bytes());
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&memories).section(&exports);
    module.section(&code).section(&data);
    module.finish()
}

fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 0, memory_index: 0 }
}

/// Reads the clock of this number into an address.
fn clock(body: &mut InstructionSink<'_>, number: i32, address: i32) {
    body.i32_const(number).i64_const(0).i32_const(address).call(CLOCK).drop();
}

/// Fills bytes at an address.
fn random(body: &mut InstructionSink<'_>, address: i32, length: i32) {
    body.i32_const(address).i32_const(length).call(RANDOM).drop();
}

/// Where the generator of these modules has its state.
const GENERATOR: u64 = 1024;

/// Draws eight bytes from it, as `arc4random` does.
fn draw(body: &mut InstructionSink<'_>, address: i32) {
    const RESERVE: u64 = GENERATOR + 40;
    let given = |body: &mut InstructionSink<'_>| _ = body.i32_const(0).i32_load(at(GENERATOR + 4));
    body.i32_const(0).i32_load(at(GENERATOR)).i32_eqz().if_(BlockType::Empty);
    random(body, GENERATOR as i32 + 8, 32);
    body.i32_const(0).i32_const(1).i32_store(at(GENERATOR)).end();
    body.i32_const(address);
    given(body);
    body.i64_load(at(RESERVE)).i64_store(at(0));
    given(body);
    body.i64_const(0).i64_store(at(RESERVE)).i32_const(0);
    given(body);
    body.i32_const(8).i32_add().i32_store(at(GENERATOR + 4));
}

/// Draws the number of which the seeds of maps are made, as TinyGo does.
fn seed_maps(body: &mut InstructionSink<'_>, address: i32) {
    draw(body, address);
    body.i32_const(address).i32_const(address).i32_load(at(0)).i32_const(1).i32_or().i32_store(at(0));
}

/// Tries to initialise; otherwise why not.
fn tried(wasm: &[u8], language: Language, mode: Mode) -> Result<Initialised, String> {
    attempt(wasm, REACTOR, language, mode, 0).map_err(|failure| failure.reason)
}

const KEPT: &str = "it keeps what it made of random numbers or the time, which would be the same in each call";

/// Keeps what is made of the time of a clock, and answers why that cannot be initialised.
fn kept(number: i32, make: &dyn Fn(&mut InstructionSink<'_>)) -> Option<String> {
    let wasm = module(&[], &|body| {
        clock(body, number, 16);
        body.i32_const(32).i32_const(16).i64_load(at(0));
        make(body);
        body.i64_store(at(0));
    });
    tried(&wasm, Language::AssemblyScript, Mode::Auto).err()
}

#[test]
fn what_the_time_decides_is_kept() {
    const YEAR: i64 = 31_556_952_000_000_000;
    for number in [0, 1] {
        assert_eq!(kept(number, &|body| _ = body.i64_const(1).i64_add()), None);
    }
    assert_eq!(kept(0, &|body| _ = body.i64_const(YEAR).i64_div_u()).as_deref(), Some(KEPT));
    assert_eq!(kept(0, &|body| _ = body.i64_const((1 << 55) - 1).i64_and()).as_deref(), Some(KEPT));
    for year in [1, 30, 55, 60, 70, 130] {
        let is_later = |body: &mut InstructionSink<'_>| _ = body.i64_const(year * YEAR).i64_gt_u().i64_extend_i32_u();
        assert_eq!(kept(0, &is_later).as_deref(), Some(KEPT), "{year}");
    }
    // Less than a second since that clock began.
    let is_later = |body: &mut InstructionSink<'_>| _ = body.i64_const(1_000_000_000).i64_gt_u().i64_extend_i32_u();
    assert_eq!(kept(1, &is_later).as_deref(), Some(KEPT));
}

#[test]
fn an_array_of_random_bytes_is_no_generator() {
    let wasm = module(&[], &|body| {
        // The head of an array in AssemblyScript: its type, and the bytes that it has.
        body.i32_const(1024).i32_const(1).i32_store(at(0)).i32_const(1028).i32_const(32).i32_store(at(0));
        random(body, 1032, 32);
    });
    let initialised = tried(&wasm, Language::AssemblyScript, Mode::Auto).unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(initialised.renewal.seeds, [Seed::Random { address: 1032, from: 0, kept: vec![0; 32] }]);
}

#[test]
fn a_generator_is_followed_until_it_has_a_new_key() {
    let wasm = module(&[], &|body| seed_maps(body, 16));
    let initialised = tried(&wasm, Language::Go, Mode::Auto).unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(initialised.renewal.random, 8);
    let wasm = module(&[], &|body| {
        seed_maps(body, 16);
        body.i32_const(1032).i32_const(1032).i32_load(at(0)).i32_const(1).i32_xor().i32_store(at(0));
    });
    let reason = tried(&wasm, Language::Go, Mode::Auto).err();
    assert_eq!(reason.as_deref(), Some("it draws more random numbers than can be followed"));
}

#[test]
fn a_start_without_an_end_is_ended() {
    let reason = |body: &dyn Fn(&mut InstructionSink<'_>)| {
        tried(&module(&[], body), Language::AssemblyScript, Mode::Auto).err().unwrap_or_default()
    };
    let draws = |body: &mut InstructionSink<'_>| {
        body.loop_(BlockType::Empty);
        random(body, 0, 65536);
        body.br(0).end();
    };
    assert_eq!(reason(&draws), "it draws more random numbers than can be followed");
    let grows = |body: &mut InstructionSink<'_>| {
        body.i32_const(65535).memory_grow(0).drop();
        body.i32_const(0).i32_const(1).i32_const(-1).memory_fill(0);
    };
    assert_eq!(reason(&grows), "it needs more than 256 MiB of memory");
}

#[test]
fn many_random_bytes_are_followed() {
    let wasm = module(&[], &|body| {
        random(body, 1024, 60_000);
        // All but these are thrown away.
        body.i32_const(16).i32_const(1024 + 59_000).i64_load(at(0)).i64_store(at(0));
        body.i32_const(1024).i32_const(0).i32_const(60_000).memory_fill(0);
    });
    let initialised = tried(&wasm, Language::AssemblyScript, Mode::Auto).unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(initialised.renewal.seeds, [Seed::Random { address: 16, from: 0, kept: vec![0; 8] }]);
}

/// The memory that an initialised module begins with.
fn memory(initialised: &Initialised) -> Vec<u8> {
    let answers = imports::Answers::new(0, numbers::Numbers::new([0; 3]));
    let module = instance::Module::new(&initialised.wasm).expect("a module");
    module.untouched(Mode::Force, answers).expect("an instance").bytes().to_vec()
}

#[test]
fn what_is_forced_keeps_what_cannot_be_renewed() {
    // The generator behind maps is never zero.
    let wasm = module(&[(2048, 1)], &|body| {
        seed_maps(body, 2048);
        draw(body, 3000);
        draw(body, 3100);
        body.i32_const(3200).i32_const(3100).i64_load(at(0)).i64_const(1000).i64_rem_u().i64_store(at(0));
        clock(body, 0, 3300);
    });
    assert_eq!(tried(&wasm, Language::Go, Mode::Auto).err().as_deref(), Some(KEPT));
    let initialised = tried(&wasm, Language::Go, Mode::Force).unwrap_or_else(|reason| panic!("{reason}"));
    let mut addresses: Vec<u32> = initialised.renewal.seeds.iter().map(Seed::address).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, [2048, 2052, 3000, 3300]);
    let memory = memory(&initialised);
    let number = |address: usize| u64::from_le_bytes(*memory[address..].first_chunk().unwrap());
    // The two belong together.
    assert!(number(3100) != 0 && number(3200) == number(3100) % 1000);
    assert_eq!((number(2048), number(3000), number(3300)), (1, 0, 0));
    let generator = GENERATOR as usize;
    assert!(memory[generator..generator + 552].iter().all(|byte| *byte == 0), "it is not seeded");
}

#[test]
fn what_is_forced_seeds_its_generator_again_however_much_it_draws() {
    let wasm = module(&[], &|body| {
        seed_maps(body, 16);
        body.i32_const(1032).i32_const(1032).i32_load(at(0)).i32_const(1).i32_xor().i32_store(at(0));
    });
    let initialised = tried(&wasm, Language::Go, Mode::Force).unwrap_or_else(|reason| panic!("{reason}"));
    let generator = GENERATOR as usize;
    assert!(memory(&initialised)[generator..generator + 552].iter().all(|byte| *byte == 0), "it is not seeded");
}

#[test]
fn a_start_may_call_itself_as_often_as_in_an_instance() {
    let calls = |times: i32| {
        let wasm = module(&[], &|body| {
            body.i32_const(16).i32_const(16).i32_load(at(0)).i32_const(1).i32_add().local_tee(0).i32_store(at(0));
            body.local_get(0).i32_const(times).i32_lt_s().if_(BlockType::Empty).call(2).end();
        });
        tried(&wasm, Language::AssemblyScript, Mode::Auto).err()
    };
    assert_eq!(calls(10_000), None);
    assert!(calls(i32::MAX).is_some_and(|reason| reason.starts_with("it fails: ")));
}

#[test]
fn what_wizer_refuses_is_told_in_a_sentence() {
    let (mut types, mut functions, mut exports, mut code) =
        (TypeSection::new(), FunctionSection::new(), ExportSection::new(), CodeSection::new());
    types.ty().function([], []);
    functions.function(0);
    exports.export(REACTOR, ExportKind::Func, 0).export("__wizer_", ExportKind::Func, 0);
    let mut function = Function::new([]);
    function.instructions().end();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    let reason = tried(&module.finish(), Language::Go, Mode::Auto).err().unwrap_or_default();
    assert!(reason.starts_with("what it leaves cannot be stored: input Wasm module already exports "), "{reason}");
}

#[test]
fn choices_that_are_seldom_made_are_found() {
    // Whether the byte, of 256, is below 3, or above 252.
    for wasm in [
        module(&[], &|body| {
            random(body, 16, 1);
            body.i32_const(32).i32_const(16).i32_load8_u(at(0)).i32_const(3).i32_lt_u().i32_store(at(0));
        }),
        module(&[], &|body| {
            random(body, 16, 1);
            body.i32_const(32).i32_const(16).i32_load8_u(at(0)).i32_const(252).i32_gt_u().i32_store(at(0));
        }),
    ] {
        assert_eq!(tried(&wasm, Language::AssemblyScript, Mode::Auto).err().as_deref(), Some(KEPT));
    }
    // One that draws until the bytes are others.
    for refused in [0x0101, 0xfefe] {
        let wasm = module(&[], &|body| {
            body.loop_(BlockType::Empty);
            random(body, 16, 2);
            body.i32_const(16).i32_load16_u(at(0)).i32_const(refused).i32_eq().br_if(0).end();
        });
        assert_eq!(tried(&wasm, Language::AssemblyScript, Mode::Auto).err(), None, "{refused}");
    }
}
