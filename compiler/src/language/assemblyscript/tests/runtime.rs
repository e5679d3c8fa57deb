//! What the compiler's runtimes keep in a guest's memory about its objects, as far as the host comes upon it: headers of
//! the memory manager, and the lists of the collector (`std/assembly/rt` of AssemblyScript: `tlsf.ts`, `itcms.ts`,
//! `tcms.ts`, `stub.ts`).

use std::collections::BTreeSet;

use abi::guest::{read_u32, write};

/// Which runtime a guest has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    /// One that nobody knows: only class and length are where they always are.
    Foreign,
    /// `stub`: a memory manager, and no collector.
    Stub,
    /// `incremental` and `minimal`.
    Collecting,
}

pub(super) const RUNTIMES: [Runtime; 3] = [Runtime::Foreign, Runtime::Stub, Runtime::Collecting];

/// First header that is given out; what is below is free for tests, but for the lists.
const START: u32 = 0x1_000c;
/// The collector's lists: of objects, and of those that are pinned.
const LISTS: [u32; 2] = [0xf000, 0xf100];
/// The color of fresh objects, and of pinned ones.
const COLORS: [u32; 2] = [1, 3];

/// The heap of a guest.
#[derive(Clone)]
pub(super) struct Heap {
    pub(super) runtime: Runtime,
    next: u32,
    pins: BTreeSet<u32>,
}

impl Heap {
    pub(super) fn new(runtime: Runtime, memory: &mut [u8]) -> Self {
        for list in LISTS {
            put(memory, list + 4, list);
            put(memory, list + 8, list);
        }
        Self { runtime, next: START, pins: BTreeSet::new() }
    }

    pub(super) fn pins(&self) -> usize {
        self.pins.len()
    }

    /// `__new`; nothing where there is no room.
    pub(super) fn new_object(&mut self, memory: &mut [u8], size: u32, class_id: u32) -> Option<u32> {
        let start = self.next;
        let end = start.checked_add(size.checked_add(20)?.next_multiple_of(16))?;
        if end as usize > memory.len() {
            return None;
        }
        self.next = end;
        put(memory, start + 12, class_id);
        put(memory, start + 16, size);
        if self.runtime != Runtime::Foreign {
            // The block to the left may be free; that is a bit of this one.
            put(memory, start, (end - start - 4) | 2);
            put(memory, start + 4, 0);
            put(memory, start + 8, 0);
        }
        if self.runtime == Runtime::Collecting {
            link(memory, start, 0);
        }
        Some(start + 20)
    }

    pub(super) fn pin(&mut self, memory: &mut [u8], address: u32) {
        assert!(self.pins.insert(address), "Object already pinned");
        self.relink(memory, address, 1);
    }

    pub(super) fn unpin(&mut self, memory: &mut [u8], address: u32) {
        assert!(self.pins.remove(&address), "Object is not pinned");
        self.relink(memory, address, 0);
    }

    fn relink(&self, memory: &mut [u8], address: u32, list: usize) {
        if self.runtime == Runtime::Collecting {
            let (next, before) = (word(memory, address - 16) & !3, word(memory, address - 12));
            put(memory, next + 8, before);
            put(memory, before + 4, next | word(memory, before + 4) & 3);
            link(memory, address - 20, list);
        }
    }

    /// Goes through the heap as the memory manager and the collector do: block lies beside block, and each is in the list
    /// that it should be in. Answers the addresses of all objects.
    pub(super) fn check(&self, memory: &[u8]) -> Vec<u32> {
        if self.runtime == Runtime::Foreign {
            return Vec::new();
        }
        let mut objects = Vec::new();
        let mut start = START;
        while start < self.next {
            let (info, size) = (word(memory, start), word(memory, start + 16));
            let room = info & !3;
            assert_eq!(info & 1, 0, "a block is in use");
            assert_eq!(room + 4, (size + 20).next_multiple_of(16), "a block is as large as its object needs");
            objects.push(start + 20);
            start += 4 + room;
        }
        assert_eq!(start, self.next, "the last block ends where the next will begin");
        if self.runtime == Runtime::Stub {
            assert!(objects.iter().all(|object| [word(memory, object - 16), word(memory, object - 12)] == [0, 0]));
            return objects;
        }
        let mut listed = Vec::new();
        for (list, color) in LISTS.into_iter().zip(COLORS) {
            let (mut at, mut next) = (list, word(memory, list + 4) & !3);
            while next != list {
                assert_eq!(word(memory, next + 8), at, "links lead back");
                assert_eq!(word(memory, next + 4) & 3, color);
                assert_eq!(self.pins.contains(&(next + 20)), color == 3);
                listed.push(next + 20);
                (at, next) = (next, word(memory, next + 4) & !3);
            }
            assert_eq!(word(memory, list + 8), at, "the list knows its last");
        }
        listed.sort_unstable();
        assert_eq!(listed, objects, "each object is in one list");
        objects
    }
}

/// Makes an object the last of a list.
fn link(memory: &mut [u8], start: u32, list: usize) {
    let (head, color) = (LISTS[list], COLORS[list]);
    let before = word(memory, head + 8);
    put(memory, start + 4, head | color);
    put(memory, start + 8, before);
    put(memory, before + 4, start | word(memory, before + 4) & 3);
    put(memory, head + 8, start);
}

fn word(memory: &[u8], address: u32) -> u32 {
    read_u32(memory, address).expect("what is read lies in the memory")
}

fn put(memory: &mut [u8], address: u32, word: u32) {
    write(memory, address, &word.to_le_bytes()).expect("what is written lies in the memory");
}
