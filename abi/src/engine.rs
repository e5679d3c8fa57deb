//! The one engine configuration. Both sides start from [`config`]; each adds only what wasmtime lets differ.
//!
//! Everything that wasmtime compares between an artifact and its engine is set explicitly: its defaults follow the
//! cargo features of the build, and modusc is built with more of them than the runner.

use wasmtime::{Config, InstanceAllocationStrategy, ModuleVersionStrategy};

/// Version of wasmtime that both sides are built with; an artifact loads in exactly this one.
pub const WASMTIME_VERSION: &str = "48.0.8";

/// Found in every runner, so that modusc can tell one that does not fit before it makes an executable app of it.
pub const RUNNER_MARK: &str = concat!("modus-runner for artifacts of modusc ", env!("CARGO_PKG_VERSION"), "\n");

/// Address space reserved for each linear memory: all of it, so that no bounds check is compiled in.
pub const MEMORY_RESERVATION: u64 = 4 << 30;
/// Guard region behind each linear memory.
pub const MEMORY_GUARD: u64 = 32 << 20;
/// Native stack of a guest.
pub const MAX_WASM_STACK: usize = 512 << 10;

/// The settings in words, stored in each artifact so that a mismatch can name both sides.
/// Change it together with [`config`].
pub const SETTINGS: &str =
    "epoch interruption, 4 GiB reservation, 32 MiB guard, fixed base, copy-on-write, lazy tables";

/// The shared configuration. modusc adds the target, the runner its allocator.
///
/// # Errors
/// When wasmtime refuses the version text, which never happens with ours.
pub fn config() -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .module_version(ModuleVersionStrategy::Custom(format!("modusc/{WASMTIME_VERSION}")))?
        // Interruption: deadlines and cancellation.
        .epoch_interruption(true)
        .consume_fuel(false)
        .signals_based_traps(true)
        // Memory.
        .memory_reservation(MEMORY_RESERVATION)
        .memory_guard_size(MEMORY_GUARD)
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
