//! Programs that end by themselves, such as compilers: from just before the spawn to the exit.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Result;
use crate::figures::Figure;
use crate::options::Options;

const ROUNDS: usize = 10;
const WARM_UP: usize = 1;

/// Runs each program once a round, on all cores.
pub(crate) fn measure(options: &Options) -> Result<String> {
    let subjects = &options.subjects;
    let warm_up = options.warm_up.unwrap_or(WARM_UP);
    let mut times = Figure::new("compile time", "ms", subjects);
    for round in 0..warm_up + options.rounds.unwrap_or(ROUNDS) {
        for index in options.order(round) {
            let command = &subjects[index].command;
            let mut words = command.split_whitespace();
            let mut process = Command::new(words.next().ok_or("the command is empty")?);
            process.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let spawned = Instant::now();
            let status = process.status().map_err(|error| format!("{command}: {error}"))?;
            let elapsed = spawned.elapsed();
            if !status.success() {
                return Err(format!("{command}: {status}").into());
            }
            if round >= warm_up {
                times.push(index, elapsed.as_secs_f64() * 1000.0);
            }
        }
    }
    Ok(times.lines(subjects, None))
}
