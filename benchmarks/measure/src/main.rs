//! Measures servers, or programs, side by side. Prints a line of JSON for each figure of each of them.

mod cold;
mod compile;
mod figures;
mod memory;
mod options;
mod server;
mod throughput;

use std::process::ExitCode;

use loadgen::cores::Cores;
use measure::Result;
use options::Options;

const USAGE: &str = "\
usage: measure cold|memory|throughput [OPTION VALUE]...
       measure compile [OPTION VALUE]...

  --server NAME=CMD   a server; {port} stands for the port. As many as there are
  --program NAME=CMD  compile: a program that ends by itself
  --every N           the server or program named before takes part in each Nth round only [1]
  --server-core N     core of the servers [1]
  --client-core N     core of the client [0]; programs run on all
  --rounds N          rounds [cold 40, memory 5, throughput 3, compile 10]
  --warm-up N         cold, compile: rounds before those that count [3, 1]; throughput: seconds before each run [2]
  --requests N        memory: requests before the peak is read [2000]
  --connections N,... connections [memory 64, throughput 1,16,64,256]
  --seconds N         throughput: length of one run [3]
  --script FILE       throughput: the script for wrk [benchmarks/wrk.lua]
  --body TEXT         the body of every request [that asks for sayHello]
  --data JSON         the data of every answer [of sayHello]
  --prefix TEXT       in front of the names of figures []";

async fn run(arguments: &[String]) -> Result<()> {
    let [command, options @ ..] = arguments else { return Err(USAGE.into()) };
    let options = Options::parse(options)?;
    if command != "compile" {
        // Threads and the wrk process started later inherit this; only servers are placed elsewhere.
        Cores::of(&[options.client_core])?.enter()?;
    }
    let report = match command.as_str() {
        "cold" => cold::measure(&options).await?,
        "compile" => compile::measure(&options)?,
        "memory" => memory::measure(&options).await?,
        "throughput" => throughput::measure(&options).await?,
        _ => return Err(USAGE.into()),
    };
    print!("{report}");
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // One thread: there is one core for it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(&arguments))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure: {error}");
            ExitCode::FAILURE
        }
    }
}
