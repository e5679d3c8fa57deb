//! Responses, and how the status depends on what the client accepts.

use super::error::{RequestError, summarize};
use super::json;

/// The media type of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Media {
    /// `application/json`, because the client did not say anything else. Syntax errors have status 400, as the
    /// reference has it.
    #[default]
    Unstated,
    /// `application/json`, which the client asked for: every well-formed request has status 200.
    Json,
    /// `application/graphql-response+json`: a request that is not executed has status 400.
    GraphqlResponse,
}

impl Media {
    /// The type's name.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Unstated | Self::Json => "application/json",
            Self::GraphqlResponse => "application/graphql-response+json",
        }
    }
}

/// The answer to a request on a GraphQL endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// `Allow`, for 405.
    pub allow: Option<&'static str>,
    /// `Retry-After` in seconds, for 503.
    pub retry_after: Option<u32>,
    /// The execution, if the request led to exactly one.
    pub execution_id: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The answer of an operation that was executed.
    pub(crate) fn executed(media: Media, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            content_type: media.content_type(),
            allow: None,
            retry_after: None,
            execution_id: None,
            body,
        }
    }

    /// The answer to a document that is not GraphQL.
    pub(crate) fn syntax(media: Media, error: RequestError) -> Self {
        let status = if media == Media::Json { 200 } else { 400 };
        Self { status, ..Self::executed(media, errors(&summarize(vec![error]))) }
    }

    /// The answer to a request that cannot be executed.
    pub(crate) fn refused(media: Media, list: Vec<RequestError>) -> Self {
        let status = if media == Media::GraphqlResponse { 400 } else { 200 };
        Self { status, ..Self::executed(media, errors(&summarize(list))) }
    }

    /// A refusal with a status of its own: text, unless the client wants GraphQL's own media type.
    pub(crate) fn status(media: Media, status: u16, text: &str) -> Self {
        match media {
            Media::GraphqlResponse => Self { status, ..Self::executed(media, errors(&[RequestError::new(text)])) },
            _ => {
                let content_type = "text/plain; charset=utf-8";
                Self { status, content_type, ..Self::executed(media, format!("{text}\n").into_bytes()) }
            }
        }
    }

    /// The answer when too many calls wait already.
    pub(crate) fn overloaded(media: Media) -> Self {
        let error = RequestError::new("too many calls are waiting (limit `max-waiting`); try again later");
        Self { status: 503, retry_after: Some(1), ..Self::executed(media, errors(&[error])) }
    }

    /// The answer when the runner itself fails.
    pub(crate) fn internal(media: Media) -> Self {
        Self::status(media, 500, "Failed to execute GraphQL operation.")
    }

    /// Whether the body is a GraphQL response.
    pub(crate) fn is_graphql(&self) -> bool {
        self.content_type.ends_with("json")
    }
}

/// A body with errors and no data.
pub(crate) fn errors(errors: &[RequestError]) -> Vec<u8> {
    let mut out = b"{\"errors\":[".to_vec();
    for (index, error) in errors.iter().enumerate() {
        error.count();
        json::separate(&mut out, index);
        out.extend_from_slice(b"{\"message\":");
        json::string(&mut out, &error.message);
        if !error.locations.is_empty() {
            out.extend_from_slice(b",\"locations\":[");
            for (index, (line, column)) in error.locations.iter().enumerate() {
                json::separate(&mut out, index);
                json::integer(&mut out, format_args!("{{\"line\":{line},\"column\":{column}}}"));
            }
            out.push(b']');
        }
        if let Some(code) = error.code {
            out.extend_from_slice(b",\"extensions\":{\"code\":");
            json::string(&mut out, code);
            out.push(b'}');
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    out
}
