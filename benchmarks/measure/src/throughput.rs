//! Throughput and latency under wrk.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::options::{Options, order};
use crate::server::Server;
use crate::summary::{self, Samples};
use crate::{Result, client};

const ROUNDS: usize = 2;
const CONNECTIONS: [u32; 2] = [1, 64];

/// Run before each measured run, so that first allocations do not count.
const WARM_UP: Duration = Duration::from_secs(1);

/// What one run showed.
#[derive(Default)]
struct Columns {
    rate: [Samples; 2],
    median: [Samples; 2],
    tail: [Samples; 2],
    processor: [Samples; 2],
}

/// Lets wrk ask a fresh process of each server, for each number of connections, once a round.
pub(crate) fn measure(options: &Options) -> Result<String> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let mut columns: [Columns; CONNECTIONS.len()] = Default::default();
    for round in 0..rounds {
        for (connections, columns) in CONNECTIONS.into_iter().zip(&mut columns) {
            for index in order(round) {
                let (name, command) = options.servers()[index];
                run(options, command, connections, index, columns).map_err(|error| format!("{name}: {error}"))?;
            }
        }
    }
    let seconds = options.seconds;
    let mut report = format!("{rounds} rounds of {seconds} s, each with a fresh process and after 1 s to warm up.\n");
    for (connections, columns) in CONNECTIONS.into_iter().zip(&columns) {
        let mut table = summary::head();
        summary::row(&mut table, "requests per second", 0, &columns.rate);
        summary::row(&mut table, "latency, 50th percentile, µs", 0, &columns.median);
        summary::row(&mut table, "latency, 99th percentile, µs", 0, &columns.tail);
        summary::row(&mut table, "server's processor time per request, µs", 1, &columns.processor);
        let plural = if connections == 1 { "" } else { "s" };
        report += &format!("\n### {connections} connection{plural}\n\n{table}");
    }
    Ok(report)
}

fn run(options: &Options, command: &str, connections: u32, index: usize, columns: &mut Columns) -> Result<()> {
    let mut server = Server::spawn(command, options.server_core)?;
    server.first_answer()?;
    wrk(options, &server, connections, WARM_UP.as_secs())?;
    let before = server.processor_seconds()?;
    let result = wrk(options, &server, connections, options.seconds)?;
    let used = server.processor_seconds()? - before;
    let number = |name: &str| result[name].as_f64().ok_or_else(|| format!("no {name} in what wrk printed"));
    // wrk counts what came with another status than 2xx, and broken or late connections.
    if number("errors")? > 0.0 {
        return Err(format!("wrk saw errors: {result}").into());
    }
    // A GraphQL error has status 200, so the answer is looked at once more after the load.
    server.first_answer()?;
    let requests = number("requests")?;
    columns.rate[index].push(requests / (number("microseconds")? / 1e6));
    columns.median[index].push(number("p50")?);
    columns.tail[index].push(number("p99")?);
    columns.processor[index].push(used * 1e6 / requests);
    Ok(())
}

/// Runs wrk with one thread; the script ends its output with a line of JSON.
fn wrk(options: &Options, server: &Server, connections: u32, seconds: u64) -> Result<Value> {
    let output = Command::new("wrk")
        .args(["-t1".into(), format!("-c{connections}"), format!("-d{seconds}s"), "-s".into()])
        .arg(&options.script)
        .args([&format!("http://{}/graphql", server.address), "--", client::BODY])
        .output()
        .map_err(|error| format!("wrk: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().filter(|_| output.status.success());
    let result = line.and_then(|line| serde_json::from_str(line).ok());
    Ok(result.ok_or_else(|| format!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr)))?)
}
