//! Dispatchers: exports through which the host calls the app's functions, many by each ([`Entry`]).
//!
//! Beside them native code exports what the runner knows by name: memory, helpers, start function.
//! The module is written once: whoever adds dispatchers says what becomes of the functions that are there.

use std::collections::HashMap;

use abi::guest::{self, Helper};
use abi::plan::{Entry, FunctionPlan, Program, Signature};
use abi::types::CoreType;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType,
    ImportSection, Module, NameSection, TypeSection, ValType,
};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, CustomSectionReader, ExportSectionReader, FunctionBody,
    FunctionSectionReader, GlobalSectionReader, ImportSectionReader, KnownCustom, MemoryType, Name, Parser, TypeRef,
    TypeSectionReader,
};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::tally::{self, Tally};

/// Functions of a dispatcher: few enough for several to be compiled side by side, and to keep each quick to compile.
const MOST: usize = 128;

/// What WebAssembly engines agree to accept, less one for the number.
const MOST_PARAMETERS: usize = 999;

/// Why a function of the signature cannot be called, if so.
pub(crate) fn problem(signature: &Signature) -> Option<String> {
    let parameters = signature.parameters.len();
    (parameters > MOST_PARAMETERS)
        .then(|| format!("its parameters make {parameters} core values, and {MOST_PARAMETERS} can be passed"))
}

/// Gives each function that can be called its entry, and answers the dispatchers by their numbers.
fn assign(plans: &mut [FunctionPlan]) -> Vec<Dispatcher> {
    let mut dispatchers: Vec<Dispatcher> = Vec::new();
    // The last dispatcher of each signature.
    let mut last: HashMap<Signature, usize> = HashMap::new();
    for plan in plans.iter_mut().filter(|plan| plan.uncallable.is_none()) {
        let known = last.get(&plan.signature).copied();
        let at = known.filter(|at| dispatchers[*at].functions.len() < MOST).unwrap_or(dispatchers.len());
        if at == dispatchers.len() {
            dispatchers.push(Dispatcher { signature: plan.signature.clone(), functions: Vec::new() });
            last.insert(plan.signature.clone(), at);
        }
        let functions = &mut dispatchers[at].functions;
        plan.entry = Entry { dispatcher: count(at), function: count(functions.len()) };
        functions.push(plan.name.clone());
    }
    dispatchers
}

/// The bytes that take the place of a function's body.
pub(crate) type Rewrite = fn(&FunctionBody<'_>) -> Result<Vec<u8>, BinaryReaderError>;

/// The module with its dispatchers, in which each body became what `rewrite` makes of it. The functions of the program
/// get their entries.
///
/// # Errors
/// A diagnostic for a module that cannot be read. It has been validated, so nobody should see it.
pub(crate) fn add(wasm: &[u8], program: &mut Program, rewrite: Rewrite) -> Result<Vec<u8>, Diagnostic> {
    let dispatchers = assign(program.functions.made().expect("the plans of a program are stored behind its code"));
    let helpers = program.language.implementation().helpers();
    let start = program.start.as_deref();
    let pages = program.memory.map_or(0, |memory| memory.pages);
    let tally = Tally::of(wasm, program.language);
    let mut adding = Adding {
        start,
        helpers,
        rewrite,
        dispatchers,
        pages,
        tally,
        types: 0,
        functions: 0,
        bodies: 0,
        indexes: HashMap::new(),
    };
    let mut module = Module::new();
    adding.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|error| {
        let reason = match error {
            Error::UserError(missing) => missing.to_string(),
            error => error.to_string(),
        };
        Diagnostic::error(codes::NOT_COMPILABLE, format!("failed to add dispatchers to the module: {reason}"))
    })?;
    Ok(module.finish())
}

/// A function that has a plan and no export, which nobody should see.
#[derive(Debug, thiserror::Error)]
#[error("it does not export {0}")]
struct Missing(String);

struct Dispatcher {
    signature: Signature,
    /// Exports, in the order of their numbers.
    functions: Vec<String>,
}

impl Dispatcher {
    /// Passes its parameters on to the function whose number is the last of them. `indexes` are the functions'.
    fn body(&self, indexes: &HashMap<String, u32>) -> Result<Function, Missing> {
        let parameters = count(self.signature.parameters.len());
        let functions = count(self.functions.len());
        let mut body = Function::new([]);
        let mut code = body.instructions();
        for _ in 0..=functions {
            code.block(BlockType::Empty);
        }
        code.local_get(parameters).br_table(0..functions, functions);
        for name in &self.functions {
            code.end();
            for parameter in 0..parameters {
                code.local_get(parameter);
            }
            let index = indexes.get(name).ok_or_else(|| Missing(name.clone()))?;
            code.call(*index).return_();
        }
        code.end().unreachable().end();
        Ok(body)
    }
}

/// Copies a module section by section and puts the dispatchers behind what is there.
struct Adding<'a> {
    /// The export that initialises an instance.
    start: Option<&'a str>,
    /// Exports of the language's runtime that the runner calls.
    helpers: &'a [Helper],
    rewrite: Rewrite,
    dispatchers: Vec<Dispatcher>,
    /// Pages of memory that an instance begins with, at least.
    pages: u32,
    /// Counts collections of garbage, where they can be counted.
    tally: Option<Tally>,
    /// Types of the module.
    types: u32,
    /// Functions of the module, imported ones included.
    functions: u32,
    /// Bodies of functions so far.
    bodies: u32,
    /// The exported functions.
    indexes: HashMap<String, u32>,
}

type Copied = Result<(), Error<Missing>>;

impl Reencode for Adding<'_> {
    type Error = Missing;

    fn parse_type_section(&mut self, types: &mut TypeSection, section: TypeSectionReader<'_>) -> Copied {
        utils::parse_type_section(self, types, section)?;
        self.types = types.len();
        for Dispatcher { signature, .. } in &self.dispatchers {
            let core = |types: &[CoreType]| types.iter().copied().map(core).collect::<Vec<_>>();
            let parameters = [core(&signature.parameters), vec![ValType::I32]].concat();
            types.ty().function(parameters, core(&signature.results));
        }
        Ok(())
    }

    fn parse_import_section(&mut self, imports: &mut ImportSection, section: ImportSectionReader<'_>) -> Copied {
        for import in section.clone().into_imports() {
            self.functions += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
        }
        utils::parse_import_section(self, imports, section)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Copied {
        self.functions += section.count();
        utils::parse_function_section(self, functions, section)?;
        (self.types..).zip(&self.dispatchers).for_each(|(ty, _)| {
            functions.function(ty);
        });
        Ok(())
    }

    fn memory_type(&mut self, ty: MemoryType) -> Result<wasm_encoder::MemoryType, Error<Missing>> {
        let ty = utils::memory_type(self, ty);
        Ok(wasm_encoder::MemoryType { minimum: ty.minimum.max(u64::from(self.pages)), ..ty })
    }

    fn parse_export_section(&mut self, exports: &mut ExportSection, section: ExportSectionReader<'_>) -> Copied {
        for export in section {
            let export = export?;
            if self.is_kept(export.name) {
                utils::parse_export(self, exports, export)?;
            }
            self.indexes.insert(export.name.to_owned(), export.index);
        }
        for (index, name) in self.added() {
            exports.export(&name, ExportKind::Func, index);
        }
        if let Some(tally) = &self.tally {
            exports.export(guest::COLLECTIONS, ExportKind::Global, tally.global);
        }
        Ok(())
    }

    fn parse_global_section(&mut self, globals: &mut GlobalSection, section: GlobalSectionReader<'_>) -> Copied {
        utils::parse_global_section(self, globals, section)?;
        if self.tally.is_some() {
            let number = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
            globals.global(number, &ConstExpr::i32_const(0));
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Copied {
        utils::parse_code_section(self, code, section)?;
        for dispatcher in &self.dispatchers {
            code.function(&dispatcher.body(&self.indexes).map_err(Error::UserError)?);
        }
        Ok(())
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Copied {
        let counting = self.tally.as_ref().map(|tally| tally.counting(self.bodies, &body)).transpose()?.flatten();
        self.bodies += 1;
        code.raw(&match counting {
            Some(bytes) => (self.rewrite)(&tally::body(&bytes))?,
            None => (self.rewrite)(&body)?,
        });
        Ok(())
    }

    /// Names appear in the log when a function fails. Nothing else is of use to the engine, nor are faulty names.
    fn parse_custom_section(&mut self, module: &mut Module, section: CustomSectionReader<'_>) -> Copied {
        if let KnownCustom::Name(names) = section.as_known()
            && let Ok(names) = self.custom_name_section(names)
        {
            module.section(&names);
        }
        Ok(())
    }

    fn parse_custom_name_subsection(&mut self, names: &mut NameSection, section: Name<'_>) -> Copied {
        let Name::Function(given) = section else {
            return utils::parse_custom_name_subsection(self, names, section);
        };
        let mut functions = utils::name_map(given, Ok)?;
        for (index, name) in self.added() {
            functions.append(index, &name);
        }
        names.functions(&functions);
        Ok(())
    }
}

impl Adding<'_> {
    /// Indexes and exports of the dispatchers.
    fn added(&self) -> impl Iterator<Item = (u32, String)> {
        let export = |dispatcher| Entry { dispatcher, function: 0 }.export();
        (self.functions..).zip((0..count(self.dispatchers.len())).map(export))
    }

    /// Whether the runner calls or reads the export by its name.
    fn is_kept(&self, name: &str) -> bool {
        self.start == Some(name)
            || [guest::MEMORY, guest::COLLECT].contains(&name)
            || self.helpers.iter().any(|helper| helper.export == name)
    }
}

fn core(ty: CoreType) -> ValType {
    match ty {
        CoreType::I32 => ValType::I32,
        CoreType::I64 => ValType::I64,
        CoreType::F32 => ValType::F32,
        CoreType::F64 => ValType::F64,
    }
}

/// Modules have far fewer than 2^32 of anything.
fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
