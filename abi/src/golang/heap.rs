//! Guest memory during one call: allocation, checked access, and the list of what to release afterwards.

use crate::guest::{Guest, Helper};
use crate::transfer::fault::Fault;
use crate::transfer::memory::{self, element, offset};
use crate::transfer::roots::{Held, Root};
use crate::transfer::scalar::low_word;

use super::helpers;
use super::layout::BYTES_ID;

/// A guest with the roots that the host has made in it. Its collector sees neither host variables nor core results,
/// so everything the host still needs across a helper call must be pinned or written into a malloc block (`abi-go`
/// section 8).
pub(super) struct Heap<'g> {
    pub(super) held: Held<'g>,
}

impl<'g> Heap<'g> {
    /// A guest with roots that were made before.
    pub(super) fn new(guest: &'g mut dyn Guest, roots: Vec<Root>) -> Self {
        Self { held: Held::new(guest, roots) }
    }

    /// Hands a warning on.
    pub(super) fn warn(&mut self, text: &str) {
        self.held.guest.warn(text);
    }

    /// A zeroed, pinned object of the type `class_id`.
    pub(super) fn object(&mut self, class_id: u32, type_name: &str) -> Result<u32, Fault> {
        self.pinned(class_id, &helpers::NEW, &[class_id], type_name)
    }

    /// A pinned slice header, string header or map slot for `length` elements.
    pub(super) fn make(&mut self, class_id: u32, length: usize, type_name: &str) -> Result<u32, Fault> {
        let length = length_of(length, type_name)?;
        self.pinned(class_id, &helpers::MAKE, &[class_id, length], type_name)
    }

    /// The header of a slice of `length` zeroed elements, in blocks of their own.
    pub(super) fn slice(&mut self, length: usize, stride: u32, type_name: &str) -> Result<u32, Fault> {
        let too_many = || Fault::value(format!("{length} elements are too many for {type_name}"));
        let count = u32::try_from(length).map_err(|_| too_many())?;
        let size = count.checked_mul(stride).filter(|size| i32::try_from(*size).is_ok()).ok_or_else(too_many)?;
        let header = self.malloc(12)?;
        // An empty slice is not nil, and so has an address.
        let start = self.malloc(size.max(1))?;
        for (index, word) in [start, count, count].into_iter().enumerate() {
            self.write(element(header, index, 4)?, &word.to_le_bytes())?;
        }
        Ok(header)
    }

    fn pinned(
        &mut self,
        class_id: u32,
        helper: &'static Helper,
        arguments: &[u32],
        type_name: &str,
    ) -> Result<u32, Fault> {
        if class_id == 0 {
            return Err(Fault::of_type(format!("the metadata gives no id for {type_name}")));
        }
        let address = low_word(self.held.guest.helper(helper, arguments)?);
        if address == 0 {
            return Err(Fault::guest(format!("the guest cannot allocate {type_name} (type id {class_id})")));
        }
        self.held.hold(address, &helpers::UNPIN);
        Ok(address)
    }

    /// A zeroed block that is a root for every address stored in it.
    pub(super) fn malloc(&mut self, size: u32) -> Result<u32, Fault> {
        let address = low_word(self.held.guest.helper(&helpers::MALLOC, &[size])?);
        if address == 0 {
            return Err(Fault::guest(format!("the guest cannot allocate {size} bytes")));
        }
        self.held.hold(address, &helpers::FREE);
        Ok(address)
    }

    /// A pinned block with this content, which is not empty.
    pub(super) fn bytes_block(&mut self, content: &[u8]) -> Result<u32, Fault> {
        let header = self.make(BYTES_ID, content.len(), "[]byte")?;
        let address = self.u32(header)?;
        self.write(address, content)?;
        Ok(address)
    }

    /// Copies a map into two fresh slices and answers the addresses of their headers, rooted until `release`.
    pub(super) fn read_map(&mut self, class_id: u32, slot: u32, type_name: &str) -> Result<(u32, u32), Fault> {
        if class_id == 0 {
            return Err(Fault::of_type(format!("the metadata gives no id for {type_name}")));
        }
        let cell = self.malloc(8)?;
        let headers = self.held.guest.helper(&helpers::READ_MAP, &[class_id, slot])?;
        let (keys, values) = (low_word(headers >> 32), low_word(headers));
        if keys == 0 || values == 0 {
            return Err(Fault::guest(format!("the guest cannot read {type_name} (type id {class_id})")));
        }
        self.write(cell, &keys.to_le_bytes())?;
        self.write(offset(cell, 4)?, &values.to_le_bytes())?;
        Ok((keys, values))
    }

    /// Inserts two slices into a map.
    pub(super) fn write_map(&mut self, class_id: u32, slot: u32, keys: u32, values: u32) -> Result<(), Fault> {
        self.held.guest.helper(&helpers::WRITE_MAP, &[class_id, slot, keys, values])?;
        Ok(())
    }

    pub(super) fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Fault> {
        memory::write(self.held.guest.memory_mut(), address, bytes)
    }

    pub(super) fn u32(&self, address: u32) -> Result<u32, Fault> {
        memory::read_u32(self.held.guest.memory(), address)
    }

    pub(super) fn u64(&self, address: u32) -> Result<u64, Fault> {
        memory::read(self.held.guest.memory(), address).map(u64::from_le_bytes)
    }

    pub(super) fn bytes(&self, address: u32, length: u64) -> Result<&[u8], Fault> {
        memory::slice(self.held.guest.memory(), address, length)
    }

    /// Consecutive words, such as those of a string's or slice's header: address, length, and a slice's capacity.
    pub(super) fn words<const N: usize>(&self, address: u32) -> Result<[u32; N], Fault> {
        let mut words = [0; N];
        for (index, word) in words.iter_mut().enumerate() {
            *word = self.u32(element(address, index, 4)?)?;
        }
        Ok(words)
    }
}

/// A length as the guest has it, whose lengths are signed.
pub(super) fn length_of(length: usize, type_name: &str) -> Result<u32, Fault> {
    let small = i32::try_from(length).map(i32::cast_unsigned);
    small.map_err(|_| Fault::value(format!("{length} elements are too many for {type_name}")))
}
