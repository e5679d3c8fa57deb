//! The HTTP side, as bare as that of `hello`.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{App, Result};

async fn answer(app: &App, request: Request<Incoming>) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    // Read the body, as any server that looks at it must.
    let _ = request.into_body().collect().await;
    let (status, body) = match app.say_hello() {
        Ok(greeting) => (StatusCode::OK, json!({ "data": { "sayHello": greeting } })),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, json!({ "errors": [{ "message": error.to_string() }] })),
    };
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

#[tokio::main(flavor = "multi_thread")]
pub(crate) async fn run(app: Arc<App>, port: u16) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&app, request));
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
