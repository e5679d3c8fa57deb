//! Server-Sent Events, as the "distinct connections" mode of the GraphQL over SSE protocol has them.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _};
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use tokio::time::Instant;

use crate::capacity::Answers;
use crate::limits::LimitId;
use crate::server::Body;

/// Silence after which a comment shows that the stream is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

const COMMENT: &[u8] = b":\n";
const COMPLETE: &[u8] = b"event: complete\ndata: \n\n";

/// A response with each of `bodies` as a `next` event, and `complete` after the last one.
///
/// Nothing is buffered here: the next body is made when the connection has taken the one before. Events are counted among
/// `answers`; for one that has no room there `instead` makes another body.
pub(super) fn response(
    bodies: impl Stream<Item = Vec<u8>> + Send + 'static,
    answers: Arc<Answers>,
    instead: impl Fn(LimitId) -> Vec<u8> + Send + 'static,
) -> Response<Body> {
    let counted = move |body: Vec<u8>| answers.count(next(&body)).unwrap_or_else(|limit| next(&instead(limit)).into());
    let mut response = Response::new(Body::stream(frames(bodies.map(counted).boxed(), HEARTBEAT)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONNECTION, HeaderValue::from_static("keep-alive"));
    // Proxies that would collect the whole first.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// The events, comments between them, and the end. `None` as the state: `complete` was sent.
fn frames(events: BoxStream<'static, Bytes>, heartbeat: Duration) -> impl Stream<Item = Bytes> + Send {
    stream::unfold(Some(events), move |state| async move {
        let mut events = state?;
        let due = Instant::now() + heartbeat;
        tokio::select! {
            biased;
            event = events.next() => Some(match event {
                Some(event) => (event, Some(events)),
                None => (Bytes::from_static(COMPLETE), None),
            }),
            () = tokio::time::sleep_until(due) => Some((Bytes::from_static(COMMENT), Some(events))),
        }
    })
}

/// The JSON text has no line breaks outside its strings, and inside they are escaped.
fn next(body: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(body.len() + 24);
    frame.extend_from_slice(b"event: next\ndata: ");
    frame.extend_from_slice(body);
    frame.extend_from_slice(b"\n\n");
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_heartbeats_and_the_end() {
        let (sender, late) = tokio::sync::oneshot::channel();
        let late = stream::once(async { late.await.expect("a body") });
        let bodies = stream::iter([b"{\"data\":1}".to_vec()]).chain(late);
        let events = bodies.map(|body| next(&body).into()).boxed();
        let mut frames = frames(events, Duration::from_millis(20)).boxed();
        let text = |frame: Bytes| String::from_utf8_lossy(&frame).into_owned();
        assert_eq!(frames.next().await.map(text).as_deref(), Some("event: next\ndata: {\"data\":1}\n\n"));
        for _ in 0..2 {
            assert_eq!(frames.next().await.map(text).as_deref(), Some(":\n"));
        }
        sender.send(b"{}".to_vec()).expect("the stream waits");
        let end: Vec<String> = frames.map(text).collect().await;
        assert_eq!(end, ["event: next\ndata: {}\n\n", "event: complete\ndata: \n\n"]);
    }
}
