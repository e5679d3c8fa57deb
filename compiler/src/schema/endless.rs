//! Input types that contain themselves without an end: GraphQL forbids them, and no client could write a value.

use std::collections::BTreeMap;

use abi::schema::{ObjectType, TypeRef};

use crate::codes;
use crate::diagnostic::Diagnostic;

/// How far the search is with a type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Makes the field that closes a circle of non-null fields nullable. The guest still refuses a null there, but
/// functions that reach the type over a nullable field or a list stay usable.
pub(super) fn open(inputs: &mut [ObjectType], found: &mut Vec<Diagnostic>) {
    let positions: BTreeMap<String, usize> = (0..).zip(&*inputs).map(|(at, ty)| (ty.name.clone(), at)).collect();
    let mut states = vec![State::New; inputs.len()];
    for root in 0..inputs.len() {
        // Types on the way from the root, and how many of their fields have been followed.
        let mut way = vec![(root, 0)];
        while let Some((at, field)) = way.pop() {
            states[at] = State::Open;
            let Some(next) = inputs[at].fields.get(field) else {
                states[at] = State::Done;
                continue;
            };
            way.push((at, field + 1));
            match required(&next.ty).and_then(|name| positions.get(name)) {
                Some(target) if states[*target] == State::New => way.push((*target, 0)),
                Some(target) if states[*target] == State::Open => {
                    found.push(opened(&inputs[at].name, &next.name, &inputs[*target].name));
                    let ty = &mut inputs[at].fields[field].ty;
                    *ty = ty.nullable().clone();
                }
                _ => {}
            }
        }
    }
}

/// The type that a value of this one must hold.
fn required(ty: &TypeRef) -> Option<&str> {
    match ty {
        TypeRef::NonNull(inner) => match &**inner {
            TypeRef::Named(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn opened(owner: &str, field: &str, target: &str) -> Diagnostic {
    let message =
        format!("field {owner}.{field} is nullable in GraphQL, because {target} contains itself without an end");
    Diagnostic::warning(codes::INPUT_ENDLESS, message).with_help("make the field nullable in the app, or a list")
}
