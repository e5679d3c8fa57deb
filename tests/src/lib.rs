//! The harness: real guests, the real binaries, HTTP.

pub mod alive;
pub mod app;
pub mod collections;
pub mod crowd;
pub mod dev;
pub mod embedding_model;
pub mod exchange;
pub mod generated;
pub mod guests;
pub mod in_process;
pub mod inferences;
pub mod json_schema;
pub mod mysql;
pub mod npm;
pub mod outcome;
pub mod prober;
mod program;
pub mod providers;
pub mod python;
pub mod raw;
pub mod runner;
pub mod services;
pub mod slow_model;
pub mod stand_in;
pub mod surroundings;
mod tls;
pub mod tokens;
pub mod typed;

use std::path::{Path, PathBuf};

/// The root of the source tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the source tree").to_owned()
}

/// A binary of the workspace, as it is shipped: `make test` builds them with `--release`. `MODUSC_TEST_PROFILE=debug` takes
/// those of a debug build, which is sooner there while one works; `MODUSC_BIN_DIR` names another place.
pub fn binary(name: &str) -> PathBuf {
    let directory = std::env::var_os("MODUSC_BIN_DIR").map_or_else(built, PathBuf::from);
    let path = directory.join(name);
    assert!(path.is_file(), "{} is not there: run `make test`, or build it as scripts/test.sh does", path.display());
    path
}

/// Where cargo puts the binaries of the profile.
fn built() -> PathBuf {
    let profile = std::env::var("MODUSC_TEST_PROFILE").unwrap_or_else(|_| "release".to_owned());
    assert!(["release", "debug"].contains(&profile.as_str()), "MODUSC_TEST_PROFILE is release or debug, not {profile}");
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join(profile)
}
