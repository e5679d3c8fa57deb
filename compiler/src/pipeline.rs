//! The whole way from module and manifest to artifact, in memory:
//!
//! ```text
//! read ── metadata ── types ── plans ── schema          analyse: what the runner needs to know
//! initialise ── inline ── dispatchers ── unroll ── native ── write    make: what it runs
//! ```

use std::borrow::Cow;

use abi::artifact::{self, Parts};
use abi::manifest::Manifest;
use abi::plan::Program;

use crate::diagnostic::{self, Diagnostic};
use crate::language::frontend;
use crate::native::{self, Target};
use crate::preinit::{self, Beginning};
use crate::read::{self, Module, metadata};
use crate::{codes, dispatch, inline, manifest, plan, schema, unroll};

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
    /// How instances begin.
    pub beginning: Beginning,
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
    let (program, mut found) = analyse(name, wasm, manifest);
    found.extend(target.cpu().err());
    if options.strict {
        diagnostic::make_errors(&mut found);
    }
    let refused = options.check_only || found.iter().any(Diagnostic::is_error);
    let Some(program) = program.filter(|_| !refused) else { return (None, found) };
    let mut notes = Vec::new();
    let artifact = make(wasm, program, target, options, &mut notes);
    found.extend(notes.into_iter().map(|note| note.in_file(name)));
    (artifact, found)
}

/// Everything but native code: the program of a module with its manifest.
pub fn analyse(name: &str, wasm: &[u8], manifest: Option<&ManifestText>) -> (Option<Program>, Vec<Diagnostic>) {
    let (manifest, of_manifest) = match manifest {
        Some(text) => manifest::read(&text.text, &text.file),
        None => (Some(Manifest::default()), vec![absent()]),
    };
    let usable = manifest.is_some();
    let mut found = Vec::new();
    let file = read::file(wasm, &mut found);
    let module = file.and_then(|file| {
        let described = metadata::read(&file.sections, &mut found);
        read::module(file, described, &mut found)
    });
    // A faulty manifest does not hide what is wrong with the functions.
    let program = module.and_then(|module| plan(&module, manifest.unwrap_or_default(), &mut found));
    let found = found.into_iter().map(|finding| finding.in_file(name)).chain(of_manifest).collect();
    (program.filter(|_| usable), found)
}

/// From metadata to all that the runner needs to know; nothing where a finding is an error or there is no start function.
pub(crate) fn plan(module: &Module, manifest: Manifest, found: &mut Vec<Diagnostic>) -> Option<Program> {
    let earlier = found.len();
    let types = plan::types(module);
    let plans = plan::plans(module, types, found);
    let (metadata, embedders) = (&module.metadata, &manifest.embedders);
    let (schema, of_schema) =
        schema::generate(metadata, module.language, embedders, &plans.left_out, &plans.opaque_fields);
    found.extend(of_schema);
    let failed = found.iter().skip(earlier).any(Diagnostic::is_error);
    plan::program(module, plans, schema, manifest).filter(|_| !failed)
}

/// From the program to the artifact, unless one of the findings is an error.
fn make(
    wasm: &[u8],
    mut program: Program,
    target: &Target,
    options: Options<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<u8>> {
    let initialised = preinit::initialise(wasm, &mut program, options.beginning, found)?;
    // One pass over the module adds the dispatchers and unrolls the loops.
    let made = inlined(wasm, initialised, &program)
        .and_then(|inlined| dispatch::add(&inlined, &mut program, unroll::body))
        .and_then(|module| native::compile(&module, target))
        .and_then(|code| write(wasm, &code, &program, target, options.runner));
    made.map_err(|diagnostic| found.push(diagnostic)).ok()
}

/// The module with its small functions inlined, where nobody has done it.
fn inlined<'w>(source: &[u8], module: Cow<'w, [u8]>, program: &Program) -> Result<Cow<'w, [u8]>, Diagnostic> {
    if !frontend(program.language).names_only_unoptimised() || !inline::has_names(source) {
        return Ok(module);
    }
    let failed = |error| Diagnostic::error(codes::NOT_COMPILABLE, format!("failed to inline functions: {error}"));
    inline::module(&module).map(Cow::from).map_err(failed)
}

fn write(
    source: &[u8],
    code: &[u8],
    program: &Program,
    target: &Target,
    runner: Option<&[u8]>,
) -> Result<Vec<u8>, Diagnostic> {
    let (cpu, bounds) = (target.cpu()?, target.bounds);
    let parts = Parts { source, code, runner, program, target: target.triple.clone(), cpu, bounds };
    artifact::write(&parts).map_err(|error| Diagnostic::error(codes::ARTIFACT_WRITE, error.to_string()))
}

fn absent() -> Diagnostic {
    Diagnostic::warning(codes::MANIFEST_ABSENT, "there is no manifest, so the artifact has no endpoint of its own")
        .with_help("put a modus.json beside the module, or name one with --manifest, here or for the runner")
}

#[cfg(test)]
mod tests;
