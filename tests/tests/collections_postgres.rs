//! Promise: where `MODUS_DB` names a database, collections are kept there, in the tables of the reference, whose rows are read;
//! several runners share it; what was acknowledged is kept; a database that is gone is an error without a secret, and is used
//! again when it is back.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::collections::{Database, add, app, connection_string, find, keys, texts};
use tests::guests::Language;
use tests::runner::{Options, Runner, command};
use tests::services::is_left_out;
use tests::services::postgres::{PASSWORD, Postgres};
use tests::services::tunnel::Tunnel;

/// The tables as the reference's migrations leave them. Their user may do what is needed, and no more.
const TABLES: &str = "
    CREATE TABLE collection_texts (id bigserial PRIMARY KEY, collection text NOT NULL, key text NOT NULL, text text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(), labels text[], namespace text NOT NULL DEFAULT '');
    CREATE INDEX ON collection_texts (collection, key);
    CREATE TABLE collection_vectors (id bigserial PRIMARY KEY,
        text_id bigint NOT NULL REFERENCES collection_texts (id) ON DELETE CASCADE, search_method text NOT NULL,
        vector real[] NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX ON collection_vectors (search_method, text_id);
    GRANT SELECT, INSERT, DELETE ON collection_texts, collection_vectors TO joe;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO joe;";

/// What it has put there: a text that was put in twice, vectors of its own, one that is none, and texts without any.
const ROWS: &str = "
    INSERT INTO collection_texts (id, collection, namespace, key, text, labels) VALUES
        (1, 'books', '', 'apple', 'an older apple', NULL), (2, 'books', '', 'apple', 'an apple', '{fruit,red}'),
        (3, 'books', '', 'pear', 'a pear', NULL), (4, 'books', '', 'odd', 'odd', '{}'), (5, 'books', 'old', 'plum', 'plum', NULL),
        (6, 'others', '', 'apple', 'not of this collection', NULL);
    SELECT setval('collection_texts_id_seq', 100);
    INSERT INTO collection_vectors (text_id, search_method, vector)
        SELECT 1, 'letters', array_agg(CASE n WHEN 24 THEN 1 ELSE 0 END) FROM generate_series(1, 26) n;
    INSERT INTO collection_vectors (text_id, search_method, vector)
        SELECT 2, 'letters', array_agg(CASE n WHEN 17 THEN 1 ELSE 0 END) FROM generate_series(1, 26) n;
    INSERT INTO collection_vectors (text_id, search_method, vector) VALUES (4, 'letters', '{NaN,1}');";

fn is_added(answer: &Value) -> bool {
    answer["data"]["add"]["status"] == "success"
}

/// Keys that a search in the default namespace finds.
fn found(runner: &Runner, text: &str) -> Vec<String> {
    keys(&find(runner, "letters", text, 100, &[])).into_iter().map(|(_, key)| key).collect()
}

fn remove(runner: &Runner, key: &str) {
    let mutation = r#"mutation ($key: String!) { remove(collection: "books", namespace: "", key: $key) { status } }"#;
    assert_eq!(runner.ask(mutation, &json!({"key": key}))["data"]["remove"]["status"], "success", "{}", runner.log());
}

/// A call that fails, and the reason for it in the log.
#[track_caller]
fn refused(runner: &Runner, answer: &Value, reasons: &[&str]) {
    assert!(answer["errors"][0].is_object() && !answer.to_string().contains("MODUS_DB"), "{answer}");
    runner.wait_for_log(|record| {
        let error = record["error"].as_str().unwrap_or_default();
        reasons.iter().any(|reason| error.starts_with(reason))
    });
    assert!(!runner.log().contains(PASSWORD), "{}", runner.log());
}

#[test]
fn what_the_reference_has_stored_is_read() {
    if is_left_out("postgres") {
        return;
    }
    for language in Language::ALL {
        let app = app(language);
        let database = Database::new(&format!("{TABLES}{ROWS}"));
        let runner = Runner::start(&app.artifact, &database.options(&[]));
        // By the vectors that are there, the newest of each key; a text that has none gets one.
        let answer = find(&runner, "letters", "qqq", 9, &[]);
        let objects = &answer["data"]["find"]["objects"];
        assert_eq!(
            (&objects[0]["key"], &objects[0]["text"], &objects[0]["labels"], &objects[0]["distance"]),
            (&json!("apple"), &json!("an apple"), &json!(["fruit", "red"]), &json!(0)),
            "{language:?}: {answer}"
        );
        assert_eq!((&objects[1]["key"], &objects[1]["labels"]), (&json!("pear"), &json!([])), "{answer}");
        assert_eq!(objects.as_array().map(Vec::len), Some(2), "{answer}");
        let vectors = "SELECT count(*), min(cardinality(vector)) FROM collection_vectors WHERE text_id = 3";
        assert_eq!(database.sql(vectors), "1|26");
        let expected = [("apple", "an apple"), ("odd", "odd"), ("pear", "a pear")];
        assert_eq!(texts(&runner, ""), Ok(expected.map(|(key, text)| (key.to_owned(), text.to_owned())).to_vec()));
        assert_eq!(runner.query(r#"{ namespaces(collection: "books") }"#)["data"]["namespaces"], json!(["", "old"]));
        // What is written is as the reference has it, too.
        assert!(is_added(&add(&runner, "", "apple", "xxx", &["l"])) && is_added(&add(&runner, "", "none", "y", &[])));
        assert_eq!(found(&runner, "xxx")[0], "apple");
        let row = "SELECT text, labels, labels IS NULL, namespace, created_at > now() - interval '1 hour', (SELECT \
                   string_agg(search_method || cardinality(vector), ' ' ORDER BY search_method) FROM collection_vectors \
                   WHERE text_id = t.id) FROM collection_texts t WHERE collection = 'books' AND key IN ('apple', 'none') \
                   ORDER BY key";
        assert_eq!(database.sql(row), "xxx|{l}|f||t|lengths2 letters26\ny||t||t|lengths2 letters26");
        remove(&runner, "apple");
        assert_eq!(database.sql("SELECT count(*) FROM collection_texts WHERE key = 'apple'"), "1", "of others");
    }
}

/// Columns that older versions of the reference did not have are added.
#[test]
fn tables_of_older_versions_are_used() {
    if is_left_out("postgres") {
        return;
    }
    let app = app(Language::AssemblyScript);
    let older = "ALTER TABLE collection_texts DROP COLUMN labels, DROP COLUMN namespace;
        ALTER TABLE collection_texts OWNER TO joe; ALTER TABLE collection_vectors OWNER TO joe;
        INSERT INTO collection_texts (collection, key, text) VALUES ('books', 'a', 'an apple');";
    let database = Database::new(&format!("{TABLES}{older}"));
    let runner = Runner::start(&app.artifact, &database.options(&[]));
    assert_eq!(found(&runner, "apple"), ["a"], "{}", runner.log());
    assert!(is_added(&add(&runner, "other", "b", "text", &["l"])));
}

#[test]
fn runners_that_share_a_database_find_what_others_write() {
    if is_left_out("postgres") {
        return;
    }
    let database = Database::new("");
    // Each search looks.
    let options = database.options(&["--collections-refresh", "0"]);
    let apps = Language::ALL.map(app);
    let runners: Vec<_> = apps.iter().map(|app| Runner::start(&app.artifact, &options)).collect();
    let (one, other) = (&runners[0], &runners[runners.len() - 1]);
    assert_eq!((found(one, "a"), found(other, "a")), (vec![], vec![]));
    for (key, text) in [("a", "aaa"), ("b", "bbb"), ("c", "ccc")] {
        assert!(is_added(&add(one, "", key, text, &[])));
    }
    assert_eq!(found(other, "bbb")[0], "b");
    assert!(is_added(&add(other, "", "a", "zzz", &[])));
    assert_eq!((found(one, "zzz")[0].as_str(), found(one, "aaa").len()), ("a", 3));
    remove(one, "b");
    assert_eq!(found(other, "bbb").len(), 2);
    // As the reference does it, without a vector at first; and under numbers that are lower than others.
    let text = "INSERT INTO collection_texts (id, collection, key, text) VALUES (2, 'books', 'low', 'qqq');";
    let gone = "DELETE FROM collection_texts WHERE key = 'low'";
    let vector = "INSERT INTO collection_vectors (id, text_id, search_method, vector) SELECT 1, 2, 'letters', \
                  array_agg(CASE n WHEN 17 THEN 1 ELSE 0 END) FROM generate_series(1, 26) n;";
    for statements in [text.to_owned(), format!("{text}{vector}")] {
        database.sql(&statements);
        assert_eq!((found(one, "qqq")[0].as_str(), found(other, "qqq")[0].as_str()), ("low", "low"));
        database.sql(gone);
        assert_eq!((found(one, "qqq").len(), found(other, "qqq").len()), (2, 2));
    }
    // The same keys at the same time.
    thread::scope(|scope| {
        for runner in runners.iter().chain(&runners) {
            scope.spawn(|| {
                (0..20).for_each(|number| assert!(is_added(&add(runner, "", "a", &"y".repeat(number + 1), &[]))))
            });
        }
    });
    assert_eq!(database.sql("SELECT count(*) FROM collection_texts WHERE key = 'a'"), "1");
    assert_eq!(database.sql("SELECT count(*) FROM collection_vectors"), "4");
    assert_eq!((found(one, "yyy")[0].as_str(), found(other, "yyy")[0].as_str()), ("a", "a"));
}

#[test]
fn nothing_that_was_acknowledged_is_lost_when_the_process_is_killed() {
    if is_left_out("postgres") {
        return;
    }
    let app = app(Language::Go);
    let database = Database::new("");
    let acknowledged = Mutex::new(Vec::new());
    let runner = Runner::start(&app.artifact, &database.options(&[]));
    thread::scope(|scope| {
        for writer in 0..8 {
            let (runner, acknowledged) = (&runner, &acknowledged);
            scope.spawn(move || {
                for number in 0.. {
                    let key = format!("{writer} {number}");
                    // Where the process is gone there is no answer.
                    let sent = std::panic::catch_unwind(|| add(runner, "", &key, &key, &[]));
                    match sent {
                        Ok(answer) if is_added(&answer) => acknowledged.lock().expect("a list").push(key),
                        _ => return,
                    }
                }
            });
        }
        while acknowledged.lock().expect("a list").len() < 60 {
            thread::sleep(Duration::from_millis(1));
        }
        runner.send_signal("KILL");
    });
    let runner = Runner::start(&app.artifact, &database.options(&[]));
    let kept = texts(&runner, "").expect("they are read");
    for key in acknowledged.into_inner().expect("a list") {
        assert!(kept.contains(&(key.clone(), key.clone())), "{key} was acknowledged");
    }
    assert_eq!(keys(&find(&runner, "letters", "a", 100_000, &[])).len(), kept.len());
}

#[test]
fn a_restart_of_the_database_is_survived() {
    if is_left_out("postgres") {
        return;
    }
    let mut server = Postgres::start("");
    for language in Language::ALL {
        let app = app(language);
        let options = Options::default().env("MODUS_DB", &connection_string(server.port, "app"));
        let runner = Runner::start(&app.artifact, &options);
        assert!(is_added(&add(&runner, "", "before", "a", &[])), "{}", runner.log());
        assert!(found(&runner, "a").contains(&"before".to_owned()));
        server.kill();
        let gone =
            ["the database of MODUS_DB: cannot connect: ", "the database of MODUS_DB: the connection was lost: "];
        refused(&runner, &add(&runner, "", "meanwhile", "a", &[]), &gone);
        refused(&runner, &find(&runner, "letters", "a", 9, &[]), &gone);
        assert_eq!(runner.query("{ ping }"), json!({"data": {"ping": "pong"}}));
        server.start_again();
        assert!(is_added(&add(&runner, "", "after", "a", &[])), "{}", runner.log());
        assert_eq!(found(&runner, "a"), ["after", "before"], "{language:?}");
        remove(&runner, "before");
        remove(&runner, "after");
    }
}

#[test]
fn a_way_that_breaks_is_left() {
    if is_left_out("postgres") {
        return;
    }
    let server = Postgres::start("");
    let tunnel = Tunnel::to(server.port);
    let app = app(Language::AssemblyScript);
    let options = Options::arguments(&["--database-timeout", "8"]);
    let runner = Runner::start(&app.artifact, &options.env("MODUS_DB", &connection_string(tunnel.port, "app")));
    assert!(is_added(&add(&runner, "", "a", "a", &[])), "{}", runner.log());
    // The next write notices before anything is done, and takes another connection.
    tunnel.reset();
    assert!(is_added(&add(&runner, "", "b", "b", &[])), "{}", runner.log());
    // The other end is gone, and nothing tells.
    tunnel.lose();
    assert!(is_added(&add(&runner, "", "c", "c", &[])), "{}", runner.log());
    // A way that swallows everything.
    tunnel.lose();
    tunnel.lose_new(true);
    let late = "the database of MODUS_DB: it took longer than 8 s (limit `database-timeout`)";
    refused(&runner, &add(&runner, "", "d", "d", &[]), &[late, "the database of MODUS_DB: cannot connect: "]);
    tunnel.lose_new(false);
    tunnel.reset();
    assert!(is_added(&add(&runner, "", "e", "e", &[])), "{}", runner.log());
    tunnel.drip(Duration::from_millis(100));
    refused(&runner, &find(&runner, "letters", "a", 9, &[]), &[late]);
    tunnel.drip(Duration::ZERO);
    assert_eq!(found(&runner, "e")[0], "e");
    drop(runner);
    // Vectors that take longer to read than any call lasts are there in the end.
    server.sql("INSERT INTO collection_texts (collection, key, text) SELECT 'books', 'k' || n, 'k' FROM generate_series(1, 10) n");
    server.sql(
        "INSERT INTO collection_vectors (text_id, search_method, vector)
         SELECT id, 'letters', (SELECT array_agg(0.2) FROM generate_series(1, 26)) FROM collection_texts WHERE text = 'k'",
    );
    let options = Options::arguments(&["--deadline", "2", "--collections-refresh", "1000"]);
    let runner = Runner::start(&app.artifact, &options.env("MODUS_DB", &connection_string(tunnel.port, "app")));
    tunnel.drip(Duration::from_millis(1));
    let end = Instant::now() + Duration::from_secs(240);
    let mut asked = 1;
    while find(&runner, "letters", "e", 1, &[])["data"]["find"].is_null() {
        assert!(Instant::now() < end, "{}", runner.log());
        asked += 1;
    }
    assert!(asked > 1, "it is read within one call");
}

#[test]
fn what_is_wrong_with_the_database_is_told_without_a_secret() {
    let server = (!is_left_out("postgres")).then(|| Postgres::start(""));
    let app = app(Language::Go);
    let port = server.as_ref().map_or_else(tests::services::free_port, |server| server.port);
    let good = connection_string(port, "app");
    let of = "the database of MODUS_DB: ";
    let cases = [
        (format!("no {PASSWORD} connection string"), format!("{of}MODUS_DB is no connection string such as ")),
        (format!("{good}?sslmode={PASSWORD}"), format!("{of}sslmode of MODUS_DB has none of the values")),
        (connection_string(tests::services::free_port(), "app"), format!("{of}cannot connect: ")),
        (connection_string(port, "absent"), format!("{of}cannot connect: ")),
        (good.replacen("joe", "nobody", 1), format!("{of}cannot connect: ")),
    ];
    for (text, reason) in cases {
        let runner = Runner::start(&app.artifact, &Options::default().env("MODUS_DB", &text));
        refused(&runner, &add(&runner, "", "a", "a", &[]), &[&reason]);
        refused(&runner, &find(&runner, "letters", "a", 1, &[]), &[&reason]);
    }
}

#[test]
fn the_database_is_checked() {
    let server = (!is_left_out("postgres")).then(|| Postgres::start(""));
    let app = app(Language::Go);
    let check = |how: &str, text: &str, expected: Option<&str>| {
        let mut command = command(&app.artifact);
        let output = command.arg(format!("--check-config{how}")).env("MODUS_DB", text).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(if expected.is_some() { 64 } else { 0 }), "{said}");
        assert!(expected.is_none_or(|expected| said.contains(expected)) && !said.contains(PASSWORD), "{said}");
    };
    let nobody = connection_string(tests::services::free_port(), "app");
    check("", &format!("no {PASSWORD}"), Some("MODUS_DB is no connection string"));
    check("", &nobody, None);
    check("=connect", &nobody, Some("the database of MODUS_DB cannot be reached: "));
    if let Some(server) = server {
        check("=connect", &connection_string(server.port, "app"), None);
        check("=connect", &connection_string(server.port, "absent"), Some("cannot be reached: "));
    }
}

/// The secret is read again whenever the database is asked: another one leads to another database.
#[test]
fn another_secret_leads_elsewhere() {
    if is_left_out("postgres") {
        return;
    }
    let app = app(Language::AssemblyScript);
    let (first, second) = (Database::new(""), Database::new(""));
    let secrets = tempfile::tempdir().expect("a folder");
    let name = |database: &Database| {
        std::fs::write(secrets.path().join("MODUS_DB"), database.connection_string()).expect("a file");
    };
    name(&first);
    let arguments = ["--secrets-dir", secrets.path().to_str().expect("text")];
    let runner = Runner::start(&app.artifact, &Options::arguments(&arguments));
    assert!(is_added(&add(&runner, "", "a", "aaa", &[])), "{}", runner.log());
    assert_eq!(found(&runner, "aaa"), ["a"]);
    name(&second);
    assert!(is_added(&add(&runner, "", "b", "bbb", &[])), "{}", runner.log());
    assert_eq!(found(&runner, "aaa"), ["b"]);
    name(&first);
    assert_eq!(texts(&runner, "").map(|texts| texts.len()), Ok(1));
    assert_eq!(found(&runner, "bbb"), ["a"]);
}
