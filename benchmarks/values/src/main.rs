//! In process, without HTTP: what it costs to move values into a guest and back, beside what serde_json needs to read and
//! write the same data; and what a trivial call of whole apps costs.
//!
//!     values values [--rounds N]                       prints a table in Markdown
//!     values calls [--rounds N] --app=NAME=FOLDER...   prints lines of JSON
//!
//! All rows take turns within each round; minimum and median of the rounds are shown.

mod calls;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use abi::value::Value;
use runner::call::CallRequest;
use runner::sandbox::Options;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tests::guests::{self, Apps as _, Language};
use tests::in_process::{self, Guest, Kept};

const USAGE: &str = "usage: values values [--rounds N] | calls [--rounds N] --app=NAME=FOLDER...";
/// Rounds, each of which measures every row once, unless told.
const ROUNDS: usize = 40;
/// Nanoseconds that a measurement takes at least.
const SPAN: f64 = 2e6;
/// Elements of the list and entries of the map.
const MANY: usize = 1000;

/// The guests' record, for serde_json.
#[derive(Deserialize, Serialize)]
struct Record {
    id: i64,
    name: String,
    email: String,
    active: bool,
    score: f64,
    level: i32,
    created: String,
    city: String,
    visits: u32,
    ratio: f32,
}

#[derive(Deserialize, Serialize)]
struct Entry {
    key: String,
    value: i32,
}

fn record(index: usize) -> Record {
    Record {
        id: 1_000_000_000_000 + index as i64,
        name: format!("Person Number {index}"),
        email: format!("person.{index}@example.com"),
        active: index.is_multiple_of(2),
        score: index as f64 / 7.0,
        level: index as i32 - 500,
        created: "2026-03-01T12:30:15.5Z".to_owned(),
        city: "Málaga".to_owned(),
        visits: index as u32 * 3,
        ratio: index as f32 / 3.0,
    }
}

/// A value that a function echoes.
struct Shape {
    name: &'static str,
    function: &'static str,
    elements: usize,
    json: String,
    /// Reads and writes the JSON.
    serde: fn(&str) -> String,
}

fn through<T: DeserializeOwned + Serialize>(json: &str) -> String {
    let value: T = serde_json::from_str(json).expect("the benchmark's own JSON is valid");
    serde_json::to_string(&value).expect("it can be written again")
}

fn shapes() -> [Shape; 4] {
    let records: Vec<Record> = (0..MANY).map(record).collect();
    let mut entries: Vec<Entry> = (0..MANY).map(|at| Entry { key: format!("key {at}"), value: at as i32 }).collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let text = "The quick brown fox jumps over the lazy dog.".to_owned();
    let shape = |name, function, elements, json, serde| Shape { name, function, elements, json, serde };
    [
        shape("string of 44 characters", "echoText", 1, json(&text), through::<String>),
        shape("struct of 10 fields", "echoRecord", 1, json(&record(1)), through::<Record>),
        shape("list of 1,000 such structs", "echoRecords", MANY, json(&records), through::<Vec<Record>>),
        shape("map of 1,000 entries", "echoMap", MANY, json(&entries), through::<Vec<Entry>>),
    ]
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the benchmark's data can be written")
}

/// Nanoseconds of one `run`, over as many as fill the span.
fn nanoseconds(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut runs = 0.0;
    loop {
        run();
        runs += 1.0;
        let elapsed = start.elapsed().as_nanos() as f64;
        if elapsed >= SPAN {
            return elapsed / runs;
        }
    }
}

#[derive(Default)]
struct Row {
    fresh: Vec<f64>,
    kept: Vec<f64>,
    serde: Vec<f64>,
}

fn call(instance: &mut Kept<'_>, request: &CallRequest) {
    in_process::value(instance.call(request)).expect("the guest answers");
}

fn measure(guest: &Guest, shapes: &[Shape], rounds: usize) -> Vec<Row> {
    let argument = |shape: &Shape| -> Value {
        let json: serde_json::Value = serde_json::from_str(&shape.json).expect("the benchmark's own JSON is valid");
        Value::from(&json)
    };
    let requests: Vec<CallRequest> =
        shapes.iter().map(|shape| guest.request(shape.function, &[argument(shape)])).collect();
    let mut rows: Vec<Row> = shapes.iter().map(|_| Row::default()).collect();
    for _ in 0..rounds {
        for ((shape, request), row) in shapes.iter().zip(&requests).zip(&mut rows) {
            row.fresh.push(nanoseconds(|| guest.with_kept(|instance| call(instance, request))));
            row.kept.push(guest.with_kept(|instance| nanoseconds(|| call(instance, request))));
            row.serde.push(nanoseconds(|| {
                black_box((shape.serde)(black_box(&shape.json)));
            }));
        }
    }
    rows
}

/// Minimum and median.
fn summary(samples: &mut [f64]) -> (f64, f64) {
    samples.sort_by(f64::total_cmp);
    (samples[0], samples[samples.len() / 2])
}

fn values(rounds: usize) {
    let shapes = shapes();
    println!(
        "| language | value | fresh instance, µs | kept instance, µs | kept, ns per element | serde_json, µs | kept ÷ serde_json |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|");
    for language in Language::ALL {
        let folder = language.folder();
        let wasm = guests::build(&format!("benchmarks/values/guests/{folder}/values"));
        let guest = Guest::load(&wasm, Options::default());
        for (shape, mut row) in shapes.iter().zip(measure(&guest, &shapes, rounds)) {
            let (fresh, kept, serde) = (summary(&mut row.fresh), summary(&mut row.kept), summary(&mut row.serde));
            println!(
                "| {language:?} | {} | {:.2} / {:.2} | {:.2} / {:.2} | {:.0} / {:.0} | {:.2} / {:.2} | {:.1} / {:.1} |",
                shape.name,
                fresh.0 / 1e3,
                fresh.1 / 1e3,
                kept.0 / 1e3,
                kept.1 / 1e3,
                kept.0 / shape.elements as f64,
                kept.1 / shape.elements as f64,
                serde.0 / 1e3,
                serde.1 / 1e3,
                kept.0 / serde.0,
                kept.1 / serde.1,
            );
        }
    }
}

fn run(arguments: &[String]) -> Option<()> {
    let [command, options @ ..] = arguments else { return None };
    let (rounds, apps) = match options {
        [flag, number, rest @ ..] if flag == "--rounds" => (number.parse().ok().filter(|rounds| *rounds > 0)?, rest),
        rest => (ROUNDS, rest),
    };
    let apps: Option<Vec<(&str, &str)>> = apps.iter().map(|app| app.strip_prefix("--app=")?.split_once('=')).collect();
    match (command.as_str(), apps?.as_slice()) {
        ("values", []) => values(rounds),
        ("calls", apps @ [_, ..]) => calls::run(apps, rounds),
        _ => return None,
    }
    Some(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Some(()) => ExitCode::SUCCESS,
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
