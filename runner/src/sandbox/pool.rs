//! When instances come from a pool, and what a slot of it keeps.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::code::Code;
use super::engine::{self, Allocation};
use super::resident::Resident;
use super::{Inner, Sandbox};
use crate::capacity::memory::for_guests;
use crate::load::{CodeFile, LoadError};
use crate::telemetry::metrics;

/// Time from the first call to the making of the pool: what the first answer takes, with room to spare.
const UNTIL_POOL: Duration = Duration::from_millis(5);

/// Between two attempts to make it.
const UNTIL_NEXT_TRY: Duration = Duration::from_secs(1);

/// Where the code is mapped from.
pub(super) struct Source {
    pub(super) file: CodeFile,
    pub(super) trust: Trust,
}

/// Whether code may be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// While nobody touches its file, which was just opened.
    New,
    /// While nobody touches its file, which can be written to: its contents are looked at again then.
    Seen,
    /// Nobody can write to its file any more.
    Fixed,
    /// No: it was written to, or its program is damaged.
    Refused,
}

impl Sandbox {
    /// Takes instances from a pool from now on, which makes them several times cheaper, and code from a copy that nobody can
    /// overwrite. The pool takes 0.2 ms and more to create: that is not for the first answer to wait for, so the first call has it made some milliseconds later.
    ///
    /// Where there can be none, instances are allocated as before, and the log says why. The answer is false where it is worth
    /// another try, because there were no file descriptors.
    pub fn pool(&self) -> bool {
        let inner = &*self.0;
        inner.pooled.store(true, Ordering::Relaxed);
        let Some(source) = self.sealed() else { return true };
        let (shared, file) = (&inner.shared, &source.file);
        let (slots, resident) = (inner.capacity.calls() + inner.inner_calls, inner.resident());
        let make = |allocation| Code::new(allocation, file, &shared.program, &shared.host_functions, &inner.options);
        let code = match make(Allocation::Pooled { slots, resident }) {
            Ok(code) => {
                let Resident { bytes, scan } = resident;
                tracing::debug!(target: "modus", slots, bytes, scan, "A memory pool, and what each slot keeps of it.");
                let measured = Arc::downgrade(&self.0);
                metrics::keeping(move || measured.upgrade().map_or(0, |inner| inner.code.load().kept()));
                Some(code)
            }
            Err(error @ LoadError::File { .. }) => {
                tracing::warn!(target: "modus", error = %error, "No memory pool yet.");
                return false;
            }
            // The one that there is can be used on.
            Err(error) if inner.code.load().is_pooled() => {
                tracing::debug!(target: "modus", error = %error, "No other memory pool.");
                None
            }
            Err(error) => {
                let (bounds, help) = (file.bounds.name(), engine::without_pool(file.bounds));
                tracing::warn!(target: "modus", error = %error, bounds, help, "No memory pool: instances are allocated one by one.");
                make(Allocation::OnDemand).ok()
            }
        };
        inner.take(code, source);
        inner.renewing.store(false, Ordering::Relaxed);
        // Calls that ended meanwhile had nothing to compare their memory with.
        if inner.code.load().resident == Some(resident) && resident != inner.resident() {
            self.0.renew();
        }
        true
    }

    /// The code from where nobody can change it, if possible; `None` if somebody has changed it, or if the program is damaged.
    fn sealed(&self) -> Option<Source> {
        let file = self.0.source.load().file.clone();
        let sealed = file.sealed(&self.0.shared.program).or_else(|error| match error {
            LoadError::Overwritten { .. } | LoadError::Artifact { .. } => Err(error),
            error => {
                tracing::warn!(target: "modus", error = %error, "The artifact must not be written to while it is in use.");
                file.looked_at()
            }
        });
        match sealed {
            Ok(file) => {
                let trust = if file.is_fixed() { Trust::Fixed } else { Trust::Seen };
                Some(Source { file, trust })
            }
            Err(error) => {
                let help = "send SIGHUP to load what is there now, or start the runner again";
                tracing::error!(target: "modus", error = %error, help, "Calls are refused.");
                self.0.source.store(Arc::new(Source { file, trust: Trust::Refused }));
                None
            }
        }
    }

    /// Leaves it to the caller to [have the pool made](Self::pool_after): the first call does not.
    pub(crate) fn put_off_pool(&self) {
        self.0.pooled.store(true, Ordering::Relaxed);
    }

    /// [`Sandbox::pool`], when the first answer is likely to be sent.
    pub(super) fn pool_soon(&self) {
        if !self.0.pooled.load(Ordering::Relaxed) && !self.0.pooled.swap(true, Ordering::Relaxed) {
            self.pool_after(UNTIL_POOL);
        }
    }

    /// [`Sandbox::pool`] after some time.
    pub(crate) fn pool_after(&self, time: Duration) {
        if let Err(error) = self.make_pool(time) {
            tracing::warn!(target: "modus", error = %error, "No thread to make the memory pool; the next call tries again.");
            self.0.pooled.store(false, Ordering::Relaxed);
        }
    }

    /// The same on a thread of its own.
    fn make_pool(&self, time: Duration) -> io::Result<()> {
        let sandbox = self.downgrade();
        let make = move || {
            std::thread::sleep(time);
            persist(|| sandbox.upgrade(), Sandbox::pool, UNTIL_NEXT_TRY);
        };
        std::thread::Builder::new().name("pool".to_owned()).spawn(make).map(drop)
    }
}

/// Does something with what is found until it is done, or until there is nothing to be found: nothing is held meanwhile.
fn persist<S>(find: impl Fn() -> Option<S>, attempt: impl Fn(&S) -> bool, pause: Duration) {
    while find().is_some_and(|subject| !attempt(&subject)) {
        std::thread::sleep(pause);
    }
}

impl Inner {
    /// What a slot should keep, as far as is known now.
    fn resident(&self) -> Resident {
        let memory = self.code.load().initial_memory.max(self.most_memory.load(Ordering::Relaxed));
        let guests = self.capacity.memory_limit().unwrap_or_else(for_guests);
        Resident::choose(memory, self.capacity.calls(), guests)
    }

    /// Notes how much memory an instance had. Where the pool was made for less, there is another one soon: the calls of an
    /// app may differ, and the first one says little about the others.
    pub(super) fn had(self: &Arc<Self>, bytes: usize) {
        if bytes <= self.most_memory.load(Ordering::Relaxed) {
            return;
        }
        self.most_memory.fetch_max(bytes, Ordering::Relaxed);
        if self.code.load().resident.is_some_and(|resident| resident != self.resident()) {
            self.renew();
        }
    }

    /// Has another pool made soon, unless one is being made.
    pub(super) fn renew(self: &Arc<Self>) {
        if !self.renewing.swap(true, Ordering::Relaxed) && Sandbox(Arc::clone(self)).make_pool(UNTIL_POOL).is_err() {
            self.renewing.store(false, Ordering::Relaxed);
        }
    }

    /// From now on calls run this code, which was mapped from `source`. Without any they run what they ran before, and the source is
    /// where that is mapped from only if it is the very same file.
    fn take(&self, code: Option<Code>, source: Source) {
        let is_mapped = code.is_some();
        // Held until the end: what is no longer mapped from a file is no longer asked about that file, either.
        let _replaced = code.map(|code| self.code.swap(Arc::new(code)));
        let before = self.source.load();
        // In this order: the file says whether the code may be run.
        if is_mapped || before.file.is_where(&source.file) {
            self.source.store(Arc::new(source));
        } else {
            self.source.store(Arc::new(Source { file: before.file.clone(), trust: Trust::Seen }));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// Attempts until there is nothing to be found any more, after so many, or until it is done.
    fn attempts(until_gone: u32, until_done: u32) -> u32 {
        let there = Arc::new(());
        let (weak, owner, count) = (Arc::downgrade(&there), RefCell::new(Some(there)), Cell::new(0));
        let attempt = |_: &Arc<()>| {
            count.set(count.get() + 1);
            if count.get() == until_gone {
                owner.take();
            }
            count.get() == until_done
        };
        persist(|| weak.upgrade(), attempt, Duration::ZERO);
        count.get()
    }

    /// Whoever tries again and again holds nothing of an app that was replaced meanwhile.
    #[test]
    fn nobody_persists_for_what_is_gone() {
        assert_eq!((attempts(9, 4), attempts(3, 9), attempts(3, 3)), (4, 3, 3));
    }
}
