//! The compute threads: as many turns at once as there are cores, each of one epoch.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};

use async_task::{Builder, Runnable, ScheduleInfo, Task, WithInfo};
use futures::future::BoxFuture;
use tokio::runtime::Handle;

use super::place;

/// How much less than event loops the threads count for the scheduler of the system: about a tenth.
const NICE: i32 = 10;

static THREADS: OnceLock<Threads> = OnceLock::new();

struct Threads {
    state: Mutex<State>,
    /// There is something to run, and a turn for it.
    ready: Condvar,
    /// A thread that passed its turn on has it again.
    again: Condvar,
}

#[derive(Default)]
struct State {
    /// Threads that look for work.
    idle: usize,
    /// Turns that may be taken at once, and those that are.
    turns: usize,
    taken: usize,
    /// Calls that have just come, or that waited for something.
    fresh: VecDeque<Runnable>,
    /// Calls whose turn was over before they were.
    others: VecDeque<Runnable>,
    /// The last turn went to a fresh one.
    was_fresh: bool,
    /// Threads in the midst of something long that passed their turn on, and how many of them have it again.
    passed: usize,
    returned: usize,
}

/// Makes the threads: for each core one that computes, and one that goes on when it is in the midst of a transfer that
/// cannot be taken up elsewhere.
///
/// # Errors
/// The operating system's, where it gives no thread at all.
pub(crate) fn start(cores: usize) -> std::io::Result<()> {
    let threads =
        THREADS.get_or_init(|| Threads { state: Mutex::default(), ready: Condvar::new(), again: Condvar::new() });
    for index in 0..2 * cores {
        let made = std::thread::Builder::new().name("compute".to_owned()).spawn(|| work(threads));
        match made {
            Ok(_) if index < cores => threads.lock().turns += 1,
            Ok(_) => {}
            Err(error) if index == 0 => return Err(error),
            // Fewer do.
            Err(_) => break,
        }
    }
    Ok(())
}

/// Whether there are any.
pub(crate) fn available() -> bool {
    // The threads may be on their way still.
    THREADS.get().is_some_and(|threads| threads.lock().turns > 0)
}

/// Has a future run there.
pub(super) fn spawn<T: Send + 'static>(future: BoxFuture<'static, T>) -> Task<T> {
    let home = Handle::try_current().ok();
    let schedule = WithInfo(|runnable, info: ScheduleInfo| {
        if let Some(threads) = THREADS.get() {
            threads.put(runnable, info.woken_while_running);
        }
    });
    let (runnable, task) = Builder::new().propagate_panic(true).spawn(move |()| AtHome { home, future }, schedule);
    runnable.schedule();
    task
}

/// Lets somebody else have the current thread's turn, if anybody waits for one and there is a thread for it.
pub(super) fn pass() {
    if let Some(threads) = THREADS.get() {
        threads.pass();
    }
}

/// Timers and connections of a call belong to the event loop it came from.
struct AtHome<T: 'static> {
    home: Option<Handle>,
    future: BoxFuture<'static, T>,
}

impl<T: 'static> Future for AtHome<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Self { home, future } = &mut *self;
        let _entered = home.as_ref().map(Handle::enter);
        future.as_mut().poll(context)
    }
}

impl<T: 'static> Drop for AtHome<T> {
    fn drop(&mut self) {
        let _entered = self.home.as_ref().map(Handle::enter);
        // Now, while its runtime is there for it.
        self.future = Box::pin(std::future::pending());
    }
}

fn work(threads: &Threads) {
    place::settle();
    // Where this is not allowed, the threads count as much as others.
    let _ = rustix::process::setpriority_process(None, NICE);
    loop {
        threads.next().run();
        threads.done();
    }
}

impl Threads {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, runnable: Runnable, turn_is_over: bool) {
        let mut state = self.lock();
        if turn_is_over { &mut state.others } else { &mut state.fresh }.push_back(runnable);
        self.distribute(&mut state);
    }

    /// The next call, and the turn for it.
    fn next(&self) -> Runnable {
        let mut state = self.lock();
        state.idle += 1;
        loop {
            if state.taken < state.turns
                && let Some(runnable) = state.take()
            {
                state.idle -= 1;
                state.taken += 1;
                return runnable;
            }
            // Somebody else was faster: the turn is free.
            self.give_back_unused(&mut state);
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self) {
        let mut state = self.lock();
        state.taken -= 1;
        // Those in the midst of something come first: they were there before.
        if !self.give_back(&mut state) {
            self.distribute(&mut state);
        }
    }

    fn pass(&self) {
        let mut state = self.lock();
        if state.idle == 0 || state.is_empty() {
            return;
        }
        state.taken -= 1;
        state.passed += 1;
        self.ready.notify_one();
        while state.returned == 0 {
            state = self.again.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.returned -= 1;
    }

    /// Gives a turn to a thread that passed its own on.
    fn give_back(&self, state: &mut State) -> bool {
        let waits = state.passed > 0 && state.taken < state.turns;
        if waits {
            state.passed -= 1;
            state.returned += 1;
            state.taken += 1;
            self.again.notify_one();
        }
        waits
    }

    /// The same where nobody else can use it.
    fn give_back_unused(&self, state: &mut State) {
        if state.is_empty() {
            self.give_back(state);
        }
    }

    /// Wakes whoever can use a turn that is free.
    fn distribute(&self, state: &mut State) {
        if state.taken < state.turns && state.idle > 0 && !state.is_empty() {
            self.ready.notify_one();
        } else {
            self.give_back_unused(state);
        }
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.others.is_empty()
    }

    /// Fresh calls and others in turn: who computes for long must not hold up who has hardly begun, nor the other way
    /// round.
    fn take(&mut self) -> Option<Runnable> {
        let fresh_first = !self.was_fresh;
        self.was_fresh = fresh_first && !self.fresh.is_empty();
        let (first, second) =
            if fresh_first { (&mut self.fresh, &mut self.others) } else { (&mut self.others, &mut self.fresh) };
        first.pop_front().or_else(|| second.pop_front())
    }
}
