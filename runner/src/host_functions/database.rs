//! What the capabilities that reach databases have in common: each database has a door, and operations go through it.
//!
//! [`Doors`] are known to the process, so that connections outlive an app. What stands behind a door is the client's own: a
//! pool, a channel, a driver.

mod failure;

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use abi::manifest::{Connection, Manifest};
use futures::future::join_all;
use sha2::{Digest as _, Sha256};

use super::template::expand;
use super::turns::{Busy, Turns};
use super::{HostError, Setup};
use crate::client::Clients;
use crate::environment::{Environment, Variables, secret_prefix};
use crate::limits::DatabaseLimits;
use crate::telemetry::metrics::{self, DatabaseFailure};
use crate::telemetry::traces;
pub(super) use failure::DatabaseError;

/// The doors of one capability that apps have, by the names of their connections. `B` is what is behind each.
type All<B> = Mutex<HashMap<String, Weak<Door<B>>>>;

/// The doors of one capability for one app. A door goes with the last app whose manifest has its connection.
pub(super) struct Doors<B> {
    all: Arc<All<B>>,
    own: Mutex<HashMap<String, Own<B>>>,
    environment: Arc<Environment>,
}

/// A door of an app.
struct Own<B> {
    door: Arc<Door<B>>,
    /// Those by which it leads to the right place, where variables alone can tell.
    variables: Option<Arc<Variables>>,
}

impl<B: Behind> Doors<B> {
    /// Those of an app. Of the doors that other apps have opened it has those of its own connections of this kind.
    pub(super) fn of(setup: &Setup<'_>, is_of_kind: impl Fn(&Connection) -> bool) -> Self {
        let connections = &setup.manifest.connections;
        let environment = Arc::clone(&setup.environment);
        Self::among(setup.process.kept.get(), environment, |name| connections.get(name).is_some_and(&is_of_kind))
    }

    fn among(all: Arc<All<B>>, environment: Arc<Environment>, is_named: impl Fn(&str) -> bool) -> Self {
        let own = {
            let there = all.lock().unwrap_or_else(PoisonError::into_inner);
            let named = there.iter().filter(|(name, _)| is_named(name));
            let opened = named.filter_map(|(name, door)| Some((name.clone(), door.upgrade()?)));
            opened.map(|(name, door)| (name, Own { door, variables: None })).collect()
        };
        Self { all, own: Mutex::new(own), environment }
    }

    /// The door to the database that a connection names. `anew` reads where that is and calls [`Self::open`]: not for the
    /// usual operation, for which no variable has changed since.
    pub(super) fn get<E>(
        &self,
        connection: &str,
        anew: impl FnOnce() -> Result<Arc<Door<B>>, E>,
    ) -> Result<Arc<Door<B>>, E> {
        let variables = self.environment.snapshot();
        if let Some(Own { door, variables: Some(then) }) = self.own().get(connection)
            && Arc::ptr_eq(then, &variables)
        {
            return Ok(Arc::clone(door));
        }
        let door = anew()?;
        // Secrets that are files are read each time.
        if !self.environment.has_secrets_folder()
            && let Some(own) = self.own().get_mut(connection).filter(|own| Arc::ptr_eq(&own.door, &door))
        {
            own.variables = Some(variables);
        }
        Ok(door)
    }

    fn own(&self) -> MutexGuard<'_, HashMap<String, Own<B>>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The door to the database that a connection names. `address` is all that a client needs to reach it, secrets
    /// included: where it is no longer the same, for instance because a secret changed, the door is made anew, and what
    /// was behind the old one ends with its last operation. Nothing may be connected by `make`.
    pub(super) fn open<E>(
        &self,
        connection: &str,
        address: &str,
        limits: DatabaseLimits,
        make: impl FnOnce() -> Result<B, E>,
    ) -> Result<Arc<Door<B>>, E> {
        let hashed: [u8; 32] = Sha256::digest(address).into();
        let mut own = self.own();
        if let Some(own) = own.get(connection).filter(|own| own.door.address == hashed) {
            return Ok(Arc::clone(&own.door));
        }
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let there = all.get(connection).and_then(Weak::upgrade).filter(|door| door.address == hashed);
        let door = match there {
            Some(door) => door,
            None => {
                let door = Arc::new(Door::new(connection, address, limits, make()?));
                all.retain(|_, door| door.strong_count() > 0);
                all.insert(connection.to_owned(), Arc::downgrade(&door));
                door
            }
        };
        own.insert(connection.to_owned(), Own { door: Arc::clone(&door), variables: None });
        Ok(door)
    }
}

/// The way to one database: so many operations at once, each within its time.
pub(super) struct Door<B> {
    connection: String,
    /// SHA-256 of the address: that has secrets in it.
    address: [u8; 32],
    limits: DatabaseLimits,
    turns: Turns,
    /// The client.
    pub(super) behind: B,
}

/// What is behind a door.
pub(super) trait Behind: Send + Sync + 'static {
    /// The kind of database, as OpenTelemetry's conventions call it.
    const SYSTEM: &'static str;
}

/// An operation from its start to its end, which may be that nobody waits for it any more.
struct Passing<'d> {
    connection: &'d str,
    started: Instant,
    is_over: bool,
}

impl Passing<'_> {
    fn ended(mut self, error: Option<&DatabaseError>) {
        self.is_over = true;
        if let Some(error) = error {
            error.count(self.connection);
        }
    }
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        metrics::database_operation(self.connection, self.started.elapsed());
        if !self.is_over {
            failure::count(self.connection, DatabaseFailure::Cancelled);
        }
    }
}

impl<B: Behind> Door<B> {
    /// One to what is behind it. See [`Doors::open`] for the address.
    pub(super) fn new(connection: &str, address: &str, limits: DatabaseLimits, behind: B) -> Self {
        Self {
            connection: connection.to_owned(),
            address: Sha256::digest(address).into(),
            limits,
            turns: Turns::new(limits.connections, limits.waiting),
            behind,
        }
    }

    /// Bytes that an answer may have.
    pub(super) fn answer_bytes(&self) -> usize {
        self.limits.answer
    }

    /// Runs an operation when it is its turn. It is dropped when its time is over, or when the guest's call ends: a
    /// connection that it holds then must not be used again.
    pub(super) async fn pass<T>(
        &self,
        operation: impl Future<Output = Result<T, DatabaseError>>,
    ) -> Result<T, DatabaseError> {
        traces::database(&self.connection, B::SYSTEM);
        let passing = Passing { connection: &self.connection, started: Instant::now(), is_over: false };
        let timed = tokio::time::timeout(self.limits.timeout, async {
            let _turn = self.turns.take().await.map_err(|Busy(waiting)| DatabaseError::Busy(waiting))?;
            operation.await
        });
        let result = timed.await.unwrap_or(Err(DatabaseError::TimedOut(self.limits.timeout)));
        passing.ended(result.as_ref().err());
        result
    }
}

impl<B> fmt::Debug for Door<B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is behind it knows secrets.
        formatter.debug_struct("Door").field("connection", &self.connection).finish_non_exhaustive()
    }
}

/// What databases are reached with: what an app says of them, and what its process has.
pub(super) struct Means {
    pub(super) manifest: Arc<Manifest>,
    pub(super) environment: Arc<Environment>,
    pub(super) clients: Clients,
    pub(super) limits: DatabaseLimits,
}

impl Means {
    /// Those of an app.
    pub(super) fn of(setup: &Setup<'_>) -> Self {
        Self {
            manifest: Arc::clone(&setup.manifest),
            environment: Arc::clone(&setup.environment),
            clients: setup.process.clients.clone(),
            limits: setup.process.databases,
        }
    }

    /// A setting of a database's connection with its templates replaced. A secret that is not there is an error here: what is
    /// left would lead elsewhere, or in as somebody else.
    pub(super) fn with_secrets(&self, connection: &str, text: &str) -> Result<String, HostError> {
        let prefix = secret_prefix(connection);
        let mut missing = None;
        let expanded = expand(
            text,
            |name| self.environment.secret(&format!("{prefix}{name}")),
            |name| missing = Some(format!("{prefix}{name}")),
        );
        match missing {
            None => Ok(expanded),
            Some(name) => {
                let failed = "failed to apply secrets for connection";
                Err(format!("{failed} [{connection}]: secret {name} was not found").into())
            }
        }
    }

    /// What is wrong with the connections of the manifest that are of one of these kinds, a sentence each. `open` reads one
    /// and makes what reaches its server; with `connect` that is tried by `reach`, all of them at the same time.
    pub(super) async fn faults<T, R: Future<Output = Result<(), DatabaseError>>>(
        &self,
        connect: bool,
        kind: impl Fn(&Connection) -> Option<&'static str>,
        open: impl Fn(&str, &'static str) -> Result<T, HostError>,
        reach: impl Fn(T) -> R,
    ) -> Vec<String> {
        let connections = self.manifest.connections.iter();
        let of_kinds = connections.filter_map(|(name, connection)| Some((name, kind(connection)?)));
        let opened = of_kinds.map(|(name, kind)| (name, kind, open(name, kind)));
        let checked = opened.map(|(name, kind, opened)| {
            let reached = match opened {
                Ok(database) if connect => Ok(reach(database)),
                Ok(_) => Err(None),
                Err(error) => Err(Some(error.message)),
            };
            async move {
                let reason = match reached {
                    Ok(reached) => reached.await.err().map(|error| error.to_string()),
                    Err(reason) => reason,
                };
                reason.map(|reason| named(kind, name, &reason))
            }
        });
        join_all(checked).await.into_iter().flatten().collect()
    }
}

/// What is wrong with a connection, which is named unless the problem does so.
pub(super) fn named(kind: &str, connection: &str, problem: &impl Display) -> String {
    let problem = problem.to_string();
    let is_named = problem.contains(&format!("[{connection}]"));
    if is_named { problem } else { format!("{kind} connection [{connection}]: {problem}") }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    impl<T: Send + Sync + 'static> Behind for Arc<T> {
        const SYSTEM: &'static str = "test";
    }

    #[test]
    fn a_door_goes_with_the_last_app_that_names_it() {
        let all = Arc::default();
        let apps = [["a", "b"], ["a", "c"]];
        let environment = Arc::new(Environment::new(Variables::new(), None));
        let app = |names: [&'static str; 2]| {
            Doors::among(Arc::clone(&all), Arc::clone(&environment), move |name| names.contains(&name))
        };
        let open = |doors: &Doors<Arc<()>>, name: &str, address: &str, behind: &Arc<()>| {
            let made = doors.open(name, address, DatabaseLimits::default(), || Ok::<_, ()>(Arc::clone(behind)));
            Arc::as_ptr(&made.expect("it is made").behind)
        };
        let (a, b, another) = (Arc::new(()), Arc::new(()), Arc::new(()));
        let before = app(apps[0]);
        assert_eq!((open(&before, "a", "x", &a), open(&before, "b", "x", &b)), (Arc::as_ptr(&a), Arc::as_ptr(&b)));
        let after = app(apps[1]);
        // The old app still runs, and has not asked for it for the last time.
        open(&before, "b", "x", &another);
        drop(before);
        assert_eq!((Arc::strong_count(&a), Arc::strong_count(&b), Arc::strong_count(&another)), (2, 1, 1));
        // What it has opened is used further, unless it leads elsewhere now.
        assert_eq!(open(&after, "a", "x", &another), Arc::as_ptr(&a));
        assert_eq!(open(&after, "a", "y", &another), Arc::as_ptr(&another));
        assert_eq!(Arc::strong_count(&a), 1);
    }
    #[test]
    fn an_address_is_read_anew_when_variables_have_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let environment = Arc::new(Environment::new(Variables::new(), Some(folder.path())));
        let read = AtomicUsize::new(0);
        let check = |doors: &Doors<Arc<()>>, expected: usize| {
            let door = doors.get("a", || {
                read.fetch_add(1, Ordering::Relaxed);
                doors.open("a", "x", DatabaseLimits::default(), || Ok::<_, ()>(Arc::default()))
            });
            assert!(door.is_ok());
            assert_eq!(read.load(Ordering::Relaxed), expected);
        };
        let doors = Doors::among(Arc::default(), Arc::clone(&environment), |_| true);
        check(&doors, 1);
        check(&doors, 1);
        std::fs::write(folder.path().join(".env"), "A=1").expect("written");
        environment.reload();
        check(&doors, 2);
        check(&doors, 2);

        let secrets = Environment::new(Variables::new(), None).secrets_in(Some(folder.path()));
        let doors = Doors::among(Arc::default(), Arc::new(secrets), |_| true);
        check(&doors, 3);
        check(&doors, 4);
    }
}
