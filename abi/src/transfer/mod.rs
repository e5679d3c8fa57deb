//! Moving values between the host and a guest: what is the same in every language.
//!
//! [`coercion`] and [`timestamp`] tell what a GraphQL or JSON value is as a scalar of a guest, [`scalar`] its bits,
//! [`record`] which member is which field, [`pairs`] what the entries of a map are and their order, [`memory`] what can
//! be read and written, [`budget`] how much, [`fault`] what is wrong with a value and where. [`roots`] and [`call`] are
//! the rules by which calls begin and end. Where things lie in a guest's memory, and how its allocator is asked, is the
//! language's own.

#![warn(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, clippy::indexing_slicing)]

pub mod budget;
pub(crate) mod call;
pub mod coercion;
pub mod fault;
pub(crate) mod json_text;
pub(crate) mod memory;
pub(crate) mod pairs;
pub mod record;
pub(crate) mod roots;
pub(crate) mod scalar;
#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
mod tests;
pub mod timestamp;
