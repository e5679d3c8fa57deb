//! The default command: from module and manifest to artifact.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use abi::engine::Bounds;
use clap::{Args, ValueEnum};

use super::output::{Outcome, Output};
use super::{Input, beside, fail, is_dash, keep, print, read_input, read_manifest, report, runner, write_file};
use crate::codes;
use crate::diagnostic::{self, Diagnostic};
use crate::native::{CpuLevel, Target};
use crate::pipeline::{self, ManifestText};
use crate::preinit::{Beginning, Mode};
use crate::progress::Progress;
use crate::render::{Format, Renderer};
use crate::room::Heap;

/// Arguments of the default command.
#[derive(Debug, Args)]
pub struct Compile {
    /// The module (app.wasm), or - for standard input
    pub input: PathBuf,
    /// The artifact [default: INPUT with .cwasm, or standard output for -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The manifest [default: modus.json beside the module, if there]
    #[arg(short, long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
}

/// How an artifact is made, whatever it is made of.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Treat warnings as errors
    #[arg(long)]
    pub strict: bool,
    /// Write an executable app [default name: INPUT without extension]
    #[arg(long)]
    pub exe: bool,
    /// The runner in the executable, or that dev serves with [default: modus-runner beside modusc, else on PATH]
    #[arg(long, value_name = "FILE")]
    pub runner: Option<PathBuf>,
    /// Machine to compile for, by its triple [default: this one]
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// Instructions to use
    #[arg(long, value_enum, default_value_t, value_name = "CPU")]
    pub cpu: CpuLevel,
    /// Initialise the app now instead of in each call
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub preinit: Mode,
    /// Memory free when a call begins, as 512KiB [default: by the app]
    #[arg(long, value_name = "SIZE")]
    pub heap: Option<Heap>,
    /// How the app is kept within its memory
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    pub bounds: BoundsKind,
}

/// Ways of keeping a guest within its memory, as the command line has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BoundsKind {
    /// Guard pages: fastest; each instance reserves 4 GiB of addresses, which costs no memory
    #[default]
    Guard,
    /// Compare each address: for hosts that limit addresses (`ulimit -v`); 128 MiB for each instance, and at most; what
    /// computes takes up to a third longer
    Explicit,
}

impl From<BoundsKind> for Bounds {
    fn from(kind: BoundsKind) -> Self {
        match kind {
            BoundsKind::Guard => Self::Guard,
            BoundsKind::Explicit => Self::Explicit,
        }
    }
}

impl Options {
    /// That a runner is named where one is wanted, unless something is served.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        if self.runner.is_none() || self.exe {
            return Ok(());
        }
        let message = "--runner names the runner in an executable app, and no executable is asked for";
        Err(Diagnostic::error(codes::USAGE, message).with_help("add --exe"))
    }
}

/// Runs the command.
pub fn run(arguments: &Compile, options: &Options, output: &Output) -> Outcome {
    match options.check() {
        Ok(()) => make(arguments, options, output).0,
        Err(diagnostic) => fail(output, diagnostic),
    }
}

/// Makes the artifact. Answers what was found, too.
pub(super) fn make(arguments: &Compile, options: &Options, output: &Output) -> (Outcome, Vec<Diagnostic>) {
    let started = Instant::now();
    let failed = |diagnostic: Diagnostic| (fail(output, diagnostic.clone()), vec![diagnostic]);
    let destination = match destination(arguments, options.exe) {
        Ok(destination) => destination,
        Err(diagnostic) => return failed(diagnostic),
    };
    // A missing module does not keep the manifest from being checked, nor the other way round.
    let (module, mut diagnostics) = keep(read_input(&arguments.input));
    let (manifest, unread) = keep(manifest_text(arguments));
    let is_unread = !unread.is_empty();
    diagnostics.extend(unread);
    let manifest = manifest.flatten();
    let mut renderer = Renderer::new(output.format());
    if let Some(manifest) = &manifest {
        renderer.add_source(&manifest.file, &manifest.text);
    }
    let (runner, problem) = keep(options.exe.then(|| runner::read(options.runner.as_deref())).transpose());
    diagnostics.extend(problem);
    let target = Target {
        triple: options.target.clone().unwrap_or_else(|| abi::cpu::target().to_owned()),
        cpu: options.cpu,
        bounds: options.bounds.into(),
    };
    let artifact = match &module {
        Some(Input { name, bytes }) => {
            let _progress = Progress::start(format!("compiling {name}"), shows_progress(output));
            let blocked = diagnostics.iter().any(Diagnostic::is_error);
            let runner = runner.as_ref().and_then(Option::as_deref);
            let beginning = Beginning { preinit: options.preinit, heap: options.heap };
            let how = pipeline::Options { strict: options.strict, check_only: blocked, beginning, runner };
            let (artifact, mut found) = pipeline::compile(name, bytes, manifest.as_ref(), &target, how);
            // One that cannot be read is there.
            found.retain(|found| !(is_unread && found.code == codes::MANIFEST_ABSENT));
            diagnostics.extend(found);
            artifact
        }
        None => {
            let text = manifest.as_ref();
            let mut found = text.map_or_else(Vec::new, |text| crate::manifest::read(&text.text, &text.file).1);
            if options.strict {
                diagnostic::make_errors(&mut found);
            }
            diagnostics.extend(found);
            None
        }
    };
    let outcome = report(output, &renderer, &diagnostics);
    let Some(artifact) = artifact.filter(|_| outcome == Outcome::Done) else {
        summarise_errors(output, &diagnostics);
        return (outcome, diagnostics);
    };
    let outcome = match &destination {
        Some(path) => match write_file(path, &artifact, options.exe) {
            Ok(()) => Outcome::Done,
            Err(diagnostic) => return failed(diagnostic),
        },
        None => print(output, &artifact),
    };
    if output.verbose && output.format() == Format::Human {
        let place = destination.map_or_else(|| "<stdout>".to_owned(), |path| path.display().to_string());
        let took = started.elapsed().as_secs_f64();
        note(&format!("wrote {place}: {} bytes for {} in {took:.2} s", artifact.len(), target.triple));
    }
    (outcome, diagnostics)
}

/// Where the artifact goes; `None` is standard output.
fn destination(arguments: &Compile, exe: bool) -> Result<Option<PathBuf>, Diagnostic> {
    let usage = |message: String| Err(Diagnostic::error(codes::USAGE, message));
    let from_stdin = is_dash(&arguments.input);
    let path = match &arguments.output {
        Some(path) if !is_dash(path) => Some(path.clone()),
        None if !from_stdin => Some(arguments.input.with_extension(if exe { "" } else { "cwasm" })),
        _ => None,
    };
    match &path {
        None if std::io::stdout().is_terminal() => {
            usage("an artifact is not written to a terminal; give a file with -o".to_owned())
        }
        Some(path) if !from_stdin && same_file(path, &arguments.input) => {
            usage(format!("{} would be overwritten by the artifact; give another file with -o", path.display()))
        }
        Some(path) if path.is_dir() => usage(format!("{} is a directory; give a file with -o", path.display())),
        _ => Ok(path),
    }
}

pub(super) fn same_file(left: &Path, right: &Path) -> bool {
    left == right
        || std::fs::canonicalize(left).is_ok_and(|left| std::fs::canonicalize(right).is_ok_and(|right| left == right))
}

/// The manifest named, or the one beside the module if there is one.
fn manifest_text(arguments: &Compile) -> Result<Option<ManifestText>, Diagnostic> {
    match &arguments.manifest {
        Some(path) => read_manifest(path).map(Some),
        None if is_dash(&arguments.input) => Ok(None),
        None => beside(&arguments.input),
    }
}

pub(super) fn shows_progress(output: &Output) -> bool {
    !output.quiet && output.format() == Format::Human && std::io::stderr().is_terminal()
}

fn summarise_errors(output: &Output, diagnostics: &[Diagnostic]) {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    if errors > 1 && !output.quiet && output.format() == Format::Human {
        note(&format!("{errors} errors; nothing was written"));
    }
}

fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}
