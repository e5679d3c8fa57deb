//! A running guest as the language layers see it: a linear memory and a few exports.

#![warn(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, clippy::indexing_slicing)]

use thiserror::Error;

use crate::transfer::fault::{Cause, Path};

/// A running instance. The runner implements it over wasmtime; tests may use plain memory.
pub trait Guest {
    /// The whole linear memory. Invalid after any call into the guest.
    fn memory(&self) -> &[u8];
    /// The whole linear memory, writable. Invalid after any call into the guest.
    fn memory_mut(&mut self) -> &mut [u8];
    /// Calls a helper export of the guest's language runtime; answers its result, or 0 if it has none.
    ///
    /// # Errors
    /// [`Stopped`] when the guest ended, or when it does not export the helper.
    fn helper(&mut self, helper: &'static Helper, arguments: &[u32]) -> Result<u64, Stopped>;
    /// Whether the instance lives on after the call. Where it does not, nothing needs to be given back to it.
    fn is_kept(&self) -> bool {
        true
    }
    /// Takes a warning about the values of the call, for the log and for the app's users; the call goes on.
    fn warn(&mut self, text: &str);
}

/// A guest whose function can be called at once and to its end: in tests, and wherever nobody else has to be served
/// meanwhile.
pub trait Callable: Guest {
    /// Calls the app's function with raw core values (the low bits count); answers the raw result, or 0.
    ///
    /// # Errors
    /// [`Stopped`] when the guest ended.
    fn function(&mut self, words: &[u64]) -> Result<u64, Stopped>;
}

/// The guest ended (trap, exit, cancellation). Whoever implements [`Guest`] keeps the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the guest stopped")]
pub struct Stopped;

/// Export of the linear memory.
pub const MEMORY: &str = "memory";
/// Export that collects garbage, which only guests made for tests have.
pub const COLLECT: &str = "__collect";
/// Export of the global in which a guest counts its collections of garbage: modusc adds it where it knows the collector.
pub const COLLECTIONS: &str = "collections";

/// An export of a guest's language runtime that the host calls. Each language has a list of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Helper {
    /// Place in the list of its language.
    pub index: usize,
    /// The export's name.
    pub export: &'static str,
    /// Whether the guest may collect garbage while it runs.
    pub allocates: bool,
}

impl Helper {
    /// The most helpers that a language has.
    pub const MOST: usize = 8;

    /// Whether each helper of a language knows its place, and there are not too many.
    #[expect(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "only the compiler runs it, and refuses"
    )]
    pub(crate) const fn are_in_order(list: &[Self]) -> bool {
        let mut at = 0;
        while at < list.len() {
            if list[at].index != at {
                return false;
            }
            at += 1;
        }
        list.len() <= Self::MOST
    }
}

/// Bounds on what one call may move into or out of a guest.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nested values.
    pub depth: u32,
    /// Values in total.
    pub values: u64,
    /// Bytes of text and binary data in total.
    pub bytes: u64,
    /// Asked from time to time while much is moved, so that the host can look after others.
    pub pause: fn() -> Pause,
}

/// What the host wants of a transfer that has taken some milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It goes on.
    Over,
    /// It stops with [`CallError::Unfinished`], and is begun again where it holds up nobody.
    Stop,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 128, values: 4_000_000, bytes: 64 << 20, pause: || Pause::Over }
    }
}

/// Why values could not be moved.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CallError {
    /// An argument does not fit its type. `path` is the parameter with the place inside it (`seat.row`, `rows[3]`).
    #[error("function parameter '{path}' is invalid: {cause}")]
    Argument {
        /// Parameter and place.
        path: Path,
        /// What is wrong.
        cause: Cause,
    },
    /// The guest's answer cannot be read or shown.
    #[error("the function's result is invalid{}: {cause}", at(path))]
    Result {
        /// Place inside the result; may be empty.
        path: Path,
        /// What is wrong.
        cause: Cause,
    },
    /// The guest ended.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The host stopped the transfer ([`Pause::Stop`]): it is to be begun again.
    #[error("the values take too long to be moved at once")]
    Unfinished,
}

fn at(path: &Path) -> String {
    if path.steps().next().is_none() { String::new() } else { format!(" at {path}") }
}

/// Reads `N` bytes at `address`.
pub fn read<const N: usize>(memory: &[u8], address: u32) -> Option<[u8; N]> {
    memory.get(address as usize..)?.first_chunk().copied()
}

/// Reads a little-endian 32-bit word.
pub fn read_u32(memory: &[u8], address: u32) -> Option<u32> {
    read(memory, address).map(u32::from_le_bytes)
}

/// The `length` bytes at `address`; `None` where they do not all lie inside the memory.
pub fn slice(memory: &[u8], address: u32, length: u64) -> Option<&[u8]> {
    let start = u64::from(address);
    let end = start.checked_add(length)?;
    memory.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

/// Writes `bytes` at `address`; `None` where they do not fit.
pub fn write(memory: &mut [u8], address: u32, bytes: &[u8]) -> Option<()> {
    let start = address as usize;
    memory.get_mut(start..start.checked_add(bytes.len())?)?.copy_from_slice(bytes);
    Some(())
}
