//! What belongs to the process and outlives every app that it serves, one after the other.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::capacity::Capacity;
use crate::client::Clients;
use crate::egress::Redirects;
use crate::limits::{CollectionLimits, DatabaseLimits, HistoryLimits, HttpLimits, ModelLimits};
use crate::state::State;

/// What each app of the process needs of it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Process {
    /// Calls, waiting calls, guest memory and memory of answers that there may be.
    pub capacity: Arc<Capacity>,
    /// HTTP clients with their connections, and name look-ups.
    pub clients: Clients,
    /// Which redirects of servers are followed.
    pub redirects: Redirects,
    /// What may be asked of servers by HTTP.
    pub http: HttpLimits,
    /// What may be asked of databases.
    pub databases: DatabaseLimits,
    /// How patient calls of models are.
    pub models: ModelLimits,
    /// What is kept of them.
    pub history: HistoryLimits,
    /// What collections may take.
    pub collections: CollectionLimits,
    /// What is kept on disk.
    pub state: State,
    /// What capabilities keep from app to app.
    pub kept: Kept,
    /// Mutations that run.
    pub mutations: Mutations,
    /// Subscriptions end when its sender is dropped.
    pub closing: watch::Receiver<()>,
}

impl Process {
    /// One that serves nothing, for apps that are called by the program that they are in.
    pub fn alone(capacity: Capacity) -> Self {
        let (_, closing) = watch::channel(());
        Self {
            capacity: Arc::new(capacity),
            clients: Clients::default(),
            redirects: Redirects::default(),
            http: HttpLimits::default(),
            databases: DatabaseLimits::default(),
            models: ModelLimits::default(),
            history: HistoryLimits::default(),
            collections: CollectionLimits::default(),
            state: State::default(),
            kept: Kept::default(),
            mutations: Mutations::default(),
            closing,
        }
    }
}

/// What capabilities keep from app to app, such as connections to databases: one value of each type, made when it is first
/// asked for. Cheap to clone.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>);

impl Kept {
    /// The value of this type.
    pub(crate) fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = kept.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(value).downcast().expect("values stand under their own types")
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // They may hold secrets.
        formatter.write_str("Kept")
    }
}

/// Mutations of all apps of this process, those that were replaced included. Each runs to its end, although its client may
/// be gone and its app replaced. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Mutations(watch::Sender<()>);

/// A mutation that runs, until it is dropped.
pub(crate) struct Running {
    _counted: watch::Receiver<()>,
}

impl Mutations {
    /// Counts a mutation.
    pub(crate) fn begin(&self) -> Running {
        Running { _counted: self.0.subscribe() }
    }

    /// Resolves when none runs.
    pub(crate) async fn finished(&self) {
        self.0.closed().await;
    }
}
