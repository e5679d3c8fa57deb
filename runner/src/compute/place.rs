//! Futures that move to the compute threads when they ask for it.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use abi::guest::Pause;
use async_task::Task;
use futures::future::{BoxFuture, FutureExt as _};
use tokio::runtime::Handle;

use super::{round, threads};

/// What the current thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing that anybody waits for.
    Elsewhere,
    /// It polls a resident future: others on its loop wait meanwhile.
    Loop,
    /// It is a compute thread.
    Compute,
}

thread_local! {
    static PLACE: Cell<Place> = const { Cell::new(Place::Elsewhere) };
    /// The future that is being polled wants to move.
    static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// Makes the current thread a compute thread.
pub(super) fn settle() {
    PLACE.set(Place::Compute);
}

/// Whether the current code holds up an event loop, and could be elsewhere.
pub(crate) fn on_loop() -> bool {
    PLACE.get() == Place::Loop && threads::available()
}

/// Whether the current thread is a compute thread.
pub(super) fn is_compute() -> bool {
    PLACE.get() == Place::Compute
}

/// Processor time that the current thread has had.
pub(crate) fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// For transfers that take long ([`abi::guest::Limits::pause`]): those on an event loop are stopped, to be begun again on a
/// compute thread, where they let others have their turn.
pub(crate) fn pause() -> Pause {
    match PLACE.get() {
        Place::Loop if threads::available() => Pause::Stop,
        Place::Compute => {
            threads::pass();
            Pause::Over
        }
        Place::Loop | Place::Elsewhere => Pause::Over,
    }
}

/// Resolves on a compute thread. Where there is none it only lets others have their turn.
pub(crate) fn leave() -> Leave {
    Leave { asked: false }
}

/// See [`leave`].
#[derive(Debug)]
pub(crate) struct Leave {
    asked: bool,
}

impl Future for Leave {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if is_compute() || std::mem::replace(&mut self.asked, true) {
            return Poll::Ready(());
        }
        LEAVING.set(on_loop());
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Lets others have their turn.
pub(crate) async fn yield_now() {
    let mut asked = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Polls a future that never waits, but may let others have their turn, to its end.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
    }
}

/// Has a value dropped where that holds up nobody: an instance gives back memory, which takes longer than to write an answer,
/// and a crowd of calls with one deadline ends together.
pub(crate) fn discard<T: Send + 'static>(value: T) {
    if threads::available() {
        threads::spawn(async move { drop(value) }.boxed()).detach();
    } else if let Ok(current) = Handle::try_current() {
        // After what is ready now.
        current.spawn(async move {
            yield_now().await;
            drop(value);
        });
    }
}

/// A future that may [`leave`]. Dropping it ends it wherever it is, on a compute thread if there is one.
pub(crate) fn resident<T: Send + 'static>(future: BoxFuture<'static, T>) -> Resident<T> {
    Resident { stage: Stage::Here(future), is_light: false }
}

/// See [`resident`].
pub(crate) struct Resident<T: Send + 'static> {
    stage: Stage<T>,
    is_light: bool,
}

impl<T: Send + 'static> Resident<T> {
    /// Whether it is likely to be over at once: then it comes before what is not.
    pub(crate) fn light(mut self, is_light: bool) -> Self {
        self.is_light = is_light;
        self
    }
}

enum Stage<T> {
    Here(BoxFuture<'static, T>),
    There(Task<T>),
    /// Between the two, or at its end.
    Nowhere,
}

impl<T: Send + 'static> Future for Resident<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let is_light = self.is_light;
        if let Stage::Here(future) = &mut self.stage {
            if PLACE.get() == Place::Elsewhere && !round::has_room(is_light) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let (placed, started) = (Placed::on_loop(), Instant::now());
            let polled = future.as_mut().poll(context);
            drop(placed);
            if PLACE.get() == Place::Elsewhere {
                round::spend(started);
            }
            if polled.is_ready() {
                self.stage = Stage::Nowhere;
                return polled;
            }
            if !LEAVING.take() {
                return polled;
            }
            if let Stage::Here(future) = std::mem::replace(&mut self.stage, Stage::Nowhere) {
                self.stage = Stage::There(threads::spawn(future));
            }
        }
        match &mut self.stage {
            Stage::There(task) => Pin::new(task).poll(context),
            // Neither is ever seen: what is here was polled above, and moving ends where it began.
            Stage::Here(_) | Stage::Nowhere => Poll::Pending,
        }
    }
}

impl<T: Send + 'static> Drop for Resident<T> {
    /// A task that has left is dropped where it is.
    fn drop(&mut self) {
        if let Stage::Here(future) = std::mem::replace(&mut self.stage, Stage::Nowhere) {
            discard(future);
        }
    }
}

/// The thread polls a resident future until this is dropped, also by a panic.
struct Placed(Place);

impl Placed {
    fn on_loop() -> Self {
        let before = PLACE.get();
        // Within a call that has left already, nothing leaves again.
        if before == Place::Elsewhere {
            PLACE.set(Place::Loop);
        }
        LEAVING.set(false);
        Self(before)
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        PLACE.set(self.0);
    }
}
