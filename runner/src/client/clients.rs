//! The clients that a process has, over all apps that it serves.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::HttpClient;
use super::connector::ProxySettings;
use super::lookup::Lookups;
use crate::capacity::Answers;
use crate::environment::Environment;
use crate::limits::Limits;

/// The clients of a process. Whatever is loaded and reloaded, the threads of its name look-ups are one budget. Cheap to
/// clone.
#[derive(Clone, Debug)]
pub struct Clients {
    lookups: Arc<Lookups>,
    answers: Arc<Answers>,
    patience: Duration,
    /// The newest of those that apps share.
    shared: Arc<Mutex<Option<Arc<HttpClient>>>>,
}

impl Default for Clients {
    fn default() -> Self {
        Self::new(Limits::default().max_lookups)
    }
}

impl Clients {
    /// Clients that look up so many names at a time.
    pub fn new(max_lookups: usize) -> Self {
        let lookups = Arc::new(Lookups::of_system(max_lookups));
        Self { lookups, answers: Arc::default(), patience: Duration::MAX, shared: Arc::default() }
    }

    /// With requests that wait for so long at most: connections whose server is gone are given up within that time.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Bounds the memory of other servers' answers, in bytes.
    pub(crate) fn limit_answers(&self, bytes: u64) {
        self.answers.limit(bytes);
    }

    /// The addresses of a server that is not reached by HTTP. Waits for nothing but the look-up; an address needs none.
    ///
    /// # Errors
    /// A sentence; it does not show the host.
    pub(crate) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let found = Arc::clone(&self.lookups).find(host).await.map_err(|error| error.to_string())?;
        Ok(found.iter().map(|address| SocketAddr::new(address.ip(), port)).collect())
    }

    /// A client with connections of its own, that uses the proxies of the environment.
    pub fn separate(&self, environment: &Environment) -> HttpClient {
        self.client(ProxySettings::of(&environment.snapshot()))
    }

    /// The client for an app with this environment: the one of the app before, with its connections, where the proxies are
    /// still the same.
    pub fn shared(&self, environment: &Environment) -> Arc<HttpClient> {
        let settings = ProxySettings::of(&environment.snapshot());
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        match &*shared {
            Some(client) if client.settings == settings => Arc::clone(client),
            _ => Arc::clone(shared.insert(Arc::new(self.client(settings)))),
        }
    }

    fn client(&self, settings: ProxySettings) -> HttpClient {
        let patience = self.patience;
        HttpClient { patience, ..HttpClient::new(settings, Arc::clone(&self.lookups), Arc::clone(&self.answers)) }
    }
}
