//! Go: TinyGo, and the build tool of the public SDK, which is a Go module that the app names.

mod suspects;

use std::path::Path;

use super::program::{self, Found, Need};
use super::{Aim, BUILD, Toolchain, Tools};
use crate::codes;
use crate::diagnostic::{Diagnostic, Location, Severity};
use suspects::{Kind, suspects};

/// Go as the template of a new app names it.
const NEW_APP: &str = "1.24";
const SDK: &str = "github.com/hypermodeinc/modus/sdk/go";
const TOOL: &str = "github.com/hypermodeinc/modus/sdk/go/tools/modus-go-build";

/// The newest Go (1.x) that a TinyGo (0.y) was the first to take.
static TINYGO_FOR: [(u32, u32); 4] = [(23, 35), (24, 36), (25, 39), (26, 41)];

/// Versions that fit each other, each in one command.
const GET_GO: &str = "install Go: sudo rm -rf /usr/local/go && curl -fsSL https://go.dev/dl/go1.26.8.linux-amd64.tar.gz | \
                      sudo tar -xz -C /usr/local, and put /usr/local/go/bin on PATH";
const GET_TINYGO: &str = "install TinyGo: sudo rm -rf /usr/local/tinygo && \
                          curl -fsSL https://github.com/tinygo-org/tinygo/releases/download/v0.41.0/\
                          tinygo0.41.0.linux-amd64.tar.gz | sudo tar -xz -C /usr/local, and put /usr/local/tinygo/bin on PATH";
const GET_WASM_OPT: &str =
    "install Binaryen, which wasm-opt belongs to: sudo apt-get install binaryen, or npm install -g binaryen";

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
        let text = app.map(|app| std::fs::read_to_string(app.join("go.mod")).unwrap_or_default());
        let least = least(text.as_deref());
        let go = Need::program("go", &["version"], least, GET_GO);
        let installed = match &go.found {
            Found::Good(version) | Found::Wrong(version) => program::version_in(version),
            Found::Missing => None,
        };
        // Go builds by what is installed, which may be newer than the app asks for.
        let by = installed.unwrap_or_default().max(least);
        let mut tinygo = Need::program("tinygo", &["version"], tinygo_for(by), GET_TINYGO);
        if let Found::Wrong(_) = tinygo.found {
            tinygo.wanted.push_str(&format!(", which knows Go {}.{},", by[0], by[1]));
        }
        let wasm_opt = Need::program("wasm-opt", &["--version"], [100, 0, 0], GET_WASM_OPT);
        let mut needs = vec![go, tinygo, wasm_opt];
        if let Some(text) = text {
            needs.push(Need {
                name: "the Modus SDK",
                wanted: format!("a requirement of {SDK} in go.mod"),
                found: sdk_version(&text).map_or(Found::Missing, |version| Found::Good(version.to_owned())),
                advice: format!("go get {SDK}@v0.18.0 && go get -tool {TOOL}@v0.18.0"),
            });
        }
        needs
    }

    fn prepare(&self, _: &Path, _: &Tools) -> Result<(), Vec<Diagnostic>> {
        // Go fetches modules itself.
        Ok(())
    }

    fn build(&self, app: &Path, aim: Aim, tools: &Tools) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        // Debugging information is in the module either way: it tells what types are.
        let text = std::fs::read_to_string(app.join("go.mod")).unwrap_or_default();
        let of_version = format!("{TOOL}@{}", sdk_version(&text).unwrap_or("latest"));
        // A tool of the app's own is of the version that its go.sum vouches for.
        let tool: &[&str] = if is_tool(&text) { &["tool", "modus-go-build"] } else { &["run", &of_version] };
        // What stands behind the folder is for TinyGo, which makes modules small unless it is told otherwise. Nothing else
        // takes less time: without any optimisation it does not build for this target.
        let options: &[&str] = if aim == Aim::Debug { &["-opt=1"] } else { &[] };
        let arguments = [tool, &["-output", BUILD, "."], options].concat();
        let ran = program::run(tools, app, Path::new("go"), &arguments)?;
        if ran.succeeded {
            let passed_over = suspects(app, &[Kind::Generic]).into_iter();
            return Ok(passed_over.map(|found| Diagnostic { severity: Severity::Warning, ..found }).collect());
        }
        let found = findings(&ran.text);
        if !found.is_empty() {
            return Err(found);
        }
        let suspects = suspects(app, &kinds_in(&ran.text));
        if !suspects.is_empty() {
            return Err(suspects);
        }
        Err(vec![explained(program::failure("modus-go-build", &ran.text), &ran.text)])
    }

    fn is_source(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_go = name.ends_with(".go") && !name.ends_with("_test.go") && !name.ends_with("_generated.go");
        (is_go || matches!(name, "go.mod" | "go.sum")) && !path.starts_with(BUILD)
    }
}

/// The least version of Go, for an app by its go.mod, or for a new one.
fn least(go_mod: Option<&str>) -> [u32; 3] {
    let go = match go_mod {
        Some(text) => text.lines().find_map(|line| program::version_in(line.trim().strip_prefix("go ")?)),
        None => program::version_in(NEW_APP),
    };
    // The SDK's own, where the app says nothing.
    go.unwrap_or_default().max([1, 23, 1])
}

/// The least version of TinyGo that takes a version of Go: each refuses those that came after it.
fn tinygo_for(go: [u32; 3]) -> [u32; 3] {
    let known = TINYGO_FOR.iter().find(|(newest, _)| go[1] <= *newest);
    // Nobody knows yet which one takes a newer Go. It tells itself if it does not.
    let (_, tinygo) = known.unwrap_or(&TINYGO_FOR[TINYGO_FOR.len() - 1]);
    [0, *tinygo, 0]
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

/// What the tools gave a sign of.
fn kinds_in(text: &str) -> Vec<Kind> {
    let signs = [
        ("panic: ", Kind::Fields),
        ("is not exported", Kind::Hidden),
        ("/src/internal/poll/", Kind::Network),
        ("/src/net/", Kind::Network),
    ];
    signs.into_iter().filter(|(sign, _)| text.contains(sign)).map(|(_, kind)| kind).collect()
}

/// What is known of failures that name no place.
fn explained(diagnostic: Diagnostic, text: &str) -> Diagnostic {
    let known = [
        (
            "panic: ",
            "the SDK's build tool crashed: it cannot read structs with several fields on one line (`X, Y int`), nor those of \
             other packages; write each field on a line of its own",
        ),
        (
            "failed to transform struct",
            "the SDK's build tool cannot read types with type parameters in signatures of exported functions: declare a type \
             of its own for each use",
        ),
        ("/src/internal/poll/", "TinyGo has no package net for WebAssembly: leave out what imports it"),
        ("/src/net/", "TinyGo has no package net for WebAssembly: leave out what imports it"),
        ("missing go.sum entry", "run `go mod tidy` in the app's folder"),
        ("no required module provides package", "run `go mod tidy` in the app's folder"),
        (
            "requires go version",
            "this TinyGo is too old for the Go that is installed: modusc doctor tells which one takes it",
        ),
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
    fn versions_of_the_tools() {
        let template = include_str!("../../templates/go/go.mod.txt");
        assert_eq!(least(None), least(Some(template)), "a new app is one of the template");
        for (go_mod, go, tinygo) in [
            (template, [1, 24, 0], [0, 36, 0]),
            ("module a\n\ngo 1.21\n", [1, 23, 1], [0, 35, 0]),
            ("module a\ngo 1.25.3 // x\n", [1, 25, 3], [0, 39, 0]),
            ("module a\ngo 1.26\n", [1, 26, 0], [0, 41, 0]),
            ("module a\ngo 1.99\n", [1, 99, 0], [0, 41, 0]),
            ("module a\n", [1, 23, 1], [0, 35, 0]),
        ] {
            assert_eq!((least(Some(go_mod)), tinygo_for(go)), (go, tinygo), "{go_mod}");
        }
    }

    #[test]
    fn sources() {
        for (path, expected) in [
            ("main.go", true),
            ("go.mod", true),
            ("build/main.go", false),
            ("pkg/build/main.go", true),
            ("main_test.go", false),
            ("modus_post_generated.go", false),
        ] {
            assert_eq!(Go.is_source(Path::new(path)), expected, "{path}");
        }
    }

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
