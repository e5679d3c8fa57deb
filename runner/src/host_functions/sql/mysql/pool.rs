//! Connections: how one is made, lent to an operation, and given up.
//!
//! So many operations at once as a door lets through have a connection each; here is only what waits for the next one. An
//! operation that does not reach its end gives its connection up: the client would otherwise read the rest of the answer
//! first, however long that takes.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, DriverError, Error};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::address::{Address, Tls};
use super::failures::{self, shown};
use crate::client::Clients;
use crate::host_functions::database::DatabaseError;

/// A connection is used for so long, as in Go's driver with the settings of Modus. So names are looked up anew, and servers
/// that balance their load can do it.
const LIFETIME: Duration = Duration::from_secs(180);
/// Time for a connection that was kept to show that it is alive.
const ALIVE: Duration = Duration::from_secs(2);
/// Time to end a statement that nobody waits for any more.
const ENDING: Duration = Duration::from_secs(5);
/// Statements that are ended at the same time. Others run on.
const ENDINGS: usize = 4;
/// Bytes of a packet that is sent or received, at least: a row, or a statement with its parameters.
const PACKET: usize = 16 << 20;

/// The connections to a database that no operation uses.
pub(super) struct Pool {
    pub(super) address: Address,
    /// They look names up.
    clients: Clients,
    /// Bytes of a packet, at most.
    packet: usize,
    idle: Mutex<Vec<Session>>,
    endings: Arc<Semaphore>,
}

/// A connection.
struct Session {
    connection: Conn,
    made: Instant,
    /// What the server calls this end of it.
    peer: Option<String>,
}

impl Pool {
    /// `answer`: bytes that an answer may have.
    pub(super) fn new(address: Address, clients: Clients, answer: usize) -> Self {
        let packet = answer.max(PACKET);
        Self { address, clients, packet, idle: Mutex::default(), endings: Arc::new(Semaphore::new(ENDINGS)) }
    }

    /// Bytes of a packet, at most.
    pub(super) fn packet(&self) -> usize {
        self.packet
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that was kept and is not too old. Those that are too old are closed.
    fn kept(&self) -> Option<Session> {
        let (kept, old) = {
            let mut idle = self.idle();
            let all = std::mem::take(&mut *idle);
            let (mut young, old): (Vec<_>, Vec<_>) = all.into_iter().partition(|each| each.made.elapsed() < LIFETIME);
            let kept = young.pop();
            *idle = young;
            (kept, old)
        };
        // Closing them is not for under the lock.
        drop(old);
        kept
    }

    /// A connection with a transaction that has just begun.
    ///
    /// A connection that was kept may have been closed by the server since, or lead nowhere. That its transaction begins
    /// tells, before anything has been done. If it does not, the other ones are of no more use.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<Lease, DatabaseError> {
        const BEGIN: &str = "START TRANSACTION";
        while let Some(session) = self.kept() {
            let mut lease = Lease::new(self, session);
            if let Ok(Ok(())) = timeout(ALIVE, lease.connection().query_drop(BEGIN)).await {
                return Ok(lease);
            }
            drop(lease);
            let others = std::mem::take(&mut *self.idle());
            drop(others);
        }
        let mut lease = self.connect().await?;
        match lease.connection().query_drop(BEGIN).await {
            Ok(()) => Ok(lease),
            Err(Error::Server(error)) => {
                Err(DatabaseError::Refused(format!("error setting up a new tx: {}", shown(&error, &self.address))))
            }
            Err(error) => Err(failures::of_connecting(&error, &self.address)),
        }
    }

    async fn connect(self: &Arc<Self>) -> Result<Lease, DatabaseError> {
        match self.address.timeout {
            None => self.connect_now().await,
            Some(time) => timeout(time, self.connect_now()).await.unwrap_or_else(|_| {
                let reason = format!("no connection within the {} s of the connection string", time.as_secs_f64());
                Err(DatabaseError::Unreachable(reason))
            }),
        }
    }

    async fn connect_now(self: &Arc<Self>) -> Result<Lease, DatabaseError> {
        let failed = |error: Error| failures::of_connecting(&error, &self.address);
        let found = self.clients.addresses(&self.address.host, 0).await;
        let found = found.map_err(|error| DatabaseError::Unreachable(format!("the host has no address: {error}")))?;
        let addresses: Vec<_> = found.iter().map(SocketAddr::ip).collect();
        let connect = |tls| Conn::new(self.address.options(self.packet, tls).resolved_ips(Some(addresses.clone())));
        let mut connected = connect(self.address.tls).await;
        if let Err(Error::Driver(DriverError::NoClientSslFlagFromServer)) = connected
            && self.address.falls_back
        {
            connected = connect(Tls::Off).await;
        }
        let connection = connected.map_err(failed)?;
        let mut lease = Lease::new(self, Session { connection, made: Instant::now(), peer: None });
        let connection = lease.connection();
        connection.query_drop(&self.address.first_statement).await.map_err(failed)?;
        let peer = "SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()";
        let peer = match connection.query_first(peer).await {
            Ok(peer) => peer,
            // A server that does not tell.
            Err(Error::Server(_)) => None,
            Err(error) => return Err(failed(error)),
        };
        if let Some(session) = &mut lease.session {
            session.peer = peer;
        }
        Ok(lease)
    }

    /// Ends what a connection's server still does, if it is the same server that answers, and the same connection.
    fn end(self: &Arc<Self>, runtime: &Handle, id: u32, peer: String) {
        let Ok(turn) = Arc::clone(&self.endings).try_acquire_owned() else { return };
        let this = Arc::clone(self);
        runtime.spawn(async move {
            let _turn = turn;
            let ending = async {
                let Ok(mut lease) = this.connect().await else { return };
                let query = "SELECT 1 FROM information_schema.processlist WHERE id = ? AND host = ?";
                if let Ok(Some(1)) = lease.connection().exec_first::<u8, _, _>(query, (id, peer)).await
                    && lease.connection().query_drop(format!("KILL {id}")).await.is_ok()
                {
                    lease.close();
                }
            };
            let _ = timeout(ENDING, ending).await;
        });
    }
}

/// A connection while an operation has it. Unless [`Lease::keep`] is called it is closed at the end, and what the server
/// still does for it is ended.
pub(super) struct Lease {
    pool: Arc<Pool>,
    /// There until it is kept or closed.
    session: Option<Session>,
    /// Whether a statement has been sent whose answer was not read.
    pub(super) is_running: bool,
    /// Where it was lent: it may end on a thread that has none.
    runtime: Handle,
}

impl Lease {
    fn new(pool: &Arc<Pool>, session: Session) -> Self {
        Self { pool: Arc::clone(pool), session: Some(session), is_running: false, runtime: Handle::current() }
    }

    pub(super) fn connection(&mut self) -> &mut Conn {
        &mut self.session.as_mut().expect("it is there until the lease ends").connection
    }

    /// Closes the connection, on which nothing is left to read.
    pub(super) fn close(mut self) {
        // The client says goodbye to the server.
        drop(self.session.take());
    }

    /// Gives the connection back for others. It is in no transaction, and nothing is left to read.
    pub(super) fn keep(mut self) {
        if let Some(session) = self.session.take() {
            self.pool.idle().push(session);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut session) = self.session.take() else { return };
        let id = session.connection.id();
        if !std::thread::panicking() {
            // The client takes a connection on which a ping has begun as one that is in the middle of something. Such a one
            // it closes, while of any other it would read the rest of the answer. That may be what it cannot read.
            let begin = AssertUnwindSafe(|| session.connection.ping().now_or_never());
            let _ = catch_unwind(begin);
        }
        drop(session.connection);
        if self.is_running
            && let Some(peer) = session.peer
        {
            self.pool.end(&self.runtime, id, peer);
        }
    }
}
