//! Running the start function, in an interpreter: it runs once or a few times, and compiling the module for that would
//! take longer than the whole rest of modusc.

use std::cell::Cell;
use std::collections::HashSet;

use abi::engine::MAX_WASM_STACK;
use abi::guest::MEMORY;
use abi::renewal::{Clock, Piece};
use wasmi::errors::{ErrorKind, InstantiationError, MemoryError};
use wasmi::{CompilationMode, Config, Engine, ExternType, Linker, Store, TrapCode, Val};

use super::Mode;
use super::imports::{self, Answers, Host};

/// Steps of the interpreter that an initialisation may take: seconds.
const FUEL: u64 = 2_000_000_000;
/// Steps that all initialisations of a module may take together.
const ALL_FUEL: u64 = 5 * FUEL;

/// Calls inside each other: as many as fit into the stack of an instance, 16 bytes each.
const DEPTH: usize = MAX_WASM_STACK / 16;
/// Bytes of the interpreter's stack, whose calls take more than those of native code.
const STACK_LIMIT: usize = 32 * MAX_WASM_STACK;

/// Wizer's name for the first global.
const STACK: &str = "__wizer_global_0";

/// An instrumented module: all its memories and mutable globals are exported.
pub(super) struct Module {
    module: wasmi::Module,
    /// Steps that are left.
    fuel: Cell<u64>,
}

/// An instance after its start function.
pub(super) struct Guest {
    store: Store<Host>,
    instance: wasmi::Instance,
}

impl Module {
    pub(super) fn new(wasm: &[u8]) -> Result<Self, String> {
        Self::with_fuel(wasm, ALL_FUEL)
    }

    fn with_fuel(wasm: &[u8], fuel: u64) -> Result<Self, String> {
        let mut config = Config::default();
        config.compilation_mode(CompilationMode::LazyTranslation).consume_fuel(true);
        config.set_max_recursion_depth(DEPTH).set_max_stack_height(STACK_LIMIT);
        let module = wasmi::Module::new(&Engine::new(&config), wasm);
        let module = module.map_err(|error| format!("the interpreter refuses it: {error}"))?;
        Ok(Self { module, fuel: Cell::new(fuel) })
    }

    /// Makes an instance with that many pages of memory at least, and runs its start function. Before that, `planted` is
    /// written into its memory.
    pub(super) fn initialise(
        &self,
        start: &str,
        mode: Mode,
        answers: Answers,
        pages: u32,
        planted: Option<&Piece>,
    ) -> Result<Guest, String> {
        let mut guest = self.instantiate(mode, answers)?;
        guest.widen(pages).ok_or("its memory cannot have more pages")?;
        if let Some(Piece { address, bytes }) = planted {
            abi::guest::write(guest.bytes_mut(), *address, bytes).ok_or("its memory is too small")?;
        }
        let function = guest.instance.get_func(&guest.store, start);
        let function = function.ok_or_else(|| format!("it does not export {start}"))?;
        let outcome = function.call(&mut guest.store, &[], &mut []);
        self.pay(&guest.store);
        outcome.map_err(|error| failed(&error, &guest.store))?;
        Ok(guest)
    }

    /// Steps that the next initialisation may take.
    fn steps(&self) -> u64 {
        self.fuel.get().min(FUEL)
    }

    /// Takes the steps that an initialisation took off those that are left.
    fn pay(&self, store: &Store<Host>) {
        let taken = self.steps().saturating_sub(store.get_fuel().unwrap_or(0));
        self.fuel.set(self.fuel.get().saturating_sub(taken));
    }

    /// An instance whose start function has not run.
    pub(super) fn untouched(&self, mode: Mode, answers: Answers) -> Result<Guest, String> {
        self.instantiate(mode, answers)
    }

    fn instantiate(&self, mode: Mode, answers: Answers) -> Result<Guest, String> {
        let mut store = Store::new(self.module.engine(), Host::new(mode, answers));
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
        store.limiter(|host| &mut host.limits);
        store.set_fuel(self.steps()).map_err(|error| failed(&error, &store))?;
        let instance =
            linker.instantiate_and_start(&mut store, &self.module).map_err(|error| failed(&error, &store))?;
        Ok(Guest { store, instance })
    }
}

/// Why a start function did not return.
fn failed(error: &wasmi::Error, store: &Store<Host>) -> String {
    if let Some(reason) = store.data().ended() {
        return reason.to_owned();
    }
    match error.as_trap_code() {
        Some(TrapCode::OutOfFuel) => "it takes too long".to_owned(),
        Some(TrapCode::GrowthOperationLimited) => imports::needs_memory(),
        _ if is_denied(error.kind()) => imports::needs_memory(),
        _ => format!("it fails: {error}"),
    }
}

/// Whether it is the memory of an instance that is too large.
fn is_denied(error: &ErrorKind) -> bool {
    let memory = match error {
        ErrorKind::Memory(error) => Some(error),
        ErrorKind::Instantiation(InstantiationError::FailedToInstantiateMemory(error)) => Some(error),
        _ => None,
    };
    matches!(memory, Some(MemoryError::ResourceLimiterDeniedAllocation))
}

impl Guest {
    /// Whether it asked for what is never the same.
    pub(super) fn asked(&self) -> bool {
        self.store.data().asked()
    }

    /// The random bytes that it was given.
    pub(super) fn handed(&self) -> &[u8] {
        self.store.data().handed()
    }

    /// Where it had them put: addresses and lengths.
    pub(super) fn places(&self) -> &[(u32, u32)] {
        self.store.data().places()
    }

    /// The clocks that it read, with the time that they showed.
    pub(super) fn times(&self) -> Vec<(Clock, u64)> {
        self.store.data().times()
    }

    /// Gives the memory that many pages, unless it has them.
    fn widen(&mut self, pages: u32) -> Option<()> {
        let Some(memory) = self.instance.get_memory(&self.store, MEMORY) else { return Some(()) };
        let more = u64::from(pages).saturating_sub(memory.size(&self.store));
        (more == 0 || memory.grow(&mut self.store, more).is_ok()).then_some(())
    }

    /// The shadow stack's pointer, by convention of LLVM's linker the first global.
    pub(super) fn stack(&self) -> Option<u32> {
        match self.global(STACK)? {
            Val::I32(address) => Some(address.cast_unsigned()),
            _ => None,
        }
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

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        let memory = self.instance.get_memory(&self.store, MEMORY);
        memory.map_or(Default::default(), |memory| memory.data_mut(&mut self.store))
    }

    /// Globals whose values differ, by wizer's names.
    pub(super) fn other_globals(&self, other: &Self) -> Vec<String> {
        let globals = |guest: &Self| -> Vec<(String, String)> {
            let exports = guest.instance.exports(&guest.store);
            let global = |export: wasmi::Export<'_>| {
                let name = export.name().to_owned();
                Some((name, format!("{:?}", export.into_global()?.get(&guest.store))))
            };
            exports.filter_map(global).collect()
        };
        let differ = |(ours, theirs): (&(String, String), &(String, String))| (ours != theirs).then(|| ours.0.clone());
        globals(self).iter().zip(&globals(other)).filter_map(differ).collect()
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

#[cfg(test)]
mod tests {
    use wasm_encoder::BlockType;

    use super::super::numbers::Numbers;
    use super::super::tests::module;
    use super::*;

    #[test]
    fn all_initialisations_share_the_steps() {
        let wasm = module(&[], &|body| {
            body.i32_const(1000).local_set(0).loop_(BlockType::Empty);
            body.local_get(0).i32_const(1).i32_sub().local_tee(0).br_if(0).end();
        });
        let module = Module::with_fuel(&wasm, 50_000).expect("a module");
        let answers = || Answers::new(0, Numbers::new([0; 3]));
        let end = (0..100).find_map(|number| {
            let reason = module.initialise("_initialize", Mode::Auto, answers(), 0, None).err()?;
            Some((number, reason))
        });
        assert!(end.is_some_and(|(number, reason)| number > 2 && reason == "it takes too long"));
    }
}
