//! What is measured of every app that grows: compiling, loading, cold start, calls, memory. The apps take turns within
//! each round, and every other round goes the other way, so that what changes on the machine changes for all.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use loadgen::samples::Samples;
use tokio::runtime::Runtime;

use crate::Result;
use crate::apps::App;
use crate::library::{self, Untouched};
use crate::report::{Quantity, Row, publish};
use crate::server::{Server, post};

const COMPILE_ROUNDS: usize = 3;
const LOAD_ROUNDS: usize = 30;
const COLD_ROUNDS: usize = 20;
const CALL_ROUNDS: usize = 60;
const MEMORY_ROUNDS: usize = 3;
/// A measurement of calls takes at least this long.
const SPAN: Duration = Duration::from_millis(2);
/// What a server does right after its first answer is part of being idle.
const SETTLE: Duration = Duration::from_millis(500);

/// The apps' samples of several quantities.
struct Columns<'a> {
    apps: &'a [App],
    samples: Vec<Vec<Samples<f64>>>,
}

impl<'a> Columns<'a> {
    fn new(apps: &'a [App], quantities: &[Quantity]) -> Self {
        Self { apps, samples: vec![vec![Samples::default(); quantities.len()]; apps.len()] }
    }

    fn rows(self) -> Vec<Row> {
        let rows = self.apps.iter().zip(self.samples);
        rows.map(|(app, samples)| Row { subject: app.language.name().into(), x: app.size, samples }).collect()
    }
}

/// Indexes of `count` subjects in the order of a round.
pub(crate) fn order(round: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |at| if round.is_multiple_of(2) { at } else { count - 1 - at })
}

const fn quantity(name: &'static str, unit: &'static str, digits: usize) -> Quantity {
    Quantity { name, unit, digits }
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Time of modusc, and sizes.
pub(crate) fn compiling(apps: &[App], what: &str) -> Result<()> {
    let quantities = [quantity("compile", "s", 3), quantity("wasm", "KiB", 0), quantity("artifact", "KiB", 0)];
    let mut columns = Columns::new(apps, &quantities);
    for round in 0..COMPILE_ROUNDS {
        for at in order(round, apps.len()) {
            columns.samples[at][0].push(apps[at].compile()?.as_secs_f64());
            for (samples, bytes) in columns.samples[at][1..].iter_mut().zip(apps[at].bytes()?) {
                samples.push(bytes as f64 / 1024.0);
            }
        }
    }
    publish("Compiling", what, &quantities, &columns.rows())
}

/// The steps of a load, in process.
pub(crate) fn loading(apps: &[App], what: &str) -> Result<()> {
    let quantities = [
        quantity("load", "us", 0),
        quantity("of which program", "us", 0),
        quantity("of which engine, code, imports", "us", 0),
        quantity("first GraphQL answer", "us", 0),
        quantity("pool, after it", "us", 0),
        quantity("second answer", "us", 0),
    ];
    let runtime = runtime()?;
    let mut columns = Columns::new(apps, &quantities);
    for round in 0..LOAD_ROUNDS {
        for at in order(round, apps.len()) {
            let (_, steps) = library::load(&runtime, &apps[at].artifact)?;
            let load = steps.open + steps.sandbox;
            let times = [load, steps.open, steps.sandbox, steps.first, steps.pool, steps.second];
            for (samples, time) in columns.samples[at].iter_mut().zip(times) {
                samples.push(microseconds(time));
            }
        }
    }
    publish("Loading, in process", what, &quantities, &columns.rows())
}

/// Calls of the same function, in process.
pub(crate) fn calling(apps: &[App], what: &str) -> Result<()> {
    let quantities = [
        quantity("untouched instance", "us", 2),
        quantity("cost per call", "us", 2),
        quantity("cost per GraphQL request in process", "us", 2),
    ];
    let runtime = runtime()?;
    let mut loaded = Vec::new();
    for app in apps {
        loaded.push((library::load(&runtime, &app.artifact)?.0, Untouched::load(&app.artifact)?));
    }
    let mut columns = Columns::new(apps, &quantities);
    for round in 0..CALL_ROUNDS {
        for at in order(round, apps.len()) {
            let (app, untouched) = &loaded[at];
            columns.samples[at][0].push(each(|| untouched.pass())?);
            columns.samples[at][1].push(each(|| app.call(&runtime))?);
            columns.samples[at][2].push(each(|| app.query(&runtime))?);
        }
    }
    publish("Calls, in process", what, &quantities, &columns.rows())
}

/// Calls that touch nothing of the app's data, read a word of each page of it, or write one.
pub(crate) fn touching(apps: &[App], what: &str) -> Result<()> {
    const FUNCTIONS: [&str; 2] = ["reads", "writes"];
    let quantities = [
        quantity("cost per call that touches no data", "us", 2),
        quantity("cost per call that reads each page", "us", 2),
        quantity("cost per call that writes each page", "us", 2),
    ];
    let runtime = runtime()?;
    let mut loaded = Vec::new();
    for app in apps {
        let loading = library::load(&runtime, &app.artifact)?.0;
        let requests = FUNCTIONS.map(|name| loading.request(name));
        loaded.push((loading, requests));
    }
    let mut columns = Columns::new(apps, &quantities);
    for round in 0..CALL_ROUNDS {
        for at in order(round, apps.len()) {
            let (app, requests) = &loaded[at];
            columns.samples[at][0].push(each(|| app.call(&runtime))?);
            for (samples, request) in columns.samples[at][1..].iter_mut().zip(requests) {
                let request = request.as_ref().ok_or("the app has no functions that touch its data")?;
                samples.push(each(|| app.call_with(&runtime, request))?);
            }
        }
    }
    publish("Calls that touch data, in process", what, &quantities, &columns.rows())
}

/// Microseconds of one `run`, over as many as fill the span, after one that does not count.
fn each(mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    run()?;
    let started = Instant::now();
    let mut runs = 0.0;
    loop {
        run()?;
        runs += 1.0;
        let elapsed = started.elapsed();
        if elapsed >= SPAN {
            return Ok(microseconds(elapsed) / runs);
        }
    }
}

/// Processes: from the spawn to the last byte of the first answer, and memory after it.
pub(crate) fn serving(apps: &[App], what: &str) -> Result<()> {
    let quantities =
        [quantity("cold start", "ms", 2), quantity("idle memory", "MiB", 1), quantity("of which anonymous", "MiB", 1)];
    let mut columns = Columns::new(apps, &quantities);
    for round in 0..=COLD_ROUNDS {
        for at in order(round, apps.len()) {
            let time = cold(&apps[at].artifact)?;
            // The first round brings the files into the page cache.
            if round > 0 {
                columns.samples[at][0].push(time.as_secs_f64() * 1e3);
            }
        }
    }
    for round in 0..MEMORY_ROUNDS {
        for at in order(round, apps.len()) {
            let mut server = Server::spawn(&apps[at].artifact, &[])?;
            server.connect()?.exchange(&post(library::BODY))?;
            thread::sleep(SETTLE);
            columns.samples[at][1].push(server.mebibytes("VmRSS")?);
            columns.samples[at][2].push(server.mebibytes("RssAnon")?);
        }
    }
    publish("Cold start and idle memory", what, &quantities, &columns.rows())
}

fn cold(artifact: &Path) -> Result<Duration> {
    let mut server = Server::spawn(artifact, &[])?;
    let request = post(library::BODY);
    let mut connection = server.connect()?;
    connection.exchange(&request)?;
    Ok(server.age())
}

fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?)
}
