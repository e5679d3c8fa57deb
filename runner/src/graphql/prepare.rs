//! From a request to an operation that is ready to run.

use std::sync::Arc;

use abi::value::Value;
use juniper::OperationType;
use sha2::{Digest as _, Sha256};

use super::compile::{self, Environment};
use super::error::{Rejection, RequestError};
use super::part::Part;
use super::plan::Document;
use super::request::{self, GraphqlRequest, Members};
use super::response::{Media, Response};
use super::root::{self, Root};
use super::{Engine, variables};

/// An operation whose document is valid and whose variables have values.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(super) document: Arc<Document>,
    pub(super) operation: usize,
    pub(super) variables: Vec<Option<Value>>,
    pub(super) time_zone: Option<Arc<str>>,
    pub(super) claims: Option<Arc<str>>,
    pub(crate) media: Media,
}

impl Prepared {
    /// What it is.
    pub(crate) fn kind(&self) -> OperationType {
        self.document.operations[self.operation].kind
    }
}

impl Engine {
    /// Reads and checks a request; no function is called yet.
    pub(crate) fn prepare(&self, request: GraphqlRequest<'_>) -> Result<Prepared, Response> {
        let media = request.media;
        let refuse = |error: RequestError| Response::refused(media, vec![error]);
        let members =
            request::read(&request).map_err(|malformed| Response::status(media, 400, &malformed.to_string()))?;
        let document = self.requested(&members, media)?;
        let name = members.operation_name.as_deref();
        let operation = document.operation(name).map_err(|reason| refuse(RequestError::new(reason)))?;
        let plan = &document.operations[operation];
        if plan.kind == OperationType::Mutation && members.by_get {
            let refusal = Response::status(media, 405, "Mutations are not allowed with GET.");
            return Err(Response { allow: Some("POST"), ..refusal });
        }
        if plan.root.introspects() && !self.options.introspection {
            return Err(refuse(RequestError::new("introspection is switched off (setting `introspection`)")));
        }
        let variables = variables::coerce(plan, members.variables.as_ref(), &self.tables)
            .map_err(|errors| Response::refused(media, errors))?;
        let GraphqlRequest { time_zone, claims, .. } = request;
        Ok(Prepared { document, operation, variables, time_zone, claims, media })
    }

    /// The document that a request has, or names by its hash.
    fn requested(&self, members: &Members, media: Media) -> Result<Arc<Document>, Response> {
        let persisted = |message: &str, code| {
            let error = RequestError { code: Some(code), ..RequestError::new(message) };
            // Clients go on by the code, and take any other status for a failure.
            Response::executed(media, super::response::errors(&[error]))
        };
        let hash = members.hash().map_err(|request::NotSupported| {
            persisted("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
        })?;
        let text = members.query.as_deref().unwrap_or_default();
        match hash {
            Some(hash) if text.is_empty() => {
                let known = self.cache.persisted(&hash);
                return known.ok_or_else(|| persisted("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND"));
            }
            Some(hash) if <[u8; 32]>::from(Sha256::digest(text)) != hash => {
                return Err(Response::status(media, 400, "The hash of the persisted query is not that of its text."));
            }
            _ => {}
        }
        // Only a hash that is new has to be noted.
        if let Some(document) =
            self.cache.get(text).filter(|_| hash.is_none_or(|hash| self.cache.persisted(&hash).is_some()))
        {
            return Ok(document);
        }
        let document = self.compile(text).map_err(|rejection| match rejection {
            Rejection::Syntax(error) => Response::syntax(media, error),
            Rejection::Invalid(errors) => Response::refused(media, errors),
        })?;
        self.cache.put(text, &document, hash);
        Ok(document)
    }

    fn compile(&self, text: &str) -> Result<Arc<Document>, Rejection> {
        let against = |root: &Root| {
            let Self { program, tables, options, .. } = self;
            compile::compile(text, &Environment { program, root, tables, options }).map(Arc::new)
        };
        if self.whole.get().is_none()
            && let Some(part) = Part::of(text, &self.program.schema)
            && let Ok(document) = against(&root::build(&self.program, part, &self.options))
        {
            return Ok(document);
        }
        // What is wrong with a document, the whole schema tells: a message may suggest what else there is.
        against(self.whole())
    }
}
