//! Measures what grows with an app: the number of its functions, its memory image, its answers, the documents it is
//! sent. Prints tables in Markdown and appends figures as lines of JSON. To be started in the root of the source tree.

mod answers;
mod apps;
mod documents;
mod library;
mod report;
mod server;
mod sources;
mod steps;

use std::process::ExitCode;

use abi::language::Language;

use apps::App;
use sources::Kind;

const USAGE: &str = "\
usage: growth build|functions|images|data|answers|documents [MEASUREMENT]

  build      generates and builds the apps, measures nothing
  functions  apps of 10 to 5,000 functions: compiling, loading, calls, cold start, memory
  images     memory images of 64 KiB to 32 MiB: the same
  data       data of 64 KiB to 16 MiB that is made when the app is initialised: calls that touch none or all of it,
             compiling, cold start, memory
  answers    answers of 1 to 100,000 elements over HTTP: time per element, peak memory
  documents  1 to 10,000 different documents over HTTP: time per request, memory

  MEASUREMENT is one of compiling, loading, calling, serving; without it functions and images take all four.";

/// Any failure ends a measurement: figures with missing rounds would not compare like with like.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const FUNCTIONS: [usize; 5] = [10, 100, 1000, 2000, 5000];
/// KiB.
const IMAGES: [usize; 4] = [64, 1 << 10, 8 << 10, 32 << 10];

/// KiB.
const DATA: [usize; 5] = [64, 256, 1 << 10, 4 << 10, 16 << 10];

fn functions() -> Result<Vec<App>> {
    let mut all = Vec::new();
    for language in Language::ALL {
        for size in FUNCTIONS {
            all.push(apps::build(language, Kind::Functions(size))?);
        }
    }
    Ok(all)
}

fn images() -> Result<Vec<App>> {
    IMAGES.into_iter().map(|size| apps::build(Language::Go, Kind::Image(size))).collect()
}

fn data() -> Result<Vec<App>> {
    let sizes = |language| DATA.into_iter().map(move |size| apps::build(language, Kind::Data(size)));
    Language::ALL.into_iter().flat_map(sizes).collect()
}

fn answering() -> Result<Vec<App>> {
    Language::ALL.into_iter().map(|language| apps::build(language, Kind::Answers)).collect()
}

/// A measurement of apps; the text says what grows.
type Measurement = fn(&[App], &str) -> Result<()>;

/// The measurements of code that grows.
const OF_CODE: [(&str, Measurement); 4] = [
    ("compiling", steps::compiling),
    ("loading", steps::loading),
    ("calling", steps::calling),
    ("serving", steps::serving),
];
/// Those of data that grows.
const OF_DATA: [(&str, Measurement); 3] =
    [("compiling", steps::compiling), ("calling", steps::touching), ("serving", steps::serving)];

/// The measurements of apps that grow, or one of them.
fn grown(apps: &[App], what: &str, all: &[(&str, Measurement)], only: Option<&str>) -> Result<()> {
    if !only.is_none_or(|only| all.iter().any(|(name, _)| *name == only)) {
        return Err(USAGE.into());
    }
    for &(name, measure) in all {
        if only.is_none_or(|only| only == name) {
            if name != "compiling" {
                // Threads and processes started from here on inherit this; only servers are placed elsewhere.
                server::pin()?;
            }
            measure(apps, what)?;
        }
    }
    Ok(())
}

fn run(command: &str, only: Option<&str>) -> Result<()> {
    match command {
        "build" => {
            functions()?;
            images()?;
            data()?;
            answering()?;
            Ok(())
        }
        "functions" => grown(&functions()?, "functions", &OF_CODE, only),
        "images" => grown(&images()?, "KiB of image", &OF_CODE, only),
        "data" => grown(&data()?, "KiB of data", &OF_DATA, only),
        "answers" => answers::measure(&answering()?),
        "documents" => documents::measure(&answering()?),
        _ => Err(USAGE.into()),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ended = match arguments.as_slice() {
        [command] => run(command, None),
        [command, only] => run(command, Some(only)),
        _ => Err(USAGE.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("growth: {error}");
            ExitCode::FAILURE
        }
    }
}
