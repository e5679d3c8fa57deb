//! Promise: the schema is valid for any client, and introspection shows the very same one.

use std::path::PathBuf;

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::runner::{Options, Runner};
use tests::{guests, npm, root};

/// Every guest app of the tests and every example.
fn apps() -> Vec<String> {
    let folders = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(root().join(folder)).expect("the folder is there");
        let is_app = |path: &PathBuf| path.join("modus.json").is_file();
        let paths = entries.map(|entry| entry.expect("readable").path()).filter(is_app);
        paths.map(|path| path.strip_prefix(root()).expect("below the root").display().to_string()).collect()
    };
    let mut apps: Vec<String> =
        ["examples", "tests/guests/go", "tests/guests/assemblyscript"].into_iter().flat_map(folders).collect();
    apps.sort();
    assert!(apps.len() >= 10, "{apps:?}");
    apps
}

fn compiled(folder: &str) -> App {
    app::compile(&guests::build(folder), app::OPEN)
}

/// The SDL of the cases in `compiler/src/schema/rules`, which a unit test there holds against the generator.
fn cases() -> Vec<Value> {
    let samples = root().join("compiler/src/schema");
    let whole = std::fs::read_to_string(samples.join("samples/hall.graphql")).unwrap();
    let tail = &whole[whole.find("\nscalar JSON\n").expect("every schema has it")..];
    let mut cases = Vec::new();
    for file in std::fs::read_dir(samples.join("rules")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for case in text.split("=== ").skip(1) {
            let (head, expected) = case.split_once("\n---\n").unwrap();
            let own: String =
                expected.lines().filter(|line| !line.starts_with("! ")).map(|line| format!("{line}\n")).collect();
            cases.push(json!({"name": head.lines().next(), "sdl": format!("{}\n{tail}", own.trim_end())}));
        }
    }
    assert!(cases.len() > 40);
    cases
}

#[test]
fn an_independent_parser_accepts_every_schema() {
    let mut schemas = cases();
    schemas.extend(apps().iter().map(|folder| json!({"name": folder, "sdl": app::sdl(&compiled(folder))})));
    let names: Vec<Value> = schemas.iter().map(|schema| schema["name"].clone()).collect();
    let answer = npm::run("validate-sdl.mjs", &json!(schemas));
    let results = answer.as_array().unwrap();
    assert_eq!(results.len(), names.len());
    for result in results {
        // Without query fields there is no Query type, as in the reference; GraphQL wants one.
        let allowed =
            if result["hasQuery"] == json!(true) { json!([]) } else { json!(["Query root type must be provided."]) };
        assert_eq!(result["errors"], allowed, "{}", result["name"]);
    }
}

#[test]
fn introspection_shows_the_schema_that_modusc_prints() {
    for folder in apps() {
        let app = compiled(&folder);
        let runner = Runner::start(&app.artifact, &Options::arguments(&["--introspection", "true"]));
        let differences =
            npm::run("introspect.mjs", &json!({"url": format!("{}/graphql", runner.url), "sdl": app::sdl(&app)}));
        assert_eq!(differences, json!([]), "{folder}");
    }
}

/// A module whose functions take and answer nothing, with metadata of one's own.
fn module(functions: &[&str], metadata: &Value) -> Vec<u8> {
    fn number(mut value: usize, out: &mut Vec<u8>) {
        while value > 127 {
            out.push(value as u8 | 128);
            value >>= 7;
        }
        out.push(value as u8);
    }
    let prefixed = |bytes: &[u8]| {
        let mut out = Vec::new();
        number(bytes.len(), &mut out);
        out.extend(bytes);
        out
    };
    let count = functions.len() as u8 + 1;
    let mut exports = vec![count + 1, 6];
    exports.extend(b"memory\x02\0");
    for (index, name) in (0u8..).zip(["_initialize"].iter().chain(functions)) {
        exports.extend(prefixed(name.as_bytes()));
        exports.extend([0, index]);
    }
    let types = vec![1, 0x60, 0, 0];
    let indices = [vec![count], vec![0; count.into()]].concat();
    let code = [vec![count], [2, 0, 0x0b].repeat(count.into())].concat();
    let version = [prefixed(b"modus_metadata_version"), vec![2]].concat();
    let document = [prefixed(b"modus_metadata"), metadata.to_string().into_bytes()].concat();
    let sections =
        [(1, types), (3, indices), (5, vec![1, 0, 1]), (7, exports), (10, code), (0, version), (0, document)];
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    for (id, content) in sections {
        bytes.push(id);
        bytes.extend(prefixed(&content));
    }
    bytes
}

/// What clients see of the schema otherwise than modusc prints it.
fn differences(functions: &[&str], docs: &Value) -> Value {
    let exports: serde_json::Map<_, _> =
        functions.iter().map(|name| ((*name).to_owned(), json!({"docs": {"lines": docs}}))).collect();
    let metadata = json!({"plugin": "made", "sdk": "modus-sdk-go@0.18.0", "fnExports": exports});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.wasm");
    std::fs::write(&path, module(functions, &metadata)).unwrap();
    let app = app::compile(&path, app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::arguments(&["--introspection", "true"]));
    npm::run("introspect.mjs", &json!({"url": format!("{}/graphql", runner.url), "sdl": app::sdl(&app)}))
}

#[test]
fn descriptions_are_read_as_a_parser_reads_them() {
    for docs in [
        json!(["One line."]),
        json!(["  Indented", "    more", "", "  and back "]),
        json!(["", "Empty lines around.", ""]),
        json!(["\"\"\"quoted\"\"\" and \\ and \"", "ends with \\"]),
        json!(["carriage\rreturns\r\nand\ttabs"]),
        json!(["ü 🦀 \u{2028} \u{7f}"]),
        json!(["", " "]),
    ] {
        assert_eq!(differences(&["list", "addOne"], &docs), json!([]), "{docs}");
    }
}

#[test]
fn apps_without_queries_can_be_introspected() {
    for functions in [&["addOne"][..], &[]] {
        let found = differences(functions, &json!([]));
        let found =
            found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().lines().collect::<Vec<_>>().join(" "));
        let allowed =
            ["Type Query must define one or more fields.", "Query: SDL has nothing introspection has type Query"];
        let others: Vec<String> = found.filter(|one| !allowed.contains(&one.as_str())).collect();
        assert_eq!(others, Vec::<String>::new(), "{functions:?}");
    }
}

#[test]
fn the_same_schema_from_module_and_artifact() {
    let folder = "examples/people";
    let module = guests::build(folder);
    assert_eq!(app::printed(&["schema".as_ref(), module.as_os_str()]), app::sdl(&compiled(folder)));
}
