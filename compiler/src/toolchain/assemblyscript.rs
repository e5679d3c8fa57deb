//! AssemblyScript: npm's packages, and the build command of the SDK among them.

use std::path::{Path, PathBuf};

use super::program::{self, Found, Need};
use super::resident::Source;
use super::{Aim, BUILD, Toolchain, Tools};
use crate::codes;
use crate::diagnostic::{Diagnostic, Location};

/// The build command of the SDK, of the original's as well.
const TOOL: &str = "node_modules/.bin/modus-as-build";
/// The same command for one build after the other.
const RESIDENT: &str = "node_modules/@hypermode/modus-sdk-as/bin/resident.js";
/// Written by npm whenever it installs something.
const INSTALLED: &str = "node_modules/.package-lock.json";
/// The SDK, by the name that apps import it by.
const SDK: &str = "@hypermode/modus-sdk-as";

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
        let tool = app.and_then(|app| program::upwards(app, TOOL));
        if tool.is_none() {
            needs.push(Need::program("npm", &["--version"], [9, 0, 0], "npm comes with Node.js"));
        }
        if let Some(app) = app {
            let advice = if names_sdk(app) {
                "run npm install in the app's folder; modusc build does it, too".to_owned()
            } else {
                format!("npm install {SDK}@npm:@modusc/sdk-as")
            };
            needs.push(Need {
                name: "the Modus SDK",
                wanted: format!("{SDK} among the app's packages"),
                found: tool.map_or(Found::Missing, |tool| Found::Good(tool.display().to_string())),
                advice,
            });
        }
        needs
    }

    fn prepare(&self, app: &Path, tools: &Tools) -> Result<(), Vec<Diagnostic>> {
        // A folder of packages may be another's, or what is left of an installation that did not end.
        let is_installed = program::upwards(app, TOOL).is_some();
        if is_installed || (!names_sdk(app) && program::upwards(app, "node_modules").is_some()) {
            return Ok(());
        }
        let locked = app.join("package-lock.json").is_file();
        let arguments = [if locked { "ci" } else { "install" }, "--no-audit", "--no-fund"];
        let ran = program::run(tools, app, Path::new("npm"), &arguments)?;
        if ran.succeeded { Ok(()) } else { Err(vec![program::failure(&format!("npm {}", arguments[0]), &ran.text)]) }
    }

    fn build(&self, app: &Path, aim: Aim, tools: &Tools) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        let tool = program::upwards(app, TOOL).unwrap_or_else(|| PathBuf::from(TOOL));
        // What takes long is to optimise.
        let arguments = [if aim == Aim::Fast { "release" } else { "debug" }];
        let ran = match tools.ask(|| resident(app), &arguments) {
            Some(ran) => ran,
            None => program::run(tools, app, &tool, &arguments)?,
        };
        let found = findings(&ran.text);
        match (ran.succeeded, found.iter().any(Diagnostic::is_error)) {
            (true, _) => Ok(found),
            (false, true) => Err(found),
            (false, false) => Err(vec![program::failure("modus-as-build", &ran.text)]),
        }
    }

    fn is_source(&self, path: &Path) -> bool {
        let is_package = path.components().any(|component| component.as_os_str() == "node_modules");
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_named = matches!(name, "asconfig.json" | "tsconfig.json" | "package.json") || name.ends_with(".ts");
        is_named && !is_package && !path.starts_with(BUILD)
    }
}

/// The command of our SDK that stays; the original has none. Another one is needed once packages have been installed.
fn resident(app: &Path) -> Option<Source> {
    let tool = program::upwards(app, RESIDENT)?;
    let files = [Some(app.join("package.json")), program::upwards(app, INSTALLED)];
    Some(Source::of(app, "node", tool, &files.into_iter().flatten().collect::<Vec<_>>()))
}

/// Whether the app's package.json asks for the SDK, so that npm can install it.
fn names_sdk(app: &Path) -> bool {
    let text = std::fs::read_to_string(app.join("package.json")).unwrap_or_default();
    let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    ["dependencies", "devDependencies"].iter().any(|kind| package[*kind][SDK].is_string())
}

/// What the AssemblyScript compiler found: `ERROR TS2322: …`, the lines in question, and `in assembly/index.ts(3,35)`. What
/// the SDK has to say of exported functions has neither code nor place: `WARNING: …`.
fn findings(text: &str) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(message) = line.strip_prefix("WARNING: ") {
            found.push(Diagnostic::warning(codes::SOURCE, message));
            continue;
        }
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
        let told = findings("WARNING: the exported function 'f' cannot be called from outside: no\n");
        assert_eq!(
            told,
            [Diagnostic::warning(codes::SOURCE, "the exported function 'f' cannot be called from outside: no")]
        );
        assert_eq!(findings("modus-as-build: there is no app in /x\nERROR: what\n"), []);
    }

    #[test]
    fn packages_that_are_missing() {
        let above = tempfile::tempdir().expect("a folder");
        let app = above.path().join("app");
        for folder in ["node_modules", "app/node_modules/half"] {
            std::fs::create_dir_all(above.path().join(folder)).expect("a folder");
        }
        let advice = |package: &str| {
            std::fs::write(app.join("package.json"), package).expect("written");
            let needs = AssemblyScript.needs(Some(&app));
            assert!(needs.iter().any(|need| need.name == "npm"), "{needs:?}");
            needs.into_iter().find(|need| need.name == "the Modus SDK").expect("a need").advice
        };
        assert!(advice("{}").contains("@npm:@modusc/sdk-as"));
        // npm is run although there are folders of packages; here it cannot be, which says so.
        let asked = r#"{"dependencies":{"@hypermode/modus-sdk-as":"file:/nowhere"}}"#;
        assert!(advice(asked).contains("modusc build does it"));
        let tools = Tools::default();
        tools.end();
        let said = AssemblyScript.prepare(&app, &tools).expect_err("npm is wanted");
        assert!(said[0].message.contains("cannot run npm"), "{said:?}");
    }

    #[test]
    fn sources() {
        for (path, expected) in [
            ("assembly/index.ts", true),
            ("package.json", true),
            ("modus.json", false),
            ("node_modules/a/index.ts", false),
            ("build/app.wasm", false),
            ("build/index.ts", false),
            ("assembly/build/index.ts", true),
        ] {
            assert_eq!(AssemblyScript.is_source(Path::new(path)), expected, "{path}");
        }
    }
}
