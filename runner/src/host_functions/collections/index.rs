//! The vectors of one search method in one namespace, in memory: read from the store at first use, and kept up to date by
//! what is written there.
//!
//! Whoever wants them while somebody else changes them waits as for an answer: no event loop is held up. What takes long is
//! done on compute threads.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::RwLock;

use super::attempt::Attempt;
use super::memory::{Full, Room};
use super::store::{Change, Read, Seen, Vector};
use crate::compute;
use crate::vectors::{DifferentLengths, Found, Graph, Vectors};

/// Numbers of vectors that are looked at, or put in, in the time of one value of a transfer.
const SEARCHED: usize = 256;
const PUT_IN: usize = 16;
/// Changes that are taken in at once.
const PART: usize = 1024;

/// Vectors of one search method in one namespace.
pub(super) struct Index {
    vectors: Arc<RwLock<Vectors>>,
    /// The memory that they take.
    room: Mutex<Room>,
    /// What was written and is not in `vectors` yet, in the order of the store; none while nothing is read from there.
    changes: Mutex<Option<VecDeque<Change>>>,
    is_ready: AtomicBool,
    /// Reading it from the store, or looking what has changed there, while that is under way.
    attempt: Mutex<Option<Attempt>>,
    /// What is known of a store to which others write, and when that was looked at.
    pub(super) seen: Arc<Mutex<Seen>>,
    looked: Mutex<Option<Instant>>,
}

impl Index {
    /// An empty one. `room` grows with it.
    pub(super) fn new(room: Room) -> Self {
        Self {
            vectors: Arc::default(),
            room: Mutex::new(room),
            changes: Mutex::default(),
            is_ready: AtomicBool::new(false),
            attempt: Mutex::default(),
            seen: Arc::default(),
            looked: Mutex::default(),
        }
    }

    /// Whether everything is there.
    pub(super) fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    /// From now on everything is there.
    pub(super) fn ready(&self) {
        self.is_ready.store(true, Ordering::Release);
    }

    /// Whether everything is there, or is about to be.
    pub(super) fn is_held(&self) -> bool {
        self.changes().is_some()
    }

    /// Begins to note what is written. Then the store is read: what is written meanwhile may be noted and read, which makes
    /// no difference. Unless it is [`Self::ready`] when the guard is dropped, nothing is there then.
    pub(super) async fn begin(&self) -> Begun<'_> {
        let mut vectors = self.vectors.write().await;
        self.empty(&mut vectors, Some(VecDeque::new()));
        Begun(self)
    }

    fn empty(&self, vectors: &mut Vectors, changes: Option<VecDeque<Change>>) {
        if !vectors.is_empty() {
            compute::discard(std::mem::take(vectors));
        }
        self.room.lock().unwrap_or_else(PoisonError::into_inner).set(0);
        *self.changes() = changes;
    }

    /// Takes in what was read, with the room for it.
    pub(super) async fn fill(self: &Arc<Self>, read: Vec<Read>, room: Room) {
        let mut vectors = Arc::clone(&self.vectors).write_owned().await;
        let weight = read.iter().map(|read| weight(&read.vector)).sum();
        let this = Arc::clone(self);
        let work = move || {
            read.iter().for_each(|read| vectors.insert(&read.key, &read.vector));
            *this.room.lock().unwrap_or_else(PoisonError::into_inner) = room;
        };
        compute::offload(weight, work).await;
    }

    /// This is known of the store.
    pub(super) fn has_seen(&self, seen: Seen) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }

    /// The store was looked at in this moment.
    pub(super) fn looked(&self, moment: Instant) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(moment);
    }

    /// Whether the store was looked at less than so much before `moment`, or since.
    pub(super) fn is_fresh(&self, moment: Instant, time: Duration) -> bool {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.is_some_and(|looked| looked.checked_add(time).is_none_or(|until| until >= moment))
    }

    /// What is there may be wrong: nobody knows what has become of a write.
    pub(super) fn doubt(&self) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The attempt that is under way.
    pub(super) fn under_way(&self) -> Option<Attempt> {
        self.attempt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The attempt that is under way, or else the one that `begin` begins.
    pub(super) fn attempt(self: &Arc<Self>, begin: impl FnOnce(UnderWay) -> Attempt) -> Attempt {
        let mut attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        attempt.get_or_insert_with(|| begin(UnderWay(Arc::clone(self)))).clone()
    }

    /// Notes what was written, in its order.
    pub(super) fn note(&self, changed: impl IntoIterator<Item = Change>) {
        if let Some(changes) = &mut *self.changes() {
            changes.extend(changed);
        }
    }

    /// Takes in what was written up to now.
    pub(super) async fn catch_up(self: &Arc<Self>) {
        let mut left = self.changes().as_ref().map_or(0, VecDeque::len);
        while left > 0 {
            let mut vectors = Arc::clone(&self.vectors).write_owned().await;
            let of_change = |(_, vector): &Change| weight(vector.as_deref().unwrap_or_default());
            let weight = self.changes().iter().flatten().take(PART).map(of_change).sum();
            let this = Arc::clone(self);
            // All of a part or nothing: whoever waits for it may be gone at any time.
            let taken = compute::offload(weight, move || this.take_in(&mut vectors)).await;
            if taken == 0 {
                // Others were faster.
                return;
            }
            left = left.saturating_sub(taken);
        }
    }

    /// Takes in a part of what was written; how many changes that were.
    fn take_in(&self, vectors: &mut Vectors) -> usize {
        // Taken while nobody else may change the vectors: the order stays.
        let part: Vec<Change> = match &mut *self.changes() {
            Some(changes) => changes.drain(..changes.len().min(PART)).collect(),
            None => return 0,
        };
        for (key, vector) in &part {
            match vector {
                Some(vector) => vectors.insert(key, vector),
                None => vectors.remove(key),
            }
        }
        self.room.lock().unwrap_or_else(PoisonError::into_inner).set(vectors.bytes());
        part.len()
    }

    /// The nearest to a vector.
    pub(super) async fn search(
        self: &Arc<Self>,
        query: Vector,
        most: usize,
        exact: bool,
    ) -> Result<Vec<Found>, DifferentLengths> {
        self.catch_up().await;
        let vectors = Arc::clone(&self.vectors).read_owned().await;
        let numbers = vectors.len().saturating_mul(vectors.dimensions());
        compute::offload((numbers / SEARCHED) as u64, move || vectors.search(&query, most, exact)).await
    }

    /// The vector of a key.
    pub(super) async fn get(self: &Arc<Self>, key: &str) -> Option<Vector> {
        self.catch_up().await;
        self.vectors.read().await.get(key).cloned()
    }

    /// Has `room` grow by what these vectors take, but for those in place of one that takes as much.
    pub(super) async fn grow<'v>(
        &self,
        room: &mut Room,
        vectors: impl Iterator<Item = (&'v Arc<str>, &'v Vector)>,
    ) -> Result<(), Full> {
        let held = self.vectors.read().await;
        for (key, vector) in vectors {
            if held.get(key).is_none_or(|old| old.len() < vector.len()) {
                room.grow_by(key, vector)?;
            }
        }
        Ok(())
    }

    /// Makes a graph where there are so many vectors that one is wanted, on a thread of its own, if `room` can grow by as much
    /// as they take. Where there is none, the search looks at all vectors as before.
    pub(super) async fn make_graph(self: &Arc<Self>, mut room: Room) {
        if !self.vectors.read().await.wants_graph() {
            return;
        }
        let mut vectors = self.vectors.write().await;
        if room.try_grow(vectors.bytes()).is_err() || !vectors.begin_graph() {
            return;
        }
        let index = Arc::clone(self);
        let make = move || {
            let _room = room;
            // Calls come first. The threads that help inherit it.
            let _ = rustix::process::setpriority_process(None, NICE);
            let from = index.vectors.blocking_read().for_graph();
            let made = std::panic::catch_unwind(|| Graph::new(from)).ok();
            index.vectors.blocking_write().end_graph(made);
        };
        if std::thread::Builder::new().name("graph".to_owned()).spawn(make).is_err() {
            vectors.end_graph(None);
        }
    }

    fn changes(&self) -> MutexGuard<'_, Option<VecDeque<Change>>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long it takes to put a vector in.
fn weight(vector: &[f32]) -> u64 {
    (vector.len() / PUT_IN) as u64 + 1
}

/// An index that is being read.
pub(super) struct Begun<'i>(&'i Index);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if self.0.is_ready() {
            return;
        }
        match self.0.vectors.try_write() {
            Ok(mut vectors) => self.0.empty(&mut vectors, None),
            // What was read goes when it is read again.
            Err(_) => *self.0.changes() = None,
        }
    }
}

/// An attempt is under way for an index until this is dropped.
pub(super) struct UnderWay(Arc<Index>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        *self.0.attempt.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// As for calls that compute for long.
const NICE: i32 = 10;

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::pin::pin;

    use futures::poll;

    use super::super::memory::Memory;
    use super::*;

    fn index() -> Arc<Index> {
        let index = Index::new(Room::new(&Arc::new(Memory::default()), usize::MAX));
        *index.changes() = Some(VecDeque::new());
        index.ready();
        Arc::new(index)
    }

    fn change(number: usize) -> Change {
        (Arc::from(format!("key {number}")), Some(Arc::from([1.0, number as f32])))
    }

    fn run(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
    }

    /// A thread that makes a graph, for instance, or a long search.
    #[test]
    fn whoever_wants_vectors_that_others_look_at_does_not_hold_the_thread_up() {
        run(async {
            let index = index();
            index.note([change(1)]);
            let others = index.vectors.read().await;
            assert!(poll!(pin!(index.catch_up())).is_pending());
            {
                let (mut written, mut searched) =
                    (pin!(index.catch_up()), pin!(index.search([1.0, 0.0].into(), 1, false)));
                assert!(poll!(&mut written).is_pending() && poll!(&mut searched).is_pending());
                drop(others);
                written.await;
                assert_eq!(searched.await.map(|found| found.len()), Ok(1));
            }
        });
    }

    #[test]
    fn what_was_written_is_taken_in_part_after_part_and_nothing_is_lost_when_a_call_ends() {
        run(async {
            let index = index();
            index.note((0..PART * 2 + 1).map(change));
            let others = index.vectors.read().await;
            // A call that ends while it waits.
            assert!(poll!(Box::pin(index.catch_up())).is_pending());
            drop(others);
            assert_eq!(index.take_in(&mut *index.vectors.write().await), PART);
            index.catch_up().await;
            assert_eq!(index.vectors.read().await.len(), PART * 2 + 1);
            assert_eq!(index.get("key 0").await.as_deref(), Some([1.0, 0.0].as_slice()));
        });
    }

    #[test]
    fn an_attempt_goes_on_without_whoever_began_it() {
        run(async {
            let index = index();
            let (release, held) = tokio::sync::oneshot::channel::<()>();
            let attempt = |work| index.attempt(|under_way| Attempt::begin((0, false), under_way, work));
            let first = attempt(Box::pin(async move {
                held.await.expect("it is released");
                Ok(())
            }));
            drop(first);
            // The next one joins it.
            let second = attempt(Box::pin(pending()));
            release.send(()).expect("it goes on");
            assert_eq!(second.result().await, Ok(()));
            assert!(index.under_way().is_none());
            let third = attempt(Box::pin(async { Err("another".into()) }));
            assert_eq!(third.result().await, Err("another".into()));
            let fourth = attempt(Box::pin(async { std::panic::panic_any("it panics") }));
            assert!(fourth.result().await.is_err() && index.under_way().is_none());
        });
    }
}
