//! AssemblyScript: npm's packages, and the build command of the SDK among them.

use std::path::{Path, PathBuf};

use super::program::{self, Found, Need};
use super::resident::Source;
use super::{Aim, BUILD, Toolchain, Tools, sdk};
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
/// Ours, by its own name.
const OURS: &str = "@modusc/sdk-as";
/// Node.js with npm, in one command.
const GET_NODE: &str = "install Node.js: curl -fsSL https://nodejs.org/dist/v20.20.2/node-v20.20.2-linux-x64.tar.xz | sudo \
                        tar -xJ -C /usr/local --strip-components=1";

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
        let mut needs = vec![Need::program("node", &["--version"], [20, 0, 0], GET_NODE)];
        let tool = app.and_then(|app| program::upwards(app, TOOL));
        let other = app.and_then(|app| other_sdk(app, &asked(app)?));
        if tool.is_none() || other.is_some() {
            needs.push(Need::program("npm", &["--version"], [9, 0, 0], "npm comes with Node.js"));
        }
        if let Some(app) = app {
            let advice = if asked(app).is_some() {
                "run npm install in the app's folder; modusc build does it, too".to_owned()
            } else {
                format!("npm install {SDK}@{}", sdk::package())
            };
            let found = match (tool, other) {
                (None, _) => Found::Missing,
                (Some(_), Some(other)) => Found::Wrong(other),
                (Some(tool), None) => Found::Good(tool.display().to_string()),
            };
            let wanted = format!("{SDK} among the app's packages, as its package.json asks for it");
            needs.push(Need { name: "the Modus SDK", wanted, found, advice });
        }
        needs
    }

    fn prepare(&self, app: &Path, tools: &Tools) -> Result<(), Vec<Diagnostic>> {
        let asked = asked(app);
        let is_another = asked.as_deref().is_some_and(|asked| other_sdk(app, asked).is_some());
        let is_installed = program::upwards(app, TOOL).is_some() && !is_another;
        // A folder of packages may be another's, or what is left of an installation that did not end.
        if is_installed || (asked.is_none() && program::upwards(app, "node_modules").is_some()) {
            return Ok(());
        }
        install(app, tools)
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

/// Has npm install the app's packages: those of its lock file, unless that was made for another SDK.
fn install(app: &Path, tools: &Tools) -> Result<(), Vec<Diagnostic>> {
    let npm = |command| program::run(tools, app, Path::new("npm"), &[command, "--no-audit", "--no-fund"]);
    if app.join("package-lock.json").is_file() {
        let ran = npm("ci")?;
        if ran.succeeded {
            return Ok(());
        }
        // So npm says that lock and package.json differ, before it touches anything. Where it is the SDK in which they do,
        // npm install brings the lock file up to date; anything else is for the author to decide.
        if !ran.text.contains("EUSAGE") || locked(app) == asked(app) {
            return Err(vec![unavailable(program::failure("npm ci", &ran.text))]);
        }
    }
    let ran = npm("install")?;
    if ran.succeeded { Ok(()) } else { Err(vec![unavailable(program::failure("npm install", &ran.text))]) }
}

/// Where npm could not get an SDK, the line that names the one that came with this program.
fn unavailable(failure: Diagnostic) -> Diagnostic {
    let package = sdk::package();
    // As it stands in an address, too.
    let is_sdk = failure.message.contains("modus-sdk-as") || failure.message.contains("@modusc");
    if !is_sdk || !package.starts_with("file:") {
        return failure;
    }
    failure.with_help(format!(
        "the SDK that came with modusc needs no registry; in package.json: \"{SDK}\": \"{package}\""
    ))
}

/// A package.json; nothing where there is none.
fn manifest(file: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap_or_default()).unwrap_or_default()
}

/// What the app's package.json has for the SDK, so that npm can install it.
fn asked(app: &Path) -> Option<String> {
    sdk_of(&manifest(&app.join("package.json")))
}

/// What it had when its lock file was made.
fn locked(app: &Path) -> Option<String> {
    sdk_of(&manifest(&app.join("package-lock.json"))["packages"][""])
}

fn sdk_of(package: &serde_json::Value) -> Option<String> {
    ["dependencies", "devDependencies"].iter().find_map(|kind| Some(package[*kind][SDK].as_str()?.to_owned()))
}

/// The SDK that is installed where the app asks for ours, or for another version of it: what is left of before its
/// package.json changed. The original's has a build command of the same name.
fn other_sdk(app: &Path, asked: &str) -> Option<String> {
    let installed = manifest(&program::upwards(app, &format!("node_modules/{SDK}/package.json"))?);
    let (name, version) = (installed["name"].as_str()?, installed["version"].as_str()?);
    (!fits(app, asked, name, version)).then(|| format!("{name} {version}"))
}

/// Whether a package is what the app asks for, as far as that can be told.
fn fits(app: &Path, asked: &str, name: &str, version: &str) -> bool {
    let packed = ["@modusc/sdk-as", "modusc-sdk-as-"].iter().find_map(|place| asked.rsplit_once(place));
    let Some((_, rest)) = packed else {
        let folder = app.join(asked.strip_prefix("file:").unwrap_or(asked));
        // What is no folder of ours is the original's, or a range of its versions.
        return name == OURS || manifest(&folder.join("package.json"))["name"] != OURS;
    };
    let wanted = rest.trim_start_matches('@').trim_end_matches(".tgz");
    let parts: Vec<&str> = wanted.split('.').collect();
    let is_exact = parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok());
    name == OURS && (!is_exact || wanted == version)
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
        assert!(advice("{}").starts_with("npm install @hypermode/modus-sdk-as@"));
        // npm is run although there are folders of packages; here it cannot be, which says so.
        let asked = r#"{"dependencies":{"@hypermode/modus-sdk-as":"file:/nowhere"}}"#;
        assert!(advice(asked).contains("modusc build does it"));
        let tools = Tools::default();
        tools.end();
        let said = AssemblyScript.prepare(&app, &tools).expect_err("npm is wanted");
        assert!(said[0].message.contains("cannot run npm"), "{said:?}");
    }

    #[test]
    fn another_sdk_than_the_one_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = folder.path();
        let write = |path: &str, text: &str| {
            let path = app.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("written");
        };
        write("sdk/package.json", r#"{"name": "@modusc/sdk-as", "version": "0.18.0"}"#);
        write("original/package.json", r#"{"name": "@hypermode/modus-sdk-as", "version": "0.17.1"}"#);
        assert_eq!(other_sdk(app, "file:sdk"), None, "nothing is installed");
        for (installed, asked, is_other) in [
            (("@hypermode/modus-sdk-as", "0.17.1"), "^0.17.1", false),
            (("@hypermode/modus-sdk-as", "0.17.1"), "file:original", false),
            (("@hypermode/modus-sdk-as", "0.18.0"), "npm:@modusc/sdk-as@0.18.0", true),
            (("@hypermode/modus-sdk-as", "0.18.0"), "npm:@modusc/sdk-as", true),
            (("@hypermode/modus-sdk-as", "0.18.0"), "file:/opt/share/modusc/modusc-sdk-as-0.18.0.tgz", true),
            (("@hypermode/modus-sdk-as", "0.17.1"), "file:sdk", true),
            (("@modusc/sdk-as", "0.18.0"), "file:sdk", false),
            (("@modusc/sdk-as", "0.18.0"), "npm:@modusc/sdk-as@0.18.0", false),
            (("@modusc/sdk-as", "0.18.0"), "npm:@modusc/sdk-as@^0.18.0", false),
            (("@modusc/sdk-as", "0.18.0"), "npm:@modusc/sdk-as", false),
            (("@modusc/sdk-as", "0.18.0"), "file:/opt/share/modusc/modusc-sdk-as-0.18.0.tgz", false),
            (("@modusc/sdk-as", "0.18.0"), "file:../modusc-sdk-as-0.19.0.tgz", true),
            (("@modusc/sdk-as", "0.18.0"), "npm:@modusc/sdk-as@0.19.0", true),
        ] {
            let (name, version) = installed;
            let package = format!(r#"{{"name": "{name}", "version": "{version}"}}"#);
            write("node_modules/@hypermode/modus-sdk-as/package.json", &package);
            let expected = is_other.then(|| format!("{name} {version}"));
            assert_eq!(other_sdk(app, asked), expected, "{installed:?} for {asked}");
        }
    }

    #[test]
    fn what_npm_cannot_get_is_told_with_the_line_that_it_can() {
        let failed = |text: &str| unavailable(program::failure("npm install", text)).help;
        assert_eq!(failed("404 'left-pad@9' is not in this registry"), None);
        let help = failed("npm error 404 '@modusc/sdk-as@0.18.0' is not in this registry");
        let package = sdk::package();
        assert_eq!(help.is_some(), package.starts_with("file:"));
        assert!(help.is_none_or(|help| help.contains(&package)));
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
