//! TinyGo's collector (`runtime/gc_blocks.go`), by the names that it leaves in a module.

use crate::language::{Functions, Passing, Place};

/// A collection.
const COLLECTION: &str = "runtime.runGC";
/// The last step of one. Growing the memory takes it, too.
const LAST_STEP: &str = "runtime.buildFreeRanges";
/// What the optimiser may have written a collection into.
const AROUND: [&str; 2] = ["runtime.alloc", "runtime.GC"];

/// The places where a collection begins or ends; none where the module does not tell.
pub(super) fn places(functions: &Functions<'_>) -> Vec<Place> {
    if let Some(function) = functions.named(COLLECTION) {
        return vec![Place { function, at: Passing::Entered }];
    }
    let Some(step) = functions.named(LAST_STEP) else { return Vec::new() };
    let around = AROUND.iter().filter_map(|name| functions.named(name));
    // Called twice, it is not known which call belongs to a collection.
    let around =
        around.filter(|function| functions.callees(*function).iter().filter(|callee| **callee == step).count() == 1);
    around.map(|function| Place { function, at: Passing::Calls(step) }).collect()
}
