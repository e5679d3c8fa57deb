//! Promise: the JSON Schemas of `docs/schemas` say of manifests what modusc says, and what modusc prints for programs fits
//! the one for that. Ajv, a validator that others wrote, reads them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::app;
use tests::guests::{Apps as _, Language};
use tests::json_schema::{definition, findings, schema};
use tests::root;

fn modusc(arguments: &[&str]) -> Output {
    Command::new(tests::binary("modusc")).args(arguments).output().expect("modusc runs")
}

/// The entry of a manifest that a pointer leads into: `/models/a` of `/models/a/path`.
fn entry(pointer: &str) -> String {
    pointer.split('/').take(3).collect::<Vec<_>>().join("/")
}

/// What is wrong with a manifest by its text alone: entries, but for what no schema can state.
fn wrong(text: &str) -> BTreeSet<String> {
    use abi::manifest::FindingKind;
    let stated = |message: &str| !message.contains("occurs twice") && !message.contains(" too");
    let found = abi::manifest::parse(text).1.into_iter();
    let found = found.filter(|found| matches!(found.kind, FindingKind::Type | FindingKind::Schema));
    found.filter(|found| stated(&found.message)).map(|found| entry(&found.pointer)).collect()
}

/// Entries of rules' cases that only one of the two refuses, and why.
const DIFFERENT: [(&str, &str, &str); 4] = [
    (
        "1 members of the top level",
        "/endpoints",
        "modusc takes null for what is not there, an editor asks for an object",
    ),
    ("4 a base URL without a path", "/models/n", "the same of a text"),
    (
        "1 names of members in another case",
        "/Endpoints/e",
        "the schema has nothing to say of what is in a section without one",
    ),
    ("3 paths with escapes", "/endpoints/d", "a pattern does not unescape the path of the server itself"),
];

#[test]
fn the_schema_of_manifests_refuses_what_modusc_finds_wrong() {
    let mut cases: Vec<(String, String)> = Vec::new();
    for name in ["file", "endpoints", "models", "connections"] {
        let path = root().join("abi/src/manifest/rules").join(format!("{name}.txt"));
        let text = std::fs::read_to_string(path).expect("the rules");
        cases.extend(text.split("=== ").skip(1).map(|case| {
            let (head, _) = case.split_once("\n---").expect("findings");
            let (rule, text) = head.split_once('\n').expect("a text");
            (rule.to_owned(), text.to_owned())
        }));
    }
    // What is no JSON is nothing for a schema.
    cases.retain(|(_, text)| abi::manifest::to_json(text).is_some_and(|value| !value.is_null()));
    assert!(cases.len() > 80, "{} cases", cases.len());
    let values: Vec<Value> = cases.iter().filter_map(|(_, text)| abi::manifest::to_json(text)).collect();
    let mut different = Vec::new();
    for ((rule, text), found) in cases.iter().zip(findings(&schema("modus.json"), &values)) {
        let refused: BTreeSet<String> = found.iter().map(|(pointer, _)| entry(pointer)).collect();
        let excused = |entry: &str| DIFFERENT.iter().any(|(of, at, _)| (of, at) == (&rule.as_str(), &entry));
        for entry in refused.symmetric_difference(&wrong(text)).filter(|entry| !excused(entry)) {
            different.push(format!("{rule}: {entry}, refused by the schema: {}\n  {found:?}", refused.contains(entry)));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// The manifests of apps in the source tree.
fn manifests(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !["node_modules", "build", "target"].iter().any(|name| path.ends_with(name)) {
            manifests(&path, found);
        } else if path.ends_with("modus.json") {
            found.push(path);
        }
    }
}

#[test]
fn manifests_of_apps_fit() {
    let mut paths = Vec::new();
    ["examples", "tests/guests", "compiler/templates"].iter().for_each(|one| manifests(&root().join(one), &mut paths));
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("the manifest");
    let good: Vec<(&PathBuf, String)> =
        paths.iter().map(|path| (path, read(path))).filter(|(_, text)| wrong(text).is_empty()).collect();
    assert!(good.len() > 20, "{paths:?}");
    let values: Vec<Value> = good.iter().filter_map(|(_, text)| abi::manifest::to_json(text)).collect();
    for ((path, _), found) in good.iter().zip(findings(&schema("modus.json"), &values)) {
        assert_eq!(found, [], "{}", path.display());
    }
}

#[test]
fn the_schemas_are_printed() {
    for (subject, file) in [("manifest", "modus.json"), ("output", "output.json")] {
        let output = modusc(&["json-schema", subject]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).expect("JSON"), schema(file));
    }
}

#[test]
fn what_modusc_prints_fits() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("modus.json"), r#"{"endpoints": {"a": {}}, "models": {"m": {"connection": "x"}}}"#)
        .expect("written");
    let mut inspected = Vec::new();
    let mut checked = vec![modusc(&["check", "--json", &file("modus.json")]).stdout];
    let mut diagnostics = modusc(&["check", "--message-format", "json", &file("modus.json")]).stderr;
    for language in Language::ALL {
        let module = language.guest("types");
        let app = app::compile(&module, app::OPEN);
        let (module, artifact) = (module.display().to_string(), app.artifact.display().to_string());
        inspected
            .extend([modusc(&["inspect", "--json", &artifact]).stdout, modusc(&["inspect", "--json", &module]).stdout]);
        checked.push(modusc(&["check", "--json", &module]).stdout);
        diagnostics.extend(modusc(&["check", "--message-format", "json", &module]).stderr);
    }
    diagnostics.extend(modusc(&["build", "--message-format", "json", &file("nowhere")]).stderr);
    let objects = |texts: &[Vec<u8>]| -> Vec<Value> {
        texts.iter().map(|text| serde_json::from_slice(text).expect("JSON")).collect()
    };
    let diagnostics: Vec<Vec<u8>> = diagnostics.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let diagnostics: Vec<Vec<u8>> = diagnostics.into_iter().filter(|line| !line.is_empty()).collect();
    assert!(diagnostics.len() >= 3, "{diagnostics:?}");
    for (name, texts) in [("inspect", inspected), ("check", checked), ("diagnostic", diagnostics)] {
        let values = objects(&texts);
        for (value, found) in values.iter().zip(findings(&definition(name), &values)) {
            assert_eq!(found, [], "{name}: {value}");
        }
        // Something else is told apart.
        assert!(!findings(&definition(name), &[json!({"code": 1})])[0].is_empty(), "{name}");
    }
}
