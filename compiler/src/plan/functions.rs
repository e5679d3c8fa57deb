//! Plans of the exported functions (`metadata` sections 2, 8 and 10).

use std::collections::BTreeSet;
use std::sync::Arc;

use abi::plan::{FunctionPlan, ParameterPlan, ResultPlan, Signature};
use abi::types::{Kind, TypeId, Types};
use wasmparser::FuncType;

use super::{core_type, reserved};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::dispatch;
use crate::language::frontend;
use crate::metadata::{Function, Parameter};
use crate::read::Module;
use crate::schema::defaults::default_value;
use crate::schema::names;

/// The plans as far as metadata tells them.
pub(super) fn drafts(module: &Module, types: &mut Types) -> Vec<FunctionPlan> {
    module.metadata.fn_exports.iter().map(|(name, function)| draft(module, name, function, types)).collect()
}

/// Completes the plans; the names of the functions that cannot be served at all.
pub(super) fn finish(
    module: &Module,
    plans: &mut [FunctionPlan],
    types: &mut Types,
    found: &mut Vec<Diagnostic>,
) -> BTreeSet<String> {
    let mut left_out = BTreeSet::new();
    for plan in plans {
        let Some(ty) = module.exports.get(&plan.name) else {
            let message = format!("no wasm function definition found for {}", plan.name);
            found.push(Diagnostic::error(codes::EXPORT_MISSING, message));
            plan.uncallable = Some("the module does not export it".to_owned());
            continue;
        };
        if let Some(finding) = complete(module, plan, ty, types) {
            if finding.code != codes::FUNCTION_UNCALLABLE {
                left_out.insert(plan.name.clone());
            }
            found.push(finding);
        }
    }
    left_out
}

fn draft(module: &Module, name: &str, function: &Function, types: &mut Types) -> FunctionPlan {
    let language = frontend(module.language);
    let parameters = parameters(module, &function.parameters, types);
    let results = function.results.iter().zip(names::results(&function.results));
    let results = results
        .map(|(result, name)| ResultPlan {
            name: Arc::from(name),
            ty: language.resolve(&result.type_name, &module.metadata, types),
        })
        .collect();
    FunctionPlan::new(name, parameters, results, Signature::default(), module.language.function_part())
}

/// Resolved parameters.
pub(super) fn parameters(module: &Module, parameters: &[Parameter], types: &mut Types) -> Vec<ParameterPlan> {
    let language = frontend(module.language);
    parameters
        .iter()
        .map(|parameter| ParameterPlan {
            name: Arc::from(parameter.name.as_str()),
            ty: language.resolve(&parameter.type_name, &module.metadata, types),
            default: default_value(language, &parameter.type_name, parameter.default.as_ref()),
        })
        .collect()
}

/// Sets the signature and the language's part; a finding says why the function cannot be called.
fn complete(module: &Module, plan: &mut FunctionPlan, ty: &FuncType, types: &mut Types) -> Option<Diagnostic> {
    let name = &plan.name;
    let core = core_type::signature(ty);
    plan.signature = core.clone().unwrap_or_default();
    if let Some(purpose) = reserved::purpose(module.language, name) {
        let message = format!("function {name} is left out: {purpose}");
        plan.uncallable = Some(purpose.to_owned());
        return Some(
            Diagnostic::warning(codes::FUNCTION_RESERVED, message).with_help("give the function another name"),
        );
    }
    let reached: Vec<TypeId> = plan.types().collect();
    if let Some((_, reason)) = unsupported(types, &reached) {
        let message = format!("function {name} is left out: {reason}");
        plan.uncallable = Some(reason);
        return Some(Diagnostic::warning(codes::TYPE_UNKNOWN, message));
    }
    let opaque = first(types, &reached, |kind| match kind {
        Kind::Opaque(reason) => Some(reason),
        _ => None,
    });
    let long = || dispatch::problem(&plan.signature);
    if let Some(reason) = opaque.map(|(_, reason)| reason).or_else(long) {
        let message = format!("each call of function {name} will fail: {reason}");
        plan.uncallable = Some(reason);
        return Some(Diagnostic::warning(codes::FUNCTION_UNCALLABLE, message));
    }
    let (expected, own) = frontend(module.language).signature(&plan.parameters, &plan.results, types);
    if core.as_ref() != Some(&expected) {
        let actual = core_type::show(ty);
        let reason = format!("its wasm type is {actual}, but the metadata implies {expected}");
        let message = format!("function {name} is left out: {reason}");
        plan.uncallable = Some(reason);
        return Some(Diagnostic::warning(codes::SIGNATURE_MISMATCH, message));
    }
    plan.own = own;
    None
}

/// Name and reason of the first unsupported type reachable from `ids`.
pub(super) fn unsupported(types: &Types, ids: &[TypeId]) -> Option<(String, String)> {
    first(types, ids, |kind| match kind {
        Kind::Unsupported(reason) => Some(reason),
        _ => None,
    })
}

fn first(types: &Types, ids: &[TypeId], reason: impl Fn(&Kind) -> Option<&String>) -> Option<(String, String)> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<TypeId> = ids.iter().rev().copied().collect();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Some(reason) = reason(&types[id].kind) {
            return Some((types[id].name.clone(), reason.clone()));
        }
        open.extend(types[id].kind.references().into_iter().rev());
    }
    None
}
