//! Promise: guests reach the host through its functions, however they import them; one that does not exist is null to
//! the guest, or fails the call that reaches it.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language::{self, AssemblyScript, Go};
use tests::runner::{Options, Runner};

fn serve(language: Language, guest: &str) -> (App, Runner) {
    app::compile(&language.guest(guest), app::OPEN).serve(&Options::default())
}

/// The data of a query asked with a header.
fn data(runner: &Runner, query: &str, headers: &[(&str, &str)]) -> Value {
    let (status, body) = runner.send("/graphql", &json!({"query": query}).to_string(), headers);
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &answer["errors"]), (200, &Value::Null), "{query}: {answer}");
    answer["data"].clone()
}

#[test]
fn a_host_function_that_does_not_exist_is_named() {
    for (language, query, healthy) in [
        (AssemblyScript, r#"{ asksNowhere(v: "?") }"#, "{ ok(v: 1) }"),
        (Go, "{ asksNowhere(question: 1) }", r#"{ env(name: "TZ") }"#),
    ] {
        let (app, runner) = serve(language, "faults");
        let name = "modus_nowhere.answer";
        assert!(app.messages.contains("MC0307") && app.messages.contains(name), "{}", app.messages);
        let answer = runner.query(query);
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(name), "{language:?}: {answer}");
        assert_eq!(answer["errors"][0]["path"], json!(["asksNowhere"]));
        // Where null can be taken, the app's own error is told, or it goes on.
        let answer = runner.query(r#"{ findsNowhere(v: "?") }"#);
        assert_eq!(answer["errors"][0]["message"], "nobody could be asked", "{language:?}: {answer}");
        let answer = runner.query(r#"{ tellsNowhere(v: "!") }"#);
        assert_eq!(answer, json!({"data": {"tellsNowhere": "told"}}), "{language:?}");
        for name in ["modus_nowhere.find", "modus_nowhere.tell"] {
            runner.wait_for_log(|record| record["host_function"] == name && record["level"] == "error");
        }
        assert_eq!(runner.query(healthy)["errors"], Value::Null);
    }
}

/// The guest declares `logMessage` itself, and so does the SDK in it: one function, imported twice, once as an element
/// of a table.
#[test]
fn duplicate_imports_and_imports_in_tables() {
    let (_app, runner) = serve(AssemblyScript, "host");
    for (prefixed, message) in [(false, "straight"), (true, "info: around")] {
        let text = message.trim_start_matches("info: ");
        data(&runner, &format!(r#"{{ logIndirectly(prefixed: {prefixed}, v: "{text}") }}"#), &[]);
        runner.wait_for_log(|record| record["message"] == message || record["text"] == message);
    }
}

/// What WASI does for a guest at one go has a bound, as it has on Linux: 28 is EINVAL, 37 ENAMETOOLONG, 54 ENOTDIR.
#[test]
fn wasi_takes_no_more_at_once_than_linux() {
    for language in Language::ALL {
        let (_app, runner) = serve(language, "faults");
        for (function, argument, most, answers) in [
            ("writesVectors", "count", 1024, [0, 28]),
            ("pollsClocks", "count", 1024, [0, 28]),
            ("unlinksPath", "length", 4096, [54, 37]),
        ] {
            let (few, many) = (most, most + 1);
            let query = format!("{{ few: {function}({argument}: {few}) many: {function}({argument}: {many}) }}");
            let expected = json!({"few": answers[0], "many": answers[1]});
            assert_eq!(data(&runner, &query, &[]), expected, "{language:?} {function}");
        }
    }
}

/// A string result makes the host call the guest's allocator while the guest waits for it.
#[test]
fn the_clients_time_zone() {
    let zone = [("X-Time-Zone", "Asia/Tokyo")];
    for (language, guest) in [(AssemblyScript, "host"), (Go, "clock")] {
        let (_app, runner) = serve(language, guest);
        let name = if language == Go { "localTimeZone" } else { "timeZone" };
        assert_eq!(data(&runner, &format!("{{ {name} }}"), &zone)[name], "Asia/Tokyo", "{language:?}");
        let time = data(&runner, "{ localTime }", &zone)["localTime"].as_str().unwrap().to_owned();
        assert!(time.ends_with("+09:00"), "{language:?}: {time}");
        let unknown = data(&runner, &format!("{{ {name} }}"), &[("X-Time-Zone", "../etc/passwd")]);
        assert_ne!(unknown[name], "../etc/passwd", "{language:?}");
        runner.wait_for_log(|record| record.to_string().contains("unknown time zone"));
    }
}

#[test]
fn time_zone_data() {
    let (_app, runner) = serve(Go, "clock");
    let query = r#"{
        summer: inZone(at: "2024-07-01T12:00:00Z", zone: "Europe/Berlin")
        winter: inZone(at: "2024-01-01T12:00:00Z", zone: "Europe/Berlin")
        known: isValidZone(zone: "Europe/Berlin")
        unknown: isValidZone(zone: "Europe/Nowhere")
    }"#;
    assert_eq!(
        data(&runner, query, &[]),
        json!({
            "summer": "2024-07-01T14:00:00+02:00",
            "winter": "2024-01-01T13:00:00+01:00",
            "known": true,
            "unknown": false
        })
    );
}

#[test]
fn time_zones_in_assemblyscript() {
    let (_app, runner) = serve(AssemblyScript, "host");
    let query =
        r#"{ a: isTimeZone(tz: "Europe/Berlin") b: isTimeZone(tz: "Europe/Nowhere") c: timeInZone(tz: "Asia/Tokyo") }"#;
    let answer = data(&runner, query, &[]);
    assert_eq!((&answer["a"], &answer["b"]), (&json!(true), &json!(false)));
    assert!(answer["c"].as_str().unwrap().ends_with("+09:00"), "{answer}");
}
