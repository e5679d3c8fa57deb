//! Compiles a Modus app ahead of time: everything that can be known before the first request goes into one file.

pub mod cli;
pub mod codes;
pub mod commands;
pub mod diagnostic;
mod dispatch;
pub mod inline;
mod instructions;
pub mod json_schema;
pub mod language;
pub mod manifest;
pub mod metadata;
pub mod native;
pub mod pipeline;
pub mod plan;
pub mod preinit;
mod progress;
pub mod read;
pub mod render;
pub mod room;
pub mod schema;
pub mod stand_in;
mod tally;
pub mod toolchain;
pub mod unroll;
