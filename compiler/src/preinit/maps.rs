//! What the seed of the generator behind maps went into.
//!
//! A start function that makes maps puts their entries where the maps' seeds say, and seeds cannot be changed afterwards. So
//! maps with entries keep theirs, until they grow; the compiled module has maps with constant seeds already. The
//! generator itself and maps that are still empty are seeded anew in each instance. To find them, the app is
//! initialised with other seeds and everything else the same.

use std::collections::HashMap;

use abi::guest::read_u32;

use crate::language::MapSeeds;

/// An initialisation with a seed of its own.
pub(super) struct Run<'g> {
    /// The lower half of the first random number.
    pub(super) seed: u32,
    /// Memory afterwards.
    pub(super) memory: &'g [u8],
}

/// What became of the seed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    /// Where the generator's state is, if numbers were drawn.
    pub(super) state: Option<u32>,
    /// Where the seed itself is, as it was given.
    pub(super) copies: Vec<u32>,
    /// Where the seeds of maps without entries are.
    pub(super) empty: Vec<u32>,
}

/// Numbers that are drawn at most while an app starts.
const MOST_DRAWN: usize = 1 << 16;

/// Finds it all. `counts` tells whether what is at an address belongs to the app or its language.
///
/// # Errors
/// An address that depends on the seed, where the generator is not found.
pub(super) fn find(
    seeds: &dyn MapSeeds,
    before: &[u8],
    runs: &[Run<'_>],
    counts: &dyn Fn(u32) -> bool,
) -> Result<Found, u32> {
    let Some((first, others)) = runs.split_first() else { return Ok(Found::default()) };
    let words = || (0..first.memory.len() as u32).step_by(4).filter(|address| counts(*address));
    let differs =
        |address: &u32| others.iter().any(|run| read_u32(run.memory, *address) != read_u32(first.memory, *address));
    let Some(dependent) = words().find(differs) else { return Ok(Found::default()) };
    let drawn: Vec<Vec<u32>> = runs.iter().map(|run| drawn(seeds, run.seed)).collect();
    // Of a number that was drawn twice the last.
    let numbers: HashMap<u32, usize> = drawn[0].iter().copied().zip(0..).collect();
    let number = |address: u32| {
        let number = *numbers.get(&read_u32(first.memory, address)?)?;
        let mut others = others.iter().zip(&drawn[1..]);
        others.all(|(run, drawn)| read_u32(run.memory, address) == Some(drawn[number])).then_some((address, number))
    };
    let found: Vec<(u32, usize)> = words().filter_map(number).collect();
    let last = found.iter().map(|(_, number)| *number).max().unwrap_or(0);
    let entries = |address: u32| seeds.entries(first.memory, address);
    let is_state = |(address, number): &&(u32, usize)| {
        // It is never zero; what an app makes at its start is zero before.
        *number == last && read_u32(before, *address).is_some_and(|word| word != 0) && entries(*address).is_none()
    };
    let of = |number: usize| found.iter().filter(move |(_, other)| *other == number).map(|(address, _)| *address);
    if last == 0 {
        // Nothing was drawn: wherever the seed is, it has not been used.
        let copies: Vec<u32> = of(0).collect();
        return if copies.is_empty() { Err(dependent) } else { Ok(Found { copies, ..Found::default() }) };
    }
    let states: Vec<u32> = found.iter().filter(is_state).map(|(address, _)| *address).collect();
    let [state] = states[..] else { return Err(dependent) };
    let empty = found.iter().filter(|(address, _)| entries(*address) == Some(0)).map(|(address, _)| *address);
    Ok(Found { state: Some(state), copies: of(0).collect(), empty: empty.collect() })
}

/// The generator's states, from the seed on.
fn drawn(seeds: &dyn MapSeeds, seed: u32) -> Vec<u32> {
    std::iter::successors(Some(seed | 1), |state| Some(seeds.next(*state))).take(MOST_DRAWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds one, so that a number tells how many were drawn before.
    struct Counting;

    impl MapSeeds for Counting {
        fn next(&self, state: u32) -> u32 {
            state.wrapping_add(1)
        }

        /// A map is where the next word is small.
        fn entries(&self, memory: &[u8], seed: u32) -> Option<u32> {
            read_u32(memory, seed + 4).filter(|entries| *entries < 10)
        }
    }

    const SEEDS: [u32; 4] = [0x1234_5671, 0x89ab_cdef, 0x0f0f_0f0f, 0x7654_3210];
    const NOT_A_MAP: u32 = 1000;

    /// What is found where memory has these words, of which `None` is the number drawn then.
    fn check(before: &[u32], after: &dyn Fn(u32) -> Vec<u32>) -> Result<Found, u32> {
        let bytes = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        let memories: Vec<(u32, Vec<u8>)> = SEEDS.iter().map(|seed| (*seed, bytes(&after(seed | 1)))).collect();
        let runs: Vec<Run<'_>> = memories.iter().map(|(seed, memory)| Run { seed: *seed, memory }).collect();
        find(&Counting, &bytes(before), &runs, &|address| address >= 4)
    }

    #[test]
    fn the_generator_is_told_from_the_seeds_of_maps() {
        let before = [0, 1, 0, 0, 0, 0, 0, 0];
        let found = check(&before, &|seed| vec![seed, seed + 3, NOT_A_MAP, seed + 3, 0, seed + 2, 5, seed]);
        let expected = Found { state: Some(4), copies: vec![28], empty: vec![12] };
        assert_eq!(found, Ok(expected));
    }

    #[test]
    fn without_a_number_drawn_there_are_copies_only() {
        let found = check(&[0, 1, 0, 1], &|seed| vec![seed, seed, NOT_A_MAP, seed]);
        assert_eq!(found, Ok(Found { copies: vec![4, 12], ..Found::default() }));
        // What lies where nothing counts does not.
        assert_eq!(check(&[0, 1], &|seed| vec![seed, 7]), Ok(Found::default()));
    }

    #[test]
    fn without_its_generator_nothing_is_found() {
        // The only number that was drawn is the seed of a map.
        assert_eq!(check(&[0, 0, 0], &|seed| vec![0, seed + 1, 3]), Err(4));
        // Two that may be the generator.
        assert_eq!(check(&[0, 1, 1, 1], &|seed| vec![0, seed + 1, seed + 1, NOT_A_MAP]), Err(4));
        // Something was made of the seed.
        assert_eq!(check(&[0, 1], &|seed| vec![0, seed % 1000]), Err(4));
    }
}
