//! Named types that nothing tells: what the core types of exports say of them, and how far they reach in memory
//! (`abi-go` sections 3.1 and 6.4).

use std::collections::BTreeSet;
use std::sync::Arc;

use abi::golang::Go;
use abi::plan::FunctionPlan;
use abi::types::{FieldPlan, Kind, Sequence, TypeId, TypePlan, Types};

use super::resolve::{not_told, unsupported};
use crate::language::{CoreTypes, Frontend as _};

/// Recognises types that take no core word as structs without fields, which is the layout opaque types have.
pub(super) fn empty_structs(core: &CoreTypes<'_>, plan: &FunctionPlan, types: &mut Types) {
    let mut opaque = BTreeSet::new();
    by_value(types, plan.parameters.iter().map(|parameter| parameter.ty).collect(), &mut opaque);
    // Two words or more are in a block, which hides how many there are.
    if plan.results.iter().map(|result| types[result.ty].words.len()).sum::<usize>() < 2 {
        by_value(types, plan.results.iter().map(|result| result.ty).collect(), &mut opaque);
    }
    if opaque.is_empty() {
        return;
    }
    let (expected, _) = Go.signature(&plan.parameters, &plan.results, &mut types.clone());
    if core(&plan.name) == Some(expected) {
        for id in opaque {
            let plan = TypePlan { kind: Kind::Struct(Vec::new()), ..types[id].clone() };
            types.set(id, plan);
        }
    }
}

/// The types of unknown size whose words would be among those of the listed types.
fn by_value(types: &Types, mut open: Vec<TypeId>, opaque: &mut BTreeSet<TypeId>) {
    while let Some(id) = open.pop() {
        match &types[id].kind {
            Kind::Opaque(_) if types[id].size == 0 => _ = opaque.insert(id),
            Kind::Struct(fields) => open.extend(fields.iter().map(|field| field.ty)),
            Kind::List { element, sequence: Sequence::Fixed(1..), .. } => open.push(*element),
            _ => {}
        }
    }
}

/// Makes opaque what lies behind a field of unknown size, and lists and maps of such elements: their places are not
/// known. A function that takes or gives a struct of unknown size by value cannot be called.
pub(super) fn bound(plans: &mut [FunctionPlan], types: &mut Types) {
    let unsized_reasons = Sizes::of(types);
    let reason = |id: TypeId| unsized_reasons.get(id.0 as usize).and_then(Option::as_deref);
    let ids: Vec<TypeId> = types.iter().map(|(id, _)| id).collect();
    for id in ids {
        let plan = types[id].clone();
        let kind = match &plan.kind {
            Kind::Struct(fields) => {
                let unknown = |field: &FieldPlan| reason(field.ty).is_some();
                let Some(first) = fields.iter().position(unknown) else { continue };
                Kind::Struct(reachable(&plan.name, fields, first, types))
            }
            Kind::List { element, .. } => match reason(*element) {
                Some(reason) => Kind::Opaque(reason.to_owned()),
                None => continue,
            },
            Kind::Map { key, value, .. } => match reason(*key).or_else(|| reason(*value)) {
                Some(reason) => Kind::Opaque(reason.to_owned()),
                None => continue,
            },
            _ => continue,
        };
        types.set(id, TypePlan { kind, ..plan });
    }
    for plan in plans {
        let found = plan.types().find_map(|id| match &types[id].kind {
            Kind::Struct(_) => reason(id).map(str::to_owned),
            _ => None,
        });
        plan.uncallable = found;
    }
}

/// The fields of a struct, of which those behind the first one of unknown size are opaque.
fn reachable(name: &str, fields: &[FieldPlan], first: usize, types: &mut Types) -> Vec<FieldPlan> {
    let (before, behind) = fields.split_at(first + 1);
    let before = before.to_vec();
    let Some(FieldPlan { name: unknown, ty, .. }) = before.last().cloned() else { return before };
    let type_name = types[ty].name.clone();
    let behind = behind.iter().map(|field| {
        let reason = format!("it lies behind field {unknown}, and {}", not_told(&type_name));
        // A name that no Go type has.
        let placeholder = unsupported(&format!("{name} / {}", field.name), "");
        let ty = types.add(TypePlan { kind: Kind::Opaque(reason), ..placeholder });
        FieldPlan { name: Arc::clone(&field.name), offset: 0, ty }
    });
    let behind: Vec<_> = behind.collect();
    before.into_iter().chain(behind).collect()
}

/// Why the size of each type is not known, by id; `None` where it is.
struct Sizes<'t> {
    types: &'t Types,
    /// `None` where nobody has looked yet.
    reasons: Vec<Option<Option<String>>>,
}

impl Sizes<'_> {
    fn of(types: &Types) -> Vec<Option<String>> {
        let mut sizes = Sizes { types, reasons: vec![None; types.len()] };
        types.iter().map(|(id, _)| sizes.reason(id)).collect()
    }

    /// Types hold each other by value in no more than 64 levels, and never in circles.
    fn reason(&mut self, id: TypeId) -> Option<String> {
        if let Some(Some(known)) = self.reasons.get(id.0 as usize) {
            return known.clone();
        }
        let types = self.types;
        let found = match &types[id].kind {
            Kind::Opaque(reason) | Kind::Unsupported(reason) if types[id].size == 0 => Some(reason.clone()),
            Kind::Struct(fields) => fields.iter().find_map(|field| self.reason(field.ty)),
            Kind::List { element, sequence: Sequence::Fixed(_), .. } => self.reason(*element),
            _ => None,
        };
        if let Some(place) = self.reasons.get_mut(id.0 as usize) {
            *place = Some(found.clone());
        }
        found
    }
}
