//! Promise: `modusc bench` measures a compiled app through the real runner, says what failed, and leaves nothing running.
//!
//! No time is asserted: these programs are for development, and other tests run beside them.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::{self, Language};
use tests::json_schema;
use tests::tokens::Pair;

/// What makes a run short, unless a test says otherwise.
const SHORT: [(&str, &str); 3] = [("--rounds", "2"), ("--seconds", "0.1"), ("--connections", "4")];

fn bench(file: &Path, arguments: &[&str]) -> Output {
    let output = command(file, arguments).output().expect("modusc runs");
    if file.starts_with(std::env::temp_dir()) {
        assert_eq!(processes_with(file), Vec::<String>::new(), "something is left running");
    }
    output
}

fn command(file: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(tests::binary("modusc"));
    command.env_clear().env("PATH", "/usr/bin:/bin").arg("bench").arg(file);
    for (name, value) in SHORT.iter().filter(|(name, _)| !arguments.contains(name)) {
        command.args([name, value]);
    }
    command.args(arguments);
    command
}

/// Command lines of processes other than modusc that name a file.
fn processes_with(file: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        // A process may end while it is looked at.
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(file.to_str().unwrap()) && !line.contains("modusc bench") {
            found.push(line);
        }
    }
    found
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn measured(file: &Path, arguments: &[&str], code: i32) -> Value {
    let output = bench(file, &[&["--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

/// Positive numbers that do not get smaller.
#[track_caller]
fn check_ascending(object: &Value, names: &[&str]) {
    let mut before = f64::MIN_POSITIVE;
    for name in names {
        let number = object[name].as_f64().unwrap_or_else(|| panic!("no {name} in {object}"));
        assert!(number >= before, "{name} in {object}");
        before = number;
    }
}

#[track_caller]
fn check_call(call: &Value) {
    assert_eq!(call["error"], Value::Null, "{call}");
    check_ascending(&call["latency"], &["minimumUs", "medianUs", "p95Us", "p99Us"]);
    assert!(call["latency"]["requests"].as_u64().unwrap() > 0, "{call}");
    assert!(call["load"]["requestsPerSecond"].as_f64().unwrap() > 0.0, "{call}");
    assert!(call["load"]["succeeded"].as_u64().unwrap() > 0, "{call}");
    assert_eq!(call["load"]["failed"], 0, "{call}");
}

fn labels(report: &Value) -> Vec<&str> {
    report["calls"].as_array().unwrap().iter().map(|call| call["label"].as_str().unwrap()).collect()
}

fn people() -> App {
    app::compile(&guests::build("examples/people"), app::OPEN)
}

fn faults(language: Language) -> App {
    app::compile(&language.guest("faults"), app::OPEN)
}

#[test]
fn every_figure_is_there_in_both_languages() {
    for language in Language::ALL {
        let app = app::compile(&language.guest("types"), app::OPEN);
        // One without arguments and one with an argument made from its type.
        let none = if language == Language::Go { "circle" } else { "cycle" };
        let report = measured(&app.artifact, &["--field", none, "--field", "chain"], 0);
        assert_eq!(labels(&report).len(), 2, "{report}");
        report["calls"].as_array().unwrap().iter().for_each(check_call);
        let cold = report["coldStart"].as_array().unwrap();
        assert_eq!(cold.len(), 2, "without and with a call: {report}");
        for start in cold {
            check_ascending(start, &["minimumMs", "medianMs", "p95Ms"]);
            assert_eq!(start["rounds"], 2);
        }
        check_ascending(&report["floor"]["latency"], &["minimumUs", "medianUs", "p95Us", "p99Us"]);
        check_ascending(&report["memory"], &["residentAfterFirstAnswerBytes", "peakResidentBytes"]);
        assert!(report["memory"]["residentAfterFirstAnswerBytes"].as_u64().unwrap() > 1 << 20, "{report}");
        assert_eq!(report["file"]["sizeBytes"], std::fs::metadata(&app.artifact).unwrap().len());
        assert_eq!(report["app"]["buildId"].as_str().map(str::len), Some(20), "{report}");
        assert!(report["app"]["sdk"].as_str().unwrap().starts_with("modus-sdk-"), "{report}");
        assert!(report["machine"]["cores"].as_u64().unwrap() > 0, "{report}");
        assert!(report["machine"]["processor"].is_string() || cfg!(not(target_arch = "x86_64")), "{report}");
        assert_eq!(
            (&report["settings"]["environment"], &report["settings"]["connections"]),
            (&json!("prod"), &json!(4))
        );
        let found = json_schema::findings(&json_schema::definition("bench"), std::slice::from_ref(&report));
        assert_eq!(found, [[]], "{report}");
    }
}

#[test]
fn every_query_field_is_called_and_no_mutation() {
    let app = people();
    let report = measured(&app.artifact, &["--seconds", "0.02"], 0);
    let expected = [
        "birthday(person: …)",
        "cities",
        "divide(a: 1, b: 1)",
        "manager(id: 1)",
        "people",
        "person(id: 1)",
        "sayHello",
        "vcard(id: 1)",
    ];
    assert_eq!(labels(&report), expected);
    report["calls"].as_array().unwrap().iter().for_each(check_call);
    let person = &report["calls"][0]["variables"]["person"];
    assert_eq!((&person["badge"], &person["home"]["coordinates"]), (&json!("AAAAAA=="), &json!([1.5, 1.5])));
    assert!(report["calls"][0]["query"].as_str().unwrap().contains("{ age next }"), "{report}");
}

#[test]
fn the_table_is_for_people() {
    let app = people();
    let output = bench(&app.artifact, &["--field", "sayHello", "--color", "never"]);
    let (table, messages) = (text(&output.stdout), text(&output.stderr));
    assert_eq!((output.status.code(), messages.as_str()), (Some(0), ""), "{table}");
    for part in ["people", "build ", "MiB", "core", "load average", "Cold start, 2 rounds", "{ __typename }", "median"]
    {
        assert!(table.contains(part), "no {part:?} in\n{table}");
    }
    for part in ["requests/s at 4", "GET /livez", "after the first answer", "environment prod"] {
        assert!(table.contains(part), "no {part:?} in\n{table}");
    }
    assert!(!table.contains('\x1b'), "{table}");
    // The figures of a column end where its heading does.
    let ends = |start: &str| {
        let line = table.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
        line.chars().count()
    };
    assert_eq!(ends("Calls"), table.lines().rfind(|line| line.starts_with("  sayHello")).unwrap().chars().count());
    assert_eq!(ends("Cold start"), ends("{ __typename }"));
}

#[test]
fn an_app_that_each_call_initialises_is_noted() {
    for (preinit, expected) in [("off", true), ("auto", false)] {
        let arguments = ["--preinit".to_owned(), preinit.to_owned()];
        let app = app::compile_with(&guests::build("examples/people"), app::OPEN, &arguments);
        let report = measured(&app.artifact, &["--query", "{ sayHello }"], 0);
        assert_eq!(report["notes"].to_string().contains("is initialised in each call"), expected, "{report}");
    }
}

#[test]
fn a_field_that_fails_is_listed_with_its_message() {
    for (language, good, bad, message) in
        [(Language::Go, "counter", "fails", "failed: text"), (Language::AssemblyScript, "count", "throws", "text")]
    {
        let app = faults(language);
        let report = measured(&app.artifact, &["--field", good, "--field", bad], 0);
        let call = |field: &str| {
            let calls = report["calls"].as_array().unwrap();
            calls.iter().find(|call| call["label"].as_str().unwrap().starts_with(field)).unwrap().clone()
        };
        check_call(&call(good));
        assert_eq!(call(bad)["error"], message, "{report}");
        assert_eq!((&call(bad)["latency"], &call(bad)["load"]), (&Value::Null, &Value::Null), "no fast errors");
        let output = bench(&app.artifact, &["--field", bad, "--color", "never"]);
        assert_eq!(output.status.code(), Some(1), "all fail: {}", text(&output.stderr));
        assert!(text(&output.stdout).contains(&format!("failed: {message}")), "{}", text(&output.stdout));
    }
}

#[test]
fn a_given_query_that_fails_fails_the_run() {
    let app = people();
    let good = "{ person(id: 1) { name } }";
    let report = measured(&app.artifact, &["--query", good, "--query", "{ person(id: 77) { name } }"], 1);
    assert_eq!(labels(&report), [good, "{ person(id: 77) { name } }"]);
    check_call(&report["calls"][0]);
    assert_eq!(report["calls"][1]["error"], "no person has the id 77");
    assert_eq!(report["coldStart"][1]["query"], good);
    let output = bench(&app.artifact, &["--query", "{ nobody }"]);
    assert_eq!(output.status.code(), Some(1));
    let messages = text(&output.stderr);
    assert!(messages.contains("MC0606") && messages.contains("{ nobody }"), "{messages}");
}

#[test]
fn queries_come_from_files_and_have_variables() {
    let app = people();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, contents: &str| {
        std::fs::write(folder.path().join(name), contents).unwrap();
        format!("@{}", folder.path().join(name).display())
    };
    let query = file("find.graphql", "query Find($id: Int!) {\n  person(id: $id) { name }\n}\n");
    let report = measured(&app.artifact, &["--query", &query, "--variables", r#"{"id": 2}"#], 0);
    assert_eq!(labels(&report), ["query Find($id: Int!) { person(id: $id)…"]);
    check_call(&report["calls"][0]);
    let report = measured(&app.artifact, &["--query", &query, "--variables", &file("id.json", r#"{"id": 78}"#)], 1);
    assert_eq!(report["calls"][0]["error"], "no person has the id 78");
    let add = r#"mutation { addPerson(person: { name: "Al Bo", born: "2000-01-01T00:00:00Z",
                 home: { city: "Oslo", country: "Norway", coordinates: [1, 2] } }) { id } }"#;
    check_call(&measured(&app.artifact, &["--query", add], 0)["calls"][0]);
}

#[test]
fn an_executable_is_measured_itself() {
    let folder = tempfile::tempdir().unwrap();
    let wasm = folder.path().join("app.wasm");
    std::fs::copy(guests::build("examples/people"), &wasm).unwrap();
    std::fs::write(folder.path().join("modus.json"), app::OPEN).unwrap();
    let built = app::modusc(&[wasm.as_os_str(), "--exe".as_ref()]);
    assert!(built.status.success(), "{}", text(&built.stderr));
    let app = folder.path().join("app");
    let report = measured(&app, &["--field", "person"], 0);
    check_call(&report["calls"][0]);
    assert_eq!((&report["runner"], &report["app"]["name"]), (&Value::Null, &json!("people")));
    check_refused(&app, &["--runner", "/bin/ls"], 2, &["its own runner"]);
    // By a name that is on no path.
    let output = command(Path::new("app"), &["--field", "person"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn the_app_gets_its_variables_and_the_runner_its_flags() {
    let app = faults(Language::AssemblyScript);
    let env_file = app.artifact.with_file_name("other.env");
    std::fs::write(&env_file, "export MODUS_FLAVOUR='mint'\n").unwrap();
    let query = ["--query", r#"{ env(v: "FLAVOUR") }"#];
    measured(&app.artifact, &query, 1);
    let with = |arguments: &[&str]| measured(&app.artifact, &[&query, arguments].concat(), 0);
    check_call(&with(&["--env", "MODUS_FLAVOUR=lime"])["calls"][0]);
    check_call(&with(&["--env-file", env_file.to_str().unwrap()])["calls"][0]);
    let report = with(&["--env", "MODUS_FLAVOUR=plain", "--env", "MODUS_ENV=dev", "--", "--deadline", "7"]);
    assert_eq!(report["settings"]["environment"], "dev");
    assert_eq!(report["settings"]["runnerArguments"], json!(["--deadline", "7"]));
    // Without the line that tells the address there would be nothing to ask.
    let mut quiet = command(&app.artifact, &["--field", "ok"]);
    let output = quiet.env("RUST_LOG", "off").env("MODUS_LOG_LEVEL", "error").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn endpoints_by_their_path_and_their_tokens() {
    let manifest = r#"{"endpoints": {
        "closed": {"type": "graphql", "path": "/closed", "auth": "bearer-token"},
        "open": {"type": "graphql", "path": "/api/open", "auth": "none"}}}"#;
    let wasm = guests::build("examples/people");
    let both = app::compile(&wasm, manifest);
    let field = ["--field", "sayHello"];
    let report = measured(&both.artifact, &field, 0);
    assert_eq!(report["settings"]["endpointPath"], "/api/open");
    check_call(&report["calls"][0]);
    check_refused(&both.artifact, &["--endpoint", "closed"], 1, &["/closed", "401"]);
    check_refused(&both.artifact, &["--endpoint", "/nowhere"], 1, &["/nowhere", "404"]);
    check_refused(&both.artifact, &["--endpoint", "other"], 2, &["no endpoint other", "closed, open"]);

    let closed = app::compile(&wasm, &manifest.replace(r#""auth": "none""#, r#""auth": "bearer-token""#));
    check_refused(&closed.artifact, &field, 2, &["bearer token", "--header"]);
    let key = Pair::p256();
    let header = format!("Authorization: Bearer {}", key.token(&json!({})));
    let pems = format!("MODUS_PEMS={}", json!({ "k": key.pem() }));
    let report = measured(&closed.artifact, &[&field[..], &["--header", &header, "--env", &pems]].concat(), 0);
    check_call(&report["calls"][0]);
    assert!(!report.to_string().contains(&header["Authorization: Bearer ".len()..]), "a token is nobody's business");
    measured(&closed.artifact, &[&field[..], &["--", "--open-without-keys"]].concat(), 0);
}

/// A load of calls to a model may cost money.
#[test]
fn an_app_that_reaches_others_is_not_called_unasked() {
    let manifest = std::fs::read_to_string(tests::root().join("examples/excuses/modus.json")).unwrap();
    let manifest = manifest.replace("https://api.openai.com/", "http://127.0.0.1:9/");
    let app = app::compile(&guests::build("examples/excuses"), &manifest);
    let report = measured(&app.artifact, &[], 0);
    assert_eq!((&report["calls"], report["coldStart"].as_array().unwrap().len()), (&json!([]), 1));
    assert!(report["notes"].to_string().contains("modus_models"), "{report}");
    check_ascending(&report["memory"], &["residentAfterFirstAnswerBytes", "peakResidentBytes"]);
    let report = measured(&app.artifact, &["--all-fields"], 1);
    assert!(report["calls"][0]["error"].is_string(), "{report}");
}

#[track_caller]
fn check_refused(file: &Path, arguments: &[&str], code: i32, expected: &[&str]) {
    let output = bench(file, arguments);
    let messages = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{messages}");
    assert_eq!(text(&output.stdout), "");
    for part in expected {
        assert!(messages.contains(part), "no {part:?} in {messages}");
    }
}

#[test]
fn wrong_inputs_are_told() {
    let app = people();
    let wasm = app.artifact.with_file_name("app.wasm");
    check_refused(&wasm, &[], 1, &["MC0501", "WebAssembly module", "modusc bench", "app.cwasm"]);
    check_refused(Path::new("/bin/sh"), &[], 1, &["another ELF file"]);
    check_refused(&app.artifact.with_file_name("modus.json"), &[], 1, &["another kind of file"]);
    check_refused(Path::new("/nowhere/app.cwasm"), &[], 1, &["/nowhere/app.cwasm"]);
    check_refused(Path::new("-"), &[], 2, &["standard input"]);
    let bare = app::compile(&guests::build("examples/people"), r#"{"endpoints": {}}"#);
    check_refused(&bare.artifact, &[], 2, &["no endpoint", "modus.json"]);
    let refused = |arguments: &[&str], code, expected: &[&str]| check_refused(&app.artifact, arguments, code, expected);
    refused(&["--field", "nobody"], 2, &["nobody", "sayHello"]);
    refused(&["--field", "addPerson"], 2, &["mutation", "--query"]);
    refused(&["--header", "secret"], 2, &["Name: value"]);
    refused(&["--env", "secret"], 2, &["NAME=VALUE"]);
    refused(&["--env-file", "/nowhere/.env"], 1, &["/nowhere/.env"]);
    refused(&["--query", "@/nowhere/q.graphql"], 1, &["/nowhere/q.graphql"]);
    refused(&["--query", "{ sayHello }", "--variables", "[1]"], 2, &["--variables", "JSON object"]);
    refused(&["--runner", "/nowhere/modus-runner"], 1, &["/nowhere/modus-runner"]);
    refused(&["--runner", "/bin/ls"], 1, &["ended before it listened", "--host"]);
    refused(&["--", "--deadline", "never"], 1, &["ended before it listened", "--deadline"]);
    refused(&["--pin", "100000"], 2, &["no core 100000"]);
    for arguments in [["--rounds", "0"], ["--seconds", "0"], ["--connections", "0"]] {
        assert_eq!(bench(&app.artifact, &arguments).status.code(), Some(2));
    }
}

/// The process that serves an artifact, once there is one.
fn wait_for_server(artifact: &Path) {
    let end = Instant::now() + Duration::from_secs(20);
    while processes_with(artifact).is_empty() {
        assert!(Instant::now() < end, "no server was started");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interruption_leaves_nothing_behind() {
    let app = people();
    let temporary = tempfile::tempdir().unwrap();
    let env_file = app.artifact.with_file_name("other.env");
    std::fs::write(&env_file, "").unwrap();
    for (signal, seconds) in [("INT", "60"), ("TERM", "60"), ("HUP", "0.1")] {
        // With 10,000 rounds the signal comes while servers are being started, else under load.
        let rounds = if seconds == "60" { "1" } else { "10000" };
        let arguments = ["--seconds", seconds, "--rounds", rounds, "--env-file", env_file.to_str().unwrap()];
        let mut child = Command::new(tests::binary("modusc"))
            .args([OsStr::new("bench"), app.artifact.as_os_str()])
            .args(arguments)
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_server(&app.artifact);
        std::thread::sleep(Duration::from_millis(1500));
        let killed = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        assert_eq!(processes_with(&app.artifact), Vec::<String>::new(), "{signal}");
        assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0, "{signal}");
    }
}

/// A server that never says where it listens, or ends by itself, is no reason to wait for ever.
#[test]
fn a_server_that_ends_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let script: PathBuf = folder.path().join("runner");
    let mut file = std::fs::File::create(&script).unwrap();
    file.write_all(b"#!/bin/sh\necho 'out of luck' >&2\nexit 3\n").unwrap();
    drop(file);
    assert!(Command::new("chmod").arg("+x").arg(&script).status().unwrap().success());
    let app = people();
    check_refused(&app.artifact, &["--runner", script.to_str().unwrap()], 1, &["ended before", "out of luck"]);
}
