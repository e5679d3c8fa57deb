//! Futures that are waited for until some time. Unlike tokio's time-out it has no timer until there is something to wait for:
//! most calls and bodies are there at once.

use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::Sleep;

/// The time was up first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimedOut;

/// Runs a future to its end, or until `end`. Within a runtime.
///
/// # Errors
/// [`TimedOut`]
pub(crate) async fn at<T>(end: Instant, future: impl Future<Output = T>) -> Result<T, TimedOut> {
    bounded(|| end, future).await
}

/// The same, for as long as `limit` after it first had to be waited for.
///
/// # Errors
/// [`TimedOut`]
pub(crate) async fn after<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, TimedOut> {
    // As good as never.
    let end = || Instant::now().checked_add(limit).unwrap_or_else(|| Instant::now() + Duration::from_secs(1 << 30));
    bounded(end, future).await
}

async fn bounded<T>(end: impl Fn() -> Instant, future: impl Future<Output = T>) -> Result<T, TimedOut> {
    let mut future = pin!(future);
    let mut timer: Option<Pin<Box<Sleep>>> = None;
    std::future::poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(value));
        }
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end().into())));
        timer.as_mut().poll(context).map(|()| Err(TimedOut))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_takes_too_long_is_over() {
        let limit = Duration::from_millis(5);
        assert_eq!(after(limit, std::future::ready(1)).await, Ok(1));
        assert_eq!(after(limit, std::future::pending::<()>()).await, Err(TimedOut));
        let late = async {
            tokio::task::yield_now().await;
            2
        };
        assert_eq!(after(Duration::MAX, late).await, Ok(2));
        assert_eq!(at(Instant::now(), std::future::pending::<()>()).await, Err(TimedOut));
        assert_eq!(at(Instant::now(), std::future::ready(3)).await, Ok(3));
    }
}
