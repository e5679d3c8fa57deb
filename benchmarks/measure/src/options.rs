//! The command line.

use loadgen::client::{HeaderMap, Message};
use serde_json::{Value, json};

use crate::{Result, USAGE};

/// The body of every request, unless told.
const BODY: &str = r#"{"query":"{ sayHello }"}"#;

/// A command that is measured: a server, or a program that ends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) command: String,
    /// It takes part in each round whose number this divides: 1 is every round. For what takes long.
    pub(crate) every: usize,
}

/// What to measure and how. Counts that are not given depend on the measurement.
pub(crate) struct Options {
    pub(crate) subjects: Vec<Subject>,
    pub(crate) server_core: usize,
    pub(crate) client_core: usize,
    pub(crate) rounds: Option<usize>,
    pub(crate) warm_up: Option<usize>,
    pub(crate) requests: usize,
    pub(crate) connections: Option<Vec<usize>>,
    pub(crate) seconds: u64,
    pub(crate) script: String,
    /// The body of every request.
    pub(crate) body: String,
    /// The `data` of every answer.
    pub(crate) data: Value,
    /// In front of the names of figures.
    pub(crate) prefix: String,
}

impl Options {
    /// Reads `--name value` pairs.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            subjects: Vec::new(),
            server_core: 1,
            client_core: 0,
            rounds: None,
            warm_up: None,
            requests: 2000,
            connections: None,
            seconds: 3,
            script: "benchmarks/wrk.lua".into(),
            body: BODY.into(),
            data: json!({ "sayHello": "Hello!" }),
            prefix: String::new(),
        };
        for pair in arguments.chunks(2) {
            let [name, value] = pair else { return Err(USAGE.into()) };
            match name.as_str() {
                "--server" | "--program" => options.subjects.push(subject(name, value)?),
                "--every" => {
                    let last = options.subjects.last_mut().ok_or("--every comes after the server that it is for")?;
                    last.every = positive(name, value)?;
                }
                "--server-core" => options.server_core = value.parse()?,
                "--client-core" => options.client_core = value.parse()?,
                "--rounds" => options.rounds = Some(positive(name, value)?),
                "--warm-up" => options.warm_up = Some(value.parse()?),
                "--requests" => options.requests = positive(name, value)?,
                "--connections" => {
                    let numbers = value.split(',').map(|number| positive(name, number));
                    options.connections = Some(numbers.collect::<Result<_>>()?);
                }
                "--seconds" => options.seconds = value.parse::<u64>()?.max(1),
                "--script" => options.script.clone_from(value),
                "--body" => options.body.clone_from(value),
                "--data" => options.data = serde_json::from_str(value)?,
                "--prefix" => options.prefix.clone_from(value),
                _ => return Err(format!("unknown option {name}\n{USAGE}").into()),
            }
        }
        if options.subjects.is_empty() {
            return Err(format!("nothing to measure\n{USAGE}").into());
        }
        Ok(options)
    }

    /// What every server is asked. All have to answer the same: a fast error must not count as a fast answer.
    pub(crate) fn message(&self) -> Message {
        Message::post("/graphql", &HeaderMap::new(), self.body.clone()).expecting(self.data.clone())
    }

    /// Who takes part in a round, as indices into the subjects.
    pub(crate) fn order(&self, round: usize) -> Vec<usize> {
        let taking_part = |index: &usize| round.is_multiple_of(self.subjects[*index].every);
        turn(round, self.subjects.len()).into_iter().filter(taking_part).collect()
    }
}

/// Reads `NAME=CMD`.
fn subject(option: &str, text: &str) -> Result<Subject> {
    let (name, command) = text.split_once('=').ok_or_else(|| format!("{option} {text:?} is not NAME=CMD"))?;
    if option == "--server" && !command.contains("{port}") {
        return Err(format!("no {{port}} in the command {command:?}").into());
    }
    Ok(Subject { name: name.into(), command: command.into(), every: 1 })
}

fn positive(name: &str, value: &str) -> Result<usize> {
    match value.parse()? {
        0 => Err(format!("{name} must be at least 1").into()),
        number => Ok(number),
    }
}

/// The order of `count` subjects in a round: each round begins with another, and every second one goes backwards, so
/// that none always follows the exit of the same other.
pub(crate) fn turn(round: usize, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.rotate_left((round / 2) % count);
    if !round.is_multiple_of(2) {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &[&str]) -> Result<Options> {
        Options::parse(&text.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn servers_are_named_and_slow_ones_sit_rounds_out() {
        let text = ["--server", "a b=x --y=1 {port}", "--server", "c={port}", "--every", "2", "--connections", "1,64"];
        let options = options(&text).unwrap();
        assert_eq!(options.subjects[0], Subject { name: "a b".into(), command: "x --y=1 {port}".into(), every: 1 });
        assert_eq!(options.connections, Some(vec![1, 64]));
        assert_eq!(options.order(0), [0, 1]);
        assert_eq!(options.order(1), [0]);
        assert_eq!(options.order(2), [1, 0]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused: [&[&str]; 5] = [
            &[],
            &["--server", "hello target/release/hello {port}"],
            &["--server", "hello=target/release/hello"],
            &["--every", "2"],
            &["--server", "a={port}", "--rounds", "0"],
        ];
        for text in refused {
            assert!(options(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn everyone_follows_everyone_sooner_or_later() {
        assert_eq!(turn(0, 3), [0, 1, 2]);
        assert_eq!(turn(1, 3), [2, 1, 0]);
        assert_eq!(turn(2, 3), [1, 2, 0]);
        assert_eq!(turn(3, 3), [0, 2, 1]);
    }
}
