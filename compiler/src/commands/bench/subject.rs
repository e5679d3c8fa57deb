//! The app under test: the file, what serves it, and where it is asked.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use abi::artifact::Artifact;
use abi::endpoint_path;
use abi::manifest::{Auth, Manifest};
use abi::plan::Program;
use loadgen::cores::Cores;
use tempfile::TempDir;

use super::arguments::Bench;
use super::server::Launch;
use crate::codes;
use crate::commands::{is_dash, read_input, runner};
use crate::diagnostic::Diagnostic;

/// What there is to measure.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) file: PathBuf,
    /// Bytes of the file.
    pub(super) length: usize,
    /// The runner and its bytes; `None` for an executable, which is its own.
    pub(super) runner: Option<(PathBuf, u64)>,
    pub(super) program: Program,
    pub(super) launch: Launch,
    /// The endpoint's path.
    pub(super) path: String,
    /// Holds the env file while servers are started.
    _folder: Option<TempDir>,
}

impl Subject {
    /// Reads what the command line names.
    ///
    /// # Errors
    /// A file that is no compiled app, no runner, no endpoint, settings that do not fit together.
    pub(super) fn open(arguments: &Bench) -> Result<Self, Diagnostic> {
        let file = &arguments.file;
        if is_dash(file) {
            return Err(usage("an app is measured from its file, not from standard input"));
        }
        let bytes = read_input(file)?.bytes;
        let program = program(file, &bytes)?;
        let runner = match (is_executable(&bytes), &arguments.runner) {
            (true, None) => None,
            (true, Some(_)) => {
                let text = format!("{} is an executable with its own runner; leave --runner out", file.display());
                return Err(usage(text));
            }
            (false, given) => {
                let path = given.clone().or_else(runner::find).ok_or_else(no_runner)?;
                let failed =
                    |error| Diagnostic::error(codes::READ_FILE, format!("cannot read {}: {error}", path.display()));
                let length = std::fs::metadata(&path).map_err(failed)?.len();
                Some((path, length))
            }
        };
        let path = endpoint(arguments, &program.manifest)?;
        let path = endpoint_path::normal(&path).map_or_else(|| path.clone(), Cow::into_owned);
        let folder = arguments.env_file.as_deref().map(env_folder).transpose()?;
        let served = runner.as_ref().map_or(file, |(path, _)| path);
        let launch = Launch {
            program: absolute(served)?,
            arguments: launch_arguments(arguments, runner.is_some(), folder.as_ref()),
            variables: variables(&arguments.env)?,
            cores: arguments.pin.map(pin).transpose()?,
        };
        Ok(Self { file: file.clone(), length: bytes.len(), runner, program, launch, path, _folder: folder })
    }
}

/// Leaves a core to the server.
fn pin(core: usize) -> Result<Cores, Diagnostic> {
    let (server, client) = Cores::split(core).map_err(usage)?;
    let failed = |error| Diagnostic::error(codes::BENCH, format!("cannot keep off core {core}: {error}"));
    client.enter().map_err(failed)?;
    Ok(server)
}

fn usage(text: impl Into<String>) -> Diagnostic {
    Diagnostic::error(codes::USAGE, text)
}

fn no_runner() -> Diagnostic {
    Diagnostic::error(codes::RUNNER, "there is no modus-runner beside modusc or on PATH to serve the app with")
        .with_help("name one with --runner")
}

/// The program in an artifact or an executable.
fn program(file: &Path, bytes: &[u8]) -> Result<Program, Diagnostic> {
    let shown = file.display();
    if bytes.starts_with(b"\0asm") {
        let message = format!("{shown} is a WebAssembly module, which is not measured before it is compiled");
        let compiled = file.with_extension("cwasm");
        let help = format!("modusc {shown} -o {0} && modusc bench {0}", compiled.display());
        return Err(Diagnostic::error(codes::ARTIFACT_FORMAT, message).with_help(help));
    }
    let refused = |error: abi::artifact::ArtifactError| {
        Diagnostic::error(codes::ARTIFACT_FORMAT, format!("{shown} cannot be measured: {error}"))
    };
    Artifact::parse(bytes).and_then(|artifact| artifact.whole_program()).map_err(refused)
}

/// Whether an ELF file is a program: artifacts are objects.
fn is_executable(bytes: &[u8]) -> bool {
    use object::{Object as _, ObjectKind};
    object::File::parse(bytes).is_ok_and(|file| matches!(file.kind(), ObjectKind::Executable | ObjectKind::Dynamic))
}

/// A program named without a folder is not looked for on PATH.
fn absolute(path: &Path) -> Result<PathBuf, Diagnostic> {
    std::path::absolute(path)
        .map_err(|error| Diagnostic::error(codes::READ_FILE, format!("cannot find {}: {error}", path.display())))
}

fn launch_arguments(arguments: &Bench, with_artifact: bool, folder: Option<&TempDir>) -> Vec<OsString> {
    let mut list: Vec<OsString> = Vec::new();
    if with_artifact {
        list.push(arguments.file.clone().into());
    }
    if let Some(folder) = folder {
        list.extend(["--app-path".into(), folder.path().into()]);
    }
    list.extend(arguments.runner_arguments.iter().map(Into::into));
    list
}

/// A folder in which the runner finds the env file under the name that it looks for: what such a file may hold is its
/// business alone.
fn env_folder(file: &Path) -> Result<TempDir, Diagnostic> {
    let failed = |what: &str, error: std::io::Error| {
        Diagnostic::error(codes::READ_FILE, format!("cannot {what} {}: {error}", file.display()))
    };
    let file = std::fs::canonicalize(file).map_err(|error| failed("read", error))?;
    let folder = TempDir::new().map_err(|error| failed("make a folder for", error))?;
    std::os::unix::fs::symlink(file, folder.path().join(".env")).map_err(|error| failed("link", error))?;
    Ok(folder)
}

fn variables(texts: &[String]) -> Result<Vec<(String, String)>, Diagnostic> {
    let pair = |text: &String| {
        let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
        // Not shown: it may be a secret.
        let (name, value) = pair.ok_or_else(|| usage("an --env is not of the form NAME=VALUE"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    texts.iter().map(pair).collect()
}

/// The path to ask at.
fn endpoint(arguments: &Bench, manifest: &Manifest) -> Result<String, Diagnostic> {
    let names = || manifest.endpoint_order.iter().map(String::as_str);
    if let Some(wanted) = &arguments.endpoint {
        if wanted.starts_with('/') {
            return Ok(wanted.clone());
        }
        let found = manifest.endpoints.get(wanted).map(|endpoint| endpoint.path.clone());
        return found.ok_or_else(|| {
            let known = names().collect::<Vec<_>>().join(", ");
            usage(format!("the app has no endpoint {wanted}; it has {known}"))
        });
    }
    let is_authorised = arguments.header.iter().any(|header| {
        header.split_once(':').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("authorization"))
    }) || arguments.runner_arguments.iter().any(|argument| argument == "--open-without-keys");
    let mut endpoints = names().filter_map(|name| manifest.endpoints.get(name));
    let open = endpoints.clone().find(|endpoint| endpoint.auth == Auth::None);
    match open.or_else(|| endpoints.next().filter(|_| is_authorised)) {
        Some(endpoint) => Ok(endpoint.path.clone()),
        None if manifest.endpoints.is_empty() => Err(usage("the app has no endpoint to ask").with_help(
            "compile it with a modus.json that has one; or give the runner one with `--endpoint /PATH -- --manifest FILE`",
        )),
        None => Err(usage("every endpoint of the app wants a bearer token")
            .with_help("give one with --header 'Authorization: Bearer …'")),
    }
}
