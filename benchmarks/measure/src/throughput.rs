//! Throughput and latency under wrk.

use std::process::Command;

use serde_json::Value;

use crate::figures::Figure;
use crate::options::{Options, Subject};
use crate::server::Server;
use crate::{Result, client};

const ROUNDS: usize = 3;
const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];

/// Seconds before each measured run, so that first allocations, and compiling while running, do not count.
const WARM_UP: usize = 2;

/// Slower than this is an error. With many connections, garbage collectors make some requests wait long.
const TIMEOUT: &str = "10s";

/// What the runs with one number of connections showed.
struct Columns {
    rate: Figure,
    median: Figure,
    tail: Figure,
    processor: Figure,
}

impl Columns {
    fn new(subjects: &[Subject]) -> Self {
        Self {
            rate: Figure::new("requests per second", "1/s", subjects),
            median: Figure::new("latency, 50th percentile", "µs", subjects),
            tail: Figure::new("latency, 99th percentile", "µs", subjects),
            processor: Figure::new("processor time per request", "µs", subjects),
        }
    }
}

/// Lets wrk ask a fresh process of each server, for each number of connections, once a round.
pub(crate) fn measure(options: &Options) -> Result<String> {
    let subjects = &options.subjects;
    let numbers = options.connections.as_deref().unwrap_or(&CONNECTIONS);
    let mut columns: Vec<Columns> = numbers.iter().map(|_| Columns::new(subjects)).collect();
    for round in 0..options.rounds.unwrap_or(ROUNDS) {
        for (&connections, columns) in numbers.iter().zip(&mut columns) {
            for index in options.order(round) {
                let subject = &subjects[index];
                run(options, &subject.command, connections, index, columns)
                    .map_err(|error| format!("{}, {connections} connections: {error}", subject.name))?;
            }
        }
    }
    let lines = |columns: &Columns, connections: usize| -> String {
        let Columns { rate, median, tail, processor } = columns;
        [rate, median, tail, processor].iter().map(|figure| figure.lines(subjects, Some(connections))).collect()
    };
    Ok(numbers.iter().zip(&columns).map(|(&connections, columns)| lines(columns, connections)).collect())
}

fn run(options: &Options, command: &str, connections: usize, index: usize, columns: &mut Columns) -> Result<()> {
    let mut server = Server::spawn(command, options.server_core)?;
    server.first_answer()?;
    wrk(options, &server, connections, options.warm_up.unwrap_or(WARM_UP).max(1) as u64)?;
    let before = server.process.processor_seconds()?;
    let result = wrk(options, &server, connections, options.seconds)?;
    let used = server.process.processor_seconds()? - before;
    let number = |name: &str| result[name].as_f64().ok_or_else(|| format!("no {name} in what wrk printed"));
    // wrk counts what came with another status than 2xx, and broken or late connections.
    if number("errors")? > 0.0 {
        return Err(format!("wrk saw errors: {result}").into());
    }
    // A GraphQL error has status 200, so the answer is looked at once more after the load.
    server.first_answer()?;
    let requests = number("requests")?;
    columns.rate.push(index, requests / (number("microseconds")? / 1e6));
    columns.median.push(index, number("p50")?);
    columns.tail.push(index, number("p99")?);
    columns.processor.push(index, used * 1e6 / requests);
    Ok(())
}

/// Runs wrk with one thread; the script ends its output with a line of JSON.
fn wrk(options: &Options, server: &Server, connections: usize, seconds: u64) -> Result<Value> {
    let output = Command::new("wrk")
        .args([
            "-t1".into(),
            format!("-c{connections}"),
            format!("-d{seconds}s"),
            "--timeout".into(),
            TIMEOUT.into(),
            "-s".into(),
        ])
        .arg(&options.script)
        .args([&format!("http://{}/graphql", server.address), "--", client::BODY])
        .output()
        .map_err(|error| format!("wrk: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().filter(|_| output.status.success());
    let result = line.and_then(|line| serde_json::from_str(line).ok());
    Ok(result.ok_or_else(|| format!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr)))?)
}
