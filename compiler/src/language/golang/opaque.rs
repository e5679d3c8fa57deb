//! Named Go types whose definition the metadata does not tell: the core signature may (`abi-go` section 6.4).

use std::collections::{BTreeMap, BTreeSet};

use abi::golang::Go;
use abi::plan::FunctionPlan;
use abi::types::{Kind, Sequence, TypeId, TypePlan, Types};

use super::names::{TypeName, parse};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::{CoreTypes, Frontend as _};
use crate::metadata::Metadata;

/// Scalars a named type may stand for, told apart by their core words.
const CANDIDATES: [&str; 5] = ["int32", "int64", "float32", "float64", "string"];

/// Replaces opaque types in signatures by the one scalar that agrees with the core type.
///
/// Only where the type stands alone: the layout of memory that holds an opaque type stays unknown.
pub(super) fn infer(metadata: &Metadata, core: &CoreTypes<'_>, plans: &mut [FunctionPlan], types: &mut Types) {
    for plan in plans.iter() {
        empty_structs(core, plan, types);
    }
    let mut told: BTreeMap<TypeId, TypeId> = BTreeMap::new();
    // Parameters first: two words of a result may be anything, two words of a parameter are a string.
    for by_parameter in [true, false] {
        for plan in plans.iter_mut() {
            let Some(opaque) = only_opaque(plan, types) else { continue };
            let is_parameter = plan.parameters.iter().any(|parameter| parameter.ty == opaque);
            let candidates: Vec<&str> = match told.get(&opaque) {
                _ if by_parameter != is_parameter => continue,
                Some(known) => {
                    let known = *known;
                    if agrees(core, plan, opaque, known, types) {
                        substitute(plan, opaque, known);
                    }
                    continue;
                }
                None if is_parameter => CANDIDATES.to_vec(),
                None => CANDIDATES.into_iter().filter(|name| *name != "string").collect(),
            };
            let mut trial = types.clone();
            let fitting: Vec<&str> = candidates
                .into_iter()
                .filter(|name| {
                    let id = Go.resolve(name, metadata, &mut trial);
                    agrees(core, plan, opaque, id, &trial)
                })
                .collect();
            if let [name] = fitting[..] {
                let id = Go.resolve(name, metadata, types);
                told.insert(opaque, id);
                substitute(plan, opaque, id);
            }
        }
    }
}

/// Names the parameters that are taken for text because two words are passed, as they are for an interface.
pub(super) fn uncertain(metadata: &Metadata, plans: &[FunctionPlan], types: &Types) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for plan in plans {
        let told = metadata.fn_exports.get(&plan.name).map_or(&[][..], |function| &function.parameters);
        for (parameter, told) in plan.parameters.iter().zip(told) {
            if types[parameter.ty].kind != Kind::String || parse(&told.type_name) != TypeName::Named {
                continue;
            }
            let (name, function, type_name) = (&parameter.name, &plan.name, &told.type_name);
            let message = format!(
                "parameter {name} of function {function} is taken for text, because the metadata does not tell what {type_name} is"
            );
            let help = format!("if {type_name} is an interface, calls fail: values of interfaces cannot be passed");
            found.push(Diagnostic::note(codes::TYPE_UNCERTAIN, message).with_help(help));
        }
    }
    found
}

/// Recognises types that take no core word as structs without fields, which is the layout opaque types have.
fn empty_structs(core: &CoreTypes<'_>, plan: &FunctionPlan, types: &mut Types) {
    let mut opaque = BTreeSet::new();
    by_value(types, plan.parameters.iter().map(|parameter| parameter.ty).collect(), &mut opaque);
    // Two words or more are in a block, which hides how many there are.
    if plan.results.iter().map(|result| types[result.ty].words.len()).sum::<usize>() < 2 {
        by_value(types, plan.results.iter().map(|result| result.ty).collect(), &mut opaque);
    }
    let Some(any) = opaque.first() else { return };
    if agrees(core, plan, *any, *any, types) {
        for id in opaque {
            let plan = TypePlan { kind: Kind::Struct(Vec::new()), ..types[id].clone() };
            types.set(id, plan);
        }
    }
}

/// The opaque types whose words are among those of the listed types.
fn by_value(types: &Types, mut open: Vec<TypeId>, opaque: &mut BTreeSet<TypeId>) {
    while let Some(id) = open.pop() {
        match &types[id].kind {
            Kind::Opaque(_) => _ = opaque.insert(id),
            Kind::Struct(fields) => open.extend(fields.iter().map(|field| field.ty)),
            Kind::List { element, sequence: Sequence::Fixed(1..), .. } => open.push(*element),
            _ => {}
        }
    }
}

/// The opaque type of a signature, if there is exactly one.
fn only_opaque(plan: &FunctionPlan, types: &Types) -> Option<TypeId> {
    let opaque: BTreeSet<TypeId> = plan.types().filter(|id| matches!(types[*id].kind, Kind::Opaque(_))).collect();
    let mut opaque = opaque.into_iter();
    opaque.next().filter(|_| opaque.next().is_none())
}

/// Whether the export has the core type that follows when `opaque` is `id`.
fn agrees(core: &CoreTypes<'_>, plan: &FunctionPlan, opaque: TypeId, id: TypeId, types: &Types) -> bool {
    let mut plan = plan.clone();
    substitute(&mut plan, opaque, id);
    let (expected, _) = Go.signature(&plan.parameters, &plan.results, &mut types.clone());
    core(&plan.name) == Some(expected)
}

fn substitute(plan: &mut FunctionPlan, opaque: TypeId, id: TypeId) {
    let parameters = plan.parameters.iter_mut().map(|parameter| &mut parameter.ty);
    for ty in parameters.chain(plan.results.iter_mut().map(|result| &mut result.ty)) {
        if *ty == opaque {
            *ty = id;
        }
    }
}
