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

impl Sandbox {
    /// Takes instances from a pool from now on, which makes them several times cheaper, and code from a copy that nobody can
    /// overwrite. The pool takes 0.2 ms and more to create: that is not for the first answer to wait for, so the first call has it made some milliseconds later.
    ///
    /// Where there can be none, instances are allocated as before, and the log says why. The answer is false where it is worth
    /// another try, because there were no file descriptors.
    pub fn pool(&self) -> bool {
        let inner = &*self.0;
        inner.pooled.store(true, Ordering::Relaxed);
        let Some(file) = self.sealed() else { return true };
        let shared = &inner.shared;
        let (slots, resident) = (inner.capacity.calls() + inner.inner_calls, inner.resident());
        let make = |allocation| Code::new(allocation, &file, &shared.program, &shared.host_functions, &inner.options);
        match make(Allocation::Pooled { slots, resident }) {
            Ok(code) => {
                inner.code.store(Arc::new(code));
                let Resident { bytes, scan } = resident;
                tracing::debug!(target: "modus", slots, bytes, scan, "A memory pool, and what each slot keeps of it.");
                let measured = Arc::downgrade(&self.0);
                metrics::keeping(move || measured.upgrade().map_or(0, |inner| inner.code.load().kept()));
            }
            Err(error @ LoadError::File { .. }) => {
                tracing::warn!(target: "modus", error = %error, "No memory pool yet.");
                return false;
            }
            // The one that there is can be used on.
            Err(error) if inner.code.load().is_pooled() => {
                tracing::debug!(target: "modus", error = %error, "No other memory pool.");
            }
            Err(error) => {
                let (bounds, help) = (file.bounds.name(), engine::without_pool(file.bounds));
                tracing::warn!(target: "modus", error = %error, bounds, help, "No memory pool: instances are allocated one by one.");
                if let Ok(code) = make(Allocation::OnDemand) {
                    inner.code.store(Arc::new(code));
                }
            }
        }
        inner.file.store(file);
        let _ = inner.is_sound.set(true);
        true
    }

    /// The code from where nobody can change it; `None` if somebody has changed it, or if the program is damaged.
    fn sealed(&self) -> Option<Arc<CodeFile>> {
        let file = self.0.file.load_full();
        match file.sealed(&self.0.shared.program) {
            Ok(sealed) => Some(Arc::new(sealed)),
            Err(error @ (LoadError::Overwritten { .. } | LoadError::Artifact { .. })) => {
                let help = "send SIGHUP to load what is there now, or start the runner again";
                tracing::error!(target: "modus", error = %error, help, "Calls are refused.");
                let _ = self.0.is_sound.set(false);
                None
            }
            Err(error) => {
                tracing::warn!(target: "modus", error = %error, "The artifact must not be written to while it is in use.");
                Some(file)
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
        let sandbox = self.clone();
        let make = move || {
            std::thread::sleep(time);
            while !sandbox.pool() {
                std::thread::sleep(UNTIL_NEXT_TRY);
            }
            sandbox.0.renewing.store(false, Ordering::Relaxed);
        };
        std::thread::Builder::new().name("pool".to_owned()).spawn(make).map(drop)
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
        let outgrown = self.code.load().resident.is_some_and(|resident| resident != self.resident());
        if outgrown
            && !self.renewing.swap(true, Ordering::Relaxed)
            && Sandbox(Arc::clone(self)).make_pool(UNTIL_POOL).is_err()
        {
            self.renewing.store(false, Ordering::Relaxed);
        }
    }
}
