//! From a request to a response.

use std::pin::pin;
use std::sync::Arc;

use abi::endpoint_path;
use abi::manifest::Auth;
use abi::reserved_paths::{self, Reserved};
use bytes::BytesMut;
use futures::future::BoxFuture;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode, Version, header};
use tracing::Instrument as _;

use super::inferences::Asked;
use super::routes::{Found, Route, Routes};
use super::target::{self, Malformed};
use super::{Body, Live, explorer, graphql_http, probes, rarely};
use crate::auth::Decision;
use crate::compute;
use crate::limits::{LimitId, Limits};
use crate::panics::caught;
use crate::telemetry::metrics::{self, Exchange};
use crate::telemetry::traces;
use crate::time_limit::{self, TimedOut};

/// How many times as large as it may be a request is before it is cut off.
const DROPPED: usize = 16;

/// `Retry-After` where the keys for bearer tokens are not there yet, in seconds: about the time of some tries to fetch them.
const UNTIL_KEYS: HeaderValue = HeaderValue::from_static("5");

/// Answers requests to GraphQL endpoints, body read.
pub trait Handler: Send + Sync {
    /// The refusal that the head of a request decides, before its body is there.
    fn refuse(&self, head: &Parts) -> Option<Response<Body>>;

    /// Answers a GET or POST.
    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Response<Body>>;
}

/// A response in plain text.
pub fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub(super) async fn respond(live: &Arc<Live>, request: Request<Incoming>) -> Response<Body> {
    if let Err(error) = target::check(&request) {
        return malformed(error);
    }
    let (routes, limits) = (live.routes(), &live.limits);
    let asks =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let origin = match routes.origins.admit(&request) {
        Ok(origin) => origin.as_ref().map(copied),
        // Probes come from anywhere, and a preflight is told nothing. What they are told, no page may read.
        Err(_) if asks || is_probe(&request) => None,
        Err(refusal) => return varying(refuse(limits, request, routes.origins.refuse(&refusal)).await, None),
    };
    if asks {
        return preflight(request.headers(), origin);
    }
    // Nobody knows how much of the request was read.
    let failed = |_| closing(StatusCode::INTERNAL_SERVER_ERROR, "internal error");
    varying(caught(pin!(route(live, &routes, request))).await.unwrap_or_else(failed), origin)
}

/// The value by itself. A clone holds the buffer that the whole request was read into, for as long as a call waits.
fn copied(value: &HeaderValue) -> HeaderValue {
    HeaderValue::from_bytes(value.as_bytes()).unwrap_or_else(|_| value.clone())
}

fn is_probe<B>(request: &Request<B>) -> bool {
    let path = endpoint_path::normal(request.uri().path());
    path.and_then(|path| Reserved::at(&path)).is_some_and(Reserved::is_probe)
}

/// An answer that is another one for other origins.
fn varying(mut response: Response<Body>, origin: Option<HeaderValue>) -> Response<Body> {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

/// The methods of what is only read. A form may be sent there, too, as the reference has it.
pub(super) const READING: &str = "GET, HEAD, POST";

/// Whether it is one of [`READING`].
pub(super) fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::POST)
}

async fn route(live: &Arc<Live>, routes: &Arc<Routes>, request: Request<Incoming>) -> Response<Body> {
    let route = match find(live, routes, &request) {
        Ok(route) => route,
        Err(response) => {
            let found = match (&routes.inferences, Asked::of(&request)) {
                (Some(inferences), Some(asked)) => inferences.answer(asked).await,
                _ => None,
            };
            return unread(&request, found.unwrap_or(response));
        }
    };
    let under_way = live.begin();
    let exchange = Exchange::begin();
    let span = traces::request(request.method().as_str(), &route.path, request.headers());
    let response = pin!(serve(routes, route, &live.limits, request)).instrument(span.clone()).await;
    let (status, size) = (response.status().as_u16(), response.body().whole().map(<[u8]>::len));
    traces::responded(&span, status);
    exchange.answered(&route.metrics, &route.name, status, size.unwrap_or(0) as u64);
    match size {
        Some(_) => response,
        // A stream is under way until it ends.
        None => response.map(|body| body.holding((under_way, exchange))),
    }
}

/// The endpoint that is asked, or the answer where it is none.
fn find<'r, B>(live: &Live, routes: &'r Routes, request: &Request<B>) -> Result<&'r Route, Response<Body>> {
    let path = endpoint_path::normal(request.uri().path());
    let found = path.as_deref().map_or(Found::Nothing, |path| routes.find(path));
    if !is_reading(request.method()) {
        return Err(not_allowed(methods(&found)));
    }
    let not_found = || plain(StatusCode::NOT_FOUND, "Not Found");
    let path = path.ok_or_else(not_found)?;
    if !live.has_admin()
        && let Some(response) = probes::answer(&path, live)
    {
        return Err(response);
    }
    match found {
        Found::Health => Err(health(routes)),
        Found::Moved(path) => Err(moved(&path)),
        Found::Nothing => {
            let explored = routes.explorer.as_ref().and_then(|explorer| explorer.answer(&path, request.headers()));
            Err(explored.unwrap_or_else(not_found))
        }
        Found::Endpoint(_) if request.method() == Method::HEAD => Err(not_allowed(methods(&found))),
        Found::Endpoint(_) if routes.explorer.is_some() && graphql_http::is_visit(request) => {
            Err(explorer::redirect(StatusCode::TEMPORARY_REDIRECT, reserved_paths::EXPLORER))
        }
        Found::Endpoint(route) => Ok(route),
    }
}

/// The methods that are answered there.
fn methods(found: &Found<'_>) -> &'static str {
    if let Found::Endpoint(_) = found { "GET, POST" } else { READING }
}

async fn serve(routes: &Routes, route: &Route, limits: &Limits, request: Request<Incoming>) -> Response<Body> {
    if let Err(refusal) = routes.origins.admit_to_run(&request) {
        return refuse(limits, request, routes.origins.refuse(&refusal)).await;
    }
    match route.auth {
        Auth::None => graphql(routes, limits, request).await,
        Auth::BearerToken => authenticated(routes, limits, request).await,
    }
}

pub(super) fn health(routes: &Routes) -> Response<Body> {
    let mut response = Response::new(Body::from(routes.health.clone()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn moved(path: &str) -> Response<Body> {
    let mut response = plain(StatusCode::MOVED_PERMANENTLY, "Moved Permanently");
    if let Ok(location) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The answer to a CORS preflight (`http-server` section 7).
fn preflight(asked: &HeaderMap, origin: Option<HeaderValue>) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    let method = asked.get(header::ACCESS_CONTROL_REQUEST_METHOD);
    let method = method.filter(|method| [&b"GET"[..], b"POST", b"HEAD"].contains(&method.as_bytes()));
    let (Some(method), Some(origin)) = (method, origin) else { return response };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    response
}

/// Answers who may pass.
async fn authenticated(routes: &Routes, limits: &Limits, mut request: Request<Incoming>) -> Response<Body> {
    let header = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    let refusal = match routes.authenticator.decide(header).await {
        Decision::NotBearer => plain(StatusCode::BAD_REQUEST, "Invalid JWT token format, Bearer required"),
        Decision::Denied => denied(),
        Decision::NoKeys => {
            let mut refusal = plain(StatusCode::SERVICE_UNAVAILABLE, "No key for bearer tokens is there yet.");
            refusal.headers_mut().insert(header::RETRY_AFTER, UNTIL_KEYS);
            refusal
        }
        Decision::Pass(claims) => {
            claims.map(|claims| request.extensions_mut().insert(claims));
            return graphql(routes, limits, request).await;
        }
    };
    refuse(limits, request, refusal).await
}

/// The answer to who has no token that counts. It has to say what would (RFC 9110 section 15.5.2).
pub(super) fn denied() -> Response<Body> {
    let mut response = plain(StatusCode::UNAUTHORIZED, "Access Denied");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// Nothing is kept of the body, but its sender should see the answer.
async fn refuse(limits: &Limits, request: Request<Incoming>, refusal: Response<Body>) -> Response<Body> {
    if is_expectant(&request) {
        return closed(refusal);
    }
    let _ = tokio::time::timeout(limits.body_timeout, collect(request.into_body(), 0, limits)).await;
    refusal
}

/// Whether the client asks before it sends the body (RFC 9110 section 10.1.1). It is told to go on by the first look for the
/// body.
fn is_expectant(request: &Request<Incoming>) -> bool {
    let asks = || {
        request
            .headers()
            .get_all(header::EXPECT)
            .iter()
            .any(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
    };
    request.version() == Version::HTTP_11 && !request.body().is_end_stream() && asks()
}

/// An answer without a look at the body. Whether a client that asked before still sends it, nobody can know.
fn unread(request: &Request<Incoming>, response: Response<Body>) -> Response<Body> {
    if is_expectant(request) { closed(response) } else { response }
}

/// The answer to a request after which nobody knows where the next one begins, or for which server it is.
pub(super) fn malformed(error: Malformed) -> Response<Body> {
    rarely::refused(LimitId::Target, &error, false);
    closing(StatusCode::BAD_REQUEST, &error.to_string())
}

pub(super) fn not_allowed(methods: &'static str) -> Response<Body> {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

async fn graphql(routes: &Routes, limits: &Limits, request: Request<Incoming>) -> Response<Body> {
    if let Some(refusal) = refused_by_head(&request, limits) {
        return refuse(limits, request, refusal).await;
    }
    let (head, body) = request.into_parts();
    if let Some(refusal) = routes.graphql.refuse(&head) {
        return refuse(limits, Request::from_parts(head, body), refusal).await;
    }
    match read(body, limits).await {
        Ok(body) => {
            let accept = head.headers.get(header::ACCEPT).map(copied);
            let handled = async { routes.graphql.handle(Request::from_parts(head, body)).await };
            let response = caught(pin!(handled)).await.unwrap_or_else(|_| graphql_http::failed(accept));
            // Others who ask meanwhile have their calls first, so that answers are sent together: a client that sleeps between
            // two answers has to be woken for each, which costs more than the call.
            compute::yield_now().await;
            response
        }
        Err(response) => response,
    }
}

/// Why a body cannot be taken, by what its sender says of it.
fn refused_by_head(request: &Request<Incoming>, limits: &Limits) -> Option<Response<Body>> {
    if request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Some(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content encodings are not supported."));
    }
    let is_large = request.body().size_hint().lower() > limits.max_body as u64;
    is_large.then(|| too_large(limits))
}

fn too_large(limits: &Limits) -> Response<Body> {
    metrics::refused(LimitId::MaxBody);
    let text = format!("The request is larger than {} bytes ({}).", limits.max_body, LimitId::MaxBody);
    closing(StatusCode::PAYLOAD_TOO_LARGE, &text)
}

async fn read(body: Incoming, limits: &Limits) -> Result<Bytes, Response<Body>> {
    match time_limit::after(limits.body_timeout, pin!(collect(body, limits.max_body, limits))).await {
        Err(TimedOut) => {
            metrics::refused(LimitId::BodyTimeout);
            Err(closing(
                StatusCode::REQUEST_TIMEOUT,
                &format!("The request did not arrive in time ({}).", LimitId::BodyTimeout),
            ))
        }
        Ok(Err(_)) => Err(plain(StatusCode::BAD_REQUEST, "The request ended early.")),
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => Err(too_large(limits)),
    }
}

/// A refusal after which the connection cannot be used, because the rest of the request is still to come.
fn closing(status: StatusCode, text: &str) -> Response<Body> {
    closed(plain(status, text))
}

fn closed(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The body, or `None` where it is larger than `kept` bytes. A while longer its rest is read and dropped, because a client
/// that is cut off while it sends does not see the answer.
async fn collect(mut body: Incoming, kept: usize, limits: &Limits) -> hyper::Result<Option<Bytes>> {
    // Most bodies are one part, which need not be copied.
    let (mut first, mut bytes, mut length) = (Bytes::new(), BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let is_first = length == 0;
        length += data.len();
        if length > kept {
            if length > limits.max_body.saturating_mul(DROPPED) {
                break;
            }
        } else if is_first {
            first = data;
        } else {
            if bytes.is_empty() {
                bytes.extend_from_slice(&first);
            }
            bytes.extend_from_slice(&data);
        }
    }
    let whole = if bytes.is_empty() { first } else { bytes.freeze() };
    Ok((length <= kept).then_some(whole))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpStream;

    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;

    use super::*;
    use crate::process::Mutations;
    use crate::server::routes::tests::routes_with;

    /// Panics before its future is there, or in it, as the query string says; answers otherwise.
    struct Panicking;

    impl Handler for Panicking {
        fn refuse(&self, _: &Parts) -> Option<Response<Body>> {
            None
        }

        fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Response<Body>> {
            let query = request.uri().query().unwrap_or_default().to_owned();
            assert_ne!(query, "early", "on purpose");
            Box::pin(async move {
                tokio::task::yield_now().await;
                assert_ne!(query, "late", "on purpose");
                plain(StatusCode::OK, "fine")
            })
        }
    }

    /// Status, `Content-Type` and body of the next answer.
    fn answer(reader: &mut BufReader<TcpStream>) -> (u16, String, String) {
        let (mut status, mut kind, mut length) = (0, String::new(), 0);
        for line in reader.by_ref().lines().map(|line| line.expect("an answer").to_ascii_lowercase()) {
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().expect("a status");
            } else if let Some(rest) = line.strip_prefix("content-type: ") {
                kind = rest.to_owned();
            } else if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse().expect("a length");
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("the body");
        (status, kind, String::from_utf8(body).expect("text"))
    }

    fn client(stream: TcpStream) {
        let mut writer = stream.try_clone().expect("a second handle");
        let mut reader = BufReader::new(stream);
        let mut ask = |query: &str, accept: &str| {
            let head = format!("POST /graphql?{query} HTTP/1.1\r\nhost: x\r\naccept: {accept}\r\n");
            writer.write_all(format!("{head}content-length: 2\r\n\r\n{{}}").as_bytes()).expect("the server reads");
            answer(&mut reader)
        };
        let text = "text/plain; charset=utf-8";
        // All on one connection.
        for _ in 0..3 {
            for query in ["early", "late"] {
                let (status, kind, body) = ask(query, "*/*");
                assert_eq!((status, kind.as_str()), (500, text), "{query}: {body}");
                assert!(!body.contains("on purpose"), "{body}");
                let (status, kind, body) = ask(query, "application/graphql-response+json");
                assert_eq!((status, kind.as_str()), (500, "application/graphql-response+json"), "{query}");
                let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
                assert!(body["errors"][0]["message"].is_string(), "{body}");
            }
            assert_eq!(ask("", "*/*"), (200, text.to_owned(), "fine\n".to_owned()));
        }
    }

    #[tokio::test]
    async fn a_panic_ends_its_request_and_the_connection_goes_on() {
        let routes = Arc::new(routes_with(&["/graphql"], Arc::new(Panicking)));
        let live = Arc::new(Live::new(routes, Mutations::default(), Limits::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let client = std::thread::spawn(move || client(TcpStream::connect(address).expect("it listens")));
        let (stream, _) = listener.accept().await.expect("a client");
        let answered = Arc::clone(&live);
        let service = service_fn(move |request| {
            let live = Arc::clone(&answered);
            async move { Ok::<_, std::convert::Infallible>(respond(&live, request).await) }
        });
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.expect("it goes on to its end");
        client.join().expect("the client is content");
        // Requests that panicked are not under way any more.
        live.drain();
        assert_eq!(live.drained(), (0, 0));
    }
}
