//! The generator behind TinyGo's maps (`runtime.fastrand`, `runtime.hashmap`).

use abi::guest::read_u32;

use crate::language::MapSeeds;

/// TinyGo's.
pub(super) struct TinyGo;

/// Bytes of keys and values that TinyGo keeps in a map's buckets, at most, for a word to be taken for the seed of one.
const LARGE: u32 = 1 << 16;
/// Bits of the number of buckets, at most.
const BITS: u8 = 29;
/// Entries of a bucket.
const BUCKET: u64 = 8;

impl MapSeeds for TinyGo {
    fn next(&self, state: u32) -> u32 {
        let state = state ^ (state << 7);
        let state = state ^ (state >> 1);
        state ^ (state << 9)
    }

    /// `hashmap` is: address of the buckets, seed, entries, sizes of key and value, bits of the number of buckets, and
    /// two functions.
    fn entries(&self, memory: &[u8], seed: u32) -> Option<u32> {
        let word = |offset: u32| read_u32(memory, seed.checked_add(offset)?);
        let buckets = read_u32(memory, seed.checked_sub(4)?)?;
        let (entries, key, value) = (word(4)?, word(8)?, word(12)?);
        let bits = *word(16)?.to_le_bytes().first()?;
        let is_map = buckets != 0
            && (buckets as usize) < memory.len()
            && (1..LARGE).contains(&key)
            && value < LARGE
            && bits <= BITS
            && u64::from(entries) <= BUCKET << bits;
        is_map.then_some(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory with a map's words from address 16 on.
    fn map(words: [u32; 6]) -> Vec<u8> {
        let mut memory = vec![0; 4096];
        (16..).step_by(4).zip(words).for_each(|(at, word)| {
            abi::guest::write(&mut memory, at, &word.to_le_bytes()).unwrap();
        });
        memory
    }

    #[test]
    fn a_map_is_told_by_what_is_around_its_seed() {
        assert_eq!(TinyGo.entries(&map([2048, 77, 13, 8, 4, 0x101]), 20), Some(13));
        assert_eq!(TinyGo.entries(&map([2048, 77, 0, 4, 0, 0]), 20), Some(0));
        let others = [
            ([0, 77, 1, 8, 4, 0], "no buckets"),
            ([4096, 77, 1, 8, 4, 0], "buckets outside the memory"),
            ([2048, 77, 9, 8, 4, 0], "more entries than places"),
            ([2048, 77, 1, 0, 4, 0], "no keys"),
            ([2048, 77, 1, 8, 0x1f3b8, 0], "values that are too large"),
            ([2048, 77, 1, 8, 4, 0xc1], "too many buckets"),
        ];
        for (words, why) in others {
            assert_eq!(TinyGo.entries(&map(words), 20), None, "{why}");
        }
        assert_eq!(TinyGo.entries(&[0; 16], 0), None);
        assert_eq!(TinyGo.entries(&[0; 16], u32::MAX), None);
    }
}
