//! Resident memory: idle after the first answer, and the peak under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use loadgen::load;
use loadgen::server::Server;

use crate::Result;
use crate::figures::Figure;
use crate::options::Options;
use crate::server::{first_answer, spawn};

const ROUNDS: usize = 5;

/// What a server does right after its first answer is part of being idle.
const SETTLE: Duration = Duration::from_millis(500);

/// Connections of the load, where none are given.
const CONNECTIONS: usize = 64;

/// Reads the memory of a fresh process of each server once a round.
pub(crate) async fn measure(options: &Options) -> Result<String> {
    let subjects = &options.subjects;
    let mut idle = Figure::new("memory, idle", "MiB", subjects);
    let mut anonymous = Figure::new("memory, idle, anonymous part", "MiB", subjects);
    let mut peak = Figure::new("memory, peak", "MiB", subjects);
    for round in 0..options.rounds.unwrap_or(ROUNDS) {
        for index in options.order(round) {
            let subject = &subjects[index];
            let mut server = spawn(&subject.command, options.server_core)?;
            first_answer(&mut server, &options.message())
                .await
                .map_err(|error| format!("{}: {error}", subject.name))?;
            tokio::time::sleep(SETTLE).await;
            idle.push(index, server.process.mebibytes("VmRSS")?);
            anonymous.push(index, server.process.mebibytes("RssAnon")?);
            load(&server, options).await.map_err(|error| format!("{}: {error}", subject.name))?;
            peak.push(index, server.process.mebibytes("VmHWM")?);
        }
    }
    Ok([idle, anonymous, peak].iter().map(|figure| figure.lines(subjects, None)).collect())
}

/// Sends all requests over that many connections at once.
async fn load(server: &Server, options: &Options) -> Result<()> {
    let count = options.connections.as_ref().map_or(CONNECTIONS, |numbers| numbers[0]);
    let (open, unopened) = load::connections(server.address, u32::try_from(count)?).await;
    let (taken, requests) = (Arc::new(AtomicUsize::new(0)), options.requests);
    let loaded = load::repeat(open, &options.message(), move || taken.fetch_add(1, Ordering::Relaxed) < requests).await;
    unopened.failure.or(loaded.failure).map_or(Ok(()), |failure| Err(failure.into()))
}
