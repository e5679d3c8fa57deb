//! Different documents: how a request's time and the process's memory depend on how many there are.

use std::time::Instant;

use loadgen::client::Message;
use loadgen::samples::Samples;

use crate::Result;
use crate::apps::App;
use crate::report::{Quantity, Row, publish};
use crate::server::{self, Connection, Server, post};

const SIZES: [usize; 7] = [1, 10, 100, 1000, 1024, 2000, 10_000];
const ROUNDS: usize = 5;
/// Requests of one measurement at least.
const REQUESTS: usize = 2000;

const QUANTITIES: [Quantity; 4] = [
    Quantity { name: "request, first time", unit: "us", digits: 1 },
    Quantity { name: "request, repeated", unit: "us", digits: 1 },
    Quantity { name: "request, repeated, no cache", unit: "us", digits: 1 },
    Quantity { name: "memory with documents", unit: "MiB", digits: 1 },
];

/// A fresh process for each number of documents and each round, with the cache as it is and without one.
pub(crate) fn measure(apps: &[App]) -> Result<()> {
    server::pin()?;
    let mut rows = Vec::new();
    for app in apps {
        let mut samples = vec![vec![Samples::default(); QUANTITIES.len()]; SIZES.len()];
        for round in 0..ROUNDS {
            for at in crate::steps::order(round, SIZES.len()) {
                let requests: Vec<Message> = (0..SIZES[at]).map(request).collect();
                let repeats = REQUESTS.div_ceil(SIZES[at]);
                let mut server = Server::spawn(&app.artifact, &[])?;
                let mut connection = warm(&mut server)?;
                samples[at][0].push(each(&mut connection, &requests, 1)?);
                samples[at][1].push(each(&mut connection, &requests, repeats)?);
                samples[at][3].push(server.mebibytes("VmRSS")?);
                let mut server = Server::spawn(&app.artifact, &["--max-cached", "0"])?;
                let mut connection = warm(&mut server)?;
                samples[at][2].push(each(&mut connection, &requests, repeats)?);
            }
        }
        let of_app = SIZES.into_iter().zip(samples);
        rows.extend(of_app.map(|(x, samples)| Row { subject: app.language.name().into(), x, samples }));
    }
    publish("Different documents, over HTTP", "documents", &QUANTITIES, &rows)
}

/// Documents as clients without variables make them: each differs in a name and a literal.
fn request(at: usize) -> Message {
    post(format!(
        r#"{{"query":"query Operation{at} {{ answer(text: \"world {at}\") items(count: 1) {{ id name score }} }}"}}"#
    ))
}

/// A connection on which the first answers are over.
fn warm(server: &mut Server) -> Result<Connection> {
    let mut connection = server.connect()?;
    for _ in 0..200 {
        connection.exchange(&post(r#"{"query":"{ answer(text: \"\") }"}"#))?;
    }
    Ok(connection)
}

/// Microseconds of one request.
fn each(connection: &mut Connection, requests: &[Message], repeats: usize) -> Result<f64> {
    let started = Instant::now();
    for _ in 0..repeats {
        for request in requests {
            connection.exchange(request)?;
        }
    }
    Ok(started.elapsed().as_secs_f64() * 1e6 / (repeats * requests.len()) as f64)
}
