//! `arc4random` of wasi-libc, through which TinyGo's apps get all of their random numbers.
//!
//! It keeps a key and 512 bytes, of which it gives away from the front and clears what it gave. It seeds itself when it is
//! first asked. With a state written into memory before the start, it gives away bytes of our choice; set back to zeros
//! afterwards, it seeds itself again in each instance.

use std::ops::Range;

use abi::guest::read_u32;
use abi::renewal::Piece;

/// Bytes of the key.
const KEY: u32 = 32;
/// Bytes that it makes at once.
const RESERVE: u32 = 512;
/// In front of the key: whether it is seeded, and how many bytes it gave away.
const HEAD: u32 = 8;

/// Where its state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Generator {
    start: u32,
}

impl Generator {
    /// The one that was not seeded `before` the start, and `after`wards was, by the random bytes that went to `places`. Other
    /// things look the same: an array of 32 bytes with its head, in AssemblyScript.
    pub(super) fn find(places: &[(u32, u32)], before: &[u8], after: &[u8]) -> Option<Self> {
        let keys = places.iter().filter(|(_, length)| *length == KEY);
        let mut found = keys.filter_map(|(key, _)| Some(Self { start: key.checked_sub(HEAD)? }));
        found.find(|generator| {
            let range = generator.range();
            let fresh = before.get(range.start as usize..range.end as usize);
            fresh.is_some_and(|state| state.iter().all(|byte| *byte == 0)) && generator.head(after).is_some()
        })
    }

    /// Where its key is put: address and length.
    pub(super) fn key(self) -> (u32, u32) {
        (self.start.saturating_add(HEAD), KEY)
    }

    /// The addresses of its state.
    pub(super) fn range(self) -> Range<u32> {
        self.start..self.start.saturating_add(HEAD + KEY + RESERVE)
    }

    /// A state that gives away these bytes first. `other` is what it goes on with.
    pub(super) fn state(self, bytes: &[u8], key: &[u8]) -> Piece {
        let head = [1_u32.to_le_bytes(), [0; 4]].concat();
        Piece { address: self.start, bytes: [&head, key, bytes].concat() }
    }

    /// How many bytes are needed for a state, and for its key.
    pub(super) const fn lengths() -> (usize, usize) {
        (RESERVE as usize, KEY as usize)
    }

    /// How many bytes it gave away of a state that was planted; nothing where it is not what is left of that.
    pub(super) fn given(self, planted: &Piece, after: &[u8]) -> Option<usize> {
        let given = self.head(after)?;
        let range = self.range();
        let left = after.get(range.start as usize..range.end as usize)?;
        let front = (HEAD + KEY) as usize;
        let (key, reserve) = (left.get(HEAD as usize..front)?, left.get(front..)?);
        let (planted_key, planted) = (planted.bytes.get(HEAD as usize..front)?, planted.bytes.get(front..)?);
        let spent = reserve.get(..given)?.iter().all(|byte| *byte == 0);
        (spent && key == planted_key && reserve.get(given..)? == planted.get(given..)?).then_some(given)
    }

    /// How many bytes of its reserve a seeded generator gave away.
    fn head(self, memory: &[u8]) -> Option<usize> {
        let seeded = read_u32(memory, self.start)? == 1;
        let given = read_u32(memory, self.start.checked_add(4)?)?;
        (seeded && given <= RESERVE).then_some(given as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u32 = 100;

    fn after(bytes: &[u8], given: usize) -> (Piece, Vec<u8>) {
        let generator = Generator { start: START };
        let planted = generator.state(bytes, &[7; KEY as usize]);
        let mut memory = vec![0; 1000];
        abi::guest::write(&mut memory, planted.address, &planted.bytes).unwrap();
        abi::guest::write(&mut memory, START + 4, &(given as u32).to_le_bytes()).unwrap();
        memory[140..140 + given].fill(0);
        (planted, memory)
    }

    #[test]
    fn it_is_found_by_its_key() {
        let (_, memory) = after(&[9; 512], 8);
        let fresh = vec![0; 1000];
        let place = (START + 8, 32);
        assert_eq!(Generator::find(&[(0, 16), place], &fresh, &memory), Some(Generator { start: START }));
        assert_eq!(Generator::find(&[(START + 12, 32), (4, 32), (u32::MAX, 32)], &fresh, &memory), None);
        assert_eq!(Generator::find(&[place], &fresh, &fresh), None, "not seeded");
        assert_eq!(Generator::find(&[place], &memory, &memory), None, "seeded before");
    }

    #[test]
    fn what_it_gave_is_told_only_of_what_was_planted() {
        let generator = Generator { start: START };
        for given in [0, 8, 512] {
            let (planted, memory) = after(&[9; 512], given);
            assert_eq!(generator.given(&planted, &memory), Some(given));
            for changed in [108, 139, 140 + given.min(511), 651] {
                let mut memory = memory.clone();
                memory[changed] ^= 1;
                assert_eq!(generator.given(&planted, &memory), None, "{given} {changed}");
            }
        }
    }
}
