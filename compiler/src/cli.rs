//! The command line.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::commands::output::{Color, Outcome, Output};
use crate::commands::{
    self,
    bench::Bench,
    build::Build,
    check::Check,
    compile::{Compile, Options},
    completions::{Completions, Manual},
    dev::Dev,
    doctor::Doctor,
    explain::Explain,
    inspect::Inspect,
    json_schema::JsonSchema,
    new::New,
    schema::Schema,
    stand_in::Serve,
};

const EXAMPLES: &str = "\
Examples:
  modusc build/app.wasm                          write build/app.cwasm, with build/modus.json
  modusc app.wasm -o app.cwasm --manifest modus.json --strict
  modusc - < app.wasm > app.cwasm                from standard input to standard output
  modusc app.wasm --exe -o app                   one executable: ./app serves
  modusc new hello --lang go                     make an app
  modusc dev hello                               build it, serve it, and again at each change
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
    // Not a part of it: what holds a part of this kind cannot be optional.
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new app
    New(New),
    /// Build an app from its sources: module, then artifact
    Build(Box<Build>),
    /// Build an app and serve it; again whenever a file changes
    Dev(Box<Dev>),
    /// Serve a stand-in for models, which needs no key and makes its answers up
    StandIn(Serve),
    /// Tell what building apps needs, and what of it is missing
    Doctor(Doctor),
    /// Tell what is in a module or an artifact
    Inspect(Inspect),
    /// Print the GraphQL schema of a module or an artifact
    Schema(Schema),
    /// Print the JSON Schema of modus.json, or of what modusc prints
    JsonSchema(JsonSchema),
    /// Check a manifest, and a module with it, without compiling
    Check(Check),
    /// Tell what a code means, such as MC0703
    Explain(Explain),
    /// Print what makes a shell complete modusc's commands and flags
    Completions(Completions),
    /// Print the manual's page of modusc, or of one of its commands
    Man(Manual),
    /// Measure cold start, latency, throughput and memory of a compiled app
    Bench(Box<Bench>),
}

/// Parses the process's arguments and does what they say.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => error.exit(),
        // Help or version.
        Err(text) => return commands::print_styled(&Output::default(), &text.render().ansi().to_string()).into(),
    };
    match cli.output.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let outcome = match (&cli.command, &cli.compile) {
        (Some(Command::New(arguments)), _) => commands::new::run(arguments, &cli.output),
        (Some(Command::Build(arguments)), _) => commands::build::run(arguments, &cli.output),
        (Some(Command::Dev(arguments)), _) => commands::dev::run(arguments, &cli.output),
        (Some(Command::StandIn(arguments)), _) => commands::stand_in::run(arguments, &cli.output),
        (Some(Command::Doctor(arguments)), _) => commands::doctor::run(arguments, &cli.output),
        (Some(Command::Inspect(arguments)), _) => commands::inspect::run(arguments, &cli.output),
        (Some(Command::Schema(arguments)), _) => commands::schema::run(arguments, &cli.output),
        (Some(Command::JsonSchema(arguments)), _) => commands::json_schema::run(arguments, &cli.output),
        (Some(Command::Check(arguments)), _) => commands::check::run(arguments, &cli.output),
        (Some(Command::Explain(arguments)), _) => commands::explain::run(arguments, &cli.output),
        (Some(Command::Completions(arguments)), _) => {
            commands::completions::run(arguments, Cli::command(), &cli.output)
        }
        (Some(Command::Man(arguments)), _) => commands::completions::manual(arguments, Cli::command(), &cli.output),
        (Some(Command::Bench(arguments)), _) => commands::bench::run(arguments, &cli.output),
        (None, Some(arguments)) => commands::compile::run(arguments, &cli.options, &cli.output),
        (None, None) => Outcome::Usage,
    };
    outcome.into()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::native::CpuLevel;

    #[test]
    fn the_command_is_consistent_and_its_help_fits_a_screen() {
        let mut command = Cli::command();
        command.clone().debug_assert();
        assert!(command.render_help().to_string().lines().count() <= 60);
    }

    #[test]
    fn each_command_has_a_page_with_its_flags() {
        let folder = tempfile::tempdir().unwrap();
        let arguments = Manual { name: None, into: Some(folder.path().join("man1")) };
        assert!(matches!(commands::completions::manual(&arguments, Cli::command(), &Output::default()), Outcome::Done));
        let page = |name: &str| std::fs::read_to_string(folder.path().join("man1").join(name)).unwrap();
        let listed = page("modusc.1");
        let mut commands = 0;
        for command in Cli::command().get_subcommands() {
            commands += 1;
            let name = format!("modusc-{}", command.get_name());
            assert!(listed.contains(&name.replace('-', "\\-")), "{name}");
            let text = page(&format!("{name}.1"));
            assert!(text.contains(&format!(".TH {name} 1")), "{name}: {text}");
            for flag in command.get_arguments().filter(|flag| !flag.is_hide_set()).filter_map(clap::Arg::get_long) {
                assert!(text.contains(&format!("\\-\\-{}", flag.replace('-', "\\-"))), "{name}: no --{flag}");
            }
        }
        assert!(commands > 10);
    }

    #[test]
    fn subcommands_and_the_default_command_parse() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' '));
        let cli = parse("modusc app.wasm -o out --cpu x86-64-v3 -q").unwrap();
        assert_eq!((cli.compile.unwrap().input, cli.options.cpu), (PathBuf::from("app.wasm"), CpuLevel::X86V3));
        assert!(parse("modusc check --strict --json").unwrap().command.is_some());
        assert!(parse("modusc inspect app.wasm --json --color never").unwrap().command.is_some());
        assert!(parse("modusc -o out").is_err());
    }
}
