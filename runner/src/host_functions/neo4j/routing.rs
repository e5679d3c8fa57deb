//! Which server writes: the routing tables of clusters, and those of single servers, which name themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::super::database::DatabaseError;
use super::address::Server;
use super::bolt::connection::{Fault, Route};
use super::database::{Again, Failed};
use super::pool::{Lease, Servers};

/// A table is asked for again after a day at the latest.
const LONGEST: u64 = 86_400;

/// The routing tables of databases, by their names. Only those that a server has told are kept.
#[derive(Default)]
pub(super) struct Routes {
    tables: Mutex<HashMap<String, Arc<Table>>>,
    /// Counts connections, so that writers take turns.
    turn: AtomicUsize,
}

struct Table {
    writers: Vec<Server>,
    routers: Vec<Server>,
    until: Instant,
}

impl Table {
    fn new(route: &Route) -> Self {
        let servers = |texts: &[String]| texts.iter().filter_map(|text| Server::parse(text)).collect();
        let until = Instant::now() + Duration::from_secs(route.seconds.min(LONGEST));
        Self { writers: servers(&route.writers), routers: servers(&route.routers), until }
    }
}

impl Routes {
    /// A connection to a server that writes to this database. `seed` is the address of the manifest.
    pub(super) async fn writer(
        &self,
        servers: &Servers,
        seed: &Server,
        context: &[(String, String)],
        database: &str,
    ) -> Result<Lease, Failed> {
        let table = match self.known(database) {
            Some(table) => table,
            None => self.ask(servers, seed, context, database).await?,
        };
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let Some(writer) = table.writers.get(turn.checked_rem(table.writers.len()).unwrap_or(0)) else {
            self.forget(database);
            let error = DatabaseError::Unreachable("no server writes to this database at present".to_owned());
            return Err(Failed { error, again: Again::Later });
        };
        servers.connect(writer).await.map_err(|error| {
            self.forget(database);
            Failed { error, again: Again::Reconnect }
        })
    }

    /// Forgets a table: its server does not write, or is gone.
    pub(super) fn forget(&self, database: &str) {
        // Its routers are of use for the next one.
        if let Some(table) = self.tables().get_mut(database) {
            let routers = table.routers.clone();
            *table = Arc::new(Table { writers: Vec::new(), routers, until: Instant::now() });
        }
    }

    fn tables(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Table>>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, database: &str) -> Option<Arc<Table>> {
        self.tables().get(database).filter(|table| table.until > Instant::now()).map(Arc::clone)
    }

    /// Asks for a table: the address of the manifest first, then the routers of the tables before.
    async fn ask(
        &self,
        servers: &Servers,
        seed: &Server,
        context: &[(String, String)],
        database: &str,
    ) -> Result<Arc<Table>, Failed> {
        let mut routers = vec![seed.clone()];
        for router in self.tables().values().flat_map(|table| &table.routers) {
            if !routers.contains(router) {
                routers.push(router.clone());
            }
        }
        let mut first_error = None;
        for router in routers {
            match route(servers, &router, context, database).await {
                Ok(route) => return Ok(self.note(servers, seed, database, &route)),
                // No server will say otherwise.
                Err(error @ DatabaseError::Refused(_)) => return Err(error.into()),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        let nobody = || DatabaseError::Unreachable("no server tells a routing table".to_owned());
        Err(first_error.unwrap_or_else(nobody).into())
    }

    fn note(&self, servers: &Servers, seed: &Server, database: &str, route: &Route) -> Arc<Table> {
        let table = Arc::new(Table::new(route));
        let mut tables = self.tables();
        // A table without time to live serves the one query that it was asked for.
        tables.retain(|_, table| table.until > Instant::now());
        tables.insert(database.to_owned(), Arc::clone(&table));
        let mut named = vec![seed.clone()];
        named.extend(tables.values().flat_map(|table| table.writers.iter().chain(&table.routers)).cloned());
        drop(tables);
        servers.keep_only(&named);
        table
    }
}

async fn route(
    servers: &Servers,
    router: &Server,
    context: &[(String, String)],
    database: &str,
) -> Result<Route, DatabaseError> {
    let mut lease = servers.connect(router).await?;
    match lease.connection().route(context, database).await {
        Ok(route) => {
            lease.give_back();
            Ok(route)
        }
        Err(Fault::Refused(failure)) => {
            lease.recover().await;
            Err(DatabaseError::Refused(servers.settings().told(&failure)))
        }
        Err(Fault::Lost(reason)) => Err(DatabaseError::Unreachable(reason)),
        Err(Fault::Malformed(malformed)) => Err(DatabaseError::Unusable(malformed.to_string())),
        Err(Fault::TooLarge | Fault::Unwanted) => {
            Err(DatabaseError::Unusable("the server's routing table is too large".to_owned()))
        }
    }
}
