//! Compute-heavy guest functions: run by wasmtime as modusc and the runner configure it, beside the same wasm modules
//! translated by wasm2c and compiled by gcc.
//!
//!     compute FOLDER [FIGURES.jsonl]        what is shipped
//!     compute --tried FOLDER                settings that were tried as well
//!
//! FOLDER holds `NAME.wasm` and the programs `NAME-KIND` that benchmarks/compute.sh makes of them. All subjects of a function
//! take turns within each round; minimum and median of the rounds are shown.

mod native;
mod subjects;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use abi::language::Language;

use native::Native;
use subjects::{Guest, Setting};

/// Any failure ends the measurement: a table with missing rounds would not compare like with like.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Rounds, each of which runs every subject once; one more before them warms up.
const ROUNDS: usize = 25;
/// Functions of the module in C, the last of which no other has.
const FUNCTIONS: [&str; 4] = ["matrix", "sha256", "json", "nbody"];
/// How many of them guest languages have.
const OF_LANGUAGES: usize = 3;
/// Kinds of native programs; the first is the floor that ratios refer to.
const NATIVE: [(&str, &str); 3] = [
    ("gcc", "wasm2c + gcc -O2, guard pages"),
    ("gcc-checked", "wasm2c + gcc -O2, explicit checks"),
    ("gcc-v3", "wasm2c + gcc -O2 -march=x86-64-v3, guard pages"),
];

/// Something that runs functions.
trait Subject {
    /// Runs a function: its checksum, and the nanoseconds of processor time it took.
    fn run(&mut self, function: &str) -> Result<(u32, u64)>;
}

/// Times of a function by one subject.
struct Row {
    subject: String,
    /// Nanoseconds, ascending.
    times: Vec<u64>,
}

/// All subjects of a module by their names, the floor first.
fn subjects(folder: &Path, module: &str, settings: &[Setting]) -> Result<Vec<(String, Box<dyn Subject>)>> {
    let mut subjects: Vec<(String, Box<dyn Subject>)> = Vec::new();
    for (kind, name) in NATIVE {
        subjects.push((name.to_owned(), Box::new(Native::start(&folder.join(format!("{module}-{kind}")))?)));
    }
    let wasm = std::fs::read(folder.join(format!("{module}.wasm")))?;
    for setting in settings {
        subjects.push((setting.name.to_owned(), Box::new(Guest::start(&wasm, setting)?)));
    }
    Ok(subjects)
}

fn measure(function: &str, subjects: &mut [(String, Box<dyn Subject>)]) -> Result<Vec<Row>> {
    let row = |(name, _): &(String, _)| Row { subject: name.clone(), times: Vec::new() };
    let mut rows: Vec<Row> = subjects.iter().map(row).collect();
    let mut expected = None;
    for round in 0..=ROUNDS {
        for (row, (name, subject)) in rows.iter_mut().zip(subjects.iter_mut()) {
            let (checksum, time) = subject.run(function)?;
            if *expected.get_or_insert(checksum) != checksum {
                return Err(format!("{name} answers {checksum} to {function}, others {expected:?}").into());
            }
            if round > 0 {
                row.times.push(time);
            }
        }
    }
    rows.iter_mut().for_each(|row| row.times.sort_unstable());
    Ok(rows)
}

fn run(arguments: &[String]) -> Result<()> {
    let tried = arguments.first().is_some_and(|argument| argument == "--tried");
    let [folder, figures @ ..] = &arguments[usize::from(tried)..] else {
        return Err("usage: compute [--tried] FOLDER [FIGURES.jsonl]".into());
    };
    let settings = if tried { subjects::tried()? } else { subjects::shipped()? };
    let figures = figures.first().map(PathBuf::from);
    let languages = Language::ALL.map(|language| (language.name(), &FUNCTIONS[..OF_LANGUAGES]));
    for (language, functions) in [("C", &FUNCTIONS[..])].into_iter().chain(languages) {
        let mut subjects = subjects(Path::new(folder), &language.to_lowercase(), &settings)?;
        for function in functions {
            let rows = measure(function, &mut subjects)?;
            print!("{}", table::markdown(language, function, &rows));
            if let Some(figures) = &figures {
                table::append(figures, language, function, &rows)?;
            }
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compute: {error}");
            ExitCode::FAILURE
        }
    }
}
