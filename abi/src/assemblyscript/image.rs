//! Objects as they are built, outside of the guest: side by side, as its own allocator would put them there
//! (`abi-assemblyscript` sections 4 and 5).

use crate::transfer::fault::Fault;
use crate::transfer::memory::{self, element, offset};

use super::hash;
use super::layout::{HEADER, HEADER_CLASS, MAX_PAYLOAD, block_size};

/// Objects with their headers. The address of an object is its place in here; none is at 0, which is null here, too.
#[derive(Default)]
pub(super) struct Image {
    bytes: Vec<u8>,
    count: u32,
    /// Where addresses are stored.
    references: Vec<u32>,
    tables: Vec<ByAddress>,
}

/// An object of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) address: u32,
    pub(super) class_id: u32,
    /// Bytes of its payload.
    pub(super) size: u32,
}

/// A map or set whose keys are hashed by their addresses: which bucket an entry is in shows only in the guest.
pub(super) struct ByAddress {
    pub(super) buckets: u32,
    pub(super) mask: u32,
    pub(super) entries: u32,
    pub(super) count: u32,
    /// Size of an entry, at whose beginning the key is.
    pub(super) stride: u32,
    /// Where the link to the next one of the bucket is in an entry.
    pub(super) tag: u32,
}

impl Image {
    /// Adds a zeroed object.
    pub(super) fn allocate(&mut self, size: u64, class_id: u32) -> Result<u32, Fault> {
        let small = u32::try_from(size).ok().filter(|_| size <= MAX_PAYLOAD);
        let size = small.ok_or_else(|| Fault::value(format!("{size} bytes are more than an object can hold")))?;
        let start = self.bytes.len();
        let end = start.saturating_add(block_size(size) as usize);
        let address = u32::try_from(end).ok().and_then(|_| u32::try_from(start).ok()?.checked_add(HEADER));
        let address = address.ok_or_else(|| Fault::value("all values together are more than a guest can hold"))?;
        self.bytes.resize(end, 0);
        self.count = self.count.saturating_add(1);
        let header = [class_id, size].map(u32::to_le_bytes);
        memory::write(&mut self.bytes, address.saturating_sub(HEADER_CLASS), header.as_flattened())?;
        Ok(address)
    }

    /// Writes into an object.
    pub(super) fn write(&mut self, address: u32, distance: u32, bytes: &[u8]) -> Result<(), Fault> {
        memory::write(&mut self.bytes, offset(address, distance)?, bytes)
    }

    /// The payload of an object, to be written.
    pub(super) fn payload(&mut self, address: u32) -> Result<&mut [u8], Fault> {
        let size = memory::read_u32(&self.bytes, address.saturating_sub(4))?;
        memory::slice_mut(&mut self.bytes, address, size)
    }

    /// Writes consecutive 32-bit numbers into an object.
    pub(super) fn write_words<const N: usize>(&mut self, address: u32, words: [u32; N]) -> Result<(), Fault> {
        self.write(address, 0, words.map(u32::to_le_bytes).as_flattened())
    }

    /// Stores the address of an object, or of a place inside one; null is there already.
    pub(super) fn refer(&mut self, address: u32, distance: u32, target: u32) -> Result<(), Fault> {
        if target != 0 {
            let place = offset(address, distance)?;
            self.write(place, 0, &target.to_le_bytes())?;
            self.references.push(place);
        }
        Ok(())
    }

    /// Leaves the chains of a table to be made in the guest.
    pub(super) fn chain_later(&mut self, table: ByAddress) {
        self.tables.push(table);
    }

    /// The number of objects.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// The object that begins where another ends, or at 0.
    pub(super) fn object_at(&self, start: u32) -> Option<Object> {
        let address = start.checked_add(HEADER)?;
        let word = |distance: u32| memory::read_u32(&self.bytes, address.checked_sub(distance)?).ok();
        Some(Object { address, class_id: word(HEADER_CLASS)?, size: word(4)? })
    }

    /// All objects, in the order in which they lie.
    pub(super) fn objects(&self) -> impl Iterator<Item = Object> {
        let after = |object: &Object| object.address.checked_sub(HEADER)?.checked_add(block_size(object.size));
        std::iter::successors(self.object_at(0), move |object| self.object_at(after(object)?))
    }

    /// Makes addresses in the guest of all that are stored in the objects: `moved` tells where in the guest a place is.
    pub(super) fn relocate(&mut self, moved: impl Fn(u32) -> u32) -> Result<(), Fault> {
        for place in std::mem::take(&mut self.references) {
            let target = memory::read_u32(&self.bytes, place)?;
            memory::write(&mut self.bytes, place, &moved(target).to_le_bytes())?;
        }
        for table in std::mem::take(&mut self.tables) {
            self.chain(&table, &moved)?;
        }
        Ok(())
    }

    /// Makes the chains of a table whose keys are addresses in the guest by now.
    fn chain(&mut self, table: &ByAddress, moved: impl Fn(u32) -> u32) -> Result<(), Fault> {
        for at in 0..table.count as usize {
            let entry = element(table.entries, at, table.stride)?;
            let hash = hash::short(memory::read_u32(&self.bytes, entry)?, 4);
            let bucket = element(table.buckets, (hash & table.mask) as usize, 4)?;
            let next = memory::read_u32(&self.bytes, bucket)?;
            self.write(entry, table.tag, &next.to_le_bytes())?;
            self.write(bucket, 0, &moved(entry).to_le_bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_lie_side_by_side() {
        let mut image = Image::default();
        assert_eq!(image.objects().count(), 0);
        // Headers take 20 bytes, and payloads begin 4 bytes behind a multiple of 16.
        let sizes = [0, 12, 13, 28];
        let addresses = sizes.map(|size| image.allocate(size, 7).unwrap());
        assert_eq!(addresses, [20, 52, 84, 132]);
        assert_eq!((image.bytes().len(), image.count()), (160, 4));
        let objects: Vec<_> = image.objects().collect();
        let expected =
            [(20, 0), (52, 12), (84, 13), (132, 28)].map(|(address, size)| Object { address, class_id: 7, size });
        assert_eq!(objects, expected);
    }

    #[test]
    fn addresses_move() {
        let mut image = Image::default();
        let parent = image.allocate(12, 7).unwrap();
        let child = image.allocate(1, 2).unwrap();
        image.refer(parent, 4, child).unwrap();
        image.refer(parent, 8, 0).unwrap();
        image.write(parent, 0, &child.to_le_bytes()).unwrap();
        image.relocate(|address| address + 0x1000).unwrap();
        let words: Vec<_> = (0..3).map(|at| memory::read_u32(image.bytes(), parent + 4 * at).unwrap()).collect();
        assert_eq!(words, [child, child + 0x1000, 0]);
    }

    #[test]
    fn what_no_object_holds_is_refused() {
        let mut image = Image::default();
        for size in [MAX_PAYLOAD + 1, u64::from(u32::MAX) + 1] {
            let text = image.allocate(size, 1).unwrap_err().of_argument("p").to_string();
            assert!(text.ends_with(&format!("{size} bytes are more than an object can hold")), "{text}");
        }
        assert_eq!(image.objects().count(), 0);
    }
}
