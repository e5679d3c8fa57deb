//! Promise: a new language is a folder on each side. One that only this test has takes the whole way: metadata, schema,
//! plans, native code, and a call with a text as argument and result.
//!
//! Both this program and the modusc that it runs are built with the feature `trial-language`: scripts/test.sh.

use abi::value::Value;
use runner::sandbox::Options;
use tests::in_process::{Guest, value};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, InstructionSink, MemArg, MemorySection, MemoryType, Module, TypeSection, ValType,
};

const METADATA: &str = r#"{"plugin": "echoes@1.0", "sdk": "modus-sdk-trial@0.1", "fnExports": {"twice":
    {"parameters": [{"name": "of", "type": "text"}], "results": [{"type": "text"}]}}}"#;

const LENGTH: MemArg = MemArg { offset: 0, align: 2, memory_index: 0 };

/// `allocate` gives the next bytes of the memory; `twice` answers its argument two times over.
fn guest() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0).function(0).function(1);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut globals = GlobalSection::new();
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(64));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0).export("allocate", ExportKind::Func, 0);
    exports.export("twice", ExportKind::Func, 1).export("_initialize", ExportKind::Func, 2);
    let mut code = CodeSection::new();
    code.function(&body(0, |at| {
        at.global_get(0).global_get(0).local_get(0).i32_add().global_set(0);
    }));
    code.function(&body(2, twice));
    code.function(&body(0, |_| {}));
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&globals).section(&exports).section(&code);
    module.section(&CustomSection { name: "modus_metadata_version".into(), data: [2].as_slice().into() });
    module.section(&CustomSection { name: "modus_metadata".into(), data: METADATA.as_bytes().into() });
    module.finish()
}

fn body(locals: u32, write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([(locals, ValType::I32)]);
    write(&mut function.instructions());
    function.instructions().end();
    function
}

/// Local 0 is the text, 1 its length, 2 the answer.
fn twice(at: &mut InstructionSink<'_>) {
    at.local_get(0).i32_load(LENGTH).local_set(1);
    at.local_get(1).i32_const(1).i32_shl().i32_const(4).i32_add().call(0).local_tee(2);
    at.local_get(1).i32_const(1).i32_shl().i32_store(LENGTH);
    for part in [0, 1] {
        at.local_get(2).i32_const(4).i32_add().local_get(1).i32_const(part).i32_mul().i32_add();
        at.local_get(0).i32_const(4).i32_add().local_get(1).memory_copy(0, 0);
    }
    at.local_get(2);
}

#[test]
fn a_text_goes_in_and_comes_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let wasm = folder.path().join("trial.wasm");
    std::fs::write(&wasm, guest()).expect("the folder takes it");
    let guest = Guest::load(&wasm, Options::default());
    assert_eq!(guest.program.language.name(), "Trial");
    let answer = value(guest.call("twice", &[Value::String("Grüße ".into())]));
    assert_eq!(answer, Ok(Value::String("Grüße Grüße ".into())));
    let refused = value(guest.call("twice", &[Value::Int(2)])).expect_err("a number is no text");
    assert!(refused.contains("'of'"), "{refused}");
}
