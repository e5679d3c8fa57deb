//! The harness: real guests, the real binaries, HTTP.

pub mod app;
pub mod exchange;
pub mod generated;
pub mod guests;
pub mod in_process;
pub mod npm;
pub mod outcome;
pub mod raw;
pub mod runner;
pub mod stand_in;
pub mod tokens;
pub mod typed;

use std::path::{Path, PathBuf};

/// The root of the source tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the source tree").to_owned()
}

/// A binary of the workspace. `make test` builds them; `MODUSC_BIN_DIR` names another place.
pub fn binary(name: &str) -> PathBuf {
    let directory = std::env::var_os("MODUSC_BIN_DIR").map_or_else(|| root().join("target/debug"), PathBuf::from);
    let path = directory.join(name);
    assert!(path.is_file(), "{} is not there: run `make test`, or `cargo build -p {name}` first", path.display());
    path
}
