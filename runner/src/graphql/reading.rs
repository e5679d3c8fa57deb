//! What a call's selection needs of the function's result, worked out once per document.

use std::collections::BTreeMap;

use abi::plan::FunctionPlan;
use abi::selection::Selection;
use abi::types::{Kind, TypeId, Types};

use super::plan::{EntryKind, Shape, ShapeKind};

/// The part of a function's result that `shape` shows under whatever conditions. Each entry of the shape learns the
/// position at which its field will be in the value.
pub(crate) fn selection(types: &Types, function: &FunctionPlan, shape: &mut Shape) -> Selection {
    match &*function.results {
        [] => Selection::All,
        [only] => of_type(types, only.ty, vec![shape]),
        several => {
            let fields: Vec<_> = several.iter().map(|result| (&*result.name, result.ty)).collect();
            of_fields(types, &fields, vec![shape])
        }
    }
}

/// The same of a value that all the shapes show, each under its own response key.
fn of_type(types: &Types, ty: TypeId, shapes: Vec<&mut Shape>) -> Selection {
    let mut ty = ty;
    while let Kind::Optional(inner) = types[ty].kind {
        ty = inner;
    }
    match &types[ty].kind {
        Kind::List { element, .. } | Kind::Set(element) => elements(shapes, |inner| of_type(types, *element, inner)),
        Kind::Map { key, value, .. } => {
            elements(shapes, |inner| of_fields(types, &[("key", *key), ("value", *value)], inner))
        }
        Kind::Struct(fields) => {
            let fields: Vec<_> = fields.iter().map(|field| (&*field.name, field.ty)).collect();
            of_fields(types, &fields, shapes)
        }
        _ => Selection::All,
    }
}

fn elements(shapes: Vec<&mut Shape>, below: impl FnOnce(Vec<&mut Shape>) -> Selection) -> Selection {
    let mut inner = Vec::with_capacity(shapes.len());
    for shape in shapes {
        match &mut shape.kind {
            ShapeKind::List(element) => inner.push(&mut **element),
            // A scalar shows all of it.
            _ => return Selection::All,
        }
    }
    below(inner)
}

fn of_fields(types: &Types, fields: &[(&str, TypeId)], shapes: Vec<&mut Shape>) -> Selection {
    let mut wanted: BTreeMap<usize, (Vec<&mut usize>, Vec<&mut Shape>)> = BTreeMap::new();
    for shape in shapes {
        let ShapeKind::Object(set) = &mut shape.kind else { return Selection::All };
        for entry in &mut set.entries {
            let EntryKind::Field { name, position, shape } = &mut entry.kind else { continue };
            // The schema is made of the same types, so there is one.
            let Some(index) = fields.iter().position(|(field, _)| **field == **name) else { continue };
            let (positions, below) = wanted.entry(index).or_default();
            positions.push(position);
            below.push(shape);
        }
    }
    let mut selected = Vec::with_capacity(wanted.len());
    for (rank, (index, (positions, shapes))) in wanted.into_iter().enumerate() {
        positions.into_iter().for_each(|position| *position = rank);
        selected.push((index as u32, of_type(types, fields[index].1, shapes)));
    }
    Selection::Fields(selected)
}
