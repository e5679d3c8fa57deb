//! Texts on their way into a guest. Small ones share blocks of bytes: a string may point anywhere into a block, and the
//! guest's collector keeps the block for any of them (`abi-go` section 8).

use super::heap::Heap;
use crate::transfer::fault::Fault;
use crate::transfer::memory::element;

/// Bytes of texts that share a block, about: a guest that holds on to one of them holds on to all.
const SHARED: usize = 16 << 10;
/// Texts of so many bytes have a block of their own.
const LARGE: usize = SHARED / 4;

/// Where the address of a text is wanted.
pub(super) enum Slot {
    /// In guest memory.
    Memory(u32),
    /// Among the parameters of the call, by index.
    Word(usize),
}

/// Texts that wait for a block.
#[derive(Default)]
pub(super) struct Texts {
    content: Vec<u8>,
    /// Where the address of each is wanted, and where it begins in `content`.
    waiting: Vec<(Slot, usize)>,
    /// Addresses that are wanted among the parameters, by index.
    words: Vec<(usize, u32)>,
}

impl Texts {
    /// Takes a text that is not empty. Its address is written when it has one, after [`flush`](Self::flush) at the latest.
    pub(super) fn add(&mut self, heap: &mut Heap<'_>, text: &str, slot: Slot) -> Result<(), Fault> {
        if text.len() >= LARGE {
            let address = heap.bytes_block(text.as_bytes())?;
            return self.settle(heap, slot, address);
        }
        if self.content.len().saturating_add(text.len()) > SHARED {
            self.flush(heap)?;
        }
        self.waiting.push((slot, self.content.len()));
        self.content.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Puts the texts into the guest that are not there yet.
    pub(super) fn flush(&mut self, heap: &mut Heap<'_>) -> Result<(), Fault> {
        if self.content.is_empty() {
            return Ok(());
        }
        let block = heap.bytes_block(&self.content)?;
        self.content.clear();
        for (slot, start) in std::mem::take(&mut self.waiting) {
            self.settle(heap, slot, element(block, start, 1)?)?;
        }
        Ok(())
    }

    fn settle(&mut self, heap: &mut Heap<'_>, slot: Slot, address: u32) -> Result<(), Fault> {
        match slot {
            Slot::Memory(place) => heap.write(place, &address.to_le_bytes())?,
            Slot::Word(index) => self.words.push((index, address)),
        }
        Ok(())
    }

    /// Puts the last texts into the guest, and all addresses that are wanted there among the parameters.
    pub(super) fn finish(mut self, heap: &mut Heap<'_>, words: &mut [u64]) -> Result<(), Fault> {
        self.flush(heap)?;
        for (index, address) in self.words {
            if let Some(word) = words.get_mut(index) {
                *word = address.into();
            }
        }
        Ok(())
    }
}
