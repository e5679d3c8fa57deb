//! What a slot of the pool keeps of an instance's memory when the instance is gone.
//!
//! The next instance needs the memory as the module begins with it. A page that was written is either cleared by copying, and
//! stays resident, or given back, and costs a page fault of some 2 µs when it is touched again. Copying costs far less, but
//! has to know the pages: either the first ones are copied, written or not, or those that were written are looked for
//! (`PAGEMAP_SCAN`), wherever they are.

use wasmtime::PoolingAllocationConfig;

/// Bytes of memory that are copied sooner than the kernel tells which pages of it were written.
const COPIED: usize = 128 << 10;
/// Bytes that a slot keeps at most.
const OF_SLOT: usize = 512 << 10;
/// Bytes that all slots together keep at most.
const OF_ALL: usize = 256 << 20;
/// The same, as a part of what all guests may have.
const PART: u64 = 8;

/// Bytes of a page of the system.
const PAGE: usize = 4 << 10;

/// What a slot keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resident {
    /// Bytes at most. Of its table an eighth of that, and a page at least.
    pub bytes: usize,
    /// Whether pages that were written are looked for, anywhere; otherwise the first ones are kept.
    pub scan: bool,
}

impl Resident {
    /// The choice for a pool of `slots`, whose instances have so many bytes of memory, where all guests may have `guests`
    /// together.
    pub(super) fn choose(memory: usize, slots: usize, guests: u64) -> Self {
        choose(memory, slots, guests, PoolingAllocationConfig::is_pagemap_scan_available())
    }

    /// Bytes of its table that a slot keeps at most. Tables are small: 128 KiB for a memory leave room for 2048 functions.
    pub(super) fn of_table(self) -> usize {
        ((self.bytes / 8) & !(PAGE - 1)).max(self.bytes.min(PAGE))
    }
}

fn choose(memory: usize, slots: usize, guests: u64, can_scan: bool) -> Resident {
    let share = OF_ALL.min(usize::try_from(guests / PART).unwrap_or(usize::MAX)) / slots.max(1);
    // Whole pages: less than one is none.
    let share = share.min(OF_SLOT) & !(PAGE - 1);
    if memory <= COPIED.min(share) {
        return Resident { bytes: COPIED.min(share), scan: false };
    }
    Resident { bytes: share, scan: can_scan }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1 << 10;
    const MIB: usize = 1 << 20;

    #[test]
    fn choices() {
        let scanned = |bytes| Resident { bytes, scan: true };
        let copied = |bytes| Resident { bytes, scan: false };
        for (memory, slots, guests, with_scan, without) in [
            // Small memories are copied.
            (64 * KIB, 256, u64::MAX, copied(128 * KIB), copied(128 * KIB)),
            (128 * KIB, 256, u64::MAX, copied(128 * KIB), copied(128 * KIB)),
            // In larger ones pages are looked for.
            (192 * KIB, 256, u64::MAX, scanned(512 * KIB), copied(512 * KIB)),
            (4 * MIB, 256, u64::MAX, scanned(512 * KIB), copied(512 * KIB)),
            (4 * MIB, 1, u64::MAX, scanned(512 * KIB), copied(512 * KIB)),
            // Many slots share the same.
            (192 * KIB, 1024, u64::MAX, scanned(256 * KIB), copied(256 * KIB)),
            (128 * KIB, 10_000, u64::MAX, scanned(24 * KIB), copied(24 * KIB)),
            // Where guests have little, an eighth of it.
            (128 * KIB, 256, 384 << 20, copied(128 * KIB), copied(128 * KIB)),
            (256 * KIB, 256, 384 << 20, scanned(192 * KIB), copied(192 * KIB)),
            (128 * KIB, 256, 64 << 20, scanned(32 * KIB), copied(32 * KIB)),
            (64 * KIB, 256, 1 << 20, scanned(0), copied(0)),
            (0, 256, u64::MAX, copied(128 * KIB), copied(128 * KIB)),
        ] {
            assert_eq!(choose(memory, slots, guests, true), with_scan, "{memory} {slots} {guests}");
            assert_eq!(choose(memory, slots, guests, false), without, "{memory} {slots} {guests}");
        }
    }

    #[test]
    fn all_slots_together_keep_no_more_than_they_may() {
        for can_scan in [false, true] {
            for memory in (0..2 * MIB).step_by(64 * KIB) {
                for slots in [1, 2, 64, 256, 1000, 10_000] {
                    for guests in [16 << 20, 512 << 20, u64::MAX] {
                        let kept = choose(memory, slots, guests, can_scan).bytes * slots;
                        assert!(kept <= OF_ALL && kept as u64 <= guests / PART);
                    }
                }
            }
        }
    }
}
