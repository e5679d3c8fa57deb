//! An app's native code within one engine.

use std::sync::OnceLock;

use abi::plan::{Entry, Program};
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
        let initial_memory = check(&module, options)?;
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

    /// Bytes of memory that the slots without an instance keep now.
    pub(super) fn kept(&self) -> u64 {
        self.engine.pooling_allocator_metrics().map_or(0, |metrics| metrics.unused_memory_bytes_resident() as u64)
    }

    /// The export of a function of the program.
    pub(super) fn function(&self, index: usize, entry: Entry) -> Option<ModuleExport> {
        *self.functions.get(index)?.get_or_init(|| self.module.get_export_index(&entry.export()))
    }
}

/// Bytes of memory that the module begins with, if instances can have it, and its table.
fn check(module: &Module, options: &Options) -> wasmtime::Result<usize> {
    let required = module.resources_required();
    let elements = required.max_initial_table_size.unwrap_or(0);
    if elements > TABLE_ENTRIES as u64 {
        wasmtime::bail!("the app's table has {elements} elements, and there may be {}", TABLE_ENTRIES);
    }
    let least = required.max_initial_memory_size.unwrap_or(0).saturating_mul(PAGE);
    if least > options.limits.memory_bytes() as u64 {
        let mib = |bytes: u64| bytes.div_ceil(1 << 20);
        wasmtime::bail!(
            "the app has {} MiB of memory from its start, and `memory-limit` is {}: raise it, or compile with a smaller `--heap`",
            mib(least),
            mib(options.limits.memory_bytes() as u64),
        );
    }
    Ok(usize::try_from(least)?)
}
