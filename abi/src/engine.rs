//! The one engine configuration. Both sides start from [`config`]; each adds only what wasmtime lets differ.
//!
//! Everything that wasmtime compares between an artifact and its engine is set explicitly: its defaults follow the
//! cargo features of the build, and modusc is built with more of them than the runner.

use serde::{Deserialize, Serialize};
use wasmtime::{Config, InstanceAllocationStrategy, ModuleVersionStrategy};

/// Version of wasmtime that both sides are built with; an artifact loads in exactly this one. The lock file has the same.
pub const WASMTIME_VERSION: &str = "48.0.8";

/// Found in every runner, so that modusc can tell one that does not fit before it makes an executable app of it.
pub const RUNNER_MARK: &str = concat!("modus-runner for artifacts of modusc ", env!("CARGO_PKG_VERSION"), "\n");

/// Address space reserved for a linear memory with guard pages: all that 32 bits can address, so that no check is compiled.
const GUARDED_RESERVATION: u64 = 4 << 30;
/// Guard region behind a memory: as far as the constant offset of an unchecked access leads beyond its address.
const GUARD: u64 = 32 << 20;
/// Between memories whose bounds are checked. No code relies on it: it stops what should not happen.
const CHECKED_GUARD: u64 = 64 << 10;
/// Bytes of address space for a linear memory whose bounds are checked, and so the most that such a memory may have.
pub const CHECKED_RESERVATION: u64 = 128 << 20;
/// Native stack of a guest.
pub const MAX_WASM_STACK: usize = 512 << 10;

/// How a guest is kept within its linear memory. Code for one is no code for the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bounds {
    /// By pages that cannot be accessed: 4 GiB of address space for each instance, no instruction for an access.
    #[default]
    Guard,
    /// By comparing each address: [`CHECKED_RESERVATION`] for each instance.
    Explicit,
}

impl Bounds {
    /// The name on modusc's command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Explicit => "explicit",
        }
    }

    /// The settings of [`config`] in words, stored in each artifact so that a mismatch can name both sides.
    /// Change them together with [`config`].
    pub const fn settings(self) -> &'static str {
        match self {
            Self::Guard => {
                "epoch interruption, 4 GiB reservation, 32 MiB guard, fixed base, copy-on-write, lazy tables"
            }
            Self::Explicit => {
                "epoch interruption, 128 MiB reservation, 64 KiB guard, fixed base, copy-on-write, lazy tables"
            }
        }
    }

    /// Address space in bytes: for a linear memory, and for the guard region behind it.
    const fn reservation(self) -> (u64, u64) {
        match self {
            Self::Guard => (GUARDED_RESERVATION, GUARD),
            Self::Explicit => (CHECKED_RESERVATION, CHECKED_GUARD),
        }
    }
}

/// The shared configuration. modusc adds the target, the runner its allocator.
///
/// # Errors
/// When wasmtime refuses the version text, which never happens with ours.
pub fn config(bounds: Bounds) -> wasmtime::Result<Config> {
    let (reservation, guard) = bounds.reservation();
    let mut config = Config::new();
    config
        .module_version(ModuleVersionStrategy::Custom(format!("modusc/{WASMTIME_VERSION}")))?
        // Interruption: deadlines and cancellation.
        .epoch_interruption(true)
        .consume_fuel(false)
        .signals_based_traps(true)
        // Memory.
        .memory_reservation(reservation)
        .memory_guard_size(guard)
        .memory_may_move(false)
        .guard_before_linear_memory(true)
        .memory_init_cow(true)
        .table_lazy_init(true)
        .max_wasm_stack(MAX_WASM_STACK)
        // Code.
        .native_unwind_info(false)
        .generate_address_map(true)
        .compiler_inlining(wasmtime::Inlining::No)
        .concurrency_support(false)
        .gc_support(false)
        .relaxed_simd_deterministic(false)
        .allocation_strategy(InstanceAllocationStrategy::OnDemand);
    wasm_features(&mut config);
    Ok(config)
}

/// WebAssembly 2.0 (`wasm-host` section 1).
fn wasm_features(config: &mut Config) {
    config
        .wasm_simd(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_extended_const(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false);
}

#[cfg(test)]
mod tests {
    use super::WASMTIME_VERSION;

    /// An artifact says which engine its code is for by [`WASMTIME_VERSION`], and nothing else tells the one from another.
    #[test]
    fn the_version_is_that_of_the_lock_file() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
        let lock = std::fs::read_to_string(path).unwrap();
        let versions: Vec<&str> = lock
            .split("[[package]]")
            .filter(|package| package.lines().any(|line| line == "name = \"wasmtime\""))
            .filter_map(|package| package.lines().find_map(|line| line.strip_prefix("version = ")))
            .map(|version| version.trim_matches('"'))
            .collect();
        assert_eq!(
            versions,
            [WASMTIME_VERSION],
            "set WASMTIME_VERSION in abi/src/engine.rs to the version in Cargo.lock"
        );
    }
}
