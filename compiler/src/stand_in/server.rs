//! The stand-in as a server.

use std::convert::Infallible;
use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::answer::{Answer, answer};

/// Bytes of a request's body.
const MAX_BODY: usize = 32 << 20;
/// Wait where a connection could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// A running stand-in. It ends when this is dropped.
#[derive(Debug)]
pub struct StandIn {
    url: String,
    _running: oneshot::Sender<()>,
}

impl StandIn {
    /// Starts one on a port of the loopback interface, or on a free one for 0. It has a thread of its own.
    ///
    /// # Errors
    /// The port is taken, or the system has no thread for it.
    pub fn start(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}/", listener.local_addr()?);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (running, ended) = oneshot::channel();
        thread::Builder::new().name("stand-in".to_owned()).spawn(move || runtime.block_on(serve(listener, ended)))?;
        Ok(Self { url, _running: running })
    }

    /// Its URL, ending in a slash.
    pub fn url(&self) -> &str {
        &self.url
    }
}

async fn serve(listener: TcpListener, mut ended: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        tokio::select! {
            // Dropped.
            _ = &mut ended => return,
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // As when this process has no more files: there may be some soon.
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(respond));
                tokio::spawn(async move { drop(connection.await) });
            }
        }
    }
}

async fn respond(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let found = match Limited::new(request.into_body(), MAX_BODY).collect().await {
        Ok(body) => answer(&path, &body.to_bytes()),
        Err(error) => Answer::refused(&error.to_string()),
    };
    let mut response = Response::new(Full::new(found.body.to_string().into()));
    *response.status_mut() = StatusCode::from_u16(found.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
