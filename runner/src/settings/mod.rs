//! Every setting of the runner, written once, in [`table`]: from its line come the field and its default, the flag and the
//! variable on the command line, what the help and SPECIFICATION say, and the name in refusals.
//!
//! A new setting is a line there, and whatever reads its field.

mod declare;
mod origins;
mod read;
mod setting;
#[cfg(test)]
mod specification;
mod table;

pub use read::Check;
pub(crate) use read::{names, truth};
pub(crate) use setting::{Set, Setting};
pub use table::{
    Access, Arguments, CONDITIONS, HOST_CALLS, INTROSPECTED, LimitId, Limits, OUTPUT_BYTES, TABLE_ENTRIES,
};
pub(crate) use table::{JWT_AUDIENCE, JWT_ISSUER, SECTIONS};

/// All settings, in the order of the help.
pub(crate) fn all() -> impl Iterator<Item = &'static Setting<Arguments>> {
    SECTIONS.iter().flat_map(|(_, settings)| *settings)
}
