//! A model provider that takes as long to answer as the prompt says.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};

use crate::Result;

/// Connections that may arrive before one is accepted.
const BACKLOG: u32 = 4096;

/// Serves on a free port until the runtime ends; the URL, with a slash at its end.
pub(crate) fn start() -> Result<String> {
    let socket = TcpSocket::new_v4()?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let listener = socket.listen(BACKLOG)?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(serve(listener));
    Ok(url)
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        // A runner that is killed breaks its connections.
        tokio::spawn(
            async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await },
        );
    }
}

/// Answers a chat request with its prompt, after as many milliseconds as the prompt names.
async fn answer(request: Request<Incoming>) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let asked: Option<Value> = serde_json::from_slice(&body).ok();
    let prompt = asked.as_ref().and_then(|asked| asked["messages"].as_array()?.last()?["content"].as_str());
    let Some((prompt, wait)) = prompt.and_then(|prompt| Some((prompt, prompt.parse().ok()?))) else {
        let mut refusal = Response::new(Full::default());
        *refusal.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(refusal);
    };
    tokio::time::sleep(Duration::from_millis(wait)).await;
    let answer = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": null,
                     "message": {"role": "assistant", "content": prompt}}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 15, "total_tokens": 35}
    });
    Ok(Response::new(Full::new(answer.to_string().into())))
}
