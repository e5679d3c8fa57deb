//! One request, one answer.

use std::sync::Arc;
use std::time::Duration;

use abi::manifest::Auth;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};

use crate::graphql::{self, Engine, GraphqlRequest};

use super::auth::Authenticate;
use super::cors;
use super::routes::{Handler, Routed, Routes};

/// The body of an answer.
pub(super) type Body = Full<Bytes>;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// What a client may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest request body in bytes.
    pub body: usize,
    /// Time to receive the headers.
    pub header_time: Duration,
    /// Time to receive the body.
    pub body_time: Duration,
    /// Time that running requests get when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1024 * 1024,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            drain: Duration::from_secs(5),
        }
    }
}

/// Everything that answering needs.
pub struct Server {
    /// The route table.
    pub routes: Routes,
    /// Decides about `bearer-token` endpoints.
    pub authenticator: Arc<dyn Authenticate>,
    /// Limits.
    pub limits: Limits,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Server {
    /// Answers a request.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        if let Some(response) = cors::preflight(&parts) {
            return response;
        }
        let cross_origin = cors::is_cross_origin(&parts);
        let mut response = if matches!(parts.method, Method::GET | Method::POST) {
            self.route(parts, body).await
        } else {
            not_allowed("GET, POST")
        };
        cors::mark(response.headers_mut(), cross_origin);
        response
    }

    async fn route(&self, parts: Parts, body: Incoming) -> Response<Body> {
        match self.routes.find(parts.uri.path()) {
            Routed::Handler(Handler::Health(text)) => respond(StatusCode::OK, JSON, Bytes::copy_from_slice(text)),
            Routed::Handler(Handler::Ready) => respond(StatusCode::OK, JSON, "{\"status\":\"ready\"}\n"),
            Routed::Handler(Handler::Graphql { engine, auth }) => self.graphql(engine, *auth, parts, body).await,
            Routed::Redirect(path) => redirect(&path),
            Routed::Nowhere => text(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    async fn graphql(&self, engine: &Engine, auth: Auth, parts: Parts, body: Incoming) -> Response<Body> {
        let claims = match auth {
            Auth::None => None,
            Auth::BearerToken => {
                let header = parts.headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
                match self.authenticator.authenticate(header) {
                    Ok(claims) => claims,
                    Err(refusal) => return text(status(refusal.status()), &refusal.to_string()),
                }
            }
        };
        let body = match self.read(body).await {
            Ok(body) => body,
            Err(response) => return *response,
        };
        let time_zone = parts.headers.get("x-time-zone").and_then(|zone| zone.to_str().ok());
        let request = GraphqlRequest {
            query_string: parts.uri.query().filter(|_| parts.method == Method::GET),
            body: &body,
            time_zone: time_zone.filter(|zone| !zone.is_empty()).map(Into::into),
            claims,
        };
        convert(engine.execute(request).await)
    }

    async fn read(&self, body: Incoming) -> Result<Bytes, Box<Response<Body>>> {
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        let too_large = || Box::new(closing(text(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large")));
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > self.limits.body {
            return Err(too_large());
        }
        let all = Limited::new(body, self.limits.body).collect();
        match tokio::time::timeout(self.limits.body_time, all).await {
            Ok(Ok(collected)) => Ok(collected.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
            Ok(Err(_)) => Err(Box::new(closing(text(StatusCode::BAD_REQUEST, "Failed to read the request body")))),
            Err(_) => Err(Box::new(closing(text(StatusCode::REQUEST_TIMEOUT, "Request body timed out")))),
        }
    }
}

fn convert(answer: graphql::Response) -> Response<Body> {
    let mut response = respond(status(answer.status), answer.content_type, answer.body);
    if let Some(allow) = answer.allow {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    response
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn respond(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if content_type == TEXT {
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
    response
}

fn text(status: StatusCode, message: &str) -> Response<Body> {
    respond(status, TEXT, format!("{message}\n"))
}

fn not_allowed(allow: &'static str) -> Response<Body> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    response
}

/// The rest of the body was not read, so the connection cannot be used again.
fn closing(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn redirect(path: &str) -> Response<Body> {
    // A path that begins with two slashes would name another host.
    let path = format!("/{}", path.trim_start_matches('/'));
    match HeaderValue::try_from(path) {
        Ok(location) => {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(_) => text(StatusCode::NOT_FOUND, "Not Found"),
    }
}
