//! The free part of an initialised memory, and what lies behind it.
//!
//! The image of a memory is one piece, from the first byte that is not zero to the last. Allocators keep a few bytes at the
//! very end of the memory: TinyGo the table of its blocks, AssemblyScript the end of its last block. Were they part of
//! the image, it would hold all that is free before them.

use std::ops::Range;

use abi::renewal::Piece;

/// Zeros in one piece that count as free, at least.
const LEAST: usize = 1 << 10;
/// Bytes that have to be free for what lies behind them to be left out of the image.
const GAP: usize = 16 << 10;
/// Bytes behind it that are left out of the image, at most: they are written into each instance.
const MOST: usize = 16 << 10;
/// Zeros between two pieces, at least: each piece has a head of its own.
const APART: usize = 16;

/// The range of zeros that an allocator has not used: the last one that has something on both sides, or the one at the end
/// if that is longer. Before it may be others: a stack, a variable that is large and not used yet.
pub(super) fn free(memory: &[u8]) -> Range<usize> {
    const BLOCK: usize = 256;
    let (mut between, mut start) = (0..0, 0);
    for (number, block) in memory.chunks(BLOCK).enumerate() {
        // Nearly all of a large memory is zeros.
        if block.iter().all(|byte| *byte == 0) {
            continue;
        }
        for (offset, _) in block.iter().enumerate().filter(|(_, byte)| **byte != 0) {
            let at = number * BLOCK + offset;
            if start > 0 && at - start >= LEAST {
                between = start..at;
            }
            start = at + 1;
        }
    }
    let end = start..memory.len();
    if end.len() > between.len() { end } else { between }
}

/// Takes out of the memory what lies far behind all the rest.
pub(super) fn take(memory: &mut [u8]) -> Vec<Piece> {
    let free = free(memory);
    let behind = memory.get_mut(free.end..).unwrap_or_default();
    let used = behind.iter().filter(|byte| **byte != 0).count();
    if free.len() < GAP || used > MOST {
        return Vec::new();
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut zeros = 0;
    for (at, byte) in (free.end..).zip(behind.iter_mut()) {
        let byte = std::mem::take(byte);
        if byte == 0 {
            zeros += 1;
            continue;
        }
        match pieces.last_mut().filter(|_| zeros < APART) {
            Some(piece) => piece.bytes.extend(std::iter::repeat_n(0, zeros).chain([byte])),
            None => pieces.push(Piece { address: u32::try_from(at).unwrap_or(u32::MAX), bytes: vec![byte] }),
        }
        zeros = 0;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn memory(length: usize, bytes: &[(usize, u8)]) -> Vec<u8> {
        let mut memory = vec![0; length];
        bytes.iter().for_each(|(at, byte)| memory[*at] = *byte);
        memory
    }

    #[test]
    fn the_last_range_of_zeros_is_free() {
        let free_of = |bytes: &[usize]| {
            let bytes: Vec<(usize, u8)> = bytes.iter().map(|at| (*at, 1)).collect();
            free(&memory(100_000, &bytes))
        };
        assert_eq!(free_of(&[10, 99_000]), 11..99_000);
        // A stack in front of the heap is longer.
        assert_eq!(free_of(&[10, 70_000, 99_000, 99_500]), 70_001..99_000);
        assert_eq!(free_of(&[50_000, 50_100, 99_000]), 50_101..99_000);
        // Nothing is kept behind the heap.
        assert_eq!(free_of(&[10, 5000]), 5001..100_000);
        assert_eq!(free_of(&[]), 0..100_000);
        assert_eq!(free(&[1; 3]), 0..0);
        assert_eq!(free(&[]), 0..0);
    }

    #[test]
    fn what_is_near_stays() {
        let mut near = memory(GAP, &[(0, 1), (GAP - 1, 2)]);
        assert_eq!(take(&mut near), []);
        assert_eq!(near[GAP - 1], 2);
        let mut much = memory(GAP + 2 * MOST, &[]);
        much[GAP..].fill(1);
        assert_eq!(take(&mut much), []);
    }

    proptest! {
        /// Written back, what was taken gives the memory that there was.
        #[test]
        fn nothing_is_lost(
            front in proptest::collection::vec(any::<u8>(), 0..300),
            gap in 0..3 * GAP,
            back in proptest::collection::vec(prop_oneof![3 => Just(0), 1 => any::<u8>()], 0..600),
        ) {
            let whole = [front, vec![0; gap], back].concat();
            let mut memory = whole.clone();
            let far = take(&mut memory);
            let taken = far.iter().map(|piece| piece.bytes.len()).sum::<usize>();
            prop_assert!(taken <= 600);
            for piece in &far {
                abi::guest::write(&mut memory, piece.address, &piece.bytes).unwrap();
            }
            prop_assert_eq!(memory, whole);
        }
    }
}
