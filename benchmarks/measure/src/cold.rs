//! Cold start: from just before the spawn to the last byte of the first answer.

use crate::Result;
use crate::figures::Figure;
use crate::options::Options;
use crate::server::{first_answer, spawn};

const ROUNDS: usize = 40;
const WARM_UP: usize = 3;

/// Starts each server once a round, one after the other.
pub(crate) async fn measure(options: &Options) -> Result<String> {
    let subjects = &options.subjects;
    let warm_up = options.warm_up.unwrap_or(WARM_UP);
    let mut times = Figure::new("cold start", "ms", subjects);
    for round in 0..warm_up + options.rounds.unwrap_or(ROUNDS) {
        let warming = round < warm_up;
        let order = if warming { (0..subjects.len()).collect() } else { options.order(round - warm_up) };
        for index in order {
            let subject = &subjects[index];
            let mut server = spawn(&subject.command, options.server_core)?;
            let elapsed = first_answer(&mut server, &options.message())
                .await
                .map_err(|error| format!("{}: {error}", subject.name))?;
            if !warming {
                times.push(index, elapsed.as_secs_f64() * 1000.0);
            }
        }
    }
    Ok(times.lines(subjects, None))
}
