//! The keys in use, and what a token is checked for.

use std::sync::Arc;

use futures::future::join_all;

use super::jwks::{Document, Follower};
use super::keys::{self, Key};
use super::settings::Fault;
use super::token::{Refusal, Token, Wanted};
use super::{Claims, ProtectedEndpoint, WithoutKeys};

/// Replaced as a whole when the configuration changes.
#[derive(Debug, Default)]
pub(super) struct Verifier {
    /// The endpoints that want tokens.
    pub(super) endpoints: Vec<ProtectedEndpoint>,
    /// Keys given as PEM.
    pub(super) pems: Vec<Key>,
    /// Keys of documents.
    pub(super) followers: Vec<Follower>,
    /// What tokens must claim.
    pub(super) wanted: Wanted,
    /// What happens while there is no key; not decided before the first start.
    pub(super) without_keys: Option<WithoutKeys>,
}

impl Verifier {
    /// The documents.
    pub(super) fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.followers.iter().map(|follower| &follower.document)
    }

    /// Whether there is a key now.
    pub(super) fn has_keys(&self) -> bool {
        !self.pems.is_empty() || self.documents().any(|document| !document.keys().is_empty())
    }

    /// Whether there is no key because a document has brought none yet. A document whose keys were taken back later is
    /// an answer: it vouches for nobody.
    pub(super) fn waits_for_keys(&self) -> bool {
        !self.has_keys() && self.documents().any(|document| document.never_had_keys())
    }

    /// Waits until every document was fetched once; those that could not be had.
    pub(super) async fn first_fetches(&self) -> Vec<Fault> {
        let results = join_all(self.followers.iter().map(Follower::first_fetch)).await;
        let faults = self.documents().zip(results).filter_map(|(document, result)| {
            let name = document.name().to_owned();
            result.err().map(|reason| Fault::Document { name, reason })
        });
        faults.collect()
    }

    /// Whether documents are believed whoever their tokens are for.
    pub(super) fn takes_any_audience(&self) -> bool {
        !self.followers.is_empty() && self.wanted.audience.is_none()
    }

    /// The claims of a token that lets its bearer pass.
    ///
    /// # Errors
    /// [`Refusal`]
    pub(super) async fn check(&self, token: Option<&[u8]>) -> Result<Claims, Refusal> {
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
        claims.check(&self.wanted)?;
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
