//! Measures two servers side by side: the runner and `hello`, the yardstick. Prints Markdown tables.

mod client;
mod cold;
mod memory;
mod options;
mod server;
mod summary;
mod throughput;

use std::process::ExitCode;

use options::Options;

/// Any failure ends the measurement: a table with missing rounds would not compare like with like.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "\
usage: measure cold|memory|throughput [OPTION VALUE]...

  --runner CMD        the server under test; {port} stands for the port
  --hello CMD         the yardstick
  --server-core N     core of the server [1]
  --client-core N     core of the client [0]
  --rounds N          rounds of each server [cold 40, memory 5, throughput 2]
  --warm-up N         cold: rounds before those that count [3]
  --requests N        memory: requests before the peak is read [2000]
  --connections N     memory: connections they are sent over [64]
  --seconds N         throughput: length of one run [10]
  --script FILE       throughput: the script for wrk [benchmarks/wrk.lua]";

fn run(arguments: &[String]) -> Result<()> {
    let [command, options @ ..] = arguments else { return Err(USAGE.into()) };
    let options = Options::parse(options)?;
    // Threads and the wrk process started later inherit this; only servers are placed elsewhere.
    server::pin(options.client_core)?;
    let report = match command.as_str() {
        "cold" => cold::measure(&options)?,
        "memory" => memory::measure(&options)?,
        "throughput" => throughput::measure(&options)?,
        _ => return Err(USAGE.into()),
    };
    print!("{report}");
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure: {error}");
            ExitCode::FAILURE
        }
    }
}
