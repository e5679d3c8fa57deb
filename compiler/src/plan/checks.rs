//! Checks of class ids and of the helper exports of the language runtimes (`metadata` section 10).

use std::collections::{BTreeMap, BTreeSet};

use abi::guest::MEMORY;
use abi::plan::FunctionPlan;
use abi::types::Types;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::frontend;
use crate::read::Module;

/// Ids 0 to 2 belong to the language runtimes.
const FIRST_ID: u32 = 3;

/// Warns of ids that cannot be right.
pub(super) fn class_ids(module: &Module, found: &mut Vec<Diagnostic>) {
    let mut owners: BTreeMap<u32, &str> = BTreeMap::new();
    for (name, definition) in module.metadata.types.iter().filter(|(_, definition)| !definition.is_added) {
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

/// Reports missing helper exports, and adapts the plans where the app's runtime can do without.
pub(super) fn helpers(module: &Module, plans: &mut [FunctionPlan], types: &Types, found: &mut Vec<Diagnostic>) {
    let language = frontend(module.language);
    found.extend(language.do_without(&|helper| module.exports.contains_key(helper.export), plans));
    let callable = plans.iter().filter(|plan| plan.uncallable.is_none());
    let needed: BTreeSet<&str> =
        callable.flat_map(|plan| language.needed_helpers(plan, types)).map(|helper| helper.export).collect();
    // Whoever needs a helper reads or writes memory.
    let memory = (!needed.is_empty() && !module.exports_memory).then_some(MEMORY);
    let missing = needed.into_iter().filter(|name| !module.exports.contains_key(*name));
    let missing: Vec<&str> = memory.into_iter().chain(missing).collect();
    if !missing.is_empty() {
        let message = format!("the module does not export {}, which the host needs to pass values", missing.join(", "));
        found.push(language.missing_helpers(message));
    }
}
