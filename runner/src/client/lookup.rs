//! Name look-ups: the operating system's, which block, so each has a thread.
//!
//! The threads are of their own, and few: a name server that does not answer holds up nothing but the look-ups. Whoever
//! waits for one can stop waiting at any time, while the thread stays busy, and counts, until the operating system is
//! done.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread;

use futures::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use tokio::sync::watch;
use tower_service::Service;

use super::connector::BoxError;
use crate::egress::Reach;
use crate::limits::LimitId;
use crate::telemetry::metrics;

/// Names that may wait for each thread that there may be.
const WAITING: usize = 16;

/// Why a name has no addresses.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum LookupError {
    /// Too many names wait.
    #[error("{under_way} name look-ups are under way and {waiting} wait (limit `max-lookups`)")]
    Busy {
        /// Threads.
        under_way: usize,
        /// Names.
        waiting: usize,
    },
    /// The operating system has no thread.
    #[error("no thread for a name look-up: {0}")]
    Thread(String),
    /// The operating system finds nothing.
    #[error("{0}")]
    Failed(String),
}

type Answer = Result<Arc<[SocketAddr]>, LookupError>;
/// What the operating system does: a name's addresses, with port 0.
type LookUp = dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// The look-ups of a process. Those of the same name at the same time are one.
pub(super) struct Lookups {
    look_up: Box<LookUp>,
    /// Threads that there may be.
    max: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    threads: usize,
    /// Names that wait for a thread.
    waiting: VecDeque<Arc<str>>,
    /// All names, and who waits for them.
    names: HashMap<Arc<str>, watch::Sender<Option<Answer>>>,
}

impl State {
    /// The next name that somebody waits for.
    fn next(&mut self) -> Option<Arc<str>> {
        while let Some(name) = self.waiting.pop_front() {
            metrics::lookups_waiting(-1);
            if self.names.get(&name).is_some_and(|found| found.receiver_count() > 0) {
                return Some(name);
            }
            self.names.remove(&name);
        }
        None
    }

    /// Forgets names that nobody waits for any more.
    fn forget_abandoned(&mut self) {
        let names = &mut self.names;
        let before = self.waiting.len();
        self.waiting.retain(|name| {
            let wanted = names.get(name).is_some_and(|found| found.receiver_count() > 0);
            if !wanted {
                names.remove(name);
            }
            wanted
        });
        let forgotten = before - self.waiting.len();
        metrics::lookups_waiting(-i64::try_from(forgotten).unwrap_or(i64::MAX));
    }
}

impl fmt::Debug for Lookups {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Lookups").field("max", &self.max).finish_non_exhaustive()
    }
}

impl Lookups {
    /// Those of the operating system, so many at a time.
    pub(super) fn of_system(max: usize) -> Self {
        Self::new(Box::new(|name: &str| (name, 0).to_socket_addrs().map(Iterator::collect)), max)
    }

    pub(super) fn new(look_up: Box<LookUp>, max: usize) -> Self {
        Self { look_up, max: max.max(1), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The addresses of a name. The future can be dropped at any time.
    ///
    /// # Errors
    /// [`LookupError`]
    pub(super) async fn find(self: Arc<Self>, name: &str) -> Answer {
        let mut found = self.begin(name)?;
        let answer = found.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone());
        answer.unwrap_or_else(|| Err(LookupError::Failed("the look-up ended without an answer".to_owned())))
    }

    fn begin(self: &Arc<Self>, name: &str) -> Result<watch::Receiver<Option<Answer>>, LookupError> {
        let mut state = self.state();
        if let Some(under_way) = state.names.get(name) {
            return Ok(under_way.subscribe());
        }
        let max = self.max;
        let name: Arc<str> = name.into();
        if state.threads < max {
            // Nobody else may come in between: what waits for this thread would wait forever if there is none.
            let (this, first) = (Arc::clone(self), Arc::clone(&name));
            let spawned = thread::Builder::new().name("lookup".to_owned()).spawn(move || this.work(first));
            spawned.map_err(|error| LookupError::Thread(error.to_string()))?;
            state.threads += 1;
            metrics::lookups(1);
        } else {
            if state.waiting.len() >= max * WAITING {
                state.forget_abandoned();
            }
            if state.waiting.len() >= max * WAITING {
                metrics::refused(LimitId::MaxLookups);
                return Err(LookupError::Busy { under_way: state.threads, waiting: state.waiting.len() });
            }
            state.waiting.push_back(Arc::clone(&name));
            metrics::lookups_waiting(1);
        }
        let (sender, receiver) = watch::channel(None);
        state.names.insert(name, sender);
        Ok(receiver)
    }

    /// Looks a name up, and then those that wait.
    fn work(&self, first: Arc<str>) {
        let mut next = Some(first);
        while let Some(name) = next {
            let answer = catch_unwind(AssertUnwindSafe(|| (self.look_up)(&name)));
            let answer = match answer {
                Ok(Ok(found)) => Ok(found.into()),
                Ok(Err(error)) => Err(LookupError::Failed(error.to_string())),
                Err(_) => Err(LookupError::Failed("the look-up panicked".to_owned())),
            };
            let mut state = self.state();
            let waiters = state.names.remove(&name);
            next = state.next();
            if next.is_none() {
                state.threads -= 1;
                metrics::lookups(-1);
            }
            drop(state);
            if let Some(waiters) = waiters {
                waiters.send_replace(Some(answer));
            }
        }
    }
}

/// Looks names up for connections, and lets only addresses pass that may be dialled.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    lookups: Arc<Lookups>,
    reach: Reach,
}

impl Resolver {
    pub(super) fn new(lookups: Arc<Lookups>, reach: Reach) -> Self {
        Self { lookups, reach }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (lookups, reach) = (Arc::clone(&self.lookups), self.reach);
        Box::pin(async move {
            let found = lookups.find(name.as_str()).await?;
            reach.check_addresses(name.as_str(), &found)?;
            Ok(Vec::from(&*found).into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Condvar;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt as _;

    use super::*;

    /// Look-ups that answer once the gate is open, and how many there were.
    #[derive(Default)]
    struct Gate {
        open: Mutex<bool>,
        opened: Condvar,
        calls: AtomicUsize,
    }

    impl Gate {
        fn lookups(self: &Arc<Self>, max: usize) -> Arc<Lookups> {
            let this = Arc::clone(self);
            let look_up = move |name: &str| {
                this.calls.fetch_add(1, Ordering::SeqCst);
                drop(this.opened.wait_while(this.open.lock().unwrap(), |open| !*open).unwrap());
                match name {
                    "none" => Err(io::Error::other("no such name")),
                    "panics" => panic!("as asked for"),
                    _ => Ok(vec![SocketAddr::from(([10, 0, 0, 1], 0))]),
                }
            };
            Arc::new(Lookups::new(Box::new(look_up), max))
        }

        fn open(&self) {
            *self.open.lock().unwrap() = true;
            self.opened.notify_all();
        }
    }

    fn start(lookups: &Arc<Lookups>, name: &'static str) -> BoxFuture<'static, Answer> {
        let mut found = Arc::clone(lookups).find(name).boxed();
        // Begun with the first poll.
        match found.as_mut().now_or_never() {
            Some(answer) => std::future::ready(answer).boxed(),
            None => found,
        }
    }

    #[tokio::test]
    async fn one_look_up_for_all_who_want_the_name() {
        let gate = Arc::new(Gate::default());
        let lookups = gate.lookups(4);
        let all: Vec<_> = ["a", "a", "none", "panics", "a"].into_iter().map(|name| start(&lookups, name)).collect();
        gate.open();
        let answers = futures::future::join_all(all).await;
        let texts: Vec<String> =
            answers.into_iter().map(|answer| format!("{:?}", answer.map_err(|e| e.to_string()))).collect();
        let found = "Ok([10.0.0.1:0])";
        let expected = [found, found, r#"Err("no such name")"#, r#"Err("the look-up panicked")"#, found];
        assert_eq!(texts, expected);
        assert_eq!(gate.calls.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn beyond_the_bound_names_wait_and_then_are_refused() {
        const NAMES: [&str; WAITING + 1] =
            ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"];
        let gate = Arc::new(Gate::default());
        let lookups = gate.lookups(1);
        let mut waiting: Vec<_> = NAMES.into_iter().map(|name| start(&lookups, name)).collect();
        let refused = start(&lookups, "one too many").await.expect_err("refused").to_string();
        assert_eq!(refused, "1 name look-ups are under way and 16 wait (limit `max-lookups`)");
        // Who wants what is looked up or waits already is no burden.
        let joined = start(&lookups, "b");

        // The place of whoever gave up is free; the thread's is not.
        drop(waiting.pop());
        drop(waiting.remove(0));
        let late = start(&lookups, "late");
        assert!(matches!(start(&lookups, "again").await, Err(LookupError::Busy { .. })));
        assert_eq!(lookups.state().threads, 1);

        gate.open();
        for answer in futures::future::join_all(waiting.into_iter().chain([joined, late])).await {
            assert_eq!(answer.expect("addresses").len(), 1);
        }
        // "q" was given up before its turn.
        assert_eq!(gate.calls.load(Ordering::SeqCst), NAMES.len());
        assert!(lookups.state().names.is_empty());
    }

    #[tokio::test]
    async fn each_answer_is_checked() {
        let calls = AtomicUsize::new(0);
        let changing = move |_: &str| {
            let address = if calls.fetch_add(1, Ordering::SeqCst) == 0 { [8, 8, 8, 8] } else { [127, 0, 0, 1] };
            Ok(vec![SocketAddr::from((address, 0))])
        };
        let mut resolver = Resolver::new(Arc::new(Lookups::new(Box::new(changing), 1)), Reach::Public);
        let mut ask = || resolver.call("h.test".parse().expect("a name"));
        // What is dialled is what was checked.
        assert_eq!(ask().await.expect("a public address").collect::<Vec<_>>(), [SocketAddr::from(([8, 8, 8, 8], 0))]);
        let denied = ask().await.expect_err("denied").to_string();
        assert_eq!(denied, "h.test has the address 127.0.0.1, which is a loopback address");
    }
}
