//! Replaced at merge.
use std::panic::AssertUnwindSafe;
use futures::FutureExt as _;

#[derive(Clone, Copy, Debug)]
pub struct Panicked;

pub async fn caught<F: Future>(future: F) -> Result<F::Output, Panicked> {
    AssertUnwindSafe(future).catch_unwind().await.map_err(|_| Panicked)
}
