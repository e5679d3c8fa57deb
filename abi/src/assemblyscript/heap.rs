//! A guest's heap while objects are built in it: allocation, checked writing, and what is pinned.

use crate::guest::{Guest, Stopped};
use crate::transfer::fault::Fault;
use crate::transfer::memory::{self, offset};
use crate::transfer::roots::{Holder, Root};
use crate::transfer::scalar::low_word;

use super::helpers;
use super::layout::MAX_PAYLOAD;

/// A guest with the objects that the host has pinned in it.
///
/// Every object is pinned at once and unpinned when it is stored in its parent, which is pinned itself
/// (`abi-assemblyscript` section 5).
pub(super) struct Heap<'g> {
    guest: &'g mut dyn Guest,
    roots: Vec<Root>,
}

impl Holder for Heap<'_> {
    fn roots(&mut self) -> &mut Vec<Root> {
        &mut self.roots
    }

    fn is_kept(&self) -> bool {
        self.guest.is_kept()
    }

    fn let_go(&mut self, root: Root) -> Result<(), Stopped> {
        let (Root::Pinned(address) | Root::Block(address)) = root;
        self.guest.helper(&helpers::UNPIN, &[address])?;
        Ok(())
    }
}

impl<'g> Heap<'g> {
    pub(super) fn new(guest: &'g mut dyn Guest) -> Self {
        Self::with(guest, Vec::new())
    }

    /// The same with objects that were pinned before.
    pub(super) fn with(guest: &'g mut dyn Guest, roots: Vec<Root>) -> Self {
        Self { guest, roots }
    }

    /// Leaves the pinned objects as they are, to be taken over by another.
    pub(super) fn into_roots(self) -> Vec<Root> {
        self.roots
    }

    /// How many objects are pinned; what comes later can be released on its own.
    pub(super) fn mark(&self) -> usize {
        self.roots.len()
    }

    /// Tells the guest how many arguments its function gets.
    pub(super) fn announce(&mut self, count: u32) -> Result<(), Stopped> {
        self.guest.helper(&helpers::SET_ARGUMENTS_LENGTH, &[count])?;
        Ok(())
    }

    /// Allocates and pins a zeroed object.
    pub(super) fn allocate(&mut self, size: u64, class_id: u32) -> Result<u32, Fault> {
        let small = u32::try_from(size).ok().filter(|_| size <= MAX_PAYLOAD);
        let small = small.ok_or_else(|| Fault::value(format!("{size} bytes are more than an object can hold")))?;
        let address = low_word(self.guest.helper(&helpers::NEW, &[small, class_id])?);
        if address == 0 {
            return Err(Fault::guest("failed to allocate WASM memory"));
        }
        self.guest.helper(&helpers::PIN, &[address])?;
        self.roots.push(Root::Pinned(address));
        // Only one of the guest's runtimes promises zeroed memory.
        memory::slice_mut(self.guest.memory_mut(), address, small)?.fill(0);
        Ok(address)
    }

    /// Writes into an object that was allocated here.
    pub(super) fn write(&mut self, address: u32, distance: u32, bytes: &[u8]) -> Result<(), Fault> {
        memory::write(self.guest.memory_mut(), offset(address, distance)?, bytes)
    }

    /// Writes consecutive 32-bit words into an object.
    pub(super) fn write_words<const N: usize>(&mut self, address: u32, words: [u32; N]) -> Result<(), Fault> {
        for (at, word) in (0u32..).step_by(4).zip(words) {
            self.write(address, at, &word.to_le_bytes())?;
        }
        Ok(())
    }
}
