//! How objects come into a guest's heap, and what is pinned there (`abi-assemblyscript` section 5).

use crate::guest::{Guest, Stopped};
use crate::transfer::fault::Fault;
use crate::transfer::memory;
use crate::transfer::roots::{Held, Root};
use crate::transfer::scalar::low_word;

use super::block::Block;
use super::helpers;
use super::image::{Image, Object};
use super::layout::{HEADER, MAX_PAYLOAD, OBJECT_ID};

/// A guest with the objects that the host has pinned in it.
pub(super) struct Heap<'g> {
    pub(super) held: Held<'g>,
}

/// So many objects come for each allocation that is made only to let the guest's collector work.
///
/// The collector works with each allocation, as long as it takes to free 200 objects. Where thousands come by one allocation,
/// time and again, it would fall behind for good.
const OBJECTS_OF_A_TURN: u32 = 64;

/// Where the objects of an image are in the guest.
pub(super) enum Placed {
    /// All so much further on.
    Together(u32),
    /// Each for itself: its address in the image and the one in the guest, ascending.
    Apart(Vec<(u32, u32)>),
}

impl Placed {
    /// The address in the guest of a place in the image.
    pub(super) fn address(&self, place: u32) -> u32 {
        match self {
            Self::Together(distance) => place.saturating_add(*distance),
            Self::Apart(list) => {
                let after = list.partition_point(|(start, _)| *start <= place);
                let object = after.checked_sub(1).and_then(|at| list.get(at));
                object.map_or(0, |(start, address)| place.saturating_sub(*start).saturating_add(*address))
            }
        }
    }
}

impl<'g> Heap<'g> {
    /// A guest in which these objects are pinned.
    pub(super) fn new(guest: &'g mut dyn Guest, pinned: Vec<Root>) -> Self {
        Self { held: Held::new(guest, pinned) }
    }

    /// Tells the guest how many arguments its function gets.
    pub(super) fn announce(&mut self, count: u32) -> Result<(), Stopped> {
        self.held.guest.helper(&helpers::SET_ARGUMENTS_LENGTH, &[count])?;
        Ok(())
    }

    /// Puts the objects of an image into the guest, which has made garbage where it `has_run`.
    ///
    /// What the guest allocates next may cost it those that nothing refers to: [`keep`](Self::keep) is to be called before.
    pub(super) fn place(&mut self, image: Image, has_run: bool) -> Result<Placed, Fault> {
        let mut objects = image.objects();
        match (objects.next(), objects.next()) {
            (None, _) => Ok(Placed::Together(0)),
            (Some(only), None) => {
                let address = self.allocate(only)?;
                self.fill(&image, only, address)?;
                Ok(Placed::Apart(vec![(only.address, address)]))
            }
            (Some(first), Some(_)) => {
                drop(objects);
                if has_run {
                    self.let_collect(image.count())?;
                }
                match self.fresh_block(&image, first)? {
                    Some(block) => {
                        block.divide(image, self.held.guest.memory_mut())?;
                        Ok(Placed::Together(block.start))
                    }
                    None => self.apart(image),
                }
            }
        }
    }

    /// Sees to it that of all that was placed exactly these objects are pinned. The others they must refer to.
    pub(super) fn keep(&mut self, addresses: &[u32]) -> Result<(), Stopped> {
        let pinned = self.held.take_roots();
        for root in &pinned {
            if !addresses.contains(&root.address) {
                self.held.guest.helper(&helpers::UNPIN, &[root.address])?;
            }
        }
        for address in addresses {
            if pinned.iter().all(|root| root.address != *address) {
                self.held.guest.helper(&helpers::PIN, &[*address])?;
            }
            self.held.hold(*address, &helpers::UNPIN);
        }
        Ok(())
    }

    /// Lets the collector work as it would while so many objects are allocated.
    fn let_collect(&mut self, objects: u32) -> Result<(), Fault> {
        for _ in 0..objects / OBJECTS_OF_A_TURN {
            self.allocate(Object { address: 0, class_id: OBJECT_ID, size: 0 })?;
        }
        Ok(())
    }

    /// One object in place of all those of an image, the first of which gives its class.
    fn fresh_block(&mut self, image: &Image, first: Object) -> Result<Option<Block>, Fault> {
        let size = u32::try_from(image.bytes().len()).ok().and_then(|length| length.checked_sub(HEADER));
        let Some(size) = size.filter(|size| u64::from(*size) <= MAX_PAYLOAD) else { return Ok(None) };
        let address = self.allocate(Object { size, ..first })?;
        Ok(Block::fresh(self.held.guest.memory(), Object { address, size, ..first }))
    }

    /// Allocates each object for itself. All are pinned until they are written, as the guest may collect meanwhile.
    fn apart(&mut self, mut image: Image) -> Result<Placed, Fault> {
        let mut list = Vec::new();
        for object in image.objects() {
            let address = self.allocate(object)?;
            self.held.guest.helper(&helpers::PIN, &[address])?;
            self.held.hold(address, &helpers::UNPIN);
            list.push((object.address, address));
        }
        let placed = Placed::Apart(list);
        image.relocate(|place| placed.address(place))?;
        for object in image.objects() {
            self.fill(&image, object, placed.address(object.address))?;
        }
        Ok(placed)
    }

    /// Allocates an object as large and of the same class as this one.
    fn allocate(&mut self, object: Object) -> Result<u32, Fault> {
        let address = low_word(self.held.guest.helper(&helpers::NEW, &[object.size, object.class_id])?);
        if address == 0 {
            return Err(Fault::guest("failed to allocate WASM memory"));
        }
        Ok(address)
    }

    /// Writes an object of an image into the guest.
    fn fill(&mut self, image: &Image, object: Object, address: u32) -> Result<(), Fault> {
        let payload = memory::slice(image.bytes(), object.address, object.size.into())?;
        memory::write(self.held.guest.memory_mut(), address, payload)
    }
}
