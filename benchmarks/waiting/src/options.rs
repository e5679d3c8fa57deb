//! The command line.

use crate::Result;

const USAGE: &str = "\
usage: waiting [OPTION VALUE]...

  --calls N           calls that wait at once [1000]
  --fields N          calls that one request makes: more than one needs fewer connections [1]
  --room N            calls for which the runner has room [calls + 100]
  --rounds N          rounds, each with a fresh process [3]
  --seconds N         length of one run of wrk; 0 leaves the pure calls out [3]
  --connections N     connections of wrk [64]
  --server-cores N,M  cores of the runner [1]
  --client-core N     core of the clients, of wrk and of the provider [0]
  --only NAME         Go or AssemblyScript alone
  --runner-flag TEXT  one more argument of the runner; may be repeated";

/// What to measure and how.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) calls: usize,
    pub(crate) fields: usize,
    pub(crate) room: Option<usize>,
    pub(crate) rounds: usize,
    pub(crate) seconds: u64,
    pub(crate) connections: usize,
    pub(crate) server_cores: Vec<usize>,
    pub(crate) client_core: usize,
    pub(crate) only: Option<String>,
    pub(crate) runner_flags: Vec<String>,
}

impl Options {
    /// Reads `--name value` pairs.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            calls: 1000,
            fields: 1,
            room: None,
            rounds: 3,
            seconds: 3,
            connections: 64,
            server_cores: vec![1],
            client_core: 0,
            only: None,
            runner_flags: Vec::new(),
        };
        for pair in arguments.chunks(2) {
            let [name, value] = pair else { return Err(USAGE.into()) };
            match name.as_str() {
                "--calls" => options.calls = positive(name, value)?,
                "--fields" => options.fields = positive(name, value)?,
                "--room" => options.room = Some(positive(name, value)?),
                "--rounds" => options.rounds = positive(name, value)?,
                "--seconds" => options.seconds = value.parse()?,
                "--connections" => options.connections = positive(name, value)?,
                "--server-cores" => {
                    options.server_cores = value.split(',').map(str::parse).collect::<std::result::Result<_, _>>()?;
                }
                "--client-core" => options.client_core = value.parse()?,
                "--only" => options.only = Some(value.clone()),
                "--runner-flag" => options.runner_flags.push(value.clone()),
                _ => return Err(format!("unknown option {name}\n{USAGE}").into()),
            }
        }
        if !options.calls.is_multiple_of(options.fields) {
            return Err(format!("{} calls are not requests of {} calls each", options.calls, options.fields).into());
        }
        Ok(options)
    }

    /// Calls that the runner may have at once: the pure ones need room as well.
    pub(crate) fn room(&self) -> usize {
        self.room.unwrap_or(self.calls + 100)
    }
}

fn positive(name: &str, value: &str) -> Result<usize> {
    let number = value.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| format!("{name} wants a positive number, not {value}").into())
}
