//! `modusc new`: a new app from a template that is in the program.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::{Outcome, Output};
use super::{fail, print_styled};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::toolchain::sdk;

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct New {
    /// Name of the app: letters, digits and hyphens
    pub name: String,
    /// Language to write it in
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Lang,
    /// Folder to make [default: NAME]
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// AssemblyScript SDK, a folder or an npm package [default: the one that came with modusc, else npm's]
    #[arg(long, value_name = "PATH")]
    pub sdk: Option<PathBuf>,
}

/// Languages that there are templates for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// AssemblyScript
    As,
    /// Go
    Go,
}

/// A file of a template: its name, and its text, in which `{{name}}` is the app's name.
type File = (&'static str, &'static str);

const COMMON: &[File] = &[
    ("modus.json", include_str!("../../templates/modus.json")),
    (".gitignore", include_str!("../../templates/gitignore")),
    (".env.dev.local", include_str!("../../templates/env.dev.local")),
];
const ASSEMBLYSCRIPT: &[File] = &[
    ("package.json", include_str!("../../templates/as/package.json")),
    (".npmrc", include_str!("../../templates/as/npmrc")),
    ("asconfig.json", include_str!("../../templates/as/asconfig.json")),
    ("assembly/index.ts", include_str!("../../templates/as/index.ts")),
    ("assembly/tsconfig.json", include_str!("../../templates/as/tsconfig.json")),
    ("README.md", include_str!("../../templates/as/README.md")),
];
const GO: &[File] = &[
    ("go.mod", include_str!("../../templates/go/go.mod.txt")),
    ("go.sum", include_str!("../../templates/go/go.sum.txt")),
    ("main.go", include_str!("../../templates/go/main.go.txt")),
    ("README.md", include_str!("../../templates/go/README.md")),
];

/// Runs the command.
pub fn run(arguments: &New, output: &Output) -> Outcome {
    let name = match checked(&arguments.name) {
        Ok(name) => name,
        Err(diagnostic) => return fail(output, diagnostic),
    };
    let folder = arguments.dir.clone().unwrap_or_else(|| PathBuf::from(&name));
    let files = match arguments.lang {
        Lang::As => ASSEMBLYSCRIPT,
        Lang::Go => GO,
    };
    let package = arguments.sdk.as_deref().map_or_else(sdk::package, sdk::named);
    if let Err(diagnostic) = write(&folder, &name, &package, files) {
        return fail(output, diagnostic);
    }
    let shown = folder.display();
    let mut text = format!(
        "made {shown}\n\n  modusc dev {shown}      builds it, serves it, and again at each change\n  \
         modusc dev {shown} --stand-in      the same without a key: answers of models are made up\n"
    );
    if arguments.lang == Lang::As && package == sdk::PUBLISHED {
        text.push_str(&format!(
            "\nThe SDK is fetched from npm ({package}): none came with this modusc. --sdk names another.\n"
        ));
    }
    print_styled(output, &text)
}

/// The name, in lower case.
fn checked(name: &str) -> Result<String, Diagnostic> {
    let lower = name.to_lowercase();
    let is_good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if lower.is_empty() || !lower.chars().all(is_good) || lower.starts_with('-') || lower.ends_with('-') {
        let message = format!("\"{name}\" is no name of an app: letters, digits and hyphens between them make one");
        return Err(Diagnostic::error(codes::USAGE, message));
    }
    Ok(lower)
}

fn write(folder: &Path, name: &str, sdk: &str, files: &[File]) -> Result<(), Diagnostic> {
    let is_free = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        // What is there and cannot be looked into may have anything in it.
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if !is_free {
        let message = format!("{} is there already, and not an empty folder", folder.display());
        return Err(Diagnostic::error(codes::NEW_APP, message).with_help("name another folder with --dir"));
    }
    for (path, text) in files.iter().chain(COMMON) {
        let path = folder.join(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let text = text.replace("{{name}}", name).replace("{{sdk}}", sdk);
        // A file that has come meanwhile is another's.
        let written =
            made.and_then(|()| std::fs::File::create_new(&path)).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| {
            Diagnostic::error(codes::WRITE_FILE, format!("cannot write {}: {error}", path.display()))
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, expected) in
            [("Hello", Some("hello")), ("a-1", Some("a-1")), ("", None), ("-a", None), ("a b", None), ("../a", None)]
        {
            assert_eq!(checked(name).ok().as_deref(), expected, "{name}");
        }
    }
}
