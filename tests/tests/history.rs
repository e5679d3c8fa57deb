//! Promise: calls of models are recorded where that is wanted, with what was sent and answered and without any secret; no call
//! waits for its record, what waits is bounded, what was written survives a kill, and only those who may read it can.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use tests::guests::Language;
use tests::inferences::{PATH, compile, counter, dev, invoke, invoke_often, options, prompt, records, wait_for};
use tests::providers::{self, KEY, REFUSED};
use tests::runner::Runner;
use tests::stand_in::{Reply, StandIn};

const DROPPED: &str = "runtime_dropped_inferences_num";

/// JSON in a string, as records have it.
fn inner(record: &Value, member: &str) -> Value {
    serde_json::from_str(record[member].as_str().unwrap_or_else(|| panic!("{member}: {record}"))).expect("JSON")
}

#[test]
fn what_a_record_holds() {
    for language in Language::ALL {
        let double = StandIn::with(providers::openai);
        let app = compile(language, &double);
        let runner = Runner::start(&app.artifact, &dev(&[]));
        assert_eq!(records(&runner, ""), Vec::<Value>::new());
        let input = prompt("Why?");
        let answer = invoke(&runner, "chat", &input.to_string());
        let output: Value = serde_json::from_str(answer["data"]["invoke"].as_str().expect("text")).expect("JSON");
        invoke(&runner, "other", &prompt(REFUSED).to_string());
        let found = wait_for(&runner, "", 2);
        let [refused, answered] = &found[..] else { panic!("{found:?}") };
        assert_eq!((inner(answered, "input"), inner(answered, "output")), (input, output), "{language:?}");
        for (member, expected) in [
            ("function", json!("invoke")),
            ("model", json!("chat")),
            ("connection", json!("p")),
            ("status", json!(200)),
            ("input_tokens", json!(20)),
            ("output_tokens", json!(15)),
        ] {
            assert_eq!(answered[member], expected, "{member}: {answered}");
        }
        assert_eq!(answered["model_hash"].as_str().map(str::len), Some(64));
        assert!(answered["duration_ms"].is_u64() && answered["started_at"].as_str().is_some_and(|t| t.ends_with('Z')));
        let calling =
            runner.wait_for_log(|record| record["message"] == "Invoking model." && record["detail"] == "Model: chat");
        assert_eq!(answered["execution_id"], calling["execution_id"]);
        let plugin = &answered["plugin"];
        assert_eq!(
            (&plugin["build_id"], &plugin["language"]),
            (&calling["build_id"], &json!(language.name())),
            "{plugin}"
        );
        assert!(plugin["sdk_version"].as_str().is_some_and(|version| version.starts_with("0.")), "{plugin}");
        assert_eq!((&refused["model"], &refused["status"]), (&json!("other"), &json!(400)));
        assert!(inner(refused, "output")["error"]["message"].is_string(), "{refused}");
        assert_ne!(refused["model_hash"], answered["model_hash"]);
        assert_eq!(counter(&runner, DROPPED), 0);
    }
}

/// Calls without an answer, and answers that are no JSON or too long, are records like others.
#[test]
fn what_is_no_answer_in_json() {
    let long = json!({"text": "x".repeat(5000)}).to_string();
    let answer = long.clone();
    let double = StandIn::with(move |request| match request.json()["messages"][0]["content"].as_str() {
        Some("long") => Reply::body(answer.clone()),
        Some("empty") => Reply { status: 204, ..Reply::body("") },
        _ => Reply { status: 500, ..Reply::body("<html>\u{0}no JSON</html>") },
    });
    let app = compile(Language::Go, &double);
    let runner = Runner::start(&app.artifact, &dev(&["--history-bytes", "1000"]));
    let ask = |text: &str| {
        let answer = invoke(&runner, "chat", &prompt(text).to_string());
        (answer, wait_for(&runner, "?limit=1", 1).remove(0))
    };
    let (answer, record) = ask("long");
    assert_eq!(answer["data"]["invoke"], long, "the guest gets all of it");
    let output = inner(&record, "output");
    assert_eq!((&output["truncated"], &output["bytes"]), (&json!(true), &json!(long.len())));
    assert_eq!(output["start"].as_str(), long.get(..1000));
    invoke(&runner, "chat", &prompt("empty").to_string());
    invoke(&runner, "chat", &prompt("html").to_string());
    let found = wait_for(&runner, "", 3);
    assert_eq!(inner(&found[0], "output"), "<html>no JSON</html>");
    assert_eq!((inner(&found[1], "output"), &found[1]["status"]), (Value::Null, &json!(204)));

    let mut nobody = StandIn::start();
    nobody.url = "http://127.0.0.1:9/".to_owned();
    let app = compile(Language::AssemblyScript, &nobody);
    let runner = Runner::start(&app.artifact, &dev(&[]));
    assert!(invoke(&runner, "chat", &prompt("x").to_string())["errors"].is_array());
    let record = wait_for(&runner, "", 1).remove(0);
    assert_eq!((inner(&record, "output"), record.get("status")), (Value::Null, None), "{record}");
}

#[test]
fn pages_and_filters() {
    let double = StandIn::with(providers::openai);
    let app = compile(Language::Go, &double);
    let runner = Runner::start(&app.artifact, &dev(&[]));
    for number in 0..7 {
        let model = if number % 3 == 0 { "other" } else { "chat" };
        invoke(&runner, model, &prompt(&number.to_string()).to_string());
    }
    let all = wait_for(&runner, "", 7);
    let prompts = |found: &[Value]| -> Vec<String> {
        let of = |record| inner(record, "input")["messages"][0]["content"].as_str().unwrap_or_default().to_owned();
        found.iter().map(of).collect()
    };
    assert_eq!(prompts(&all), ["6", "5", "4", "3", "2", "1", "0"]);
    let first = records(&runner, "?limit=3");
    assert_eq!(prompts(&first), ["6", "5", "4"]);
    let after = first[2]["id"].as_str().expect("an id");
    assert_eq!(prompts(&records(&runner, &format!("?limit=3&after={after}"))), ["3", "2", "1"]);
    assert_eq!(prompts(&records(&runner, "?model=other")), ["6", "3", "0"]);
    assert_eq!(prompts(&records(&runner, &format!("?model=other&limit=1&after={after}"))), ["3"]);
    assert_eq!(records(&runner, "?function=invoke").len(), 7);
    assert_eq!(records(&runner, "?function=another"), Vec::<Value>::new());
    for query in ["?limit=0", "?limit=x", "?after=x"] {
        assert_eq!(runner.get(&format!("{PATH}{query}")).0, 400, "{query}");
    }
}

#[test]
fn a_restart_and_a_kill_keep_what_is_written() {
    let double = StandIn::with(providers::openai);
    let app = compile(Language::Go, &double);
    let mut runner = Runner::start(&app.artifact, &dev(&[]));
    invoke(&runner, "chat", &prompt("first").to_string());
    // What waits is written at the end.
    assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());
    let mut runner = Runner::start(&app.artifact, &dev(&[]));
    assert_eq!(records(&runner, "").len(), 1);
    invoke(&runner, "chat", &prompt("second").to_string());
    let before = wait_for(&runner, "", 2);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    invoke(&runner, "chat", &prompt("more").to_string());
                }
            });
        }
    });
    runner.signal("KILL");
    let runner = Runner::start(&app.artifact, &dev(&[]));
    let found = records(&runner, "?limit=1000");
    assert!(found.len() >= 2 && found[found.len() - 2..] == before[..], "{found:?}");
    assert!(found.iter().all(|record| inner(record, "output")["usage"]["prompt_tokens"] == 20));
    assert!(app.artifact.with_file_name(".modus").is_dir());
}

/// Beyond the bound records are dropped and counted; calls go on.
#[test]
fn records_that_are_too_many_are_dropped_and_counted() {
    let double = StandIn::with(providers::openai);
    let app = compile(Language::Go, &double);
    let runner = Runner::start(&app.artifact, &dev(&["--history-waiting", "0"]));
    for _ in 0..3 {
        assert_eq!(invoke(&runner, "chat", &prompt("x").to_string())["errors"], Value::Null);
    }
    assert_eq!((counter(&runner, DROPPED), records(&runner, "").len()), (3, 0));

    // A folder that cannot be made: a file is in its place.
    let file = app.artifact.with_file_name("file");
    std::fs::write(&file, "").expect("a file");
    let folder = file.join("state");
    let runner = Runner::start(&app.artifact, &dev(&["--state-dir", folder.to_str().expect("a path")]));
    for _ in 0..3 {
        assert_eq!(invoke(&runner, "chat", &prompt("x").to_string())["errors"], Value::Null);
    }
    runner.wait_for_log(|record| record["message"] == "The history of model calls is not kept.");
    assert_eq!(runner.get(PATH).0, 503);
}

#[test]
fn old_records_go() {
    let double = StandIn::with(providers::openai);
    let app = compile(Language::Go, &double);
    let run = |setting: [&str; 2], queries: usize| {
        let mut runner = Runner::start(&app.artifact, &dev(&setting));
        (0..queries).for_each(|_| invoke_often(&runner));
        assert_eq!(runner.signal("TERM"), Some(0));
    };
    run(["--history-records", "10"], 3);
    let file = app.artifact.with_file_name(".modus").join("state.sqlite");
    let database = rusqlite::Connection::open(file).expect("a database");
    let numbers = || -> Vec<i64> {
        let mut all = database.prepare("SELECT number FROM inferences ORDER BY number").expect("a table");
        let numbers = all.query_map((), |row| row.get(0)).expect("numbers");
        numbers.collect::<Result<_, _>>().expect("numbers")
    };
    // 135 were written; old ones went with the 129th.
    assert_eq!(numbers(), (120..=135).collect::<Vec<_>>());

    // By their age: some are of three days ago, some of yesterday.
    let age = "UPDATE inferences SET started_at = started_at - iif(number < 128, 3, 1) * 24 * 60 * 60 * 1000";
    assert_eq!(database.execute(age, ()), Ok(16));
    run(["--history-days", "2"], 2);
    // 90 more were written; old ones went with the 193rd.
    assert_eq!(numbers(), (128..=225).collect::<Vec<_>>());
}

/// The best of many times: the machine may have other work.
#[test]
fn the_first_page_of_many_records_is_soon_there() {
    let double = StandIn::with(providers::openai);
    let app = compile(Language::Go, &double);
    let mut runner = Runner::start(&app.artifact, &dev(&[]));
    invoke(&runner, "chat", &prompt(&"Why? ".repeat(200)).to_string());
    assert_eq!(runner.signal("TERM"), Some(0));
    let file = app.artifact.with_file_name(".modus").join("state.sqlite");
    let database = rusqlite::Connection::open(file).expect("a database");
    let copies = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) \
                  INSERT INTO inferences (id, model_hash, input, output, started_at, duration_ms, plugin_id, function, \
                  model, connection, status, input_tokens, output_tokens, execution_id) \
                  SELECT substr(id, 1, 24) || printf('%012d', i), model_hash, input, output, started_at + i, \
                  duration_ms, plugin_id, function, model, connection, status, input_tokens, output_tokens, execution_id \
                  FROM inferences, n";
    assert_eq!(database.execute(copies, ()), Ok(9999));
    drop(database);
    let runner = Runner::start(&app.artifact, &dev(&[]));
    for query in ["?limit=100", "?limit=100&model=chat", "?limit=100&function=invoke"] {
        let time = |_| {
            let began = Instant::now();
            let found = records(&runner, query);
            let took = began.elapsed();
            assert_eq!(found.len(), 100);
            assert!(found[0]["id"].as_str().is_some_and(|id| id.ends_with("000000009999")), "{}", found[0]);
            took
        };
        let best = (0..50).map(time).min().expect("it was asked");
        assert!(best < Duration::from_millis(200), "{query}: {best:?}");
    }
}

#[test]
fn nobody_else_reads_it() {
    let double = StandIn::with(providers::openai);
    let app = compile(Language::Go, &double);
    let folder = app.artifact.with_file_name("state");
    let folder = folder.to_str().expect("a path");
    let kept = ["--history", "true", "--state-dir", folder];
    // In production there is nothing without a token, with an explorer or without.
    for arguments in [&kept[..], &[&kept[..], &["--explorer"]].concat()] {
        let runner = Runner::start(&app.artifact, &options(arguments));
        invoke(&runner, "chat", &prompt("x").to_string());
        assert_eq!(runner.get(PATH).0, 404);
        assert_eq!(runner.get_as(PATH, &[("authorization", "Bearer ")]).0, 404);
    }
    let runner = Runner::start(&app.artifact, &options(&kept).env("MODUS_RUNNER_ADMIN_TOKEN", "an-administrator"));
    for headers in [&[][..], &[("authorization", "Bearer another")], &[("authorization", "an-administrator")]] {
        assert_eq!(runner.get_as(PATH, headers).0, 401, "{headers:?}");
    }
    invoke(&runner, "chat", &prompt("for the administrator").to_string());
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let (status, body) = runner.get_as(PATH, &[("authorization", "Bearer an-administrator")]);
        assert_eq!(status, 200, "{body}");
        if body.contains("for the administrator") {
            break;
        }
        assert!(Instant::now() < end, "{body}");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(runner.get("/explorer").0, 404);
    // In development pages of others are refused.
    let runner = Runner::start(&app.artifact, &dev(&[]));
    assert_eq!(runner.get_as(PATH, &[("origin", "https://elsewhere.example")]).0, 403);
    assert_eq!(runner.get_as(PATH, &[("host", "elsewhere.example")]).0, 403);
}

#[test]
fn where_it_is_not_wanted_nothing_is_kept() {
    let double = StandIn::with(providers::openai);
    for options in [options(&[]), dev(&["--history", "false"])] {
        let app = compile(Language::Go, &double);
        let mut runner = Runner::start(&app.artifact, &options);
        assert_eq!(invoke(&runner, "chat", &prompt("x").to_string())["errors"], Value::Null);
        assert_eq!(counter(&runner, DROPPED), 0);
        assert_eq!(runner.signal("TERM"), Some(0));
        let files = std::fs::read_dir(app.artifact.parent().expect("a folder")).expect("a folder");
        let names: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
        assert!(names.iter().all(|name| name != ".modus"), "{names:?}");
    }
    // Wanted, and there is no place for it: the log says what to do.
    let app = compile(Language::Go, &double);
    let runner = Runner::start(&app.artifact, &options(&["--history", "true"]));
    invoke(&runner, "chat", &prompt("x").to_string());
    let record = runner.wait_for_log(|record| record["message"] == "The history of model calls is not kept.");
    assert!(record["error"].as_str().is_some_and(|error| error.contains("--state-dir")), "{record}");
}

/// A provider that says the key back does not bring it into the history.
#[test]
fn secrets_are_never_recorded() {
    let double = StandIn::with(|request| {
        let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        (200, json!({"you": {"sent": headers}}).to_string())
    });
    let app = compile(Language::Go, &double);
    let mut runner = Runner::start(&app.artifact, &dev(&[]));
    invoke(&runner, "chat", &prompt("x").to_string());
    let record = wait_for(&runner, "", 1).remove(0);
    let sent = inner(&record, "output")["you"]["sent"].to_string();
    assert!(sent.contains("authorization: [secret]") && !record.to_string().contains(KEY), "{record}");
    assert_eq!(runner.signal("TERM"), Some(0));
    let state = app.artifact.with_file_name(".modus");
    for file in std::fs::read_dir(&state).expect("a folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("a file");
        assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "the secret is on the disk");
    }
    assert!(!runner.log().contains(KEY));
}
