//! AssemblyScript's incremental collector (`rt/itcms`). Optimised modules have no names: it is found by its shape, from the
//! export that collects everything.

use std::collections::BTreeSet;

use abi::guest::COLLECT;
use wasmparser::Operator;

use crate::language::{Functions, Passing, Place};

/// The place where a collection begins; none where the runtime is another one.
///
/// `__collect` asks whether the collector's state is above 0 (it is at work), and calls nothing but the function that takes
/// its next step, as the allocator does. The step that finds the state 0 begins a collection.
pub(super) fn places(functions: &Functions<'_>) -> Vec<Place> {
    let Some(collect) = functions.exported(COLLECT) else { return Vec::new() };
    let state = functions.operators(collect).windows(3).find_map(|three| match three {
        [Operator::GlobalGet { global_index }, Operator::I32Const { value: 0 }, Operator::I32GtS] => {
            Some(*global_index)
        }
        _ => None,
    });
    let callees: BTreeSet<u32> = functions.callees(collect).into_iter().collect();
    match (state, callees.into_iter().collect::<Vec<_>>().as_slice()) {
        (Some(state), &[step]) => vec![Place { function: step, at: Passing::EnteredAtZero(state) }],
        _ => Vec::new(),
    }
}
