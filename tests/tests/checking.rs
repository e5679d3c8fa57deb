//! Promise: `modusc check` tells what is wrong with a manifest, alone or with its module, and compiles nothing.

use std::path::Path;

use serde_json::{Value, json};
use tests::{app, guests};

const GOOD: &str = r#"{
  "endpoints": {"z": {"type": "graphql", "path": "/z", "auth": "none"}, "a": {"type": "graphql", "path": "/a", "auth": "none"}},
  "connections": {"my-api": {"type": "http", "baseUrl": "https://h/", "headers": {"A": "{{base64(USER:PASS)}}"}}},
}"#;
/// An error in line 2, a warning in line 3.
const BAD: &str = "{\n  \"endpoints\": {\"a\": {\"type\": \"rest\"}},\n  \"hosts\": {}\n}";

/// Exit code, standard output, standard error.
fn check(arguments: &[&str]) -> (i32, String, String) {
    let arguments: Vec<&std::ffi::OsStr> =
        std::iter::once("check").chain(arguments.iter().copied()).map(AsRef::as_ref).collect();
    let output = app::modusc(&arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn check_json(arguments: &[&str]) -> (i32, Value) {
    let (code, out, error) = check(&[arguments, &["--json"]].concat());
    assert_eq!(error, "");
    (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}")))
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, bytes)| std::fs::write(folder.path().join(name), bytes).unwrap());
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_good_manifest() {
    let folder = folder(&[("modus.json", GOOD.as_bytes())]);
    let file = folder.path().join("modus.json");
    for path in [folder.path(), &file] {
        let (code, out, error) = check(&[text(path)]);
        assert_eq!((code, error.as_str()), (0, ""), "{out}");
        assert!(out.contains("2 endpoints, 0 models, 1 connection\n"), "{out}");
        assert!(out.contains("needs MODUS_MY_API_PASS, MODUS_MY_API_USER\n"), "{out}");
        assert!(out.ends_with("0 errors, 0 warnings\n"), "{out}");
    }
    let (code, found) = check_json(&[text(&file)]);
    assert_eq!((code, &found["endpoints"]), (0, &json!(["z", "a"])));
    assert_eq!(found["variables"], json!(["MODUS_MY_API_PASS", "MODUS_MY_API_USER"]));
    assert_eq!((&found["module"], &found["fields"]), (&Value::Null, &Value::Null));
    assert_eq!(check(&[text(&file), "--quiet"]).1, "");
}

/// Nothing is wrong with the manifest, but whoever serves the app has to do something.
#[test]
fn hosted_models_are_noted() {
    let hosted = |name: &str| {
        format!(r#""{name}": {{"sourceModel": "a/b", "provider": "hugging-face", "connection": "hypermode"}}"#)
    };
    for (names, expected) in [(&["m"][..], 1), (&["m", "n"], 2), (&[], 0)] {
        let models: Vec<String> = names.iter().map(|name| hosted(name)).collect();
        let manifest = format!(r#"{{"models": {{{}}}}}"#, models.join(", "));
        let folder = folder(&[("modus.json", manifest.as_bytes())]);
        let (code, out, error) = check(&[text(folder.path()), "--strict"]);
        assert_eq!(code, 0, "{error}");
        assert!(out.ends_with("0 errors, 0 warnings\n"), "{out}");
        let count = |part: &str| error.matches(part).count();
        assert_eq!(
            (count("MC0406"), count("say with --hosted-models (or MODUS_HOSTED_MODELS)"), count("model [m]")),
            (expected, expected, expected.min(1))
        );
        let (_, found) = check_json(&[text(folder.path())]);
        let notes =
            found["diagnostics"].as_array().expect("findings").iter().filter(|found| found["severity"] == "note");
        assert_eq!(notes.count(), expected, "{found}");
    }
}

#[test]
fn faults_have_places_and_codes() {
    let folder = folder(&[("modus.json", BAD.as_bytes())]);
    let (code, found) = check_json(&[text(folder.path())]);
    assert_eq!((code, &found["errors"], &found["warnings"]), (1, &json!(1), &json!(1)));
    let places: Vec<String> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            format!(
                "{}:{} {} {} {}",
                found["line"], found["column"], found["code"], found["severity"], found["pointer"]
            )
        })
        .collect();
    let expected = [r#"2:31 "MC0402" "error" "/endpoints/a/type""#, r#"3:3 "MC0403" "warning" "/hosts""#];
    assert_eq!(places, expected);
    let (code, out, error) = check(&[text(folder.path())]);
    assert_eq!((code, out.as_str()), (1, "1 error, 1 warning\n"));
    assert!(error.contains("unknown type [rest] for endpoint [a]") && error.contains(":2:31"), "{error}");
}

/// What is served at the path instead is tested in tests/operations and tests/explorer.
#[test]
fn paths_that_the_runner_answers_itself() {
    for (path, words) in [
        ("/livez", "must not be a path of the server itself"),
        ("/readyz", "must not be a path of the server itself"),
        ("/explorer/mine", "is a path of the API explorer"),
    ] {
        let endpoint = json!({"type": "graphql", "path": path, "auth": "none"});
        let folder = folder(&[("modus.json", json!({"endpoints": {"a": endpoint}}).to_string().as_bytes())]);
        let (code, found) = check_json(&[text(folder.path())]);
        assert_eq!((code, &found["warnings"]), (0, &json!(1)), "{path}: {found:#}");
        assert_eq!(found["diagnostics"][0]["code"], "MC0403", "{path}");
        assert!(
            found["diagnostics"][0]["message"].as_str().is_some_and(|message| message.contains(words)),
            "{found:#}"
        );
        assert_eq!(check(&[text(folder.path()), "--strict"]).0, 1, "{path}");
    }
}

#[test]
fn strict_makes_warnings_errors() {
    let folder = folder(&[("modus.json", b"{\"hosts\": {}}")]);
    assert_eq!(check(&[text(folder.path())]).0, 0);
    let (code, found) = check_json(&[text(folder.path()), "--strict"]);
    assert_eq!((code, &found["errors"], &found["warnings"]), (1, &json!(1), &json!(0)));
}

#[test]
fn a_module_is_checked_with_its_manifest() {
    let wasm = std::fs::read(guests::build("examples/people")).unwrap();
    let folder = folder(&[("people.wasm", &wasm), ("modus.json", BAD.as_bytes()), ("other.json", GOOD.as_bytes())]);
    let module = folder.path().join("people.wasm");
    let other = folder.path().join("other.json");
    for path in [folder.path(), &module] {
        let (code, found) = check_json(&[text(path)]);
        assert_eq!((code, &found["errors"]), (1, &json!(1)), "{found:#}");
        let (code, found) = check_json(&[text(path), "--manifest", text(&other)]);
        assert_eq!((code, &found["errors"]), (0, &json!(0)), "{found:#}");
        assert!(found["fields"].as_u64().is_some_and(|fields| fields > 5), "{found:#}");
    }
    assert!(!folder.path().join("people.cwasm").exists());
    std::fs::remove_file(folder.path().join("modus.json")).unwrap();
    let (code, found) = check_json(&[text(folder.path())]);
    assert_eq!((code, &found["diagnostics"][0]["code"]), (0, &json!("MC0405")));
}

#[test]
fn what_cannot_be_checked() {
    let empty = folder(&[]);
    let two = folder(&[("a.wasm", b"x"), ("b.wasm", b"x"), ("modus.json", b"{}")]);
    let broken = folder(&[("a.wasm", b"\0asm"), ("modus.json", b"{")]);
    let binary = folder(&[("modus.json", b"{\"a\": \"\xff\"}")]);
    for (folder, codes) in [
        (&empty, json!(["MC0601"])),
        (&two, json!(["MC0605"])),
        // Both are told.
        (&broken, json!(["MC0101", "MC0401"])),
        (&binary, json!(["MC0401"])),
    ] {
        let (code, found) = check_json(&[text(folder.path())]);
        let diagnostics = found["diagnostics"].as_array().unwrap();
        let found: Vec<&Value> = diagnostics.iter().map(|found| &found["code"]).collect();
        assert_eq!((code, json!(found)), (1, codes), "{diagnostics:?}");
    }
    let app = app::compile(&guests::build("examples/people"), app::OPEN);
    let (code, found) = check_json(&[text(&app.artifact)]);
    assert_eq!((code, &found["diagnostics"][0]["code"]), (2, &json!("MC0604")));
    assert_eq!(check(&["/nowhere/modus.json"]).0, 1);
}

/// What is said of a module does not leave out a manifest that is there and cannot be read.
#[test]
fn a_manifest_that_cannot_be_read_is_told_wherever_it_belongs_to_a_module() {
    let wasm = std::fs::read(guests::build("examples/people")).unwrap();
    let utf16 = |order: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{}", app::OPEN).encode_utf16().flat_map(order).collect()
    };
    for (manifest, words) in [
        (b"{\"a\": \"\xff\"}".to_vec(), "the manifest is not UTF-8 text"),
        (utf16(u16::to_le_bytes, "\u{feff}"), "the manifest is UTF-16 text; save it as UTF-8"),
        (utf16(u16::to_be_bytes, "\u{feff}"), "the manifest is UTF-16 text"),
        (utf16(u16::to_le_bytes, ""), "the manifest is UTF-16 text"),
    ] {
        let folder = folder(&[("people.wasm", &wasm), ("modus.json", &manifest)]);
        let module = folder.path().join("people.wasm");
        for command in [&["schema"][..], &["inspect"], &["check"], &[]] {
            let arguments: Vec<_> = command.iter().map(AsRef::as_ref).chain([module.as_os_str()]).collect();
            let output = app::modusc(&arguments);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
            assert!(said.contains(words) && said.contains("modus.json"), "{command:?}: {said}");
            assert!(!said.contains("there is no manifest"), "{command:?}: {said}");
        }
        let app = app::compile(&guests::build("examples/people"), app::OPEN);
        let mut runner = tests::runner::command(&app.artifact);
        let output = runner.arg("--manifest").arg(folder.path().join("modus.json")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(64) && said.contains(words), "{said}");
    }
}

/// What would fail with the first call only.
#[test]
fn urls_that_lead_nowhere() {
    let manifest = json!({
        "connections": {
            "whole": {"type": "http", "endpoint": "https://h/v1"}, "base": {"type": "http", "baseUrl": "https://h/v1/"},
            "keyed": {"type": "http", "baseUrl": "https://h/?key={{KEY}}"},
        },
        "models": {
            "both": {"connection": "whole", "path": "chat"}, "neither": {"connection": "base"},
            "good": {"connection": "base", "path": "chat"}, "fine": {"connection": "whole"},
        },
    });
    let wasm = std::fs::read(guests::build("examples/people")).unwrap();
    let folder = folder(&[("app.wasm", &wasm), ("modus.json", manifest.to_string().as_bytes())]);
    let module = folder.path().join("app.wasm");
    for command in [&["check", "--strict"][..], &["--strict"]] {
        let arguments: Vec<_> = command.iter().map(AsRef::as_ref).chain([module.as_os_str()]).collect();
        let output = app::modusc(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
        for words in [
            "model [both]: `path` does not go with connection `whole`",
            "model [neither]: `path` is needed behind the `baseUrl` of connection `base`",
            "`baseUrl` must have no user, query or fragment",
            "`baseUrl` names a secret",
        ] {
            assert!(said.contains(words), "{command:?}: {words}: {said}");
        }
        assert!(!said.contains("[good]") && !said.contains("[fine]"), "{said}");
    }
}
