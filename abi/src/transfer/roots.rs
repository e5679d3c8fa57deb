//! What the host holds in a guest, and how it lets go of it.

use crate::guest::{CallError, Guest, Helper, Stopped};

/// Something that the guest must not collect before the host lets go of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) address: u32,
    /// What is called with the address to let go of it.
    release: &'static Helper,
}

/// A guest in which the host holds objects that must not be collected yet.
pub(crate) struct Held<'g> {
    pub(crate) guest: &'g mut dyn Guest,
    /// The oldest first.
    roots: Vec<Root>,
}

impl<'g> Held<'g> {
    /// A guest in which the host holds what it held before.
    pub(crate) fn new(guest: &'g mut dyn Guest, roots: Vec<Root>) -> Self {
        Self { guest, roots }
    }

    /// Leaves everything as it is, to be taken over by another.
    pub(crate) fn into_roots(self) -> Vec<Root> {
        self.roots
    }

    /// Notes that the host holds what is at the address, until `release` is called with it.
    pub(crate) fn hold(&mut self, address: u32, release: &'static Helper) {
        self.roots.push(Root { address, release });
    }

    /// What is held, for someone else to keep or to let go of.
    pub(crate) fn take_roots(&mut self) -> Vec<Root> {
        std::mem::take(&mut self.roots)
    }

    /// How much is held; what comes later can be released on its own.
    pub(crate) fn mark(&self) -> usize {
        self.roots.len()
    }

    /// Lets go of all that is held since the mark, the newest first.
    pub(crate) fn release(&mut self, mark: usize) -> Result<(), Stopped> {
        while self.roots.len() > mark
            && let Some(root) = self.roots.pop()
        {
            self.guest.helper(root.release, &[root.address])?;
        }
        Ok(())
    }

    /// Lets go of everything at the end of a call of the app's function, if there is an afterwards.
    pub(crate) fn end<T>(&mut self, outcome: Result<T, CallError>) -> Result<T, CallError> {
        if self.guest.is_kept() { self.finish(outcome) } else { outcome }
    }

    /// Lets go of everything at the end of a host function, or of a call with this outcome.
    ///
    /// A guest that has stopped is left alone. One that stops now has stopped, whatever came of the call until then: it
    /// must neither be entered again nor be taken for one that answered.
    pub(crate) fn finish<T>(&mut self, outcome: Result<T, CallError>) -> Result<T, CallError> {
        if !matches!(outcome, Err(CallError::Stopped(_))) {
            self.release(0)?;
        }
        outcome
    }
}
