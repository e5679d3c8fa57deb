//! Promise: what the environment says and the runner cannot use is told at the start, and by `--check-config`, which then
//! refuses; what means the same in another form is understood.

use std::path::Path;

use serde_json::{Value, json};
use tests::app;
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::runner::{self, Options, Runner};
use tests::tokens::Pair;

/// Exit code and log of `--check-config`.
fn checked(artifact: &Path, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = runner::command(artifact);
    let output = command.arg("--check-config").envs(environment.iter().copied()).output().expect("modus-runner runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[track_caller]
fn check(artifact: &Path, environment: &[(&str, &str)], fault: &[&str]) {
    let (code, log) = checked(artifact, environment);
    assert_eq!(code, Some(if fault.is_empty() { 0 } else { 64 }), "{environment:?}: {log}");
    assert!(fault.iter().all(|words| log.contains(words)), "{environment:?}: {log}");
}

#[test]
fn time_zones_in_every_form() {
    let app = app::compile(&Language::Go.guest("clock"), app::OPEN);
    for (value, zone) in [
        (":Europe/Berlin", "Europe/Berlin"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        (":/usr/share/zoneinfo/posix/US/Eastern", "US/Eastern"),
        ("EST5", "Etc/GMT+5"),
    ] {
        check(&app.artifact, &[("TZ", value)], &[]);
        let runner = Runner::start(&app.artifact, &Options::default().env("TZ", value));
        assert_eq!(
            runner.query("{ localTimeZone }")["data"],
            json!({"localTimeZone": zone}),
            "{value}: {}",
            runner.log()
        );
        assert!(runner.query("{ localTime }")["data"]["localTime"].is_string(), "{value}: {}", runner.log());
        assert!(!runner.log().contains("TZ is"), "{}", runner.log());
    }
    // What means none is told, and the calls go on in a zone that there is.
    for value in ["CET-1CEST,M3.5.0,M10.5.0/3", "Mars/Olympus", "/etc/passwd", "../zoneinfo/UTC"] {
        check(&app.artifact, &[("TZ", value)], &["means no time zone", value]);
        let runner = Runner::start(&app.artifact, &Options::default().env("TZ", value));
        let told = |record: &Value| record["message"].as_str().is_some_and(|text| text.contains("means no time zone"));
        assert_eq!(runner.wait_for_log(told)["level"], "warn");
        assert!(runner.query("{ localTime }")["data"]["localTime"].is_string(), "{value}: {}", runner.log());
    }
}

#[test]
fn certificates_and_keys() {
    let app = app::compile(&Language::Go.guest("clock"), app::CLOSED);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("roots.pem"), Pair::rsa().certificate()).unwrap();
    std::fs::write(path("key.pem"), Pair::rsa().pem()).unwrap();
    let (good, bad) =
        (json!({"a": Pair::rsa().pem()}).to_string(), json!({"a": Pair::rsa().private_pem()}).to_string());
    let folders = format!("{}:{}", folder.path().display(), path("none"));
    check(&app.artifact, &[("SSL_CERT_FILE", &path("roots.pem")), ("MODUS_PEMS", &good)], &[]);
    for (variable, value, words) in [
        ("SSL_CERT_FILE", &path("none.pem"), "No such file"),
        ("SSL_CERT_FILE", &path("key.pem"), "no certificate in it"),
        ("SSL_CERT_DIR", &folders, "No such file"),
        ("MODUS_PEMS", &bad, "private key"),
        ("MODUS_JWKS_ENDPOINTS", &"{\"a\": \"idp\"}".to_owned(), "not an http or https URL"),
    ] {
        check(&app.artifact, &[(variable, value)], &[variable, words]);
    }
    let runner = Runner::start(&app.artifact, &Options::default().env("SSL_CERT_FILE", &path("none.pem")));
    runner.wait_for_log(|record| record["level"] == "warn" && record.to_string().contains("UnknownIssuer"));
    // All faults are told at once.
    check(&app.artifact, &[("TZ", "x"), ("SSL_CERT_FILE", "/x.pem")], &["TZ is", "SSL_CERT_FILE"]);
}

#[test]
fn an_app_that_serves_nothing_is_not_usable() {
    let endpoint =
        |path: &str| json!({"endpoints": {"a": {"type": "graphql", "path": path, "auth": "none"}}}).to_string();
    for manifest in ["{}", r#"{"endpoints": {}}"#, &endpoint("/livez"), &endpoint("graphql")] {
        let app = app::compile(&Language::Go.guest("clock"), manifest);
        check(&app.artifact, &[], &["no endpoint"]);
    }
}
