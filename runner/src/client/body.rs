//! Bodies of answers: as large as they may be by themselves, and counted as long as they are there.

use std::io::{self, Read as _};
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use flate2::bufread::MultiGzDecoder;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};

use crate::capacity::{Answers, Share};
use crate::compute;
use crate::limits::LimitId;

/// Why there is no body.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is larger than it may be.
    TooLarge,
    /// There is no room for it now.
    Full(LimitId),
    /// The connection broke.
    Lost(hyper::Error),
    /// It cannot be decompressed.
    Broken(io::Error),
}

/// Reads a body of at most so many bytes.
pub(super) async fn read(mut body: Incoming, most: usize, answers: &Arc<Answers>) -> Result<Bytes, Unread> {
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if expected > most {
        return Err(Unread::TooLarge);
    }
    // Many bodies are one part, which need not be copied.
    let (mut first, mut bytes, mut share) = (Bytes::new(), Vec::new(), answers.share());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(Unread::Lost)?.into_data() else { continue };
        if first.is_empty() && bytes.is_empty() {
            first = data;
        } else {
            if bytes.is_empty() {
                // What does not come takes nothing. More than is usual grows as it comes, whatever a server announces.
                bytes.reserve_exact(expected.min(RESERVED));
                bytes.extend_from_slice(&std::mem::take(&mut first));
            }
            let length = bytes.len() + data.len();
            if length > most {
                return Err(Unread::TooLarge);
            }
            share.grow_to(length).map_err(Unread::Full)?;
            bytes.extend_from_slice(&data);
        }
    }
    if first.len() > most {
        return Err(Unread::TooLarge);
    }
    Ok(if bytes.is_empty() { first } else { share.hold(bytes) })
}

/// Bytes that are reserved for a body because its length was announced.
const RESERVED: usize = 64 << 20;
/// Bytes that are decompressed in one piece on an event loop, in about 2 ms.
const AT_ONCE: usize = 512 << 10;

/// The decompressed body. How large it is, nobody knows before.
pub(super) async fn inflate(body: Bytes, most: usize, answers: &Arc<Answers>) -> Result<Bytes, Unread> {
    let decoder = MultiGzDecoder::new(body.reader());
    let mut inflating = Inflating { decoder, plain: Vec::new(), share: answers.share(), most };
    if !inflating.is_over()? {
        let rest = move || -> Result<Inflating, Unread> {
            while !inflating.is_over()? {}
            Ok(inflating)
        };
        inflating = compute::offload(u64::MAX, rest).await?;
    }
    Ok(inflating.share.hold(inflating.plain))
}

struct Inflating {
    decoder: MultiGzDecoder<bytes::buf::Reader<Bytes>>,
    plain: Vec<u8>,
    share: Share,
    most: usize,
}

impl Inflating {
    /// Decompresses some more; whether that was all.
    fn is_over(&mut self) -> Result<bool, Unread> {
        let step = AT_ONCE.min((self.most - self.plain.len()).saturating_add(1));
        let read = self.decoder.by_ref().take(step as u64).read_to_end(&mut self.plain).map_err(Unread::Broken)?;
        if self.plain.len() > self.most {
            return Err(Unread::TooLarge);
        }
        self.share.grow_to(self.plain.len()).map_err(Unread::Full)?;
        Ok(read < step)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::task::Poll;

    use super::*;

    fn packed(bytes: usize) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&vec![7; bytes]).expect("memory");
        encoder.finish().expect("memory").into()
    }

    #[tokio::test]
    async fn bodies_are_decompressed_up_to_a_limit() {
        for bytes in [1000, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE] {
            let packed = packed(bytes);
            let inflated = async |packed, most| inflate(packed, most, &Arc::default()).await;
            assert_eq!(inflated(packed.clone(), bytes).await.expect("gzip"), Bytes::from(vec![7; bytes]));
            assert!(matches!(inflated(packed.clone(), bytes - 1).await, Err(Unread::TooLarge)), "{bytes}");
            let cut = packed.slice(..packed.len() - 4);
            assert!(matches!(inflated(cut, bytes).await, Err(Unread::Broken(_))), "{bytes}");
        }
        let none = inflate(Bytes::from_static(b"no gzip at all"), 1000, &Arc::default()).await;
        assert!(matches!(none, Err(Unread::Broken(_))));
    }

    #[tokio::test]
    async fn bodies_are_counted_together() {
        let answers: Arc<Answers> = Arc::default();
        answers.limit(3 << 20);
        let inflated = async |bytes| inflate(packed(bytes), 64 << 20, &answers).await;
        let first = inflated(2 << 20).await.expect("room");
        assert!(matches!(inflated(2 << 20).await, Err(Unread::Full(LimitId::AnswerMemory))));
        drop(first);
        assert!(inflated(4 << 20).await.is_ok(), "one by itself may have any size");
    }

    #[tokio::test]
    async fn a_large_body_is_decompressed_where_it_holds_up_nobody() {
        let answers = Arc::default();
        let mut body = std::pin::pin!(inflate(packed(8 * AT_ONCE), 64 << 20, &answers));
        let plain = match futures::poll!(body.as_mut()) {
            Poll::Pending => body.await,
            Poll::Ready(plain) => {
                // Where another test has started compute threads, these may be faster than this one looks.
                assert!(compute::available(), "it was decompressed at once");
                plain
            }
        };
        assert_eq!(plain.expect("gzip").len(), 8 * AT_ONCE);
    }
}
