//! `modusc dev`: builds an app and serves it, and again whenever a file of it changes.

mod changes;
mod table;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use clap::Args;
use tokio::process::{Child, Command};
use tokio::runtime::Builder;

use self::changes::Changes;
use super::bench::interrupted;
use super::build;
use super::compile::Options;
use super::output::{Outcome, Output};
use super::{fail, runner};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::toolchain::{self, BUILD, Toolchain};

/// Arguments of `dev`.
#[derive(Debug, Args)]
pub struct Dev {
    /// The app's folder
    #[arg(default_value = ".")]
    pub app: PathBuf,
    /// Port to listen on
    #[arg(short, long, default_value_t = 8686)]
    pub port: u16,
    /// Build the module to be looked into rather than to be fast
    #[arg(long)]
    pub debug: bool,
    /// How the artifact is made
    #[command(flatten)]
    pub options: Options,
    /// Further arguments of modus-runner, after --
    #[arg(last = true, value_name = "ARGUMENT")]
    pub more: Vec<String>,
}

/// Runs the command until the user ends it, or the server ends.
pub fn run(arguments: &Dev, output: &Output) -> Outcome {
    let prepared = toolchain::of(&arguments.app).and_then(|toolchain| Ok((toolchain, program(arguments)?)));
    let (toolchain, program) = match prepared {
        Ok(prepared) => prepared,
        Err(diagnostic) => return fail(output, diagnostic),
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => {
            let mut session = Session { arguments, output, toolchain, program, server: None };
            let ended = runtime.block_on(session.run());
            runtime.block_on(session.stop());
            ended
        }
        Err(error) => Err(cannot("begin", &error)),
    };
    ended.unwrap_or_else(|diagnostic| fail(output, diagnostic))
}

fn cannot(what: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic::error(codes::IO, format!("cannot {what}: {error}"))
}

fn program(arguments: &Dev) -> Result<PathBuf, Diagnostic> {
    let named = arguments.options.runner.clone().or_else(runner::find);
    named.ok_or_else(|| {
        let message = "there is no modus-runner beside modusc or on PATH to serve with";
        Diagnostic::error(codes::RUNNER, message).with_help("name one with --runner")
    })
}

struct Session<'a> {
    arguments: &'a Dev,
    output: &'a Output,
    toolchain: &'static dyn Toolchain,
    program: PathBuf,
    server: Option<Child>,
}

impl Session<'_> {
    /// Builds, serves and watches.
    async fn run(&mut self) -> Result<Outcome, Diagnostic> {
        let mut changes = Changes::of(&self.arguments.app, self.toolchain)?;
        let interrupted = interrupted().map_err(|error| cannot("hear signals", &error))?;
        let mut interrupted = std::pin::pin!(interrupted);
        self.make().await?;
        loop {
            tokio::select! {
                () = &mut interrupted => return Ok(Outcome::Done),
                status = ended(&mut self.server) => return Ok(self.server_ended(status)),
                changed = changes.next() => {
                    let Some(path) = changed else { return Ok(Outcome::Refused) };
                    self.say(&format!("{} changed", path.display()));
                    self.make().await?;
                }
            }
        }
    }

    /// Builds the app, and serves it if that succeeds; else what is served goes on.
    async fn make(&mut self) -> Result<(), Diagnostic> {
        let started = Instant::now();
        let Dev { app, debug, options, .. } = self.arguments;
        if build::app_of(app, self.toolchain, !debug, options, self.output) != Outcome::Done {
            let goes_on = if self.server.is_some() { "; the app before goes on" } else { "" };
            self.say(&format!("not built{goes_on}; waiting for a change"));
            return Ok(());
        }
        let artifact = app.join(BUILD).join("app.cwasm");
        self.say(&format!("built in {:.1} s", started.elapsed().as_secs_f64()));
        match self.server.as_ref().and_then(Child::id) {
            // It looks at its files.
            Some(id) => signal(id, rustix::process::Signal::HUP),
            None => {
                self.say(&table::of(&artifact));
                self.server = Some(self.serve(&artifact)?);
            }
        }
        Ok(())
    }

    /// Starts the server. Its manifest and env files are those of the app's folder, so that none has to be copied.
    fn serve(&self, artifact: &Path) -> Result<Child, Diagnostic> {
        let mut command = Command::new(&self.program);
        command.arg(artifact).arg("--app-path").arg(&self.arguments.app);
        command.args(["--port", &self.arguments.port.to_string()]).args(&self.arguments.more);
        if std::env::var_os("MODUS_ENV").is_none() {
            command.env("MODUS_ENV", "dev");
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        command.spawn().map_err(|error| cannot(&format!("run {}", self.program.display()), &error))
    }

    fn server_ended(&mut self, status: std::io::Result<std::process::ExitStatus>) -> Outcome {
        self.server = None;
        let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        fail(self.output, Diagnostic::error(codes::RUNNER, format!("the server ended: {how}")))
    }

    /// Ends the server as an operator would, and waits for it.
    async fn stop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        if let Some(id) = server.id() {
            signal(id, rustix::process::Signal::TERM);
        }
        let _ = server.wait().await;
    }

    fn say(&self, text: &str) {
        if !self.output.quiet {
            let _ = std::io::Write::write_all(&mut anstream::stderr(), format!("{text}\n").as_bytes());
        }
    }
}

/// Resolves when the server ends, if there is one.
async fn ended(server: &mut Option<Child>) -> std::io::Result<std::process::ExitStatus> {
    match server {
        Some(server) => server.wait().await,
        None => std::future::pending().await,
    }
}

fn signal(id: u32, signal: rustix::process::Signal) {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    // One that has ended is noticed elsewhere.
    let _ = id.map(|id| rustix::process::kill_process(id, signal));
}
