//! Answers that grow: a list of small objects over HTTP.

use std::time::Instant;

use loadgen::client::Message;
use loadgen::samples::Samples;

use crate::Result;
use crate::apps::App;
use crate::report::{Quantity, Row, publish};
use crate::server::{self, Connection, Server, post};
use crate::steps::order;

const SIZES: [usize; 6] = [1, 10, 100, 1000, 10_000, 100_000];
const ROUNDS: usize = 10;
/// Elements that a measurement of one size asks for together, at least one answer.
const ELEMENTS: usize = 5000;

const QUANTITIES: [Quantity; 4] = [
    Quantity { name: "time per answer", unit: "us", digits: 1 },
    Quantity { name: "time per element", unit: "ns", digits: 0 },
    Quantity { name: "answer", unit: "KiB", digits: 1 },
    Quantity { name: "peak memory", unit: "MiB", digits: 1 },
];

fn request(size: usize) -> Message {
    post(format!(r#"{{"query":"{{ items(count: {size}) {{ id name score }} }}"}}"#))
}

/// Sizes take turns within a round, on one connection to one process. The peak of memory is that of a process of its own.
pub(crate) fn measure(apps: &[App]) -> Result<()> {
    server::pin()?;
    let mut rows = Vec::new();
    for app in apps {
        let mut samples = vec![vec![Samples::default(); QUANTITIES.len()]; SIZES.len()];
        let mut server = Server::spawn(&app.artifact, &[])?;
        let mut connection = server.connect()?;
        for round in 0..=ROUNDS {
            for at in order(round, SIZES.len()) {
                let (time, bytes) = time(&mut connection, SIZES[at])?;
                if round > 0 {
                    samples[at][0].push(time * 1e6);
                    samples[at][1].push(time * 1e9 / SIZES[at] as f64);
                    samples[at][2].push(bytes as f64 / 1024.0);
                }
            }
        }
        for (size, samples) in SIZES.into_iter().zip(&mut samples) {
            let mut server = Server::spawn(&app.artifact, &[])?;
            let mut connection = server.connect()?;
            for _ in 0..3 {
                connection.exchange(&request(size))?;
            }
            samples[3].push(server.mebibytes("VmHWM")?);
        }
        let of_app = SIZES.into_iter().zip(samples);
        rows.extend(of_app.map(|(x, samples)| Row { subject: app.language.name().into(), x, samples }));
    }
    publish("Answers, over HTTP", "elements", &QUANTITIES, &rows)
}

/// Seconds of one answer and its bytes.
fn time(connection: &mut Connection, size: usize) -> Result<(f64, usize)> {
    let request = request(size);
    let answers = (ELEMENTS / size).clamp(1, 500);
    let mut bytes = 0;
    let started = Instant::now();
    for _ in 0..answers {
        bytes = connection.exchange(&request)?.as_ref().len();
    }
    let seconds = started.elapsed().as_secs_f64() / answers as f64;
    let body = connection.exchange(&request)?;
    let body = body.as_ref();
    let found = body.windows(5).filter(|window| window == br#""id":"#).count();
    if found != size || body.windows(9).any(|window| window == br#""errors":"#) {
        return Err(format!("{found} elements where {size} were asked for").into());
    }
    Ok((seconds, bytes))
}
