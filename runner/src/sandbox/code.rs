//! An app's native code within one engine.

use std::sync::OnceLock;

use abi::plan::{Entry, Memory, Program};
use wasmtime::{Engine, InstancePre, Module, ModuleExport};

use super::engine::{self, Allocation};
use super::guest::ExportTable;
use super::lazy::Lazy;
use super::resident::Resident;
use super::state::State;
use super::{Options, linker, ticker};
use crate::host_functions::HostFunctions;
use crate::limits::TABLE_ENTRIES;
use crate::load::{CodeFile, LoadError};

/// Bytes of a page of linear memory.
const PAGE: u64 = 64 << 10;

/// What instances are made of.
pub(crate) struct Code {
    pub(crate) engine: Engine,
    pub(crate) instance: InstancePre<State>,
    /// The start function, where each instance has to run it.
    pub(crate) start: Option<ModuleExport>,
    pub(crate) exports: ExportTable,
    /// What a slot of its pool keeps; `None` without a pool.
    pub(super) resident: Option<Resident>,
    /// Bytes of linear memory that an instance begins with.
    pub(crate) initial_memory: usize,
    module: Module,
    /// Exports of the functions, in the order of the program's, looked up by the first call; `None` where the module
    /// lacks one.
    functions: Lazy<OnceLock<Option<ModuleExport>>>,
}

impl Code {
    /// Maps the code and connects its imports.
    ///
    /// # Errors
    /// [`LoadError`]
    pub(super) fn new(
        allocation: Allocation,
        file: &CodeFile,
        program: &Program,
        host_functions: &HostFunctions,
        options: &Options,
    ) -> Result<Self, LoadError> {
        let engine = engine::build(allocation, file.bounds, options)?;
        let module = file.load(&engine)?;
        let initial_memory = check(&module, program, options)?;
        ticker::drive(&engine);
        Ok(Self {
            instance: linker::link(&engine, &module, program, host_functions)?,
            start: program.start.as_deref().and_then(|start| module.get_export_index(start)),
            exports: ExportTable::new(&module, program.language),
            functions: Lazy::new(program.functions.len()),
            resident: allocation.resident(),
            initial_memory,
            module,
            engine,
        })
    }

    pub(super) fn is_pooled(&self) -> bool {
        self.resident.is_some()
    }

    /// Bytes of memories and tables that the slots without an instance keep now.
    pub(super) fn kept(&self) -> u64 {
        self.engine.pooling_allocator_metrics().map_or(0, |metrics| {
            (metrics.unused_memory_bytes_resident() + metrics.unused_table_bytes_resident()) as u64
        })
    }

    /// The export of a function of the program.
    pub(super) fn function(&self, index: usize, entry: Entry) -> Option<ModuleExport> {
        *self.functions.get(index)?.get_or_init(|| self.module.get_export_index(&entry.export()))
    }
}

/// Bytes of memory that the module begins with, if instances can have it, and its table.
fn check(module: &Module, program: &Program, options: &Options) -> wasmtime::Result<usize> {
    let required = module.resources_required();
    let elements = required.max_initial_table_size.unwrap_or(0);
    if elements > TABLE_ENTRIES as u64 {
        wasmtime::bail!("the app's table has {elements} elements, and there may be {}", TABLE_ENTRIES);
    }
    let least = required.max_initial_memory_size.unwrap_or(0).saturating_mul(PAGE);
    let most = options.limits.memory_bytes() as u64;
    if least > most {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        wasmtime::bail!(
            "the app has {} MiB of memory from its start, and `memory-limit` is {}: {}",
            mib(least),
            mib(most),
            program.memory.map_or(RAISE, |memory| what_helps(memory, most)),
        );
    }
    Ok(usize::try_from(least)?)
}

const RAISE: &str = "raise it";

/// What an author can do about a memory that begins with more than `most` bytes.
fn what_helps(Memory { built, pages, free }: Memory, most: u64) -> &'static str {
    let bytes = |pages: u32| u64::from(pages).saturating_mul(PAGE);
    let (built, there) = (bytes(built), bytes(pages));
    let used = there.saturating_sub(free.map_or(there.saturating_sub(built), u64::from));
    // It is as large as it was built, or doubled from there.
    let mut least = there;
    while least > PAGE && least / 2 >= built.max(used) {
        least /= 2;
    }
    match (least <= most, built <= most) {
        (true, _) => "raise it, or compile with a smaller `--heap`",
        (false, true) => "raise it, or have the app take less memory when it is initialised",
        (false, false) => RAISE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is free can be left out. What the module is built with, or what its initialisation uses, cannot.
    #[test]
    fn advice_fits_where_the_memory_comes_from() {
        let check = |built, pages, free, expected: &str| {
            let helps = what_helps(Memory { built, pages, free }, 4 << 20);
            assert_eq!(helps.strip_prefix(RAISE).map(|more| more.contains(expected)), Some(true), "{helps}");
            assert!(!expected.is_empty() || helps == RAISE, "{helps}");
        };
        // 8 MiB, of which 100 KiB are used; 3 MiB; 5 MiB.
        check(2, 128, Some((8 << 20) - (100 << 10)), "--heap");
        check(2, 128, Some(5 << 20), "--heap");
        check(2, 128, Some(3 << 20), "initialised");
        // Nobody has seen it initialised.
        check(2, 128, None, "--heap");
        // Built with 5 MiB.
        check(80, 160, Some(9 << 20), "");
        check(80, 80, None, "");
    }
}
