use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use abi::guest::Pause;
use futures::FutureExt as _;

use super::place::Resident;
use super::*;

fn name() -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

/// Threads for the tests of this process: one turn at once, so that order shows.
fn threads() {
    static STARTED: std::sync::Once = std::sync::Once::new();
    STARTED.call_once(|| start(1).expect("threads"));
}

#[tokio::test]
async fn a_future_moves_when_it_asks_and_stays() {
    threads();
    let here = name();
    let names = resident(
        async {
            let before = (name(), on_loop(), pause());
            leave().await;
            let after = (name(), on_loop(), pause());
            yield_now().await;
            tokio::time::sleep(Duration::from_millis(1)).await;
            leave().await;
            (before, after, name())
        }
        .boxed(),
    );
    let (before, after, last) = names.await;
    assert_eq!(before, (here.clone(), true, Pause::Stop));
    assert_eq!(after, ("compute".to_owned(), false, Pause::Over));
    assert_eq!(last, "compute");
    assert_eq!((name(), on_loop(), pause()), (here, false, Pause::Over));
}

/// Tells where it is dropped.
struct Told(mpsc::Sender<String>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.send(name());
    }
}

#[tokio::test]
async fn dropping_it_ends_it_where_it_is() {
    threads();
    let (send, told) = mpsc::channel();
    let moved = resident(
        async move {
            let _told = Told(send);
            leave().await;
            loop {
                yield_now().await;
            }
        }
        .boxed(),
    );
    assert!(tokio::time::timeout(Duration::from_millis(50), moved).await.is_err());
    assert_eq!(told.recv_timeout(Duration::from_secs(5)).as_deref(), Ok("compute"));
}

#[tokio::test]
async fn a_panic_comes_back() {
    threads();
    let broken = resident(
        async {
            leave().await;
            panic!("on purpose")
        }
        .boxed(),
    );
    let broken: Result<(), _> = std::panic::AssertUnwindSafe(broken).catch_unwind().await;
    assert!(broken.is_err());
    assert_eq!(offload(u64::MAX, name).await, "compute");
    assert_ne!(offload(1, name).await, "compute");
}

/// Ends what is on an event loop elsewhere, in whatever state it is.
#[tokio::test]
async fn dropping_holds_up_nobody() {
    threads();
    let (send, told) = mpsc::channel();
    let guard = Told(send.clone());
    let mut begun = resident(
        async move {
            let _told = guard;
            std::future::pending::<()>().await;
        }
        .boxed(),
    );
    assert!(futures::poll!(&mut begun).is_pending());
    drop(begun);
    assert_eq!(told.recv_timeout(Duration::from_secs(20)).as_deref(), Ok("compute"));
    discard(Told(send));
    assert_eq!(told.recv_timeout(Duration::from_secs(20)).as_deref(), Ok("compute"));
}

/// Computes on the compute threads until all of `counts` have had some turns; `long`: in the midst of a transfer, where there
/// is no awaiting.
fn contender(counts: &[Arc<AtomicUsize>], index: usize, long: bool) -> Resident<()> {
    let counts = counts.to_vec();
    let compute = async move {
        leave().await;
        while counts.iter().any(|turns| turns.load(Ordering::Relaxed) < 5) {
            counts[index].fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(1));
            if long { _ = pause() } else { yield_now().await }
        }
    };
    resident(compute.boxed())
}

/// Runs so many that compute, the first ones of which are long.
async fn contend(count: usize, long: usize) {
    threads();
    let counts: Vec<Arc<AtomicUsize>> = (0..count).map(|_| Arc::default()).collect();
    let all = (0..count).map(|index| contender(&counts, index, index < long));
    let ended = tokio::time::timeout(Duration::from_secs(20), futures::future::join_all(all)).await;
    assert!(ended.is_ok(), "{counts:?}");
}

#[tokio::test]
async fn all_have_their_turns() {
    contend(8, 0).await;
}

/// One in the midst of something long lets others go on, and goes on itself.
#[tokio::test]
async fn long_transfers_pass_their_turn_on() {
    contend(4, 1).await;
}

/// Many that are short, all at once, do not hold up one that asks for less.
#[tokio::test]
async fn rounds() {
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let short = |index: usize| {
        let order = Arc::clone(&order);
        let work = async move {
            std::thread::sleep(Duration::from_millis(2));
            order.lock().expect("not poisoned").push(index);
        };
        tokio::spawn(resident(work.boxed()))
    };
    let all: Vec<_> = (0..40).map(short).collect();
    let (own, between) = (Arc::clone(&order), usize::MAX);
    let less = tokio::spawn(async move { own.lock().expect("not poisoned").push(between) });
    futures::future::join_all(all).await;
    less.await.expect("no panic");
    let order = order.lock().expect("not poisoned");
    let at = order.iter().position(|index| *index == between).expect("it ran");
    assert!(at < 10 && order.len() == 41, "{order:?}");
}

/// Longer than a machine with other work stops a thread that computes for a moment.
const LONG: Duration = Duration::from_millis(400);

fn computed(time: Duration) -> bool {
    has_computed(time, Instant::now())
}

/// Computes, and asks in its second and third slice for how long it did; the latter should say no.
async fn computes() -> bool {
    while !computed(LONG / 8) {}
    yield_now().await;
    assert!(computed(LONG / 8), "the slices are not added up");
    yield_now().await;
    computed(LONG)
}

#[tokio::test]
async fn waiting_is_not_computing() {
    assert!(!computed(Duration::ZERO), "nobody counts");
    let computes = pin!(computes());
    let mut counted = pin!(metered(Instant::now(), computes));
    for _ in 0..2 {
        assert!(futures::poll!(counted.as_mut()).is_pending());
        std::thread::sleep(LONG);
    }
    assert!(!counted.await);
}

/// On a compute thread not even where the thread itself waits, in the midst of a slice.
#[tokio::test]
async fn computing_is_processor_time() {
    threads();
    let counted = async {
        leave().await;
        let sleeps = pin!(async {
            std::thread::sleep(LONG);
            computed(LONG) || computes().await
        });
        metered(Instant::now(), sleeps).await
    };
    assert!(!resident(counted.boxed()).await);
}
