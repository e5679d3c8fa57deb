//! Checks of class ids and of the helper exports of the language runtimes (`metadata` section 10).

use std::collections::{BTreeMap, BTreeSet};

use abi::guest::{Helper, MEMORY};
use abi::language::Language;
use abi::plan::FunctionPlan;
use abi::types::{Kind, TypeId, Types};

use super::functions::signature_types;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::read::Module;

/// Ids 0 to 2 belong to the language runtimes.
const FIRST_ID: u32 = 3;

/// Warns of ids that cannot be right.
pub(super) fn class_ids(module: &Module, found: &mut Vec<Diagnostic>) {
    let mut owners: BTreeMap<u32, &str> = BTreeMap::new();
    for (name, definition) in &module.metadata.types {
        let id = definition.id;
        let problem = if id < FIRST_ID {
            format!("type {name} has the reserved id {id}")
        } else if let Some(owner) = owners.insert(id, name) {
            format!("types {owner} and {name} have the same id {id}")
        } else {
            continue;
        };
        found.push(Diagnostic::warning(codes::TYPE_ID, problem));
    }
}

/// Reports missing helper exports, and takes back the announcement of argument counts where the guest has none.
pub(super) fn helpers(module: &Module, plans: &mut [FunctionPlan], types: &Types, found: &mut Vec<Diagnostic>) {
    let exported = |helper: Helper| module.exports.contains_key(helper.export());
    let has_defaults = plans.iter().any(|plan| plan.optional_arguments);
    if has_defaults && !exported(Helper::SetArgumentsLength) {
        plans.iter_mut().for_each(|plan| plan.optional_arguments = false);
        let message = "the module does not export __setArgumentsLength, although parameters have defaults";
        let help = "omitted arguments get the default of the metadata";
        found.push(Diagnostic::warning(codes::HELPER_MISSING, message).with_help(help));
    }
    let needed = needed(module.language, plans, types);
    let missing: Vec<&str> =
        needed.iter().filter(|name| !module.exports.contains_key(**name) && **name != MEMORY).copied().collect();
    let memory = (needed.contains(MEMORY) && !module.exports_memory).then_some(MEMORY);
    let missing: Vec<&str> = memory.into_iter().chain(missing).collect();
    if missing.is_empty() {
        return;
    }
    let message = format!("the module does not export {}, which the host needs to pass values", missing.join(", "));
    found.push(match module.language {
        Language::AssemblyScript => Diagnostic::error(codes::HELPER_MISSING, message)
            .with_help("build the app with the options --exportRuntime and without --importMemory"),
        Language::Go => Diagnostic::warning(codes::HELPER_MISSING, message)
            .with_help("functions that need them will fail; build the app with modus-go-build"),
    });
}

/// Names of the exports that some callable function needs.
fn needed(language: Language, plans: &[FunctionPlan], types: &Types) -> BTreeSet<&'static str> {
    let mut needed = BTreeSet::new();
    for plan in plans.iter().filter(|plan| plan.uncallable.is_none()) {
        let reached = reachable(types, signature_types(plan));
        let mut need = |helpers: &[Helper]| {
            needed.insert(MEMORY);
            needed.extend(helpers.iter().map(|helper| helper.export()));
        };
        match language {
            Language::AssemblyScript if reached.iter().any(|id| is_managed(&types[*id].kind)) => {
                need(&[Helper::New, Helper::Pin, Helper::Unpin]);
            }
            Language::AssemblyScript => {}
            Language::Go => {
                let parameters = reachable(types, plan.parameters.iter().map(|parameter| parameter.ty));
                for id in parameters {
                    match types[id].kind {
                        Kind::Optional(_) => need(&[Helper::New, Helper::Unpin]),
                        Kind::Map { .. } => need(&[Helper::Make, Helper::WriteMap, Helper::Unpin]),
                        Kind::String | Kind::List { sequence: abi::types::Sequence::Growable, .. } => {
                            need(&[Helper::Make, Helper::Unpin]);
                        }
                        _ => {}
                    }
                }
                if reached.iter().any(|id| matches!(types[*id].kind, Kind::Map { .. })) {
                    need(&[Helper::ReadMap]);
                }
                if plan.result_block.is_some() {
                    need(&[Helper::Malloc, Helper::Free]);
                }
            }
        }
    }
    needed
}

/// Whether an AssemblyScript value of this kind is an object.
fn is_managed(kind: &Kind) -> bool {
    !matches!(kind, Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64)
}

fn reachable(types: &Types, ids: impl Iterator<Item = TypeId>) -> BTreeSet<TypeId> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<TypeId> = ids.collect();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(types[id].kind.references());
        }
    }
    seen
}
