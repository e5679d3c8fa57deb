//! HTTP/2 to one server that the manifest names, for protocols above it such as gRPC.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, Error, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use super::connector::{BoxError, Connector, Proxies, ProxySettings};
use super::tls::{self, Trust};
use super::{HttpClient, IDLE};
use crate::egress::Reach;
use crate::environment::Variables;

/// Where it is useful, pings lie so far apart at most: servers in Go take them amiss when they come more often and have
/// nothing to answer meanwhile, but for two.
const RARELY: Duration = Duration::from_secs(5 * 60);
/// Bytes of headers: in gRPC the message of an error is one, and may repeat a part of what was asked.
const HEADERS: u32 = 256 << 10;

/// Requests over one connection, which is made by the first one, and anew when it broke. Cheap to clone; `B` is the body of
/// requests.
#[derive(Debug)]
pub(crate) struct Http2<B>(Client<HttpsConnector<Connector>, B>);

impl<B> Clone for Http2<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl HttpClient {
    /// A connection of its own, with TLS if there is a trust, and then by the proxy of the environment. `patience` is how long
    /// a request may take: within that time it is noticed that nobody is at the other end any more.
    ///
    /// # Errors
    /// A sentence about the roots of the system. Reads them, so it is not for the start.
    pub(crate) fn http2<B>(&self, trust: Option<Trust<'_>>, patience: Duration) -> Result<Http2<B>, String>
    where
        B: Body + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        // What proxies do with plain text is made for HTTP/1.
        let direct = || Arc::new(Proxies::new(&ProxySettings::of(&Variables::new())));
        let proxies = if trust.is_some() { Arc::clone(self.proxies()) } else { direct() };
        let connector = Connector::new(proxies, &self.lookups, Reach::Anywhere);
        let https = HttpsConnectorBuilder::new().with_tls_config(tls::client(trust.unwrap_or(Trust::Nobody))?);
        let https = if trust.is_some() { https.https_only() } else { https.https_or_http() };
        let mut builder = Client::builder(TokioExecutor::new());
        builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        // Two pings fit into a request's time, and the answer to the first is missed before that is over.
        let ping = (patience * 2 / 5).min(RARELY);
        builder.http2_only(true).http2_max_header_list_size(HEADERS);
        builder.http2_keep_alive_interval(ping).http2_keep_alive_timeout(ping);
        Ok(Http2(builder.build(https.enable_http2().wrap_connector(connector))))
    }
}

impl<B> Service<hyper::Request<B>> for Http2<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = hyper::Response<Incoming>;
    type Error = Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: hyper::Request<B>) -> ResponseFuture {
        self.0.call(request)
    }
}
