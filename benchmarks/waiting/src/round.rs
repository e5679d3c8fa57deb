//! One round: a fresh runner, a thousand waits, then pure calls alone and beside waits.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use loadgen::client::{HeaderMap, Message};
use loadgen::cores::Cores;
use loadgen::server::Server;
use measure::wrk::Wrk;
use serde_json::json;

use crate::Result;
use crate::client::{Crowd, burst, waiting};
use crate::options::Options;

/// How long a model takes.
const WAIT: Duration = Duration::from_secs(1);
/// How long calls get to reach the provider before pure ones are measured beside them.
const ARRIVE: Duration = Duration::from_millis(1500);
/// How long wrk runs before it counts.
const WARM_UP: u64 = 1;
/// More seconds than this are an error of wrk's.
const TIMEOUT: u64 = 2;
/// A call that waits for nothing.
const PURE: &str = r#"{"query":"{ sayHello }"}"#;

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
    let server = start(artifact, options).await?;
    let address = server.address;
    let before = server.process.mebibytes("VmRSS")?;
    let used = server.process.processor_seconds()?;
    let requests = options.calls / options.fields;
    let message = waiting(options.fields, WAIT);
    let first = burst(address, requests, &message).await?.as_secs_f64();
    let processor = server.process.processor_seconds()? - used;
    let second = burst(address, requests, &message).await?.as_secs_f64();
    let (peak, threads) = (server.process.mebibytes("VmHWM")?, server.process.status("Threads")? as f64);

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
    let in_flight = Crowd::start(address, requests, &waiting(options.fields, long));
    tokio::time::sleep(ARRIVE).await;
    let beside = pure(address, options, options.seconds).await?;
    if in_flight.answers() > 0 {
        return Err("calls stopped to wait while others were measured beside them".into());
    }
    in_flight.end().await?;

    let renewing = Crowd::start(address, requests, &waiting(options.fields, WAIT));
    tokio::time::sleep(ARRIVE).await;
    let answered = renewing.answers();
    let renewed = pure(address, options, options.seconds).await?;
    let ended = ((renewing.answers() - answered) * options.fields) as f64 / options.seconds as f64;
    renewing.end().await?;

    let alone_after = pure(address, options, options.seconds).await?;
    let alone = f64::midpoint(alone_before, alone_after);
    Ok(Pure { alone, beside, renewed, ended, peak: server.process.mebibytes("VmHWM")? })
}

/// Pure calls per second.
async fn pure(address: SocketAddr, options: &Options, seconds: u64) -> Result<f64> {
    let script = &tests::root().join("benchmarks/wrk.lua");
    let wrk = Wrk { script, body: PURE, connections: options.connections, seconds, timeout: TIMEOUT };
    Ok(wrk.run(address).await?.rate())
}

/// Starts the runner, and waits for its first answer.
async fn start(artifact: &Path, options: &Options) -> Result<Server> {
    let command = |port: u16| {
        let mut command = Command::new(tests::binary("modus-runner"));
        command.arg(artifact).args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--max-calls", &options.room().to_string()]).args(&options.runner_flags);
        command
    };
    let mut server = Server::spawn(command, &Cores::of(&options.server_cores)?)?;
    let greeting = Message::post("/graphql", &HeaderMap::new(), PURE).expecting(json!({ "sayHello": "Hello!" }));
    server.connect().await?.ask(&greeting).await?;
    Ok(server)
}
