//! Running the start function, in an interpreter: it runs once or a few times, and compiling the module for that would
//! take longer than the whole rest of modusc.

use std::collections::HashSet;
use std::ops::Range;

use abi::guest::MEMORY;
use abi::plan::Clock;
use wasmi::{CompilationMode, Config, Engine, ExternType, Linker, Store, Val};

use super::Mode;
use super::imports::{self, Host};

/// Steps of the interpreter that initialisation may take: seconds.
const FUEL: u64 = 2_000_000_000;

/// Wizer's name for the first global.
const STACK: &str = "__wizer_global_0";

/// An instrumented module: all its memories and mutable globals are exported.
pub(super) struct Module {
    module: wasmi::Module,
}

/// An instance after its start function.
pub(super) struct Guest {
    store: Store<Host>,
    instance: wasmi::Instance,
}

impl Module {
    pub(super) fn new(wasm: &[u8]) -> Result<Self, String> {
        let mut config = Config::default();
        config.compilation_mode(CompilationMode::LazyTranslation).consume_fuel(true);
        let module = wasmi::Module::new(&Engine::new(&config), wasm);
        Ok(Self { module: module.map_err(|error| format!("the interpreter refuses it: {error}"))? })
    }

    /// Makes an instance and runs its start function; `draw` numbers the answers about randomness and time.
    pub(super) fn initialise(&self, start: &str, mode: Mode, draw: u64) -> Result<Guest, String> {
        self.instantiate(Some(start), mode, draw)
    }

    /// An instance whose start function has not run.
    pub(super) fn untouched(&self, mode: Mode) -> Result<Guest, String> {
        self.instantiate(None, mode, 0)
    }

    fn instantiate(&self, start: Option<&str>, mode: Mode, draw: u64) -> Result<Guest, String> {
        let mut store = Store::new(self.module.engine(), Host::new(mode, draw));
        let mut linker = Linker::new(self.module.engine());
        let mut defined = HashSet::new();
        for import in self.module.imports() {
            let ExternType::Func(ty) = import.ty() else { continue };
            // An import may be there twice; the first definition serves both.
            if defined.insert((import.module(), import.name())) {
                imports::define(&mut linker, import.module(), import.name(), ty)
                    .map_err(|error| format!("its import {} cannot be answered: {error}", import.name()))?;
            }
        }
        let failed = |error: wasmi::Error, store: &Store<Host>| match store.data().refused() {
            Some(import) => format!("it calls {import}, whose answer differs from call to call"),
            None => format!("it fails: {error}"),
        };
        let fuelled = store.set_fuel(FUEL);
        fuelled.map_err(|error| failed(error, &store))?;
        let instance = linker.instantiate_and_start(&mut store, &self.module).map_err(|error| failed(error, &store))?;
        if let Some(start) = start {
            let function = instance.get_func(&store, start).ok_or_else(|| format!("it does not export {start}"))?;
            function.call(&mut store, &[], &mut []).map_err(|error| failed(error, &store))?;
        }
        Ok(Guest { store, instance })
    }
}

impl Guest {
    /// Whether it asked for what is never the same.
    pub(super) fn asked(&self) -> bool {
        self.store.data().asked()
    }

    /// The clock that it first read, and the answer in nanoseconds.
    pub(super) fn clock(&self) -> Option<(Clock, u64)> {
        self.store.data().clock()
    }

    /// The shadow stack's pointer, by convention of LLVM's linker the first global.
    pub(super) fn stack(&self) -> Option<u32> {
        match self.global(STACK)? {
            Val::I32(address) => Some(address.cast_unsigned()),
            _ => None,
        }
    }

    /// Overwrites memory with zeros.
    pub(super) fn clear(&mut self, range: Range<u32>) {
        let memory = self.instance.get_memory(&self.store, MEMORY);
        let bytes = memory
            .and_then(|memory| memory.data_mut(&mut self.store).get_mut(range.start as usize..range.end as usize));
        bytes.unwrap_or_default().fill(0);
    }

    /// The contents of a memory.
    pub(super) fn memory(&self, name: &str) -> Option<&[u8]> {
        Some(self.instance.get_memory(&self.store, name)?.data(&self.store))
    }

    /// The value of a global.
    pub(super) fn global(&self, name: &str) -> Option<Val> {
        Some(self.instance.get_global(&self.store, name)?.get(&self.store))
    }

    /// Bytes of the app's memory.
    pub(super) fn bytes(&self) -> &[u8] {
        self.memory(MEMORY).unwrap_or_default()
    }

    /// Whether the globals and the size of the memory are the same.
    pub(super) fn same_shape(&self, other: &Self) -> bool {
        let globals = |guest: &Self| -> Vec<String> {
            let exports = guest.instance.exports(&guest.store);
            exports.filter_map(|export| Some(format!("{:?}", export.into_global()?.get(&guest.store)))).collect()
        };
        self.bytes().len() == other.bytes().len() && globals(self) == globals(other)
    }

    /// The aligned words that differ, with the other's values.
    pub(super) fn differences<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (u32, u32)> + 'a {
        const BLOCK: usize = 4096;
        let blocks = self.bytes().chunks(BLOCK).zip(other.bytes().chunks(BLOCK)).enumerate();
        // Whole blocks first: nearly all are the same.
        blocks.filter(|(_, (ours, theirs))| ours != theirs).flat_map(|(block, (ours, theirs))| {
            let words = ours.chunks_exact(4).zip(theirs.chunks_exact(4)).enumerate();
            words.filter(|(_, (ours, theirs))| ours != theirs).map(move |(index, (_, theirs))| {
                let address = u32::try_from(block * BLOCK + index * 4).unwrap_or(u32::MAX);
                (address, theirs.try_into().map_or(0, u32::from_le_bytes))
            })
        })
    }

    /// The word at an aligned address.
    pub(super) fn word(&self, address: u32) -> u32 {
        let start = address as usize;
        let bytes = self.bytes().get(start..start + 4);
        bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    }
}
