//! One round: a fresh runner, a thousand waits, then pure calls alone and beside waits.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::Result;
use crate::client::{Crowd, Question, burst};
use crate::options::Options;
use crate::server::Server;

/// How long a model takes.
const WAIT: Duration = Duration::from_secs(1);
/// How long calls get to reach the provider before pure ones are measured beside them.
const ARRIVE: Duration = Duration::from_millis(1500);
/// How long wrk runs before it counts.
const WARM_UP: u64 = 1;

/// What the waits themselves showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waits {
    /// Seconds from the first connection to the last answer, in a process that has done nothing yet.
    pub(crate) first: f64,
    /// The same a second time.
    pub(crate) second: f64,
    /// Seconds of processor time that the first took.
    pub(crate) processor: f64,
    /// `VmHWM` after both, MiB.
    pub(crate) peak: f64,
    /// By how much that is above what was there before, for each call, KiB.
    pub(crate) a_call: f64,
    /// `VmRSS` before, MiB.
    pub(crate) before: f64,
    /// Threads after both.
    pub(crate) threads: f64,
}

/// What pure calls showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pure {
    /// Per second, alone.
    pub(crate) alone: f64,
    /// The same while the waits are in flight: none begins or ends meanwhile.
    pub(crate) beside: f64,
    /// The same while each wait that ends is followed by the next.
    pub(crate) renewed: f64,
    /// Waits that ended per second meanwhile.
    pub(crate) ended: f64,
    /// `VmHWM` after all, MiB.
    pub(crate) peak: f64,
}

/// What a round showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    pub(crate) waits: Waits,
    /// Unless they were left out.
    pub(crate) pure: Option<Pure>,
}

/// Runs one round against a fresh process.
pub(crate) async fn run(artifact: &Path, options: &Options) -> Result<Round> {
    let server = Server::start(artifact, options.room(), &options.server_cores, &options.runner_flags).await?;
    let address = server.address;
    let before = server.process.status("VmRSS")? / 1024.0;
    let used = server.process.processor_seconds()?;
    let requests = options.calls / options.fields;
    let question = Question::waiting(options.fields, WAIT);
    let first = burst(address, requests, &question).await?.as_secs_f64();
    let processor = server.process.processor_seconds()? - used;
    let second = burst(address, requests, &question).await?.as_secs_f64();
    let (peak, threads) = (server.process.status("VmHWM")? / 1024.0, server.process.status("Threads")?);

    let a_call = (peak - before) * 1024.0 / options.calls as f64;
    let waits = Waits { first, second, processor, peak, a_call, before, threads };
    let pure = if options.seconds == 0 { None } else { Some(beside(&server, options).await?) };
    Ok(Round { waits, pure })
}

/// Pure calls before, while and after others wait.
async fn beside(server: &Server, options: &Options) -> Result<Pure> {
    let address = server.address;
    pure(address, options, WARM_UP).await?;
    let alone_before = pure(address, options, options.seconds).await?;

    let requests = options.calls / options.fields;
    let long = ARRIVE + Duration::from_secs(options.seconds + WARM_UP);
    let in_flight = Crowd::start(address, requests, &Question::waiting(options.fields, long));
    tokio::time::sleep(ARRIVE).await;
    let beside = pure(address, options, options.seconds).await?;
    if in_flight.answers() > 0 {
        return Err("calls stopped to wait while others were measured beside them".into());
    }
    in_flight.end().await?;

    let renewing = Crowd::start(address, requests, &Question::waiting(options.fields, WAIT));
    tokio::time::sleep(ARRIVE).await;
    let answered = renewing.answers();
    let renewed = pure(address, options, options.seconds).await?;
    let ended = ((renewing.answers() - answered) * options.fields) as f64 / options.seconds as f64;
    renewing.end().await?;

    let alone_after = pure(address, options, options.seconds).await?;
    let alone = f64::midpoint(alone_before, alone_after);
    Ok(Pure { alone, beside, renewed, ended, peak: server.process.status("VmHWM")? / 1024.0 })
}

/// Pure calls per second.
async fn pure(address: SocketAddr, options: &Options, seconds: u64) -> Result<f64> {
    let mut wrk = Command::new("wrk");
    wrk.args(["-t1", &format!("-c{}", options.connections), &format!("-d{seconds}s"), "-s"])
        .arg(tests::root().join("benchmarks/wrk.lua"))
        .args([&format!("http://{address}/graphql"), "--", crate::PURE]);
    // On a thread of its own: this one serves the provider meanwhile.
    let output = tokio::task::spawn_blocking(move || wrk.output()).await?.map_err(|error| format!("wrk: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().filter(|_| output.status.success());
    let result: Value = line
        .and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(|| format!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    let number = |name: &str| result[name].as_f64().ok_or_else(|| format!("no {name} in what wrk printed"));
    if number("errors")? > 0.0 {
        return Err(format!("wrk saw errors: {result}").into());
    }
    Ok(number("requests")? / (number("microseconds")? / 1e6))
}
