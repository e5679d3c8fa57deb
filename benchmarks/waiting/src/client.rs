//! Clients that each have a connection of their own and wait for their answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use loadgen::client::{Connection, Fault, HeaderMap, Message};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::Result;

/// A request with so many calls that make the model wait.
pub(crate) fn waiting(fields: usize, wait: Duration) -> Message {
    let milliseconds = wait.as_millis().to_string();
    let asked: Vec<String> = (0..fields).map(|field| format!(r#"a{field}: ask(prompt: "{milliseconds}")"#)).collect();
    let answered = (0..fields).map(|field| (format!("a{field}"), Value::from(milliseconds.as_str())));
    let body = json!({ "query": format!("{{ {} }}", asked.join(" ")) }).to_string();
    Message::post("/graphql", &HeaderMap::new(), body).expecting(Value::Object(answered.collect()))
}

/// Many clients, with one request each; the time from before the first connection to after the last answer.
pub(crate) async fn burst(address: SocketAddr, count: usize, message: &Message) -> Result<Duration> {
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..count {
        let message = message.clone();
        clients.spawn(async move { Connection::open(address).await?.ask(&message).await });
    }
    while let Some(finished) = clients.join_next().await {
        finished??;
    }
    Ok(started.elapsed())
}

/// Many clients that ask again as soon as they have an answer, until they are stopped.
pub(crate) struct Crowd {
    clients: JoinSet<std::result::Result<(), Fault>>,
    stop: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
}

impl Crowd {
    pub(crate) fn start(address: SocketAddr, count: usize, message: &Message) -> Self {
        let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut clients = JoinSet::new();
        for _ in 0..count {
            let message = message.clone();
            let (stop, answers) = (Arc::clone(&stop), Arc::clone(&answers));
            clients.spawn(async move {
                let mut connection = Connection::open(address).await?;
                while !stop.load(Ordering::Relaxed) {
                    connection.ask(&message).await?;
                    answers.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
        }
        Self { clients, stop, answers }
    }

    /// Answers so far.
    pub(crate) fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Waits for the answers that are still to come.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(finished) = self.clients.join_next().await {
            finished??;
        }
        Ok(())
    }
}
