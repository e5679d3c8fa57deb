//! What belongs to the process and outlives every app that it serves, one after the other.

use std::sync::Arc;

use tokio::sync::watch;

use crate::capacity::Capacity;
use crate::client::Clients;
use crate::egress::Redirects;

/// What each app of the process needs of it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Process {
    /// Calls, waiting calls and guest memory that there may be.
    pub capacity: Arc<Capacity>,
    /// HTTP clients with their connections, and name look-ups.
    pub clients: Clients,
    /// Which redirects of servers are followed.
    pub redirects: Redirects,
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
            mutations: Mutations::default(),
            closing,
        }
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
