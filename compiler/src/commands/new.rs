//! `modusc new`: a new app from a template that is in the program.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::{Outcome, Output};
use super::{fail, print_styled};
use crate::codes;
use crate::diagnostic::Diagnostic;

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
    /// Folder of the AssemblyScript SDK [default: the one that came with modusc, else npm's]
    #[arg(long, value_name = "FOLDER")]
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

/// Folders above the program's in which the SDK may be: `bin` of an archive, `target/release` of a source tree.
const SDK_LEVELS: usize = 4;

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
    let sdk = arguments.sdk.as_deref().map_or_else(sdk, |folder| {
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        format!("file:{}", absolute.display())
    });
    if let Err(diagnostic) = write(&folder, &name, &sdk, files) {
        return fail(output, diagnostic);
    }
    let shown = folder.display();
    print_styled(
        output,
        &format!("made {shown}\n\n  modusc dev {shown}      builds it, serves it, and again at each change\n"),
    )
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
    let is_taken = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file();
    if is_taken {
        let message = format!("{} is there already, and not empty", folder.display());
        return Err(Diagnostic::error(codes::NEW_APP, message).with_help("name another folder with --dir"));
    }
    for (path, text) in files.iter().chain(COMMON) {
        let path = folder.join(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, text.replace("{{name}}", name).replace("{{sdk}}", sdk))).map_err(
            |error| Diagnostic::error(codes::WRITE_FILE, format!("cannot write {}: {error}", path.display())),
        )?;
    }
    Ok(())
}

/// The AssemblyScript SDK as npm wants it named: the one that came with this program, in its archive or source tree, so that
/// the two fit; else the published one.
fn sdk() -> String {
    let published = concat!("npm:@modusc/sdk-as@", env!("CARGO_PKG_VERSION")).to_owned();
    let Some(program) = std::env::current_exe().ok() else { return published };
    let folders = program.ancestors().skip(1).take(SDK_LEVELS).map(|folder| folder.join("sdk/assemblyscript"));
    let mut found = folders.filter(|folder| folder.join("package.json").is_file());
    found.next().map_or(published, |folder| format!("file:{}", folder.display()))
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
