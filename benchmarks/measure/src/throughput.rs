//! Throughput and latency under wrk.

use std::path::Path;

use measure::wrk::Wrk;

use crate::Result;
use crate::figures::Figure;
use crate::options::{Options, Subject};
use crate::server::{first_answer, spawn};

const ROUNDS: usize = 3;
const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];

/// Seconds before each measured run, so that first allocations, and compiling while running, do not count.
const WARM_UP: usize = 2;

/// More seconds than this are an error. With many connections, garbage collectors make some requests wait long.
const TIMEOUT: u64 = 10;

/// What the runs with one number of connections showed.
struct Columns {
    rate: Figure,
    median: Figure,
    tail: Figure,
    processor: Figure,
}

impl Columns {
    fn new(subjects: &[Subject], prefix: &str) -> Self {
        let figure = |name: &str, unit| Figure::new(format!("{prefix}{name}"), unit, subjects);
        Self {
            rate: figure("requests per second", "1/s"),
            median: figure("latency, 50th percentile", "µs"),
            tail: figure("latency, 99th percentile", "µs"),
            processor: figure("processor time per request", "µs"),
        }
    }
}

/// Lets wrk ask a fresh process of each server, for each number of connections, once a round.
pub(crate) async fn measure(options: &Options) -> Result<String> {
    let subjects = &options.subjects;
    let numbers = options.connections.as_deref().unwrap_or(&CONNECTIONS);
    let mut columns: Vec<Columns> = numbers.iter().map(|_| Columns::new(subjects, &options.prefix)).collect();
    for round in 0..options.rounds.unwrap_or(ROUNDS) {
        for (&connections, columns) in numbers.iter().zip(&mut columns) {
            for index in options.order(round) {
                let subject = &subjects[index];
                run(options, &subject.command, connections, index, columns)
                    .await
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

async fn run(options: &Options, command: &str, connections: usize, index: usize, columns: &mut Columns) -> Result<()> {
    let mut server = spawn(command, options.server_core)?;
    first_answer(&mut server, &options.message()).await?;
    let seconds = options.warm_up.unwrap_or(WARM_UP).max(1) as u64;
    let wrk = Wrk { script: Path::new(&options.script), body: &options.body, connections, seconds, timeout: TIMEOUT };
    wrk.run(server.address).await?;
    let before = server.process.processor_seconds()?;
    let outcome = Wrk { seconds: options.seconds, ..wrk }.run(server.address).await?;
    let used = server.process.processor_seconds()? - before;
    // A GraphQL error has status 200, so the answer is looked at once more after the load.
    first_answer(&mut server, &options.message()).await?;
    columns.rate.push(index, outcome.rate());
    columns.median.push(index, outcome.p50);
    columns.tail.push(index, outcome.p99);
    columns.processor.push(index, used * 1e6 / outcome.requests);
    Ok(())
}
