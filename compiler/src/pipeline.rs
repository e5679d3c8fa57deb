//! The whole way from module and manifest to artifact, in memory.

use abi::artifact::{self, Parts};
use abi::manifest::Manifest;
use abi::plan::Program;

use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::native::{self, Target};
use crate::preinit::{self, Initialised, Mode};
use crate::{dispatch, manifest, plan, read};

/// A manifest as found.
#[derive(Clone, Debug)]
pub struct ManifestText {
    /// Its text.
    pub text: String,
    /// The file's name, for diagnostics.
    pub file: String,
}

/// How to compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Warnings are errors.
    pub strict: bool,
    /// Look for everything that is wrong, but produce nothing.
    pub check_only: bool,
    /// When to initialise the app at build time.
    pub preinit: Mode,
    /// The runner of an executable app.
    pub runner: Option<&'a [u8]>,
}

/// Compiles a module; all that is wrong with it and with the manifest is reported together.
///
/// There is an artifact unless one of the diagnostics is an error.
pub fn compile(
    name: &str,
    wasm: &[u8],
    manifest: Option<&ManifestText>,
    target: &Target,
    options: Options<'_>,
) -> (Option<Vec<u8>>, Vec<Diagnostic>) {
    let (program, mut diagnostics) = analyse(name, wasm, manifest);
    if let Err(diagnostic) = target.cpu() {
        diagnostics.push(diagnostic);
    }
    if options.strict {
        diagnostics.iter_mut().for_each(|diagnostic| diagnostic.severity = Severity::Error);
    }
    let refused = options.check_only || diagnostics.iter().any(Diagnostic::is_error);
    let Some(mut program) = program.filter(|_| !refused) else { return (None, diagnostics) };
    let (initialised, note) = match initialise(wasm, &mut program, options.preinit) {
        Ok(initialised) => (initialised, None),
        Err(diagnostic) => (None, Some(diagnostic.in_file(name))),
    };
    let failed = note.as_ref().is_some_and(Diagnostic::is_error);
    diagnostics.extend(note);
    if failed {
        return (None, diagnostics);
    }
    let code = initialised.as_deref().unwrap_or(wasm);
    match assemble(wasm, code, &program, target, options.runner) {
        Ok(artifact) => (Some(artifact), diagnostics),
        Err(diagnostic) => {
            diagnostics.push(diagnostic.in_file(name));
            (None, diagnostics)
        }
    }
}

/// The module as its start function leaves it, where that can be stored; the program then has no start any more.
fn initialise(wasm: &[u8], program: &mut Program, mode: Mode) -> Result<Option<Vec<u8>>, Diagnostic> {
    let Some(start) = program.start.as_deref().filter(|_| mode != Mode::Off) else { return Ok(None) };
    match preinit::initialise(wasm, start, program.language, mode) {
        Ok(Initialised { wasm, seeds }) => {
            (program.start, program.seeds) = (None, seeds);
            Ok(Some(wasm))
        }
        Err(reason) => {
            let message = |so: &str| format!("the app {so} initialised at build time: {reason}");
            Err(match mode {
                Mode::Force => Diagnostic::error(codes::PREINIT, message("cannot be")),
                _ => Diagnostic::note(codes::PREINIT, message("is not"))
                    .with_help("each call initialises its instance, which takes a little longer"),
            })
        }
    }
}

/// Everything but native code: the program of a module with its manifest.
pub fn analyse(name: &str, wasm: &[u8], manifest: Option<&ManifestText>) -> (Option<Program>, Vec<Diagnostic>) {
    let (module, mut diagnostics) = read::read(wasm);
    let (manifest, found) = match manifest {
        Some(text) => manifest::read(&text.text, &text.file, false),
        None => (Some(Manifest::default()), vec![absent()]),
    };
    let usable = manifest.is_some();
    // A faulty manifest does not hide what is wrong with the functions.
    let (program, planned) = match &module {
        Some(module) => plan::build(module, manifest.unwrap_or_default()),
        None => (None, Vec::new()),
    };
    diagnostics.extend(planned);
    let mut diagnostics: Vec<_> = diagnostics.into_iter().map(|diagnostic| diagnostic.in_file(name)).collect();
    diagnostics.extend(found);
    (program.filter(|_| usable), diagnostics)
}

fn absent() -> Diagnostic {
    Diagnostic::warning(codes::MANIFEST_ABSENT, "there is no manifest, so the artifact has no endpoint of its own")
        .with_help("put a modus.json beside the module, or name one with --manifest, here or for the runner")
}

fn assemble(
    source: &[u8],
    wasm: &[u8],
    program: &Program,
    target: &Target,
    runner: Option<&[u8]>,
) -> Result<Vec<u8>, Diagnostic> {
    let code = native::compile(&dispatch::add(wasm, program)?, target)?;
    let (cpu, bounds) = (target.cpu()?, target.bounds);
    let parts = Parts { source, code: &code, runner, program, target: target.triple.clone(), cpu, bounds };
    artifact::write(&parts).map_err(|error| Diagnostic::error(codes::ARTIFACT_WRITE, error.to_string()))
}

#[cfg(test)]
mod tests;
