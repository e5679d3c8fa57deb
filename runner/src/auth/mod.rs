//! Who may use endpoints that want bearer tokens (`http-server` section 8).

mod jwks;
mod keys;
mod settings;
mod token;

use std::sync::{Arc, PoisonError, RwLock};

use futures::future::join_all;
use thiserror::Error;

use crate::environment::Environment;
use crate::hosts::client::HttpClient;
use jwks::{Document, Follower};
use keys::Key;
use settings::{Fault, JWKS, PEMS, Settings};
use token::{Refusal, Token};

/// The keys cannot be used as they are configured.
#[derive(Debug, Error)]
#[error("the keys for bearer tokens are faulty, which ends the start in development:\n  {}", lines(.0))]
pub struct KeysError(Vec<Fault>);

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

/// What happens while there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutKeys {
    /// Nobody passes.
    Closed,
    /// Everybody passes, without claims: the operator asked for it.
    Open,
    /// Everybody passes, with the claims of the token, unverified: development.
    Unverified,
}

/// What happens with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It passes, with these claims as JSON text.
    Pass(Option<Claims>),
    /// The header is there and no bearer token.
    NotBearer,
    /// It is refused.
    Denied,
}

/// The claims of a token as JSON text, on the way to the guest in the extensions of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims(pub Arc<str>);

/// Name and path of an endpoint that wants tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Name in the manifest.
    pub name: String,
    /// Path.
    pub path: String,
}

/// The keys in use.
#[derive(Debug, Default)]
struct State {
    endpoints: Vec<Endpoint>,
    pems: Vec<Key>,
    followers: Vec<Follower>,
}

/// Checks bearer tokens.
#[derive(Debug)]
pub struct Authenticator {
    environment: Arc<Environment>,
    client: Arc<HttpClient>,
    without_keys: WithoutKeys,
    state: RwLock<Arc<State>>,
}

impl Authenticator {
    /// One without keys. `open` lets everybody pass outside development while there is none.
    pub fn new(environment: Arc<Environment>, client: Arc<HttpClient>, open: bool) -> Self {
        let without_keys = match (environment.is_dev(), open) {
            (true, _) => WithoutKeys::Unverified,
            (false, true) => WithoutKeys::Open,
            (false, false) => WithoutKeys::Closed,
        };
        Self { environment, client, without_keys, state: RwLock::default() }
    }

    /// Takes over the keys of an earlier one; [`start`](Self::start) then keeps those of documents that are still
    /// configured until they are fetched again.
    pub fn inherit(&self, earlier: &Self) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = earlier.state();
    }

    /// Loads the keys for these endpoints. Without any, nothing is read and nothing is fetched.
    ///
    /// In development this waits until JWKS documents are fetched; otherwise they are fetched in the background.
    ///
    /// # Errors
    /// In development, everything that is wrong with the keys.
    pub async fn start(self: &Arc<Self>, endpoints: Vec<Endpoint>) -> Result<(), KeysError> {
        if self.without_keys == WithoutKeys::Open && !endpoints.is_empty() {
            let message = "Endpoints that want bearer tokens are open to everybody while no key is usable, because \
                           --open-without-keys says so.";
            tracing::warn!(target: "modus", "{message}");
        }
        if endpoints.is_empty() {
            *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
            return Ok(());
        }
        self.load(endpoints).await
    }

    /// Loads the keys again, after the environment changed. Keys that are no longer configured are dropped; those of a
    /// JWKS document that is still configured stay until it is fetched again. Needs a Tokio runtime.
    ///
    /// # Errors
    /// In development, everything that is wrong with the keys; the earlier ones stay.
    pub async fn reload(self: &Arc<Self>) -> Result<(), KeysError> {
        let endpoints = self.state().endpoints.clone();
        if endpoints.is_empty() { Ok(()) } else { self.load(endpoints).await }
    }

    async fn load(self: &Arc<Self>, endpoints: Vec<Endpoint>) -> Result<(), KeysError> {
        let Settings { pems, documents, refresh, mut faults } = Settings::read(&self.environment.snapshot());
        let earlier = self.state();
        let follow = |(name, url): (String, url::Url)| {
            let known = earlier.documents().find(|document| document.is(&name, &url)).cloned();
            let document = known.unwrap_or_else(|| Arc::new(Document::new(name, url)));
            document.follow(Arc::clone(&self.client), refresh)
        };
        let state = Arc::new(State { endpoints, pems, followers: documents.into_iter().map(follow).collect() });
        if self.without_keys == WithoutKeys::Unverified {
            faults.extend(state.first_fetches().await);
            if !faults.is_empty() {
                return Err(KeysError(faults));
            }
        }
        for fault in faults {
            tracing::error!(target: "modus", "A key for bearer tokens cannot be used: {fault}.");
        }
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&state);
        if state.followers.is_empty() {
            self.report(&state);
        } else {
            let this = Arc::clone(self);
            tokio::spawn(async move {
                state.first_fetches().await;
                this.report(&state);
            });
        }
        Ok(())
    }

    /// Says which endpoints are closed, and why.
    fn report(&self, state: &State) {
        if self.without_keys != WithoutKeys::Closed || state.has_keys() {
            return;
        }
        let configured = [PEMS, JWKS].map(|name| self.environment.get(name).is_some_and(|text| !text.is_empty()));
        let why = match configured {
            [false, false] => "neither MODUS_PEMS nor MODUS_JWKS_ENDPOINTS is set",
            [true, false] => "MODUS_PEMS has no usable key",
            [false, true] => "MODUS_JWKS_ENDPOINTS has led to no usable key yet",
            [true, true] => "neither MODUS_PEMS nor MODUS_JWKS_ENDPOINTS has led to a usable key yet",
        };
        for Endpoint { name, path } in &state.endpoints {
            tracing::error!(
                target: "modus",
                endpoint = name,
                path,
                "The endpoint wants bearer tokens and stays closed (401): {why}. Set MODUS_PEMS to a JSON object from \
                 names to PEM public keys, or MODUS_JWKS_ENDPOINTS to one from names to URLs; or use auth \"none\"."
            );
        }
    }

    /// What happens with a request that has this `Authorization` header.
    pub async fn decide(&self, authorization: Option<&[u8]>) -> Decision {
        let header = authorization.unwrap_or_default();
        // Blanks at the end are not part of it: a bare "Bearer " has no token.
        let token = header.trim_ascii_end().strip_prefix(b"Bearer ");
        if token.is_none() && !header.is_empty() {
            return Decision::NotBearer;
        }
        let state = self.state();
        if !state.has_keys() {
            return self.decide_without_keys(token);
        }
        match state.check(token).await {
            Ok(claims) => Decision::Pass(Some(claims)),
            Err(reason) => {
                tracing::debug!(target: "modus", %reason, "A request was refused.");
                Decision::Denied
            }
        }
    }

    fn decide_without_keys(&self, token: Option<&[u8]>) -> Decision {
        match (self.without_keys, token) {
            (WithoutKeys::Closed, _) => Decision::Denied,
            (WithoutKeys::Open, _) | (WithoutKeys::Unverified, None) => Decision::Pass(None),
            (WithoutKeys::Unverified, Some(token)) => {
                let claims = Token::parse(token).and_then(|token| token.claims());
                if let Err(reason) = claims {
                    tracing::warn!(target: "modus", %reason, "The token is ignored; the call has no claims.");
                }
                Decision::Pass(claims.ok().map(|claims| Claims(claims.into_json())))
            }
        }
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.followers.iter().map(|follower| &follower.document)
    }

    fn has_keys(&self) -> bool {
        !self.pems.is_empty() || self.documents().any(|document| !document.keys().is_empty())
    }

    /// Waits until every document was fetched once; those that could not be had.
    async fn first_fetches(&self) -> Vec<Fault> {
        let results = join_all(self.followers.iter().map(Follower::first_fetch)).await;
        let faults = self.documents().zip(results).filter_map(|(document, result)| {
            let name = document.name().to_owned();
            result.err().map(|reason| Fault::Document { name, reason })
        });
        faults.collect()
    }

    async fn check(&self, token: Option<&[u8]>) -> Result<Claims, Refusal> {
        let token = Token::parse(token.ok_or(Refusal::Missing)?)?;
        if !keys::is_supported(&token.algorithm) {
            return Err(Refusal::Algorithm);
        }
        if token.critical {
            return Err(Refusal::Critical);
        }
        let signature = token.signature()?;
        // One look at the keys for both questions: they may change meanwhile.
        let keys = self.keys();
        if !self.verifies(&token, &signature, &keys) && !self.verifies_after_refetch(&token, &signature, &keys).await {
            return Err(Refusal::Signature);
        }
        let claims = token.claims()?;
        claims.check_times()?;
        Ok(Claims(claims.into_json()))
    }

    /// Keys given as PEM come first, then the one that the token names, then the rest.
    fn verifies(&self, token: &Token<'_>, signature: &[u8], documents: &[Arc<[Key]>]) -> bool {
        let verifies = |key: &Key| key.verifies(&token.algorithm, token.message, signature);
        if self.pems.iter().any(verifies) {
            return true;
        }
        let named = |key: &Key| token.key_id.as_deref().is_some_and(|id| key.is(id));
        let (first, rest): (Vec<&Key>, Vec<&Key>) =
            documents.iter().flat_map(|keys| keys.iter()).partition(|key| named(key));
        first.into_iter().chain(rest).any(verifies)
    }

    /// A key id that no document has may be new: the documents are fetched again, if that was not done lately.
    async fn verifies_after_refetch(&self, token: &Token<'_>, signature: &[u8], documents: &[Arc<[Key]>]) -> bool {
        let Some(id) = token.key_id.as_deref() else { return false };
        let known = |documents: &[Arc<[Key]>]| documents.iter().any(|keys| keys.iter().any(|key| key.is(id)));
        if known(documents) {
            return false;
        }
        join_all(self.documents().map(|document| document.refetch())).await;
        let keys = self.keys();
        known(&keys) && self.verifies(token, signature, &keys)
    }

    /// The keys of each document as they are now.
    fn keys(&self) -> Vec<Arc<[Key]>> {
        self.documents().map(|document| document.keys()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;

    struct Issuer(EcdsaKeyPair);

    impl Issuer {
        fn new() -> Self {
            Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
        }

        fn pem(&self) -> String {
            pem::encode(&pem::Pem::new("PUBLIC KEY", self.0.public_key().as_ref()))
        }

        fn header(&self) -> Vec<u8> {
            let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
            let message = format!("{}.{}", encode(r#"{"alg":"ES256"}"#), encode("{}"));
            let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature");
            format!("Bearer {message}.{}", URL_SAFE_NO_PAD.encode(signature)).into_bytes()
        }
    }

    fn environment(folder: &Path, name: &str) -> Arc<Environment> {
        let process = [("MODUS_ENV".to_owned(), name.to_owned())].into();
        Arc::new(Environment::new(process, Some(folder)))
    }

    fn write(folder: &Path, pems: &str) {
        std::fs::write(folder.join(".env"), format!("MODUS_PEMS='{pems}'\n")).expect("a file");
    }

    fn authenticator(environment: &Arc<Environment>) -> Arc<Authenticator> {
        let client = Arc::new(HttpClient::new(environment));
        Arc::new(Authenticator::new(Arc::clone(environment), client, false))
    }

    fn endpoints() -> Vec<Endpoint> {
        vec![Endpoint { name: "default".to_owned(), path: "/graphql".to_owned() }]
    }

    #[tokio::test]
    async fn keys_follow_the_env_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (Issuer::new(), Issuer::new());
        let passed = Decision::Pass(Some(Claims("{}".into())));
        for name in ["prod", "dev"] {
            write(folder.path(), &json!({"key": first.pem()}).to_string());
            let environment = environment(folder.path(), name);
            let authenticator = authenticator(&environment);
            assert!(authenticator.start(endpoints()).await.is_ok());
            assert_eq!(authenticator.decide(Some(&first.header())).await, passed);
            assert_eq!(authenticator.decide(Some(&second.header())).await, Decision::Denied);

            write(folder.path(), &json!({"key": second.pem()}).to_string());
            environment.reload();
            assert!(authenticator.reload().await.is_ok());
            assert_eq!(authenticator.decide(Some(&first.header())).await, Decision::Denied);
            assert_eq!(authenticator.decide(Some(&second.header())).await, passed);

            // In development faults change nothing, otherwise the keys are gone.
            write(folder.path(), "{nonsense");
            environment.reload();
            let (succeeded, decision) = if name == "dev" { (false, passed.clone()) } else { (true, Decision::Denied) };
            assert_eq!(authenticator.reload().await.is_ok(), succeeded);
            assert_eq!(authenticator.decide(Some(&second.header())).await, decision);

            std::fs::remove_file(folder.path().join(".env")).expect("removed");
            environment.reload();
            assert!(authenticator.reload().await.is_ok());
            let decision = if name == "dev" { Decision::Pass(None) } else { Decision::Denied };
            assert_eq!(authenticator.decide(None).await, decision);
        }
    }

    #[tokio::test]
    async fn nothing_is_loaded_where_nobody_wants_tokens() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "{nonsense");
        let authenticator = authenticator(&environment(folder.path(), "dev"));
        assert!(authenticator.start(Vec::new()).await.is_ok());
        assert!(authenticator.reload().await.is_ok());
    }
}
