//! Promise: modusc says everything that is wrong, in one run, with stable codes and the right exit code.

use std::path::Path;

use serde_json::{Value, json};
use tests::runner::{Options, Runner};
use tests::{app, guests};

/// A minimal module: header and custom sections.
fn module(sections: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    for (name, data) in sections {
        let payload = [&[name.len() as u8], name.as_bytes(), data].concat();
        assert!(payload.len() < 0x4000);
        bytes.extend([0, payload.len() as u8 & 0x7f | 0x80, (payload.len() >> 7) as u8]);
        bytes.extend(payload);
    }
    bytes
}

fn run(wasm: &[u8], manifest: Option<&str>) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("app.wasm");
    std::fs::write(&input, wasm).unwrap();
    if let Some(manifest) = manifest {
        std::fs::write(folder.path().join("modus.json"), manifest).unwrap();
    }
    let output = app::modusc(&[input.as_os_str()]);
    assert_eq!(Path::exists(&folder.path().join("app.cwasm")), output.status.success());
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[track_caller]
fn check_refused(wasm: &[u8], manifest: Option<&str>, texts: &[&str]) {
    let (code, message) = run(wasm, manifest);
    assert_eq!(code, Some(1), "{message}");
    for text in texts {
        assert!(message.contains(text), "expected {text:?} in:\n{message}");
    }
}

#[test]
fn bad_modules() {
    let version = ("modus_metadata_version", &[2u8][..]);
    let json = |text: &'static str| ("modus_metadata", text.as_bytes());
    check_refused(b"hello", None, &["MC0101", "invalid wasm file"]);
    check_refused(b"\0asm\x0d\0\x01\0", None, &["MC0102", "component"]);
    check_refused(&module(&[]), None, &["failed to read the version of the app's metadata"]);
    check_refused(
        &module(&[("modus_metadata_version", &[1])]),
        None,
        &["unsupported version of the app's metadata: 1"],
    );
    check_refused(&module(&[version]), None, &["no metadata found in the app"]);
    check_refused(&module(&[version, json("{")]), None, &["failed to parse the app's metadata"]);
    check_refused(
        &module(&[version, json(r#"{"sdk": "modus-sdk-cobol"}"#)]),
        None,
        &["unsupported SDK: modus-sdk-cobol"],
    );
    check_refused(
        &module(&[version, json(r#"{"sdk": "modus-sdk-go", "fnExports": {"lost": {}}}"#)]),
        None,
        &["no wasm function definition found for lost", "no WASI startup function found"],
    );
    check_refused(&module(&[("hypermode_meta", b"{}")]), None, &["MC0204"]);
}

#[test]
fn manifest_findings_come_with_the_modules() {
    check_refused(
        &module(&[]),
        Some("{\n  \"endpoints\": {\"a\": {\"type\": \"rest\"}},\n  \"connections\": {\"b\": {}}\n}"),
        &[
            "failed to read the version of the app's metadata",
            "unknown type [rest] for endpoint [a]",
            "missing type for connection [b]",
            ":2:",
            ":3:",
        ],
    );
    check_refused(&module(&[]), Some("{\n  \"endpoints\": {,}\n}"), &["MC0401", ":2:"]);
}

/// A type that cannot cross costs its function, and nothing else.
#[test]
fn functions_that_cannot_be_served_are_listed() {
    let app = app::compile(&guests::build("tests/guests/go/oddities"), app::OPEN);
    for text in ["MC0315", "echoComplex", "complex128", "makeChannel"] {
        assert!(app.messages.contains(text), "expected {text:?} in:\n{}", app.messages);
    }
    for named in ["echoColor", "echoLabel", "echoEmpty", "MC0305"] {
        assert!(!app.messages.contains(named), "{}", app.messages);
    }
    let runner = Runner::start(&app.artifact, &Options::default());
    let answer = runner.query(
        r#"{ fine(v: "a") echoColor(v: 3) echoRatio(v: 0.5) echoLabel(v: "b") echoNoItems(v: [])
             cells { key { row column } value } }"#,
    );
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    let data = &answer["data"];
    assert_eq!(
        (&data["fine"], &data["echoColor"], &data["echoRatio"]),
        (&json!("a"), &json!(3), &json!(0.5)),
        "{answer}"
    );
    assert_eq!((&data["echoLabel"], &data["echoNoItems"]), (&json!("b"), &json!([])), "{answer}");
    assert_eq!(data["cells"], json!([{"key": {"row": 1, "column": 2}, "value": "a cell"}]), "{answer}");
    let answer = runner.query(r#"{ echoLabels(v: ["c"]) }"#);
    assert_eq!(answer, json!({"data": {"echoLabels": ["c"]}}));
    assert!(runner.query("{ echoComplex }")["errors"].to_string().contains("echoComplex"));
}

/// The core type of an export must be the one its metadata asks for.
#[test]
fn wrong_signatures() {
    // (func (export "add") (result i32) i32.const 1), and _initialize.
    let code = [
        &b"\x01\x08\x02\x60\x00\x01\x7f\x60\x00\x00"[..],
        b"\x03\x03\x02\x00\x01",
        b"\x07\x15\x02\x03add\x00\x00\x0b_initialize\x00\x01",
        b"\x0a\x09\x02\x04\x00\x41\x01\x0b\x02\x00\x0b",
    ]
    .concat();
    let metadata = r#"{"sdk": "modus-sdk-go", "fnExports": {"add": {
        "parameters": [{"name": "a", "type": "int32"}], "results": [{"type": "float64"}]}}}"#;
    let mut wasm = module(&[("modus_metadata_version", &[2]), ("modus_metadata", metadata.as_bytes())]);
    wasm.extend(code);
    let (code, message) = run(&wasm, None);
    assert_eq!(code, Some(0), "the rest of the app is served: {message}");
    for text in ["MC0304", "function add is left out", "(i32) -> (f64)", "() -> (i32)"] {
        assert!(message.contains(text), "expected {text:?} in:\n{message}");
    }
}

#[test]
fn usage() {
    let output = app::modusc(&["--no-such-flag".as_ref()]);
    assert_eq!(output.status.code(), Some(2));
    let output = app::modusc(&["/nowhere/app.wasm".as_ref()]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("/nowhere/app.wasm"), "{text}");
}

#[test]
fn the_schema_is_the_same_from_both_files() {
    let wasm = guests::build("examples/people");
    let app = app::compile(&wasm, app::OPEN);
    let text = app::printed(&["schema".as_ref(), wasm.as_os_str()]);
    assert_eq!(text, app::sdl(&app));
    assert!(text.contains("  person(id: Int!): Person\n"), "{text}");
    assert!(text.contains("type Mutation {"), "{text}");
}

#[test]
fn inspect_shows_the_parts() {
    let app = app::compile(&guests::build("examples/people"), app::OPEN);
    let json = app::inspect(&app.artifact);
    for part in ["header", "functions", "imports", "sections"] {
        assert!(!json[part].is_null(), "no {part} in {json}");
    }
}

#[test]
fn the_excuses_example_builds_to_the_committed_bytes() {
    let built = std::fs::read(guests::build("examples/excuses")).unwrap();
    let committed = std::fs::read(tests::root().join("examples/excuses/app.wasm")).unwrap();
    assert!(built == committed, "examples/excuses/app.wasm is not what its source builds to");
}
