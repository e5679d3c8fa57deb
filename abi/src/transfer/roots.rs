//! What the host holds in a guest, and how it lets go of it.

use crate::guest::{CallError, Stopped};

/// Something that the guest must not collect before the host lets go of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// A pinned object.
    Pinned(u32),
    /// A block that is never collected, but freed.
    Block(u32),
}

/// A guest in which the host holds objects that must not be collected yet.
pub(crate) trait Holder {
    /// What is held, the oldest first.
    fn roots(&mut self) -> &mut Vec<Root>;

    /// Makes the guest let go of one.
    fn let_go(&mut self, root: Root) -> Result<(), Stopped>;

    /// Lets go of all that is held since there were `mark` roots, the newest first.
    fn release(&mut self, mark: usize) -> Result<(), Stopped> {
        while self.roots().len() > mark
            && let Some(root) = self.roots().pop()
        {
            self.let_go(root)?;
        }
        Ok(())
    }

    /// Whether the instance lives on after the call of the app's function.
    fn is_kept(&self) -> bool;

    /// Lets go of everything at the end of a call of the app's function, if there is an afterwards.
    fn end<T>(&mut self, outcome: Result<T, CallError>) -> Result<T, CallError> {
        if self.is_kept() { self.finish(outcome) } else { outcome }
    }

    /// Lets go of everything at the end of a host function, or of a call with this outcome.
    ///
    /// A guest that has stopped is left alone. One that stops now has stopped, whatever came of the call until then: it
    /// must neither be entered again nor be taken for one that answered.
    fn finish<T>(&mut self, outcome: Result<T, CallError>) -> Result<T, CallError> {
        if !matches!(outcome, Err(CallError::Stopped(_))) {
            self.release(0)?;
        }
        outcome
    }
}
