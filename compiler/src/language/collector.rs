//! Where the garbage collector of a language's runtime begins a collection, as far as a module tells.

use std::collections::HashMap;

use wasmparser::{ExternalKind, FunctionBody, KnownCustom, Name, Operator, Parser, Payload, TypeRef};

/// A place in a module's code that is passed once for each collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the function.
    pub function: u32,
    /// Where in it.
    pub at: Passing,
}

/// A place in a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// Its beginning.
    Entered,
    /// Its beginning, while this global is 0.
    EnteredAtZero(u32),
    /// Where it calls this function.
    Calls(u32),
}

/// The functions of a valid module.
pub struct Functions<'w> {
    imported: u32,
    bodies: Vec<FunctionBody<'w>>,
    names: HashMap<&'w str, u32>,
    exports: HashMap<&'w str, u32>,
    globals: Option<u32>,
}

impl<'w> Functions<'w> {
    /// Those of the module; `None` where it cannot be read.
    pub fn of(wasm: &'w [u8]) -> Option<Self> {
        let mut found =
            Self { imported: 0, bodies: Vec::new(), names: HashMap::new(), exports: HashMap::new(), globals: None };
        let mut imported_globals = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.ok()? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        match import.ok()?.ty {
                            TypeRef::Func(_) | TypeRef::FuncExact(_) => found.imported += 1,
                            TypeRef::Global(_) => imported_globals += 1,
                            _ => {}
                        }
                    }
                }
                Payload::GlobalSection(globals) => found.globals = Some(imported_globals + globals.count()),
                Payload::ExportSection(exports) => {
                    let functions = exports.into_iter().map_while(Result::ok);
                    let functions = functions.filter(|export| export.kind == ExternalKind::Func);
                    found.exports.extend(functions.map(|export| (export.name, export.index)));
                }
                Payload::CodeSectionEntry(body) => found.bodies.push(body),
                Payload::CustomSection(section) => {
                    let KnownCustom::Name(names) = section.as_known() else { continue };
                    for name in names.into_iter().map_while(Result::ok) {
                        let Name::Function(names) = name else { continue };
                        found.names.extend(names.into_iter().map_while(Result::ok).map(|of| (of.name, of.index)));
                    }
                }
                _ => {}
            }
        }
        Some(found)
    }

    /// How many of them are imported: these are the first.
    pub fn imported(&self) -> u32 {
        self.imported
    }

    /// How many globals the module has; `None` where it has none of its own.
    pub fn globals(&self) -> Option<u32> {
        self.globals
    }

    /// The function that the module's name section calls so.
    pub fn named(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    /// The function that is exported by this name.
    pub fn exported(&self, name: &str) -> Option<u32> {
        self.exports.get(name).copied()
    }

    /// The instructions of a function; nothing of one that is imported.
    pub fn operators(&self, function: u32) -> Vec<Operator<'w>> {
        let body = function.checked_sub(self.imported).and_then(|at| self.bodies.get(at as usize));
        let operators = body.and_then(|body| body.get_operators_reader().ok());
        operators.into_iter().flatten().map_while(Result::ok).collect()
    }

    /// The functions that it calls by their index, as often as it does.
    pub fn callees(&self, function: u32) -> Vec<u32> {
        let callee = |operator| match operator {
            Operator::Call { function_index } => Some(function_index),
            _ => None,
        };
        self.operators(function).into_iter().filter_map(callee).collect()
    }
}

#[cfg(test)]
mod tests {
    use abi::language::Language;
    use wasm_encoder::{
        BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
        GlobalType, InstructionSink, Module, NameMap, NameSection, TypeSection, ValType,
    };

    use super::*;
    use crate::language::frontend;

    /// A function's name, whether it is exported by it, and its body.
    type Described<'a> = (&'a str, bool, &'a dyn Fn(&mut InstructionSink<'_>));

    /// A module with two globals and these functions, which have no parameters and results; with names or without.
    fn module(functions: &[Described<'_>], with_names: bool) -> Vec<u8> {
        let (mut types, mut declared, mut globals) = (TypeSection::new(), FunctionSection::new(), GlobalSection::new());
        let (mut exports, mut code, mut names) = (ExportSection::new(), CodeSection::new(), NameMap::new());
        types.ty().function([], []);
        for _ in 0..2 {
            let number = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
            globals.global(number, &ConstExpr::i32_const(0));
        }
        for (index, (name, exported, body)) in (0..).zip(functions) {
            declared.function(0);
            names.append(index, name);
            if *exported {
                exports.export(name, ExportKind::Func, index);
            }
            let mut function = Function::new([]);
            body(&mut function.instructions());
            function.instructions().end();
            code.function(&function);
        }
        let mut module = Module::new();
        module.section(&types).section(&declared).section(&globals).section(&exports).section(&code);
        let mut section = NameSection::new();
        section.functions(&names);
        if with_names {
            module.section(&section);
        }
        module.finish()
    }

    fn places(language: Language, functions: &[Described<'_>], with_names: bool) -> Vec<Place> {
        let wasm = module(functions, with_names);
        frontend(language).collections(&Functions::of(&wasm).expect("a module"))
    }

    fn nothing(_: &mut InstructionSink<'_>) {}

    #[test]
    fn tinygo_collects_where_its_names_say() {
        let go = |functions: &[Described<'_>], with_names| places(Language::Go, functions, with_names);
        let separate: &[Described<'_>] = &[("main", true, &nothing), ("runtime.runGC", false, &nothing)];
        assert_eq!(go(separate, true), [Place { function: 1, at: Passing::Entered }]);
        assert_eq!(go(separate, false), []);

        let once = |code: &mut InstructionSink<'_>| _ = code.call(0);
        let twice = |code: &mut InstructionSink<'_>| _ = code.call(0).call(0);
        let inlined: &[Described<'_>] = &[
            ("runtime.buildFreeRanges", false, &nothing),
            ("runtime.alloc", true, &once),
            ("runtime.growHeap", false, &once),
        ];
        assert_eq!(go(inlined, true), [Place { function: 1, at: Passing::Calls(0) }]);
        let unclear: &[Described<'_>] =
            &[("runtime.buildFreeRanges", false, &nothing), ("runtime.alloc", true, &twice)];
        assert_eq!(go(unclear, true), []);
    }

    #[test]
    fn assemblyscript_collects_where_the_state_is_0_at_a_step() {
        let shape = |code: &mut InstructionSink<'_>| {
            code.global_get(1).i32_const(0).i32_gt_s().if_(BlockType::Empty).call(0).end().call(0);
        };
        let other = |code: &mut InstructionSink<'_>| {
            code.global_get(1).i32_const(0).i32_gt_s().if_(BlockType::Empty).call(0).end().call(2);
        };
        let stub: &[Described<'_>] = &[("step", false, &nothing), ("__collect", true, &nothing)];
        let found = |functions: &[Described<'_>]| places(Language::AssemblyScript, functions, false);
        let incremental: &[Described<'_>] = &[("step", false, &nothing), ("__collect", true, &shape)];
        assert_eq!(found(incremental), [Place { function: 0, at: Passing::EnteredAtZero(1) }]);
        assert_eq!(found(&[("step", false, &nothing), ("__collect", false, &shape)]), [], "it is not exported");
        assert_eq!(found(&[("step", false, &nothing), ("__collect", true, &other), ("f", false, &nothing)]), []);
        assert_eq!(found(stub), []);
    }
}
