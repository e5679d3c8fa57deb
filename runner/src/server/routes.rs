//! Which path is answered by whom.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use abi::endpoint_path;
use abi::manifest::{Auth, Endpoint, Manifest};
use abi::reserved_paths::Reserved;

use super::explorer::Explorer;
use super::inferences::Inferences;
use super::status::Status;
use super::{Handler, OriginPolicy};
use crate::auth::{self, Authenticator, KeysError};
use crate::environment::Environment;
use crate::host_functions::History;
use crate::telemetry::metrics::EndpointMetrics;

/// One endpoint.
#[derive(Debug)]
pub struct Route {
    /// Name in the manifest.
    pub name: String,
    /// Path, as the manifest has it.
    pub path: String,
    /// The path in its normal form; a trailing slash makes it a prefix.
    pub normal_path: String,
    /// How it authenticates.
    pub auth: Auth,
    /// What is measured about it.
    pub(super) metrics: EndpointMetrics,
}

impl Route {
    /// The part before the final slash of a route that serves every path below it.
    fn folder(&self) -> Option<&str> {
        self.normal_path.strip_suffix('/').filter(|folder| !folder.is_empty())
    }

    fn covers(&self, path: &str) -> bool {
        let rest = self.folder().and_then(|folder| path.strip_prefix(folder));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// What is at a path.
#[derive(Clone, Debug)]
pub enum Found<'r> {
    /// `/health`.
    Health,
    /// An endpoint.
    Endpoint(&'r Route),
    /// Nothing, but the path without its final slash is served.
    Moved(String),
    /// Nothing.
    Nothing,
}

/// Whether the runner answers a path itself, with or without an explorer.
fn is_own(path: &str) -> bool {
    Reserved::at(path).is_some_and(Reserved::is_always)
}

/// All routes. `/health` is always there.
pub struct Routes {
    endpoints: Vec<Route>,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) explorer: Option<Explorer>,
    pub(super) inferences: Option<Inferences>,
    pub(super) origins: OriginPolicy,
    pub(super) health: String,
    pub(super) graphql: Arc<dyn Handler>,
}

impl Routes {
    /// The manifest's endpoints, longest path first. `health` is the JSON text that `/health` answers with.
    ///
    /// Endpoints that cannot be served (a path without leading slash, one of the runner's own, one that two endpoints
    /// claim) are left out with an error in the log. `authenticator` decides for those that want tokens.
    pub fn new(
        manifest: &Manifest,
        authenticator: Arc<Authenticator>,
        health: String,
        graphql: Arc<dyn Handler>,
    ) -> Self {
        let mut endpoints = Vec::new();
        for (name, endpoint) in &manifest.endpoints {
            let normal_path = match usable(manifest, &endpoint.path) {
                Ok(path) => path.into_owned(),
                Err(reason) => {
                    let path = &endpoint.path;
                    tracing::error!(target: "modus", endpoint = name, path, "The endpoint cannot be served: {reason}.");
                    continue;
                }
            };
            let (name, path) = (name.clone(), endpoint.path.clone());
            endpoints.push(Route { name, path, normal_path, auth: endpoint.auth, metrics: EndpointMetrics::default() });
        }
        endpoints.sort_by_key(|route| std::cmp::Reverse(route.normal_path.len()));
        Self {
            endpoints,
            authenticator,
            explorer: None,
            inferences: None,
            origins: OriginPolicy::default(),
            health,
            graphql,
        }
    }

    /// With another policy than that every host and every origin is served.
    #[must_use]
    pub fn with_origins(mut self, origins: OriginPolicy) -> Self {
        self.origins = origins;
        self
    }

    /// Takes over the keys of the routes served so far.
    pub fn inherit_keys(&self, earlier: &Self) {
        self.authenticator.inherit(&earlier.authenticator);
    }

    /// Loads the keys that endpoints want tokens checked with; nothing where no endpoint wants tokens.
    ///
    /// # Errors
    /// In development, everything that is wrong with the keys.
    pub async fn load_keys(&self) -> Result<(), KeysError> {
        let endpoint = |route: &Route| auth::ProtectedEndpoint { name: route.name.clone(), path: route.path.clone() };
        self.authenticator.start(self.protected().map(endpoint).collect()).await
    }

    /// What is wrong with the variables for keys, if an endpoint wants tokens. Fetches nothing.
    pub fn key_faults(&self) -> Vec<String> {
        if self.protected().next().is_some() { self.authenticator.faults() } else { Vec::new() }
    }

    fn protected(&self) -> impl Iterator<Item = &Route> {
        self.endpoints.iter().filter(|route| route.auth == Auth::BearerToken)
    }

    /// With the API explorer, whose paths no endpoint can have.
    #[must_use]
    pub fn with_explorer(mut self, manifest: &Manifest) -> Self {
        self.endpoints.retain(|route| {
            let taken = Reserved::at(&route.normal_path) == Some(Reserved::Explorer);
            if taken {
                let (endpoint, path) = (&route.name, &route.path);
                tracing::error!(target: "modus", endpoint, path, "The endpoint cannot be served: its path is the API explorer's.");
            }
            !taken
        });
        let served = |name: &str| self.endpoints.iter().any(|route| route.name == name);
        self.explorer = Some(Explorer::new(manifest, served));
        self
    }

    /// With an explorer that tells, as in development, which build is served, and what a file says of the last one.
    #[must_use]
    pub fn with_status(mut self, build: &str, report: Option<PathBuf>) -> Self {
        self.explorer = self.explorer.map(|explorer| explorer.with_status(Status::new(build, report)));
        self
    }

    /// With the history of model calls.
    #[must_use]
    pub fn with_history(mut self, history: History, environment: Arc<Environment>) -> Self {
        self.inferences = Some(Inferences::new(history, environment));
        self
    }

    /// Whether there is an API explorer.
    pub fn has_explorer(&self) -> bool {
        self.explorer.is_some()
    }

    /// The endpoints that are served.
    pub fn endpoints(&self) -> &[Route] {
        &self.endpoints
    }

    /// What is at a path in its normal form (`http-server` section 5): the very path, else the path without a final slash, else the
    /// longest route that covers it.
    pub fn find(&self, path: &str) -> Found<'_> {
        let exact = |path: &str| self.endpoints.iter().find(|route| route.normal_path == path);
        if Reserved::at(path) == Some(Reserved::Health) {
            return Found::Health;
        }
        if let Some(route) = exact(path) {
            return Found::Endpoint(route);
        }
        if let Some(shorter) = path.strip_suffix('/').filter(|path| is_own(path) || exact(path).is_some()) {
            return Found::Moved(shorter.to_owned());
        }
        self.endpoints.iter().find(|route| route.covers(path)).map_or(Found::Nothing, Found::Endpoint)
    }
}

/// The normal form of an endpoint's path, or why no endpoint can have it.
fn usable<'p>(manifest: &Manifest, path: &'p str) -> Result<Cow<'p, str>, String> {
    let normal = endpoint_path::of_endpoint(path).map_err(|rule| format!("its path {rule}"))?;
    if is_own(&normal) {
        return Err("the runner itself answers this path".to_owned());
    }
    let same = |other: &&Endpoint| endpoint_path::normal(&other.path).is_some_and(|other| other == normal);
    if manifest.endpoints.values().filter(same).count() > 1 {
        return Err("another endpoint has the same path".to_owned());
    }
    Ok(normal)
}

#[cfg(test)]
pub(super) mod tests {
    use abi::manifest;

    use super::*;
    use crate::client::Clients;
    use crate::environment::Variables;

    struct Nobody;

    impl Handler for Nobody {
        fn refuse(&self, _: &hyper::http::request::Parts) -> Option<hyper::Response<crate::server::Body>> {
            None
        }

        fn handle(
            &self,
            _: hyper::Request<hyper::body::Bytes>,
        ) -> futures::future::BoxFuture<'static, hyper::Response<crate::server::Body>> {
            Box::pin(async { hyper::Response::default() })
        }
    }

    fn routes(paths: &[&str]) -> Routes {
        routes_with(paths, Arc::new(Nobody))
    }

    /// Open endpoints at these paths, whatever is wrong with them.
    fn manifest(paths: &[&str]) -> Manifest {
        let endpoint = |path: &&str| Endpoint { path: (*path).to_owned(), auth: Auth::None };
        let endpoints = paths.iter().enumerate().map(|(index, path)| (format!("e{index}"), endpoint(path)));
        Manifest { endpoints: endpoints.collect(), ..Default::default() }
    }

    /// Open endpoints at these paths.
    pub(in crate::server) fn routes_with(paths: &[&str], handler: Arc<dyn Handler>) -> Routes {
        let environment = Arc::new(Environment::new(Variables::new(), None));
        let client = Clients::default().shared(&environment);
        let authenticator = Arc::new(Authenticator::new(environment, client, auth::Options::default()));
        Routes::new(&manifest(paths), authenticator, String::new(), handler)
    }

    #[track_caller]
    fn check(paths: &[&str], asked: &str, expected: &str) {
        let routes = routes(paths);
        let found = endpoint_path::normal(asked).map_or(Found::Nothing, |path| routes.find(&path));
        let found = match found {
            Found::Health => "health".to_owned(),
            Found::Endpoint(route) => route.path.clone(),
            Found::Moved(path) => format!("moved {path}"),
            Found::Nothing => "nothing".to_owned(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn paths_are_found_as_the_reference_finds_them() {
        check(&["/graphql"], "/graphql", "/graphql");
        check(&["/graphql"], "/graphql/", "moved /graphql");
        check(&["/graphql"], "/GraphQL", "nothing");
        check(&["/graphql"], "/graphql/more", "nothing");
        check(&["/graphql"], "/", "nothing");
        check(&["/graphql"], "/health", "health");
        check(&["/graphql"], "/health/", "moved /health");
        check(&["/api/"], "/api", "/api/");
        check(&["/api/"], "/api/more", "/api/");
        check(&["/api/"], "/apis", "nothing");
        check(&["/api/", "/api/v2/"], "/api/v2/x", "/api/v2/");
        check(&["/"], "/", "/");
        check(&["/"], "/more", "nothing");
    }

    #[test]
    fn paths_are_found_however_they_are_escaped() {
        for asked in ["/gräph", "/gr%C3%A4ph", "/gr%c3%a4%70h", "/%67r%C3%A4ph"] {
            check(&["/gräph"], asked, "/gräph");
            check(&["/gr%c3%a4ph"], asked, "/gr%c3%a4ph");
        }
        check(&["/gräph"], "/gr%C3%A4ph/", "moved /gr%C3%A4ph");
        check(&["/gräph/"], "/gr%C3%A4ph/x", "/gräph/");
        check(&["/graphql"], "/gr%61phql", "/graphql");
        check(&["/gr%61phql"], "/graphql", "/gr%61phql");
        check(&["/graphql"], "/h%65alth", "health");
        check(&["/a b"], "/a%20b", "/a b");
        check(&["/a/b"], "/a%2Fb", "nothing");
        check(&["/a%2fb"], "/a%2Fb", "/a%2fb");
        check(&["/graphql"], "/graphql%", "nothing");
        check(&["/graphql"], "/gr%E4ph", "nothing");
    }

    #[test]
    fn endpoints_that_cannot_be_served_are_left_out() {
        check(&["/health"], "/health", "health");
        check(&["/a", "/a", "/b"], "/a", "nothing");
        check(&["/a", "/a", "/b"], "/b", "/b");
        check(&["/a", "/%61", "/b"], "/a", "nothing");
        check(&["/%6Civez"], "/livez", "nothing");
        check(&["/{x}"], "/%7Bx%7D", "nothing");
    }

    /// `modusc check` names the paths that no endpoint can have here, and no others.
    #[test]
    fn the_check_of_a_manifest_names_what_is_left_out() {
        let served = |routes: Routes| !routes.endpoints().is_empty();
        let refused = [
            "/he%61lth",
            "/%6Detrics",
            "/%65xplorer",
            "/explorer/%61",
            "/a?b",
            "/a#b",
            "/{x}",
            "/a/../b",
            "//",
            "/a//b",
            "/a%0Ab",
            "/a%zz",
            "/a%",
            "graphql",
        ];
        let reserved =
            ["/health", "/livez", "/readyz", "/ready", "/metrics", "/explorer", "/explorer/", "/explorer/api"];
        let free = ["/", "/graphql", "/livez/", "/healthy", "/explorers", "/api/explorer", "/gräph", "/gr%61phql"];
        for path in reserved.into_iter().chain(refused).chain(free) {
            let endpoint = format!(r#"{{"type": "graphql", "path": "{path}", "auth": "none"}}"#);
            let (checked, found) = manifest::parse(&format!(r#"{{"endpoints": {{"e0": {endpoint}}}}}"#));
            let kept = checked.is_some_and(|checked| !checked.endpoints.is_empty());
            assert_eq!(kept, served(routes(&[path])), "{path}");
            let explored = routes(&[path]).with_explorer(&manifest(&[path]));
            assert_eq!(found.is_empty(), served(explored), "{path}: {found:?}");
            assert_eq!(found.is_empty(), free.contains(&path), "{path}: {found:?}");
        }
    }
}
