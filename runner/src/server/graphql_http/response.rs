//! Responses, and how the status depends on what the client accepts.

use std::sync::Arc;

use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

use super::accept::Media;
use crate::capacity::Answers;
use crate::graphql::{Answer, Refusal, RequestError, body_of_errors, summarize};
use crate::limits::LimitId;
use crate::server::Body;

/// The answer to a request for an operation, to be sent as a whole or as an event.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    content_type: &'static str,
    /// `Allow`, for 405.
    allow: Option<&'static str>,
    /// `Retry-After` in seconds, for 503.
    retry_after: Option<u32>,
    /// The execution, if the request led to exactly one.
    execution_id: Option<String>,
    pub(super) body: Vec<u8>,
}

/// After so many seconds an overloaded runner may be asked again.
const RETRY: u32 = 1;

impl Reply {
    /// What became of the request of a client that accepts `media`.
    pub(crate) fn of(result: Result<Answer, Refusal>, media: Media) -> Self {
        match result {
            Ok(Answer { body, execution_id }) => Self { execution_id, ..Self::graphql(media, StatusCode::OK, body) },
            Err(refusal) => Self::refused(refusal, media),
        }
    }

    fn refused(refusal: Refusal, media: Media) -> Self {
        let errors = |status, errors: &[RequestError]| Self::graphql(media, status, body_of_errors(errors));
        // Clients go on by the code, and take any other status for a failure.
        let persisted =
            |message, code| errors(StatusCode::OK, &[RequestError { code: Some(code), ..RequestError::new(message) }]);
        match refusal {
            Refusal::Malformed(reason) => {
                let text = ["Failed to parse GraphQL request."].into_iter().chain(reason).collect::<Vec<_>>().join(" ");
                Self::text(media, StatusCode::BAD_REQUEST, &text)
            }
            Refusal::UnsupportedHash => persisted("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED"),
            Refusal::UnknownHash => persisted("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND"),
            Refusal::WrongHash => {
                let text = "The hash of the persisted query is not that of its text.";
                Self::text(media, StatusCode::BAD_REQUEST, text)
            }
            Refusal::ReadOnly => {
                let text = "Mutations are not allowed with GET.";
                Self { allow: Some("POST"), ..Self::text(media, StatusCode::METHOD_NOT_ALLOWED, text) }
            }
            // As the reference has it, where the client does not say what it wants.
            Refusal::Syntax(error) => {
                let status = if media == Media::Json { StatusCode::OK } else { StatusCode::BAD_REQUEST };
                errors(status, &summarize(vec![error]))
            }
            Refusal::Invalid(list) => {
                let status = if media == Media::GraphqlResponse { StatusCode::BAD_REQUEST } else { StatusCode::OK };
                errors(status, &summarize(list))
            }
            Refusal::Overloaded(limit) => {
                let reply = errors(StatusCode::SERVICE_UNAVAILABLE, &[overloaded(limit)]);
                Self { retry_after: Some(RETRY), ..reply }
            }
            // Another status might have it sent again.
            Refusal::Untold(limit) => errors(StatusCode::OK, &[untold(limit)]),
            Refusal::Internal => {
                Self::text(media, StatusCode::INTERNAL_SERVER_ERROR, "Failed to execute GraphQL operation.")
            }
        }
    }

    fn graphql(media: Media, status: StatusCode, body: Vec<u8>) -> Self {
        let content_type = media.content_type();
        Self { status, content_type, allow: None, retry_after: None, execution_id: None, body }
    }

    /// A refusal in plain text, unless the client wants GraphQL's own media type.
    fn text(media: Media, status: StatusCode, text: &str) -> Self {
        match media {
            Media::GraphqlResponse => Self::graphql(media, status, body_of_errors(&[RequestError::new(text)])),
            _ => {
                let content_type = "text/plain; charset=utf-8";
                Self { content_type, ..Self::graphql(media, status, format!("{text}\n").into_bytes()) }
            }
        }
    }

    /// Whether the body is a GraphQL response.
    pub(super) fn is_graphql(&self) -> bool {
        self.content_type.ends_with("json")
    }

    /// All of it at once.
    pub(crate) fn whole(mut self) -> Response<Body> {
        let body = std::mem::take(&mut self.body);
        self.with(Body::from(body))
    }

    /// All of it at once, counted among the answers that are being sent. `beyond` is what is told where there is no room.
    pub(super) fn counted(
        mut self,
        answers: &Arc<Answers>,
        media: Media,
        beyond: fn(LimitId) -> Refusal,
    ) -> Response<Body> {
        match answers.count(std::mem::take(&mut self.body)) {
            Ok(body) => self.with(Body::from(body)),
            Err(limit) => Self::refused(beyond(limit), media).whole(),
        }
    }

    fn with(self, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        // Under this id the log tells of the call.
        if let Some(id) = self.execution_id.and_then(|id| HeaderValue::try_from(id).ok()) {
            headers.insert(HeaderName::from_static("x-execution-id"), id);
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What is told of an operation for whose calls there is no room.
fn overloaded(limit: LimitId) -> RequestError {
    let full = match limit {
        LimitId::MaxWaiting => "too many calls are waiting",
        LimitId::MaxCalls => "too many calls are running",
        LimitId::GuestMemory => "the memory for calls is in use",
        LimitId::AnswerMemory => "the memory for answers is in use",
        _ => "there is no room for more calls",
    };
    RequestError { limit: Some(limit), ..RequestError::new(format!("{full} ({limit}); try again later")) }
}

/// What is told of a mutation that was carried out, and for whose answer there is no room.
fn untold(limit: LimitId) -> RequestError {
    let text = "the mutation was carried out, but its answer is not there: the memory for answers is in use";
    RequestError::beyond(limit, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overloaded_runner_says_what_is_full_and_when_to_come_again() {
        for (limit, text) in [
            (LimitId::MaxWaiting, "too many calls are waiting (limit `max-waiting`); try again later"),
            (LimitId::GuestMemory, "the memory for calls is in use (limit `guest-memory`); try again later"),
            (LimitId::AnswerMemory, "the memory for answers is in use (limit `answer-memory`); try again later"),
            (LimitId::MaxLookups, "there is no room for more calls (limit `max-lookups`); try again later"),
        ] {
            let reply = Reply::of(Err(Refusal::Overloaded(limit)), Media::Unstated);
            assert_eq!(reply.body, format!(r#"{{"errors":[{{"message":"{text}"}}]}}"#).into_bytes());
            let response = reply.whole();
            assert_eq!((response.status().as_u16(), &response.headers()[RETRY_AFTER]), (503, &HeaderValue::from(1)));
        }
    }
}
