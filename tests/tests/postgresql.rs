//! Promise: guests run statements on the PostgreSQL databases of the manifest. Values of every type reach them as JSON, and
//! parameters of every kind become values of the types that the server infers.

#[path = "postgresql/tables.rs"]
mod tables;

use std::sync::LazyLock;

use serde_json::{Value, json};
use tables::{PARAMETERS, REFUSED, VALUES};
use tests::app::{self, App};
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::services::is_left_out;
use tests::services::postgres::{PASSWORD, Postgres};

const SETUP: &str = r#"
CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree; CREATE EXTENSION postgis;
GRANT ALL ON SCHEMA public TO joe;
SET ROLE joe;
CREATE TYPE mood AS ENUM ('sad', 'so "so"', 'happy');
CREATE DOMAIN age AS int CHECK (value >= 0);
CREATE DOMAIN flag AS bool;
CREATE TYPE pair AS (a int, b text);
CREATE TYPE mood_range AS RANGE (subtype = mood);
CREATE TABLE places (name text PRIMARY KEY, at point, "on" point, visits bigint);
CREATE TABLE names (name text UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE people (id serial PRIMARY KEY, name text UNIQUE, age age, moods mood[]);
"#;

static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start(SETUP));

/// Serves the test app of a language with a connection `db`.
fn serve(language: Language, options: &Options) -> (App, Runner) {
    let connections = json!({
        "db": {"type": "postgresql", "connString": SERVER.connection_string("")},
        "empty": {"type": "postgresql", "connString": ""},
        "http": {"type": "http", "endpoint": "http://127.0.0.1:9/"},
    });
    let manifest = app::open_with(&json!({"connections": connections})).to_string();
    app::compile(&language.guest("postgresql"), &manifest).serve(&options.clone().env("MODUS_DB_PASSWORD", PASSWORD))
}

fn each_language(test: impl Fn(Language, &Runner)) {
    if is_left_out("postgres") {
        return;
    }
    for language in Language::ALL {
        let (_app, runner) = serve(language, &Options::default());
        test(language, &runner);
        assert!(!runner.log().contains(PASSWORD), "{language:?}: the password is in the log");
    }
}

/// Runs a query with these parameters, each as JSON: the answer's body.
fn ask(runner: &Runner, field: &str, members: &str, statement: &str, parameters: &[&str]) -> Value {
    let query = format!(
        "query ($statement: String!, $params: [String!]!) {{ \
         {field}(connection: \"db\", statement: $statement, params: $params) {{ {members} }} }}"
    );
    runner.ask(&query, &json!({"statement": statement, "params": parameters}))
}

/// The rows of a query, each as JSON, and their number as the database counts them.
fn rows(runner: &Runner, statement: &str, parameters: &[&str]) -> (Vec<String>, u64) {
    let answer = ask(runner, "queryRows", "rows affected", statement, parameters);
    let found = &answer["data"]["queryRows"];
    let affected = found["affected"].as_u64().unwrap_or_else(|| panic!("{statement}: {answer}\n{}", runner.log()));
    let rows = found["rows"].as_array().expect("a list").iter().map(|row| row.as_str().expect("text").to_owned());
    (rows.collect(), affected)
}

fn execute(runner: &Runner, statement: &str, parameters: &[&str]) -> Value {
    let answer = ask(runner, "execute", "affected lastInsertId", statement, parameters);
    let done = answer["data"]["execute"].clone();
    assert!(answer.get("errors").is_none() && done.is_object(), "{statement}: {answer}\n{}", runner.log());
    done
}

/// Why a statement fails, as the guest is told.
fn refused(runner: &Runner, statement: &str, parameters: &[&str]) -> String {
    let answer = ask(runner, "queryRows", "rows", statement, parameters);
    let message = answer["errors"][0]["message"].as_str();
    message.unwrap_or_else(|| panic!("{statement} {parameters:?}: {answer}")).to_owned()
}

#[test]
fn values_of_every_type() {
    each_language(|language, runner| {
        for (value, expected) in VALUES {
            let (rows, affected) = rows(runner, &format!("select {value} as v"), &[]);
            assert_eq!(rows, [format!("{{\"v\":{expected}}}")], "{language:?}: {value}");
            assert_eq!(affected, 1, "{language:?}: {value}");
        }
    });
}

#[test]
fn parameters_of_every_kind() {
    each_language(|language, runner| {
        for (parameter, of, expected) in PARAMETERS {
            let (rows, _) = rows(runner, &format!("select $1::{of}::text as v"), &[parameter]);
            let row: Value = serde_json::from_str(&rows[0]).expect("JSON");
            assert_eq!(row, json!({"v": expected}), "{language:?}: {parameter} as {of}");
        }
        let (rows, _) = rows(runner, "select $1::int is null as a, $2::text is null as b", &["null", "null"]);
        assert_eq!(rows, [r#"{"a":true,"b":true}"#], "{language:?}");
        for (parameter, of, expected) in REFUSED {
            let message = refused(runner, &format!("select $1::{of}::text as v"), &[parameter]);
            assert!(message.contains(expected), "{language:?}: {parameter} as {of}: {message}");
        }
        let message = refused(runner, "select $1::int", &["1", "2"]);
        assert!(message.contains("expected 1 arguments, got 2"), "{language:?}: {message}");
    });
}

#[test]
fn rows_and_their_columns() {
    each_language(|language, runner| {
        let (found, affected) = rows(runner, "select n as b, 2*n as a, 3*n as b from generate_series(1,2) n", &[]);
        assert_eq!(found, [r#"{"a":2,"b":3}"#, r#"{"a":4,"b":6}"#], "{language:?}");
        assert_eq!(affected, 2, "{language:?}");
        assert_eq!(rows(runner, "select 1 where false", &[]), (vec![], 0), "{language:?}");
        assert_eq!(rows(runner, "select", &[]), (vec!["{}".to_owned()], 1), "{language:?}");
        assert_eq!(rows(runner, "", &[]), (vec![], 0), "{language:?}");
        // Larger than what is read at once.
        let (found, _) = rows(runner, "select repeat('x', 300000) as v from generate_series(1,3)", &[]);
        assert_eq!(found.iter().map(String::len).sum::<usize>(), 3 * (300_000 + 8), "{language:?}");
    });
}

/// Statements that change something, by both forms.
#[test]
fn changes_and_their_numbers() {
    each_language(|language, runner| {
        execute(runner, "truncate people restart identity", &[]);
        let done = execute(runner, "insert into people (name, age) values ($1, $2), ('b', 2)", &["\"a\"", "1"]);
        assert_eq!(done, json!({"affected": 2, "lastInsertId": 0}), "{language:?}");
        let (found, affected) = rows(runner, "update people set age = age + $1 returning id, age", &["10"]);
        assert_eq!((found.len(), affected), (2, 2), "{language:?}");
        assert_eq!(found[0], r#"{"age":11,"id":1}"#, "{language:?}");
        assert_eq!(rows(runner, "delete from people where name = 'a'", &[]), (vec![], 1), "{language:?}");
        // Several statements in one, without parameters; the last counts.
        let several = "insert into people (name) values ('c'); update people set age = 1 -- all";
        assert_eq!(execute(runner, several, &[])["affected"], 2, "{language:?}");
        assert_eq!(rows(runner, "select count(*) as n from people", &[]).0, [r#"{"n":2}"#], "{language:?}");
        let message = refused(runner, several, &[]);
        let expected = "ERROR: cannot insert multiple commands into a prepared statement (SQLSTATE 42601)";
        assert!(message.contains(expected), "{language:?}: {message}");
    });
}

/// Each call is a transaction: a statement does all or nothing, and leaves no transaction behind.
#[test]
fn each_call_is_a_transaction() {
    let count = |runner: &Runner| rows(runner, "select count(*)::int as n from names", &[]).0.remove(0);
    each_language(|language, runner| {
        execute(runner, "truncate names", &[]);
        let fails = ask(runner, "execute", "affected", "insert into names (name) values ('a'); select 1/0", &[]);
        let message = fails["errors"][0]["message"].as_str().expect("an error").to_owned();
        assert!(message.contains("ERROR: division by zero (SQLSTATE 22012)"), "{language:?}: {message}");
        assert_eq!(count(runner), r#"{"n":0}"#, "{language:?}");
        // A constraint that is checked at the end.
        let message = refused(runner, "insert into names (name) values ('a'), ('a') returning name", &[]);
        assert!(message.contains("duplicate key value") && message.contains("23505"), "{language:?}: {message}");
        assert_eq!(count(runner), r#"{"n":0}"#, "{language:?}");
        let message = refused(runner, "vacuum", &[]);
        assert!(message.contains("VACUUM cannot run inside a transaction block"), "{language:?}: {message}");
        // Guests that open and end transactions by themselves disturb nobody.
        for statement in
            ["begin", "commit", "rollback", "begin; insert into names (name) values ('x')", "commit and chain"]
        {
            ask(runner, "execute", "affected", statement, &[]);
            let (found, _) = rows(runner, "select pg_current_xact_id_if_assigned() is null as v", &[]);
            assert_eq!(found, [r#"{"v":true}"#], "{language:?}: {statement}");
        }
        for statement in ["copy names to stdout", "copy names from stdin"] {
            let message = refused(runner, statement, &[]);
            assert!(message.contains("COPY from or to the client is not supported"), "{language:?}: {message}");
            assert_eq!(rows(runner, "select 1 as v", &[]).0, [r#"{"v":1}"#], "{language:?}");
        }
    });
}

/// What a statement leaves behind on its connection is not seen by the next.
#[test]
fn settings_do_not_stay() {
    each_language(|language, runner| {
        for statement in ["set datestyle = 'SQL, DMY'", "set intervalstyle = 'postgres'", "set timezone = 'Asia/Tokyo'"]
        {
            execute(runner, statement, &[]);
            let values =
                "'1 day'::interval as i, '2024-07-01 12:00+00'::timestamptz as t, current_setting('timezone') as z";
            let (found, _) = rows(runner, &format!("select {values}"), &[]);
            let expected = r#"{"i":"P1D","t":"2024-07-01T12:00:00Z","z":"Europe/Berlin"}"#;
            assert_eq!(found, [expected], "{language:?}: {statement}");
        }
        for _ in 0..3 {
            assert_eq!(rows(runner, "select 7 as v", &[]).0, [r#"{"v":7}"#], "{language:?}");
            execute(runner, "deallocate all", &[]);
        }
    });
}

/// A migration gives a table other columns while its statements are prepared.
#[test]
fn tables_that_change() {
    each_language(|language, runner| {
        execute(runner, "drop table if exists changing; create table changing as select 1 as a", &[]);
        assert_eq!(rows(runner, "select * from changing", &[]).0, [r#"{"a":1}"#], "{language:?}");
        execute(runner, "alter table changing add b text default 'x'", &[]);
        assert_eq!(rows(runner, "select * from changing", &[]).0, [r#"{"a":1,"b":"x"}"#], "{language:?}");
        execute(runner, "alter table changing alter a type text", &[]);
        assert_eq!(rows(runner, "select * from changing", &[]).0, [r#"{"a":"1","b":"x"}"#], "{language:?}");
    });
}

/// Points, locations and numbers go there and back through the SDKs' own types.
#[test]
fn types_of_the_sdks() {
    each_language(|language, runner| {
        execute(runner, "truncate places", &[]);
        for (name, x, visits) in [("b", 1.5, 3), ("a", -2.25, 9_007_199_254_740_993_i64)] {
            let mutation = format!(
                "mutation {{ addPlace(connection: \"db\", name: \"{name}\", x: {x}, y: 0.25, visits: {visits}) }}"
            );
            assert_eq!(runner.query(&mutation), json!({"data": {"addPlace": 1}}), "{language:?}");
        }
        let answer =
            runner.query(r#"{ places(connection: "db") { name at { x y } on { longitude latitude } visits } }"#);
        let place = |name: &str, x: f64, visits: i64| json!({"name": name, "at": {"x": x, "y": 0.25}, "on": {"longitude": x, "latitude": 0.25}, "visits": visits});
        let expected = json!([place("a", -2.25, 9_007_199_254_740_993), place("b", 1.5, 3)]);
        assert_eq!(answer["data"]["places"], expected, "{language:?}: {answer}");
        let answer = runner.query(r#"{ count(connection: "db", statement: "select count(*) from places") }"#);
        assert_eq!(answer, json!({"data": {"count": 2}}), "{language:?}");
    });
}

/// The database's own words reach the guest, whose SDK makes an error of the field out of them.
#[test]
fn errors_are_told() {
    each_language(|language, runner| {
        let message = refused(runner, "select * from nowhere", &[]);
        let told = "ERROR: relation \"nowhere\" does not exist (SQLSTATE 42P01)";
        let own = match language {
            Language::Go => format!("database returned an error: {told}"),
            Language::AssemblyScript => format!("Database Error: {told}"),
        };
        assert!(message.contains(&own), "{language:?}: {message}");
        let record = runner.wait_for_log(|record| record["message"] == "Error querying database.");
        assert_eq!((&record["error"], &record["user_visible"]), (&json!(told), &json!(true)), "{language:?}");
        assert_eq!(record["detail"], "Host: db Query: select * from nowhere", "{language:?}");
        for (connection, reason) in [
            ("nobody", "connection [nobody] not found"),
            ("http", "[http] is not a postgresql connection"),
            ("empty", "connection [empty] has empty or missing connection string"),
        ] {
            let query = format!(r#"{{ count(connection: "{connection}", statement: "select 1") }}"#);
            let answer = runner.query(&query);
            let message = answer["errors"][0]["message"].as_str().expect("an error");
            assert!(message.contains(reason), "{language:?}: {answer}");
        }
        let message = refused(runner, "select 1 as \"a\0b\"", &[]);
        assert!(message.contains("the statement contains the character NUL"), "{language:?}: {message}");
    });
}

/// More statements than a connection keeps prepared.
#[test]
fn many_statements() {
    if is_left_out("postgres") {
        return;
    }
    let options = Options::arguments(&["--database-connections", "1"]);
    let (_app, runner) = serve(Language::AssemblyScript, &options);
    for round in 0..2 {
        for index in 0..600 {
            let (found, _) = rows(&runner, &format!("select {index} as v"), &[]);
            assert_eq!(found, [format!("{{\"v\":{index}}}")], "round {round}");
        }
    }
    let kept = rows(&runner, "select count(*)::int as n from pg_prepared_statements", &[]).0;
    assert_eq!(kept, [r#"{"n":512}"#]);
}
