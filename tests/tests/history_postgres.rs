//! Promise: where `MODUS_DB` names a database, calls of models are recorded there, in the tables of the reference, which stay
//! readable for whoever knows only those; a database that is gone holds nothing up and is written to when it is back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::App;
use tests::guests::Language;
use tests::inferences::{PATH, compile, counter, dev, invoke, invoke_often, options, prompt, records, wait_for};
use tests::providers::{self, KEY};
use tests::runner::{Options, Runner};
use tests::services::is_left_out;
use tests::services::postgres::{PASSWORD, Postgres, USER};
use tests::services::tunnel::Tunnel;
use tests::stand_in::{Reply, StandIn};

/// The tables as the reference's migrations leave them, with a call that it has recorded.
const REFERENCE: &str = "
    CREATE TABLE plugins (id uuid PRIMARY KEY, name text NOT NULL, version text, language text NOT NULL,
        sdk_version text NOT NULL, build_id text UNIQUE NOT NULL, build_time timestamptz(3) NOT NULL, git_repo text,
        git_commit text);
    CREATE TABLE inferences (id uuid PRIMARY KEY, model_hash text NOT NULL, input jsonb NOT NULL, output jsonb NOT NULL,
        started_at timestamptz(3) NOT NULL, duration_ms integer NOT NULL, plugin_id uuid REFERENCES plugins (id),
        function text);
    INSERT INTO plugins VALUES ('018bcfe5-6800-7000-8000-000000000001', 'old-app', NULL, 'Go', '0.17.0', 'b1',
        '2024-01-01T00:00:00Z', NULL, NULL);
    INSERT INTO inferences VALUES ('018bcfe5-6800-7000-8000-000000000002', 'hash', '{\"a\": 1}', '[]',
        '2024-01-02T00:00:00.123Z', 7, '018bcfe5-6800-7000-8000-000000000001', 'oldFunction');
    GRANT SELECT, INSERT, DELETE ON plugins, inferences TO joe;";

const DROPPED: &str = "runtime_dropped_inferences_num";

fn with_database(server: &Postgres, options: Options) -> Options {
    options.env("MODUS_DB", &format!("postgresql://{USER}:{PASSWORD}@127.0.0.1:{}/app", server.port))
}

fn count(server: &Postgres) -> usize {
    // The first record makes the table.
    if server.sql("SELECT to_regclass('inferences') IS NULL") == "t" {
        return 0;
    }
    server.sql("SELECT count(*) FROM inferences").parse().expect("a number")
}

fn wait_for_count(server: &Postgres, expected: usize, runner: &Runner) {
    let end = Instant::now() + Duration::from_secs(60);
    while count(server) < expected {
        assert!(Instant::now() < end, "{} of {expected}: {}", count(server), runner.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(count(server), expected);
}

fn app(double: &StandIn) -> App {
    compile(Language::Go, double)
}

#[test]
fn a_database_that_is_empty_gets_the_tables() {
    if is_left_out("postgres") {
        return;
    }
    let server = Postgres::start("");
    let double = StandIn::with(providers::openai);
    for (others, language) in Language::ALL.into_iter().enumerate() {
        let app = compile(language, &double);
        let mut runner = Runner::start(&app.artifact, &with_database(&server, dev(&[])));
        invoke(&runner, "chat", &prompt("Why?").to_string());
        let record = wait_for(&runner, "?model=chat", others + 1).remove(0);
        let input: Value = serde_json::from_str(record["input"].as_str().expect("text")).expect("JSON");
        assert_eq!((input, &record["status"], &record["input_tokens"]), (prompt("Why?"), &json!(200), &json!(20)));
        assert_eq!((&record["function"], &record["plugin"]["language"]), (&json!("invoke"), &json!(language.name())));
        // What waits is written at the end.
        let before = count(&server);
        for _ in 0..5 {
            invoke(&runner, "other", &prompt("more").to_string());
        }
        assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());
        assert_eq!(count(&server), before + 5);
        assert!(!app.artifact.with_file_name(".modus").exists(), "it is kept in the state folder, too");
        assert!(!runner.log().contains(PASSWORD) && !runner.log().contains(KEY));
    }
    // An app has one entry, whatever number of calls it makes.
    assert_eq!(server.sql("SELECT count(*) FROM plugins"), Language::ALL.len().to_string());
    let text = server.sql("SELECT string_agg(i::text, ' ') FROM inferences i");
    assert!(text.contains("Why?") && !text.contains(KEY), "{text}");
}

#[test]
fn a_database_of_the_reference_is_used_as_it_is() {
    if is_left_out("postgres") {
        return;
    }
    // Its user may not add columns.
    let server = Postgres::start(REFERENCE);
    let double = StandIn::with(providers::openai);
    let app = app(&double);
    let check = |more: bool| {
        let runner = Runner::start(&app.artifact, &with_database(&server, dev(&[])));
        invoke(&runner, "chat", &prompt("Why?").to_string());
        let found = wait_for(&runner, "", if more { 3 } else { 2 });
        assert_eq!(found[0].get("model"), more.then(|| json!("chat")).as_ref(), "{}", found[0]);
        let old = &found[found.len() - 1];
        assert_eq!(
            (&old["function"], &old["input"], &old["output"]),
            (&json!("oldFunction"), &json!("{\"a\": 1}"), &json!("[]"))
        );
        assert_eq!((&old["started_at"], &old["duration_ms"]), (&json!("2024-01-02T00:00:00.123Z"), &json!(7)));
        assert_eq!(old["plugin"]["build_time"], "2024-01-01T00:00:00.000Z");
        assert_eq!(records(&runner, "?function=oldFunction").len(), 1);
        let after = found[0]["id"].as_str().expect("an id");
        assert_eq!(records(&runner, &format!("?after={after}")).len(), found.len() - 1);
        if !more {
            let told = |text: &str| text.contains("none can be added");
            runner.wait_for_log(|record| record["message"].as_str().is_some_and(told));
        }
    };
    check(false);
    server.sql(&format!("ALTER TABLE inferences OWNER TO {USER}"));
    check(true);
    // Whoever reads only what the reference has finds all of it.
    let rows = server
        .sql("SELECT count(*) FROM inferences WHERE input IS NOT NULL AND plugin_id IS NOT NULL AND function > ''");
    assert_eq!(rows, "3");
}

#[test]
fn records_that_are_too_old_go() {
    if is_left_out("postgres") {
        return;
    }
    let server = Postgres::start(REFERENCE);
    server.sql(
        "INSERT INTO inferences SELECT gen_random_uuid(), 'hash', '1', '1', now() - interval '1 day' * age, 1, NULL, 'd' || age \
         FROM unnest(ARRAY[1, 3]) age",
    );
    let double = StandIn::with(providers::openai);
    let app = app(&double);
    let mut runner = Runner::start(&app.artifact, &with_database(&server, dev(&["--history-days", "2"])));
    (0..6).for_each(|_| invoke_often(&runner));
    wait_for_count(&server, 1 + 270, &runner);
    assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());
    // Old ones went with the 256th.
    let rows = "SELECT function, count(*) FROM inferences GROUP BY 1 ORDER BY 1";
    assert_eq!(server.sql(rows), "d1|1\ninvoke|270");
}

#[test]
fn what_jsonb_cannot_hold_becomes_text() {
    if is_left_out("postgres") {
        return;
    }
    let server = Postgres::start("");
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let answer = deep.clone();
    let double = StandIn::with(move |request| match request.json()["messages"][0]["content"].as_str() {
        Some("deep") => Reply::body(answer.clone()),
        _ => Reply::body(r#"{"text": "\u0000 and \ud800", "n": 1e999999}"#),
    });
    let app = app(&double);
    let runner = Runner::start(&app.artifact, &with_database(&server, dev(&[])));
    for text in ["deep", "one", "two"] {
        invoke(&runner, "chat", &prompt(text).to_string());
    }
    let found = wait_for(&runner, "", 3);
    let output =
        |record: &Value| serde_json::from_str::<Value>(record["output"].as_str().expect("text")).expect("JSON");
    assert_eq!(output(&found[0]), r#"{"text": "\u0000 and \ud800", "n": 1e999999}"#);
    assert_eq!(output(&found[2]), deep);
    drop(runner);
    // An app that the database does not take, and after it a record that it does not take however it is written.
    server.sql("ALTER TABLE plugins ADD CHECK (name = 'another') NOT VALID");
    let runner = Runner::start(&app.artifact, &with_database(&server, dev(&[])));
    invoke(&runner, "chat", &prompt("without its app").to_string());
    let record = wait_for(&runner, "", 4).remove(0);
    assert_eq!((record.get("plugin"), &record["function"]), (None, &json!("invoke")), "{record}");
    assert_eq!(counter(&runner, DROPPED), 0);
    server.sql("ALTER TABLE inferences ADD CHECK (model <> 'other')");
    invoke(&runner, "other", &prompt("refused").to_string());
    invoke(&runner, "chat", &prompt("accepted").to_string());
    wait_for(&runner, "", 5);
    assert_eq!(counter(&runner, DROPPED), 1);
}

/// A server that takes connections and says nothing holds up whoever reads, and no longer than that.
#[test]
fn reading_from_a_server_that_is_silent_holds_up_no_record() {
    if is_left_out("postgres") {
        return;
    }
    let server = Postgres::start("");
    let tunnel = Tunnel::to(server.port);
    let double = StandIn::with(providers::openai);
    let app = app(&double);
    let database = format!("postgresql://{USER}:{PASSWORD}@127.0.0.1:{}/app", tunnel.port);
    let mut runner = Runner::start(&app.artifact, &dev(&[]).env("MODUS_DB", &database));
    tunnel.lose_new(true);
    assert_eq!(runner.get(PATH).0, 503);
    tunnel.lose_new(false);
    invoke(&runner, "chat", &prompt("one").to_string());
    wait_for_count(&server, 1, &runner);
    tunnel.lose_new(true);
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| runner.get(PATH).0);
        invoke(&runner, "chat", &prompt("two").to_string());
        wait_for_count(&server, 2, &runner);
        assert_eq!(reading.join().expect("it is answered"), 503);
    });
    tunnel.lose_new(false);
    wait_for(&runner, "", 2);
    invoke(&runner, "chat", &prompt("three").to_string());
    assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());
    assert_eq!(count(&server), 3);
}

#[test]
fn a_database_that_is_gone_holds_nothing_up() {
    if is_left_out("postgres") {
        return;
    }
    let mut server = Postgres::start("");
    let double = StandIn::with(providers::openai);
    let app = app(&double);
    let waiting = ["--history-waiting", "10"];
    let runner = Runner::start(&app.artifact, &with_database(&server, options(&waiting)));
    invoke(&runner, "chat", &prompt("before").to_string());
    wait_for_count(&server, 1, &runner);
    server.kill();
    for _ in 0..15 {
        assert_eq!(invoke(&runner, "chat", &prompt("x").to_string())["errors"], Value::Null);
    }
    runner.wait_for_log(|record| record["message"] == "The history of model calls cannot be written now.");
    let dropped = counter(&runner, DROPPED) as usize;
    // The first record keeps its place where the answer to its commit was lost with the server.
    assert!((5..=6).contains(&dropped), "{dropped}");
    server.start_again();
    wait_for_count(&server, 1 + 15 - dropped, &runner);
    assert_eq!(runner.get(PATH).0, 404, "in production");
}
