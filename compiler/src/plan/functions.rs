//! Plans of the exported functions (`metadata` sections 2, 8 and 10).

use std::collections::BTreeSet;
use std::sync::Arc;

use abi::plan::{FunctionPlan, ParameterPlan, ResultPlan, Signature};
use abi::types::Types;
use wasmparser::FuncType;

use super::{core_type, opaque, reserved};
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

/// What cannot be served.
#[derive(Default)]
pub(super) struct Finished {
    /// Functions.
    pub(super) left_out: BTreeSet<String>,
    /// Fields of the types that the others use.
    pub(super) opaque_fields: BTreeSet<(String, String)>,
}

/// Completes the plans.
pub(super) fn finish(
    module: &Module,
    plans: &mut [FunctionPlan],
    types: &mut Types,
    found: &mut Vec<Diagnostic>,
) -> Finished {
    let mut finished = Finished::default();
    for plan in plans {
        let Some(ty) = module.exports.get(&plan.name) else {
            let message = format!("no wasm function definition found for {}", plan.name);
            found.push(Diagnostic::error(codes::EXPORT_MISSING, message));
            plan.uncallable = Some("the module does not export it".to_owned());
            continue;
        };
        if let Some(finding) = complete(module, plan, ty, types) {
            if finding.code != codes::FUNCTION_UNCALLABLE {
                finished.left_out.insert(plan.name.clone());
            }
            found.push(finding);
        } else {
            for field in opaque::fields(types, plan.types()) {
                if finished.opaque_fields.insert((field.owner.clone(), field.name.clone())) {
                    found.push(field.finding());
                }
            }
        }
    }
    finished
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
    if let Some(reason) = opaque::unsupported(module.language, types, plan) {
        let message = format!("function {name} is left out: {reason}");
        plan.uncallable = Some(reason);
        return Some(Diagnostic::warning(codes::TYPE_UNKNOWN, message));
    }
    let long = || dispatch::problem(&plan.signature);
    let known = plan.uncallable.clone();
    if let Some(reason) = known.or_else(|| opaque::reason(module.language, types, plan)).or_else(long) {
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
