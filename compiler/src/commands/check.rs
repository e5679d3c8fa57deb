//! `modusc check`: what is wrong with a manifest, and with a module beside it, without compiling.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use abi::manifest::{FILE_NAME, Manifest};
use abi::plan::Program;
use clap::Args;
use serde_json::{Value, json};

use super::output::{Outcome, Output};
use super::{Input, beside, is_dash, keep, manifest_of, print, read_input, read_manifest, report};
use crate::codes;
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::pipeline::{self, ManifestText};
use crate::render::{Renderer, json_value};

/// What is to be checked, and what has been found out about it.
#[derive(Default)]
struct Checked {
    module: Option<Input>,
    manifest: Option<ManifestText>,
    diagnostics: Vec<Diagnostic>,
    /// The manifest's contents, if it can be used.
    contents: Option<Manifest>,
    /// The module's, if it can be used.
    program: Option<Program>,
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

/// Runs the command.
pub fn run(arguments: &Check, output: &Output) -> Outcome {
    let mut checked = Checked::default();
    checked.find(arguments);
    checked.analyse(arguments.strict);
    let (outcome, text) = if arguments.json {
        (super::outcome(&checked.diagnostics), format!("{:#}\n", checked.json()))
    } else {
        let mut renderer = Renderer::new(output.format());
        if let Some(manifest) = &checked.manifest {
            renderer.add_source(&manifest.file, &manifest.text);
        }
        let text = if output.quiet { String::new() } else { checked.text() };
        (report(output, &renderer, &checked.diagnostics), text)
    };
    match print(output, text.as_bytes()) {
        Outcome::Done => outcome,
        failed => failed,
    }
}

impl Checked {
    /// Reads what the command line names.
    fn find(&mut self, arguments: &Check) {
        let path = &arguments.path;
        if path.is_dir() {
            return self.find_in(path, arguments.manifest.as_deref());
        }
        let (input, problem) = keep(read_input(path));
        self.diagnostics.extend(problem);
        let Some(input) = input else { return };
        if input.bytes.starts_with(b"\x7fELF") {
            let message = format!("{} is an artifact, checked when it was made; `modusc inspect` shows it", input.name);
            return self.diagnostics.push(Diagnostic::error(codes::USAGE, message));
        }
        if !is_module(path, &input) {
            return self.take_manifest(manifest_of(input).map(Some));
        }
        self.module = Some(input);
        self.take_manifest(match &arguments.manifest {
            Some(manifest) => read_manifest(manifest).map(Some),
            None if is_dash(path) => Ok(None),
            None => beside(path),
        });
    }

    /// The manifest and the one module of a folder.
    fn find_in(&mut self, folder: &Path, manifest: Option<&Path>) {
        let (modules, problem) = keep(modules(folder));
        self.diagnostics.extend(problem);
        let modules = modules.unwrap_or_default();
        match modules.as_slice() {
            [module] => {
                let (input, problem) = keep(read_input(module));
                self.module = input;
                self.diagnostics.extend(problem);
            }
            [first, second, ..] => {
                let (first, second) = (first.display(), second.display());
                let message = format!("there are several modules, {first} and {second}; an app has one");
                self.diagnostics.push(Diagnostic::error(codes::SEVERAL_MODULES, message));
            }
            [] => {}
        }
        match manifest {
            Some(manifest) => self.take_manifest(read_manifest(manifest).map(Some)),
            // With a module alone, its absence is only worth a warning.
            None if modules.is_empty() => self.take_manifest(read_manifest(&folder.join(FILE_NAME)).map(Some)),
            None => self.take_manifest(beside(&folder.join("app.wasm"))),
        }
    }

    fn take_manifest(&mut self, manifest: Result<Option<ManifestText>, Diagnostic>) {
        let (manifest, problem) = keep(manifest);
        self.manifest = manifest.flatten();
        self.diagnostics.extend(problem);
    }

    fn analyse(&mut self, strict: bool) {
        let manifest = self.manifest.as_ref();
        if let Some(manifest) = manifest {
            let (contents, mut found) = crate::manifest::read(&manifest.text, &manifest.file);
            if strict {
                diagnostic::make_errors(&mut found);
            }
            self.contents = contents.filter(|_| !found.iter().any(Diagnostic::is_error));
            if self.module.is_none() {
                self.diagnostics.extend(found);
            }
        }
        if let Some(module) = &self.module {
            let unread = manifest.is_none() && self.diagnostics.iter().any(Diagnostic::is_error);
            let (program, mut found) = pipeline::analyse(&module.name, &module.bytes, manifest);
            found.retain(|found| !(unread && found.code == codes::MANIFEST_ABSENT));
            self.program = program;
            self.diagnostics.extend(found);
        }
        if strict {
            diagnostic::make_errors(&mut self.diagnostics);
        }
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|found| found.severity == severity).count()
    }

    /// Names of the functions that are GraphQL fields.
    fn fields(&self) -> Option<usize> {
        self.program.as_ref().map(|program| program.schema.query.len() + program.schema.mutation.len())
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        if let (Some(manifest), Some(text_of)) = (&self.contents, &self.manifest) {
            let endpoints = counted(manifest.endpoints.len(), "endpoint");
            let models = counted(manifest.models.len(), "model");
            let connections = counted(manifest.connections.len(), "connection");
            let _ = writeln!(text, "{}: {endpoints}, {models}, {connections}", text_of.file);
            let variables: Vec<_> = manifest.secret_variables().into_iter().collect();
            if !variables.is_empty() {
                let _ = writeln!(text, "  needs {}", variables.join(", ").escape_debug());
            }
        }
        if let (Some(fields), Some(module)) = (self.fields(), &self.module) {
            let _ = writeln!(text, "{}: {}", module.name, counted(fields, "field"));
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        let _ = writeln!(text, "{}, {}", counted(errors, "error"), counted(warnings, "warning"));
        text
    }

    fn json(&self) -> Value {
        let manifest = self.contents.as_ref();
        let keys = |names: Option<Vec<&String>>| names.map_or(Value::Null, |names| json!(names));
        json!({
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "manifest": self.manifest.as_ref().map(|manifest| &manifest.file),
            "module": self.module.as_ref().map(|module| &module.name),
            "endpoints": keys(manifest.map(|manifest| manifest.endpoint_order.iter().collect())),
            "models": keys(manifest.map(|manifest| manifest.models.keys().collect())),
            "connections": keys(manifest.map(|manifest| manifest.connections.keys().collect())),
            "variables": manifest.map(Manifest::secret_variables),
            "fields": self.fields(),
            "diagnostics": self.diagnostics.iter().map(json_value).collect::<Vec<_>>(),
        })
    }
}

/// Whether a file is to be taken for a module, whatever is wrong with it.
fn is_module(path: &Path, input: &Input) -> bool {
    input.bytes.starts_with(b"\0asm") || path.extension().is_some_and(|extension| extension == "wasm")
}

/// The modules of a folder, sorted.
fn modules(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::error(codes::READ_FILE, format!("cannot read {}: {error}", folder.display()))
    };
    let mut modules = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") && path.is_file() {
            modules.push(path);
        }
    }
    modules.sort();
    Ok(modules)
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
