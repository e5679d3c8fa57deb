//! Replaced at merge.
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;

#[derive(Clone, Copy, Debug)]
pub struct Panicked;

pub async fn caught<F: Future>(future: F) -> Result<F::Output, Panicked> {
    AssertUnwindSafe(future).catch_unwind().await.map_err(|_| Panicked)
}
