//! From a request to an operation that is ready to run.

use std::sync::Arc;

use abi::value::Value;
use juniper::OperationType;
use sha2::{Digest as _, Sha256};

use super::error::RequestError;
use super::plan::Document;
use super::refusal::Refusal;
use super::request::GraphqlRequest;
use super::{Engine, variables};
use crate::compute;

/// An operation whose document is valid and whose variables have values.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(super) document: Arc<Document>,
    pub(super) operation: usize,
    pub(super) variables: Vec<Option<Value>>,
    pub(super) time_zone: Option<Arc<str>>,
    pub(super) claims: Option<Arc<str>>,
}

impl Prepared {
    /// What it is.
    pub(crate) fn kind(&self) -> OperationType {
        self.document.operations[self.operation].kind
    }
}

/// The work of compiling a byte of a document, as transfers count it: most of 1 KiB take less than a millisecond, and the
/// worst, in which each field is compared with each other, take tens of them.
const WEIGHT_OF_A_BYTE: u64 = 32;

impl Engine {
    /// Checks a request; no function is called yet.
    pub(crate) async fn prepare(&self, request: GraphqlRequest) -> Result<Prepared, Refusal> {
        let prepared = self.prepared(request).await;
        // What the schema lacks may be what could not be read of it.
        match self.compiler.program.intact() {
            Ok(()) => prepared,
            Err(damage) => {
                tracing::error!(target: "modus", error = %damage, "A request was refused: the artifact is damaged.");
                Err(Refusal::Internal)
            }
        }
    }

    async fn prepared(&self, request: GraphqlRequest) -> Result<Prepared, Refusal> {
        let document = self.requested(&request).await?;
        let name = request.operation_name.as_deref();
        let operation = document.operation(name).map_err(RequestError::new)?;
        let plan = &document.operations[operation];
        if plan.kind == OperationType::Mutation && request.read_only {
            return Err(Refusal::ReadOnly);
        }
        if plan.root.introspects() && !self.compiler.options.introspection {
            return Err(RequestError::new("introspection is switched off (setting `introspection`)").into());
        }
        let variables =
            variables::coerce(plan, request.variables.as_ref(), &self.compiler.tables).map_err(Refusal::Invalid)?;
        let GraphqlRequest { time_zone, claims, .. } = request;
        Ok(Prepared { document, operation, variables, time_zone, claims })
    }

    /// The document that a request has, or names by its hash.
    async fn requested(&self, request: &GraphqlRequest) -> Result<Arc<Document>, Refusal> {
        let text = request.query.as_deref().unwrap_or_default();
        let hash = request.hash;
        match hash {
            Some(hash) if text.is_empty() => return self.cache.persisted(&hash).ok_or(Refusal::UnknownHash),
            Some(hash) if <[u8; 32]>::from(Sha256::digest(text)) != hash => return Err(Refusal::WrongHash),
            _ => {}
        }
        // Only a hash that is new has to be noted.
        if let Some(document) =
            self.cache.get(text).filter(|_| hash.is_none_or(|hash| self.cache.persisted(&hash).is_some()))
        {
            return Ok(document);
        }
        let document = self.compile(text).await?;
        self.cache.put(text, &document, hash);
        Ok(document)
    }

    /// Compiles a document that is not known, a long one where that holds up nobody.
    async fn compile(&self, text: &str) -> Result<Arc<Document>, Refusal> {
        let weight = (text.len() as u64).saturating_mul(WEIGHT_OF_A_BYTE);
        let (compiler, text) = (Arc::clone(&self.compiler), text.to_owned());
        compute::offload(weight, move || compiler.compile(&text)).await
    }
}
