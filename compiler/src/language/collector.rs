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
