//! Probes and metrics on an address of their own, which clients need not reach.

use std::sync::Arc;

use hyper::Method;
use tokio::sync::Semaphore;

use super::door::{by_path, next};
use super::rarely::Rarely;
use super::stall::Patience;
use super::{Listeners, Live, builder, probes};

/// Connections that are open at once.
const CONNECTIONS: usize = 64;

/// Answers for as long as it is polled, on a thread that runs no guests.
pub async fn serve(listeners: Listeners, live: Arc<Live>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let (builder, mut failed) = (builder(&live.limits), Rarely::default());
    loop {
        // Whoever asks next waits in the queue of the socket.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let stream = next(&listeners, &mut failed).await;
        // Places are few: nobody keeps one for later.
        let (live, patience) = (Arc::clone(&live), Patience::for_one_request(&live.limits));
        let answer = move |method: &Method, path: &str| probes::admin(method, path, &live);
        let connection = by_path(&builder, stream, patience, answer);
        tokio::spawn(async move {
            let _ = connection.await;
            drop(place);
        });
    }
}
