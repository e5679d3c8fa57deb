//! A program from a module or from an artifact.

use std::path::Path;

use abi::artifact::{Artifact, ArtifactError, Header};
use abi::plan::Program;

use super::{Input, beside, is_dash, keep, read_input};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::pipeline;
use crate::render::{Format, Renderer};

/// What could be found out about a file.
pub(super) struct Loaded {
    /// The program, if the file is usable.
    pub(super) program: Option<Program>,
    /// The header, if the file is an artifact.
    pub(super) header: Option<Header>,
    /// Sections of the file, if it is an artifact.
    pub(super) sections: Vec<Section>,
    /// Bytes of the file.
    pub(super) length: usize,
    /// What is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Knows the manifest's text.
    pub(super) renderer: Renderer,
}

/// A section of an artifact's ELF file.
pub(super) struct Section {
    pub(super) name: String,
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// Reads a file: a module with the manifest beside it, or an artifact.
pub(super) fn load(path: &Path, format: Format) -> Loaded {
    let mut loaded = Loaded {
        program: None,
        header: None,
        sections: Vec::new(),
        length: 0,
        diagnostics: Vec::new(),
        renderer: Renderer::new(format),
    };
    match read_input(path) {
        Err(diagnostic) => loaded.diagnostics.push(diagnostic),
        Ok(input) => {
            loaded.length = input.bytes.len();
            if input.bytes.starts_with(b"\x7fELF") {
                loaded.artifact(&input);
            } else {
                loaded.module(path, &input);
            }
        }
    }
    loaded
}

impl Loaded {
    fn module(&mut self, path: &Path, input: &Input) {
        // The schema depends on the manifest only for old apps, so a module alone will do.
        let (manifest, unread) = keep(if is_dash(path) { Ok(None) } else { beside(path) });
        let manifest = manifest.flatten();
        if let Some(manifest) = &manifest {
            self.renderer.add_source(&manifest.file, &manifest.text);
        }
        let (program, diagnostics) = pipeline::analyse(&input.name, &input.bytes, manifest.as_ref());
        self.program = program;
        self.diagnostics = unread.into_iter().chain(diagnostics).collect();
        self.diagnostics.retain(|diagnostic| diagnostic.code != codes::MANIFEST_ABSENT);
    }

    fn artifact(&mut self, input: &Input) {
        let refused = |error: ArtifactError| {
            let code = match error {
                ArtifactError::NotAnArtifact { .. } | ArtifactError::Damaged(_) => codes::ARTIFACT_FORMAT,
                _ => codes::ARTIFACT_MISMATCH,
            };
            Diagnostic::error(code, error.to_string()).in_file(&input.name)
        };
        match Artifact::parse(input.bytes.as_slice()) {
            Err(error) => self.diagnostics.push(refused(error)),
            Ok(artifact) => {
                self.header = Some(artifact.header().clone());
                self.sections = sections(&input.bytes);
                match artifact.whole_program() {
                    Ok(program) => self.program = Some(program),
                    Err(error) => self.diagnostics.push(refused(error)),
                }
            }
        }
    }
}

/// The named sections of an ELF file, as far as they can be read.
fn sections(bytes: &[u8]) -> Vec<Section> {
    use object::{Object as _, ObjectSection as _};
    let Ok(file) = object::File::parse(bytes) else { return Vec::new() };
    file.sections()
        .filter_map(|section| {
            let (offset, length) = section.file_range()?;
            Some(Section { name: section.name().ok()?.to_owned(), offset, length })
        })
        .collect()
}
