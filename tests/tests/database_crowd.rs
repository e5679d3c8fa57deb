//! Promise: 500 operations on one database at once, of any of the four kinds, all have their answers, within a bounded amount of
//! memory.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::alive::alone;
use tests::app;
use tests::crowd::Crowd;
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::services::dgraph::Dgraph;
use tests::services::is_left_out;
use tests::services::mariadb::{self, MariaDb};
use tests::services::neo4j::{self, Neo4j};
use tests::services::postgres::{self, Postgres};
use tests::services::tunnel::Tunnel;
use tests::surroundings;

const CALLS: usize = 500;
/// How many of them the database sees at once, unless the runner is told otherwise.
const TURNS: usize = 16;
/// KiB that each call may add to the process at most: its guest, its client's connection, and its answer.
const KIB_OF_CALL: u64 = 512;
/// The machine may be busy.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn postgresql() {
    if is_left_out("postgres") {
        return;
    }
    // Two crowds at once would measure each other, or the start of the other's server.
    let _alone = alone();
    let server = Postgres::start("");
    let connection =
        |port| json!({"type": "postgresql", "connString": postgres::connection_string(port, "?sslmode=disable")});
    let query = r#"{ count(connection: "db", statement: "select 7") }"#;
    each_language("postgresql", server.port, postgres::PASSWORD, connection, query);
}

#[test]
fn mysql() {
    if is_left_out("mariadb") {
        return;
    }
    let _alone = alone();
    let server = MariaDb::start("");
    let connection = |port| json!({"type": "mysql", "connString": mariadb::connection_string(port, "")});
    let query = r#"{ count(connection: "db", statement: "SELECT 7") }"#;
    each_language("mysql", server.port, mariadb::PASSWORD, connection, query);
}

#[test]
fn dgraph() {
    if is_left_out("dgraph") {
        return;
    }
    let _alone = alone();
    let server = Dgraph::start();
    let connection = |port| json!({"type": "dgraph", "connString": format!("dgraph://localhost:{port}")});
    let query =
        r#"{ query(connection: "db", query: "{ q(func: uid(0x7)) { uid } }", names: [], values: []) { json } }"#;
    each_language("dgraph", server.port(), "", connection, query);
}

#[test]
fn neo4j() {
    if is_left_out("neo4j") {
        return;
    }
    let _alone = alone();
    let server = Neo4j::start();
    let connection = |port| {
        let uri = format!("bolt://127.0.0.1:{port}");
        json!({"type": "neo4j", "dbUri": uri, "username": "neo4j", "password": "{{PASSWORD}}"})
    };
    let query = r#"{ rows(connection: "db", query: "RETURN 7", database: "") { records } }"#;
    each_language("neo4j", server.port, neo4j::PASSWORD, connection, query);
}

/// Lets a crowd ask the test app of each language. The answer to the query has a 7 in it.
fn each_language(guest: &str, port: u16, password: &str, connection: impl Fn(u16) -> Value, query: &str) {
    surroundings::open_files(8 * CALLS as u64);
    for language in Language::ALL {
        let tunnel = Tunnel::to(port);
        let manifest = app::open_with(&json!({"connections": {"db": connection(tunnel.port)}})).to_string();
        let app = app::compile(&language.guest(guest), &manifest);
        let calls = CALLS.to_string();
        let options = Options::arguments(&["--max-calls", &calls, "--database-timeout", "240"]);
        let (_app, runner) = app.serve(&options.env("MODUS_DB_PASSWORD", password));
        let expected = runner.query(query)["data"].clone();
        assert!(expected.to_string().contains('7'), "{language:?}: {expected}\n{}", runner.log());
        // The connections are made.
        at_once(&runner, &tunnel, TURNS, query, &expected);
        let (before, _) = runner.memory();
        at_once(&runner, &tunnel, CALLS, query, &expected);
        let (_, peak) = runner.memory();
        let of_call = peak.saturating_sub(before) / CALLS as u64;
        println!("{guest}, {language:?}: {of_call} KiB a call");
        assert!(of_call < KIB_OF_CALL, "{language:?}: {of_call} KiB a call");
        let (_, metrics) = runner.get("/metrics");
        assert!(!metrics.contains("runtime_database_failures_num{"), "{language:?}: {metrics}");
    }
}

/// So many calls, which are all there before the database says a word to the first.
fn at_once(runner: &Runner, tunnel: &Tunnel, count: usize, query: &str, expected: &Value) {
    tunnel.hold(true);
    let calls = Crowd::ask(runner, count, query, PATIENCE);
    let end = Instant::now() + PATIENCE / 2;
    let are_there = || runner.metric("runtime_http_requests_in_flight_num") == Some(count as f64);
    while !are_there() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    let arrived = are_there();
    tunnel.hold(false);
    let answers = calls.answers();
    assert!(arrived, "{count} calls were not there at once");
    let wrong = answers.iter().filter(|got| match got {
        Ok(reply) => {
            let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            reply.status != 200 || body["data"] != *expected || !body["errors"].is_null()
        }
        Err(_) => true,
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{} of {count}, the first: {:?}\n{}", wrong.len(), wrong.first(), runner.log());
}
