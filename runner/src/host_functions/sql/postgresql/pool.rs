//! The connections to a database that are kept.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, Object, Pool as Managed, PoolError, QueueMode, RecycleError, RecycleResult};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::address::Address;
use super::login::Way;
use super::session::Session;
use super::tls::Encryption;
use crate::client::Clients;
use crate::host_functions::database::DatabaseError;
use crate::limits::DatabaseLimits;

/// Requests to cancel a statement that may be under way at once. Beyond it a statement ends when it next answers.
const CANCELS: usize = 16;
/// How often connections are closed that were not used for long.
const SWEEP: Duration = Duration::from_secs(60);

/// The connections of a database.
pub(super) struct Pool {
    sessions: Managed<Sessions>,
    cancels: Arc<Semaphore>,
    swept: Mutex<Instant>,
}

/// Makes connections, and looks at them before they are used again.
struct Sessions {
    way: Arc<Way>,
    /// One that was last used before this moment is not used again: others of its time turned out to be dead.
    distrusted: Mutex<Option<Instant>>,
}

/// A connection that is used. It goes back when nothing runs on it, and is closed otherwise.
pub(super) struct InUse {
    session: Option<Object<Sessions>>,
    way: Arc<Way>,
    cancels: Arc<Semaphore>,
    runtime: Handle,
}

impl Pool {
    pub(super) fn new(address: Address, clients: Clients, limits: DatabaseLimits) -> Self {
        let most = address.pool.most.map_or(limits.connections, |most| most.min(limits.connections));
        let encryption = Encryption::new(address.tls.clone());
        let way = Arc::new(Way { address, encryption, clients });
        let sessions = Sessions { way, distrusted: Mutex::new(None) };
        let sessions = Managed::builder(sessions).max_size(most).queue_mode(QueueMode::Lifo).build();
        let sessions = sessions.expect("a pool without time-outs needs nothing");
        Self { sessions, cancels: Arc::new(Semaphore::new(CANCELS)), swept: Mutex::new(Instant::now()) }
    }

    /// A connection that nobody else uses. There may be as many as the limits say; more wait.
    pub(super) async fn get(&self) -> Result<InUse, DatabaseError> {
        self.sweep();
        let session = self.sessions.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            error => DatabaseError::Lost(error.to_string()),
        })?;
        Ok(InUse {
            session: Some(session),
            way: Arc::clone(&self.sessions.manager().way),
            cancels: Arc::clone(&self.cancels),
            runtime: Handle::current(),
        })
    }

    /// Closes connections that were not used for long.
    fn sweep(&self) {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if swept.elapsed() > SWEEP {
            *swept = Instant::now();
            drop(swept);
            let manager = self.sessions.manager();
            self.sessions.retain(|session, metrics| manager.is_fresh(session, &metrics));
        }
    }
}

impl Sessions {
    fn is_fresh(&self, session: &Session, metrics: &Metrics) -> bool {
        let settings = &self.way.address.pool;
        let distrusted = self.distrusted.lock().unwrap_or_else(PoisonError::into_inner);
        metrics.age() < settings.lifetime
            && session.used.elapsed() < settings.idle
            && distrusted.is_none_or(|moment| session.used > moment)
    }
}

impl Manager for Sessions {
    type Type = Session;
    type Error = DatabaseError;

    async fn create(&self) -> Result<Session, DatabaseError> {
        // Boxed, for every operation would have room for it.
        Box::pin(self.way.connect()).await
    }

    async fn recycle(&self, session: &mut Session, metrics: &Metrics) -> RecycleResult<DatabaseError> {
        if !self.is_fresh(session, metrics) {
            return Err(RecycleError::message("it is too old"));
        }
        if session.is_alive().await {
            return Ok(());
        }
        *self.distrusted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Err(RecycleError::message("the server has closed it"))
    }
}

impl Deref for InUse {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.session.as_ref().expect("it is there until this is dropped")
    }
}

impl DerefMut for InUse {
    fn deref_mut(&mut self) -> &mut Session {
        self.session.as_mut().expect("it is there until this is dropped")
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        if session.is_clean() {
            return;
        }
        let session = Object::take(session);
        if !session.is_running() {
            return;
        }
        let (key, way) = (session.key.clone(), Arc::clone(&self.way));
        if let Ok(turn) = Arc::clone(&self.cancels).try_acquire_owned() {
            self.runtime.spawn(async move {
                way.cancel(key).await;
                drop((session, turn));
            });
        }
    }
}
