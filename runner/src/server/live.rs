//! What a running server answers with: its routes at the moment, and whether it wants more requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::Routes;
use crate::limits::Limits;
use crate::process::Mutations;

/// Shared by all connections.
pub struct Live {
    routes: ArcSwap<Routes>,
    pub(super) mutations: Mutations,
    pub(super) limits: Limits,
    /// Probes and metrics have a listener of their own.
    admin: bool,
    draining: AtomicBool,
    begun: AtomicU64,
    ended: AtomicU64,
    /// Requests that had ended when the drain began.
    ended_before: AtomicU64,
}

/// A request to an endpoint that is being answered.
pub(super) struct UnderWay(Arc<Live>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

impl Live {
    /// Serves `routes` within `limits`. At the end `mutations` are waited for.
    pub fn new(routes: Arc<Routes>, mutations: Mutations, limits: Limits) -> Self {
        Self {
            routes: ArcSwap::new(routes),
            mutations,
            limits,
            admin: false,
            draining: AtomicBool::default(),
            begun: AtomicU64::default(),
            ended: AtomicU64::default(),
            ended_before: AtomicU64::default(),
        }
    }

    /// The same where probes and metrics have a listener of their own.
    #[must_use]
    pub fn with_admin(self, admin: bool) -> Self {
        Self { admin, ..self }
    }

    pub(super) fn has_admin(&self) -> bool {
        self.admin
    }

    /// Serves other routes from now on; requests under way keep theirs.
    pub fn replace(&self, routes: Arc<Routes>) {
        self.routes.store(routes);
    }

    /// The routes for one request.
    pub(crate) fn routes(&self) -> Arc<Routes> {
        self.routes.load_full()
    }

    /// Wants no more requests: it is not ready any more.
    pub fn drain(&self) {
        self.ended_before.store(self.ended.load(Ordering::Relaxed), Ordering::Relaxed);
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the end has begun.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Requests that finished since the drain began, and those that have not.
    pub fn drained(&self) -> (u64, u64) {
        let ended = self.ended.load(Ordering::Relaxed);
        let cut = self.begun.load(Ordering::Relaxed).saturating_sub(ended);
        (ended.saturating_sub(self.ended_before.load(Ordering::Relaxed)), cut)
    }

    /// Counts a request until the answer is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.begun.fetch_add(1, Ordering::Relaxed);
        UnderWay(Arc::clone(self))
    }
}
