//! One event loop for each core, each on a thread of its own.
//!
//! A connection stays on the loop that it was given to when it was accepted, the one with the fewest. So its requests
//! cross no thread and wait for no lock, and several busy connections keep several cores busy.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::runtime::{Builder, Handle};
use tokio::sync::Notify;

/// Tasks that are run between two looks at what has arrived. Few, because each may run a guest for a whole turn.
const EVENT_INTERVAL: u32 = 16;

/// Every so many tasks, one comes from another thread, if there is any: a new connection, or a call that was elsewhere. Calls
/// that wait for their turn are asked again and again, so that there is never nothing else to do.
const ELSEWHERE_INTERVAL: u32 = 2;

/// The event loops that connections are given to.
#[derive(Debug)]
pub struct Loops {
    first: EventLoop,
    others: OnceLock<Box<[EventLoop]>>,
    /// Told of each connection until all loops are there.
    used: Notify,
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

/// A loop that runs until the process ends.
///
/// # Errors
/// The operating system's.
pub fn event_loop() -> io::Result<Handle> {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().event_interval(EVENT_INTERVAL).global_queue_interval(ELSEWHERE_INTERVAL);
    let runtime = builder.build()?;
    let handle = runtime.handle().clone();
    let run = move || runtime.block_on(std::future::pending::<()>());
    std::thread::Builder::new().name("loop".to_owned()).spawn(run)?;
    Ok(handle)
}

/// Cores that this process may use.
///
/// One, if that is how the process is set up, is told by a system call. Only several are worth the look into files for what a
/// container may use of them.
pub fn cores() -> usize {
    if rustix::thread::sched_getaffinity(None).is_ok_and(|cores| cores.count() == 1) {
        return 1;
    }
    std::thread::available_parallelism().map_or(1, |cores| cores.get())
}

/// Loops for all cores but one; fewer where the operating system has no threads for them, which the log says.
pub fn for_other_cores(cores: usize) -> Vec<Handle> {
    let mut loops = Vec::new();
    for _ in 1..cores {
        match event_loop() {
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
        Self { first: EventLoop::new(first), others: OnceLock::new(), used: Notify::new() }
    }

    /// More loops. Of several times that they are added, the first counts.
    pub fn add(&self, others: Vec<Handle>) {
        self.others.get_or_init(|| others.into_iter().map(EventLoop::new).collect());
    }

    /// Resolves when the first connection has come.
    pub async fn used(&self) {
        self.used.notified().await;
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
        if self.others.get().is_none() {
            self.used.notify_one();
        }
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
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let loops = Arc::new(Loops::new(runtime.handle().clone()));
        let early: Vec<Place> = (0..2).map(|_| loops.place()).collect();
        assert!(early.iter().all(|place| place.index == 0));
        loops.add(vec![runtime.handle().clone(); 2]);
        let mut later: Vec<Place> = (0..7).map(|_| loops.place()).collect();
        let indices: Vec<usize> = later.iter().map(|place| place.index).collect();
        assert_eq!(indices, [1, 2, 1, 2, 0, 1, 2]);
        later.retain(|place| place.index != 2);
        assert_eq!(loops.place().index, 2);
    }
}
