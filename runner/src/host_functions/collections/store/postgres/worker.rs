//! The thread that asks the database: its connections, and what waits for one of them.
//!
//! Writes are done one after the other, so that their order is known; reads besides, on a few connections. What nobody waits
//! for any more is not begun, and takes no memory; but what was begun is done to its end.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures::future::LocalBoxFuture;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::timeout;
use tokio_postgres::{Client, Statement};

use super::statements;
use crate::environment::Environment;
use crate::host_functions::database::{Behind, DatabaseError};
use crate::host_functions::metadata::{self, DATABASE};
use crate::host_functions::thread::{self, Queue};

/// Reads at the same time, each on a connection of its own.
const READERS: usize = 4;
/// A connection is asked whether it is still there before every write, and before a read if it was not used for so long; it
/// has so long to answer.
const SILENCE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(3);

/// A connection, and the statements that it knows.
pub(super) struct Connected {
    pub(super) client: Client,
    statements: HashMap<&'static str, Statement>,
    /// What it was made with.
    text: String,
    used: Instant,
}

impl Connected {
    /// A statement, which the connection knows from then on.
    pub(super) async fn prepared(&mut self, sql: &'static str) -> Result<Statement, DatabaseError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    async fn is_alive(&self, is_asked: bool) -> bool {
        if self.client.is_closed() || !is_asked && self.used.elapsed() < SILENCE {
            return !self.client.is_closed();
        }
        matches!(timeout(PATIENCE, self.client.simple_query("")).await, Ok(Ok(_)))
    }
}

/// Something to be done on a connection.
trait Job: Send {
    /// Does it within so much time, and answers: whether the connection can be used further. Where there is no connection, it
    /// answers that.
    fn run<'c>(
        self: Box<Self>,
        connected: Result<&'c mut Connected, DatabaseError>,
        time: Duration,
    ) -> LocalBoxFuture<'c, bool>;
}

struct Asked<T, W, N> {
    work: W,
    then: N,
    answer: oneshot::Sender<Result<T, DatabaseError>>,
}

impl<T, W, N> Job for Asked<T, W, N>
where
    T: Send + 'static,
    W: AsyncFnOnce(&mut Connected) -> Result<T, DatabaseError> + Send + 'static,
    N: FnOnce(&T) + Send + 'static,
{
    fn run<'c>(
        self: Box<Self>,
        connected: Result<&'c mut Connected, DatabaseError>,
        time: Duration,
    ) -> LocalBoxFuture<'c, bool> {
        Box::pin(async move {
            let Self { work, then, answer } = *self;
            let result = match connected {
                Ok(connected) => timeout(time, work(connected)).await.unwrap_or(Err(DatabaseError::TimedOut(time))),
                Err(error) => Err(error),
            };
            if let Ok(value) = &result {
                then(value);
            }
            let can_be_used = matches!(result, Ok(_) | Err(DatabaseError::Refused(_)));
            let _ = answer.send(result);
            can_be_used
        })
    }
}

/// A job, for the app whose environment this is.
struct Post {
    posted: Instant,
    environment: Arc<Environment>,
    is_write: bool,
    job: Slot,
}

/// A job until it is begun, or nobody waits for it any more.
type Slot = Arc<Mutex<Option<Box<dyn Job>>>>;

impl Post {
    fn is_wanted(&self) -> bool {
        self.job.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Begins the job, if somebody waits for it.
    fn begin(&self) -> Option<Box<dyn Job>> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whoever waits for a job.
struct Waiting(Slot);

impl Drop for Waiting {
    fn drop(&mut self) {
        let job = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(job);
    }
}

/// The way to the thread, which is there once something was sent. It ends when this is dropped.
pub(in crate::host_functions::collections) struct Worker {
    /// How long a job may take.
    time: Duration,
    sender: OnceLock<UnboundedSender<Post>>,
    epoch: Arc<AtomicU64>,
}

impl Behind for Worker {
    const SYSTEM: &'static str = "postgresql";
}

impl Worker {
    pub(super) fn new(time: Duration) -> Self {
        Self { time, sender: OnceLock::new(), epoch: Arc::default() }
    }

    /// How often the secret has named another database.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Has something done on a connection, and waits for it. `then` is told of the result: by writes in the order in which
    /// they are done.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        environment: &Arc<Environment>,
        is_write: bool,
        work: impl AsyncFnOnce(&mut Connected) -> Result<T, DatabaseError> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (answer, answered) = oneshot::channel();
        let job: Slot = Arc::new(Mutex::new(Some(Box::new(Asked { work, then, answer }))));
        let _waiting = Waiting(Arc::clone(&job));
        self.send(Post { posted: Instant::now(), environment: Arc::clone(environment), is_write, job });
        answered.await.unwrap_or_else(|_| Err(DatabaseError::Lost("the thread that asks it ended".to_owned())))
    }

    /// Where there is no thread, whoever waits hears that.
    fn send(&self, post: Post) {
        let sender = self.sender.get_or_init(|| {
            let (sender, posts) = unbounded_channel();
            let (time, epoch) = (self.time, Arc::clone(&self.epoch));
            let serve = move |runtime: &Runtime| serve(runtime, posts, Pool::new(time, epoch));
            thread::start("collections", "the database of collections", serve);
            sender
        });
        let _ = sender.send(post);
    }
}

/// Does what it is asked for, until nobody can ask any more.
fn serve(runtime: &Runtime, mut posts: UnboundedReceiver<Post>, pool: Pool) {
    LocalSet::new().block_on(runtime, async move {
        let pool = Rc::new(pool);
        let (writes, queue) = unbounded_channel();
        spawn_local(write(Rc::clone(&pool), Queue::new(queue)));
        while let Some(post) = posts.recv().await {
            if post.is_write {
                let _ = writes.send(post);
                continue;
            }
            let pool = Rc::clone(&pool);
            spawn_local(async move {
                let _turn = pool.readers.acquire().await;
                pool.run(post).await
            });
        }
    });
}

/// Does writes, one after the other.
async fn write(pool: Rc<Pool>, mut queue: Queue<Post>) {
    while let Some(post) = queue.next().await {
        let (began, this) = (Instant::now(), Rc::clone(&pool));
        // A task of its own: a panic ends that job alone.
        let Ok(Err(error)) = spawn_local(async move { this.run(post).await }).await else { continue };
        // What waited already then is not to try one after the other for as long.
        while let Some(post) = queue.next_if(|post| post.posted <= began) {
            if let Some(job) = post.begin() {
                job.run(Err(error.clone()), pool.time).await;
            }
        }
    }
}

/// Connections that nothing runs on.
struct Pool {
    time: Duration,
    epoch: Arc<AtomicU64>,
    /// What the last connection was made with.
    text: RefCell<Option<String>>,
    idle: RefCell<Vec<Connected>>,
    readers: Semaphore,
    /// Whether the tables were there.
    has_tables: Cell<bool>,
}

impl Pool {
    fn new(time: Duration, epoch: Arc<AtomicU64>) -> Self {
        let readers = Semaphore::new(READERS);
        let (text, idle, has_tables) = (RefCell::default(), RefCell::default(), Cell::default());
        Self { time, epoch, text, idle, readers, has_tables }
    }

    /// Does a job. An error is that there is no connection.
    async fn run(&self, post: Post) -> Result<(), DatabaseError> {
        if !post.is_wanted() {
            return Ok(());
        }
        let got = self.get(&post.environment, post.is_write).await;
        let job = post.begin();
        match (got, job) {
            (Ok(mut connected), Some(job)) => {
                if job.run(Ok(&mut connected), self.time).await {
                    connected.used = Instant::now();
                    self.idle.borrow_mut().push(connected);
                } else {
                    // The others lead to the same server.
                    self.forget();
                }
                Ok(())
            }
            (Ok(connected), None) => {
                self.idle.borrow_mut().push(connected);
                Ok(())
            }
            (Err(error), job) => {
                if let Some(job) = job {
                    job.run(Err(error.clone()), self.time).await;
                }
                Err(error)
            }
        }
    }

    fn forget(&self) {
        drop(self.idle.take());
    }

    /// A connection that nothing else uses. That of a write was alive a moment ago.
    async fn get(&self, environment: &Environment, is_write: bool) -> Result<Connected, DatabaseError> {
        let text = metadata::secret(environment)
            .ok_or_else(|| DatabaseError::Unusable(format!("the secret {DATABASE} is not there any more")))?;
        if self.text.borrow().as_ref().is_some_and(|last| *last != text) {
            self.epoch.fetch_add(1, Ordering::Release);
            self.has_tables.set(false);
            self.forget();
        }
        *self.text.borrow_mut() = Some(text.clone());
        while let Some(connected) = self.kept() {
            if connected.text == text && connected.is_alive(is_write).await {
                return Ok(connected);
            }
            self.forget();
        }
        let late = || Err(DatabaseError::Unreachable("it does not answer".to_owned()));
        let client = timeout(self.time, self.connect(&text)).await.unwrap_or_else(|_| late())?;
        Ok(Connected { client, statements: HashMap::new(), text, used: Instant::now() })
    }

    /// A new connection to a database that has the tables.
    async fn connect(&self, text: &str) -> Result<Client, DatabaseError> {
        let client = metadata::connect(text).await?;
        if !self.has_tables.get() {
            statements::prepare_tables(&client).await?;
            self.has_tables.set(true);
        }
        Ok(client)
    }

    fn kept(&self) -> Option<Connected> {
        self.idle.borrow_mut().pop()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::poll;

    use super::*;
    use crate::environment::Variables;

    /// The database takes connections and says nothing.
    #[test]
    fn what_nobody_waits_for_takes_no_memory() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = silent.local_addr().expect("an address").port();
        let text = format!("postgresql://joe@127.0.0.1:{port}/app?sslmode=disable");
        let variables = Variables::from([(DATABASE.to_owned(), text)]);
        let environment = Arc::new(Environment::new(variables, None));
        let worker = Worker::new(Duration::from_secs(60));
        let payload = Arc::new(());
        let ask = || {
            let payload = Arc::clone(&payload);
            let work = async move |_: &mut Connected| {
                drop(payload);
                Ok(())
            };
            worker.ask(&environment, true, work, |()| {})
        };
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            let first = pin!(ask());
            assert!(poll!(first).is_pending());
            let (_first, _) = silent.accept().expect("it connects");
            {
                let second = pin!(ask());
                assert!(poll!(second).is_pending());
                assert_eq!(Arc::strong_count(&payload), 3);
            }
            assert_eq!(Arc::strong_count(&payload), 2);
        });
    }
}
