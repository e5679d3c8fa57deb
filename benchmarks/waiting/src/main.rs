//! Measures calls that wait: a thousand model calls of a second each at once, and pure calls beside them.

mod client;
mod figures;
mod options;
mod round;

use std::process::ExitCode;

use loadgen::cores::Cores;
use options::Options;
use tests::app;
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::slow_model::SlowModel;

use measure::Result;

/// Files that this process may open: two for each call, on the client's side and on the provider's.
const FILES: u64 = 16_384;

async fn measure(options: &Options) -> Result<String> {
    let provider = SlowModel::listen()?;
    let mut report = figures::Report::new(options);
    for language in Language::ALL {
        let name = language.name();
        if options.only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let folder = language.folder();
        let manifest =
            std::fs::read_to_string(tests::root().join(format!("tests/guests/{folder}/waiting/modus.json")))?;
        let app = app::compile(&language.guest("waiting"), &manifest.replace("http://127.0.0.1:0/", &provider.url));
        for _ in 0..options.rounds {
            report.add(name, round::run(&app.artifact, options).await.map_err(|error| format!("{name}: {error}"))?);
        }
    }
    report.keep(&tests::root().join("target/benchmarks/figures.jsonl"))?;
    Ok(report.table())
}

fn start() -> Result<String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options = Options::parse(&arguments)?;
    let mut files = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    files.current = files.maximum.map_or(Some(FILES), |maximum| Some(maximum.min(FILES)));
    rustix::process::setrlimit(rustix::process::Resource::Nofile, files)?;
    // Threads and wrk inherit this; only the runner is placed elsewhere.
    Cores::of(&[options.client_core])?.enter()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&options))
}

fn main() -> ExitCode {
    match start() {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("waiting: {error}");
            ExitCode::FAILURE
        }
    }
}
