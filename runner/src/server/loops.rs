//! One event loop for each core.
//!
//! A connection stays on the loop that it was given to when it was accepted, the one with the fewest. So its requests
//! cross no thread and wait for no lock, and several busy connections keep several cores busy.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle, Runtime};

/// The event loops that connections are given to.
#[derive(Debug)]
pub struct Loops {
    first: EventLoop,
    others: OnceLock<Box<[EventLoop]>>,
}

#[derive(Debug)]
struct EventLoop {
    runtime: Handle,
    /// Connections.
    open: AtomicUsize,
}

/// A connection's place on a loop; it is free again when this is dropped.
pub(super) struct Place {
    loops: Arc<Loops>,
    index: usize,
}

/// A loop with a thread of its own, and up to `threads` more for calls that wait or compute for long.
///
/// # Errors
/// The operating system's.
pub fn event_loop(threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(1).max_blocking_threads(threads).enable_all().build()
}

/// Loops for all cores that this process may use but one; fewer where the operating system has no threads for them, which
/// the log says.
///
/// One core, if that is how the process is set up, is told by a system call. Only several are worth the look into files for
/// what a container may use of them.
pub fn for_other_cores(threads: usize) -> Vec<Runtime> {
    if rustix::thread::sched_getaffinity(None).is_ok_and(|cores| cores.count() == 1) {
        return Vec::new();
    }
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let mut loops = Vec::new();
    for _ in 1..cores {
        // tokio takes it for a bug when there is no thread for its loop, so one is tried for first.
        let tried = std::thread::Builder::new().spawn(|| {}).and_then(|_| event_loop(threads));
        match tried {
            Ok(made) => loops.push(made),
            Err(error) => {
                let made = loops.len() + 1;
                tracing::warn!(target: "modus", error = %error, loops = made, cores, "No thread for another core.");
                break;
            }
        }
    }
    loops
}

impl Loops {
    /// One loop.
    pub fn new(first: Handle) -> Self {
        Self { first: EventLoop::new(first), others: OnceLock::new() }
    }

    /// More loops. Of several times that they are added, the first counts.
    pub fn add(&self, others: impl Iterator<Item = Handle>) {
        self.others.get_or_init(|| others.map(EventLoop::new).collect());
    }

    fn all(&self) -> impl Iterator<Item = &EventLoop> {
        std::iter::once(&self.first).chain(self.others.get().into_iter().flatten())
    }

    /// The place for the next connection.
    pub(super) fn place(self: &Arc<Self>) -> Place {
        let open = |(_, one): &(usize, &EventLoop)| one.open.load(Ordering::Relaxed);
        let index = self.all().enumerate().min_by_key(open).map_or(0, |(index, _)| index);
        let place = Place { loops: Arc::clone(self), index };
        place.event_loop().open.fetch_add(1, Ordering::Relaxed);
        place
    }
}

impl EventLoop {
    fn new(runtime: Handle) -> Self {
        Self { runtime, open: AtomicUsize::new(0) }
    }
}

impl Place {
    fn event_loop(&self) -> &EventLoop {
        self.loops.all().nth(self.index).unwrap_or(&self.loops.first)
    }

    /// The loop.
    pub(super) fn runtime(&self) -> &Handle {
        &self.event_loop().runtime
    }

    /// Moves a stream that was accepted on the first loop to this one, whose context has to be entered.
    pub(super) fn take(&self, stream: TcpStream) -> io::Result<TcpStream> {
        if self.index == 0 { Ok(stream) } else { TcpStream::from_std(stream.into_std()?) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.event_loop().open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_go_where_there_are_fewest() {
        let runtime = event_loop(1).expect("a loop");
        let loops = Arc::new(Loops::new(runtime.handle().clone()));
        let early: Vec<Place> = (0..2).map(|_| loops.place()).collect();
        assert!(early.iter().all(|place| place.index == 0));
        loops.add(std::iter::repeat_n(runtime.handle().clone(), 2));
        let mut later: Vec<Place> = (0..7).map(|_| loops.place()).collect();
        let indices: Vec<usize> = later.iter().map(|place| place.index).collect();
        assert_eq!(indices, [1, 2, 1, 2, 0, 1, 2]);
        later.retain(|place| place.index != 2);
        assert_eq!(loops.place().index, 2);
    }
}
