//! Connects a module's imports with what stands behind them.

use std::collections::HashSet;
use std::sync::Arc;

use abi::plan::{ImportPlan, Program};
use wasmtime::{Engine, ExternType, FuncType, InstancePre, Linker, Module};

use super::imports::Import;
use super::outcome::Unwind;
use super::state::State;
use super::{env, wasi};
use crate::hosts::Services;

/// Resolves the module's imports, and only those, once.
///
/// # Errors
/// When the module imports something other than functions, or the same function with two types.
pub(crate) fn link(
    engine: &Engine,
    module: &Module,
    program: &Arc<Program>,
    services: &Services,
) -> wasmtime::Result<InstancePre<State>> {
    let mut linker = Linker::new(engine);
    let mut known = HashSet::new();
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        let ExternType::Func(ty) = import.ty() else {
            return Err(wasmtime::format_err!(
                "import `{from}.{name}` is not a function; only functions can be imported"
            ));
        };
        if known.insert((from.to_owned(), name.to_owned())) {
            define(&mut linker, program, services, from, name, ty)?;
        }
    }
    linker.instantiate_pre(module)
}

fn define(
    linker: &mut Linker<State>,
    program: &Arc<Program>,
    services: &Services,
    module: &str,
    name: &str,
    ty: FuncType,
) -> wasmtime::Result<()> {
    if module == wasi::MODULE
        && let Some(function) = wasi::find(name)
        && function.accepts(&ty)
    {
        wasi::link(linker, function, ty)?;
        return Ok(());
    }
    if module == "env"
        && let Some(function) = env::find(name, &ty)
    {
        linker.func_new(module, name, ty, function)?;
        return Ok(());
    }
    let plan = program.imports.iter().position(|plan| plan.module == module && plan.name == name);
    let usable = |index: &usize| program.imports[*index].problem.is_none();
    if let (Some(index), Some(function)) = (plan.filter(usable), services.find(module, name))
        && matches_plan(&ty, &program.imports[index])
    {
        let import = Import { index, function };
        linker.func_new_async(module, name, ty, move |caller, parameters, results| {
            Box::new(async move { import.run(caller, parameters, results).await })
        })?;
        return Ok(());
    }
    let full_name = format!("{module}.{name}");
    linker.func_new(module, name, ty, move |_, _, _| Err(Unwind::Unavailable(full_name.clone()).into()))?;
    Ok(())
}

/// The plan was made for this very import; a damaged one must not be believed.
fn matches_plan(ty: &FuncType, plan: &ImportPlan) -> bool {
    ty.params().len() == plan.signature.parameters.len() && ty.results().len() == plan.signature.results.len()
}
