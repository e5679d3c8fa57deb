//! Go: TinyGo, and the build tool of the public SDK, which is a Go module that the app names.

use std::path::Path;

use super::program::{self, Found, Need};
use super::{BUILD, Toolchain};
use crate::codes;
use crate::diagnostic::{Diagnostic, Location};

const SDK: &str = "github.com/hypermodeinc/modus/sdk/go";
const TOOL: &str = "github.com/hypermodeinc/modus/sdk/go/tools/modus-go-build";

/// See [`Toolchain`].
pub(super) struct Go;

impl Toolchain for Go {
    fn language(&self) -> &'static str {
        "Go"
    }

    fn mark(&self) -> &'static str {
        "go.mod"
    }

    fn needs(&self, app: Option<&Path>) -> Vec<Need> {
        let mut needs = vec![
            Need::program("go", &["version"], [1, 23, 1], "install Go, from https://go.dev/dl or your distribution"),
            Need::program(
                "tinygo",
                &["version"],
                [0, 35, 0],
                "install TinyGo: https://tinygo.org/getting-started/install",
            ),
            Need::program("wasm-opt", &["--version"], [100, 0, 0], "install Binaryen, which wasm-opt belongs to"),
        ];
        if let Some(app) = app {
            let text = std::fs::read_to_string(app.join("go.mod")).unwrap_or_default();
            needs.push(Need {
                name: "the Modus SDK",
                wanted: format!("a requirement of {SDK} in go.mod"),
                found: sdk_version(&text).map_or(Found::Missing, |version| Found::Good(version.to_owned())),
                advice: format!("go get {SDK}@v0.18.0 && go get -tool {TOOL}@v0.18.0"),
            });
        }
        needs
    }

    fn prepare(&self, _: &Path) -> Result<(), Vec<Diagnostic>> {
        // Go fetches modules itself.
        Ok(())
    }

    fn build(&self, app: &Path, _: bool) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        // TinyGo optimises in any case, and its debugging information is wanted: it tells what types are.
        let text = std::fs::read_to_string(app.join("go.mod")).unwrap_or_default();
        let of_version = format!("{TOOL}@{}", sdk_version(&text).unwrap_or("latest"));
        // A tool of the app's own is of the version that its go.sum vouches for.
        let tool: &[&str] = if is_tool(&text) { &["tool", "modus-go-build"] } else { &["run", &of_version] };
        let arguments = [tool, &["-output", BUILD, "."]].concat();
        let ran = program::run(app, Path::new("go"), &arguments)?;
        if ran.succeeded {
            return Ok(Vec::new());
        }
        let found = findings(&ran.text);
        if !found.is_empty() {
            return Err(found);
        }
        Err(vec![explained(program::failure("modus-go-build", &ran.text), &ran.text)])
    }

    fn is_source(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_go = name.ends_with(".go") && !name.ends_with("_test.go") && !name.ends_with("_generated.go");
        (is_go || matches!(name, "go.mod" | "go.sum")) && !path.components().any(|one| one.as_os_str() == BUILD)
    }
}

/// The version of the SDK that the app requires.
fn sdk_version(go_mod: &str) -> Option<&str> {
    let mut lines = go_mod.lines().map(|line| line.trim().trim_start_matches("require ").trim());
    lines.find_map(|line| line.strip_prefix(SDK)?.strip_prefix(' ')?.split_whitespace().next())
}

/// Whether the build tool is one of the app's tools.
fn is_tool(go_mod: &str) -> bool {
    go_mod.lines().any(|line| line.trim().trim_start_matches("tool ").trim() == TOOL)
}

/// What compilers found: `./main.go:12:5: undefined: x`. The same place is named once.
fn findings(text: &str) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for line in text.lines() {
        let Some(finding) = finding(line.trim()) else { continue };
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
}

fn finding(line: &str) -> Option<Diagnostic> {
    let start = line.find(".go:")? + ".go".len();
    // What stands before is part of a sentence: "Error: main.go:3:1: …".
    let file = line[..start].rsplit([' ', '\t']).next()?;
    let mut rest = line[start + 1..].splitn(3, ':');
    let (row, column, message) = (rest.next()?.parse().ok()?, rest.next()?.parse().ok()?, rest.next()?.trim());
    // The compiler's own files say what is wrong with it, not with the app.
    if message.is_empty() || file.starts_with('/') {
        return None;
    }
    let file = file.trim_start_matches("./").to_owned();
    let location = Location { file, line: row, column, ..Location::default() };
    Some(Diagnostic::error(codes::SOURCE, message).at(location))
}

/// What is known of failures that name no place.
fn explained(diagnostic: Diagnostic, text: &str) -> Diagnostic {
    let known = [
        (
            "panic: ",
            "the SDK's build tool crashed: it cannot read exported functions with type parameters, unexported types in their \
             signatures, nor several fields on one line (`X, Y int`); write one field a line, and export the types",
        ),
        ("could not import net", "TinyGo has no package net for WebAssembly: leave out what imports it"),
        ("package net is not in std", "TinyGo has no package net for WebAssembly: leave out what imports it"),
        ("missing go.sum entry", "run `go mod tidy` in the app's folder"),
        ("no required module provides package", "run `go mod tidy` in the app's folder"),
        ("requires go version", "this TinyGo is too old for the Go that is installed; update one of them"),
    ];
    match known.iter().find(|(sign, _)| text.contains(sign)) {
        Some((_, help)) => diagnostic.with_help(*help),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_the_sdk() {
        for (text, version, tool) in [
            ("module a\n\nrequire github.com/hypermodeinc/modus/sdk/go v0.18.0\n", Some("v0.18.0"), false),
            (
                "require (\n\tgithub.com/hypermodeinc/modus/sdk/go v0.17.1 // x\n)\ntool github.com/hypermodeinc/modus/sdk/go/tools/modus-go-build\n",
                Some("v0.17.1"),
                true,
            ),
            ("require github.com/hypermodeinc/modus/sdk/gone v1.0.0\n", None, false),
        ] {
            assert_eq!((sdk_version(text), is_tool(text)), (version, tool), "{text}");
        }
    }

    #[test]
    fn messages_of_the_compilers() {
        let text = "# app\n./main.go:12:5: undefined: x\nmain.go:12:5: undefined: x\nError: pkg/a.go:3:1: expected declaration, found y\n/root/sdk/tool.go:9:9: no\ngoroutine 1 [running]:\n\tmain.main()\n\t\t/root/main.go:8 +0x1d\n";
        let found: Vec<_> = findings(text)
            .into_iter()
            .map(|finding| {
                let location = finding.location.expect("a place");
                (location.file, location.line, location.column, finding.message)
            })
            .collect();
        let expected = [("main.go", 12, 5, "undefined: x"), ("pkg/a.go", 3, 1, "expected declaration, found y")];
        assert_eq!(
            found,
            expected.map(|(file, line, column, message)| (file.to_owned(), line, column, message.to_owned()))
        );
    }
}
