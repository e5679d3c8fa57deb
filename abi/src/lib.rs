//! What the compiler and the runner share.
//!
//! `modusc` resolves an app's metadata into a [`plan::Program`]: types with their memory layouts, one plan per
//! function and per import, the GraphQL schema, the manifest. The runner reads that table out of the artifact and
//! interprets it through the guest language's [`language::GuestLanguage`]. Nothing here does I/O, reads the
//! environment or logs, or knows how a type's name is written.

pub mod artifact;
pub mod assemblyscript;
pub mod cpu;
pub mod endpoint_path;
pub mod engine;
pub mod golang;
pub mod guest;
pub mod host_functions;
pub mod language;
pub mod manifest;
pub mod plan;
pub mod renewal;
pub mod reserved_paths;
pub mod schema;
pub mod selection;
pub mod table;
pub mod transfer;
#[cfg(feature = "trial-language")]
pub mod trial;
pub mod types;
pub mod value;
