//! Which path leads where.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use abi::manifest::{Auth, Endpoint};
use serde::Serialize;

use crate::graphql::Engine;

/// What `/health` says.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// Always `ok`.
    pub status: &'static str,
    /// Name of the environment.
    pub environment: String,
    /// The runner's version, `v…`.
    pub app_version: String,
    /// Kubernetes namespace, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_namespace: Option<String>,
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub(super) enum Handler {
    Health(Arc<[u8]>),
    Ready,
    Graphql { engine: Arc<Engine>, auth: Auth },
}

/// Where a request goes.
pub(super) enum Routed<'r> {
    Handler(&'r Handler),
    /// The same path without its final slash.
    Redirect(String),
    Nowhere,
}

/// The route table.
#[derive(Clone, Debug)]
pub struct Routes {
    exact: HashMap<String, Handler>,
    /// Paths that end in a slash and take everything below; the longest first.
    prefixes: Vec<String>,
}

impl Routes {
    /// The fixed routes and the endpoints of a manifest, all of which `engine` answers. Endpoints whose path is taken
    /// are left out, with an error in the log.
    pub fn new<'e>(
        health: &Health,
        endpoints: impl IntoIterator<Item = (&'e String, &'e Endpoint)>,
        engine: &Arc<Engine>,
    ) -> Self {
        let mut text = serde_json::to_vec_pretty(health).unwrap_or_default();
        text.push(b'\n');
        let mut exact = HashMap::from([
            ("/health".to_owned(), Handler::Health(text.into())),
            ("/ready".to_owned(), Handler::Ready),
        ]);
        let mut prefixes = Vec::new();
        for (name, endpoint) in endpoints {
            if exact.contains_key(&endpoint.path) {
                tracing::error!(endpoint = name, path = endpoint.path, "Endpoint not served: its path is taken.");
                continue;
            }
            if endpoint.path.len() > 1 && endpoint.path.ends_with('/') {
                prefixes.push(endpoint.path.clone());
            }
            exact.insert(endpoint.path.clone(), Handler::Graphql { engine: Arc::clone(engine), auth: endpoint.auth });
        }
        prefixes.sort_by_key(|path| std::cmp::Reverse(path.len()));
        Self { exact, prefixes }
    }

    /// Looks up the path of a request as it was sent.
    pub(super) fn find(&self, path: &str) -> Routed<'_> {
        let path = decode(path);
        if let Some(handler) = self.exact.get(&*path) {
            return Routed::Handler(handler);
        }
        if let Some(shorter) = path.strip_suffix('/').filter(|shorter| self.exact.contains_key(*shorter)) {
            return Routed::Redirect(shorter.to_owned());
        }
        let below = |prefix: &&String| path.starts_with(prefix.as_str()) || prefix.strip_suffix('/') == Some(&path);
        match self.prefixes.iter().find(below).and_then(|prefix| self.exact.get(prefix)) {
            Some(handler) => Routed::Handler(handler),
            None => Routed::Nowhere,
        }
    }
}

/// Percent-decoding of a path. What is no UTF-8 matches no route.
fn decode(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return path.into();
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                decoded.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned().into()
}
