//! AssemblyScript: npm's packages, and the build command of the SDK among them.

use std::path::{Path, PathBuf};

use super::program::{self, Found, Need};
use super::{BUILD, Toolchain};
use crate::codes;
use crate::diagnostic::{Diagnostic, Location};

/// The build command of the SDK, of the original's as well.
const TOOL: &str = "node_modules/.bin/modus-as-build";

/// See [`Toolchain`].
pub(super) struct AssemblyScript;

impl Toolchain for AssemblyScript {
    fn language(&self) -> &'static str {
        "AssemblyScript"
    }

    fn mark(&self) -> &'static str {
        "package.json"
    }

    fn needs(&self, app: Option<&Path>) -> Vec<Need> {
        let mut needs = vec![Need::program(
            "node",
            &["--version"],
            [20, 0, 0],
            "install Node.js, from https://nodejs.org or your distribution",
        )];
        match app {
            None => needs.push(Need::program("npm", &["--version"], [9, 0, 0], "npm comes with Node.js")),
            Some(app) => needs.push(Need {
                name: "the Modus SDK",
                wanted: "@hypermode/modus-sdk-as among the app's packages".to_owned(),
                found: program::upwards(app, TOOL)
                    .map_or(Found::Missing, |tool| Found::Good(tool.display().to_string())),
                advice: "npm install @hypermode/modus-sdk-as@npm:@modusc/sdk-as".to_owned(),
            }),
        }
        needs
    }

    fn prepare(&self, app: &Path) -> Result<(), Vec<Diagnostic>> {
        if program::upwards(app, "node_modules").is_some() {
            return Ok(());
        }
        let locked = app.join("package-lock.json").is_file();
        let arguments = [if locked { "ci" } else { "install" }, "--no-audit", "--no-fund"];
        let ran = program::run(app, Path::new("npm"), &arguments)?;
        if ran.succeeded { Ok(()) } else { Err(vec![program::failure(&format!("npm {}", arguments[0]), &ran.text)]) }
    }

    fn build(&self, app: &Path, optimised: bool) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        let tool = program::upwards(app, TOOL).unwrap_or_else(|| PathBuf::from(TOOL));
        let ran = program::run(app, &tool, &[if optimised { "release" } else { "debug" }])?;
        let found = findings(&ran.text);
        match (ran.succeeded, found.iter().any(Diagnostic::is_error)) {
            (true, _) => Ok(found),
            (false, true) => Err(found),
            (false, false) => Err(vec![program::failure("modus-as-build", &ran.text)]),
        }
    }

    fn is_source(&self, path: &Path) -> bool {
        let in_folder = |name: &str| path.components().any(|component| component.as_os_str() == name);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_named = matches!(name, "asconfig.json" | "tsconfig.json" | "package.json") || name.ends_with(".ts");
        is_named && !in_folder("node_modules") && !in_folder(BUILD)
    }
}

/// What the AssemblyScript compiler found: `ERROR TS2322: …`, the lines in question, and `in assembly/index.ts(3,35)`.
fn findings(text: &str) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let started = [("ERROR ", true), ("WARNING ", false)].into_iter().find_map(|(word, is_error)| {
            let message = line.strip_prefix(word)?;
            let (code, _) = message.split_once(": ")?;
            let is_code = code.len() > 2 && code.chars().all(|letter| letter.is_ascii_alphanumeric());
            is_code.then_some((message, is_error))
        });
        if let Some((message, is_error)) = started {
            let make = if is_error { Diagnostic::error } else { Diagnostic::warning };
            found.push(make(codes::SOURCE, message));
        } else if let (Some(last), Some(location)) = (found.last_mut(), place(line)) {
            // Of several places the first is where the mistake is.
            last.location.get_or_insert(location);
        }
    }
    found
}

/// `└─ in assembly/index.ts(3,35)`
fn place(line: &str) -> Option<Location> {
    let (_, place) = line.rsplit_once(" in ")?;
    let (file, rest) = place.strip_suffix(')')?.rsplit_once('(')?;
    let (line, column) = rest.split_once(',')?;
    let (line, column) = (line.trim().parse().ok()?, column.trim().parse().ok()?);
    Some(Location { file: file.to_owned(), line, column, ..Location::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_the_compiler() {
        let text = "ERROR TS2322: Type '~lib/string/String' is not assignable to type 'i32'.\n   :\n 3 │ return \"a\";\n   │        ~~~\n   └─ in assembly/index.ts(3,10)\n\nWARNING AS201: Conversion.\n   └─ in assembly/other.ts(1,2)\n   └─ in assembly/index.ts(9,9)\n\nFAILURE 1 compile error(s)\n";
        let found = findings(text);
        assert_eq!(found.len(), 2, "{found:?}");
        let (error, warning) = (&found[0], &found[1]);
        assert_eq!(error.message, "TS2322: Type '~lib/string/String' is not assignable to type 'i32'.");
        let location = error.location.as_ref().expect("a place");
        assert_eq!((&*location.file, location.line, location.column), ("assembly/index.ts", 3, 10));
        assert!(error.is_error() && !warning.is_error());
        assert_eq!(warning.location.as_ref().expect("a place").file, "assembly/other.ts");
        assert_eq!(findings("modus-as-build: there is no app in /x\nERROR: what\n"), []);
    }

    #[test]
    fn sources() {
        for (path, expected) in [
            ("assembly/index.ts", true),
            ("package.json", true),
            ("modus.json", false),
            ("node_modules/a/index.ts", false),
            ("build/app.wasm", false),
        ] {
            assert_eq!(AssemblyScript.is_source(Path::new(path)), expected, "{path}");
        }
    }
}
