//! A module in wasmtime, with the settings that are shipped and with others.

use abi::engine::Bounds;
use modusc::native::{self, CpuLevel, Target};
use modusc::unroll;
use rustix::time::{ClockId, clock_gettime};
use wasmtime::{Config, Engine, Inlining, Instance, Linker, Module, Store};

use crate::{Result, Subject};

/// Further than any measurement gets: interruption is compiled in and never happens.
const EPOCHS: u64 = 1 << 40;

/// A name and a configuration.
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    config: Config,
}

fn setting(name: &'static str, bounds: Bounds, cpu: CpuLevel) -> Result<Setting> {
    let target = Target { triple: abi::cpu::target().to_owned(), cpu, bounds };
    let config = native::config(&target).map_err(|diagnostic| diagnostic.message)?;
    Ok(Setting { name, config })
}

/// What modusc can be told to make.
pub(crate) fn shipped() -> Result<Vec<Setting>> {
    Ok(vec![
        setting("modusc, guard", Bounds::Guard, CpuLevel::Baseline)?,
        setting("modusc, explicit", Bounds::Explicit, CpuLevel::Baseline)?,
        setting("modusc, guard, x86-64-v3", Bounds::Guard, CpuLevel::X86V3)?,
    ])
}

/// The same with one setting changed.
pub(crate) fn tried() -> Result<Vec<Setting>> {
    let guard = |name, change: fn(&mut Config)| -> Result<Setting> {
        let mut setting = setting(name, Bounds::Guard, CpuLevel::Baseline)?;
        change(&mut setting.config);
        Ok(setting)
    };
    let explicit = |name, change: fn(&mut Config)| -> Result<Setting> {
        let mut setting = setting(name, Bounds::Explicit, CpuLevel::Baseline)?;
        change(&mut setting.config);
        Ok(setting)
    };
    let mut settings = shipped()?;
    settings.push(guard("guard, inlining", |config| {
        config.compiler_inlining(Inlining::Yes);
    })?);
    settings.push(guard("guard, no interruption", |config| {
        config.epoch_interruption(false);
    })?);
    settings.push(explicit("explicit, memory may move", |config| {
        config.memory_may_move(true).memory_reservation(0).memory_guard_size(64 << 10);
    })?);
    Ok(settings)
}

/// An instance that is kept.
pub(crate) struct Guest {
    store: Store<()>,
    instance: Instance,
}

impl Guest {
    pub(crate) fn start(wasm: &[u8], setting: &Setting) -> Result<Self> {
        let engine = Engine::new(&setting.config)?;
        let module = Module::new(&engine, unroll::module(wasm)?)?;
        let mut store = Store::new(&engine, ());
        store.set_epoch_deadline(EPOCHS);
        let mut linker = Linker::new(&engine);
        // The functions measured call no host; starting asks for little, and 0 will do.
        linker.define_unknown_imports_as_default_values(&mut store, &module)?;
        let instance = linker.instantiate(&mut store, &module)?;
        if let Ok(start) = instance.get_typed_func::<(), ()>(&mut store, "_initialize") {
            start.call(&mut store, ())?;
        }
        Ok(Self { store, instance })
    }
}

/// Nanoseconds that this thread has computed: who else uses the machine does not count.
fn processor_time() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

impl Subject for Guest {
    fn run(&mut self, function: &str) -> Result<(u32, u64)> {
        let function = self.instance.get_typed_func::<(), u32>(&mut self.store, function)?;
        let begun = processor_time();
        let checksum = function.call(&mut self.store, ())?;
        Ok((checksum, u64::try_from(processor_time() - begun)?))
    }
}
