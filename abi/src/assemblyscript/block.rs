//! Objects that come into the guest as one, and are divided there (`abi-assemblyscript` section 5.1).

use crate::guest::read_u32;
use crate::transfer::fault::Fault;
use crate::transfer::memory;

use super::image::{Image, Object};
use super::layout::{BLOCK_OVERHEAD, HEADER, block_size};

/// Bit of the memory manager's number that says that a block is free.
const FREE: u32 = 1;
/// Its bits that are no part of the size.
const TAGS: u32 = 3;
/// Bits of a link that are the object's colour.
const COLOR: u32 = 3;
/// The two colours that a fresh object can have; which of them it is changes with each cycle of the collector.
const FRESH: std::ops::RangeInclusive<u32> = 0..=1;

/// A fresh object of the guest, about which the guest's runtime knows nothing but what its header says and what the list
/// says that it is the last of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Address of the header.
    pub(super) start: u32,
    /// The memory manager's bits.
    tags: u32,
    /// Where the collector has a list of objects; the stub runtime has none.
    list: Option<List>,
}

/// The place of a fresh object in the collector's list, which is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct List {
    /// The list itself, which is in place of the next object.
    head: u32,
    /// The object before.
    before: u32,
    color: u32,
}

impl Block {
    /// The object as the allocator has just made it. Nothing where it is in any way other than the runtimes of the
    /// AssemblyScript compiler leave it: then it cannot be known how to divide it.
    pub(super) fn fresh(memory: &[u8], object: Object) -> Option<Self> {
        let start = object.address.checked_sub(HEADER)?;
        let word = |distance: u32| read_u32(memory, start.checked_add(distance)?);
        let whole = block_size(object.size);
        let (info, end) = (word(0)?, start.checked_add(whole)?);
        let known = object.address.is_multiple_of(16)
            && end as usize <= memory.len()
            && info & !TAGS == whole.checked_sub(BLOCK_OVERHEAD)?
            && info & FREE == 0
            && [word(12)?, word(16)?] == [object.class_id, object.size];
        let list = match (word(4)?, word(8)?) {
            (0, 0) => None,
            (link, before) => Some(List::of_last(memory, start, link, before)?),
        };
        known.then_some(Self { start, tags: info & TAGS, list })
    }

    /// Puts the objects of an image, which take as much room, in place of the object.
    ///
    /// To the memory manager each is a block in use, as if it had been asked for each of them and had put one beside the
    /// other. To the collector each is a fresh object, in the list behind those that were there.
    pub(super) fn divide(self, mut image: Image, memory: &mut [u8]) -> Result<(), Fault> {
        image.relocate(|address| address.saturating_add(self.start))?;
        let (mut tags, mut before) = (self.tags, self.list.map_or(0, |list| list.before));
        let mut start = 0u32;
        while let Some(object) = image.object_at(start) {
            let here = start.saturating_add(self.start);
            let size = block_size(object.size);
            let next = here.saturating_add(size);
            let is_last = start.saturating_add(size) as usize >= image.bytes().len();
            let link = match self.list {
                Some(List { head, color, .. }) => color | if is_last { head } else { next },
                None => 0,
            };
            let header = [size.saturating_sub(BLOCK_OVERHEAD) | tags, link, before].map(u32::to_le_bytes);
            memory::write(image.bytes_mut(), start, header.as_flattened())?;
            tags = 0;
            if self.list.is_some() {
                before = here;
            }
            start = start.saturating_add(size);
        }
        memory::write(memory, self.start, image.bytes())?;
        match self.list {
            Some(list) => memory::write(memory, list.head.saturating_add(8), &before.to_le_bytes()),
            None => Ok(()),
        }
    }
}

impl List {
    /// The list that an object is the last of, by the links of the object; nothing where the list does not say so, too.
    fn of_last(memory: &[u8], start: u32, link: u32, before: u32) -> Option<Self> {
        let (head, color) = (link & !COLOR, link & COLOR);
        let last = read_u32(memory, head.checked_add(8)?)?;
        let next = read_u32(memory, before.checked_add(4)?)?;
        let linked = last == start && next & !COLOR == start && FRESH.contains(&color);
        linked.then_some(Self { head, before, color })
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "figures of the test's own"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::guest::write;

    const LIST: u32 = 0x20;
    const BEFORE: u32 = 0x40;
    const START: u32 = 0x8c;
    /// Two objects, of 12 and 16 bytes.
    const WHOLE: Object = Object { address: START + HEADER, class_id: 9, size: 32 + 48 - HEADER };

    /// A fresh object as the runtimes with a collector leave it, the last of a list of two.
    fn collecting() -> Vec<u8> {
        let mut memory = vec![0; 0x200];
        let mut put = |address: u32, word: u32| write(&mut memory, address, &word.to_le_bytes()).unwrap();
        put(START, (32 + 48 - BLOCK_OVERHEAD) | 2);
        put(START + 4, LIST | 1);
        put(START + 8, BEFORE);
        put(START + 12, WHOLE.class_id);
        put(START + 16, WHOLE.size);
        put(LIST + 8, START);
        put(BEFORE + 4, START | 1);
        memory
    }

    /// The same with the stub runtime.
    fn stub() -> Vec<u8> {
        let mut memory = collecting();
        write(&mut memory, START, &(32u32 + 48 - BLOCK_OVERHEAD).to_le_bytes()).unwrap();
        write(&mut memory, START + 4, &[0; 8]).unwrap();
        memory
    }

    fn image() -> Image {
        let mut image = Image::default();
        let first = image.allocate(12, 9).unwrap();
        let second = image.allocate(16, 2).unwrap();
        image.refer(first, 4, second).unwrap();
        image
    }

    fn words<const N: usize>(memory: &[u8], address: u32) -> [u32; N] {
        std::array::from_fn(|at| read_u32(memory, address + 4 * at as u32).unwrap())
    }

    #[test]
    fn objects_take_the_place_of_one() {
        let mut memory = collecting();
        Block::fresh(&memory, WHOLE).unwrap().divide(image(), &mut memory).unwrap();
        let second = START + 32;
        assert_eq!(words(&memory, START), [28 | 2, second | 1, BEFORE, 9, 12, 0, second + HEADER, 0]);
        assert_eq!(words(&memory, second), [44, LIST | 1, START, 2, 16]);
        assert_eq!((words(&memory, LIST + 8), words(&memory, BEFORE + 4)), ([second], [START | 1]));

        let mut memory = stub();
        Block::fresh(&memory, WHOLE).unwrap().divide(image(), &mut memory).unwrap();
        assert_eq!(words(&memory, START), [28, 0, 0, 9, 12, 0, second + HEADER, 0]);
        assert_eq!(words(&memory, second), [44, 0, 0, 2, 16]);
    }

    #[test]
    fn what_is_not_as_it_should_be_is_left_alone() {
        assert!(Block::fresh(&collecting()[..START as usize + 79], WHOLE).is_none(), "beyond the memory");
        for address in [0, 19, WHOLE.address + 4, u32::MAX - 15] {
            assert!(Block::fresh(&collecting(), Object { address, ..WHOLE }).is_none(), "{address}");
        }
        let second = Block::fresh(&collecting(), WHOLE);
        assert!(second.is_some());
        // A free block, a larger one, a smaller one; pinned, grey; another class, another length; links to elsewhere.
        let changes = [
            (START, 77),
            (START, 92),
            (START, 60),
            (START + 4, LIST | 3),
            (START + 4, LIST | 2),
            (START + 12, 8),
            (START + 16, 61),
            (START + 4, 0),
            (START + 8, 0),
            (START + 4, BEFORE | 1),
            (START + 8, LIST),
            (LIST + 8, BEFORE),
            (BEFORE + 4, LIST),
            (START + 4, !3),
            (START + 8, u32::MAX),
        ];
        for (address, word) in changes {
            let mut memory = collecting();
            write(&mut memory, address, &word.to_le_bytes()).unwrap();
            assert_eq!(Block::fresh(&memory, WHOLE), None, "{word:#x} at {address:#x}");
        }
    }

    proptest! {
        /// Whatever the memory holds, nothing is written outside of it, and nothing panics.
        #[test]
        fn hostile_memory(content in proptest::collection::vec(any::<u32>(), 128), address in any::<u32>()) {
            let mut memory: Vec<u8> = content.into_iter().flat_map(u32::to_le_bytes).collect();
            for address in [address, address % 512, WHOLE.address] {
                if let Some(block) = Block::fresh(&memory, Object { address, ..WHOLE }) {
                    let _ = block.divide(image(), &mut memory);
                }
            }
        }
    }
}
