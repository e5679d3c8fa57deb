//! Types whose values cannot be passed, and what they cost: a function where they are the whole of a parameter or result,
//! and only the field where they are one (`graphql` section 13).

use std::collections::BTreeSet;

use abi::language::Language;
use abi::plan::FunctionPlan;
use abi::types::{Kind, TypeId, Types};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::frontend;

/// Why a function cannot be served at all.
pub(super) fn unsupported(language: Language, types: &Types, plan: &FunctionPlan) -> Option<String> {
    required(language, types, plan).into_iter().find_map(|id| match &types[id].kind {
        Kind::Unsupported(reason) => Some(reason.clone()),
        _ => None,
    })
}

/// Why each call of a function would fail.
pub(super) fn reason(language: Language, types: &Types, plan: &FunctionPlan) -> Option<String> {
    required(language, types, plan).into_iter().find_map(|id| match &types[id].kind {
        Kind::Opaque(reason) => Some(reason.clone()),
        _ => None,
    })
}

/// The types without whose values a function cannot be called.
fn required(language: Language, types: &Types, plan: &FunctionPlan) -> Vec<TypeId> {
    let parameters = plan.parameters.iter().map(|parameter| parameter.ty).collect();
    let results = plan.results.iter().map(|result| result.ty).collect();
    // A field of an argument that nobody can write is left at zero, where zero is a value.
    let of_parameters = reach(types, parameters, !frontend(language).has_zero_values());
    of_parameters.into_iter().chain(reach(types, results, false)).collect()
}

/// Name and reason of the first unsupported type that `ids` reach.
pub(super) fn anywhere(types: &Types, ids: &[TypeId]) -> Option<(String, String)> {
    reach(types, ids.to_vec(), true).into_iter().find_map(|id| match &types[id].kind {
        Kind::Unsupported(reason) => Some((types[id].name.clone(), reason.clone())),
        _ => None,
    })
}

/// The types that `ids` reach, these first, through the fields of structs as well or not.
fn reach(types: &Types, ids: Vec<TypeId>, through_fields: bool) -> Vec<TypeId> {
    let (mut seen, mut reached) = (BTreeSet::new(), Vec::new());
    let mut open: Vec<TypeId> = ids.into_iter().rev().collect();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        reached.push(id);
        let kind = &types[id].kind;
        if through_fields || !matches!(kind, Kind::Struct(_)) {
            open.extend(kind.references().into_iter().rev());
        }
    }
    reached
}

/// A field whose values cannot be passed.
pub(super) struct OpaqueField {
    /// Full name of the type that has it.
    pub(super) owner: String,
    /// Its name.
    pub(super) name: String,
    reason: String,
}

impl OpaqueField {
    pub(super) fn finding(&self) -> Diagnostic {
        let Self { owner, name, reason } = self;
        let message = format!("field {name} of {owner} cannot be passed: {reason}");
        let help = format!(
            "functions with {owner} can be called: who selects the field gets an error, and in an argument it has its zero value"
        );
        Diagnostic::warning(codes::FUNCTION_UNCALLABLE, message).with_help(help)
    }
}

/// The fields of this kind among all that `ids` reach.
pub(super) fn fields(types: &Types, ids: impl Iterator<Item = TypeId>) -> Vec<OpaqueField> {
    let mut found = Vec::new();
    for id in reach(types, ids.collect(), true) {
        let Kind::Struct(fields) = &types[id].kind else { continue };
        for field in fields {
            let reason = reach(types, vec![field.ty], false).into_iter().find_map(|part| match &types[part].kind {
                Kind::Opaque(reason) | Kind::Unsupported(reason) => Some(reason.clone()),
                _ => None,
            });
            let (owner, name) = (&types[id].name, field.name.to_string());
            found.extend(reason.map(|reason| OpaqueField { owner: owner.clone(), name, reason }));
        }
    }
    found
}
