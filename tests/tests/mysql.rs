//! Promise: guests ask MySQL and MariaDB databases. Each column type has its JSON shape, null or not, in both of the server's
//! protocols; each kind of parameter is bound; each call is a transaction of its own; a server's errors reach the guest.

#[path = "mysql/tables.rs"]
mod tables;

use serde_json::{Value, json};
use tables::{PARAMETERS, TYPES};
use tests::guests::Language;
use tests::mysql::{Served, serve};
use tests::runner::Options;
use tests::services::is_left_out;
use tests::services::mariadb::MariaDb;

/// Starts a server whose table `types` has for each type a column that may not be null and two that may, the last of which
/// is; and serves an app of each language. `db` asks without and `several` with `multiStatements`.
fn each_language(first: &str, test: impl Fn(&Served)) {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::start(first);
    for language in Language::ALL {
        let connections = [
            ("db", server.connection_string("")),
            ("several", server.connection_string("?multiStatements=true&parseTime=true&charset=utf8mb4")),
            ("changed", server.connection_string("?clientFoundRows=false&sql_mode=%27ANSI_QUOTES%27")),
            ("wrong", server.connection_string("?no_such_variable=1")),
        ];
        let served = serve(language, &connections, &Options::default());
        test(&served);
        served.shows_no_secret();
    }
}

#[test]
fn types_of_columns() {
    let columns = TYPES
        .iter()
        .enumerate()
        .map(|(i, (kind, ..))| format!("c{i} {kind} NOT NULL, n{i} {kind} NULL, z{i} {kind} NULL"));
    let values = TYPES.iter().map(|(_, literal, _)| format!("{literal}, {literal}, NULL"));
    let first = format!(
        "SET sql_mode='', time_zone='+00:00', NAMES utf8mb4;\nCREATE TABLE types ({});\nINSERT INTO types VALUES ({});",
        columns.collect::<Vec<_>>().join(", "),
        values.collect::<Vec<_>>().join(", "),
    );
    each_language(&first, |served| {
        for connection in ["db", "several"] {
            for (i, (kind, _, expected)) in TYPES.iter().enumerate() {
                let row = served.row(connection, &format!("SELECT n{i}, c{i}, z{i} FROM types"), &[]);
                let expected = format!(r#"{{"c{i}":{expected},"n{i}":{expected},"z{i}":null}}"#);
                assert_eq!(row, expected, "{:?} {connection} {kind}", served.language);
            }
        }
    });
}

/// What a value of a guest becomes in the database, which tells by an expression.
#[test]
fn parameters() {
    each_language("", |served| {
        for (parameter, expression, expected) in PARAMETERS {
            let row = served.row("db", &format!("SELECT {expression} AS v"), &[parameter]);
            assert_eq!(row, format!(r#"{{"v":{expected}}}"#), "{:?} {parameter}", served.language);
        }
        let limited = served.rows("db", "SELECT seq FROM seq_1_to_9 LIMIT ?", &["2"]).expect("rows");
        assert_eq!(limited, (vec![r#"{"seq":1}"#.to_owned(), r#"{"seq":2}"#.to_owned()], 2));

        for (parameter, expected) in [
            ("[1]", "sql: converting argument $1 type: unsupported type []interface {}, a slice of interface"),
            (r#"{"a":1}"#, "sql: converting argument $1 type: unsupported type map[string]interface {}, a map"),
        ] {
            assert_eq!(served.fault("db", "SELECT ?", &[parameter]), expected);
        }
        assert_eq!(served.fault("db", "SELECT ?", &[]), "expected 1 arguments, got 0");
        assert_eq!(served.fault("several", "SELECT ?", &["1", "2"]), "expected 1 arguments, got 2");
        assert!(served.fault("db", "SELECT :name", &["1"]).starts_with("parameters are written as ?"));
        assert_eq!(served.row("db", "SELECT '?:a' AS v /* :b */", &[]), r#"{"v":"?:a"}"#);
    });
}

#[test]
fn rows_and_what_was_done() {
    let first = "CREATE TABLE things (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20));\n\
                 CREATE DEFINER=joe@'%' PROCEDURE one() SELECT 1 AS v;";
    each_language(first, |served| {
        assert_eq!(served.execute("db", "TRUNCATE things", &[]), Ok((0, 0)));
        assert_eq!(
            served.execute("db", "  INSERT INTO things (name) VALUES (?), (?)  ", &[r#""a""#, r#""b""#]),
            Ok((2, 1))
        );
        let huge = "INSERT INTO things VALUES (18446744073709551000, 'c')";
        assert_eq!(served.execute("db", huge, &[]), Ok((1, 18_446_744_073_709_551_000)));

        // Rows that match count, unless the connection string wants those that change.
        assert_eq!(served.execute("db", "UPDATE things SET name = 'a' WHERE id < 3", &[]), Ok((2, 0)));
        assert_eq!(served.execute("changed", "UPDATE things SET name = ? WHERE id < 3", &[r#""a""#]), Ok((0, 0)));
        assert_eq!(served.execute("db", "SELECT * FROM things", &[]), Ok((0, 0)));

        assert_eq!(served.rows("db", "SELECT id FROM things WHERE id = 5", &[]), Ok((vec![], 0)));
        assert_eq!(served.rows("db", "INSERT INTO things (id, name) VALUES (7, 'd')", &[]), Ok((vec![], 0)));
        let rows = served.rows("db", "SELECT name AS z, id AS a, 1 AS z FROM things WHERE id <= ? ORDER BY id", &["7"]);
        let expected = [1, 2, 7].map(|id| format!(r#"{{"a":{id},"z":1}}"#));
        assert_eq!(rows, Ok((expected.to_vec(), 3)), "sorted by name, and the last of the same name counts");
        assert_eq!(served.row("changed", "SELECT count(*) AS \"quoted\" FROM things", &[]), r#"{"quoted":4}"#);

        // More than what is read at once.
        let (rows, count) = served.rows("db", "SELECT seq FROM seq_1_to_20000", &[]).expect("rows");
        assert_eq!((rows.len(), count, rows[19_999].as_str()), (20_000, 20_000, r#"{"seq":20000}"#));
        assert_eq!(served.row("db", "CALL one()", &[]), r#"{"v":1}"#);
    });
}

#[test]
fn classes_of_apps() {
    let first = "CREATE TABLE places (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL, at POINT NOT NULL, \
                 `on` POINT, visits BIGINT, rating DOUBLE, comment TEXT);";
    each_language(first, |served| {
        served.execute("db", "TRUNCATE places", &[]).expect("empty");
        let add = r#"mutation { addPlace(connection: "db", name: "home", x: 1.5, y: -2, visits: "9007199254740993") }"#;
        let answer = served.runner.query(add);
        assert_eq!(number(&answer["data"]["addPlace"]), 1, "{:?}: {answer}", served.language);
        let query =
            r#"{ places(connection: "db") { name at { x y } on { longitude latitude } visits rating comment } }"#;
        let answer = served.runner.query(query);
        let place = &answer["data"]["places"][0];
        assert_eq!(place["at"], json!({"x": 1.5, "y": -2}), "{:?}: {answer}", served.language);
        assert_eq!(place["on"], json!({"longitude": 1.5, "latitude": -2}), "{answer}");
        assert_eq!((&place["name"], &place["comment"]), (&json!("home"), &Value::Null), "{answer}");
        assert_eq!((number(&place["visits"]), &place["rating"]), (9_007_199_254_740_993, &json!(-0.5)), "{answer}");
        let answer = served.runner.query(r#"{ count(connection: "db", statement: "SELECT count(*) FROM places") }"#);
        assert_eq!(number(&answer["data"]["count"]), 1, "{answer}");
    });
}

/// A number, or one that is written as text.
fn number(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn transactions() {
    each_language("CREATE TABLE once (id INT PRIMARY KEY);", |served| {
        served.execute("db", "TRUNCATE once", &[]).expect("empty");
        assert_eq!(served.row("db", "SELECT @@in_transaction AS v", &[]), r#"{"v":1}"#);
        // What a statement did before it failed is undone.
        let twice = "INSERT INTO once VALUES (1); INSERT INTO once VALUES (1)";
        let error = served.execute("several", twice, &[]).expect_err("a duplicate");
        assert!(error.contains("Error 1062 (23000): Duplicate entry '1' for key 'PRIMARY'"), "{error}");
        assert_eq!(served.row("db", "SELECT count(*) AS v FROM once", &[]), r#"{"v":0}"#);
        let two = "INSERT INTO once VALUES (1); INSERT INTO once VALUES (2), (3)";
        assert_eq!(served.execute("several", two, &[]), Ok((2, 0)));
        assert_eq!(served.row("db", "SELECT count(*) AS v FROM once", &[]), r#"{"v":3}"#);
        // Only where the connection string allows it.
        let fault = served.fault("db", "SELECT 1; SELECT 2", &[]);
        assert!(fault.starts_with("Error 1064 (42000): You have an error in your SQL syntax"), "{fault}");
        let fault = served.fault("db", "SHUTDOWN; DELETE FROM once", &[]);
        assert!(fault.starts_with("Error 1064 (42000)"), "{fault}");
        assert_eq!(served.row("db", "SELECT count(*) AS v FROM once", &[]), r#"{"v":3}"#);
    });
}

/// What a call sets, others do not see.
#[test]
fn sessions() {
    each_language("", |served| {
        for (change, question, expected) in [
            ("SET time_zone = '+05:00'", "SELECT @@time_zone AS v", r#""+00:00""#),
            ("SET @a = 1", "SELECT @a AS v", "null"),
            ("USE information_schema", "SELECT DATABASE() AS v", r#""app""#),
            (
                "CREATE TEMPORARY TABLE t (a INT)",
                "SELECT COUNT(*) AS v FROM information_schema.tables WHERE table_name = 't'",
                "0",
            ),
        ] {
            served.execute("db", change, &[]).unwrap_or_else(|error| panic!("{change}: {error}"));
            assert_eq!(served.row("db", question, &[]), format!(r#"{{"v":{expected}}}"#), "{change}");
        }
        // While nothing was set, the connection is the same, unless the server took long to say that it is still there.
        let id = || served.row("db", "SELECT CONNECTION_ID() AS v", &[]);
        assert!((0..3).any(|_| id() == id()), "connections are not kept");
    });
}

/// A connection keeps as many statements prepared, however many there are.
#[test]
fn statements_that_are_kept() {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::start("");
    let connections = [("db", server.connection_string("")), ("other", server.connection_string(""))];
    // That of the question, which is asked on a connection of its own.
    let kept = "SELECT variable_value - 1 AS v FROM information_schema.global_status \
                WHERE variable_name = 'PREPARED_STMT_COUNT'";
    for language in Language::ALL {
        let served = serve(language, &connections, &Options::arguments(&["--database-connections", "1"]));
        for _ in 0..2 {
            for index in 0..80 {
                let row = served.row("db", &format!("SELECT {index} AS v"), &[]);
                assert_eq!(row, format!(r#"{{"v":{index}}}"#), "{language:?}");
            }
        }
        assert_eq!(served.row("other", kept, &[]), r#"{"v":64}"#, "{language:?}");
    }
}

#[test]
fn errors_of_the_server() {
    each_language("", |served| {
        for (statement, expected) in [
            ("SELECT * FROM nowhere", "Error 1146 (42S02): Table 'app.nowhere' doesn't exist"),
            ("SELECT 1 +", "Error 1064 (42000): You have an error in your SQL syntax"),
            ("SELECT * FROM mysql.user", "Error 1142 (42000): SELECT command denied to user '***'@"),
        ] {
            for connection in ["db", "several"] {
                let fault = served.fault(connection, statement, &[]);
                assert!(fault.starts_with(expected), "{:?} {statement}: {fault}", served.language);
            }
        }
        let fault = served.fault("wrong", "SELECT 1", &[]);
        assert_eq!(fault, "cannot connect: Error 1193 (HY000): Unknown system variable 'no_such_variable'");
        let absent = served.rows("absent", "SELECT 1", &[]).expect_err("no such connection");
        assert!(absent.contains("connection [absent] not found"), "{absent}");
        assert_eq!(served.row("db", "SELECT 1 AS v", &[]), r#"{"v":1}"#);
        served.runner.wait_for_log(|record| {
            record["message"] == "Error querying database."
                && record["error"].as_str().is_some_and(|error| error.contains("Error 1146 (42S02)"))
        });
    });
}

#[test]
fn tls() {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::with_tls("");
    let certificate = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(certificate.path(), server.certificate.as_deref().expect("a certificate")).expect("a file");
    let connections = [
        ("preferred", server.connection_string("")),
        ("unverified", server.connection_string("?tls=skip-verify")),
        ("verified", server.connection_string("?tls=true")),
        ("off", server.connection_string("?tls=false")),
    ];
    let cipher = "SHOW SESSION STATUS LIKE 'Ssl_cipher'";
    let language = Language::AssemblyScript;
    let served = serve(language, &connections, &Options::default());
    for connection in ["preferred", "unverified"] {
        let row = served.row(connection, cipher, &[]);
        assert!(row.contains("TLS_"), "{connection}: {row}");
    }
    assert_eq!(served.row("off", cipher, &[]), r#"{"Value":"","Variable_name":"Ssl_cipher"}"#);
    let fault = served.fault("verified", cipher, &[]);
    assert!(fault.starts_with("cannot connect: ") && fault.contains("invalid peer certificate"), "{fault}");
    served.shows_no_secret();

    let trusting = Options::default().env("SSL_CERT_FILE", &certificate.path().display().to_string());
    let served = serve(language, &connections, &trusting);
    assert!(served.row("verified", cipher, &[]).contains("TLS_"));
}
