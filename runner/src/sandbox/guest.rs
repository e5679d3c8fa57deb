//! The language layers' view of an instance.

use std::sync::Arc;

use abi::guest::{COLLECT, COLLECTIONS, Guest, Helper, MEMORY, Stopped};
use abi::language::Language;
use abi::types::CoreType;
use wasmtime::{AsContextMut, Caller, Extern, ExternType, Func, Instance, Memory, Module, ModuleExport, Val, ValType};

use super::state::State;
use crate::compute::at_once;
use crate::telemetry::metrics;

/// Where a module's memory and helpers are.
pub(crate) struct ExportTable {
    memory: Option<ModuleExport>,
    /// `__collect`, which only `Options::collect` calls.
    collect: Option<ModuleExport>,
    /// The global that counts collections.
    pub(crate) collections: Option<ModuleExport>,
    /// By their places in the language's list.
    helpers: [Option<HelperExport>; Helper::MOST],
}

#[derive(Clone, Copy)]
struct HelperExport {
    export: ModuleExport,
    shape: HelperShape,
}

/// Helpers take 32-bit values and have at most one result.
#[derive(Clone, Copy)]
struct HelperShape {
    parameters: usize,
    results: usize,
}

impl HelperExport {
    fn find(module: &Module, helper: &Helper) -> Option<Self> {
        let ExternType::Func(ty) = module.get_export(helper.export)? else { return None };
        let shape = HelperShape { parameters: ty.params().len(), results: ty.results().len() };
        let plain = ty.params().all(|ty| matches!(ty, ValType::I32)) && shape.results <= 1;
        let plain = plain && ty.results().all(|ty| matches!(ty, ValType::I32 | ValType::I64));
        let export = plain.then(|| module.get_export_index(helper.export)).flatten()?;
        Some(Self { export, shape })
    }
}

impl ExportTable {
    pub(crate) fn new(module: &Module, language: Language) -> Self {
        let mut helpers = [None; Helper::MOST];
        for (found, helper) in helpers.iter_mut().zip(language.implementation().helpers()) {
            *found = HelperExport::find(module, helper);
        }
        let [memory, collect, collections] = [MEMORY, COLLECT, COLLECTIONS].map(|name| module.get_export_index(name));
        if collections.is_some() {
            metrics::collections_are_counted();
        }
        Self { memory, collect, collections, helpers }
    }

    /// The exports of an instance. Helpers are looked up when they are called: each costs as much as a call.
    pub(crate) fn of_instance(&self, mut store: impl AsContextMut, instance: Instance) -> Exports {
        let memory = self.memory.as_ref().and_then(|export| instance.get_module_export(&mut store, export));
        let memory = memory.and_then(Extern::into_memory);
        Exports { memory, instance: Some(instance), helpers: [None; Helper::MOST] }
    }
}

/// The exports of the instance that called a host function, which may still be starting.
pub(crate) fn exports_of(caller: &mut Caller<'_, State>) -> Exports {
    if let Some(exports) = caller.data().exports {
        return exports;
    }
    let code = Arc::clone(&caller.data().code);
    let memory = code.exports.memory.as_ref().and_then(|export| caller.get_module_export(export)?.into_memory());
    let helpers =
        code.exports.helpers.map(|helper| {
            Some(helper.and_then(|HelperExport { export, shape }| {
                Some((caller.get_module_export(&export)?.into_func()?, shape))
            }))
        });
    let exports = Exports { memory, instance: None, helpers };
    caller.data_mut().exports = Some(exports);
    exports
}

/// An instance's memory and helpers.
#[derive(Clone, Copy)]
pub(crate) struct Exports {
    pub(crate) memory: Option<Memory>,
    /// None while it is starting.
    instance: Option<Instance>,
    /// Those that were looked up, some of which may be missing.
    helpers: [Option<Option<(Func, HelperShape)>>; Helper::MOST],
}

/// An instance, reached from outside or from within a host function.
///
/// Helpers of the guest are called to their end, whatever they do: they belong to the language's runtime, allocate and
/// never wait. A guest that replaces them with something else is ended by its deadline, or earlier where it holds up others.
pub(crate) struct View<C> {
    context: C,
    exports: Exports,
}

impl<C: AsContextMut<Data = State>> View<C> {
    pub(crate) fn new(context: C, exports: Exports) -> Self {
        Self { context, exports }
    }

    /// Collects garbage if the sandbox's options ask for it and the helper is about to allocate.
    fn collect(&mut self, helper: &Helper) -> Result<(), Stopped> {
        if !self.context.as_context().data().shared.collect || !helper.allocates {
            return Ok(());
        }
        let collect = self.context.as_context().data().code.exports.collect;
        let Some(function) = collect.and_then(|export| self.export(&export)) else { return Ok(()) };
        self.run(function, &[], &mut []).or_else(|error| self.stop(error))
    }

    /// Runs a helper to its end.
    fn run(&mut self, helper: Func, parameters: &[Val], results: &mut [Val]) -> wasmtime::Result<()> {
        self.context.as_context_mut().data_mut().helping = Some(0);
        let result = at_once(helper.call_async(&mut self.context, parameters, results));
        self.context.as_context_mut().data_mut().helping = None;
        result
    }

    fn export(&mut self, export: &ModuleExport) -> Option<Func> {
        self.exports.instance?.get_module_export(&mut self.context, export)?.into_func()
    }

    /// A helper, if the module has one that can be called.
    fn look_up(&mut self, helper: &Helper) -> Option<(Func, HelperShape)> {
        let index = helper.index;
        if let Some(known) = *self.exports.helpers.get(index)? {
            return known;
        }
        let wanted = self.context.as_context().data().code.exports.helpers[index];
        let found = wanted.and_then(|HelperExport { export, shape }| Some((self.export(&export)?, shape)));
        self.exports.helpers[index] = Some(found);
        self.context.as_context_mut().data_mut().exports = Some(self.exports);
        found
    }

    fn stop<T>(&mut self, error: wasmtime::Error) -> Result<T, Stopped> {
        // The first reason is the true one: later failures follow from it.
        self.context.as_context_mut().data_mut().stopped.get_or_insert(error);
        Err(Stopped)
    }
}

impl<C: AsContextMut<Data = State>> Guest for View<C> {
    fn memory(&self) -> &[u8] {
        self.exports.memory.map_or(&[], |memory| memory.data(&self.context))
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        match self.exports.memory {
            Some(memory) => memory.data_mut(&mut self.context),
            None => &mut [],
        }
    }

    fn is_kept(&self) -> bool {
        self.context.as_context().data().kept
    }

    fn helper(&mut self, helper: &'static Helper, arguments: &[u32]) -> Result<u64, Stopped> {
        let Some((function, shape)) = self.look_up(helper) else {
            return self.stop(wasmtime::format_err!("the module does not export a usable `{}`", helper.export));
        };
        self.collect(helper)?;
        const MOST: usize = 8;
        if arguments.len() != shape.parameters || arguments.len() > MOST {
            let text = wasmtime::format_err!(
                "`{}` takes {} parameters, not {}",
                helper.export,
                shape.parameters,
                arguments.len()
            );
            return self.stop(text);
        }
        let mut values = [Val::I32(0); MOST];
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = Val::I32(argument.cast_signed());
        }
        let mut result = [Val::I32(0)];
        let called = self.run(function, &values[..arguments.len()], &mut result[..shape.results]);
        match called {
            Ok(()) => Ok(word(&result[0])),
            Err(error) => self.stop(error),
        }
    }

    fn warn(&mut self, text: &str) {
        let mut context = self.context.as_context_mut();
        let state = context.data_mut();
        state.output.warn(text, &state.log);
    }
}

/// A core value of the given type from raw bits.
pub(crate) fn value(ty: CoreType, word: u64) -> Val {
    match ty {
        CoreType::I32 => Val::I32((word as u32).cast_signed()),
        CoreType::I64 => Val::I64(word.cast_signed()),
        CoreType::F32 => Val::F32(word as u32),
        CoreType::F64 => Val::F64(word),
    }
}

/// The raw bits of a core value.
pub(crate) fn word(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(bits) => u64::from(*bits),
        Val::F64(bits) => *bits,
        _ => 0,
    }
}
