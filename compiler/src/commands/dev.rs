//! `modusc dev`: builds an app and serves it, and again whenever a file of it changes.

mod changes;
mod models;
mod report;
mod table;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use tokio::process::{Child, Command};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use self::changes::Changes;
use self::models::Models;
use self::report::{Report, State};
use super::bench::interrupted;
use super::build;
use super::compile::Options;
use super::output::{Outcome, Output};
use super::{fail, runner};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::toolchain::{self, Aim, BUILD, Toolchain, Tools};

/// Arguments of `dev`.
#[derive(Clone, Debug, Args)]
pub struct Dev {
    /// The app's folder
    #[arg(default_value = ".")]
    pub app: PathBuf,
    /// Port to listen on
    #[arg(short, long, default_value_t = 8686, env = "PORT")]
    pub port: u16,
    /// Build the module as `modusc build` does, to be fast, which takes longer
    #[arg(long)]
    pub release: bool,
    /// Answer in place of all models, without a key: a stand-in makes the answers up
    #[arg(long)]
    pub stand_in: bool,
    /// How the artifact is made
    #[command(flatten)]
    pub options: Options,
    /// Further arguments of modus-runner, after --
    #[arg(last = true, value_name = "ARGUMENT")]
    pub more: Vec<String>,
}

/// Runs the command until the user ends it, or the server ends.
pub fn run(arguments: &Dev, output: &Output) -> Outcome {
    let prepared = check(arguments).and_then(|()| toolchain::of(&arguments.app)).and_then(|toolchain| {
        let models = arguments.stand_in.then(|| Models::of(&arguments.app)).transpose()?;
        Ok((toolchain, program(arguments)?, models))
    });
    let (toolchain, program, models) = match prepared {
        Ok(prepared) => prepared,
        Err(diagnostic) => return fail(output, diagnostic),
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => {
            let (tools, report) = (Arc::new(Tools::that_stay()), Report::of(&arguments.app));
            let (building, server) = (None, None);
            let mut session =
                Session { arguments, output, toolchain, tools, program, models, report, building, server };
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

fn check(arguments: &Dev) -> Result<(), Diagnostic> {
    if !arguments.options.exe {
        return Ok(());
    }
    let message = "dev serves the artifact, and makes no executable app";
    Err(Diagnostic::error(codes::USAGE, message).with_help("leave out --exe; modusc build takes it"))
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
    tools: Arc<Tools>,
    program: PathBuf,
    /// The stand-in for models, where one was asked for.
    models: Option<Models>,
    /// For the explorer.
    report: Report,
    building: Option<Building>,
    server: Option<Child>,
}

/// A build that another thread does, so that signals are heard meanwhile.
struct Building {
    started: Instant,
    outcome: oneshot::Receiver<(Outcome, Vec<Diagnostic>)>,
}

/// A build that has ended.
struct Built {
    started: Instant,
    outcome: Outcome,
    found: Vec<Diagnostic>,
}

impl Session<'_> {
    /// Builds, serves and watches, until it is interrupted.
    async fn run(&mut self) -> Result<Outcome, Diagnostic> {
        let mut changes = Changes::of(&self.arguments.app, self.toolchain)?;
        let interrupted = interrupted().map_err(|error| cannot("hear signals", &error))?;
        let mut interrupted = std::pin::pin!(interrupted);
        self.build()?;
        loop {
            tokio::select! {
                () = &mut interrupted => return Ok(Outcome::Done),
                status = ended(&mut self.server) => return Ok(self.server_ended(status)),
                outcome = built(&mut self.building) => self.built(outcome?)?,
                // What changes during a build leads to another one.
                changed = changes.next(), if self.building.is_none() => {
                    let Some(path) = changed else { return Ok(Outcome::Refused) };
                    self.say(&format!("{} changed", path.display()));
                    self.build()?;
                }
            }
        }
    }

    /// Begins to build the app.
    fn build(&mut self) -> Result<(), Diagnostic> {
        let (sender, outcome) = oneshot::channel();
        let (arguments, output) = (self.arguments.clone(), *self.output);
        let (toolchain, tools) = (self.toolchain, Arc::clone(&self.tools));
        self.report.tell(State::Building, &[]);
        let work = move || {
            let Dev { app, release, options, .. } = &arguments;
            let aim = if *release { Aim::Fast } else { Aim::Soon };
            let outcome = build::app_of(app, toolchain, aim, options, &tools, &output);
            // Nobody waits for it any more where the session has ended.
            let _ = sender.send(outcome);
        };
        self.building = Some(Building { started: Instant::now(), outcome });
        let thread = std::thread::Builder::new().name("build".to_owned()).spawn(work);
        thread.map(drop).map_err(|error| cannot("build", &error))
    }

    /// Serves the app if its build succeeded; else what is served goes on.
    fn built(&mut self, Built { started, outcome, found }: Built) -> Result<(), Diagnostic> {
        self.report.tell(if outcome == Outcome::Done { State::Built } else { State::Failed }, &found);
        if outcome != Outcome::Done {
            let goes_on = if self.server.is_some() { "; the app before goes on" } else { "" };
            self.say(&format!("not built{goes_on}; waiting for a change"));
            return Ok(());
        }
        let artifact = self.arguments.app.join(BUILD).join("app.cwasm");
        self.say(&format!("built in {:.1} s", started.elapsed().as_secs_f64()));
        if let Some(said) = self.models.as_mut().map(Models::renew).transpose()?.flatten() {
            self.say(&said);
        }
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
        command.arg("--build-report").arg(self.report.path());
        command.args(["--port", &self.arguments.port.to_string()]);
        if let Some(manifest) = self.models.as_ref().and_then(Models::manifest) {
            command.arg("--manifest").arg(manifest);
        }
        command.args(&self.arguments.more);
        if std::env::var_os("MODUS_ENV").is_none() {
            command.env("MODUS_ENV", "dev");
        }
        // The terminal's signals are for modusc, which ends the server once.
        command.stdin(Stdio::null()).kill_on_drop(true).process_group(0);
        command.spawn().map_err(|error| cannot(&format!("run {}", self.program.display()), &error))
    }

    fn server_ended(&mut self, status: std::io::Result<std::process::ExitStatus>) -> Outcome {
        self.server = None;
        let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        fail(self.output, Diagnostic::error(codes::RUNNER, format!("the server ended: {how}")))
    }

    /// Ends the tool that runs, and the server as an operator would, and waits for the latter. Whoever does not want to wait
    /// says so once more.
    async fn stop(&mut self) {
        self.tools.end();
        let Some(mut server) = self.server.take() else { return };
        let Some(id) = server.id() else { return };
        signal(id, rustix::process::Signal::TERM);
        if let Ok(again) = interrupted() {
            tokio::select! {
                _ = server.wait() => return,
                () = again => signal(id, rustix::process::Signal::TERM),
            }
        }
        let _ = server.wait().await;
    }

    fn say(&self, text: &str) {
        if !self.output.quiet {
            let _ = std::io::Write::write_all(&mut anstream::stderr(), format!("{text}\n").as_bytes());
        }
    }
}

/// Resolves when a build ends, if there is one.
async fn built(building: &mut Option<Building>) -> Result<Built, Diagnostic> {
    let Some(Building { started, outcome }) = building else { return std::future::pending().await };
    let started = *started;
    let (outcome, found) = outcome.await.map_err(|error| cannot("build", &error))?;
    *building = None;
    Ok(Built { started, outcome, found })
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
