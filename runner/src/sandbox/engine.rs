//! How instances are allocated.

use abi::engine::{self, Bounds, CHECKED_RESERVATION};
use wasmtime::{Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::Options;
pub use super::resident::Resident;
use crate::limits::TABLE_ENTRIES;

/// Bytes of native stack that a call has: the guest's, and as much again for the host functions that it calls.
const STACK: usize = 2 * engine::MAX_WASM_STACK;
/// Stacks for each call: its own, and that of the helpers which host functions call meanwhile. The store keeps the second one
/// from the first such helper on, and most calls that wait have had one.
const STACKS: u32 = 2;

/// Where instances come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// Each from the operating system: the engine is quickly made, and an instance takes several times as long.
    OnDemand,
    /// From a pool.
    Pooled {
        /// As many as calls may run at once.
        slots: usize,
        /// What a slot keeps of the memory of its last instance.
        resident: Resident,
    },
}

impl Allocation {
    /// What a slot keeps; `None` without a pool.
    pub(super) fn resident(self) -> Option<Resident> {
        match self {
            Self::OnDemand => None,
            Self::Pooled { resident, .. } => Some(resident),
        }
    }
}

/// An engine for code of this kind.
///
/// # Errors
/// When code of this kind cannot have as much memory as the options allow, or the operating system refuses to reserve a
/// pool's addresses.
pub fn build(allocation: Allocation, bounds: Bounds, options: &Options) -> wasmtime::Result<Engine> {
    if bounds == Bounds::Explicit && options.limits.memory_bytes() as u64 > CHECKED_RESERVATION {
        wasmtime::bail!(
            "the app was compiled with `--bounds explicit`, which has {} MiB of memory at most, and `memory-limit` is {}: \
             lower it, or compile with `--bounds guard`",
            CHECKED_RESERVATION >> 20,
            options.limits.memory_limit
        );
    }
    let strategy = match allocation {
        Allocation::OnDemand => InstanceAllocationStrategy::OnDemand,
        Allocation::Pooled { slots, resident } => InstanceAllocationStrategy::Pooling(pool(slots, resident, options)),
    };
    let mut config = engine::config(bounds)?;
    config.allocation_strategy(strategy).async_stack_size(STACK).async_stack_zeroing(false);
    Engine::new(&config)
}

/// What to do where there can be no pool.
pub(super) fn without_pool(bounds: Bounds) -> &'static str {
    match bounds {
        Bounds::Guard => "compile with `--bounds explicit`, which needs fewer addresses",
        Bounds::Explicit => "allow fewer calls at once with `--max-calls`",
    }
}

/// The pool's settings.
fn pool(slots: usize, resident: Resident, options: &Options) -> PoolingAllocationConfig {
    let slots = u32::try_from(slots.max(1)).unwrap_or(u32::MAX);
    let scan = if resident.scan { Enabled::Auto } else { Enabled::No };
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(slots)
        .total_memories(slots)
        .total_tables(slots)
        .total_stacks(slots.saturating_mul(STACKS))
        .max_memories_per_module(1)
        .max_tables_per_module(1)
        // As many are reserved for each.
        .table_elements(TABLE_ENTRIES)
        .max_memory_size(options.limits.memory_bytes())
        .linear_memory_keep_resident(resident.bytes)
        .table_keep_resident(resident.of_table())
        .pagemap_scan(scan);
    pool
}
