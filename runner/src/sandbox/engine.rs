//! How instances are allocated.

use abi::engine::{self, Bounds, CHECKED_RESERVATION};
use wasmtime::{Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::Options;

/// Bytes of memory and table that a reused slot clears by copying instead of giving its pages back.
const KEEP_RESIDENT: usize = 128 << 10;
/// Table elements reserved for an instance.
const TABLE_ELEMENTS: usize = 20_000;

/// Builds an engine for code of this kind, with a pool of as many slots as calls may run at once; without a pool where the
/// operating system refuses to reserve the addresses.
///
/// # Errors
/// When wasmtime refuses the configuration, or code of this kind cannot have as much memory as the options allow.
pub fn build(bounds: Bounds, options: &Options) -> wasmtime::Result<Engine> {
    if bounds == Bounds::Explicit && options.memory_limit as u64 > CHECKED_RESERVATION {
        wasmtime::bail!(
            "the app was compiled with `--bounds explicit`, which has {} MiB of memory at most, and `memory-limit` is {}: \
             lower it, or compile with `--bounds guard`",
            CHECKED_RESERVATION >> 20,
            options.memory_limit >> 20
        );
    }
    let config = engine::config(bounds)?;
    let mut pooled = config.clone();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(options)));
    Engine::new(&pooled).or_else(|error| {
        let help = match bounds {
            Bounds::Guard => "compile with `--bounds explicit`, which needs fewer addresses",
            Bounds::Explicit => "allow fewer calls at once with `--max-calls`",
        };
        let error = format_args!("{error:#}");
        tracing::warn!(error = %error, bounds = bounds.name(), help, "No memory pool: instances are allocated one by one.");
        let mut plain = config;
        plain.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        Engine::new(&plain)
    })
}

/// The pool's settings.
fn pool(options: &Options) -> PoolingAllocationConfig {
    let slots = u32::try_from(options.concurrency.max(1)).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(slots)
        .total_memories(slots)
        .total_tables(slots)
        .max_memories_per_module(1)
        .max_tables_per_module(1)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(options.memory_limit)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT);
    pool
}
