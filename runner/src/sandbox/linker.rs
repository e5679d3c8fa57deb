//! Connects a module's imports with what stands behind them.

use abi::host_functions::{ENV, HostFunction, WASI};
use abi::plan::{ImportPlan, Program};
use abi::types::{CoreType, Types};
use wasmtime::{Engine, ExternType, FuncType, InstancePre, Linker, Module, Val, ValType};

use super::imports::{Import, missing};
use super::outcome::Unwind;
use super::state::State;
use super::{env, wasi};
use crate::host_functions::HostFunctions;

/// Resolves the module's imports, and only those, once. `host_functions` stand behind the program's.
///
/// # Errors
/// When the module imports something other than functions, or the same function with two types.
pub(crate) fn link(
    engine: &Engine,
    module: &Module,
    program: &Program,
    host_functions: &HostFunctions,
) -> wasmtime::Result<InstancePre<State>> {
    let mut linker = Linker::new(engine);
    // What is imported twice is connected twice, with the same.
    linker.allow_shadowing(true);
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        let ExternType::Func(ty) = import.ty() else {
            return Err(wasmtime::format_err!(
                "import `{from}.{name}` is not a function; only functions can be imported"
            ));
        };
        Behind::find((&program.imports, &program.types), host_functions, from, name, &ty).define(
            &mut linker,
            from,
            name,
            ty,
        )?;
    }
    linker.instantiate_pre(module)
}

/// What stands behind an import.
enum Behind {
    Wasi(&'static wasi::Function),
    Env(env::Function),
    Host(Import),
    /// Nothing, and the guest can go on without an answer.
    Missing,
    /// Nothing: a call of it ends the guest's.
    Nothing,
}

impl Behind {
    /// What an import of this type means.
    fn find(
        (plans, types): (&[ImportPlan], &Types),
        host_functions: &HostFunctions,
        module: &str,
        name: &str,
        ty: &FuncType,
    ) -> Self {
        if module == WASI.module {
            let function = wasi::find(name).filter(|function| has_type(function.about, ty));
            return function.map_or(Self::Nothing, Self::Wasi);
        }
        if module == ENV.module {
            let function = env::find(name).filter(|(about, _)| has_type(about, ty));
            return function.map_or(Self::Nothing, |(_, function)| Self::Env(function));
        }
        let plan = plans.iter().position(|plan| plan.module == module && plan.name == name);
        let usable = |index: &usize| plans[*index].problem.is_none() && matches_plan(ty, &plans[*index]);
        match plan.filter(usable) {
            Some(index) if host_functions.get(index).is_some() => Self::Host(Import { index }),
            Some(index) if takes_null(&plans[index], types) => Self::Missing,
            _ => Self::Nothing,
        }
    }

    fn define(self, linker: &mut Linker<State>, module: &str, name: &str, ty: FuncType) -> wasmtime::Result<()> {
        match self {
            Self::Wasi(function) => wasi::link(linker, function, ty),
            Self::Env(function) => linker.func_new(module, name, ty, function).map(drop),
            Self::Host(import) => {
                let call = linker.func_new_async(module, name, ty, move |caller, parameters, results| {
                    Box::new(async move { import.run(caller, parameters, results).await })
                });
                call.map(drop)
            }
            Self::Missing => {
                let full_name = format!("{module}.{name}");
                let call = move |mut caller: wasmtime::Caller<'_, State>, _: &[Val], results: &mut [Val]| {
                    // Null, which is 0.
                    results.fill(Val::I32(0));
                    Ok(missing(caller.data_mut(), &full_name)?)
                };
                linker.func_new(module, name, ty, call).map(drop)
            }
            Self::Nothing => {
                let full_name = format!("{module}.{name}");
                let fail = move |_: wasmtime::Caller<'_, State>, _: &[Val], _: &mut [Val]| {
                    Err(Unwind::Unavailable(full_name.clone()).into())
                };
                linker.func_new(module, name, ty, fail).map(drop)
            }
        }
    }
}

/// Whether a guest may be answered null, as it is when a host function fails: the answer is an address, or there is none.
fn takes_null(plan: &ImportPlan, types: &Types) -> bool {
    match (plan.result, plan.signature.results.as_slice()) {
        (None, []) => true,
        (Some(ty), [CoreType::I32]) => !types[ty].kind.is_scalar(),
        _ => false,
    }
}

/// Whether a module imports a function with the type that the table has.
fn has_type(about: &HostFunction, ty: &FuncType) -> bool {
    let core = |ty: ValType| match ty {
        ValType::I32 => Some(CoreType::I32),
        ValType::I64 => Some(CoreType::I64),
        ValType::F32 => Some(CoreType::F32),
        ValType::F64 => Some(CoreType::F64),
        ValType::V128 | ValType::Ref(_) => None,
    };
    ty.params().map(core).eq(about.parameters().map(Some)) && ty.results().map(core).eq(about.results().map(Some))
}

/// The plan was made for this very import; a damaged one must not be believed.
fn matches_plan(ty: &FuncType, plan: &ImportPlan) -> bool {
    ty.params().len() == plan.signature.parameters.len() && ty.results().len() == plan.signature.results.len()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use abi::engine::Bounds;
    use abi::host_functions::CAPABILITIES;
    use abi::manifest::Manifest;
    use abi::plan::Signature;
    use abi::types::{IntKind, Kind, TypeId, TypePlan};

    use super::*;
    use crate::capacity::Capacity;
    use crate::environment::{Environment, Variables};
    use crate::host_functions::Setup;
    use crate::process::Process;
    use crate::sandbox::Options;
    use crate::sandbox::engine::{self, Allocation};

    fn func_type(engine: &Engine, signature: &Signature) -> FuncType {
        let types = |types: &[CoreType]| -> Vec<ValType> {
            let value = |ty: &CoreType| match ty {
                CoreType::I32 => ValType::I32,
                CoreType::I64 => ValType::I64,
                CoreType::F32 => ValType::F32,
                CoreType::F64 => ValType::F64,
            };
            types.iter().map(value).collect()
        };
        FuncType::new(engine, types(&signature.parameters), types(&signature.results))
    }

    /// That nothing is linked which the table does not name is seen to by the compiler: whatever is linked looks its line of
    /// the table up in a constant.
    #[test]
    fn what_the_table_says_is_there_is_linked() {
        let engine = engine::build(Allocation::OnDemand, Bounds::Guard, &Options::default()).expect("an engine");
        let mut linker = Linker::<State>::new(&engine);
        let environment = Arc::new(Environment::new(Variables::new(), None));
        let process = Process::alone(Capacity::new(1, 0));
        let setup = Setup::new(Arc::new(Manifest::default()), environment, &process);
        for capability in CAPABILITIES {
            for function in capability.functions {
                let (module, name, signature) = (capability.module, function.name, function.signature());
                let plan = ImportPlan {
                    module: module.to_owned(),
                    name: name.to_owned(),
                    signature: signature.clone(),
                    parameters: Vec::new(),
                    result: None,
                    problem: None,
                };
                let plans = [plan];
                let host_functions = HostFunctions::configure(&plans, &setup);
                let find = |signature: &Signature| {
                    let program = (&plans[..], &Types::default());
                    Behind::find(program, &host_functions, module, name, &func_type(&engine, signature))
                };
                let found = find(&signature);
                let is_there = !matches!(found, Behind::Nothing | Behind::Missing);
                assert_eq!(is_there, capability.is_available, "{module}.{name}");
                assert_eq!(matches!(found, Behind::Wasi(_) | Behind::Env(_)), capability.is_fixed, "{module}.{name}");
                found.define(&mut linker, module, name, func_type(&engine, &signature)).expect("it fits");
                let mut other = signature;
                other.parameters.push(CoreType::I32);
                assert!(matches!(find(&other), Behind::Nothing), "{module}.{name}");
            }
        }
    }

    /// An address may be null, and no answer is none. A number says something, whatever it is.
    #[test]
    fn who_goes_on_without_a_host_function() {
        let plan = |name: &str, kind: Kind, word: CoreType| TypePlan {
            name: name.to_owned(),
            class_id: 0,
            size: 4,
            align: 4,
            payload: 0,
            words: vec![word],
            pointers: !kind.is_scalar(),
            kind,
        };
        let int = |bits| Kind::Int(IntKind { bits, signed: true });
        let mut types = Types::default();
        let text = types.add(plan("text", Kind::String, CoreType::I32));
        let class = types.add(plan("class", Kind::Struct(Vec::new()), CoreType::I32));
        let optional = types.add(plan("class | null", Kind::Optional(class), CoreType::I32));
        let bool = types.add(plan("bool", Kind::Bool, CoreType::I32));
        let small = types.add(plan("i32", int(32), CoreType::I32));
        let large = types.add(plan("i64", int(64), CoreType::I64));
        let float = types.add(plan("f64", Kind::F64, CoreType::F64));
        let check = |result: Option<TypeId>, expected: bool| {
            let results: Vec<CoreType> = result.into_iter().flat_map(|id| types[id].words.clone()).collect();
            let plan = ImportPlan {
                module: "acme".to_owned(),
                name: "go".to_owned(),
                signature: Signature { parameters: Vec::new(), results },
                parameters: Vec::new(),
                result,
                problem: None,
            };
            assert_eq!(takes_null(&plan, &types), expected, "{result:?}");
        };
        [None, Some(text), Some(class), Some(optional)].into_iter().for_each(|result| check(result, true));
        [bool, small, large, float].into_iter().for_each(|result| check(Some(result), false));
    }
}
