//! The artifact: one ELF file, mapped and used in place.
//!
//! ```text
//! offset 0     wasmtime's ELF object: native code, memory image, tables
//!              the program, in a section named `.debug_modus`
//!              the header (postcard)
//!              section names and section headers, rewritten to include `.debug_modus`
//! end - 48     the trailer: fixed layout, found first
//! ```
//!
//! An executable app is the same behind a runner: the kernel starts a program by its program headers, wasmtime reads
//! nothing but section headers, so that one file can be both. All offsets count from the file's beginning.
//!
//! wasmtime refuses unknown sections except those named `.debug_…`, and ignores bytes that no section covers. The
//! trailer and the header can be read without wasmtime, so every mismatch is told in our own words.

#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::arithmetic_side_effects)
)]

mod check;
mod elf;
mod executable;
#[cfg(test)]
mod golden;
mod header;
mod program;
mod read;
mod write;

pub use executable::RunnerError;
pub use header::{Cpu, FORMAT, Header, Trailer};
pub use read::{Artifact, ArtifactError, Source};
pub use write::{Parts, WriteError, write};

/// Name of the ELF section that holds the program.
pub const PROGRAM_SECTION: &str = ".debug_modus";
