//! Checked access to a guest's memory. Nothing that a guest says about it is believed.

use super::fault::{Cause, Fault};
use crate::guest;

/// The `N` bytes at an address.
#[inline]
pub(crate) fn read<const N: usize>(memory: &[u8], address: u32) -> Result<[u8; N], Fault> {
    guest::read(memory, address).ok_or_else(|| outside(N as u64))
}

/// The little-endian 32-bit number at an address.
#[inline]
pub(crate) fn read_u32(memory: &[u8], address: u32) -> Result<u32, Fault> {
    read(memory, address).map(u32::from_le_bytes)
}

/// The `length` bytes at an address.
#[inline]
pub(crate) fn slice(memory: &[u8], address: u32, length: u64) -> Result<&[u8], Fault> {
    guest::slice(memory, address, length).ok_or_else(|| outside(length))
}

/// The same, to be written.
#[inline]
pub(crate) fn slice_mut(memory: &mut [u8], address: u32, length: u32) -> Result<&mut [u8], Fault> {
    let range = (address as usize).checked_add(length as usize).map(|end| address as usize..end);
    range.and_then(|range| memory.get_mut(range)).ok_or_else(|| outside(length.into()))
}

/// Writes `bytes` at an address.
#[inline]
pub(crate) fn write(memory: &mut [u8], address: u32, bytes: &[u8]) -> Result<(), Fault> {
    guest::write(memory, address, bytes).ok_or_else(|| outside(bytes.len() as u64))
}

/// The address `distance` bytes further on.
#[inline]
pub(crate) fn offset(address: u32, distance: u32) -> Result<u32, Fault> {
    address.checked_add(distance).ok_or_else(|| outside(distance.into()))
}

/// The address of an element of a sequence that begins at `start`.
#[inline]
pub(crate) fn element(start: u32, index: usize, stride: u32) -> Result<u32, Fault> {
    let distance = (index as u64).saturating_mul(stride.into());
    let address = u64::from(start).checked_add(distance).and_then(|sum| u32::try_from(sum).ok());
    address.ok_or_else(|| outside(distance))
}

#[cold]
fn outside(length: u64) -> Fault {
    Cause::Memory(length).into()
}
