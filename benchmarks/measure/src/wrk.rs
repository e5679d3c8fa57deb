//! wrk: an independent client in C, which keeps a server in Rust busy from one core.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::Result;

/// A run of wrk, with one thread.
#[derive(Clone, Debug)]
pub struct Wrk<'w> {
    /// What makes the request, `benchmarks/wrk.lua`.
    pub script: &'w Path,
    /// The body of each request.
    pub body: &'w str,
    /// Connections.
    pub connections: usize,
    /// Seconds of load.
    pub seconds: u64,
    /// Seconds after which an answer is an error.
    pub timeout: u64,
}

/// What a run showed.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Outcome {
    /// Requests answered.
    pub requests: f64,
    /// From the first to the last.
    pub microseconds: f64,
    /// Latency in microseconds, median.
    pub p50: f64,
    /// The same, 99th percentile.
    pub p99: f64,
    errors: f64,
}

impl Wrk<'_> {
    /// Runs wrk against `/graphql`, on a thread of its own: this one has connections to look after.
    ///
    /// # Errors
    /// wrk cannot be run, or saw errors: what came with another status than 2xx, and broken or late connections.
    pub async fn run(&self, address: SocketAddr) -> Result<Outcome> {
        let mut command = Command::new("wrk");
        command
            .args(["-t1", &format!("-c{}", self.connections), &format!("-d{}s", self.seconds)])
            .args(["--timeout", &format!("{}s", self.timeout), "-s"])
            .arg(self.script)
            .args([&format!("http://{address}/graphql"), "--", self.body]);
        let output = tokio::task::spawn_blocking(move || command.output()).await?;
        let output = output.map_err(|error| format!("wrk: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        // The script ends its output with a line of JSON.
        let line = text.lines().last().filter(|_| output.status.success());
        let outcome: Outcome = line
            .and_then(|line| serde_json::from_str(line).ok())
            .ok_or_else(|| format!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
        if outcome.errors > 0.0 {
            return Err(format!("wrk saw errors: {outcome:?}").into());
        }
        Ok(outcome)
    }
}

impl Outcome {
    /// Requests per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.requests / (self.microseconds / 1e6)
    }
}
