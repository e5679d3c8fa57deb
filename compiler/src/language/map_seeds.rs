//! The generator behind the maps of a language's runtime, as far as an initialisation at build time has to know it.

/// A generator that is seeded with the lower half of the first random number that an app draws, made odd, and from whose
/// states the seeds of maps are copied.
pub trait MapSeeds: Sync {
    /// The state that follows.
    fn next(&self, state: u32) -> u32;

    /// How many entries a map has whose seed is at this address; nothing where there is no map around it.
    fn entries(&self, memory: &[u8], seed: u32) -> Option<u32>;
}
