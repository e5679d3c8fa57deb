//! The app: its imports, and one call.

use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::{
    Caller, Engine, Extern, ExternType, ImportType, Instance, InstancePre, Linker, Memory, Module, Store, Val,
};

use crate::Result;

/// Ticks a call may last: 30 s.
const DEADLINE: u64 = 3000;

const WASI: &str = "wasi_snapshot_preview1";

/// `errno` of a pointer outside of the memory.
const FAULT: i32 = 21;

/// A compiled module whose imports are known.
pub struct App {
    engine: Engine,
    instance: InstancePre<()>,
}

impl App {
    /// Connects the imports: what this app calls is there, all else gives 0.
    ///
    /// # Errors
    /// When the module imports what is no function.
    pub fn new(engine: &Engine, module: &Module) -> Result<Self> {
        let mut linker = Linker::new(engine);
        linker.func_wrap(WASI, "random_get", random_get)?;
        linker.func_wrap(WASI, "clock_time_get", clock_time_get)?;
        linker.func_wrap(WASI, "fd_write", fd_write)?;
        ignore_others(&mut linker, module)?;
        Ok(Self { engine: engine.clone(), instance: linker.instantiate_pre(module)? })
    }

    /// Calls `sayHello` without arguments in an instance of its own.
    ///
    /// # Errors
    /// When the guest traps or has the exports of neither language.
    pub fn say_hello(&self) -> Result<String> {
        let mut store = Store::new(&self.engine, ());
        store.set_epoch_deadline(DEADLINE);
        let instance = self.instance.instantiate(&mut store)?;
        instance.get_typed_func::<(), ()>(&mut store, "_initialize")?.call(&mut store, ())?;
        // An AssemblyScript app: the string is an object, whose address is the result. 0 is the name not given.
        if let Ok(say_hello) = instance.get_typed_func::<u32, u32>(&mut store, "sayHello") {
            let object = say_hello.call(&mut store, 0)?;
            return read_object(&mut store, instance, object as usize);
        }
        // The string, an address and a length, is left in a block that the caller allocates; 0 is the name not given.
        let block = instance.get_typed_func::<u32, u32>(&mut store, "malloc")?.call(&mut store, 8)?;
        instance.get_typed_func::<(u32, u32), ()>(&mut store, "sayHello")?.call(&mut store, (block, 0))?;
        read_string(&mut store, instance, block as usize)
    }
}

/// Defines the imports that are not defined yet: they do nothing and give 0.
fn ignore_others(linker: &mut Linker<()>, module: &Module) -> Result<()> {
    let defined = |import: &ImportType<'_>| {
        import.module() == WASI && matches!(import.name(), "random_get" | "clock_time_get" | "fd_write")
    };
    for import in module.imports().filter(|import| !defined(import)) {
        let ExternType::Func(ty) = import.ty() else {
            return Err(format!("the app imports {}, which is no function", import.name()).into());
        };
        let results: Vec<_> = ty.results().collect();
        linker.func_new(import.module(), import.name(), ty, move |_, _, values| {
            for (value, ty) in values.iter_mut().zip(&results) {
                *value = Val::default_for_ty(ty).unwrap_or(Val::I32(0));
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn read_string(store: &mut Store<()>, instance: Instance, block: usize) -> Result<String> {
    let memory = instance.get_memory(&mut *store, "memory").ok_or("the app exports no memory")?;
    let data = memory.data(&*store);
    let word =
        |at: usize| -> Option<usize> { Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?) as usize) };
    let text = word(block).zip(word(block + 4)).and_then(|(address, length)| data.get(address..address + length));
    Ok(std::str::from_utf8(text.ok_or("the result lies outside of the memory")?)?.to_owned())
}

/// A string of AssemblyScript: UTF-16, its bytes are counted in the word in front of it.
fn read_object(store: &mut Store<()>, instance: Instance, object: usize) -> Result<String> {
    let memory = instance.get_memory(&mut *store, "memory").ok_or("the app exports no memory")?;
    let data = memory.data(&*store);
    let length = object.checked_sub(4).and_then(|at| data.get(at..object)?.try_into().ok()).map(u32::from_le_bytes);
    let bytes = length.and_then(|length| data.get(object..object + length as usize));
    let units = bytes.ok_or("the result lies outside of the memory")?.chunks_exact(2);
    let units: Vec<u16> = units.map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    Ok(String::from_utf16(&units)?)
}

fn memory(caller: &mut Caller<'_, ()>) -> Option<Memory> {
    caller.get_export("memory").and_then(Extern::into_memory)
}

fn random_get(mut caller: Caller<'_, ()>, address: u32, length: u32) -> i32 {
    let Some(memory) = memory(&mut caller) else { return FAULT };
    let end = (address as usize).saturating_add(length as usize);
    let Some(bytes) = memory.data_mut(&mut caller).get_mut(address as usize..end) else { return FAULT };
    if getrandom::fill(bytes).is_ok() { 0 } else { FAULT }
}

/// Every clock is the time since 1970.
fn clock_time_get(mut caller: Caller<'_, ()>, _clock: i32, _precision: i64, address: u32) -> i32 {
    let Some(memory) = memory(&mut caller) else { return FAULT };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanoseconds = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX).to_le_bytes();
    memory.write(&mut caller, address as usize, &nanoseconds).map_or(FAULT, |()| 0)
}

/// Takes one buffer at a time, and drops it: the greeting prints nothing.
fn fd_write(mut caller: Caller<'_, ()>, _file: i32, buffers: u32, count: u32, written: u32) -> i32 {
    let Some(memory) = memory(&mut caller) else { return FAULT };
    let mut length = [0; 4];
    if count > 0 && memory.read(&caller, buffers as usize + 4, &mut length).is_err() {
        return FAULT;
    }
    memory.write(&mut caller, written as usize, &length).map_or(FAULT, |()| 0)
}
