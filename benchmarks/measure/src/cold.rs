//! Cold start: from just before the spawn to the last byte of the first answer.

use crate::Result;
use crate::options::{Options, order};
use crate::server::Server;
use crate::summary::{self, Samples};

const ROUNDS: usize = 40;

/// Starts each server once a round, one after the other.
pub(crate) fn measure(options: &Options) -> Result<String> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let servers = options.servers();
    let mut times: [Samples; 2] = Default::default();
    for round in 0..options.warm_up + rounds {
        for index in order(round) {
            let (name, command) = servers[index];
            let mut server = Server::spawn(command, options.server_core)?;
            let elapsed = server.first_answer().map_err(|error| format!("{name}: {error}"))?;
            if round >= options.warm_up {
                times[index].push(elapsed.as_secs_f64() * 1000.0);
            }
        }
    }
    let mut table = summary::head();
    summary::row(&mut table, "spawn to first answer, ms", 3, &times);
    Ok(format!("{rounds} rounds after {} to warm up.\n\n{table}", options.warm_up))
}
