//! Connections to servers, and those that wait to be used again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::timeout;

use super::super::database::DatabaseError;
use super::super::masked::masked;
use super::address::{Address, Encryption, Server};
use super::bolt::connection::{Connection, Fault, Target};
use super::bolt::message::{Failure, Identity};
use crate::client::{Clients, tls};

/// A connection that was unused for so long is asked whether it still leads to the server, which has so long to answer.
const UNUSED: Duration = Duration::from_secs(20);
const SIGN_OF_LIFE: Duration = Duration::from_secs(3);
/// Connections are not used for longer, so that servers behind a balancer can be taken away.
const LIFETIME: Duration = Duration::from_secs(3600);

/// How the servers of a connection are reached.
pub(super) struct Settings {
    pub(super) address: Address,
    pub(super) username: String,
    pub(super) password: String,
    pub(super) clients: Clients,
    tls: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl Settings {
    pub(super) fn new(address: Address, username: String, password: String, clients: Clients) -> Self {
        Self { address, username, password, clients, tls: OnceLock::new() }
    }

    /// A refusal of the server as a text, without the password, should it repeat that.
    pub(super) fn told(&self, failure: &Failure) -> String {
        let Failure { code, message } = failure;
        let text = if code.is_empty() { message.clone() } else { format!("{message} ({code})") };
        masked(text, None, [&*self.password])
    }

    /// TLS as the address wants it. The first use reads the roots of the system.
    fn tls(&self) -> Result<Option<Arc<ClientConfig>>, String> {
        let trust = match self.address.encryption {
            Encryption::None => return Ok(None),
            Encryption::Trusted => tls::Trust::System,
            Encryption::Any => tls::Trust::Nobody,
        };
        let made = self.tls.get_or_init(|| tls::client(trust).map(Arc::new));
        made.clone().map(Some)
    }

    async fn target(&self, server: &Server) -> Result<Target, String> {
        let addresses = self.clients.addresses(&server.host, server.port).await?;
        let tls = match self.tls()? {
            None => None,
            Some(config) => {
                let name = ServerName::try_from(server.host.clone());
                Some((config, name.map_err(|_| "its host is not a name that TLS can check".to_owned())?))
            }
        };
        Ok(Target { addresses, tls })
    }
}

/// The servers of a connection with a pool of connections each.
pub(super) struct Servers {
    settings: Arc<Settings>,
    /// Connections to each: as many as there are operations at once, so that none waits here.
    size: usize,
    pools: Mutex<HashMap<Server, Pool<One>>>,
}

impl Servers {
    pub(super) fn new(settings: Arc<Settings>, size: usize) -> Self {
        Self { settings, size, pools: Mutex::default() }
    }

    /// How they are reached.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A connection to a server, an unused one where there is one.
    pub(super) async fn connect(&self, server: &Server) -> Result<Lease, DatabaseError> {
        let pool = self.pool(server)?;
        match pool.get().await {
            Ok(object) => Ok(Lease { object: Some(object), is_in_order: false }),
            Err(PoolError::Backend(error)) => Err(error),
            Err(error) => Err(DatabaseError::Unreachable(error.to_string())),
        }
    }

    fn pool(&self, server: &Server) -> Result<Pool<One>, DatabaseError> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(server) {
            return Ok(pool.clone());
        }
        let manager = One { settings: Arc::clone(&self.settings), server: server.clone() };
        let pool = Pool::builder(manager).max_size(self.size.max(1)).build();
        let pool = pool.map_err(|error| DatabaseError::Unreachable(error.to_string()))?;
        pools.insert(server.clone(), pool.clone());
        Ok(pool)
    }

    /// Drops the unused connections to other servers than these.
    pub(super) fn keep_only(&self, servers: &[Server]) {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.retain(|server, _| servers.contains(server));
    }
}

/// A connection in use. Unless it is given back it is closed, which is what happens to a query that is dropped.
pub(super) struct Lease {
    object: Option<Object<One>>,
    is_in_order: bool,
}

impl Lease {
    /// The connection.
    pub(super) fn connection(&mut self) -> &mut Connection {
        self.object.as_mut().expect("it is there until the lease is dropped")
    }

    /// Others may use the connection: nothing is under way on it.
    pub(super) fn give_back(mut self) {
        self.is_in_order = true;
    }

    /// Gives it back after a refusal, where it can be brought into order.
    pub(super) async fn recover(mut self) {
        if self.connection().reset().await.is_ok() {
            self.give_back();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.is_in_order
            && let Some(object) = self.object.take()
        {
            drop(Object::take(object));
        }
    }
}

/// Makes connections to one server.
struct One {
    settings: Arc<Settings>,
    server: Server,
}

impl Manager for One {
    type Type = Connection;
    type Error = DatabaseError;

    async fn create(&self) -> Result<Connection, DatabaseError> {
        let Settings { address, username, password, .. } = &*self.settings;
        let target = self.settings.target(&self.server).await.map_err(DatabaseError::Unreachable)?;
        let identity = Identity { username, password, routing: address.routing.as_deref() };
        Connection::open(target, &identity).await.map_err(|fault| {
            DatabaseError::Unreachable(match fault {
                Fault::Refused(failure) => self.settings.told(&failure),
                Fault::Lost(reason) => reason,
                Fault::Malformed(malformed) => malformed.to_string(),
                Fault::TooLarge | Fault::Unwanted => "the server's answer to HELLO is too large".to_owned(),
            })
        })
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<DatabaseError> {
        if metrics.age() > LIFETIME || !connection.seems_alive() {
            return Err(RecycleError::message("it has ended"));
        }
        if metrics.last_used() > UNUSED && !matches!(timeout(SIGN_OF_LIFE, connection.reset()).await, Ok(Ok(()))) {
            return Err(RecycleError::message("it shows no sign of life"));
        }
        Ok(())
    }
}
