//! What an initialisation at build time left in memory, and what a language makes of it.

use std::ops::Range;

use abi::language::Seed;
use abi::plan::Clock;

/// Memory before and after several initialisations that drew different random numbers at different times.
#[derive(Debug)]
pub struct Initialisation<'a> {
    /// Before.
    pub before: &'a [u8],
    /// After the first one.
    pub after: &'a [u8],
    /// The words, by ascending address, that do not always have the same value afterwards.
    pub varying: &'a [Varying],
    /// The clock that each first read, and its answer in nanoseconds; `None` where it read none.
    pub clocks: &'a [Option<(Clock, u64)>],
    /// The shadow stack's pointer, before and after; it grows towards address 0.
    pub stack: Option<u32>,
}

/// An aligned word of memory.
#[derive(Clone, Debug)]
pub struct Varying {
    /// Address.
    pub address: u32,
    /// Its value after each initialisation.
    pub values: Vec<u32>,
}

/// How an initialised memory is made one that no randomness and no time went into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thaw {
    /// Addresses to be set to zero, as they were before: their owner initialises them again when it needs them.
    pub zeroed: Option<Range<u32>>,
    /// What each instance gets of its own.
    pub seeds: Vec<Seed>,
}
