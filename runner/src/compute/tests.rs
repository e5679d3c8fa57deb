use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use abi::guest::Pause;
use futures::FutureExt as _;

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

#[tokio::test]
async fn dropping_it_ends_it_where_it_is() {
    struct Told(mpsc::Sender<String>);
    impl Drop for Told {
        fn drop(&mut self) {
            let _ = self.0.send(name());
        }
    }
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

/// Runs futures that compute until `end` on the compute threads; how many turns each had.
async fn turns(count: usize, end: Instant, long: bool) -> Vec<usize> {
    let counts: Vec<Arc<AtomicUsize>> = (0..count).map(|_| Arc::default()).collect();
    let all = counts.iter().map(|turns| {
        let turns = Arc::clone(turns);
        let compute = async move {
            leave().await;
            while Instant::now() < end {
                turns.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(1));
                // In the midst of a transfer there is no awaiting.
                if long { _ = pause() } else { yield_now().await }
            }
        };
        resident(compute.boxed())
    });
    futures::future::join_all(all).await;
    counts.iter().map(|turns| turns.load(Ordering::Relaxed)).collect()
}

#[tokio::test]
async fn all_have_their_turns() {
    threads();
    let turns = turns(8, Instant::now() + Duration::from_millis(400), false).await;
    assert!(turns.iter().all(|count| *count > 3), "{turns:?}");
}

/// One in the midst of something long lets others go on, and goes on itself.
#[tokio::test]
async fn long_transfers_pass_their_turn_on() {
    threads();
    let end = Instant::now() + Duration::from_millis(400);
    let (long, short) = futures::join!(turns(1, end, true), turns(3, end, false));
    assert!(long.iter().chain(&short).all(|count| *count > 3), "{long:?} {short:?}");
}
