//! `modusc build`: from the sources of an app to its artifact.

use std::path::{Path, PathBuf};

use abi::manifest::FILE_NAME;
use clap::Args;

use super::compile::{self, Compile, Options};
use super::output::{Outcome, Output};
use super::{fail, read_input, report, write_file};
use crate::codes;
use crate::diagnostic::{self, Diagnostic};
use crate::progress::Progress;
use crate::render::Renderer;
use crate::toolchain::{self, Aim, BUILD, Toolchain, Tools};

/// Arguments of `build`.
#[derive(Debug, Args)]
pub struct Build {
    /// The app's folder
    #[arg(default_value = ".")]
    pub app: PathBuf,
    /// Build the module to be looked into rather than to be fast
    #[arg(long)]
    pub debug: bool,
    /// How the artifact is made
    #[command(flatten)]
    pub options: Options,
}

/// Runs the command. Everything goes into the folder `build` of the app: the module, the manifest, and the artifact or the
/// executable app.
pub fn run(arguments: &Build, output: &Output) -> Outcome {
    let Build { app, debug, options } = arguments;
    match options.check().and_then(|()| toolchain::of(app)) {
        Err(diagnostic) => fail(output, diagnostic),
        Ok(toolchain) => {
            app_of(app, toolchain, if *debug { Aim::Debug } else { Aim::Fast }, options, &Tools::default(), output).0
        }
    }
}

/// Builds an app of a known language. Answers what was found, too. Another thread may end the tools meanwhile.
pub(super) fn app_of(
    app: &Path,
    toolchain: &dyn Toolchain,
    aim: Aim,
    options: &Options,
    tools: &Tools,
    output: &Output,
) -> (Outcome, Vec<Diagnostic>) {
    let label = format!("building the {} module of {}", toolchain.language(), app.display());
    let progress = Progress::start(label, compile::shows_progress(output));
    let built = toolchain::build(app, toolchain, aim, tools);
    drop(progress);
    if tools.are_ended() {
        return (Outcome::Interrupted, Vec::new());
    }
    let (module, mut said) = match built {
        Ok((module, said)) => (Some(module), said),
        Err(said) => (None, said),
    };
    let mut renderer = Renderer::new(output.format());
    said.iter_mut().for_each(|finding| locate(finding, app, &mut renderer));
    if options.strict {
        diagnostic::make_errors(&mut said);
    }
    said.extend(copy_manifest(app).err());
    let outcome = report(output, &renderer, &said);
    let Some(input) = module.filter(|_| outcome == Outcome::Done) else { return (outcome, said) };
    // What is wrong with the manifest is told of the author's file, not of its copy.
    let manifest = Some(shown(&app.join(FILE_NAME))).filter(|manifest| manifest.is_file());
    let (outcome, found) = compile::make(&Compile { input, output: None, manifest }, options, output);
    said.extend(found);
    (outcome, said)
}

/// The manifest beside the module, as the author wrote it; none where there is none.
fn copy_manifest(app: &Path) -> Result<(), Diagnostic> {
    let (from, to) = (app.join(FILE_NAME), app.join(BUILD).join(FILE_NAME));
    let failed =
        |error: std::io::Error| Diagnostic::error(codes::WRITE_FILE, format!("cannot write {}: {error}", to.display()));
    if !from.is_file() {
        return match std::fs::remove_file(&to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        };
    }
    if compile::same_file(&from, &to) {
        return Ok(());
    }
    // Not copied with its mode: a copy that nobody may write could not be written again.
    let text = read_input(&from)?;
    std::fs::create_dir_all(app.join(BUILD)).map_err(failed)?;
    write_file(&to, &text.bytes, false)
}

/// A path as the user would write it.
fn shown(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

/// Names a finding's file as the user would from here, and shows its line.
fn locate(finding: &mut Diagnostic, app: &Path, renderer: &mut Renderer) {
    let Some(location) = &mut finding.location else { return };
    let path = app.join(&location.file);
    let shown = shown(&path).display().to_string();
    if let Ok(text) = std::fs::read_to_string(&path) {
        location.span = span(&text, location.line, location.column);
        renderer.add_source(&shown, &text);
    }
    location.file = shown;
}

/// The word at a place, in bytes.
fn span(text: &str, line: usize, column: usize) -> Option<std::ops::Range<usize>> {
    let start_of_line: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let line = text.get(start_of_line..)?.lines().next()?;
    let (start, _) = line.char_indices().nth(column.checked_sub(1)?)?;
    let rest = &line[start..];
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let length = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()).max(rest.chars().next()?.len_utf8());
    Some(start_of_line + start..start_of_line + start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let text = "one\ntwö three\n\nx";
        for (line, column, expected) in [
            (1, 1, Some("one")),
            (2, 5, Some("three")),
            (2, 4, Some(" ")),
            (4, 1, Some("x")),
            (3, 1, None),
            (9, 1, None),
            (0, 0, None),
        ] {
            assert_eq!(span(text, line, column).map(|span| &text[span]), expected, "{line}:{column}");
        }
    }
}
