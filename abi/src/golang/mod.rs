//! Go guests (TinyGo): lowering and lifting (`abi-go` sections 3 to 10).

#![warn(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, clippy::indexing_slicing)]

mod call;
mod heap;
pub mod helpers;
mod input;
pub mod layout;
mod lift;
mod lower;
pub mod plan;
mod texts;

/// Apps built by the Modus Go SDK with TinyGo.
#[derive(Clone, Copy, Debug)]
pub struct Go;
