//! The command line of `modusc bench`.

use std::path::PathBuf;

use clap::Args;
use loadgen::client::{HeaderMap, HeaderName, HeaderValue};

use crate::codes;
use crate::diagnostic::Diagnostic;

/// Most connections at once: each needs a file of this process and one of the server.
const MAX_CONNECTIONS: i64 = 4096;

/// Behind the short help.
const EXAMPLES: &str = "\
Examples:
  modusc bench app.cwasm
  modusc bench ./app --query '{ person(id: 1) { name } }'
  modusc bench app.cwasm --query @find.graphql --variables '{\"id\": 1}' --json
  modusc bench app.cwasm --field people --connections 64 --seconds 10 -- --deadline 5";

/// Behind the long help.
const EXPLANATION: &str = "\
What is called: the queries given, else the query fields given, else every query field that needs no argument or one that \
can be made from its type. Mutations are called only by --query. Of an app that imports functions which reach models, \
databases or other servers, no field is called unless asked for: a load of calls may cost money.

How it is measured: the runner is started as a process of its own on a free port of the loopback interface and ended \
afterwards. Cold start is the time from just before the process is started to the last byte of its first answer, with the \
files in the page cache. Latency is what a client on this machine sees, from a request to its whole answer on an open \
connection: it includes the client and HTTP. The row \"GET /livez\" shows what these cost without GraphQL and without a \
sandbox. Under load, client and server share the machine; --pin keeps them apart. An answer with errors counts as failed.

The server gets the variables of this process, and the env files beside the app, as ever. RUST_LOG and MODUS_LOG_LEVEL \
are taken away, because the address is read from the log.

Examples:
  modusc bench app.cwasm
  modusc bench ./app --query '{ person(id: 1) { name } }'
  modusc bench app.cwasm --query @find.graphql --variables '{\"id\": 1}' --json
  modusc bench app.cwasm --field people --connections 64 --seconds 10 -- --deadline 5

Exit status: 0 measured, 1 nothing could be measured, or a query given failed, 2 wrong usage, 130 interrupted.";

/// Arguments of `bench`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = EXPLANATION)]
pub struct Bench {
    /// The artifact (app.cwasm), or an executable made with --exe
    pub file: PathBuf,
    /// GraphQL to measure, or @FILE; may be repeated
    #[arg(long, value_name = "GRAPHQL")]
    pub query: Vec<String>,
    /// Variables of the queries as a JSON object, or @FILE
    #[arg(long, value_name = "JSON", requires = "query")]
    pub variables: Option<String>,
    /// Query field to measure, with arguments made from their types; may be repeated
    #[arg(long, value_name = "NAME")]
    pub field: Vec<String>,
    /// Measure every query field, even of an app that reaches other servers
    #[arg(long)]
    pub all_fields: bool,
    /// Starts of which the cold start is taken
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Connections under load
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=MAX_CONNECTIONS))]
    pub connections: u32,
    /// Seconds of load for each query; half of it at one connection before [default: 2, less for many queries]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub seconds: Option<f64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Header of each request, such as 'Authorization: Bearer …'; may be repeated
    #[arg(long, value_name = "HEADER")]
    pub header: Vec<String>,
    /// Endpoint to ask, by its name in the manifest or its path [default: the first without auth]
    #[arg(long, value_name = "NAME|/PATH")]
    pub endpoint: Option<String>,
    /// Environment variable of the server, such as MODUS_OPENAI_API_KEY=…; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub env: Vec<String>,
    /// File that takes the place of the env files beside the app
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// The runner of an artifact [default: modus-runner beside modusc, else on PATH]
    #[arg(long, value_name = "FILE")]
    pub runner: Option<PathBuf>,
    /// Keep the server on this processor core, and the client on the others
    #[arg(long, value_name = "CORE")]
    pub pin: Option<usize>,
    /// Flags of the runner
    #[arg(last = true, value_name = "RUNNER FLAGS")]
    pub runner_arguments: Vec<String>,
}

/// A length of time that can be measured in.
fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 = text.strip_suffix('s').unwrap_or(text).parse().map_err(|_| "not a number".to_owned())?;
    if (0.01..=3600.0).contains(&number) { Ok(number) } else { Err("not between 0.01 and 3600".to_owned()) }
}

/// The headers of the command line.
///
/// # Errors
/// A header without a colon, or with characters that none may have.
pub(super) fn headers(lines: &[String]) -> Result<HeaderMap, Diagnostic> {
    let mut headers = HeaderMap::new();
    for line in lines {
        let parts = line.split_once(':').and_then(|(name, value)| {
            Some((name.trim().parse::<HeaderName>().ok()?, value.trim().parse::<HeaderValue>().ok()?))
        });
        let Some((name, value)) = parts else {
            // Not shown: it may be a secret.
            return Err(Diagnostic::error(codes::USAGE, "a --header is not of the form 'Name: value'"));
        };
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_command_line() {
        let read = |line: &str| headers(&[line.to_owned()]).ok();
        assert_eq!(read("Authorization: Bearer a:b").unwrap()["authorization"], "Bearer a:b");
        assert!(read("Authorization").is_none());
        assert!(read("a b: c").is_none());
    }
}
