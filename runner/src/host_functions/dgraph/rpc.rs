//! One call of gRPC over a connection of HTTP/2, and why it failed.

use std::error::Error as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use hyper::Uri;
use hyper::body::{Bytes, Frame, Incoming, SizeHint};
use hyper::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::http::uri::PathAndQuery;
use hyper_util::client::legacy::Error as ClientError;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tonic::{Code, Extensions, Status};
use tonic_prost::ProstCodec;
use tower_service::Service;

use super::super::database::DatabaseError;
use crate::client::{Http2, chain};

/// A connection that carries gRPC.
pub(super) type Channel = Http2<Body>;

/// Bytes that a request may have.
const REQUEST_MIB: usize = 64;
const AGENT: HeaderValue = HeaderValue::from_static(concat!("modus-runner/", env!("CARGO_PKG_VERSION")));
const STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// A call: which function, and what goes with it.
#[derive(Debug)]
pub(super) struct Call<'c, M> {
    pub(super) origin: &'c Uri,
    /// `/SERVICE/FUNCTION`
    pub(super) path: &'static str,
    pub(super) headers: HeaderMap,
    pub(super) message: M,
    /// Bytes that the answer may have.
    pub(super) most: usize,
}

/// Why a call has no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server says so. Nothing has been done, or it says what.
    Told(Code, String),
    /// It is known by other ways.
    Found(DatabaseError),
}

/// Calls a function of the server. The call is reset if the future is dropped.
pub(super) async fn call<M, R>(channel: &Channel, call: Call<'_, M>) -> Result<R, Failure>
where
    M: prost::Message + 'static,
    R: prost::Message + Default + 'static,
{
    if call.message.encoded_len() > REQUEST_MIB << 20 {
        let problem = format!("the request is larger than {REQUEST_MIB} MiB");
        return Err(Failure::Found(DatabaseError::Unusable(problem)));
    }
    let told = Told::default();
    let channel = Watched { channel: channel.clone(), told: told.clone() };
    let mut client = tonic::client::Grpc::with_origin(channel, call.origin.clone())
        .max_encoding_message_size(usize::MAX)
        .max_decoding_message_size(call.most);
    let metadata = MetadataMap::from_headers(call.headers);
    let request = tonic::Request::from_parts(metadata, Extensions::default(), call.message);
    let sent = async {
        client.ready().await.map_err(|error| Status::from_error(Box::new(error)))?;
        client.unary(request, PathAndQuery::from_static(call.path), ProstCodec::<M, R>::default()).await
    };
    Ok(sent.await.map_err(|status| failure(&status, &told, call.most))?.into_inner())
}

/// What a failed call has become. A status may be the server's, or one that the library made of what it found.
fn failure(status: &Status, told: &Told, most: usize) -> Failure {
    let text = || status.message().to_owned();
    if told.is_set() {
        return Failure::Told(status.code(), text());
    }
    Failure::Found(match (status.source(), status.code()) {
        (Some(cause), _) => {
            let never_sent = chain(cause).any(|cause| cause.downcast_ref().is_some_and(ClientError::is_connect));
            let reason = chain(cause).map(ToString::to_string).collect::<Vec<_>>().join(": ");
            if never_sent { DatabaseError::Unreachable(reason) } else { DatabaseError::Lost(reason) }
        }
        // The library's own word for a message beyond the limit.
        (None, Code::OutOfRange) => DatabaseError::TooLarge(most),
        // The stream ended without a status: a server or a proxy gave up on it.
        (None, Code::Unknown) => DatabaseError::Lost(text()),
        (None, _) => DatabaseError::Unusable(format!("the answer is not one of Dgraph: {}", status.message())),
    })
}

/// Whether the server gave a status itself.
#[derive(Clone, Debug, Default)]
struct Told(Arc<AtomicBool>);

impl Told {
    fn look(&self, headers: &HeaderMap) {
        if headers.contains_key(STATUS) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection on which it is seen whether the server gives a status.
struct Watched {
    channel: Channel,
    told: Told,
}

impl Service<hyper::Request<Body>> for Watched {
    type Response = hyper::Response<WatchedBody>;
    type Error = ClientError;
    type Future = BoxFuture<'static, Result<Self::Response, ClientError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        self.channel.poll_ready(context)
    }

    fn call(&mut self, mut request: hyper::Request<Body>) -> Self::Future {
        request.headers_mut().insert(USER_AGENT, AGENT);
        let (response, told) = (self.channel.call(request), self.told.clone());
        Box::pin(async move {
            let response = response.await?;
            told.look(response.headers());
            Ok(response.map(|body| WatchedBody { body, told }))
        })
    }
}

struct WatchedBody {
    body: Incoming,
    told: Told,
}

impl hyper::body::Body for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            self.told.look(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
