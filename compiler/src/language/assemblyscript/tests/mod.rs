//! Values into and out of a guest that is plain memory.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod calls;
pub(super) mod fake;
mod lifting;
mod limits;
mod lowering;
mod runtime;
mod selecting;
