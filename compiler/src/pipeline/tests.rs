//! Whatever its functions are called, a module becomes an artifact or a diagnostic.

use abi::artifact::Artifact;
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, MemorySection, MemoryType, Module, TypeSection, ValType,
};

use super::*;
use crate::metadata::{SECTION, VERSION, VERSION_SECTION};
use crate::native::CpuLevel;
use crate::preinit::Mode;

const MODES: [Mode; 3] = [Mode::Auto, Mode::Force, Mode::Off];

/// Names that mean something to the host, to a language's runtime, to the tools modusc is made of, or to nobody.
const NAMES: [&str; 21] = [
    "_initialize",
    "_start",
    "memory",
    "malloc",
    "free",
    "__new",
    "__pin",
    "__unpin",
    "__setArgumentsLength",
    "__make",
    "__read_map",
    "__write_map",
    "__collect",
    "__wizer_global_0",
    "__wizer_memory_0",
    "wizer-initialize",
    "call 0",
    "call 1",
    "",
    "\u{1F600}",
    "f",
];

/// A module whose functions are all of them exported and listed in its metadata. Where none is called `memory`, its
/// memory is.
fn module(sdk: &str, functions: &[&str]) -> Vec<u8> {
    let (mut types, mut declared, mut memories) = (TypeSection::new(), FunctionSection::new(), MemorySection::new());
    let (mut globals, mut exports, mut code) = (GlobalSection::new(), ExportSection::new(), CodeSection::new());
    types.ty().function([], []);
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(1));
    for (index, name) in (0..).zip(functions) {
        declared.function(0);
        exports.export(name, ExportKind::Func, index);
        let mut body = Function::new([]);
        body.instructions().end();
        code.function(&body);
    }
    if !functions.contains(&"memory") {
        exports.export("memory", ExportKind::Memory, 0);
    }
    let listed: serde_json::Map<_, _> =
        functions.iter().map(|name| ((*name).to_owned(), serde_json::json!({}))).collect();
    let metadata = serde_json::json!({"sdk": sdk, "plugin": "app", "fnExports": listed}).to_string();
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&memories).section(&globals).section(&exports).section(&code);
    module.section(&CustomSection { name: VERSION_SECTION.into(), data: [VERSION].as_slice().into() });
    module.section(&CustomSection { name: SECTION.into(), data: metadata.as_bytes().into() });
    module.finish()
}

/// Compiles; the program of the artifact, and what was said, by code.
fn compiled(wasm: &[u8], preinit: Mode) -> (Option<Program>, Vec<Diagnostic>) {
    let target = Target { triple: abi::cpu::target(), cpu: CpuLevel::Baseline, bounds: abi::engine::Bounds::Guard };
    let beginning = Beginning { preinit, heap: None };
    let options = Options { beginning, ..Options::default() };
    let (artifact, found) = compile("test.wasm", wasm, None, &target, options);
    let program = artifact.map(|artifact| {
        let artifact = Artifact::parse(artifact.as_slice()).expect("an artifact");
        artifact.program().expect("its program")
    });
    (program, found)
}

#[test]
fn no_name_of_a_function_ends_modusc() {
    for sdk in ["modus-sdk-go@0.18.0", "modus-sdk-as@0.18.0"] {
        for preinit in MODES {
            for name in NAMES {
                let functions: Vec<&str> = ["_initialize", name, "g"]
                    .into_iter()
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .collect();
                let (program, found) = compiled(&module(sdk, &functions), preinit);
                // Wizer's names are taken: so the app cannot be initialised ahead, which forbids an artifact only if forced.
                let wizer = name.starts_with("__wizer") && preinit == Mode::Force;
                assert_eq!(program.is_none(), wizer, "{sdk} {preinit:?} {name}: {found:?}");
            }
            let (program, found) = compiled(&module(sdk, &NAMES), preinit);
            assert!(program.is_some() || found.iter().any(Diagnostic::is_error), "{sdk} {preinit:?}: {found:?}");
        }
    }
}

#[track_caller]
fn check(sdk: &str, name: &str, reason: Option<&str>) {
    for preinit in MODES {
        let (program, found) = compiled(&module(sdk, &["_initialize", name]), preinit);
        let program = program.unwrap_or_else(|| panic!("{found:?}"));
        let plan = |name: &str| program.functions.find(name).expect("the function").1.uncallable.clone();
        let said = |name: &str| {
            let of_function = format!("function {name} is left out");
            found.iter().any(|one| one.code == codes::FUNCTION_RESERVED && one.message.starts_with(&of_function))
        };
        assert_eq!(plan("_initialize").as_deref(), Some("the host calls it to initialise an instance"));
        assert!(said("_initialize"), "{found:?}");
        assert_eq!(plan(name).as_deref(), reason, "{name}");
        assert_eq!(said(name), reason.is_some(), "{found:?}");
    }
}

#[test]
fn functions_that_the_host_calls_are_no_functions_of_the_app() {
    let (go, assemblyscript) = ("modus-sdk-go@0.18.0", "modus-sdk-as@0.18.0");
    let passes = Some("the host calls it to pass values");
    check(go, "malloc", passes);
    check(go, "__write_map", passes);
    check(assemblyscript, "__new", passes);
    check(assemblyscript, "__collect", passes);
    // AssemblyScript's runtime has none of these: they are the app's own.
    check(assemblyscript, "malloc", None);
    check(assemblyscript, "free", None);
    for sdk in [go, assemblyscript] {
        check(sdk, "_start", Some("the host calls it to initialise an instance"));
        check(sdk, "memory", None);
        check(sdk, "call 0", None);
    }
}
