//! Plans of the imported host functions (`metadata` section 4.2).

use std::collections::{BTreeMap, BTreeSet};

use abi::host_functions::{self, Capability};
use abi::plan::{ImportPlan, Signature};
use abi::types::{TypeId, Types};
use wasmparser::FuncType;

use super::functions::parameters;
use super::{core_type, opaque};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::{frontend, problem};
use crate::read::{Import, Module};

/// The plans in module order.
pub(super) fn build(module: &Module, types: &mut Types, found: &mut Vec<Diagnostic>) -> Vec<ImportPlan> {
    let mut reported = BTreeSet::new();
    let mut twofold = Twofold::default();
    let mut lacking = Lacking::default();
    let mut plans = Vec::with_capacity(module.imports.len());
    for import in &module.imports {
        let mut findings = Vec::new();
        plans.push(plan(module, import, types, &mut findings));
        let name = format!("{}.{}", import.module, import.name);
        found.extend(twofold.look_at(import));
        // One word about each, however often it is imported.
        if reported.insert(name.clone()) {
            let shown = || format!("{name} {}", core_type::show(&import.ty));
            match host_functions::find(&import.module, &import.name) {
                None => lacking.unknown.push(shown()),
                Some((capability, _)) => {
                    found.extend(findings);
                    if !capability.is_available {
                        lacking.planned.entry(capability.module).or_insert((capability, Vec::new())).1.push(shown());
                    }
                }
            }
        }
    }
    lacking.report(found);
    for name in module.metadata.fn_imports.keys().filter(|name| !reported.contains(*name)) {
        let message = format!("Unused import {name} in the app's metadata. Please update your Modus SDK");
        found.push(Diagnostic::warning(codes::IMPORT_UNUSED, message));
    }
    plans
}

/// Finds functions that are imported with two types: no instance could be made, whatever stands behind them.
#[derive(Default)]
struct Twofold<'m> {
    /// The first type of each, and whether another one was seen.
    seen: BTreeMap<(&'m str, &'m str), (&'m FuncType, bool)>,
}

impl<'m> Twofold<'m> {
    /// One word about each, however many types it has.
    fn look_at(&mut self, import: &'m Import) -> Option<Diagnostic> {
        let Import { module, name, ty } = import;
        let (first, is_known) = self.seen.entry((module, name)).or_insert((ty, false));
        if *first == ty || std::mem::replace(is_known, true) {
            return None;
        }
        let (first, second) = (core_type::show(first), core_type::show(ty));
        let message = format!("host function {module}.{name} is imported as {first} and as {second}, and has one type");
        Some(Diagnostic::error(codes::IMPORT_TWOFOLD, message).with_help("build the app with one version of the SDK"))
    }
}

/// Imports that nothing stands behind at run time.
#[derive(Default)]
struct Lacking {
    /// Those that no table knows.
    unknown: Vec<String>,
    /// Those of capabilities that the runner does not have yet, by module.
    planned: BTreeMap<&'static str, (&'static Capability, Vec<String>)>,
}

impl Lacking {
    fn report(self, found: &mut Vec<Diagnostic>) {
        let mut warn = |message: String| {
            let help = "every function is served, and a call that reaches one of them fails";
            found.push(Diagnostic::warning(codes::IMPORT_UNKNOWN, message).with_help(help));
        };
        for (capability, names) in self.planned.into_values() {
            let (subject, names) = (capability.subject, names.join(", "));
            warn(format!("the runner does not support {subject} yet; host functions that are not available: {names}"));
        }
        if !self.unknown.is_empty() {
            warn(format!("host functions that are not available: {}", self.unknown.join(", ")));
        }
    }
}

fn plan(module: &Module, import: &Import, types: &mut Types, findings: &mut Vec<Diagnostic>) -> ImportPlan {
    let name = format!("{}.{}", import.module, import.name);
    let core = core_type::signature(&import.ty);
    let mut plan = ImportPlan {
        module: import.module.clone(),
        name: import.name.clone(),
        signature: core.clone().unwrap_or_default(),
        parameters: Vec::new(),
        result: None,
        problem: None,
    };
    if host_functions::is_fixed(&import.module) {
        match host_functions::find(&import.module, &import.name) {
            Some((_, usual)) => mismatch(&name, &usual.signature(), core.as_ref(), import, &mut plan, findings),
            None => plan.problem = Some(format!("host function {name} is not available")),
        }
        return plan;
    }
    // Also one that is not known here: the runner, or whoever embeds it, may have it.
    let Some(function) = module.metadata.fn_imports.get(&name) else {
        let reason = format!("the metadata does not describe host function {name}");
        findings.push(Diagnostic::warning(codes::IMPORT_NO_METADATA, format!("{reason}; a call of it will fail")));
        plan.problem = Some(reason);
        return plan;
    };
    let language = frontend(module.language);
    plan.parameters = parameters(module, &function.parameters, types);
    plan.result = function.results.first().map(|result| language.resolve(&result.type_name, &module.metadata, types));
    let ids: Vec<TypeId> = plan.parameters.iter().map(|parameter| parameter.ty).collect();
    let all: Vec<TypeId> = ids.iter().copied().chain(plan.result).collect();
    let reason = match opaque::anywhere(types, &all) {
        Some((type_name, reason)) => Some(format!("type {type_name} of host function {name}: {reason}")),
        None => all.iter().find_map(|id| problem(types, *id)),
    };
    if let Some(reason) = reason {
        findings.push(Diagnostic::warning(
            codes::TYPE_UNKNOWN,
            format!("a call of host function {name} will fail: {reason}"),
        ));
        plan.problem = Some(reason);
    } else if function.results.len() > 1 {
        let reason = format!("host function {name} has several results");
        findings.push(Diagnostic::warning(codes::IMPORT_SIGNATURE, format!("{reason}; a call of it will fail")));
        plan.problem = Some(reason);
    } else {
        let expected = language.import_signature(&ids, plan.result, types);
        mismatch(&name, &expected, core.as_ref(), import, &mut plan, findings);
    }
    plan
}

fn mismatch(
    name: &str,
    expected: &Signature,
    core: Option<&Signature>,
    import: &Import,
    plan: &mut ImportPlan,
    findings: &mut Vec<Diagnostic>,
) {
    if core == Some(expected) {
        return;
    }
    let actual = core_type::show(&import.ty);
    let reason = format!("host function {name} is imported as {actual}, expected is {expected}");
    findings.push(Diagnostic::warning(codes::IMPORT_SIGNATURE, format!("{reason}; a call of it will fail")));
    plan.problem = Some(reason);
}
