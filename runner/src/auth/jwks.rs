//! JWKS documents: fetched in the background, kept while their server is down.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use super::fetch::{FetchError, fetch};
use super::keys::{Key, KeyError, Skipped};
use super::settings::JWKS;
use crate::client::HttpClient;

/// Time that a request waits for keys.
const PATIENCE: Duration = Duration::from_secs(5);
/// Time between fetches that requests cause.
const ON_DEMAND: Duration = Duration::from_secs(60);
/// Time before the first retry; it doubles with each, up to the longest.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(300);

/// The state of a document.
#[derive(Clone, Debug, Default)]
struct Loaded {
    /// The keys of the last fetch that succeeded.
    keys: Arc<[Key]>,
    /// Fetches that ended.
    fetches: u64,
    /// What went wrong in the last one.
    failure: Option<String>,
    /// A fetch brought keys.
    had_keys: bool,
    /// What the last fetch that succeeded left out.
    skipped: Arc<[Skipped]>,
}

#[derive(Debug, Default)]
struct Demand {
    last: Option<Instant>,
    /// A fetch was asked for that has not begun.
    asked: bool,
    /// Fetches on their way: around a reload the document may have two followers.
    running: usize,
}

/// A JWKS document.
#[derive(Debug)]
pub(super) struct Document {
    name: String,
    url: Url,
    loaded: watch::Sender<Loaded>,
    demand: Mutex<Demand>,
    wanted: Notify,
}

impl Document {
    /// A document that was never fetched.
    pub(super) fn new(name: String, url: Url) -> Self {
        Self {
            name,
            url,
            loaded: watch::Sender::new(Loaded::default()),
            demand: Mutex::default(),
            wanted: Notify::new(),
        }
    }

    /// Whether this is the document of the entry.
    pub(super) fn is(&self, name: &str, url: &Url) -> bool {
        self.name == name && self.url == *url
    }

    /// The name of its entry.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The keys as they are now.
    pub(super) fn keys(&self) -> Arc<[Key]> {
        Arc::clone(&self.loaded.borrow().keys)
    }

    /// Whether no fetch ever brought a key.
    pub(super) fn never_had_keys(&self) -> bool {
        !self.loaded.borrow().had_keys
    }

    /// Keeps the document up to date, from now on, until the answer is dropped.
    pub(super) fn follow(self: &Arc<Self>, client: Arc<HttpClient>, refresh: Duration) -> Follower {
        let since = self.loaded.borrow().fetches;
        let fetching = Fetching::begin(self);
        let task = tokio::spawn(Arc::clone(self).run(fetching, client, refresh)).abort_handle();
        Follower { document: Arc::clone(self), since, task }
    }

    async fn run(self: Arc<Self>, mut fetching: Fetching, client: Arc<HttpClient>, refresh: Duration) {
        let mut failures = 0;
        loop {
            let result = fetch(&client, &self.url).await;
            failures = if result.is_ok() { 0 } else { failures + 1 };
            self.store(fetching, result, failures);
            let wait = if failures == 0 { refresh } else { retry(failures).min(refresh) };
            tokio::select! {
                () = sleep(wait) => {}
                () = self.wanted.notified() => {}
            }
            fetching = Fetching::begin(&self);
        }
    }

    fn store(&self, fetching: Fetching, result: Result<(Vec<Key>, Vec<Skipped>), FetchError>, failures: u32) {
        let failure = match &result {
            Ok((keys, skipped)) => {
                self.report_skipped(skipped);
                self.report_keys(keys);
                None
            }
            Err(error) => {
                self.report_failure(error, failures);
                Some(error.to_string())
            }
        };
        fetching.end(|| {
            self.loaded.send_modify(|loaded| {
                loaded.fetches += 1;
                loaded.failure = failure;
                if let Ok((keys, skipped)) = result {
                    loaded.had_keys |= !keys.is_empty();
                    loaded.keys = keys.into();
                    loaded.skipped = skipped.into();
                }
            });
        });
    }

    /// Says why keys are not used. What the fetch before left out as well was said then.
    fn report_skipped(&self, skipped: &[Skipped]) {
        let (entry, known) = (&self.name, Arc::clone(&self.loaded.borrow().skipped));
        for key in skipped.iter().filter(|key| !known.contains(key)) {
            let (kid, reason) = (key.id.as_deref().unwrap_or("none"), &key.reason);
            match reason {
                KeyError::Private => {
                    let message =
                        "A JWKS document publishes a private key, with which anybody could sign; it is not used.";
                    tracing::error!(target: "modus", variable = JWKS, entry, kid, "{message}");
                }
                // Such keys belong into a document.
                KeyError::Purpose => {
                    tracing::info!(target: "modus", variable = JWKS, entry, kid, %reason, "A key of a JWKS document is not used.");
                }
                _ => {
                    tracing::warn!(target: "modus", variable = JWKS, entry, kid, %reason, "A key of a JWKS document is not used.");
                }
            }
        }
    }

    fn report_keys(&self, keys: &[Key]) {
        let (entry, usable) = (&self.name, keys.len());
        if keys.is_empty() {
            let message = "A JWKS document has no key that can verify signatures.";
            tracing::warn!(target: "modus", variable = JWKS, entry, "{message}");
        } else if self.loaded.borrow().failure.is_some() || self.loaded.borrow().fetches == 0 {
            tracing::info!(target: "modus", entry, keys = usable, "JWKS keys loaded.");
        }
    }

    /// Once for failures in a row.
    fn report_failure(&self, error: &FetchError, failures: u32) {
        let (entry, kept) = (&self.name, self.loaded.borrow().keys.len());
        if failures > 1 {
            tracing::debug!(target: "modus", variable = JWKS, entry, %error, failures, "JWKS keys could not be fetched.");
        } else if kept > 0 {
            let message = "JWKS keys could not be fetched; the last ones stay in use. Trying again.";
            tracing::warn!(target: "modus", variable = JWKS, entry, %error, kept, "{message}");
        } else {
            let message = "JWKS keys could not be fetched. Trying again.";
            tracing::error!(target: "modus", variable = JWKS, entry, %error, "{message}");
        }
    }

    /// Has the document fetched because a request needs a key that it lacks, at most once a minute, and waits for it.
    pub(super) async fn refetch(&self) {
        let mut loaded = {
            let mut demand = self.demand();
            if demand.running == 0 && !demand.asked {
                if demand.last.is_some_and(|last| last.elapsed() < ON_DEMAND) {
                    return;
                }
                (demand.last, demand.asked) = (Some(Instant::now()), true);
                // The fetch is the background task's: a client that goes away does not end it.
                self.wanted.notify_one();
            }
            self.loaded.subscribe()
        };
        let _ = timeout(PATIENCE, loaded.changed()).await;
    }

    fn demand(&self) -> std::sync::MutexGuard<'_, Demand> {
        self.demand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A fetch on its way. Its task may be aborted at any time: dropping this is enough to say so.
#[derive(Debug)]
struct Fetching(Option<Arc<Document>>);

impl Fetching {
    fn begin(document: &Arc<Document>) -> Self {
        let mut demand = document.demand();
        (demand.running, demand.asked) = (demand.running + 1, false);
        drop(demand);
        Self(Some(Arc::clone(document)))
    }

    /// Ends it and stores what it brought in one step: whoever finds that no fetch is on its way finds the new keys, too.
    fn end(mut self, store: impl FnOnce()) {
        if let Some(document) = self.0.take() {
            let mut demand = document.demand();
            demand.running -= 1;
            store();
        }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        if let Some(document) = self.0.take() {
            document.demand().running -= 1;
        }
    }
}

/// The background task of a document.
#[derive(Debug)]
pub(super) struct Follower {
    /// The document.
    pub(super) document: Arc<Document>,
    since: u64,
    task: AbortHandle,
}

impl Follower {
    /// Waits for the first fetch; what went wrong with it, unless earlier keys are still there.
    pub(super) async fn first_fetch(&self) -> Result<(), String> {
        let mut loaded = self.document.loaded.subscribe();
        match loaded.wait_for(|loaded| loaded.fetches > self.since).await {
            Ok(loaded) if loaded.keys.is_empty() => loaded.failure.clone().map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Time to wait after this many failures in a row.
fn retry(failures: u32) -> Duration {
    FIRST_RETRY.saturating_mul(2u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST_RETRY)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::client::Clients;
    use crate::environment::{Environment, Variables};

    /// A server that answers with what is in the text now; an empty one makes it hang up.
    fn serve(body: Arc<Mutex<String>>) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 4096]);
                let body = body.lock().expect("no panic").clone();
                if !body.is_empty() {
                    let length = body.len();
                    let _ = write!(
                        stream,
                        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                    );
                }
            }
        });
        format!("http://{address}/").parse().expect("a URL")
    }

    fn document(ids: &[&str]) -> String {
        let pair = Ed25519KeyPair::generate().expect("a key");
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let keys: Vec<_> =
            ids.iter().map(|id| serde_json::json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": id})).collect();
        serde_json::json!({"keys": keys}).to_string()
    }

    fn client() -> Arc<HttpClient> {
        Clients::default().shared(&Environment::new(Variables::new(), None))
    }

    async fn until(document: &Document, wanted: impl Fn(&Loaded) -> bool) {
        let mut loaded = document.loaded.subscribe();
        let waiting = timeout(Duration::from_secs(10), loaded.wait_for(wanted));
        waiting.await.expect("in time").map(|_| ()).expect("the document is there");
    }

    #[tokio::test]
    async fn documents_are_fetched_again_and_again() {
        let body = Arc::new(Mutex::new(document(&["a"])));
        let url = serve(Arc::clone(&body));
        let followed = Arc::new(Document::new("idp".to_owned(), url));
        let follower = followed.follow(client(), Duration::from_millis(20));
        assert_eq!(follower.first_fetch().await, Ok(()));
        assert!(followed.keys()[0].is("a"));
        *body.lock().expect("no panic") = document(&["b", "c"]);
        until(&followed, |loaded| loaded.keys.len() == 2).await;
        // Failures keep the keys, recovery brings new ones.
        body.lock().expect("no panic").clear();
        until(&followed, |loaded| loaded.failure.is_some()).await;
        assert!(followed.keys()[0].is("b"));
        *body.lock().expect("no panic") = document(&["d"]);
        until(&followed, |loaded| loaded.failure.is_none() && loaded.keys[0].is("d")).await;
        // None at all is an answer, too.
        *body.lock().expect("no panic") = document(&[]);
        until(&followed, |loaded| loaded.keys.is_empty()).await;
        drop(follower);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let fetches = followed.loaded.borrow().fetches;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(followed.loaded.borrow().fetches, fetches);
    }

    #[tokio::test]
    async fn a_request_for_keys_survives_whoever_made_it() {
        let body = Arc::new(Mutex::new(document(&["a"])));
        let followed = Arc::new(Document::new("idp".to_owned(), serve(Arc::clone(&body))));
        let follower = followed.follow(client(), Duration::from_secs(3600));
        assert_eq!(follower.first_fetch().await, Ok(()));
        *body.lock().expect("no panic") = document(&["b"]);
        // Polled once, then dropped.
        let _ = futures::poll!(Box::pin(followed.refetch()));
        followed.refetch().await;
        assert!(followed.keys()[0].is("b"));
    }

    #[tokio::test]
    async fn a_follower_that_goes_away_leaves_no_fetch_behind() {
        // Accepts, and never answers.
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", silent.local_addr().expect("an address")).parse().expect("a URL");
        let followed = Arc::new(Document::new("idp".to_owned(), url));
        // Aborted before its first step, and in the middle of a fetch.
        drop(followed.follow(client(), Duration::from_secs(3600)));
        let follower = followed.follow(client(), Duration::from_secs(3600));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(followed.demand().running >= 1);
        drop(follower);
        until_running(&followed, 0).await;

        // Two at once, of which one goes: the other's fetch is still on its way.
        let [one, other] = [(); 2].map(|()| followed.follow(client(), Duration::from_secs(3600)));
        assert_eq!(followed.demand().running, 2);
        drop(one);
        until_running(&followed, 1).await;
        drop(other);
        until_running(&followed, 0).await;

        // A request for keys is an order again, not a wait for a fetch that nobody makes.
        assert!(futures::poll!(Box::pin(followed.refetch())).is_pending());
        assert!(followed.demand().asked && followed.demand().last.is_some());
    }

    async fn until_running(document: &Document, wanted: usize) {
        let waiting = async {
            while document.demand().running != wanted {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(10), waiting).await.expect("in time");
    }

    #[test]
    fn retries_slow_down() {
        let seconds: Vec<u64> = (1..=11).map(|failures| retry(failures).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(retry(u32::MAX).as_secs(), 300);
    }
}
