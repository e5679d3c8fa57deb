//! The command line.

use crate::{Result, USAGE};

const RUNNER: &str = "target/release/modus-runner target/benchmarks/people.cwasm --host 127.0.0.1 --port {port}";
const HELLO: &str = "target/release/hello {port}";

/// What to measure and how. Counts that are not given depend on the measurement.
pub(crate) struct Options {
    pub(crate) runner: String,
    pub(crate) hello: String,
    pub(crate) server_core: usize,
    pub(crate) client_core: usize,
    pub(crate) rounds: Option<usize>,
    pub(crate) warm_up: usize,
    pub(crate) requests: usize,
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
    pub(crate) script: String,
}

impl Options {
    /// Reads `--name value` pairs.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            runner: RUNNER.into(),
            hello: HELLO.into(),
            server_core: 1,
            client_core: 0,
            rounds: None,
            warm_up: 3,
            requests: 2000,
            connections: 64,
            seconds: 10,
            script: "benchmarks/wrk.lua".into(),
        };
        for pair in arguments.chunks(2) {
            let [name, value] = pair else { return Err(USAGE.into()) };
            match name.as_str() {
                "--runner" => options.runner = command(value)?,
                "--hello" => options.hello = command(value)?,
                "--server-core" => options.server_core = value.parse()?,
                "--client-core" => options.client_core = value.parse()?,
                "--rounds" => options.rounds = Some(positive(name, value)?),
                "--warm-up" => options.warm_up = value.parse()?,
                "--requests" => options.requests = positive(name, value)?,
                "--connections" => options.connections = positive(name, value)?,
                "--seconds" => options.seconds = value.parse::<u64>()?.max(1),
                "--script" => options.script.clone_from(value),
                _ => return Err(format!("unknown option {name}\n{USAGE}").into()),
            }
        }
        Ok(options)
    }

    /// The two servers by name, in the order of the tables.
    pub(crate) fn servers(&self) -> [(&'static str, &str); 2] {
        [("runner", &self.runner), ("hello", &self.hello)]
    }
}

fn command(text: &str) -> Result<String> {
    if text.contains("{port}") { Ok(text.into()) } else { Err(format!("no {{port}} in the command {text:?}").into()) }
}

fn positive(name: &str, value: &str) -> Result<usize> {
    match value.parse()? {
        0 => Err(format!("{name} must be at least 1").into()),
        number => Ok(number),
    }
}

/// The order of the two servers in a round. It alternates, so that neither always follows the other's exit.
pub(crate) fn order(round: usize) -> [usize; 2] {
    if round.is_multiple_of(2) { [0, 1] } else { [1, 0] }
}
