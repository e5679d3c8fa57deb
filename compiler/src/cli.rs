//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use abi::engine::Bounds;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;
use crate::native::CpuLevel;
use crate::preinit::Mode;
use crate::render::Format;

const EXAMPLES: &str = "\
Examples:
  modusc build/app.wasm                          write build/app.cwasm, with build/modus.json
  modusc app.wasm -o app.cwasm --manifest modus.json --strict
  modusc - < app.wasm > app.cwasm                from standard input to standard output
  modusc app.wasm --exe -o app                   one executable: ./app serves
  modusc schema app.wasm                         print the GraphQL schema
  modusc inspect app.cwasm --json                tell what is in an artifact
  modusc check                                   check the modus.json of this folder
  modusc bench app.cwasm                         measure cold start, calls and memory

Exit status: 0 done, 1 input refused, 2 wrong usage, 130 interrupted.";

/// Compiles a Modus app ahead of time.
#[derive(Debug, Parser)]
#[command(name = "modusc", version, about, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    compile: Option<Compile>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell what is in a module or an artifact
    Inspect(Inspect),
    /// Print the GraphQL schema of a module or an artifact
    Schema(Schema),
    /// Check a manifest, and a module with it, without compiling
    Check(Check),
    /// Measure cold start, latency, throughput and memory of a compiled app
    Bench(Box<commands::bench::Bench>),
}

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
    /// Treat warnings as errors
    #[arg(long)]
    pub strict: bool,
    /// Write an executable that serves the app by itself [default name: INPUT without extension]
    #[arg(long)]
    pub exe: bool,
    /// The runner in the executable [default: modus-runner beside modusc, else on PATH]
    #[arg(long, value_name = "FILE", requires = "exe")]
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

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The module or artifact, or - for standard input
    pub file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// The module or artifact, or - for standard input
    pub file: PathBuf,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// A manifest, a module (with the modus.json beside it), or the folder of both
    #[arg(value_name = "FILE|FOLDER", default_value = ".")]
    pub path: PathBuf,
    /// The manifest [default: modus.json beside the module]
    #[arg(short, long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Treat warnings as errors
    #[arg(long)]
    pub strict: bool,
    /// Print JSON, with all that was found
    #[arg(long)]
    pub json: bool,
}

/// How to talk.
#[derive(Clone, Copy, Debug, Args)]
pub struct Output {
    /// How to print errors and warnings
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub message_format: MessageFormat,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Tell what was written and how long it took
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// Forms of diagnostics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// Text with the lines in question
    #[default]
    Human,
    /// One object a line
    Json,
}

/// Uses of colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Output {
    /// The renderer's form.
    pub fn format(&self) -> Format {
        match self.message_format {
            MessageFormat::Human => Format::Human,
            MessageFormat::Json => Format::Json,
        }
    }
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// The input was refused or a file could not be read or written.
    Refused,
    /// The command line asks for something that cannot be done.
    Usage,
    /// The user ended it.
    Interrupted,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Refused => 1,
            Outcome::Usage => 2,
            Outcome::Interrupted => 130,
        })
    }
}

/// Parses the process's arguments and does what they say.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match cli.output.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let outcome = match (&cli.command, &cli.compile) {
        (Some(Command::Inspect(arguments)), _) => commands::inspect::run(arguments, &cli.output),
        (Some(Command::Schema(arguments)), _) => commands::schema::run(arguments, &cli.output),
        (Some(Command::Check(arguments)), _) => commands::check::run(arguments, &cli.output),
        (Some(Command::Bench(arguments)), _) => commands::bench::run(arguments, &cli.output),
        (None, Some(arguments)) => commands::compile::run(arguments, &cli.output),
        (None, None) => Outcome::Usage,
    };
    outcome.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_is_consistent_and_its_help_fits_a_screen() {
        let mut command = Cli::command();
        command.clone().debug_assert();
        assert!(command.render_help().to_string().lines().count() <= 50);
    }

    #[test]
    fn subcommands_and_the_default_command_parse() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        let compile = parse("modusc app.wasm -o out --cpu x86-64-v3 -q").unwrap().compile.unwrap();
        assert_eq!((compile.input, compile.cpu), (PathBuf::from("app.wasm"), CpuLevel::X86V3));
        assert!(parse("modusc check --strict --json").unwrap().command.is_some());
        assert!(parse("modusc inspect app.wasm --json --color never").unwrap().command.is_some());
        assert!(parse("modusc -o out").is_err());
    }
}
