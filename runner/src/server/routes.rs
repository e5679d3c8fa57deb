//! Which path is answered by whom.

use std::sync::Arc;

use abi::manifest::{Auth, Manifest};

use super::Handler;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// Nobody: it wants tokens, and there are no keys to check them with.
    Closed,
}

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Name in the manifest.
    pub name: String,
    /// Path; a trailing slash makes it a prefix.
    pub path: String,
    /// Who may use it.
    pub access: Access,
}

impl Route {
    fn matches(&self, path: &str) -> bool {
        self.path == path || (self.path.ends_with('/') && path.starts_with(&self.path))
    }
}

/// All routes. `/health` is always there.
pub struct Routes {
    endpoints: Vec<Route>,
    pub(super) health: String,
    pub(super) graphql: Arc<dyn Handler>,
}

impl Routes {
    /// The manifest's endpoints, longest path first. `health` is the JSON text that `/health` answers with.
    ///
    /// Endpoints that cannot be served (a path without leading slash, one of the runner's own) are left out with an
    /// error in the log; endpoints that want tokens are open in development only (`http-server` section 8).
    pub fn new(manifest: &Manifest, dev: bool, health: String, graphql: Arc<dyn Handler>) -> Self {
        let mut endpoints = Vec::new();
        for (name, endpoint) in &manifest.endpoints {
            if !endpoint.path.starts_with('/') || matches!(endpoint.path.as_str(), "/health" | "/metrics") {
                tracing::error!(target: "modus", endpoint = name, path = endpoint.path, "The endpoint cannot be served.");
                continue;
            }
            let access = if endpoint.auth == Auth::None || dev { Access::Open } else { Access::Closed };
            if access == Access::Closed {
                let message = "The endpoint wants bearer tokens, and there are no keys to check them with; it stays \
                               closed. Use auth \"none\", or MODUS_ENV=dev while developing.";
                tracing::error!(target: "modus", endpoint = name, path = endpoint.path, "{message}");
            }
            endpoints.push(Route { name: name.clone(), path: endpoint.path.clone(), access });
        }
        endpoints.sort_by_key(|route| std::cmp::Reverse(route.path.len()));
        Self { endpoints, health, graphql }
    }

    /// The endpoints that are served.
    pub fn endpoints(&self) -> &[Route] {
        &self.endpoints
    }

    pub(super) fn find(&self, path: &str) -> Option<&Route> {
        self.endpoints.iter().find(|route| route.matches(path))
    }
}
