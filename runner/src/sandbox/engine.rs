//! How instances are allocated.

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, ResourcesRequired};

use super::Options;

/// Bytes of memory and table that a reused slot clears by copying instead of giving its pages back.
const KEEP_RESIDENT: usize = 128 << 10;
/// Table elements reserved for an instance where the module does not tell.
const TABLE_ELEMENTS: usize = 20_000;

/// Builds an engine with a pool of as many slots as calls may run at once; without a pool where the operating system
/// refuses to reserve the addresses. `needs` tells what the module asks for, if known.
///
/// # Errors
/// When wasmtime refuses the configuration.
pub fn build(config: &Config, options: &Options, needs: Option<&ResourcesRequired>) -> wasmtime::Result<Engine> {
    let mut pooled = config.clone();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(options, needs)));
    Engine::new(&pooled).or_else(|error| {
        tracing::warn!(error = %format_args!("{error:#}"), "No memory pool: instances are allocated one by one.");
        let mut plain = config.clone();
        plain.allocation_strategy(InstanceAllocationStrategy::OnDemand);
        Engine::new(&plain)
    })
}

/// The pool's settings.
pub fn pool(options: &Options, needs: Option<&ResourcesRequired>) -> PoolingAllocationConfig {
    let slots = u32::try_from(options.concurrency.max(1)).unwrap_or(u32::MAX);
    let elements = needs.and_then(|needs| needs.max_initial_table_size).unwrap_or(0);
    let tables = needs.map_or(1, |needs| needs.num_tables).max(1);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(slots)
        .total_memories(slots)
        .total_tables(slots.saturating_mul(tables))
        .max_memories_per_module(1)
        .max_tables_per_module(tables)
        .table_elements(usize::try_from(elements).unwrap_or(usize::MAX).max(TABLE_ELEMENTS))
        .max_memory_size(options.memory_limit)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT);
    pool
}
