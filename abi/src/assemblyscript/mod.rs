//! AssemblyScript guests: lowering and lifting.

#![warn(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, clippy::indexing_slicing)]

mod block;
mod call;
mod hash;
mod heap;
pub mod helpers;
mod image;
pub mod layout;
mod lift;
mod lift_table;
mod lower;
mod lower_table;
pub mod plan;
mod utf16;

/// The AssemblyScript guest language.
pub struct AssemblyScript;
