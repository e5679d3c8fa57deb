//! Who may use endpoints that want bearer tokens (`http-server` section 8).

mod fetch;
mod jwks;
mod keys;
mod settings;
mod token;
mod verifier;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use thiserror::Error;

use crate::client::HttpClient;
use crate::environment::{Environment, Variables};
use jwks::Document;
use settings::{AUDIENCE, Fault, JWKS, PEMS, Settings};
use token::{Refusal, Token, Wanted};
use verifier::Verifier;

/// The scheme of bearer tokens, in any case (RFC 9110, section 11.1), and the blank behind it.
const SCHEME: &[u8] = b"Bearer ";

/// The keys cannot be used as they are configured.
#[derive(Debug, Error)]
#[error("the keys for bearer tokens are faulty, which ends the start in development:\n  {}", lines(.0))]
pub struct KeysError(Vec<Fault>);

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

/// How tokens are checked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Lets everybody pass outside development where no key is configured at the start.
    pub open_without_keys: bool,
    /// Names, of which `aud` must hold one. Without, the variable `MODUS_JWT_AUDIENCE` counts.
    pub audience: Option<Vec<String>>,
    /// Names, of which `iss` must be one. Without, the variable `MODUS_JWT_ISSUER` counts.
    pub issuer: Option<Vec<String>>,
    /// How far the clocks of issuer and runner may be apart.
    pub leeway: Duration,
}

/// What happens where there is no key. What is not [`Closed`](Self::Closed) has no source of keys either.
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
    /// Nobody can tell yet: no key was fetched so far.
    NoKeys,
}

/// The claims of a token as JSON text, on the way to the guest in the extensions of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims(pub Arc<str>);

/// Name and path of an endpoint that wants tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedEndpoint {
    /// Name in the manifest.
    pub name: String,
    /// Path.
    pub path: String,
}

/// Checks bearer tokens.
#[derive(Debug)]
pub struct Authenticator {
    environment: Arc<Environment>,
    client: Arc<HttpClient>,
    options: Options,
    verifier: RwLock<Arc<Verifier>>,
    /// A token for or from somebody else was reported.
    reported: AtomicBool,
}

impl Authenticator {
    /// One without keys, which lets nobody pass before [`start`](Self::start).
    pub fn new(environment: Arc<Environment>, client: Arc<HttpClient>, options: Options) -> Self {
        Self { environment, client, options, verifier: RwLock::default(), reported: AtomicBool::default() }
    }

    /// Takes over the keys of an earlier one; [`start`](Self::start) then keeps those of documents that are still
    /// configured until they are fetched again, and opens nothing that was closed.
    pub fn inherit(&self, earlier: &Self) {
        self.replace(earlier.verifier());
    }

    /// Loads the keys for these endpoints. Without any, nothing is parsed and nothing is fetched.
    ///
    /// In development this waits until JWKS documents are fetched; otherwise they are fetched in the background.
    ///
    /// # Errors
    /// In development, everything that is wrong with the keys.
    pub async fn start(self: &Arc<Self>, endpoints: Vec<ProtectedEndpoint>) -> Result<(), KeysError> {
        let variables = self.environment.snapshot();
        let without_keys = Some(self.without_keys(&variables));
        if endpoints.is_empty() {
            self.replace(Arc::new(Verifier { without_keys, ..Verifier::default() }));
            return Ok(());
        }
        if without_keys == Some(WithoutKeys::Open) {
            let message = "Endpoints that want bearer tokens are open to everybody, because no key is configured and \
                           --open-without-keys says so.";
            tracing::warn!(target: "modus", "{message}");
        }
        let Settings { pems, documents, refresh, audience, issuer, mut faults } = Settings::read(&variables);
        let wanted = Wanted {
            audience: self.options.audience.clone().or(audience),
            issuer: self.options.issuer.clone().or(issuer),
            leeway: self.options.leeway,
        };
        let earlier = self.verifier();
        let follow = |(name, url): (String, url::Url)| {
            let known = earlier.documents().find(|document| document.is(&name, &url)).cloned();
            let document = known.unwrap_or_else(|| Arc::new(Document::new(name, url)));
            document.follow(Arc::clone(&self.client), refresh)
        };
        let followers = documents.into_iter().map(follow).collect();
        let verifier = Arc::new(Verifier { endpoints, pems, followers, wanted, without_keys });
        if self.environment.is_dev() {
            faults.extend(verifier.first_fetches().await);
            if !faults.is_empty() {
                return Err(KeysError(faults));
            }
        }
        for fault in faults {
            tracing::error!(target: "modus", "A setting for bearer tokens cannot be used: {fault}.");
        }
        if verifier.takes_any_audience() && !earlier.takes_any_audience() {
            let message = "No audience is wanted: any token that an issuer of the JWKS documents signed passes, also one \
                           that was made for another app. Name this app's with --jwt-audience or MODUS_JWT_AUDIENCE.";
            tracing::warn!(target: "modus", variable = AUDIENCE, "{message}");
        }
        self.replace(Arc::clone(&verifier));
        self.report_when_fetched(verifier);
        Ok(())
    }

    /// What is wrong with the variables for keys, a sentence for each.
    pub fn faults(&self) -> Vec<String> {
        Settings::read(&self.environment.snapshot()).faults.iter().map(ToString::to_string).collect()
    }

    /// Loads the keys again, after the environment changed. Keys that are no longer configured are dropped; those of a
    /// JWKS document that is still configured stay until it is fetched again. Needs a Tokio runtime.
    ///
    /// # Errors
    /// In development, everything that is wrong with the keys; the earlier ones stay.
    pub async fn reload(self: &Arc<Self>) -> Result<(), KeysError> {
        self.start(self.verifier().endpoints.clone()).await
    }

    /// Whatever a source that is configured leads to, it opens nothing. What was closed at the start stays closed.
    fn without_keys(&self, variables: &Variables) -> WithoutKeys {
        let closed_before = self.verifier().without_keys == Some(WithoutKeys::Closed);
        match (settings::has_sources(variables), self.environment.is_dev()) {
            (true, _) => WithoutKeys::Closed,
            (false, true) => WithoutKeys::Unverified,
            (false, false) if self.options.open_without_keys && !closed_before => WithoutKeys::Open,
            (false, false) => WithoutKeys::Closed,
        }
    }

    fn report_when_fetched(self: &Arc<Self>, verifier: Arc<Verifier>) {
        if verifier.followers.is_empty() {
            return self.report(&verifier);
        }
        let this = Arc::clone(self);
        tokio::spawn(async move {
            verifier.first_fetches().await;
            this.report(&verifier);
        });
    }

    /// Says which endpoints are closed, and why.
    fn report(&self, verifier: &Verifier) {
        if verifier.without_keys != Some(WithoutKeys::Closed) || verifier.has_keys() {
            return;
        }
        let configured = [PEMS, JWKS].map(|name| self.environment.get(name).is_some_and(|text| !text.is_empty()));
        let why = match configured {
            [false, false] if self.options.open_without_keys => {
                "--open-without-keys counts only where no key was configured at the start"
            }
            [false, false] => "neither MODUS_PEMS nor MODUS_JWKS_ENDPOINTS is set",
            [true, false] => "MODUS_PEMS has no usable key",
            [false, true] => "MODUS_JWKS_ENDPOINTS has led to no usable key yet",
            [true, true] => "neither MODUS_PEMS nor MODUS_JWKS_ENDPOINTS has led to a usable key yet",
        };
        let status = if verifier.waits_for_keys() { 503 } else { 401 };
        for ProtectedEndpoint { name, path } in &verifier.endpoints {
            tracing::error!(
                target: "modus",
                endpoint = name,
                path,
                "The endpoint wants bearer tokens and stays closed ({status}): {why}. Set MODUS_PEMS to a JSON object from \
                 names to PEM public keys, or MODUS_JWKS_ENDPOINTS to one from names to URLs; or use auth \"none\"."
            );
        }
    }

    /// Whether endpoints that want tokens can serve nobody yet, because no key was fetched so far.
    pub fn waits_for_keys(&self) -> bool {
        self.verifier().waits_for_keys()
    }

    /// What happens with a request that has this `Authorization` header.
    pub async fn decide(&self, authorization: Option<&[u8]>) -> Decision {
        let header = authorization.unwrap_or_default();
        // Blanks at the end are not part of it: a bare "Bearer " has no token.
        let token = header.trim_ascii_end().split_at_checked(SCHEME.len());
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(SCHEME)).map(|(_, token)| token);
        if token.is_none() && !header.is_empty() {
            return Decision::NotBearer;
        }
        let verifier = self.verifier();
        match (verifier.without_keys, token) {
            (Some(WithoutKeys::Open), _) | (Some(WithoutKeys::Unverified), None) => Decision::Pass(None),
            (Some(WithoutKeys::Unverified), Some(token)) => Decision::Pass(unverified(token)),
            // Also where there is no key: a document may have one when it is asked again.
            (None | Some(WithoutKeys::Closed), token) => self.checked(&verifier, token).await,
        }
    }

    async fn checked(&self, verifier: &Verifier, token: Option<&[u8]>) -> Decision {
        let waited = verifier.waits_for_keys();
        let mut checked = verifier.check(token).await;
        if waited && checked.is_err() {
            if verifier.waits_for_keys() {
                return Decision::NoKeys;
            }
            // The keys came meanwhile.
            checked = verifier.check(token).await;
        }
        match checked {
            Ok(claims) => Decision::Pass(Some(claims)),
            Err(reason) => {
                self.report_refusal(reason);
                Decision::Denied
            }
        }
    }

    /// That the settings do not fit the tokens would show in nothing but refusals: the first one is a warning.
    fn report_refusal(&self, reason: Refusal) {
        let unwanted = matches!(reason, Refusal::Issuer | Refusal::Audience);
        if unwanted && !self.reported.swap(true, Ordering::Relaxed) {
            let message =
                "A request was refused whose token is signed by a known key. Later ones are told when debugging.";
            tracing::warn!(target: "modus", %reason, "{message}");
        } else {
            tracing::debug!(target: "modus", %reason, "A request was refused.");
        }
    }

    fn replace(&self, verifier: Arc<Verifier>) {
        *self.verifier.write().unwrap_or_else(PoisonError::into_inner) = verifier;
    }

    fn verifier(&self) -> Arc<Verifier> {
        Arc::clone(&self.verifier.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The claims of a token that nobody vouches for.
fn unverified(token: &[u8]) -> Option<Claims> {
    let claims = Token::parse(token).and_then(|token| token.claims());
    if let Err(reason) = claims {
        tracing::warn!(target: "modus", %reason, "The token is ignored; the call has no claims.");
    }
    claims.ok().map(|claims| Claims(claims.into_json()))
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
    use crate::client::Clients;

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
        authenticator_with(environment, Options::default())
    }

    fn authenticator_with(environment: &Arc<Environment>, options: Options) -> Arc<Authenticator> {
        let client = Clients::default().shared(environment);
        Arc::new(Authenticator::new(Arc::clone(environment), client, options))
    }

    fn endpoints() -> Vec<ProtectedEndpoint> {
        vec![ProtectedEndpoint { name: "default".to_owned(), path: "/graphql".to_owned() }]
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
    async fn what_is_closed_is_not_opened_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let environment = environment(folder.path(), "prod");
        let open = || Options { open_without_keys: true, ..Options::default() };
        let first = authenticator_with(&environment, open());
        assert_eq!(first.decide(None).await, Decision::Denied, "before the start");
        // Open at the start, and still after a reload.
        assert!(first.start(endpoints()).await.is_ok());
        assert_eq!(first.decide(None).await, Decision::Pass(None));
        let second = authenticator_with(&environment, open());
        second.inherit(&first);
        assert!(second.start(endpoints()).await.is_ok());
        assert_eq!(second.decide(None).await, Decision::Pass(None));
        // A source closes, whatever it leads to; and that stays when it is gone.
        for pems in ["{nonsense", r#"{"key": 5}"#] {
            write(folder.path(), pems);
            environment.reload();
            assert!(second.reload().await.is_ok());
            assert_eq!(second.decide(None).await, Decision::Denied, "{pems}");
        }
        std::fs::remove_file(folder.path().join(".env")).expect("removed");
        environment.reload();
        let third = authenticator_with(&environment, open());
        third.inherit(&second);
        assert!(third.start(Vec::new()).await.is_ok());
        assert!(third.start(endpoints()).await.is_ok());
        assert_eq!(third.decide(None).await, Decision::Denied);
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
